-- What a status says. Whether the register still holds somebody: it has neither let them go nor cancelled the entry.
CREATE OR REPLACE TEMP MACRO is_registered(status) AS coalesce(status NOT IN ('迁出', '注销'), true);

-- Whether work or an insurance has ended, is suspended, or is a pension by now.
CREATE OR REPLACE TEMP MACRO has_ended(status) AS
    coalesce(regexp_matches(status, '终止|暂停|中断|注销|退休|待遇'), false);

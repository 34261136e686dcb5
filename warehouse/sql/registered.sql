-- Whether the register still holds somebody: it has neither let them go nor cancelled the entry.
CREATE OR REPLACE TEMP MACRO is_registered(status) AS coalesce(status NOT IN ('迁出', '注销'), true);

"""From comparison levels to odds: the sums of the model's three classes.

odds = matches * P(levels | same person)
       / (relatives * P(levels | one household) + population * P(levels | strangers))

after Fellegi & Sunter (1969), whose ratio has only the last term below the line.
"""

from matching.model import Comparison, Model

_CONTRARY = "birth_level = 9 OR sex_level = 9 OR id_level IN (8, 9)"
# Two valid numbers are two persons, whatever the name and birth date, unless they share a life as well.
_NAMESAKES = (
    "coalesce(id_level = 9 AND NOT coalesce(phone_level = 0 OR address_level = 0 OR kin_level = 0, false), false)"
)


def odds_sql(model: Model) -> str:
    """The statement that makes `_edge` from `_feature`: pairs worth keeping, with odds and rule name."""
    m, h, u = (" * ".join(_class_sql(each, kind) for each in model.comparisons) for kind in "mhu")
    return f"""
CREATE OR REPLACE TEMP TABLE _edge AS
WITH weighed AS (
    SELECT *, {model.expected.matches} * {m}
              / ({model.expected.relatives} * {h} + getvariable('population') * {u}) AS odds
    FROM _feature
)
SELECT unit_id_l, unit_id_r, odds, coalesce(({_CONTRARY}) AND odds < 1, false) OR {_NAMESAKES} AS is_contrary,
       CASE WHEN id_level IN (0, 1, 2, 3, 5) THEN 'model_citizen_id'
            WHEN document_level = 0 THEN 'model_document'
            WHEN kin_level = 0 THEN 'model_kin'
            WHEN phone_level = 0 AND address_level = 0 THEN 'model_phone_and_dwelling'
            WHEN phone_level = 0 THEN 'model_phone'
            WHEN address_level = 0 THEN 'model_dwelling'
            ELSE 'model_name_and_birth' END AS match_rule
FROM weighed
WHERE odds > 0.01 OR (({_CONTRARY}) AND name_level < 8)
"""


def _class_sql(comparison: Comparison, kind: str) -> str:
    values = ((level.when, getattr(level, kind)) for level in comparison.levels)
    whens = " ".join(f"WHEN {when} THEN {value}::DOUBLE" for when, value in values)
    return f"CASE {whens} ELSE 1 END"

"""Shapes of the tables that `matching` takes and gives. No logic here.

A record is one mention of a person. `matching` does not know who delivered it.
"""

import pyarrow as pa

RECORD = pa.schema(
    [
        ("record_id", pa.int64()),
        ("source", pa.string()),
        ("record_key", pa.string()),
        ("role", pa.string()),
        ("name", pa.string()),
        ("former_name", pa.string()),
        ("citizen_id", pa.string()),
        ("citizen_id_claim", pa.string()),
        ("document_no", pa.string()),
        ("sex_code", pa.string()),
        ("birth_date", pa.date32()),
        ("birth_year_low", pa.int16()),
        ("birth_year_high", pa.int16()),
        ("phone", pa.string()),
        ("phone_2", pa.string()),
        ("dwelling_keys", pa.list_(pa.string())),
        ("place_keys", pa.list_(pa.string())),
        ("household_key", pa.string()),
        ("employer_code", pa.string()),
        ("school", pa.string()),
        ("trust_rank", pa.int16()),
        ("batch", pa.int64()),
    ]
)
"""Records to link. `source` is any label of origin; records with the same `record_key` and `role` are
successive states of one entry; `trust_rank` 1 is the backbone. `batch` numbers what was told at one time: in one batch
the roles of one record_key are different persons, and so are two places in one household under different numbers."""

RELATION = pa.schema([("from_record_id", pa.int64()), ("to_record_id", pa.int64()), ("relation", pa.string())])
"""Relations between records: spouse, child_of, guardian_of, next_of_kin_of, household_member_of …"""

CLUSTER = pa.schema(
    [
        ("record_id", pa.int64()),
        ("cluster_id", pa.int64()),
        ("match_rule", pa.string()),
        ("match_probability", pa.float64()),
    ]
)
"""One line for each record. `cluster_id` is the smallest record_id of the cluster; `match_rule` says
why the record is in its cluster (`founder` for the first), with the probability of that link."""

LINK = pa.schema(
    [
        ("record_id_l", pa.int64()),
        ("record_id_r", pa.int64()),
        ("match_rule", pa.string()),
        ("match_weight", pa.float64()),
        ("match_probability", pa.float64()),
    ]
)
"""Accepted links, each pair once with record_id_l < record_id_r; weights in bits (log2)."""

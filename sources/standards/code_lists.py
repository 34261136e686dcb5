"""Code lists of the national standards (`code_lists/*.yml`): labels as delivered → standard codes.

A list never falls through to a default: a label that it does not know has no code.
"""

from functools import cache
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import yaml
from pydantic import BaseModel, ConfigDict

from sources.standards.characters import PLAIN, text_table
from sources.standards.folding import fold_texts
from sources.standards.statements import run_statements

FOLDER: Final = Path(__file__).parent / "code_lists"

CODED_ATTRIBUTES: Final = {
    "sex": "gbt2261_1_sex",
    "ethnic": "gbt3304_ethnic",
    "marital_status": "gbt2261_2_marital",
    "education": "gbt4658_education",
    "relation_to_head": "gbt4761_relation",
    "id_type": "id_type",
}
"""The attributes that are looked up, with the name of their list."""


class Code(BaseModel):
    """One entry: its standard name, and the other labels that departments write."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    labels: tuple[str, ...] = ()


class CodeList(BaseModel):
    """A standard with its edition, and its entries by code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    standard: str
    note: str = ""
    codes: dict[str, Code]

    def labels(self) -> dict[str, str]:
        """Every label → code; also codes without leading zeros and names without 族, unless another entry has them."""
        exact = {label: code for code, entry in self.codes.items() for label in (code, entry.name, *entry.labels)}
        shortened = {code.lstrip("0"): code for code in self.codes}
        shortened |= {entry.name.removesuffix("族"): code for code, entry in self.codes.items()}
        folded = {**shortened, **exact}
        return {"".join(label.upper().split()): code for label, code in folded.items() if label.strip()}


@cache
def load_code_list(name: str) -> CodeList:
    """Read one list by the name of its file.

    Raises:
        pydantic.ValidationError: naming each field that does not fit.
    """
    return CodeList.model_validate(yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8")))


def standardise_codes(con: duckdb.DuckDBPyConnection, texts_query: str) -> None:
    """Make the temporary table `std_code` (attribute, raw, code, name) for the view `std_raw`.

    Args:
        con: any connection.
        texts_query: SELECT of one column `raw`: the distinct labels of all coded attributes, without null.
    """
    fold_texts(con, texts_query, "std_code_folded", text_table(), PLAIN)
    con.register("code_labels", _labels_of_all_lists())
    con.execute("CREATE OR REPLACE TEMP TABLE std_code_label AS FROM code_labels")
    con.unregister("code_labels")
    run_statements(con, "codes")


@cache
def _labels_of_all_lists() -> pa.Table:
    lines = [
        {"attribute": attribute, "label": label, "code": code, "name": code_list.codes[code].name}
        for attribute, list_name in CODED_ATTRIBUTES.items()
        for code_list in (load_code_list(list_name),)
        for label, code in code_list.labels().items()
    ]
    schema = pa.schema([(column, pa.string()) for column in ("attribute", "label", "code", "name")])
    return pa.Table.from_pylist(lines, schema=schema)

"""Data contracts: how `sources/departments/*.yml` become frozen types.

What a contract means is enforced elsewhere: decoding in `sources.decode`, headers in `sources.headers`,
mentions in `sources.mentions`, values in `sources.standardise`, checks in `quality.suites`.
"""

import json
from pathlib import Path

from pydantic import ValidationError

from sources.contract_rules import contract_faults, Fault
from sources.contract_shape import (
    Column,
    ColumnType,
    Contract,
    DEFAULT_RANK,
    Delivery,
    Example,
    Extract,
    Frozen,
    Identifier,
    Mention,
    Relation,
    RelationName,
    Sensitivity,
    Split,
)
from sources.contract_text import ContractError, line_of, MAX_BYTES, read_contract_text

__all__ = [
    "Column",
    "ColumnType",
    "Contract",
    "ContractError",
    "DEFAULT_RANK",
    "DEPARTMENTS",
    "Delivery",
    "Example",
    "Extract",
    "Frozen",
    "Identifier",
    "MAX_BYTES",
    "Mention",
    "Relation",
    "RelationName",
    "Sensitivity",
    "Split",
    "export_schema",
    "load_contract",
    "load_contracts",
]

DEPARTMENTS = Path(__file__).parent / "departments"


def load_contract(path: Path) -> Contract:
    """Read and validate one contract file.

    Raises:
        ContractError: naming the file, and for each finding its line, field, fault and remedy.
    """
    text = read_contract_text(path)
    try:
        contract = Contract.model_validate(text.data)
    except ValidationError as error:
        raise ContractError(path.name, [_finding(text.lines, *fault) for fault in _type_faults(error)]) from None
    if faults := contract_faults(contract):
        raise ContractError(path.name, [_finding(text.lines, *fault) for fault in faults])
    return contract


def load_contracts(folder: Path = DEPARTMENTS) -> tuple[Contract, ...]:
    """All contracts of a folder, by department name.

    Raises:
        ContractError: for the first file that does not fit, or for two files of one department.
    """
    contracts: dict[str, Contract] = {}
    for path in sorted(folder.glob("*.yml")):
        contract = load_contract(path)
        if contract.department in contracts:
            raise ContractError(path.name, [f"department {contract.department} has another file; merge the two"])
        contracts[contract.department] = contract
    return tuple(contracts[name] for name in sorted(contracts))


def export_schema(path: Path) -> None:
    """Write the JSON Schema by which editors check and complete a contract."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}
    path.write_text(json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _type_faults(error: ValidationError) -> list[Fault]:
    """What pydantic found, less what follows from it: a list is not too short when its items are at fault."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    inside = {fault["loc"][:length] for fault in faults for length in range(len(fault["loc"]))}
    return [(f["loc"], f["msg"]) for f in faults if f["type"] != "too_short" or f["loc"] not in inside]


def _finding(lines: dict[tuple[str | int, ...], int], field: tuple[str | int, ...], message: str) -> str:
    place = ".".join(map(str, field)) or "contract"
    return f"line {line_of(lines, field)}, {place}: {message}"

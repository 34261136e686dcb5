"""Contract files as text: size, plain YAML, and the line of each field.

Only the safe loader makes values; the node tree beside it is walked for what that hides: keys
written twice (the last one wins silently) and aliases (a small file may unfold to a huge one).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from sources.errors import SourcesError

MAX_BYTES = 1024 * 1024
"""A contract is read by people; anything bigger is not one."""

_MOST_LEVELS = 50
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Field = tuple[str | int, ...]


class ContractError(SourcesError):
    """A contract file that does not fit; `findings` says where and what to do, one text each."""

    def __init__(self, file: str, findings: Sequence[str]) -> None:
        """Join the findings under the file's name."""
        self.file = file
        self.findings = tuple(findings)
        super().__init__(f"contract {file}: " + "; ".join(self.findings))


@dataclass(frozen=True)
class ContractText:
    """The plain values of a contract file, and the line (from 1) on which each field starts."""

    data: object
    lines: dict[Field, int]


def read_contract_text(path: Path) -> ContractText:
    """Read one YAML file as plain values.

    Raises:
        ContractError: when it is too big, not UTF-8, not YAML, or uses aliases or a key twice.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ContractError(path.name, [f"bigger than {MAX_BYTES} bytes; remove what is not a contract"])
    try:
        text = path.read_text(encoding="utf-8")
        if finding := _strange(text):
            raise ContractError(path.name, [finding])
        node = yaml.compose(text, Loader=_Loader)
        lines, repeated = _index(node)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 the safe loader, in C where there is one
    except UnicodeDecodeError as error:
        raise ContractError(path.name, [f"not UTF-8 at byte {error.start}; save the file as UTF-8"]) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ContractError(path.name, [f"line {line}: not YAML: {error.problem}"]) from None
    except yaml.YAMLError:
        raise ContractError(path.name, ["not YAML: holds characters that YAML does not allow"]) from None
    if repeated:
        raise ContractError(path.name, [f"line {line}: key {key} is written twice; keep one" for line, key in repeated])
    return ContractText(data, lines)


def _strange(text: str) -> str | None:
    """What must be known before a tree is built: libyaml builds it by recursion, and crashes when it is deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            return "uses a YAML alias (*name); write the part out"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_LEVELS:
            return "nested too deeply to be a contract"
    return None


def line_of(lines: dict[Field, int], field: Field) -> int:
    """The line of a field, or of the nearest one above it that is in the file."""
    while field and field not in lines:
        field = field[:-1]
    return lines.get(field, 1)


def _index(node: yaml.Node | None) -> tuple[dict[Field, int], list[tuple[int, str]]]:
    lines: dict[Field, int] = {}
    repeated: list[tuple[int, str]] = []
    for field, line in _walk(node, ()):
        if field in lines:
            repeated.append((line, ".".join(map(str, field))))
        lines[field] = line
    return lines, repeated


def _walk(node: yaml.Node | None, field: Field) -> Iterator[tuple[Field, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*field, str(key.value)), key.start_mark.line + 1
            yield from _walk(value, (*field, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield (*field, position), value.start_mark.line + 1
            yield from _walk(value, (*field, position))

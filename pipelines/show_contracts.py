"""Contracts for the terminal: the list, and the findings of a check."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sources.contract import load_contracts
from sources.contract_check import check_contract as find_faults

COLOURS = {"error": "red", "warning": "yellow", "info": "dim"}


def show_contracts(console: Console) -> None:
    """List departments and their extracts."""
    table = Table("department", "extract", "title", "files", "delivery", "roles")
    for contract in load_contracts():
        for position, extract in enumerate(contract.extracts):
            name = f"{contract.department} {contract.title}" if not position else ""
            delivery = f"{extract.delivery.mode}, {extract.delivery.rhythm}"
            table.add_row(
                name, extract.extract, extract.title, " ".join(extract.files), delivery, " ".join(extract.roles)
            )
        table.add_section()
    console.print(table)


def check_contract(path: Path, csv: Path | None, out: Console, err: Console) -> bool:
    """Print what is to be said of a contract, and return whether it can be used."""
    for missing in (file for file in (path, csv) if file is not None and not file.is_file()):
        err.print(f"[red]error:[/] {escape(str(missing))} not found", highlight=False)
        return False
    findings = find_faults(path, csv)
    for finding in findings:
        place = escape(f"{finding.where}: {finding.message}")
        out.print(f"[{COLOURS[finding.level]}]{finding.level}[/] {place}", highlight=False)
    is_usable = all(finding.level != "error" for finding in findings)
    subject = path.name if csv is None else f"{path.name} on {csv.name}"
    out.print(escape(f"{subject}: {'usable' if is_usable else 'not usable'}"))
    return is_usable

"""What is told when a night has ended, well or badly: to a webhook, by mail, as HOME/notify.yml says. Counts alone.

webhook: https://chat.example.org/hooks/…
mail: {host: mail.example.org, port: 25, sender: popbase@example.org, to: [data@example.org]}
only_trouble: true
"""

import json
import smtplib
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, HttpUrl, ValidationError

from pipelines.errors import NotifyError
from pipelines.home import Home
from pipelines.report import NightReport

SECONDS: Final = 20.0
"""How long a server may take to answer; the night is published by then."""


class Mail(BaseModel):
    """Where mail goes out, and to whom."""

    model_config = ConfigDict(extra="forbid")

    host: str
    port: int = 25
    sender: str
    to: list[str]


class Notify(BaseModel):
    """Who is told of nights; with `only_trouble`, of those alone that were not published or lost files."""

    model_config = ConfigDict(extra="forbid")

    webhook: HttpUrl | None = None
    mail: Mail | None = None
    only_trouble: bool = False


def load_notify(home: Home) -> Notify:
    """Whom to tell; nobody when there is no such file.

    Raises:
        NotifyError: the file cannot be understood.
    """
    if not home.notify.exists():
        return Notify()
    try:
        return Notify.model_validate(yaml.safe_load(home.notify.read_text(encoding="utf-8")) or {})
    except (yaml.YAMLError, ValidationError, OSError) as error:
        raise NotifyError(f"{home.notify.name} cannot be understood ({type(error).__name__})") from None


def tell(home: Home, report: NightReport) -> list[str]:
    """Tell of a night, and return what went wrong with the telling; a night does not fail for it."""
    try:
        wanted = load_notify(home)
    except NotifyError as fault:
        return [str(fault)]
    if wanted.only_trouble and report.status == "published" and not report.has_refused_files:
        return []
    return list(_told(home, wanted, report))


def _told(home: Home, wanted: Notify, report: NightReport) -> Iterator[str]:
    if wanted.webhook:
        try:
            _post(str(wanted.webhook), night_counts(report))
        except OSError as error:
            yield f"webhook: {type(error).__name__}"
    if wanted.mail:
        try:
            _mail(wanted.mail, report, (home.reports / f"night_{report.night}.txt").read_text(encoding="utf-8"))
        except (OSError, smtplib.SMTPException) as error:
            yield f"mail: {type(error).__name__}"


def night_counts(report: NightReport) -> dict[str, Any]:
    """A night in numbers. `text` is what chat programs show."""
    rows = {
        name: sum(getattr(line, name) for line in report.departments)
        for name in ("files", "refused", "duplicates", "delivered", "accepted", "quarantined", "non_data", "mentions")
    }
    return {
        "text": f"popbase {report.night}: {report.status}, {report.persons.get('persons', 0):,} persons",
        "night": report.night,
        "status": report.status,
        "seconds": report.seconds,
        **rows,
        "persons": report.persons,
        "checks_passed": report.checks_passed,
        "checks_failed": [line.check for line in report.checks_failed],
    }


def _post(url: str, body: dict[str, Any]) -> None:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})  # noqa: S310 - http(s), by HttpUrl
    with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310
        return


def _mail(mail: Mail, report: NightReport, text: str) -> None:
    message = EmailMessage()
    message["Subject"] = f"popbase {report.night}: {report.status}"
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message.set_content(text)
    with smtplib.SMTP(mail.host, mail.port, timeout=SECONDS) as server:
        server.send_message(message)

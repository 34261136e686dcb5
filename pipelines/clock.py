"""The calendar of the departments, by which nights are named and terms reckoned, whatever the zone of the machine."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

TIMEZONE: Final = "Asia/Shanghai"


def today() -> date:
    """The date where the departments are."""
    return datetime.now(ZoneInfo(TIMEZONE)).date()

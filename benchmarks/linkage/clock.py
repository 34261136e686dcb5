"""Seconds of the stages of one run, for the engines that are driven from Python."""

import time


class Clock:
    """A stop watch that names what it measures."""

    def __init__(self) -> None:
        """Start with the first stage."""
        self.seconds: dict[str, float] = {}
        self._began = self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """The stage that ends now."""
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now
        self.seconds["total"] = now - self._began

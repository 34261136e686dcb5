"""Run a command as a process of its own and measure it with the kernel's figures."""

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of processor, MiB of the largest process, exit code."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    exit_code: int


def run(command: list[str], log: Path, limit_seconds: float) -> Cost:
    """Run a command to its end, or end it after `limit_seconds`; what it prints goes to `log`."""
    with log.open("w", encoding="utf-8") as output:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        alarm = threading.Timer(limit_seconds, process.kill)
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        alarm.cancel()
    # The process is already waited for: tell its object, or it warns when it is discarded.
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)

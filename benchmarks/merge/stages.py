"""What a process costs, as a whole and by the steps that it logs. Linux: read from /proc while it runs."""

import json
import os
import subprocess
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

EVERY_SECONDS = 0.05
TICK, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
STANDARDISE = "standardise"
NAMES = {
    "intake_deliveries": "intake",
    "merge_night": "merge",
    "check_base": "checks",
    "pub_population_base": "publish",
}


@dataclass
class Stage:
    """Seconds, MiB, and MiB written by a stage."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    written: float = 0.0


@dataclass
class Cost:
    """Of a process: wall and CPU seconds, peak MiB, MiB written, and the same by stage; rows that it was given."""

    wall: float
    cpu: float
    peak: float
    written: float
    rows: int = 0
    between_steps: float = 0.0
    checks_of_departments: float = 0.0
    stages: dict[str, Stage] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """What /proc said at one moment: Unix time, CPU seconds and bytes written so far, bytes held now."""

    at: float
    cpu: float
    held: float
    written: float


def watch(command: list, logs: Path | None = None, night: str = "", environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end. With the folder of a home's logs, the stages of that night are told apart.

    Raises:
        SystemExit: it failed (a night in which a file is refused ends with 3, and has not).
    """
    samples: list[Sample] = []
    began = time.monotonic()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, env=environment)
    thread = threading.Thread(target=_sample, args=(process.pid, samples))
    thread.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    thread.join()
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(f"{command[1]}: exit code {os.waitstatus_to_exitcode(status)}")
    cost = Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, samples[-1].written / 2**20)
    if logs:
        _tell_stages(cost, [e for path in sorted(logs.glob("*.jsonl")) for e in _events(path, night)], samples)
    return cost


def _sample(pid: int, samples: list[Sample]) -> None:
    while True:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            written = int(Path(f"/proc/{pid}/io").read_text().split("write_bytes: ")[1].split()[0])
        except (OSError, IndexError):
            return
        if stat[0] == "Z":
            return
        cpu = (int(stat[11]) + int(stat[12])) / TICK
        samples.append(Sample(time.time(), cpu, int(stat[21]) * PAGE, written))
        time.sleep(EVERY_SECONDS)


def _events(path: Path, night: str) -> list[dict]:
    events = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        event | {"at": datetime.fromisoformat(event["at"]).timestamp()} for event in events if event["night"] == night
    ]


def _tell_stages(cost: Cost, events: list[dict], samples: list[Sample]) -> None:
    began = {event["step"]: event["at"] for event in events if event["event"] == "step_began"}
    ended = {event["step"]: event["at"] for event in events if event["event"] == "step_ended"}
    stages: dict[str, Stage] = defaultdict(Stage)
    for step, start in began.items():
        stage, end = stages[NAMES.get(step, STANDARDISE)], ended[step]
        inside = [sample for sample in samples if start <= sample.at <= end] or samples[:1]
        stage.wall += end - start
        stage.cpu += inside[-1].cpu - inside[0].cpu
        stage.peak = max(stage.peak, *(sample.held / 2**20 for sample in inside), 0)
        stage.written += (inside[-1].written - inside[0].written) / 2**20
    cost.stages = dict(stages)
    cost.rows = sum(event["delivered"] for event in events if event["event"] == "delivery")
    cost.between_steps = max(ended.values()) - min(began.values()) - sum(stage.wall for stage in stages.values())
    cost.checks_of_departments = sum(
        event["seconds"] for event in events if event["event"] == "checked" and event["step"] not in NAMES
    )

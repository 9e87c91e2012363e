"""What the benchmark prints."""

import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Self

from tests.bench.servers import FLOOR, YARDSTICK

_COLUMNS = "{:<26} {:>3}  {:>13}  {:>13}  {:>6}  {:>13}  {:>15}  {:>6}  {:>6}  {:>6}"
_HEADINGS = ("candidate", "c", "launches/s", "CPU ms", "DB ms", "p50 ms", "p99 ms", "RSS MB", "errors", "others")
# Above this, other programs work on the machine: they cost caches and turns, and every figure gets worse.
_DISTURBED_FROM_CORES = 0.15


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@dataclass(frozen=True)
class Measure:
    """One run of the client against one candidate."""

    name: str
    concurrency: int
    launches_per_s: float
    cpu_ms: float
    """CPU time of the candidate's own processes per launch."""
    database_cpu_ms: float
    p50_ms: float
    p99_ms: float
    others_cores: float
    """How many cores' worth of work other programs did meanwhile."""
    rss_mb: float
    errors: dict[str, int]

    @classmethod
    def of(
        cls,
        name: str,
        concurrency: int,
        seen: dict[str, Any],
        *,
        cpu_s: float,
        database_cpu_s: float,
        others_cores: float,
        rss_mb: float,
    ) -> Self:
        launches = max(1, seen["launches"])
        return cls(
            name=name,
            concurrency=concurrency,
            launches_per_s=seen["launches"] / seen["took_s"],
            cpu_ms=cpu_s * 1000 / launches,
            database_cpu_ms=database_cpu_s * 1000 / launches,
            p50_ms=seen["p50_ms"],
            p99_ms=seen["p99_ms"],
            others_cores=others_cores,
            rss_mb=rss_mb,
            errors=seen["errors"],
        )

    def line(self) -> str:
        return (
            f"{self.name:<26} c={self.concurrency:<3} {self.launches_per_s:7.0f}/s  CPU {self.cpu_ms:5.2f} ms"
            f"  DB {self.database_cpu_ms:4.2f} ms  p50 {self.p50_ms:6.1f}  p99 {self.p99_ms:6.1f}  errors {self.errors or 'none'}"
            f"  others {self.others_cores:.2f}"
        )


def machine() -> str:
    """Say on what is measured."""
    model = next(
        (line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?"
    )
    packages = ", ".join(f"{name} {version(name)}" for name in ("gunicorn", "flask", "pylti1p3", "sqlalchemy", "cryptography"))
    return (
        f"{model}, {os.cpu_count()} cores shared by tools, load client, platforms and database; "
        f"Python {platform.python_version()}, {packages}"
    )


def summary(measures: list[Measure], *, where: str) -> str:
    """Make the table: per candidate and concurrency the best round and, in brackets, the median of all rounds."""
    lines = [f"Launches {where}: best round [median of all rounds]", _COLUMNS.format(*_HEADINGS)]
    ratios = ["", "Ratios of the medians to the yardstick (launches/s: higher is better; CPU: times less)"]
    for concurrency in sorted({measure.concurrency for measure in measures}):
        groups: dict[str, list[Measure]] = {}
        for measure in measures:
            if measure.concurrency == concurrency:
                groups.setdefault(measure.name, []).append(measure)
        names = sorted(groups, key=lambda name: (name != FLOOR, name != YARDSTICK, name))
        lines += [_row(name, concurrency, groups[name]) for name in names]
        yardstick = groups[YARDSTICK]
        for name in (name for name in names if name not in (FLOOR, YARDSTICK)):
            rate = median(m.launches_per_s for m in groups[name]) / median(m.launches_per_s for m in yardstick)
            cpu = median(m.cpu_ms for m in yardstick) / median(m.cpu_ms for m in groups[name])
            ratios.append(f"  {name:<24} c={concurrency:<3} launches/s x{rate:.2f}  CPU x{cpu:.2f}")
    others = median(measure.others_cores for measure in measures)
    if others > _DISTURBED_FROM_CORES:
        ratios.append(f"Other programs took {others:.2f} cores meanwhile: look at the best rounds and the ratios only.")
    return "\n".join([*lines, *ratios])


def _row(name: str, concurrency: int, rounds: list[Measure]) -> str:
    def best_and_median(values: list[float], digits: int, *, highest: bool = False) -> str:
        best = max(values) if highest else min(values)
        return f"{best:.{digits}f} [{median(values):.{digits}f}]"

    return _COLUMNS.format(
        name,
        concurrency,
        best_and_median([m.launches_per_s for m in rounds], 0, highest=True),
        best_and_median([m.cpu_ms for m in rounds], 2),
        f"{median(m.database_cpu_ms for m in rounds):.2f}",
        best_and_median([m.p50_ms for m in rounds], 1),
        best_and_median([m.p99_ms for m in rounds], 1),
        f"{max(m.rss_mb for m in rounds):.0f}",
        sum(sum(m.errors.values()) for m in rounds),
        f"{median(m.others_cores for m in rounds):.2f}",
    )

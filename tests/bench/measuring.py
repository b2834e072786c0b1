"""Measuring the pages one after the other, and writing down what was found."""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.bench.base import INDICATORS, seed
from tests.bench.pages import ROUNDS, minimal_view, pages
from units.models import Unit

WARM = 3  # measurements that do not count
FILE = Path(__file__).resolve().parent.parent.parent / "bench.json"


@dataclass(frozen=True)
class Measured:
    """One line of the result. `floor` is the p50 of what it is compared with, measured in turn."""

    name: str
    engine: str
    units: int
    indicators: int
    p50_ms: float
    p95_ms: float
    queries: int
    floor: float
    ratio: float


def measure(engine: str, units: int, count: int = ROUNDS) -> list[Measured]:
    """Every page `count` times, each time after what it is compared with."""
    timed = pages(count + WARM + 1)
    floors = {"minimal view": minimal_view(), "bare page": timed[0].call}
    found: list[Measured] = []
    chosen = re.compile(os.environ.get("BENCH_PAGES", ""))
    for page in filter(lambda page: chosen.search(page.name), timed):
        own: list[float] = []
        other: list[float] = []
        for number in range(min(count, page.most) + WARM):
            page.before(number)
            other.append(clocked(floors[page.against], number))
            own.append(clocked(page.call, number))
        page.before(count + WARM)
        with CaptureQueriesContext(connection) as captured:
            page.call(count + WARM)
        floor = statistics.median(other[WARM:])
        middle = statistics.median(own[WARM:])
        found.append(
            Measured(
                page.name, engine, units, INDICATORS, round(middle, 2), round(percentile(own[WARM:], 95), 2),
                len(captured), round(floor, 2), round(middle / floor, 2),
            )
        )  # fmt: skip
        show(found[-1], max((float(row["time"]) for row in captured), default=0) * 1000)
    return found


def clocked(call: Callable[[int], object], number: int) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    call(number)
    return (time.perf_counter() - start) * 1000


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def show(row: Measured, slowest: float) -> None:
    sys.stdout.write(
        f"{row.engine:<11}{row.units:>7}  {row.name:<16}{row.p50_ms:>9.1f}{row.p95_ms:>9.1f}{row.queries:>8}"
        f"{slowest:>10.0f}{row.floor:>8.1f}{row.ratio:>8.1f}\n"
    )
    sys.stdout.flush()


def prepare() -> str:
    """An empty, migrated base; returns the engine's name. Refuses a base that holds anything."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # the server of the tests does without, a real one does not
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = on")
            cursor.execute("SELECT pg_reload_conf()")
    call_command("migrate", verbosity=0)
    if Unit.objects.exists():
        raise SystemExit("bench: the base of DATABASE_URL is not empty; it needs one of its own")
    return connection.vendor


def main() -> None:
    """Measure bases of every size in BENCH_UNITS, one after the other."""
    found = json.loads(FILE.read_text()) if FILE.exists() else []
    sizes = [int(size) for size in os.environ.get("BENCH_UNITS", "200 2000").split()]
    sys.stdout.write("engine       units  page              p50 ms   p95 ms queries slowest ms   floor   ratio\n")
    for size in sizes:
        engine = prepare()
        seed(size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found += [asdict(row) for row in measure(engine, size)]
        FILE.write_text(json.dumps(found, indent=1) + "\n")
        call_command("flush", verbosity=0, interactive=False)

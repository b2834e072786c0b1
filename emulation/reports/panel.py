"""One figure of a sheet with all that belongs to it: plan, past, neighbours, what was said, what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext as _

from emulation.consolidation import Cell
from emulation.models import Comment, Indicator, Report, Result
from emulation.numbers import format_part
from emulation.reports.display import unit_text
from emulation.reports.history import Change, in_words
from emulation.reports.lines import Figure, Line, SheetReading, value_in
from emulation.reports.review import median_text
from emulation.reports.sheets import (
    MISSING,
    cell_text,
    outcome_key,
    parts_text,
    result_text,
    since_text,
    target_text,
)
from emulation.reports.trends import Quarter, short_label

QUARTERS = 12
CHANGES = 10
BESIDE = 3  # units beside it at least: the median of one is its figure, which the reader need not reach
WIDTH, HEIGHT, EDGE = 300, 84, 8  # of the chart, in its own units


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know about the figure."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Point:
    """A quarter's value as text; where it lies in the chart, None without a value."""

    label: str
    value: str
    x: int
    y: int | None


@dataclass(frozen=True, slots=True)
class Past:
    """The last twelve quarters, oldest first. `lines` are the points of unbroken stretches, `goal` the
    height of the target; `sentence` says the chart in words.
    """

    points: tuple[Point, ...]
    lines: tuple[str, ...]
    goal: int | None
    sentence: str

    @property
    def marks(self) -> list[Point]:
        return [point for point in self.points if point.y is not None]

    @property
    def drawn(self) -> bool:
        return len(self.marks) > 1


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment; `own` says that the reader wrote it."""

    by: str
    at: datetime
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """The side panel of a figure. `more` changes than the shown ones are in the history of the sheet."""

    key: int
    name: str
    counts: str
    unit: str
    result: str
    parts: str
    outcome: str
    reason: str
    note: str
    facts: tuple[Fact, ...]
    past: Past | None
    remarks: tuple[Remark, ...]
    changes: tuple[Change, ...]
    more: bool


def read_panel(report: Report, indicator: int, *, reader: int) -> Panel | None:
    """The panel of a line as the user with key `reader` sees it; None where the sheet has no such line.

    Nine queries at most, whatever has been said or changed.
    """
    reading = SheetReading(report, only=[indicator], siblings=True)
    if indicator not in reading.specs:
        return None
    line = reading.line(indicator)
    entry = line.figure.entry if line.figure else None
    changes = list(report.changes.filter(indicator=indicator).select_related("indicator", "by")[: CHANGES + 1])
    return Panel(
        key=indicator, name=line.name, counts=_counts(line.indicator), unit=unit_text(line.indicator),
        result=result_text(line), parts=parts_text(line), outcome=outcome_key(line),
        reason=entry.reason if entry else "", note=entry.note if entry else "", facts=_facts(report, line),
        past=_past(report, line), remarks=_remarks(report, indicator, reader),
        changes=tuple(in_words(changes[:CHANGES], {indicator: line.name})), more=len(changes) > CHANGES,
    )  # fmt: skip


def _counts(indicator: Indicator) -> str:
    return " / ".join(name for name in (indicator.numerator_name, indicator.denominator_name) if name)


def _facts(report: Report, line: Line) -> tuple[Fact, ...]:
    facts = [Fact(_("Target set"), target_text(line))]
    if report.round.quarter:
        facts += [
            Fact(_("Last quarter"), cell_text(line.spec, line.last_quarter)),
            Fact(_("Same quarter last year"), cell_text(line.spec, line.last_year)),
            Fact(_("Year to date"), since_text(line.spec, line.since_january)),
        ]
    median = median_text(line) if len(line.beside) >= BESIDE else MISSING
    facts.append(Fact(_("Median of the units beside it"), median))
    limits = range_text(line)
    return (*facts, Fact(_("Valid range"), limits)) if limits else tuple(facts)


def range_text(line: Line) -> str:
    """The values that can be saved: "90 – 100", "from 90", "up to 100"; empty without limits."""
    low, high = format_part(line.spec.low), format_part(line.spec.high)
    if low and high:
        return f"{low} – {high}"
    if low:
        return _("from %(low)s") % {"low": low}
    return _("up to %(high)s") % {"high": high} if high else ""


# ── the last twelve quarters ──────────────────────────────────────────────


def _past(report: Report, line: Line) -> Past | None:
    """Own figures of the unit, handed in (this sheet's as they stand); None in a peak drive."""
    year, quarter = report.round.year, report.round.quarter
    if not quarter:
        return None
    last = year * 4 + quarter - 1
    quarters = [(number // 4, number % 4 + 1) for number in range(last - QUARTERS + 1, last + 1)]
    rows = Result.objects.filter(
        Q(report=report) | Q(report__unit=report.unit, report__state__in=Report.HANDED_IN),
        indicator=line.indicator, report__round__drive=None, report__round__year__gte=quarters[0][0],
    ).select_related("report__round", "grade")  # fmt: skip
    cells = {(row.report.round.year, row.report.round.quarter): Figure.of(row).cell for row in rows}
    return past_of(line, [(at, cells.get(at)) for at in quarters])


def past_of(line: Line, cells: Sequence[tuple[Quarter, Cell | None]]) -> Past:
    """The values of the quarters and the chart of them."""
    values = [value_in(line.indicator, cell).comparable if cell else None for _at, cell in cells]
    known = [value for value in values if value is not None]
    goal = None if line.target is None else Fraction(line.target)
    low, high = min([*known, *_one(goal)], default=Fraction(0)), max([*known, *_one(goal)], default=Fraction(0))

    def height(value: Fraction | int | None) -> int | None:
        if value is None:
            return None
        share = (Fraction(value) - low) / (high - low) if high > low else Fraction(1, 2)
        return round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE))

    step = Fraction(WIDTH - 2 * EDGE, max(1, len(cells) - 1))
    points = tuple(
        Point(short_label(quarter), cell_text(line.spec, cell), round(EDGE + at * step), height(value))
        for at, ((quarter, cell), value) in enumerate(zip(cells, values, strict=True))
    )
    return Past(points, tuple(_stretches(points)), height(goal) if known else None, _sentence(points))


def _one(value: Fraction | None) -> list[Fraction]:
    return [] if value is None else [value]


def _stretches(points: Sequence[Point]) -> list[str]:
    """Coordinates of neighbouring points; a quarter without a value breaks the line."""
    found: list[list[str]] = [[]]
    for point in points:
        if point.y is None:
            found.append([])
        else:
            found[-1].append(f"{point.x},{point.y}")
    return [" ".join(stretch) for stretch in found if len(stretch) > 1]


def _sentence(points: Sequence[Point]) -> str:
    known = [point for point in points if point.y is not None]
    if not known:
        return _("Chart without figures yet.")
    return _("Chart: from %(first)s in quarter %(start)s to %(last)s in quarter %(end)s.") % {
        "first": known[0].value, "start": known[0].label, "last": known[-1].value, "end": known[-1].label,
    }  # fmt: skip


def _remarks(report: Report, indicator: int, reader: int) -> tuple[Remark, ...]:
    rows = Comment.objects.filter(report=report, indicator=indicator).select_related("by")
    return tuple(Remark(str(row.by), row.at, row.text, row.by_id == reader) for row in rows)

"""Figures over the quarters: the trend of one indicator, and how many indicators met their targets."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from emulation.models import Indicator
from emulation.numbers import round_half_up
from emulation.periods import QUARTERS, ROMAN
from emulation.reports.display import Grades, Mark, mark, mark_of, nil_text, target_text, unit_text, value_text
from emulation.reports.figures import Figure, Reading, Wanted

Quarter = tuple[int, int]  # year, number

TREND_QUARTERS = 8
STACK_QUARTERS = 4
STACKED = ("over", "met", "near", "miss", "none")


def last_quarters(year: int, period: str, count: int) -> list[Quarter]:
    """The `count` quarters up to the last one of the period, oldest first."""
    end = year * 4 + QUARTERS[period][-1] - 1
    return [(number // 4, number % 4 + 1) for number in range(end - count + 1, end + 1)]


def wanted_quarters(
    unit: int, quarters: Iterable[Quarter], indicators: tuple[int, ...] | None = None
) -> Iterable[Wanted]:
    """What has to be read for the quarters, one item a year."""
    years: dict[int, list[str]] = {}
    for year, quarter in quarters:
        years.setdefault(year, []).append(f"Q{quarter}")
    for year, names in years.items():
        yield Wanted((unit,), year, tuple(names), indicators)


def short_label(quarter: Quarter) -> str:
    return f"{ROMAN[quarter[1]]}/{quarter[0] % 100:02d}"


@dataclass(frozen=True, slots=True)
class Point:
    """One quarter of a trend. `former`: measured by the earlier definition."""

    label: str
    value: str
    target: str
    mark: Mark
    former: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A line over quarters: `points` for the table, `options` for the chart, `sentence` to be read aloud."""

    indicator: Indicator
    label: str
    unit: str
    points: list[Point]
    options: dict[str, Any]
    sentence: str
    former: str

    @property
    def json(self) -> str:
        return json.dumps(self.options, ensure_ascii=False)


def trend_of(
    reading: Reading, unit: int, indicator: Indicator, quarters: Sequence[Quarter], grades: Grades, label: str = ""
) -> Trend:
    """The indicator over the quarters; before its first figure the values of its predecessor, marked as such."""
    own = [reading.figure(unit, indicator.pk, year, f"Q{quarter}") for year, quarter in quarters]
    former = reading.indicators.get(indicator.predecessor_id or 0)
    start = next((at for at, figure in enumerate(own) if figure is not None), len(own))
    shown: list[tuple[Indicator, Figure | None]] = [(indicator, figure) for figure in own]
    if former is not None:
        for at, (year, quarter) in enumerate(quarters[:start]):
            shown[at] = (former, reading.figure(unit, former.pk, year, f"Q{quarter}"))
    points = [
        Point(
            short_label(quarters[at]),
            value_text(row, figure, grades),
            target_text(row, figure.target if figure else None, figure.comparator if figure else "", grades),
            mark_of(figure),
            row is former,
        )
        for at, (row, figure) in enumerate(shown)
    ]
    has_break = former is not None and any(figure is not None for row, figure in shown if row is former)
    return Trend(
        indicator,
        label or indicator.label,
        unit_text(indicator),
        points,
        _trend_options(indicator, shown, points, start if has_break else None, grades),
        _trend_sentence(points),
        former.label if former is not None and has_break else "",
    )


def _trend_sentence(points: list[Point]) -> str:
    known = [point for point in points if point.value not in ("–", nil_text())]
    if not known:
        return _("Chart without figures yet.")
    return _("Chart: from %(first)s in quarter %(start)s to %(last)s in quarter %(end)s.") % {
        "first": known[0].value, "start": known[0].label, "last": known[-1].value, "end": known[-1].label,
    }  # fmt: skip


def _trend_options(
    indicator: Indicator, shown: list[tuple[Indicator, Figure | None]], points: list[Point], start: int | None,
    grades: Grades,
) -> dict[str, Any]:  # fmt: skip
    """Numbers for drawing and the same as texts for reading; a grade is drawn by its rank."""
    graded = indicator.measure == Indicator.Measure.GRADE
    figures = [figure for _row, figure in shown]
    values = [
        figure.value.comparable if figure and figure.reported and not figure.nil else None for figure in figures
    ]
    targets = [figure.target if figure else None for figure in figures]
    ranks = sorted({int(number) for number in [*values, *targets] if number is not None}) if graded else []
    return {
        "periods": [point.label for point in points],
        "values": [_plain(value) for value in values],
        "targets": [_plain(target) for target in targets],
        "texts": [point.value for point in points],
        "target_texts": [point.target for point in points],
        "states": [point.mark.key or "plain" for point in points],
        "words": [str(point.mark.word) for point in points],
        "unit": "" if graded else unit_text(indicator),
        "classes": {rank: grades.name(indicator, rank) for rank in ranks},
        "zero": indicator.is_sum,
        "floor": _floor([number for number in (*values, *targets) if number is not None]),
        "break": start,
        "names": {"value": _("Result"), "target": _("Target"), "break": _("new definition")},
    }


GAP = Fraction(12, 100)  # of the height, that charts.js leaves below the lowest point


def _floor(numbers: Sequence[Fraction]) -> int | None:
    """0 where the axis would begin below it: no figure does. None where the chart chooses."""
    if not numbers:
        return None
    low, high = min(numbers), max(numbers)
    return 0 if low - (high - low) * GAP <= 0 else None


def _plain(value: Any) -> float | None:
    """For drawing alone; what is read comes as text."""
    return None if value is None else float(round_half_up(value, 4))


@dataclass(frozen=True, slots=True)
class Stack:
    """Indicators with a target, counted by result, for each quarter."""

    rows: list[tuple[str, list[int]]]
    words: list[Mark]
    total: int
    options: dict[str, Any]
    sentence: str

    @property
    def json(self) -> str:
        return json.dumps(self.options, ensure_ascii=False)


def stack_of(reading: Reading, unit: int, quarters: Sequence[Quarter]) -> Stack:
    """`none` counts indicators that have a target and no result yet."""
    rows = []
    for year, quarter in quarters:
        counted: Counter[str] = Counter()
        for indicator in reading.indicators:
            figure = reading.figure(unit, indicator, year, f"Q{quarter}")
            if figure is not None and figure.target is not None:
                counted[str(figure.outcome or "none")] += 1
        rows.append((short_label((year, quarter)), [counted[state] for state in STACKED]))
    words = [mark(state) for state in STACKED[:-1]]
    words.append(replace(mark("none"), word=_("Not judged")))  # also where some have reported
    options = {
        "periods": [label for label, _counts in rows],
        "series": [
            {"state": word.key, "name": word.word, "data": [counts[at] for _label, counts in rows]}
            for at, word in enumerate(words)
        ],
    }
    last = rows[-1][1]
    sentence = _("Chart: in quarter %(quarter)s %(met)d of %(total)d indicators met or exceeded.") % {
        "quarter": rows[-1][0], "met": last[0] + last[1], "total": sum(last),
    }  # fmt: skip
    return Stack(rows, words, sum(last), options, sentence)

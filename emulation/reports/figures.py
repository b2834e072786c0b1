"""Consolidated figures of units: the one place where stored parts become values and results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from emulation import periods
from emulation.consolidation import Parts, Rule, Value, value_of
from emulation.models import CampaignIndicator, Grade, Indicator, Lineage, Round, Summary
from emulation.numbers import exact_text
from emulation.scoring import DEFAULT_NEAR, Outcome, judge
from emulation.services.summaries import Book, Row, row_from
from units.models import Unit


@dataclass(frozen=True, slots=True)
class Margins:
    """When a result counts as *over* or *near*, in per cent of the target."""

    over: Fraction | None
    near: Fraction


def margins_of(indicator: Indicator, placed: CampaignIndicator | None) -> Margins:
    """The campaign indicator's margins; by default any excess is *over* for counts and amounts, never else."""
    over = placed.over_margin if placed else None
    near = placed.near_margin if placed else None
    if over is None and indicator.is_sum:
        over = 0
    return Margins(None if over is None else Fraction(over), Fraction(DEFAULT_NEAR if near is None else near))


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator over the branch of one unit in one period.

    `reported` and `expected` count unit × round cells; `targeted` and `met` count units without
    subordinates. `branch` says that the unit has subordinates in the period. `outcome` is None where
    there is nothing to compare, and for a single unit with a missing cell.
    """

    unit: int
    indicator: int
    period: str
    branch: bool
    value: Value
    parts: Parts
    reported: int
    expected: int
    targeted: int
    met: int
    target: Fraction | None
    comparator: str
    outcome: Outcome | None

    @property
    def complete(self) -> bool:
        return self.reported == self.expected

    @property
    def missing(self) -> int:
        return self.expected - self.reported


def rule_of(indicator: Indicator) -> Rule:
    return Rule(indicator.measure, indicator.accrual, indicator.scale, indicator.headline_share)


def figure_from(
    row: Row, name: str, *, unit: int, indicator: Indicator, period: str, branch: bool, margins: Margins
) -> Figure:
    """The figure in a computed or stored row; `name` is a set of `summaries.SETS`."""
    parts = row.parts[name]
    value = value_of(rule_of(indicator), parts, branch=branch)
    outcome = None
    if value.comparable is not None and row.target is not None and (branch or parts.reported == parts.expected):
        outcome = judge(
            row.comparator, row.target, value.comparable, over_margin=margins.over, near_margin=margins.near
        )
    return Figure(
        unit, indicator.pk, period, branch, value, parts, parts.reported, parts.expected,
        row.targeted[name], row.met[name], row.target, row.comparator, outcome,
    )  # fmt: skip


def placed_indicators(year: int, indicators: Iterable[int] | None = None) -> dict[int, CampaignIndicator]:
    """indicator → how the year's launched campaigns place it (the first one where several do)."""
    rows = CampaignIndicator.objects.in_force(year).filter(campaign__kind__is_drive=False)
    if indicators is not None:
        rows = rows.filter(indicator__in=indicators)
    rows = rows.select_related("indicator__area", "indicator__grade_scale", "campaign")
    found: dict[int, CampaignIndicator] = {}
    for row in rows.order_by("campaign__parent_id", "campaign_id", "pk"):
        found.setdefault(row.indicator_id, row)
    return found


def figures_of(
    units: Iterable[Unit],
    year: int,
    wanted: Iterable[str],
    *,
    handed_in: bool = False,
    indicators: Iterable[Indicator] | None = None,
    placed: dict[int, CampaignIndicator] | None = None,
) -> dict[tuple[int, int, str], Figure]:
    """(unit, indicator, period) → figure, for everything expected or reported.

    `handed_in` counts handed-in sheets beside approved ones. Units with subordinates are read from their
    stored rows; the others are computed from their own results. A fixed number of queries.
    """
    wanted = list(wanted)
    units = {unit.pk: unit for unit in units}
    catalogue = {row.pk: row for row in (Indicator.objects.all() if indicators is None else indicators)}
    only = None if indicators is None else list(catalogue)
    if placed is None:
        placed = placed_indicators(year, only)
    margins = {pk: margins_of(row, placed.get(pk)) for pk, row in catalogue.items()}
    name = "all_" if handed_in else ""
    inner = _inner_periods(units, year, wanted)

    found: dict[tuple[int, int, str], Figure] = {}
    stored = Summary.objects.filter(
        unit__in={unit for unit, _period in inner}, year=year, drive=None, period__in=wanted, indicator__in=catalogue
    )
    for summary in stored:
        if (summary.unit_id, summary.period) in inner:
            found[summary.unit_id, summary.indicator_id, summary.period] = figure_from(
                row_from(summary), name, unit=summary.unit_id, indicator=catalogue[summary.indicator_id],
                period=summary.period, branch=True, margins=margins[summary.indicator_id],
            )  # fmt: skip
    leaves = [pk for pk in units if any((pk, period) not in inner for period in wanted)]
    if leaves:
        book = Book(year, None, set(leaves), only)
        for unit in leaves:
            for period in wanted:
                if (unit, period) not in inner:
                    for indicator, row in leaf_rows(book, unit, period):
                        found[unit, indicator, period] = figure_from(
                            row, name, unit=unit, indicator=catalogue[indicator], period=period, branch=False,
                            margins=margins[indicator],
                        )  # fmt: skip
    return found


def _inner_periods(units: Iterable[int], year: int, wanted: list[str]) -> set[tuple[int, str]]:
    """(unit, period) in which the unit had subordinates in a round of the period."""
    rounds = dict(Round.objects.quarters().filter(year=year).values_list("pk", "quarter"))
    rows = Lineage.objects.filter(round__in=rounds, unit__in=units, is_leaf=False).values_list("unit_id", "round_id")
    return {
        (unit, period) for unit, round_ in rows for period in wanted if rounds[round_] in periods.QUARTERS[period]
    }


def leaf_rows(book: Book, unit: int, period: str) -> Iterable[tuple[int, Row]]:
    """(indicator, row) of a unit without subordinates for what is expected or reported in the period."""
    for indicator in book.rules:
        known = any(
            (parts := book.unit_parts(unit, quarter, indicator, "all_")).expected or parts.reported
            for quarter in book.periods[period]
            if quarter in book.rounds
        )
        if known:
            yield indicator, book.own_row(unit, indicator, period)


def machine_rows(unit: Unit, year: int, period: str, indicator: Indicator | None = None) -> list[dict[str, object]]:
    """What `manage.py figures` prints: approved figures only, one object per indicator, plain texts."""
    chosen = Indicator.objects.select_related("area") if indicator is None else [indicator]
    chosen = {row.pk: row for row in chosen}
    grades = {(g.scale_id, g.rank): g.code for g in Grade.objects.all()}
    found = figures_of([unit], year, [period], indicators=chosen.values())
    text = periods.period_text(year, period)
    return [
        _machine_row(found[unit.pk, pk, period], row, grades, unit, text)
        for pk, row in chosen.items()
        if (unit.pk, pk, period) in found
    ]


def _machine_row(
    figure: Figure, indicator: Indicator, grades: dict[tuple[int | None, int], str], unit: Unit, period: str
) -> dict[str, object]:
    value = figure.value
    graded = indicator.measure == Indicator.Measure.GRADE

    def code(rank: Fraction | int | None) -> str | None:
        return None if rank is None else grades.get((indicator.grade_scale_id, int(rank)))

    return {
        "unit": unit.code,
        "period": period,
        "indicator": indicator.code,
        "numerator": exact_text(value.numerator),
        "denominator": exact_text(value.denominator),
        "value": code(value.rank) if graded else exact_text(value.value),
        "grades": {code(rank): row[0] for rank, row in sorted(figure.parts.classes.items(), reverse=True)}
        if graded
        else None,
        "reported": figure.reported,
        "expected": figure.expected,
        "targeted": figure.targeted,
        "met": figure.met,
        "target": code(figure.target) if graded else exact_text(figure.target),
    }

"""Consolidated figures of units: the one place where stored parts become values and results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from django.db.models import Q

from emulation import periods
from emulation.consolidation import Parts, Rule, Value, is_skewed, value_of
from emulation.models import (
    CampaignIndicator,
    Indicator,
    Lineage,
    Report,
    Result,
    Summary,
    Target,
)
from emulation.reports.book import (
    SETS,
    SPLIT,
    TARGET_UNITS,
    Place,
    Places,
    UnitFigures,
    read_cells,
    read_goals,
    read_items,
)
from emulation.reports.plan import Plan, plans, slot
from emulation.scoring import DEFAULT_NEAR, Outcome, half, is_judged_early, judge
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
        over = Decimal(0)
    return Margins(None if over is None else Fraction(over), Fraction(DEFAULT_NEAR if near is None else near))


@dataclass(frozen=True, slots=True)
class Until:
    """The quarter with whose end the data of a figure end, before its period does: it is asked no later in it.

    `some`: of a part of the branch's units alone; the others are asked up to the period's end.
    """

    quarter: int
    some: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator over the branch of one unit in one period.

    `reported` and `expected` count unit × round cells; `targeted` and `met` count units without
    subordinates. `branch` says that the unit has subordinates in the period; `nil` that a single unit
    reported nothing but nil; `skewed` that missing cells distort the value, which is not shown
    (`consolidation.is_skewed`).
    `outcome` is None where there is nothing to compare; with missing cells also for a single unit, and for a branch
    where they skew the value, could complete a sum or are the most, unless a sum is past its target already.
    `until` is None where the data reach to the period's end, or nothing is reported. `unsettled`: as units moved, the
    target is that of other units or quarters than the figure: then there is none to compare it with.
    """

    unit: int
    indicator: int
    year: int
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
    nil: bool = False
    until: Until | None = None
    skewed: bool = False
    unsettled: bool = False

    @property
    def complete(self) -> bool:
        return self.reported == self.expected

    @property
    def mixed(self) -> bool:
        """Whether figures of units that do not all stand as of the same quarter make it."""
        return self.until is not None and self.until.some

    @property
    def above(self) -> bool:
        """Whether the value is above the target, good or bad."""
        value = self.value.comparable
        return self.target is not None and value is not None and value > self.target

    @property
    def comparable(self) -> bool:
        """There is a value, and enough is reported that comparing it with another period does not mislead."""
        known = self.value.comparable is not None and bool(self.reported) and not self.skewed
        return known and half(self.reported, self.expected)

    @property
    def missing(self) -> int:
        return self.expected - self.reported


def rule_of(indicator: Indicator) -> Rule:
    return Rule(indicator.measure, indicator.accrual, indicator.scale, indicator.headline_share)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Figures to read: of `units`, in periods of a year; `indicators` None means all."""

    units: tuple[int, ...]
    year: int
    periods: tuple[str, ...]
    indicators: tuple[int, ...] | None = None
    alone: bool = False  # from their own sheets, also where they have subordinates


class OwnFigures(UnitFigures):
    """Figures of single units in a year, from their own sheets alone: nothing is composed above them.

    Made empty, for the units placed by `lineages` (of one round when that is a peak drive's).
    """

    def __init__(
        self, plan: Plan, rules: dict[int, Rule], lineages: Iterable[Lineage], *, drive: bool = False
    ) -> None:
        places: dict[int, dict[int, Place]] = defaultdict(dict)
        for row in lineages:
            place = Place(row.unit_id, row.unit.kind_id, row.parent_id, row.path, row.is_leaf)
            places[slot(row.round)][row.unit_id] = place
        tree = Places(places, {periods.DRIVE: (1,)} if drive else periods.QUARTERS)
        super().__init__(tree, plan, rules, defaultdict(dict), set(), defaultdict(dict))

    def known(self, unit: int, indicator: int, period: str) -> bool:
        """Whether anything is expected or reported."""
        return any(
            self.unit_parts(unit, quarter, indicator, name).expected
            for quarter in self.tree.periods[period]
            for name in SETS
        )

    def until(self, unit: int, indicator: int, period: str, name: str) -> Until | None:
        """With which quarter the data of the unit's figure end, where that is before the period's end."""
        quarters, asked = self.tree.periods[period], self.schedule(unit, indicator, period)
        inside = [quarter for quarter in quarters if quarter in asked]
        if not inside or inside[-1] == quarters[-1]:
            return None
        later = [q for q in quarters if q > inside[-1]] if self.rules[indicator].flow else []
        unasked = any(self.cell(unit, quarter, indicator, name) for quarter in later)  # it counts all the same
        return None if unasked else Until(inside[-1])

    def all_nil(self, unit: int, indicator: int, period: str, name: str) -> bool:
        """Whether every counted cell of the figure is nil."""
        making = self.making(unit, indicator, period)
        counted = [cell for q in making if (cell := self.cell(unit, q, indicator, name)) is not None]
        statuses = {cell.status for cell in counted} - {Result.Status.NOT_APPLICABLE}
        return statuses == {Result.Status.NIL}


class Reading:
    """Figures of a page: the places of units in the rounds of some years, and their figures once loaded.

    Four queries to begin with and to `load` three: places, what is asked (two), stored rows, the units'
    own results, their targets. `handed_in` counts handed-in sheets beside approved ones.
    """

    def __init__(self, places: Q, years: Sequence[int], *, handed_in: bool = False) -> None:
        self.name, self.years = "all_" if handed_in else "", years
        rows = Lineage.objects.filter(places, round__drive=None, round__year__in=years)
        rows = rows.select_related("round", "unit__kind", "parent", "report").order_by(
            "round__year", "round__quarter", "unit__order", "unit__code"
        )
        self.places = {(row.unit_id, row.round.year, row.round.quarter): row for row in rows}
        self.indicators: dict[int, Indicator] = {}
        self.plans: dict[int, Plan] = {}
        self.own: dict[int, OwnFigures] = {}
        self._found: dict[tuple[int, int, int, str], Figure | None] = {}
        self._placed: dict[tuple[int, int, int, str], CampaignIndicator | None] = {}
        self._margins: dict[tuple[int, int | None], Margins] = {}
        self._cells: dict[tuple[int, int, int, str], int] = {}  # as `_found`, how many cells are expected
        self._split: dict[tuple[int, int, int, str], Parts] = {}  # as `_found`: the rows of `SPLIT`

    @classmethod
    def of_branch(cls, unit: Unit, year: int, years: Iterable[int], *, handed_in: bool) -> Self:
        """Of the unit in `year`, the year before and `years`, and of its direct subordinates in `year`."""
        wanted = sorted({year, year - 1, *years})
        places = Q(unit=unit, round__year__in=wanted) | Q(parent=unit, round__year=year)
        reading = cls(places, wanted, handed_in=handed_in)
        reading.complete(unit.pk, year)
        return reading

    def complete(self, unit: int, year: int) -> None:
        """Places of subordinates that stood elsewhere in a round of the year: their own figures need them.

        One query, and only where somebody has moved or begun within the year.
        """
        rounds = {row.round_id for (pk, of, _q), row in self.places.items() if (pk, of) == (unit, year)}
        known: dict[int, set[int]] = defaultdict(set)
        for (pk, of, _q), row in self.places.items():
            if of == year and pk != unit:
                known[pk].add(row.round_id)
        partly = [pk for pk, found in known.items() if found != rounds]
        if partly:
            rows = Lineage.objects.filter(unit__in=partly, round__in=rounds)
            for row in rows.select_related("round", "unit__kind", "parent", "report"):
                self.places.setdefault((row.unit_id, year, row.round.quarter), row)

    def inner(self, unit: int, year: int, period: str) -> bool:
        """Whether the unit had subordinates in a round of the period."""
        found = (self.places.get((unit, year, quarter)) for quarter in periods.QUARTERS[period])
        return any(place is not None and not place.is_leaf for place in found)

    def place(self, unit: int, year: int, period: str) -> Lineage | None:
        """Where the unit stood in the last round of the period in which it existed."""
        found = (self.places.get((unit, year, quarter)) for quarter in reversed(periods.QUARTERS[period]))
        return next((place for place in found if place is not None), None)

    def load_plans(self, years: Iterable[int], indicators: Iterable[int] | None = None) -> None:
        """What the years ask. Of whom is read for the years in which a unit has sheets of its own."""
        expecting = {
            year
            for (_unit, year, _quarter), place in self.places.items()
            if place.is_leaf or hasattr(place, "report")
        }
        self.plans = plans(list(years), expecting=expecting, indicators=indicators)
        for plan in self.plans.values():
            self.indicators |= {row.indicator_id: row.indicator for row in plan.placements.values()}

    def placement(self, indicator: int, unit: int, year: int, period: str) -> CampaignIndicator | None:
        """How the year places the indicator for the unit."""
        key = (indicator, unit, year, period)
        if key not in self._placed:
            place, plan = self.place(unit, year, period), self.plans.get(year)
            found = plan.placement(indicator, place.unit.kind_id, place.path) if plan and place else None
            self._placed[key] = found
        return self._placed[key]

    def margins(self, indicator: Indicator, unit: int, year: int, period: str) -> Margins:
        placed = self.placement(indicator.pk, unit, year, period)
        key = (indicator.pk, placed.pk if placed else None)
        if key not in self._margins:
            self._margins[key] = margins_of(indicator, placed)
        return self._margins[key]

    def load(self, *wanted: Wanted, items: bool = False) -> None:
        """Read the figures; afterwards `figure` answers for them. Items of checklists only when asked for."""
        stored = Q(pk__in=[])
        leaves: dict[int, set[int]] = defaultdict(set)
        only: set[int] | None = set()
        for want in wanted:
            for period in want.periods:
                inner = [unit for unit in want.units if not want.alone and self.inner(unit, want.year, period)]
                if inner:
                    some = Q(unit__in=inner, year=want.year)
                    only_these = Q() if want.indicators is None else Q(indicator__in=want.indicators)
                    stored |= some & only_these & (Q(period=period) | self._made_of(want.year, period))
                alone = set(want.units).difference(inner)
                if alone:
                    leaves[want.year] |= alone
                    only = None if only is None or want.indicators is None else only | set(want.indicators)
        rows = list(Summary.objects.filter(stored, drive=None).values_list(*self._columns()))
        known = {row[3] for row in rows} | (self._load_own(leaves, only, items) if leaves else set())
        if unknown := known - self.indicators.keys():
            self.indicators |= Indicator.objects.select_related("area").in_bulk(unknown)
        for unit, year, period, indicator, _target, _comparator, _unsettled, *sums in rows:
            self._cells[unit, indicator, year, period] = sums[4]
        for row in rows:
            self._keep_stored(row)
        rules = {pk: rule_of(row) for pk, row in self.indicators.items()}
        for own in self.own.values():
            own.rules = rules

    def _made_of(self, year: int, period: str) -> Q:
        """The rows that say how much of a figure of nine months ends with the half-year, where it is asked so."""
        plan = self.plans.get(year)
        if period != "9M" or plan is None or not plan.half_yearly:
            return Q()
        return Q(period__in=[*SPLIT.values(), "Q2", "Q3"], indicator__in=plan.half_yearly)

    def _until(self, unit: int, indicator: int, year: int, period: str) -> Until | None:
        """Of a unit with subordinates: by what is expected of its branch up to the half-year and after it."""
        if not self.is_split(indicator, year, period):
            return None
        flow = rule_of(self.indicators[indicator]).flow
        names = ("Q2", "Q3") if flow else SPLIT.values()
        early, late = (self._cells.get((unit, indicator, year, name), 0) for name in names)
        some = late < early if flow else bool(early)
        return Until(2, some=bool(late)) if not late or some else None

    def is_split(self, indicator: int, year: int, period: str) -> bool:
        """Whether some units make the nine months of a stock with quarter II and others with quarter III."""
        plan = self.plans.get(year)
        return period == "9M" and plan is not None and indicator in plan.half_yearly

    def split_parts(self, unit: int, indicator: int, year: int, quarter: int) -> Parts | None:
        """What of a quarter makes such nine months of a unit with subordinates."""
        return self._split.get((unit, indicator, year, SPLIT.get(quarter, "")))

    def _columns(self) -> list[str]:
        parts = ("numerator", "denominator", "samples", "reported", "expected", "classes", "targeted", "met")
        target = ("target", "comparator", "unsettled")
        return ["unit_id", "year", "period", "indicator_id", *target, *(self.name + p for p in parts)]

    def _keep_stored(self, row: tuple) -> None:
        unit, year, period, indicator, target, comparator, unsettled, *sums, classes, targeted, met = row
        parts = Parts(*sums)
        parts.add_classes({int(key): value for key, value in classes.items()})
        if period not in periods.QUARTERS:
            self._split[unit, indicator, year, period] = parts
            return
        self._found[unit, indicator, year, period] = self._figure(
            unit, indicator, year, period, parts, branch=True, targeted=targeted, met=met,
            target=None if target is None else Fraction(target, TARGET_UNITS), comparator=comparator,
            until=self._until(unit, indicator, year, period), unsettled=unsettled,
        )  # fmt: skip

    def _figure(
        self, unit: int, indicator: int, year: int, period: str, parts: Parts, *, branch: bool, targeted: int,
        met: int, target: Fraction | None, comparator: str, nil: bool = False, until: Until | None = None,
        unsettled: bool = False,
    ) -> Figure:  # fmt: skip
        row = self.indicators[indicator]
        target = None if unsettled else target
        rule = rule_of(row)
        value, skewed = (
            value_of(rule, parts, branch=branch),
            self._is_skewed(rule, parts, indicator, unit, year, period),
        )
        outcome = None
        if value.comparable is not None and target is not None:
            margins = self.margins(row, unit, year, period)
            outcome = judge(comparator, target, value.comparable, over_margin=margins.over, near_margin=margins.near)
            early = branch and is_judged_early(
                comparator, target, value.comparable, parts.reported, parts.expected, is_sum=row.is_sum, skewed=skewed
            )
            if parts.reported < parts.expected and not early:
                outcome = None
        return Figure(
            unit, indicator, year, period, branch, value, parts, parts.reported, parts.expected, targeted, met,
            target, comparator, outcome, nil, until if parts.reported else None, skewed, unsettled,
        )  # fmt: skip

    def _is_skewed(self, rule: Rule, parts: Parts, indicator: int, unit: int, year: int, period: str) -> bool:
        """By the rounds of the period in which the unit is asked; all where nobody asks it."""
        if rule.accrual != Indicator.Accrual.FLOW_OVER_STOCK or parts.reported == parts.expected:
            return False
        placed, quarters = self.placement(indicator, unit, year, period), periods.QUARTERS[period]
        return is_skewed(rule, parts, sum(placed is None or quarter in placed.asked_quarters for quarter in quarters))

    def figure(self, unit: int, indicator: int, year: int, period: str) -> Figure | None:
        """The figure, or None where nothing was expected or reported."""
        key = (unit, indicator, year, period)
        if key not in self._found and not self.inner(unit, year, period):
            self._found[key] = self._own_figure(*key)
        return self._found.get(key)

    def unjudged(self, unit: int, indicator: int, year: int, period: str, parts: Parts) -> Figure:
        """A figure of some `parts` of the unit's, against no target."""
        branch = self.inner(unit, year, period)
        return self._figure(
            unit, indicator, year, period, parts, branch=branch, targeted=0, met=0, target=None, comparator=""
        )

    def aimed(self, unit: int, year: int, period: str) -> Iterable[int]:
        """Indicators of which the unit may have a target: no others have any."""
        if self.inner(unit, year, period):
            return self.indicators
        own = self.own.get(year)
        return own.goals.get(unit, ()) if own else ()

    def alone(self, unit: int, indicator: int, year: int, period: str) -> Figure | None:
        """What arose in the unit itself although it has subordinates; its target is the branch's, so none here."""
        return self._own_figure(unit, indicator, year, period, judged=False)

    def _own_figure(self, unit: int, indicator: int, year: int, period: str, *, judged: bool = True) -> Figure | None:
        own = self.own.get(year)
        if own is None or indicator not in own.rules or not own.known(unit, indicator, period):
            return None
        row = own.own_row(unit, indicator, period)
        return self._figure(
            unit, indicator, year, period, row.parts[self.name], branch=False,
            targeted=row.targeted[self.name] if judged else 0, met=row.met[self.name] if judged else 0,
            target=row.target if judged else None, comparator=row.comparator if judged else "",
            nil=own.all_nil(unit, indicator, period, self.name),
            until=own.until(unit, indicator, period, self.name), unsettled=judged and row.unsettled,
        )  # fmt: skip

    def _load_own(self, leaves: dict[int, set[int]], only: set[int] | None, items: bool) -> set[int]:
        """Make the years' books of the units' own figures; returns the indicators that have any."""
        units = set().union(*leaves.values())
        results = Result.objects.filter(
            report__unit__in=units, report__round__drive=None, report__round__year__in=leaves,
            report__state__in=Report.HANDED_IN,
        )  # fmt: skip
        targets = Target.objects.filter(
            unit__in=units, drive=None, agreed__isnull=False, campaign_indicator__campaign__year__in=leaves,
            campaign_indicator__campaign__kind__is_drive=False,
        )  # fmt: skip
        if only is not None:
            results = results.filter(indicator__in=only)
            targets = targets.filter(campaign_indicator__indicator__in=only)
        for year, alone in leaves.items():
            lineages = [row for (unit, y, _q), row in self.places.items() if y == year and unit in alone]
            self.own[year] = OwnFigures(self.plans.get(year) or Plan(year), {}, lineages)
        known = set()
        for year, quarter, unit, state, indicator, cell in read_cells(results, read_items(results) if items else {}):
            known.add(indicator)
            key = unit, quarter or 1  # peak drives, which have no quarter, are not among the results
            self.own[year].cells[key][indicator] = cell
            if state == Report.State.APPROVED:
                self.own[year].approved.add(key)
        for year, unit, indicator, goal in read_goals(targets):
            self.own[year].goals[unit][indicator] = goal
        return known


def read_figures(
    units: Sequence[int],
    year: int,
    wanted: tuple[str, ...],
    *,
    handed_in: bool = False,
    indicators: Iterable[Indicator] | None = None,
) -> Reading:
    """What `figures_of` is made from: for those who need few of them, one by one. `units` are keys."""
    only = None if indicators is None else tuple(row.pk for row in indicators)
    reading = Reading(Q(unit__in=units), [year], handed_in=handed_in)
    reading.load_plans([year], only)
    reading.load(Wanted(tuple(units), year, wanted, only))
    return reading


def figures_of(
    units: Iterable[Unit],
    year: int,
    wanted: Iterable[str],
    *,
    handed_in: bool = False,
    indicators: Iterable[Indicator] | None = None,
) -> dict[tuple[int, int, str], Figure]:
    """(unit, indicator, period) → figure, for everything expected or reported.

    `handed_in` counts handed-in sheets beside approved ones. Units with subordinates are read from their
    stored rows; the others are computed from their own results. A fixed number of queries.
    """
    chosen, wanted = tuple(unit.pk for unit in units), tuple(wanted)
    reading = read_figures(chosen, year, wanted, handed_in=handed_in, indicators=indicators)
    return {
        (unit, indicator, period): figure
        for unit in chosen
        for period in wanted
        for indicator in reading.indicators
        if (figure := reading.figure(unit, indicator, year, period)) is not None
    }

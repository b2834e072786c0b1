"""What the figures of a year (or of a peak drive's round) are made of, as plain data.

`Places` and `UnitFigures` reckon with what they are given: single units, each from its own sheets.
`Tree` and `Book` load it for whole branches, in a fixed number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, Func, QuerySet

from emulation import periods
from emulation.consolidation import Cell, Parts, Rule, over_rounds, quotient
from emulation.models import Campaign, Indicator, Lineage, Report, Result, ResultItem, Round, Target
from emulation.models.catalogue import ASKED_QUARTERS
from emulation.periods import making_quarters
from emulation.reports.plan import Asking, Plan
from emulation.scoring import is_met, target_weights
from units.models import Placement
from units.paths import path_ids
from units.reports.lineages import lineages_of

TARGET_UNITS = 4000  # targets of a period count quarters of a thousandth: a quarter of a year's target is exact
SETS = ("", "all_")  # approved; approved together with handed in
EVERY_QUARTER = (1, 2, 3, 4)
SPLIT = {2: "N2", 3: "N3"}  # quarter → the bucket of what of it makes the nine months of a mixed stock


class Place(NamedTuple):
    """A unit in the tree of one round."""

    unit: int
    kind: int
    parent: int | None
    path: str
    is_leaf: bool


class Goal(NamedTuple):
    """An agreed target of a year: milestones I–III (or none) and the year's value, in whole thousandths."""

    comparator: str
    asked: tuple[int, ...]
    values: tuple[int, int, int, int]
    milestones: bool


class Count(NamedTuple):
    """What a unit adds to its superior in a period; the sets are in the order of `SETS`.

    For a unit without subordinates the counts are 0 or 1. `goal` is its branch's target in `TARGET_UNITS`.
    """

    targeted: int
    met: int
    all_targeted: int
    all_met: int
    goal: int | None
    comparator: str


def _both() -> dict[str, Parts]:
    return {"": Parts(), "all_": Parts()}


def _none() -> dict[str, int]:
    return {"": 0, "all_": 0}


@dataclass(slots=True)
class Row:
    """What one consolidated figure holds. `goal` is the branch's target in `TARGET_UNITS`.

    `known` says that something is expected or reported in the period, though perhaps not in the rounds
    that make the figure. `unsettled`: the target is that of other units or quarters than the figure, as units have
    moved: the two are not compared.
    """

    parts: dict[str, Parts] = field(default_factory=_both)
    targeted: dict[str, int] = field(default_factory=_none)
    met: dict[str, int] = field(default_factory=_none)
    goal: int | None = None
    comparator: str = ""
    known: bool = False
    unsettled: bool = False

    @property
    def target(self) -> Fraction | None:
        """In the indicator's scale."""
        return None if self.goal is None else Fraction(self.goal, TARGET_UNITS)

    @property
    def empty(self) -> bool:
        """Nothing is expected and nothing was reported."""
        return not any(parts.expected or parts.reported for parts in self.parts.values())

    @property
    def void(self) -> bool:
        """There is nothing to keep."""
        return not self.known and self.empty and self.goal is None and not any(self.targeted.values())

    @property
    def count(self) -> Count:
        counts = (number for name in SETS for number in (self.targeted[name], self.met[name]))
        return Count._make([*counts, self.goal, self.comparator])

    def add_parts(self, other: Row) -> None:
        for name in SETS:
            self.parts[name].add(other.parts[name])

    def add_count(self, count: Count) -> None:
        self.targeted[""] += count.targeted
        self.met[""] += count.met
        self.targeted["all_"] += count.all_targeted
        self.met["all_"] += count.all_met


class Places:
    """Who stood where: quarter → unit → place, for the periods of a year (or of a drive)."""

    def __init__(self, places: dict[int, dict[int, Place]], periods_: dict[str, tuple[int, ...]]) -> None:
        self.places, self.periods = places, periods_
        self._latest: dict[str, dict[int, Place]] = {}
        self._branches: dict[str, set[int]] = {}

    def latest(self, period: str) -> dict[int, Place]:
        """unit → its last place in the period. Units that have none in it are left out."""
        if period not in self._latest:
            found: dict[int, Place] = {}
            for quarter in self.periods[period]:
                found |= self.places.get(quarter, {})
            self._latest[period] = found
        return self._latest[period]

    def branches(self, period: str) -> set[int]:
        """Units that had subordinates in a round of the period."""
        if period not in self._branches:
            rounds = (self.places.get(quarter, {}).values() for quarter in self.periods[period])
            self._branches[period] = {place.unit for places in rounds for place in places if not place.is_leaf}
        return self._branches[period]


class Tree(Places):
    """The places of units in the rounds of a year, or of a drive, as stored.

    `units` are the units whose branches are looked at: their places and those of everything that stood
    directly below them in a round are known. None: the places of all units.
    `moved` are the units that were moved in the year: their places are known as well, and `began`, who stood above
    each on its first day.
    """

    def __init__(self, year: int, drive: Campaign | None = None, units: Iterable[int] | None = None) -> None:
        self.year, self.drive = year, drive
        self.units = None if units is None else set(units)
        rounds = Round.objects.filter(drive=drive) if drive else Round.objects.quarters().filter(year=year)
        self.rounds = {quarter or 1: pk for pk, quarter in rounds.order_by("quarter").values_list("pk", "quarter")}
        self.moved = set() if drive or not self.rounds else _moved(year, max(self.rounds))
        begin = date(year, 1, 1)
        began = lineages_of(self.moved, [begin])[begin] if self.moved else {}
        self.began = {unit: chain for unit, chain in began.items() if unit in self.moved}
        super().__init__(self._load(), {periods.DRIVE: (1,)} if drive else periods.QUARTERS)
        self.children = {quarter: by_superior(places.values()) for quarter, places in self.places.items()}

    def _load(self) -> dict[int, dict[int, Place]]:
        rows = Lineage.objects.filter(round__in=self.rounds.values())
        if self.units is not None:
            below = rows.filter(parent__in=self.units).values_list("unit_id", flat=True)
            rows = rows.filter(unit__in={*self.units, *below, *self.moved})
        quarter_of = {pk: quarter for quarter, pk in self.rounds.items()}
        found: dict[int, dict[int, Place]] = {quarter: {} for quarter in self.rounds}
        for round_, *columns in rows.values_list(
            "round_id", "unit_id", "unit__kind_id", "parent_id", "path", "is_leaf"
        ):
            place = Place._make(columns)
            found[quarter_of[round_]][place.unit] = place
        return found

    def leaf_quarters(self) -> set[int]:
        """Quarters in which one of the units looked at had no subordinates: no row of them is kept."""
        units = self.units or set()
        return {q for q, places in self.places.items() if any(places[u].is_leaf for u in units & places.keys())}

    def alone(self) -> set[int]:
        """Units that had no subordinates in one of the rounds, the units looked at, what moved and all above it."""
        found = {p.unit for places in self.places.values() for p in places.values() if p.is_leaf}
        moved = (p.path for places in self.places.values() for pk in self.moved if (p := places.get(pk)))
        return found.union(self.units or (), *map(path_ids, moved), *self.began.values())


def _moved(year: int, quarter: int) -> set[int]:
    """Units that left a superior after the first day of the year, up to the end of its last round's quarter."""
    left = Placement.objects.filter(until__gt=date(year, 1, 1), until__lte=periods.quarter_end(year, quarter))
    return set(left.values_list("unit_id", flat=True))


def by_superior(places: Iterable[Place]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    for place in places:
        if place.parent is not None:
            found[place.parent].append(place)
    return found


Cells = dict[tuple[int, int], dict[int, Cell]]  # (unit, quarter) → indicator → figure that is at least handed in
Goals = dict[int, dict[int, Goal]]  # unit → indicator → agreed target


class UnitFigures:
    """Figures of single units: each from its own sheets, as a unit without subordinates shows them.

    `approved` are the (unit, quarter) of approved sheets; what is in `cells` and not there is handed in.
    """

    def __init__(
        self, tree: Places, plan: Plan, rules: dict[int, Rule], cells: Cells, approved: set[tuple[int, int]],
        goals: Goals,
    ) -> None:  # fmt: skip
        self.tree, self.plan, self.rules = tree, plan, rules
        self.cells, self.approved, self.goals = cells, approved, goals
        self._asked: dict[tuple[int, str], dict[int, Asking]] = {}
        self._dropped: dict[tuple[int, int], tuple[int, ...]] = {}
        self._parts: dict[tuple[int, int, int, str], Parts] = {}
        self._sums: dict[tuple[int, tuple[int, ...], int, str], Parts] = {}

    def asked(self, place: Place) -> dict[int, Asking]:
        """indicator → what is asked of a unit at this place."""
        key = place.kind, place.path
        if key not in self._asked:
            self._asked[key] = self.plan.for_unit(*key)
        return self._asked[key]

    def schedule(self, unit: int, indicator: int, period: str) -> tuple[int, ...]:
        """The quarters in which the unit is asked at the last place in the period at which it is; all where nobody
        asks it.
        """
        for quarter in reversed(self.tree.periods[period]):
            place = self.tree.places.get(quarter, {}).get(unit)
            row = self.asked(place).get(indicator) if place else None
            if row is not None:
                return row.quarters
        return EVERY_QUARTER

    def dropped(self, unit: int, indicator: int, period: str) -> tuple[int, ...]:
        """Quarters of the period in which the unit, at its place then, is not asked for what it is elsewhere."""
        key = unit, indicator
        if key not in self._dropped:
            found = {q: places[unit] for q, places in self.tree.places.items() if unit in places}
            without = [q for q, place in found.items() if indicator not in self.asked(place)]
            self._dropped[key] = tuple(without) if len(without) < len(found) else ()
        return tuple(q for q in self._dropped[key] if q in self.tree.periods[period])

    def making(self, unit: int, indicator: int, period: str) -> tuple[int, ...]:
        """The quarters whose cells make the unit's own figure in the period."""
        quarters, flow = self.tree.periods[period], self.rules[indicator].flow
        if flow or len(quarters) == 1:
            return quarters
        return making_quarters(quarters, flow=flow, asked=self.schedule(unit, indicator, period))

    def cell(self, unit: int, quarter: int, indicator: int, name: str) -> Cell | None:
        """The figure as far as it counts in the set `name`."""
        if name == "" and (unit, quarter) not in self.approved:
            return None
        return self.cells.get((unit, quarter), {}).get(indicator)

    def put(self, unit: int, quarter: int, indicator: int, cell: Cell | None) -> None:
        """Replace a figure; None clears it."""
        self._parts.clear()
        self._sums.clear()
        if cell is None:
            self.cells[unit, quarter].pop(indicator, None)
        else:
            self.cells[unit, quarter][indicator] = cell

    def settled(self, unit: int, *quarters: int) -> bool:
        """Whether nothing is handed in and not yet approved: then both sets are the same."""
        return all((unit, q) in self.approved or (unit, q) not in self.cells for q in quarters)

    def unit_parts(self, unit: int, quarter: int, indicator: int, name: str) -> Parts:
        """Parts of what arose in the unit itself in one quarter. Not to be changed by the caller."""
        if name and self.settled(unit, quarter):
            name = ""
        key = unit, quarter, indicator, name
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = Parts()
            place = self.tree.places[quarter].get(unit) if quarter in self.tree.places else None
            asked = self.asked(place).get(indicator) if place else None
            cell = self.cell(unit, quarter, indicator, name)
            found.add_cell(self.rules[indicator], cell, asked=asked is not None and quarter in asked.quarters)
        return found

    def period_parts(self, unit: int, indicator: int, period: str, name: str) -> Parts:
        """Parts of the unit's own figure in a period. Not to be changed by the caller."""
        rule, making = self.rules[indicator], self.making(unit, indicator, period)
        if name and self.settled(unit, *making):
            name = ""
        if rule.accrual != "flow" or len(making) == 1:
            return over_rounds(rule, (self.unit_parts(unit, q, indicator, name) for q in making))
        key = unit, making, indicator, name
        found = self._sums.get(key)
        if found is None:  # a longer period begins with a shorter one: half a year, nine months, the year
            shorter = "H1" if len(making) == 3 else "9M" if len(making) == 4 else "Q1"
            parts = (
                self.period_parts(unit, indicator, shorter, name),
                self.unit_parts(unit, making[-1], indicator, name),
            )
            found = self._sums[key] = over_rounds(rule, parts)
        return found

    def goal_in(self, goal: Goal | None, indicator: int, period: str) -> int | None:
        """What a year's target means in the period, in `TARGET_UNITS`; None where nothing is asked in it."""
        if goal is None:
            return None
        rule = self.rules[indicator]
        weights = target_weights(
            rule.measure, rule.accrual, goal.comparator, goal.milestones, self.tree.periods[period], goal.asked
        )
        if weights is None:
            return None
        return sum(weight * value for weight, value in zip(weights, goal.values, strict=True))

    def added_goal(self, unit: int, indicator: int, period: str) -> int | None:
        """What the target of a unit without subordinates adds to that of its superior: `goal_in`, of a sum over the
        quarters for those alone in which the unit is still asked at its place.
        """
        goal, dropped = self.goals.get(unit, {}).get(indicator), self.dropped(unit, indicator, period)
        if goal is None or not dropped:
            return self.goal_in(goal, indicator, period)
        quarters = self.tree.periods[period]
        left = [q for q in self.making(unit, indicator, period) if q not in dropped and q in goal.asked]
        if not left or not self.rules[indicator].flow:
            return self.goal_in(goal, indicator, period) if left else None
        shares = {q: self.goal_in(goal, indicator, f"Q{q}") for q in quarters}
        whole = self.goal_in(goal, indicator, period)
        divisible = sum(share or 0 for share in shares.values()) == whole
        return sum(shares[q] or 0 for q in left) if divisible else whole

    def unsettled(self, unit: int, indicator: int, period: str) -> bool:
        """Whether the unit's own target is for quarters in which it is no longer asked."""
        goal = self.goals.get(unit, {}).get(indicator)
        return goal is not None and any(q in goal.asked for q in self.dropped(unit, indicator, period))

    def reached(self, unit: int, indicator: int, period: str, comparator: str, goal: int) -> list[bool | None]:
        """For each set whether the unit's own figure reaches `goal`; None while a cell is missing or all are.

        None as well where nothing occurred and that is no value: it is neither met nor missed. In counts and
        amounts it is 0. And where the unit is no longer asked in a quarter for which it has the target.
        """
        if self.unsettled(unit, indicator, period):
            return [None] * len(SETS)
        rule = self.rules[indicator]
        found: list[bool | None] = []
        before: Parts | None = None
        for name in SETS:
            parts = self.period_parts(unit, indicator, period, name)
            if parts is before:
                found.append(found[0])
            elif not 0 < parts.reported == parts.expected:
                found.append(None)
            else:
                value = quotient(rule, parts, branch=False)
                found.append(value and is_met(comparator, goal * value[1], value[0] * TARGET_UNITS))
            before = parts
        return found

    def own_row(self, unit: int, indicator: int, period: str) -> Row:
        """The figure of the unit alone, as a unit without subordinates shows it."""
        row = Row(parts={name: self.period_parts(unit, indicator, period, name) for name in SETS})
        goal = self.goals.get(unit, {}).get(indicator)
        row.goal = self.goal_in(goal, indicator, period)
        if goal is not None and row.goal is not None:
            row.comparator = goal.comparator
            row.unsettled = self.unsettled(unit, indicator, period)
            reached = self.reached(unit, indicator, period, row.comparator, row.goal)
            for name, one in zip(SETS, reached, strict=True):
                row.targeted[name], row.met[name] = int(one is not None), int(bool(one))
        return row


class Book(UnitFigures):
    """The figures, schedules and agreed targets that count in a tree; `indicators` None: of all indicators.

    Own figures of units that had subordinates in every round are known for the tree's `units` alone.
    """

    tree: Tree

    def __init__(self, tree: Tree, indicators: Iterable[int] | None = None) -> None:
        indicators = None if indicators is None else list(indicators)
        self.only: dict[str, Any] = {} if indicators is None else {"indicator__in": indicators}
        chosen = Indicator.objects.all() if indicators is None else Indicator.objects.filter(pk__in=indicators)
        columns = chosen.values_list("pk", "measure", "accrual", "scale", "headline_share").order_by()
        super().__init__(
            tree, Plan(tree.year, tree.drive, indicators),
            {pk: Rule(measure, accrual, scale, share) for pk, measure, accrual, scale, share in columns},
            defaultdict(dict), set(), defaultdict(dict),
        )  # fmt: skip
        # Stocks whose nine months some units make with quarter II and others with quarter III.
        self.mixed = {pk for pk in self.plan.half_yearly if not self.rules[pk].flow}
        members = None if tree.units is None else tree.alone()
        self._load_cells(members)
        self._load_goals(members)

    def _load_cells(self, members: set[int] | None) -> None:
        results = Result.objects.filter(report__round__in=self.tree.rounds.values(), **self.only)
        if members is None:
            results = results.filter(report__state__in=Report.HANDED_IN)
        else:
            results = results.filter(report__unit__in=members)
        checklists = any(rule.measure == "checklist" for rule in self.rules.values())
        items = read_items(results) if checklists else {}
        for _year, quarter, unit, state, indicator, cell in read_cells(results, items):
            if state in Report.HANDED_IN:
                self.cells[unit, quarter or 1][indicator] = cell
            if state == Report.State.APPROVED:
                self.approved.add((unit, quarter or 1))

    def _load_goals(self, members: set[int] | None) -> None:
        """Agreed targets of the year; of the drive, in a drive's round."""
        targets = Target.objects.agreed_in(self.tree.year)
        targets = targets.filter(**{f"campaign_indicator__{key}": value for key, value in self.only.items()})
        if self.tree.drive:
            targets = targets.filter(campaign_indicator__campaign=self.tree.drive)
        else:
            targets = targets.filter(drive=None, campaign_indicator__campaign__kind__is_drive=False)
        if members is not None:
            targets = targets.filter(unit__in=members)
        for _year, unit, indicator, goal in read_goals(targets, drive=self.tree.drive is not None):
            self.goals[unit][indicator] = goal


def read_cells(
    results: QuerySet[Result], items: dict[int, dict[int, bool]]
) -> Iterator[tuple[int, int | None, int, str, int, Cell]]:
    """Year, quarter (None: a drive), unit, state of the sheet, indicator and figure of every result."""
    for pk, year, quarter, unit, state, indicator, *figure in results.values_list(
        "pk", "report__round__year", "report__round__quarter", "report__unit_id", "report__state", "indicator_id",
        "status", Stored("numerator"), Stored("denominator"), "grade__rank",
    ):  # fmt: skip
        yield year, quarter, unit, state, indicator, Cell._make([*figure, items.get(pk)])


def read_items(results: QuerySet[Result]) -> dict[int, dict[int, bool]]:
    """Result → checklist item → met, without items that do not apply."""
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    rows = ResultItem.objects.filter(result__in=results).exclude(state=ResultItem.State.NOT_APPLICABLE)
    for result, item, state in rows.values_list("result_id", "item_id", "state"):
        found[result][item] = state == ResultItem.State.MET
    return found


def read_goals(targets: QuerySet[Target], *, drive: bool = False) -> Iterator[tuple[int, int, int, Goal]]:
    """Year, unit, indicator and goal of agreed targets. Where a unit has several, the first placed comes last.

    A `drive` asks once, in its only round, and has no milestones.
    """
    placed = "campaign_indicator__"
    for year, unit, indicator, asked, comparator, *values in targets.order_by("-campaign_indicator_id").values_list(
        placed + "campaign__year", "unit_id", placed + "indicator_id", placed + "asked", "comparator",
        Stored("milestone_1"), Stored("milestone_2"), Stored("milestone_3"), Stored("agreed"),
    ):  # fmt: skip
        rounds = (1,) if drive else ASKED_QUARTERS[asked]
        milestones = values[0] is not None and not drive
        first, second, third, agreed = (value or 0 for value in values)
        yield year, unit, indicator, Goal(comparator, rounds, (first, second, third, agreed), milestones)


class Stored(Func):
    """A part or target as it is stored, in whole thousandths: nothing is converted."""

    template = "%(expressions)s"
    output_field = BigIntegerField()

    def get_db_converters(self, connection: Any) -> list[Any]:
        return []

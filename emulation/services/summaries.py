"""Keeps the consolidated figures: recomputes ancestors from their own results and their children.

Never by adding differences, which drift. One function, `recompute`, is called by every transition;
`rebuild` and `differences` use the same arithmetic over everything and serve as proof and repair.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from django.db import transaction
from django.db.models import BigIntegerField, F, Q
from django.db.models.functions import Cast

from emulation import periods
from emulation.consolidation import Cell, Parts, Rule, over_rounds, value_of
from emulation.models import Campaign, Indicator, Lineage, Report, Result, ResultItem, Round, Summary, Target
from emulation.periods import making_quarters
from emulation.scoring import is_met, period_target
from emulation.services.plan import Asking, Plan
from units.models import Unit
from units.paths import depth, path_ids

TARGET_UNITS = 4000  # stored targets count quarters of a thousandth
SHEETS = ["sheets", "handed_in", "approved"]  # counts kept with a unit's place in a round
SETS = ("", "all_")  # approved; approved together with handed in
COUNTED = {"": {Report.State.APPROVED}, "all_": set(Report.HANDED_IN)}
EVERY_QUARTER = (1, 2, 3, 4)
CHUNK = 4  # indicators held in memory at a time when everything is rebuilt


@dataclass(frozen=True, slots=True)
class Place:
    """A unit in the tree of one round."""

    unit: int
    kind: int
    parent: int | None
    path: str
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """An agreed target of a year, as plain data. Values are exact numbers in the indicator's scale."""

    comparator: str
    year: Fraction
    milestones: tuple[Fraction, ...] | None


@dataclass(slots=True)
class Row:
    """What one summary row holds, computed."""

    parts: dict[str, Parts] = field(default_factory=lambda: {name: Parts() for name in SETS})
    targeted: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SETS, 0))
    met: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SETS, 0))
    target: Fraction | None = None
    comparator: str = ""

    @property
    def empty(self) -> bool:
        return all(p.expected == 0 and p.reported == 0 for p in self.parts.values())

    def columns(self) -> dict[str, object]:
        found: dict[str, object] = {
            "target": None if self.target is None else int(self.target * TARGET_UNITS),
            "comparator": self.comparator,
        }
        for name, parts in self.parts.items():
            for column in ("numerator", "denominator", "samples", "reported", "expected"):
                found[name + column] = getattr(parts, column)
            found[name + "classes"] = {str(key): row for key, row in sorted(parts.classes.items())}
            found[name + "targeted"], found[name + "met"] = self.targeted[name], self.met[name]
        return found


def parts_from(row: Summary, name: str) -> Parts:
    """One set of parts of a stored row; `name` is one of `SETS`."""
    classes = {int(key): list(value) for key, value in getattr(row, name + "classes").items()}
    columns = ("numerator", "denominator", "samples", "reported", "expected")
    return Parts(*(getattr(row, name + column) for column in columns), classes)


NO_ROW = Row()
COLUMNS = list(NO_ROW.columns())
Key = tuple[int, str, int]  # unit, period, indicator


class Book:
    """Everything a year (or a drive) needs to compute the rows of some units, loaded in a fixed number
    of queries.

    `units` are the units with subordinates to compute; None means all of them. Children that are not
    among them count by their stored rows.
    """

    def __init__(
        self, year: int, drive: Campaign | None, units: set[int] | None, indicators: Iterable[int] | None
    ) -> None:
        self.year, self.drive, self.units = year, drive, units
        rounds = Round.objects.filter(drive=drive) if drive else Round.objects.quarters().filter(year=year)
        self.rounds = {round_.quarter or 1: round_ for round_ in rounds}
        self.periods = {periods.DRIVE: (1,)} if drive else periods.QUARTERS
        chosen = Indicator.objects.all() if indicators is None else Indicator.objects.filter(pk__in=indicators)
        self.rules = {
            row.pk: Rule(row.measure, row.accrual, row.scale, row.headline_share)
            for row in chosen.only("measure", "accrual", "scale", "headline_share")
        }
        self.all_indicators = indicators is None
        self.plan = Plan(year, drive, indicators)
        self.places = self._load_places()
        self.children = self._children()
        # Units to compute: those that had subordinates in a round, in every round (also where they had none).
        self.inner = {p.unit for places in self.places.values() for p in places.values() if not p.is_leaf}
        if units is not None:
            self.inner &= units
        self.cells, self.states = self._load_cells()
        self.stored = self._load_stored()
        self.goals = self._load_goals()
        self._asked: dict[int, dict[int, tuple[int, ...]]] = {}

    # ── loading ───────────────────────────────────────────────────────────

    def _load_places(self) -> dict[int, dict[int, Place]]:
        """quarter → unit → place, of the units to compute and of everything directly below them."""
        rows = Lineage.objects.filter(round__in=self.rounds.values())
        if self.units is not None:
            children = rows.filter(parent__in=self.units).values("unit")
            rows = rows.filter(Q(unit__in=self.units) | Q(unit__in=children))
        quarter = {round_.pk: number for number, round_ in self.rounds.items()}
        places: dict[int, dict[int, Place]] = {number: {} for number in self.rounds}
        for round_, unit, kind, parent, path, is_leaf in rows.values_list(
            "round_id", "unit_id", "unit__kind_id", "parent_id", "path", "is_leaf"
        ):
            places[quarter[round_]][unit] = Place(unit, kind, parent, path, is_leaf)
        return places

    def _children(self) -> dict[int, dict[int, list[Place]]]:
        """quarter → superior → places directly below it."""
        found: dict[int, dict[int, list[Place]]] = {}
        for quarter, places in self.places.items():
            below: dict[int, list[Place]] = defaultdict(list)
            for place in places.values():
                if place.parent is not None:
                    below[place.parent].append(place)
            found[quarter] = below
        return found

    def _load_cells(self) -> tuple[dict[tuple[int, int, int], Cell], dict[tuple[int, int], str]]:
        """(unit, quarter, indicator) → cell, and (unit, quarter) → state of the sheet it is on."""
        reports = Report.objects.filter(round__in=self.rounds.values(), state__in=Report.HANDED_IN)
        if self.units is not None:
            below = Lineage.objects.filter(round__in=self.rounds.values(), parent__in=self.units).values("unit")
            reports = reports.filter(Q(unit__in=self.units) | Q(unit__in=below))
        quarter = {round_.pk: number for number, round_ in self.rounds.items()}
        where = {
            pk: (unit, quarter[r], s) for pk, unit, r, s in reports.values_list("pk", "unit_id", "round_id", "state")
        }
        results = Result.objects.filter(report__in=reports)
        if not self.all_indicators:
            results = results.filter(indicator__in=self.rules)
        items: dict[int, dict[int, bool]] = defaultdict(dict)
        for result, item, state in (
            ResultItem.objects.filter(result__in=results).exclude(state="not_applicable")
            .values_list("result_id", "item_id", "state")
        ):  # fmt: skip
            items[result][item] = state == "met"
        cells = {}
        for pk, report, indicator, status, numerator, denominator, rank in results.values_list(
            "pk", "report_id", "indicator_id", "status",
            Cast(F("numerator"), BigIntegerField()), Cast(F("denominator"), BigIntegerField()), "grade__rank",
        ):  # fmt: skip
            unit, number, _state = where[report]
            cells[unit, number, indicator] = Cell(status, numerator, denominator, rank, items.get(pk))
        return cells, {(unit, number): state for unit, number, state in where.values()}

    def _load_stored(self) -> dict[Key, Row]:
        """Rows of children that have subordinates themselves and are not computed here."""
        if self.units is None:
            return {}
        inner = {p.unit for places in self.places.values() for p in places.values() if not p.is_leaf} - self.units
        rows = Summary.objects.filter(unit__in=inner, year=self.year, drive=self.drive)
        if not self.all_indicators:
            rows = rows.filter(indicator__in=self.rules)
        return {(row.unit_id, row.period, row.indicator_id): row_from(row) for row in rows}

    def _load_goals(self) -> dict[tuple[int, int], Goal]:
        """(unit, indicator) → agreed target of the year (for a drive: of the drive)."""
        targets = Target.objects.agreed_in(self.year)
        if self.drive:
            targets = targets.filter(campaign_indicator__campaign=self.drive)
        else:
            targets = targets.filter(drive=None, campaign_indicator__campaign__kind__is_drive=False)
        if not self.all_indicators:
            targets = targets.filter(campaign_indicator__indicator__in=self.rules)
        if self.units is not None:
            below = Lineage.objects.filter(round__in=self.rounds.values(), parent__in=self.units).values("unit")
            targets = targets.filter(Q(unit__in=self.units) | Q(unit__in=below))
        goals: dict[tuple[int, int], Goal] = {}
        for target in targets.select_related("campaign_indicator").order_by("-campaign_indicator_id"):
            goals[target.unit_id, target.campaign_indicator.indicator_id] = goal_of(target)
        return goals

    # ── one unit ──────────────────────────────────────────────────────────

    def asked(self, place: Place) -> dict[int, Asking]:
        return self.plan.for_unit(place.kind, place.path)

    def asked_quarters(self, unit: int, indicator: int) -> tuple[int, ...]:
        """The quarters in which the unit is asked; all of them where no campaign of the year asks it."""
        known = self._asked.get(unit)
        if known is None:
            found: dict[int, list[int]] = defaultdict(list)
            for quarter, places in sorted(self.places.items()):
                place = places.get(unit)
                for pk, row in (self.asked(place) if place else {}).items():
                    asked = found[pk]
                    if quarter in row.quarters:
                        asked.append(quarter)
            known = self._asked[unit] = {pk: tuple(quarters) for pk, quarters in found.items()}
        return known.get(indicator, EVERY_QUARTER)

    def cell(self, unit: int, quarter: int, indicator: int, name: str) -> Cell | None:
        """The figure as far as it counts in the set `name`."""
        cell = self.cells.get((unit, quarter, indicator))
        return cell if cell is not None and self.states[unit, quarter] in COUNTED[name] else None

    def unit_parts(self, unit: int, quarter: int, indicator: int, name: str) -> Parts:
        """Parts of what arose in the unit itself in one quarter."""
        parts = Parts()
        place = self.places[quarter].get(unit) if quarter in self.places else None
        row = self.asked(place).get(indicator) if place else None
        cell = self.cell(unit, quarter, indicator, name)
        parts.add_cell(self.rules[indicator], cell, asked=row is not None and quarter in row.quarters)
        return parts

    def making(self, unit: int, indicator: int, period: str) -> tuple[int, ...]:
        """The quarters that make the unit's own figure in the period."""
        quarters, rule = self.periods[period], self.rules[indicator]
        asked = self.asked_quarters(unit, indicator)
        making = making_quarters(quarters, flow=rule.flow, asked=asked)
        if not rule.flow:
            return making
        unasked = [q for q in quarters if q not in making and (unit, q, indicator) in self.cells]
        return tuple(sorted({*making, *unasked}))

    def own_row(self, unit: int, indicator: int, period: str, names: Iterable[str] = SETS) -> Row:
        """The figure of the unit alone, as a leaf shows it: parts of the sets, and whether it reached its target."""
        row = Row()
        rule = self.rules[indicator]
        goal = self.goals.get((unit, indicator))
        row.target = self.goal_in(goal, unit, indicator, period)
        row.comparator = goal.comparator if goal else ""
        making = self.making(unit, indicator, period)
        for name in names:
            parts = over_rounds(rule, (self.unit_parts(unit, q, indicator, name) for q in making))
            row.parts[name] = parts
            if row.target is not None and 0 < parts.reported == parts.expected:
                value = value_of(rule, parts, branch=False).comparable
                row.targeted[name] = 1
                row.met[name] = int(value is not None and is_met(row.comparator, row.target, value))
        return row

    def goal_in(self, goal: Goal | None, unit: int, indicator: int, period: str) -> Fraction | None:
        if goal is None:
            return None
        asked = self.asked_quarters(unit, indicator)
        rule = self.rules[indicator]
        return period_target(
            measure=rule.measure, accrual=rule.accrual, comparator=goal.comparator, year=goal.year,
            milestones=goal.milestones, quarters=self.periods[period], asked=asked,
        )  # fmt: skip

    # ── branches ──────────────────────────────────────────────────────────

    def rows(self) -> dict[Key, Row]:
        """The rows of all units to compute."""
        rows = dict(self.stored)
        for quarter in self.rounds:
            for place in self._deepest_first(self.places[quarter].values()):
                self._add_quarter(rows, place, quarter)
        computed = self._compose(rows)
        for period in self.periods:
            self._judge(computed, rows, period)
        return computed

    def _wanted(self, place: Place) -> bool:
        return place.unit in self.inner

    def _deepest_first(self, places: Iterable[Place]) -> list[Place]:
        return sorted((p for p in places if self._wanted(p)), key=lambda p: depth(p.path), reverse=True)

    def _touched(self, place: Place, quarter: int, rows: dict[Key, Row], bucket: str) -> Iterator[tuple[int, Row]]:
        """Indicators and rows of the children with subordinates, for one quarter's bucket."""
        for child in self.children[quarter][place.unit]:
            if not child.is_leaf:
                for indicator in self.rules:
                    row = rows.get((child.unit, bucket, indicator))
                    if row is not None:
                        yield indicator, row

    def _add_quarter(self, rows: dict[Key, Row], place: Place, quarter: int) -> None:
        """The quarter's parts over the branch: the unit's own cell, its leaves' cells, its other children's rows."""
        buckets = {bucket: self._bucket(bucket) for bucket in self._buckets(quarter)}
        leaves = [place, *(child for child in self.children[quarter][place.unit] if child.is_leaf)]
        for leaf in leaves:
            asked = self.asked(leaf)
            for indicator, rule in self.rules.items():
                cell = self.cells.get((leaf.unit, quarter, indicator))
                is_asked = indicator in asked and quarter in asked[indicator].quarters
                if cell is None and not is_asked:
                    continue
                for bucket, takes in buckets.items():
                    if takes(leaf.unit, indicator):
                        row = rows.setdefault((place.unit, bucket, indicator), Row())
                        for name in SETS:
                            counted = self.cell(leaf.unit, quarter, indicator, name)
                            row.parts[name].add_cell(rule, counted, asked=is_asked)
        for bucket in buckets:
            for indicator, child in self._touched(place, quarter, rows, bucket):
                row = rows.setdefault((place.unit, bucket, indicator), Row())
                for name in SETS:
                    row.parts[name].add(child.parts[name])

    def _buckets(self, quarter: int) -> list[str]:
        if self.drive:
            return [periods.DRIVE]
        return [f"Q{quarter}", *({2: ["N2"], 3: ["N3"]}.get(quarter, []) if self.plan.half_yearly else [])]

    def _bucket(self, bucket: str):  # noqa: ANN202
        """Whether a unit's cell goes into the bucket; N2 and N3 split a stock's nine months by unit."""
        if bucket not in ("N2", "N3"):
            return lambda unit, indicator: True
        quarter = int(bucket[1])
        return lambda unit, indicator: (
            indicator in self.plan.half_yearly
            and not self.rules[indicator].flow
            and self.making(unit, indicator, "9M") == (quarter,)
        )

    def _compose(self, rows: dict[Key, Row]) -> dict[Key, Row]:
        """Rows of every period from the quarters' rows."""
        computed: dict[Key, Row] = {}
        for unit in self.inner:
            for indicator, rule in self.rules.items():
                for period, quarters in self.periods.items():
                    buckets = [periods.DRIVE] if self.drive else [f"Q{q}" for q in quarters]
                    if all(rows.get((unit, bucket, indicator), NO_ROW).empty for bucket in buckets):
                        continue
                    sources = self._sources(rule, indicator, period, quarters)
                    found = [rows[unit, s, indicator] for s in sources if (unit, s, indicator) in rows]
                    row = computed[unit, period, indicator] = Row()
                    for name in SETS:
                        row.parts[name] = over_rounds(rule, (source.parts[name] for source in found))
                for bucket in ("N2", "N3"):
                    if (unit, bucket, indicator) in rows:
                        computed[unit, bucket, indicator] = rows[unit, bucket, indicator]
        return computed

    def _sources(self, rule: Rule, indicator: int, period: str, quarters: tuple[int, ...]) -> list[str]:
        if self.drive:
            return [period]
        if rule.flow:
            return [f"Q{q}" for q in quarters]
        if period == "9M" and indicator in self.plan.half_yearly:
            return ["N2", "N3"]
        return [f"Q{quarters[-1]}"]

    def _judge(self, computed: dict[Key, Row], rows: dict[Key, Row], period: str) -> None:
        """Counts of units with a target, and the branch's own target, from the places at the period's end."""
        placed: dict[int, Place] = {}
        for quarter in sorted(set(self.periods[period]) & set(self.places)):
            placed |= self.places[quarter]
        below: dict[int, list[Place]] = defaultdict(list)
        for place in placed.values():
            if place.parent is not None:
                below[place.parent].append(place)
        for place in self._deepest_first(placed.values()):
            for indicator in self.rules:
                self._judge_one(computed, rows, place, below[place.unit], indicator, period)

    def _judge_one(
        self, computed: dict[Key, Row], rows: dict[Key, Row], place: Place, below: list[Place], indicator: int,
        period: str,
    ) -> None:  # fmt: skip
        row = computed.get((place.unit, period, indicator))
        if row is None:
            return
        total: Fraction | None = None
        signs: set[str] = set()
        for child in below:
            key = (child.unit, period, indicator)
            if child.is_leaf:
                if (child.unit, indicator) not in self.goals:
                    continue
                part = self.own_row(child.unit, indicator, period)
            else:
                found = computed.get(key) or rows.get(key)
                if found is None:
                    continue
                part = found
            for name in SETS:
                row.targeted[name] += part.targeted[name]
                row.met[name] += part.met[name]
            if part.target is not None:
                total = (total or Fraction(0)) + part.target
                signs.add(part.comparator)
        goal = self.goals.get((place.unit, indicator))
        if goal is not None:
            row.target, row.comparator = self.branch_goal(goal, indicator, period), goal.comparator
        elif self.rules[indicator].is_sum and total is not None:
            row.target = total
            row.comparator = signs.pop() if len(signs) == 1 else self.plan.comparators.get(indicator, ">=")

    def branch_goal(self, goal: Goal, indicator: int, period: str) -> Fraction | None:
        """A branch's own target in the period; the quarters asked are those asked of anybody in the plan."""
        asked = sorted({q for row in self.plan.rows if row.indicator == indicator for q in row.quarters})
        rule = self.rules[indicator]
        return period_target(
            measure=rule.measure, accrual=rule.accrual, comparator=goal.comparator, year=goal.year,
            milestones=goal.milestones, quarters=self.periods[period], asked=asked or EVERY_QUARTER,
        )  # fmt: skip


def goal_of(target: Target) -> Goal:
    milestones = target.milestones
    return Goal(
        target.comparator, Fraction(target.agreed), tuple(Fraction(m) for m in milestones) if milestones else None
    )


def row_from(summary: Summary) -> Row:
    """A stored row as plain data."""
    row = Row(comparator=summary.comparator)
    row.target = None if summary.target is None else Fraction(summary.target, TARGET_UNITS)
    for name in SETS:
        row.parts[name] = parts_from(summary, name)
        row.targeted[name], row.met[name] = getattr(summary, name + "targeted"), getattr(summary, name + "met")
    return row


def superiors_in_year(units: Iterable[int], year: int, drive: Campaign | None) -> set[int]:
    """Units above `units`, and of `units` themselves, that have rows of the year or should have them."""
    rounds = Round.objects.filter(drive=drive) if drive else Round.objects.quarters().filter(year=year)
    paths = Lineage.objects.filter(round__in=rounds, unit__in=list(units)).values_list("path", flat=True)
    chain = {pk for path in paths for pk in path_ids(path)}
    inner = Lineage.objects.filter(round__in=rounds, unit__in=chain, is_leaf=False)
    kept = Summary.objects.filter(unit__in=chain, year=year, drive=drive)
    return {*inner.values_list("unit_id", flat=True), *kept.values_list("unit_id", flat=True).distinct()}


@transaction.atomic
def recompute(
    units: Iterable[int], *, year: int, drive: Campaign | None = None, indicators: Iterable[int] | None = None
) -> None:
    """Bring the consolidated figures of the superiors of `units` up to date, in this transaction."""
    affected = superiors_in_year(units, year, drive)
    if not affected:
        return
    # Two people at once: the second waits here, and then reads what the first one wrote.
    list(Unit.objects.select_for_update().filter(pk__in=affected).order_by("-path").values_list("pk"))
    _store(Book(year, drive, affected, indicators), affected, indicators)
    count_sheets(year, drive, affected)


def count_sheets(year: int, drive: Campaign | None, units: set[int] | None) -> None:
    """Count the sheets in the branches of units with subordinates, each from what stands directly below it."""
    Lineage.objects.bulk_update(_miscounted(year, drive, units), SHEETS, batch_size=500)


def _miscounted(year: int, drive: Campaign | None, units: set[int] | None) -> list[Lineage]:
    """Places whose counts of sheets are not right yet, with the right ones."""
    rounds = Round.objects.filter(drive=drive) if drive else Round.objects.quarters().filter(year=year)
    rows = Lineage.objects.filter(round__in=rounds).annotate(state=F("report__state"))
    if units is not None:
        rows = rows.filter(Q(unit__in=units) | Q(parent__in=units))
    below: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    wrong = []
    for row in sorted(rows, key=lambda row: len(row.path), reverse=True):
        state = row.state
        own = [state is not None, state in Report.HANDED_IN, state == Report.State.APPROVED]
        stored = [getattr(row, name) for name in SHEETS]
        if row.is_leaf:
            counts = [int(one) for one in own]
        elif units is None or row.unit_id in units:
            counts = [a + b for a, b in zip(own, below[row.round_id, row.unit_id], strict=True)]
            if counts != stored:
                row.sheets, row.handed_in, row.approved = counts
                wrong.append(row)
        else:
            counts = stored
        if row.parent_id is not None:
            total = below[row.round_id, row.parent_id]
            total[:] = [a + b for a, b in zip(total, counts, strict=True)]
    return wrong


def _store(book: Book, units: set[int] | None, indicators: Iterable[int] | None) -> None:
    computed = book.rows()
    stored = Summary.objects.filter(year=book.year, drive=book.drive)
    if units is not None:
        stored = stored.filter(unit__in=units)
    if indicators is not None:
        stored = stored.filter(indicator__in=list(indicators))
    gone, changed = [], []
    for summary in stored:
        row = computed.pop((summary.unit_id, summary.period, summary.indicator_id), None)
        if row is None:
            gone.append(summary.pk)
            continue
        columns = row.columns()
        if any(getattr(summary, column) != value for column, value in columns.items()):
            for column, value in columns.items():
                setattr(summary, column, value)
            changed.append(summary)
    if gone:
        Summary.objects.filter(pk__in=gone).delete()
    # An upsert: bulk_update writes one CASE a column and row, which takes fifty times as long.
    Summary.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["pk"], update_fields=COLUMNS, batch_size=500
    )
    Summary.objects.bulk_create(
        (
            Summary(
                unit_id=unit, year=book.year, period=period, drive=book.drive, indicator_id=indicator, **row.columns()
            )
            for (unit, period, indicator), row in computed.items()
        ),
        batch_size=500,
    )


def books(
    year: int, drive: Campaign | None = None, indicators: Iterable[int] | None = None
) -> Iterator[tuple[list[int], Book]]:
    """The whole year, a few indicators at a time so that memory stays small."""
    chosen = Indicator.objects.all() if indicators is None else Indicator.objects.filter(pk__in=indicators)
    pks = list(chosen.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(pks), CHUNK):
        chunk = pks[at : at + CHUNK]
        yield chunk, Book(year, drive, None, chunk)


@transaction.atomic
def rebuild(year: int, *, drive: Campaign | None = None, indicators: Iterable[int] | None = None) -> None:
    """Compute all consolidated figures of a year (or drive) anew, or those of some indicators."""
    for chunk, book in books(year, drive, indicators):
        _store(book, None, chunk)
    count_sheets(year, drive, None)


def differences(year: int, drive: Campaign | None = None) -> tuple[int, list[str]]:
    """Number of rows that a recomputation from the results gives, and a line for each that differs."""
    count, wrong = 0, []
    for chunk, book in books(year, drive):
        computed = {key: row.columns() for key, row in book.rows().items()}
        count += len(computed)
        stored = {}
        for summary in Summary.objects.filter(year=year, drive=drive, indicator__in=chunk):
            stored[summary.unit_id, summary.period, summary.indicator_id] = {c: getattr(summary, c) for c in COLUMNS}
        for key in sorted(computed.keys() | stored.keys()):
            if computed.get(key) != stored.get(key):
                wrong.append(f"{year} {key}: stored {stored.get(key)}, computed {computed.get(key)}")
    wrong += [f"{year} sheets below {row.unit_id}, round {row.round_id}" for row in _miscounted(year, drive, None)]
    return count, wrong

"""Keeps the consolidated figures: recomputes superiors from their own results and their children.

Never by adding differences, which drift. One function, `recompute`, is called by every transition;
`rebuild` and `differences` use the same arithmetic over everything and serve as proof and repair.

What the design leaves open is settled so:

* A target means in a period what its campaign indicator's rounds say, whether or not the unit existed in
  all of them.
* In nine months a stock is the figure of quarter II for units that are asked it by half-years at their
  last place in these months, of quarter III for the others. A unit that has ended by then has none.
* A unit without subordinates is one that had none in any round of the period; it counts in `targeted`
  under the superior of its last place in the period. So do targets that are added up, but for what units that have
  moved within the year bring (`moved_goals`).
* A sum of targets keeps their comparator when it is the same, else the campaign indicator's usual one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, Q, QuerySet, Sum

from emulation import periods
from emulation.consolidation import Cell, over_rounds
from emulation.models import Campaign, Indicator, Lineage, Report, Round, Summary
from emulation.models.catalogue import Comparator
from emulation.reports.book import SETS, SPLIT, Book, Count, Place, Row, Tree, by_superior
from emulation.reports.moved_goals import MovedGoals
from emulation.services.summary_columns import (
    COLUMNS,
    COUNTS,
    NO_CLASSES,
    PARTS,
    PLAIN,
    columns_of,
    parts_of,
    row_of,
)
from units.locking import locked
from units.models import Unit
from units.paths import path_ids

SHEETS = ("sheets", "handed_in", "approved")  # counts kept with a unit's place in a round
CHUNK = 4  # indicators held in memory at a time when everything is rebuilt
Rows = dict[int, Row]  # indicator → row
Page = tuple[int, str]  # unit, period or bucket
Stored = dict[tuple[int, str, int], tuple[Any, ...]]  # unit, period, indicator → `COLUMNS`


def _rows() -> Rows:
    return defaultdict(Row)


class Branches:
    """Computes rows of units with subordinates: of a whole tree, or of some units and the stored rows below them.

    `quarters` are computed from figures, the others are taken as `stored`; `wanted` are the periods to compute.
    A *bucket* holds the parts of one quarter (or of the part of it that makes nine months).
    """

    def __init__(self, book: Book, quarters: Iterable[int], wanted: Iterable[str], stored: Stored) -> None:
        self.book, self.tree, self.stored = book, book.tree, stored
        chosen = set(wanted)  # quarters come before the longer periods, which ask for their targets
        self.wanted = [period for period in self.tree.periods if period in chosen]
        self.quarters = sorted(set(quarters) & set(self.tree.rounds))
        # Units that had subordinates in a round; also for rounds in which they had none, to add up periods.
        inner = set().union(*(self.tree.branches(period) for period in self.tree.periods))
        self.computed = inner if self.tree.units is None else inner & self.tree.units
        self.buckets: dict[Page, Rows] = defaultdict(_rows)
        self.pages: dict[Page, Rows] = defaultdict(_rows)
        self.moved = MovedGoals(book, self._target)
        self.counts = self._stored_counts() if self.tree.units is not None else {}

    def rows(self) -> Iterator[tuple[tuple[int, str, int], Row]]:
        """(unit, period, indicator) and row, for units that had subordinates in a round of the period."""
        self._take_stored_quarters()
        self._add_stored_children()
        for quarter in self.quarters:
            for place in self._deepest_first(self.tree.places[quarter].values()):
                self._add_quarter(place, quarter)
        for period in self.wanted:
            self._compose(period)
            self._count(period)
            self._mark_unsettled(period)
        for (unit, period), rows in self.pages.items():
            if unit in self.tree.branches(period):
                yield from (((unit, period, indicator), row) for indicator, row in rows.items() if not row.void)
        splits = {SPLIT[quarter]: f"Q{quarter}" for quarter in self.quarters if quarter in SPLIT}
        for (unit, name), rows in self.buckets.items():
            if name in splits and unit in self.tree.branches(splits[name]):
                yield from (((unit, name, indicator), row) for indicator, row in rows.items() if not row.empty)

    def _deepest_first(self, places: Iterable[Place]) -> list[Place]:
        return sorted((place for place in places if place.unit in self.computed), key=lambda p: -len(p.path))

    def _names(self, quarter: int) -> list[str]:
        """The quarter's buckets."""
        if self.tree.drive:
            return [periods.DRIVE]
        return [f"Q{quarter}", *([SPLIT[quarter]] if quarter in SPLIT and self.book.mixed else [])]

    # ── parts of the quarters ─────────────────────────────────────────────

    def _take_stored_quarters(self) -> None:
        names = {
            name for quarter in self.tree.rounds if quarter not in self.quarters for name in self._names(quarter)
        }
        for (unit, name, indicator), values in self.stored.items():
            if name in names and unit in self.computed:
                self.buckets[unit, name][indicator] = row_of(values)

    def _add_quarter(self, place: Place, quarter: int) -> None:
        """The quarter over a branch: own cells, cells of units without subordinates, buckets of the others."""
        below = self.tree.children[quarter].get(place.unit, ())
        for member in (place, *(child for child in below if child.is_leaf)):
            asked = self.book.asked(member)
            cells = self.book.cells.get((member.unit, quarter), {})
            for indicator in {**asked, **cells}:
                is_asked = indicator in asked and quarter in asked[indicator].quarters
                if is_asked or indicator in cells:
                    self._add_cell(place.unit, member.unit, quarter, indicator, cells.get(indicator), is_asked)
        for child in below:
            if not child.is_leaf and child.unit in self.computed:
                for name in self._names(quarter):
                    mine = self.buckets[place.unit, name]
                    for indicator, row in self.buckets[child.unit, name].items():
                        mine[indicator].add_parts(row)

    def _add_cell(self, unit: int, member: int, quarter: int, indicator: int, cell: Cell | None, asked: bool) -> None:
        rule = self.book.rules[indicator]
        counted = cell if (member, quarter) in self.book.approved else None
        for name in self._names(quarter):
            if name in SPLIT.values() and not self._makes_nine_months(member, indicator, quarter):
                continue
            row = self.buckets[unit, name][indicator]
            row.parts[""].add_cell(rule, counted, asked=asked)
            row.parts["all_"].add_cell(rule, cell, asked=asked)

    def _makes_nine_months(self, member: int, indicator: int, quarter: int) -> bool:
        return indicator in self.book.mixed and self.book.making(member, indicator, "9M") == (quarter,)

    def _add_stored_children(self) -> None:
        """Parts of children with subordinates that are not computed here: their rows, added up by the database."""
        quarters = [q for q in self.quarters if self._has_stored_below(q, self._names(q)[0])]
        if not quarters:
            return
        standing = Q()
        for quarter in quarters:
            standing |= Q(period__in=self._names(quarter), unit__lineages__round=self.tree.rounds[quarter])
        rows = self._stored_below().filter(standing, unit__lineages__parent__in=self.tree.units or ())
        group = ("unit__lineages__parent", "period", "indicator")
        sums = {f"{name}{column}_sum": Sum(name + column) for name in SETS for column in PARTS}
        for unit, period, indicator, *values in rows.values_list(*group).annotate(**sums):
            self.buckets[unit, period][indicator] = Row(parts_of(values))
        classes = rows.exclude(classes={}, all_classes={}).values_list(*group, "classes", "all_classes")
        for unit, period, indicator, *found in classes:
            row = self.buckets[unit, period][indicator]
            for name, counts in zip(SETS, found, strict=True):
                row.parts[name].add_classes({int(key): count for key, count in counts.items()})

    def _has_stored_below(self, quarter: int, period: str) -> bool:
        """Whether below a unit looked at stood one that has rows of the period and is not computed here."""
        children = self.tree.children.get(quarter, {})
        stored = self.tree.branches(period) - self.computed
        return any(child.unit in stored for unit in self.tree.units or () for child in children.get(unit, ()))

    def _stored_below(self) -> QuerySet[Summary]:
        rows = Summary.objects.filter(year=self.tree.year, drive=self.tree.drive, **self.book.only)
        return rows.exclude(unit__in=self.tree.units or ()).order_by()

    # ── periods ───────────────────────────────────────────────────────────

    def _compose(self, period: str) -> None:
        """Parts of a period from the buckets of its quarters."""
        names = [self._names(quarter)[0] for quarter in self.tree.periods[period]]
        for unit in {unit for unit, name in self.buckets if name in names}:
            buckets = {name: self.buckets.get((unit, name), {}) for name in (*names, *SPLIT.values())}
            for indicator in {pk for name in names for pk, row in buckets[name].items() if not row.empty}:
                rule = self.book.rules[indicator]
                sources = names if rule.flow else names[-1:]
                if period == "9M" and indicator in self.book.mixed:
                    sources = list(SPLIT.values())
                found = [buckets[name][indicator] for name in sources if indicator in buckets[name]]
                self.pages[unit, period][indicator] = Row(
                    {name: over_rounds(rule, (row.parts[name] for row in found)) for name in SETS}, known=True
                )

    # ── units that reached their targets, and targets of branches ─────────

    def _count(self, period: str) -> None:
        latest = self.tree.latest(period)
        below = by_superior(latest.values())
        for quarter in self.tree.periods[period]:  # who has ended comes first: nobody counts under them later
            places = (p for p in self.tree.places.get(quarter, {}).values() if latest[p.unit] is p)
            for place in self._deepest_first(places):
                if place.unit in self.tree.branches(period):
                    self._count_below(place.unit, below.get(place.unit, ()), period)

    def _count_below(self, unit: int, below: Sequence[Place], period: str) -> None:
        rows = self.pages[unit, period]
        goals: dict[int, list[tuple[int, str]]] = defaultdict(list)
        counts = [self.counts.get((unit, period), ()), *(self._counts_of(child.unit, period) for child in below)]
        for indicator, count in chain.from_iterable(counts):
            rows[indicator].add_count(count)
            if count.goal is not None and self.book.rules[indicator].is_sum:
                goals[indicator].append((count.goal, count.comparator))
        taken: dict[int, set[int]] = defaultdict(set)  # stock → who counts elsewhere with it
        for mover, (indicator, change, comparator) in self.moved.changes(unit, period):
            goals[indicator].append((change, comparator))
            if change < 0 and not self.book.rules[indicator].flow:
                taken[indicator].add(mover)
        for indicator, found in goals.items():
            signs = {comparator for _goal, comparator in found}
            usual = self.book.plan.comparators.get(indicator, Comparator.AT_LEAST.value)
            total = sum(goal for goal, _comparator in found)
            if total or indicator not in taken or self._others_aim(below, taken[indicator], indicator, period):
                rows[indicator].goal = total
                rows[indicator].comparator = signs.pop() if len(signs) == 1 else usual
        for indicator, goal in self.book.goals.get(unit, {}).items():
            row = rows[indicator]
            row.goal = self.book.goal_in(goal, indicator, period)
            row.comparator = "" if row.goal is None else goal.comparator

    def _others_aim(self, below: Iterable[Place], taken: set[int], indicator: int, period: str) -> bool:
        """Whether anybody below has a target, were it 0, beside those that count elsewhere."""
        others = {place.unit for place in below} - taken
        unread = others & self.tree.branches(period) - self.computed
        if any(self._target(unit, indicator, period)[0] is not None for unit in others - unread):
            return True
        rows = self._stored_below().filter(unit__in=unread, period=period, indicator=indicator)
        return bool(unread) and rows.filter(target__isnull=False).exists()

    def _target(self, unit: int, indicator: int, period: str) -> tuple[int | None, str]:
        """Target and comparator of a unit's branch, computed here or stored."""
        if unit not in self.tree.branches(period):
            goal = self.book.goals.get(unit, {}).get(indicator)
            return self.book.added_goal(unit, indicator, period), goal.comparator if goal else ""
        if unit in self.computed and period in self.wanted:
            row = self.pages[unit, period].get(indicator)
            return (row.goal, row.comparator) if row else (None, "")
        values = self.stored.get((unit, period, indicator))
        return (values[14], values[15]) if values else (None, "")

    def _mark_unsettled(self, period: str) -> None:
        for unit in self.moved.crossed(period) & self.computed:
            for indicator, row in self.pages[unit, period].items():
                own = indicator in self.book.goals.get(unit, {})
                if row.goal is not None and not own and self.book.rules[indicator].is_sum:
                    row.unsettled = self.moved.unsettled(unit, indicator, period)

    def _counts_of(self, unit: int, period: str) -> Iterable[tuple[int, Count]]:
        """indicator and what the unit, last placed here, adds to its superior."""
        if unit not in self.tree.branches(period):
            return self._own_counts(unit, period)
        if unit in self.computed:
            return ((indicator, row.count) for indicator, row in self.pages[unit, period].items())
        return ()  # among the stored counts

    def _own_counts(self, unit: int, period: str) -> Iterator[tuple[int, Count]]:
        """Of a unit without subordinates."""
        for indicator, goal in self.book.goals.get(unit, {}).items():
            needed = self.book.goal_in(goal, indicator, period)
            if needed is not None:
                first, second = self.book.reached(unit, indicator, period, goal.comparator, needed)
                counts = (first is not None, bool(first), second is not None, bool(second))
                yield indicator, Count(*counts, self.book.added_goal(unit, indicator, period), goal.comparator)

    def _stored_counts(self) -> dict[Page, list[tuple[int, Count]]]:
        """(superior, period) → indicator and count: from children with subordinates that are not computed here.

        The database adds up those that stood in the period's last round; who ended before comes one by one.
        """
        found: dict[Page, list[tuple[int, Count]]] = defaultdict(list)
        standing, ended = Q(), Q()
        for period in self.wanted:
            last = max(set(self.tree.periods[period]) & set(self.tree.rounds), default=0)
            here = self.tree.places.get(last, {})
            if self._has_stored_below(last, period):
                standing |= Q(period=period, unit__lineages__round=self.tree.rounds[last])
            gone = {unit for unit in self.tree.branches(period) if unit not in here and unit not in self.computed}
            if gone:
                ended |= Q(period=period, unit__in=gone)
        if standing:
            self._add_standing(found, standing)
        if ended:
            for child, period, indicator, *counts in (
                self._stored_below().filter(ended).values_list("unit", "period", "indicator", *COUNTS)
            ):
                superior = self.tree.latest(period)[child].parent
                if superior is not None:
                    found[superior, period].append((indicator, Count._make(counts)))
        return found

    def _add_standing(self, found: dict[Page, list[tuple[int, Count]]], standing: Q) -> None:
        rows = self._stored_below().filter(standing, unit__lineages__parent__in=self.tree.units or ())
        sums = {f"{column}_sum": Sum(column) for column in COUNTS[:5]}
        known = Q(target__isnull=False)
        signs = {"least": Min("comparator", filter=known), "most": Max("comparator", filter=known)}
        group = ("unit__lineages__parent", "period", "indicator")
        for unit, period, indicator, *counts, least, most in rows.values_list(*group).annotate(**sums, **signs):
            found[unit, period].append((indicator, Count._make([*counts, least or ""])))
            if least != most:
                found[unit, period].append((indicator, Count(0, 0, 0, 0, 0, most)))


# ── keeping them ──────────────────────────────────────────────────────────


def superiors_in_year(units: Iterable[int], year: int, drive: Campaign | None) -> set[int]:
    """Units above `units`, and of `units` themselves, that have rows of the year or should have them.

    Above in any of the rounds: after a move inside the year a unit counts under its former superiors too.
    """
    rounds = Round.objects.filter(drive=drive) if drive else Round.objects.quarters().filter(year=year)
    chain: set[int] = set()
    fresh = set(units)
    while fresh:
        chain |= fresh
        paths = Lineage.objects.filter(round__in=rounds, unit__in=fresh).values_list("path", flat=True).distinct()
        fresh = {pk for path in paths for pk in path_ids(path)} - chain
    inner = Lineage.objects.filter(round__in=rounds, unit__in=chain, is_leaf=False).values_list("unit_id", flat=True)
    kept = Summary.objects.filter(unit__in=chain, year=year, drive=drive).values_list("unit_id", flat=True)
    return {*inner, *kept.distinct()}


def superiors_of_year(year: int, drive: Campaign | None) -> QuerySet[Any]:
    """Keys of all units that had subordinates in a round of the year (or drive)."""
    rounds = Round.objects.filter(drive=drive) if drive else Round.objects.quarters().filter(year=year)
    return Lineage.objects.filter(round__in=rounds, is_leaf=False).values("unit")


@transaction.atomic
def recompute(
    units: Iterable[int],
    *,
    year: int,
    drive: Campaign | None = None,
    quarter: int | None = None,
    indicators: Iterable[int] | None = None,
) -> None:
    """Bring the consolidated figures of the superiors of `units` up to date, in this transaction.

    With `quarter` only what depends on figures of that quarter: enough when a sheet of it has changed.
    """
    affected = _lock_superiors(list(units), year, drive)
    if not affected:
        return
    tree = Tree(year, drive, affected)
    book = Book(tree, indicators)
    if quarter is None:
        _store(book, tree.rounds, tree.periods)
    else:
        _store(book, {quarter, *tree.leaf_quarters()}, [p for p in tree.periods if quarter in tree.periods[p]])
    count_sheets(tree, quarter)


def _lock_superiors(units: list[int], year: int, drive: Campaign | None) -> set[int]:
    """Lock the superiors of `units` and return them, as they stand once the locks are held.

    A move that committed while we waited gives a unit other superiors. Then all locks are given back
    with the savepoint and taken again, in order.
    """
    found = superiors_in_year(units, year, drive)
    while found:
        held, found = found, set[int]()
        with transaction.atomic():
            _lock(held)
            found = superiors_in_year(units, year, drive)
            if found <= held:
                return held
            transaction.set_rollback(True)
    return set()


def hold_superiors(units: Iterable[int], year: int, drives: Iterable[Campaign | None]) -> None:
    """Lock the superiors of `units` in the year and the drives at once, for steps that recompute unit after unit."""
    units = list(units)
    _lock({pk for drive in drives for pk in superiors_in_year(units, year, drive)})


def _lock(units: Iterable[int] | QuerySet) -> None:
    """One computation of a unit's rows at a time: the second waits here, then reads what the first one wrote.

    Always from leaf to root. Rows that only refer to a unit, such as new sheets, need not wait.
    """
    rows = Unit.objects.select_for_update(no_key=True).filter(pk__in=units)
    list(rows.order_by("-path").values_list("pk"))


def hold_figures(unit: Unit) -> None:
    """No figure of the unit's branch changes from here to the end of the transaction, in any year.

    Whoever changes one locks its sheet, then every superior of its unit (`recompute`): in that order here too. The
    unit is locked as whoever gives a paper its number locks it, so that nobody waits for a stronger lock half-way.
    """
    list(Report.objects.select_for_update(of=("self",)).filter(unit=unit).order_by("pk").values_list("pk"))
    locked(unit)


def _store(book: Book, quarters: Iterable[int], wanted: Iterable[str]) -> None:
    """Compute the rows of the book's tree and write those that differ from what is stored."""
    quarters, wanted = set(quarters), set(wanted)
    stored = stored_rows(book)
    scope = wanted | {SPLIT[quarter] for quarter in quarters if quarter in SPLIT}
    gone = {key for key in stored if key[1] in scope and (book.tree.units is None or key[0] in book.tree.units)}
    changed = []
    for key, row in Branches(book, quarters, wanted, stored).rows():
        values = columns_of(row)
        if stored.get(key) != values:
            changed.append((*key, *values))
        gone.discard(key)
    Summary.objects.remove(gone, year=book.tree.year, drive=book.tree.drive)
    Summary.objects.write(changed, COLUMNS, year=book.tree.year, drive=book.tree.drive)


def stored_rows(book: Book) -> Stored:
    """What is stored of the units that the book's tree looks at, and of those that have moved. Few rows have classes:
    these are read apart.
    """
    rows = Summary.objects.filter(year=book.tree.year, drive=book.tree.drive, **book.only)
    if book.tree.units is not None:
        rows = rows.filter(unit__in=book.tree.units | book.tree.moved)
    key = ("unit_id", "period", "indicator_id")
    graded = rows.exclude(classes={}, all_classes={}).values_list(*key, "classes", "all_classes")
    classes = {row[:3]: row[3:] for row in graded}
    return {row[:3]: (*row[3:], *classes.get(row[:3], NO_CLASSES)) for row in rows.values_list(*key, *PLAIN)}


def books(tree: Tree, indicators: Iterable[int] | None = None) -> Iterator[Book]:
    """The whole tree, a few indicators at a time so that memory stays small."""
    chosen = Indicator.objects.all() if indicators is None else Indicator.objects.filter(pk__in=indicators)
    pks = list(chosen.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(pks), CHUNK):
        yield Book(tree, pks[at : at + CHUNK])


@transaction.atomic
def rebuild(year: int, *, drive: Campaign | None = None, indicators: Iterable[int] | None = None) -> None:
    """Compute all consolidated figures of a year (or drive) anew, or those of some indicators."""
    _lock(superiors_of_year(year, drive))
    tree = Tree(year, drive)
    for book in books(tree, indicators):
        _store(book, tree.rounds, tree.periods)
    count_sheets(tree)


def differences(year: int, drive: Campaign | None = None) -> tuple[int, list[str]]:
    """Number of rows that a recomputation from the results gives, and a line for each that differs."""
    count, wrong = 0, []
    tree = Tree(year, drive)
    for book in books(tree):
        branches = Branches(book, book.tree.rounds, book.tree.periods, {})
        computed = {key: columns_of(row) for key, row in branches.rows()}
        stored = stored_rows(book)
        count += len(computed)
        for key in sorted(computed.keys() | stored.keys()):
            if computed.get(key) != stored.get(key):
                wrong.append(f"{year} {key}: stored {stored.get(key)}, computed {computed.get(key)}")
    wrong += [f"{year} sheets below {row.unit_id}, round {row.round_id}" for row in _miscounted(tree)]
    return count, wrong


# ── sheets of a branch ────────────────────────────────────────────────────


def count_sheets(tree: Tree, quarter: int | None = None) -> None:
    """Count the sheets in the branches of the tree's units, each from what stands directly below it."""
    Lineage.objects.bulk_update(_miscounted(tree, quarter), SHEETS, batch_size=500)


def _miscounted(tree: Tree, quarter: int | None = None) -> list[Lineage]:
    """Places whose counts of sheets are not right yet, with the right ones."""
    rounds = tree.rounds.values() if quarter is None else [tree.rounds[quarter]]
    rows = Lineage.objects.filter(round__in=rounds).annotate(state=F("report__state"))
    if tree.units is not None:
        rows = rows.filter(unit__in={unit for places in tree.places.values() for unit in places})
    below: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    wrong: list[Lineage] = []
    for row in sorted(rows, key=lambda row: -len(row.path)):
        stored = [row.sheets, row.handed_in, row.approved]
        if row.is_leaf or tree.units is None or row.unit_id in tree.units:
            state = row.state
            own = (state is not None, state in Report.HANDED_IN, state == Report.State.APPROVED)
            counts = [a + b for a, b in zip(own, below[row.round_id, row.unit_id], strict=True)]
            if counts != stored and not row.is_leaf:
                row.sheets, row.handed_in, row.approved = counts
                wrong.append(row)
        else:
            counts = stored
        if row.parent_id is not None:
            total = below[row.round_id, row.parent_id]
            total[:] = [a + b for a, b in zip(total, counts, strict=True)]
    return wrong

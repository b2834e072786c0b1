"""Consolidated figures written down as the design words them, from leaf cells, with nothing kept or shared.

The specification that `services.summaries` is held against. It reads tables, places units by the dates
of their placements, and knows nothing of lineages, books or stored rows. Slow on purpose.

Shapes: a *cell* is unit × quarter; `Row` is one consolidated figure of one of the two sets.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from emulation.models import CampaignIndicator, Indicator, Report, Result, Target
from emulation.models.catalogue import ASKED_QUARTERS
from emulation.periods import QUARTERS, quarter_end
from units.models import Placement, Unit

YEAR = 2020
APPROVED, HANDED_IN = {"approved"}, {"approved", "in_review", "submitted"}


@dataclass
class Row:
    numerator: int = 0
    denominator: int = 0
    samples: int = 0
    reported: int = 0
    expected: int = 0
    classes: dict[int, list[int]] = field(default_factory=dict)
    targeted: int = 0
    met: int = 0


class Plain:
    def __init__(self) -> None:
        self.units = {unit.pk: unit for unit in Unit.objects.all()}
        self.placements = list(Placement.objects.all())
        self.indicators = list(Indicator.objects.all())
        placed = CampaignIndicator.objects.filter(campaign__year=YEAR, campaign__kind__is_drive=False)
        placed = placed.exclude(campaign__state="draft").select_related("campaign").prefetch_related("kinds")
        self.asking = sorted(placed, key=lambda row: (row.campaign.parent_id is not None, row.campaign_id, row.pk))
        self.scopes = {row.pk: list(row.campaign.scopes.all()) for row in self.asking}
        self.sheets = {
            (r.unit_id, r.round.quarter): r
            for r in Report.objects.filter(round__year=YEAR, round__drive=None).select_related("round")
        }
        self.results = {}
        for result in Result.objects.select_related("report__round", "grade").prefetch_related("items"):
            self.results[result.report.unit_id, result.report.round.quarter, result.indicator_id] = result
        self.targets = {}
        for target in Target.objects.filter(agreed__isnull=False, drive=None).select_related(
            "campaign_indicator__campaign"
        ):
            key = target.unit_id, target.campaign_indicator.indicator_id
            if key not in self.targets or target.campaign_indicator_id < self.targets[key].campaign_indicator_id:
                self.targets[key] = target

        self.chains = {(u, q): self._chain(u, q) for u in self.units for q in (1, 2, 3, 4) if self._counts(u, q)}
        self.asked = {(*cell, row.pk): self._asked_by(*cell, row) for cell in self.chains for row in self.indicators}

    # ── the tree by dates ─────────────────────────────────────────────────

    def exists(self, unit: int, quarter: int) -> bool:
        return self.units[unit].exists_on(quarter_end(YEAR, quarter))

    def _counts(self, unit: int, quarter: int) -> bool:
        """It exists on the last day, or has ended before and left more than an empty sheet."""
        sheet = self.sheets.get((unit, quarter))
        used = sheet is not None and (
            sheet.state != "not_started" or any(key[:2] == (unit, quarter) for key in self.results)
        )
        return self.exists(unit, quarter) or used

    def raw_superior(self, unit: int, quarter: int) -> int | None:
        """By the placement on the last day; of a unit that has ended its last one, of one to come its first."""
        day = quarter_end(YEAR, quarter)
        own = [row for row in self.placements if row.unit_id == unit]
        if self.exists(unit, quarter):
            own = [r for r in own if (r.since is None or r.since <= day) and (r.until is None or r.until > day)]
        begins = self.units[unit].established
        own.sort(key=lambda row: row.since or date.min)
        return (own[0] if begins is not None and begins > day else own[-1]).parent_id

    def nearest(self, unit: int, quarter: int) -> int | None:
        """The nearest superior that counts in the quarter."""
        above = self.raw_superior(unit, quarter)
        while above is not None and not self._counts(above, quarter):
            above = self.raw_superior(above, quarter)
        return above

    def _chain(self, unit: int, quarter: int) -> list[int]:
        found = [unit]
        while (above := self.nearest(found[-1], quarter)) is not None:
            found.append(above)
        return found

    def counts(self, unit: int, quarter: int) -> bool:
        return (unit, quarter) in self.chains

    def chain(self, unit: int, quarter: int) -> list[int]:
        """The unit and everything above it in the quarter, from below."""
        return self.chains[unit, quarter]

    def superior(self, unit: int, quarter: int) -> int | None:
        return next(iter(self.chain(unit, quarter)[1:]), None)

    def last_quarter(self, unit: int, period: str) -> int | None:
        return max((q for q in QUARTERS[period] if self.counts(unit, q)), default=None)

    def has_subordinates(self, unit: int, period: str) -> bool:
        return any(
            self.counts(other, quarter) and self.superior(other, quarter) == unit
            for other in self.units
            for quarter in QUARTERS[period]
        )

    def subordinates(self, unit: int, period: str) -> list[int]:
        """Those whose last place in the period is directly under the unit."""
        last = ((other, self.last_quarter(other, period)) for other in self.units)
        return [other for other, quarter in last if quarter and self.superior(other, quarter) == unit]

    # ── cells ─────────────────────────────────────────────────────────────

    def _asked_by(self, unit: int, quarter: int, indicator: Indicator) -> CampaignIndicator | None:
        chain = self.chain(unit, quarter)
        for row in self.asking:
            kinds = {kind.pk for kind in row.kinds.all()}
            inside = any(
                scope.unit_id == unit or (scope.with_branch and scope.unit_id in chain)
                for scope in self.scopes[row.pk]
            )
            if row.indicator_id == indicator.pk and inside and (not kinds or self.units[unit].kind_id in kinds):
                return row
        return None

    def asked_by(self, unit: int, quarter: int, indicator: Indicator) -> CampaignIndicator | None:
        return self.asked[unit, quarter, indicator.pk]

    def expected(self, unit: int, quarter: int, indicator: Indicator) -> bool:
        row = self.asked_by(unit, quarter, indicator)
        return row is not None and quarter in ASKED_QUARTERS[row.asked]

    def figure(self, unit: int, quarter: int, indicator: Indicator, states: set[str]) -> Result | None:
        sheet = self.sheets.get((unit, quarter))
        return self.results.get((unit, quarter, indicator.pk)) if sheet and sheet.state in states else None

    def making(self, unit: int, indicator: Indicator, period: str) -> list[int]:
        """The quarters whose cells make the unit's figure: all of a flow, the last asked one of a stock."""
        quarters = list(QUARTERS[period])
        if indicator.accrual != "stock":
            return quarters
        placed = [q for q in quarters if self.counts(unit, q)]
        rows = [row for q in placed if (row := self.asked_by(unit, q, indicator)) is not None]
        asked = ASKED_QUARTERS[rows[-1].asked] if rows else (1, 2, 3, 4)
        return [q for q in quarters if q in asked][-1:] or quarters[-1:]

    def cells(self, unit: int, indicator: Indicator, period: str) -> list[tuple[int, int]]:
        if self.last_quarter(unit, period) is None:
            return []
        return [(unit, q) for q in self.making(unit, indicator, period) if self.counts(unit, q)]

    def add_up(self, cells: list[tuple[int, int]], indicator: Indicator, states: set[str]) -> Row:
        row, over = Row(), defaultdict(int)
        for unit, quarter in cells:
            figure = self.figure(unit, quarter, indicator, states)
            if figure is None:
                row.expected += self.expected(unit, quarter, indicator)
            if figure is None or figure.status == "not_applicable":
                continue
            row.reported, row.expected = row.reported + 1, row.expected + 1
            if figure.status == "nil":
                continue
            if indicator.measure == "grade":
                row.classes.setdefault(figure.grade.rank, [0, 0])[0] += 1
                continue
            row.numerator += int(figure.numerator * 1000)
            row.denominator += int((figure.denominator or 0) * 1000)
            over[quarter] += int((figure.denominator or 0) * 1000)
            row.samples += indicator.measure == "score"
            for item in figure.items.all():
                if item.state != "not_applicable":
                    tally = row.classes.setdefault(item.item_id, [0, 0])
                    row.classes[item.item_id] = [tally[0] + (item.state == "met"), tally[1] + 1]
        if indicator.accrual == "flow_over_stock":
            row.samples = sum(total > 0 for total in over.values())
        return row

    def value(self, row: Row, indicator: Indicator) -> Fraction | None:
        """Of a single unit."""
        if indicator.measure in ("count", "amount"):
            return Fraction(row.numerator, 1000)
        if indicator.measure == "grade":
            return Fraction(min(row.classes)) if row.classes else None  # one cell has one grade
        if indicator.measure == "score":
            return Fraction(row.numerator, 1000 * row.samples) if row.samples else None
        if not row.denominator:
            return None
        if indicator.accrual == "flow_over_stock":
            return Fraction(row.numerator * indicator.scale) / Fraction(row.denominator, row.samples)
        return Fraction(
            row.numerator * (100 if indicator.measure == "checklist" else indicator.scale), row.denominator
        )

    # ── targets ───────────────────────────────────────────────────────────

    def own_target(self, unit: int, indicator: Indicator, period: str) -> Fraction | None:
        """What the unit's agreed target of the year means in the period."""
        target, quarters = self.targets[unit, indicator.pk], QUARTERS[period]
        asked = ASKED_QUARTERS[target.campaign_indicator.asked]
        inside = [quarter for quarter in quarters if quarter in asked]
        ends = None
        if target.milestone_1 is not None:
            values = [target.milestone_1, target.milestone_2, target.milestone_3, target.agreed]
            ends = [Fraction(0), *map(Fraction, values)]
        if not inside:
            return None
        if indicator.accrual == "flow_over_stock" or (
            indicator.accrual == "flow" and indicator.measure in ("count", "amount")
        ):
            if ends:
                return ends[inside[-1]] - ends[max((q for q in asked if q < quarters[0]), default=0)]
            if target.comparator in (">=", ">"):
                return Fraction(target.agreed) / len(asked) * len(inside)
            return Fraction(target.agreed)
        return ends[inside[-1]] if ends else Fraction(target.agreed)

    def branch_target(self, unit: int, indicator: Indicator, period: str) -> tuple[Fraction | None, str]:
        """The unit's own, else for counts and amounts the sum of its direct subordinates'."""
        if (unit, indicator.pk) in self.targets:
            own = self.own_target(unit, indicator, period)
            return own, "" if own is None else self.targets[unit, indicator.pk].comparator
        if indicator.measure not in ("count", "amount"):
            return None, ""
        below = [self.added_target(other, indicator, period) for other in self.subordinates(unit, period)]
        changes = self.changes_by_moves(unit, indicator, period)
        below = [(value, sign) for value, sign in below if value is not None] + changes
        total = sum(value for value, _sign in below)
        gone = indicator.accrual == "stock" and any(value < 0 for value, _sign in changes)
        if not below or (total == 0 and gone):
            return None, ""
        signs = {sign for _value, sign in below}
        usual = next((row.comparator for row in self.asking if row.indicator_id == indicator.pk), ">=")
        return total, signs.pop() if len(signs) == 1 else usual

    def dropped(self, unit: int, indicator: Indicator, period: str) -> list[int]:
        """Quarters of the period in which the unit's place is not asked, though another of its places is."""
        asked = {q: self.asked_by(unit, q, indicator) is not None for q in (1, 2, 3, 4) if self.counts(unit, q)}
        return [q for q in QUARTERS[period] if any(asked.values()) and asked.get(q) is False]

    def added_target(self, unit: int, indicator: Indicator, period: str) -> tuple[Fraction | None, str]:
        """The branch target as it adds to the superior's: a single unit's for quarters in which it is asked."""
        whole, sign = self.branch_target(unit, indicator, period)
        dropped = self.dropped(unit, indicator, period)
        if self.has_subordinates(unit, period) or whole is None or not dropped:
            return whole, sign
        asked = ASKED_QUARTERS[self.targets[unit, indicator.pk].campaign_indicator.asked]
        if indicator.accrual == "stock":
            last = self.making(unit, indicator, period)[-1]
            return (whole if last not in dropped and last in asked else None), sign
        left = [q for q in QUARTERS[period] if q not in dropped and q in asked]
        shares = {q: self.own_target(unit, indicator, f"Q{q}") or 0 for q in QUARTERS[period]}
        if not left:
            return None, sign
        return (sum(shares[q] for q in left) if sum(shares.values()) == whole else whole), sign

    # ── moves ─────────────────────────────────────────────────────────────

    def moved_units(self) -> dict[int, dict[int, list[int]]]:
        """Units moved in the year: quarter (0: its first day) → the unit and all above it."""
        begin, end = date(YEAR, 1, 1), quarter_end(YEAR, 4)
        left = {row.unit_id for row in self.placements if row.until and begin < row.until <= end}
        found = {u: {q: self.chain(u, q) for q in (1, 2, 3, 4) if self.counts(u, q)} for u in sorted(left)}
        for unit, chains in found.items():
            if self.units[unit].exists_on(begin):
                chains[0] = self.began(unit, begin)
        return {u: chains for u, chains in found.items() if len({tuple(c[1:2]) for c in chains.values()}) > 1}

    def began(self, unit: int, day: date) -> list[int]:
        """The unit and everything above it on the day that existed then; of others where they stood first."""
        found: list[int] = []
        above: int | None = unit
        while above is not None:
            here = sorted((r for r in self.placements if r.unit_id == above), key=lambda row: row.since or date.min)
            if self.units[above].exists_on(day):
                found.append(above)
                here = [r for r in here if (r.since is None or r.since <= day) and (r.until is None or r.until > day)]
            above = here[0].parent_id
        return found

    def shares(self, unit: int, indicator: Indicator, period: str) -> dict[int, Fraction]:
        """What a unit's target means in the quarters of the period; all of a stock's in the last that has one."""
        found = {q: self.added_target(unit, indicator, f"Q{q}")[0] for q in QUARTERS[period]}
        known = {q: value for q, value in found.items() if value is not None}
        return {max(known): known[max(known)]} if known and indicator.accrual == "stock" else known

    def sign(self, unit: int, indicator: Indicator, period: str) -> str:
        periods = [period, *(f"Q{q}" for q in QUARTERS[period])]
        return next((s for p in periods if (s := self.added_target(unit, indicator, p)[1])), "")

    def covered(self, chain: list[int], above: int, indicator: Indicator) -> bool:
        """Whether a unit between the chain's first and the one above has a target of its own."""
        return any((unit, indicator.pk) in self.targets for unit in chain[1 : chain.index(above)])

    def changes_by_moves(self, unit: int, indicator: Indicator, period: str) -> list[tuple[Fraction, str]]:
        """What is to be added to the targets of the last direct subordinates: each moved unit counts under every
        superior for its quarters there, and once, if at all, where its places meet.
        """
        found = []
        for moved, chains in self.moved_units().items():
            quarters = [q for q in QUARTERS[period] if q in chains]
            if not quarters:
                continue
            here = [q for q in quarters if chains[q][1:2] == [unit]]
            away = [q for q in quarters if q not in here]
            if here and away:
                shares, sign = self.shares(moved, indicator, period), self.sign(moved, indicator, period)
                if max(quarters) in away:
                    found += [(sum(shares.get(q, 0) for q in here), sign)] if set(here) & set(shares) else []
                elif change := sum(shares.get(q, 0) for q in away):
                    found.append((-change, sign))
            all_chains = [chains[min(chains)], *(chains[q] for q in quarters)]
            shared = [above for above in all_chains[0][1:] if all(above in chain[1:] for chain in all_chains)]
            if shared[:1] == [unit]:
                covered = {q: self.covered(chains[q], unit, indicator) for q in {min(chains), *quarters}}
                if len({covered[q] for q in (min(chains), *quarters)}) > 1:
                    whole = self.added_target(moved, indicator, period)[0] or 0
                    shares = self.shares(moved, indicator, period)
                    inside = sum(shares.get(q, 0) for q in quarters if covered[q])
                    counted = sum(shares.get(q, 0) for q in quarters if not covered[q])
                    counted = counted if covered[max(quarters)] else whole - inside
                    wanted = 0 if covered[min(chains)] else whole
                    found += [(wanted - counted, self.sign(moved, indicator, period))] if wanted != counted else []
        return found

    def unsettled(self, unit: int, indicator: Indicator, period: str) -> bool:
        """Whether the added up target of the branch is that of other units or quarters than its figure."""
        if indicator.measure not in ("count", "amount") or (unit, indicator.pk) in self.targets:
            return False
        if self.branch_target(unit, indicator, period)[0] is None:
            return False
        for moved, chains in self.moved_units().items():
            quarters = [q for q in QUARTERS[period] if q in chains]
            inside, first = [q for q in quarters if unit in chains[q][1:]], chains[min(chains)]
            if not quarters or (unit in first[1:] and inside == quarters):
                continue
            whole = self.added_target(moved, indicator, period)[0] or 0
            if inside and inside != quarters and sum(self.shares(moved, indicator, period).values()) != whole:
                return True
            brings = any(
                self.asked_by(moved, q, indicator) is not None or self.has_subordinates(moved, f"Q{q}")
                for q in chains
                if q
            )
            if unit in first[1:]:
                unknown = self.covered(first, unit, indicator)
            else:
                unknown = any(self.covered(chains[q], unit, indicator) for q in inside)
            if unknown and brings:
                return True
        return False

    def judged(self, unit: int, indicator: Indicator, period: str, states: set[str]) -> tuple[int, int]:
        """(targeted, met) over the units without subordinates that count under the unit, or are it."""
        if self.has_subordinates(unit, period):
            below = [self.judged(other, indicator, period, states) for other in self.subordinates(unit, period)]
            return sum(targeted for targeted, _met in below), sum(met for _targeted, met in below)
        if (unit, indicator.pk) not in self.targets:
            return 0, 0
        target = self.own_target(unit, indicator, period)
        row = self.add_up(self.cells(unit, indicator, period), indicator, states)
        if target is None or row.reported == 0 or row.reported < row.expected:
            return 0, 0
        asked = ASKED_QUARTERS[self.targets[unit, indicator.pk].campaign_indicator.asked]
        if any(q in asked for q in self.dropped(unit, indicator, period)):
            return 0, 0
        value = self.value(row, indicator)
        if value is None:
            return 0, 0  # nothing occurred, and that is no value: neither met nor missed
        signs = {">=": operator.ge, ">": operator.gt, "=": operator.eq, "<=": operator.le, "<": operator.lt}
        return 1, int(signs[self.targets[unit, indicator.pk].comparator](value, target))

    # ── the figures of branches ───────────────────────────────────────────

    def summaries(self) -> dict[tuple[int, str, int], tuple[Row, Row, Fraction | None, str]]:
        """(unit, period, indicator) → approved, approved and handed in, target, comparator."""
        found = {}
        for unit in self.units:
            for period in QUARTERS:
                if self.has_subordinates(unit, period):
                    for indicator in self.indicators:
                        rows, known = self.branch(unit, indicator, period)
                        target, sign = self.branch_target(unit, indicator, period)
                        if known or target is not None or any(row.targeted for row in rows):
                            found[unit, period, indicator.pk] = (*rows, target, sign)
        return found

    def branch(self, unit: int, indicator: Indicator, period: str) -> tuple[list[Row], bool]:
        """Both sets, and whether anything is expected or reported in the period at all."""
        below = {
            (other, quarter)
            for other in self.units
            for quarter in QUARTERS[period]
            if self.counts(other, quarter) and unit in self.chain(other, quarter)
        }
        cells = [cell for other in self.units for cell in self.cells(other, indicator, period) if cell in below]
        rows, known = [], False
        for states in (APPROVED, HANDED_IN):
            row = self.add_up(cells, indicator, states)
            row.targeted, row.met = self.judged(unit, indicator, period, states)
            rows.append(row)
            known = known or self.add_up(list(below), indicator, states).expected > 0
        return rows, known

    def sheet_counts(self) -> dict[tuple[int, int], tuple[int, int, int]]:
        """(unit, quarter) → sheets in the branch, handed in, approved."""
        found = {}
        for unit in self.units:
            for period in ("Q1", "Q2", "Q3", "Q4"):
                if self.has_subordinates(unit, period):
                    quarter = QUARTERS[period][0]
                    states = [
                        s.state for (u, q), s in self.sheets.items() if q == quarter and unit in self.chain(u, q)
                    ]
                    found[unit, quarter] = (
                        len(states), sum(s in HANDED_IN for s in states), sum(s in APPROVED for s in states)
                    )  # fmt: skip
        return found

"""How figures add up: over units, over the rounds of a period, and to the value that is shown.

Plain arithmetic on whole thousandths; nothing here knows the database. Missing is not zero: a cell
that was not reported adds to `expected` alone, nil adds to `reported` and nothing else, not applicable
takes the cell out of what is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Rule:
    """What of an indicator decides how it adds up. Fixed once a result exists."""

    measure: str
    accrual: str
    scale: int = 1
    headline_share: int = 100

    @property
    def flow(self) -> bool:
        return self.accrual != "stock"

    @property
    def is_sum(self) -> bool:
        return self.measure in ("count", "amount")


class Cell(NamedTuple):
    """A stored figure: parts in whole thousandths, `rank` of its grade, `items` item → met (without n/a)."""

    status: str
    numerator: int | None = None
    denominator: int | None = None
    rank: int | None = None
    items: Mapping[int, bool] | None = None


@dataclass(slots=True)
class Parts:
    """Sums over cells. `reported` and `expected` count unit × round cells.

    `samples`: scores behind the sum of scores; rounds behind the denominators of a flow over a stock.
    `classes`: rank → [units, 0] for grades; item → [sheets meeting it, sheets it applies to].
    """

    numerator: int = 0
    denominator: int = 0
    samples: int = 0
    reported: int = 0
    expected: int = 0
    classes: dict[int, list[int]] = field(default_factory=dict)

    def add(self, other: Parts) -> None:
        self.numerator += other.numerator
        self.denominator += other.denominator
        self.samples += other.samples
        self.reported += other.reported
        self.expected += other.expected
        if other.classes:
            self.add_classes(other.classes)

    def add_classes(self, classes: Mapping[int, Sequence[int]]) -> None:
        for key, (first, second) in classes.items():
            self._count(key, first, second)

    def add_cell(self, rule: Rule, cell: Cell | None, *, asked: bool) -> None:
        """Add one unit × round cell; `cell` is None when nothing was reported (yet, in this set).

        A figure that nobody asked for counts as expected and reported.
        """
        if cell is None:
            self.expected += asked
            return
        if cell.status == "not_applicable":
            return
        self.reported += 1
        self.expected += 1
        if cell.status == "nil":
            return
        if rule.measure == "grade":
            self._count(cell.rank or 0, 1, 0)
            return
        self.numerator += cell.numerator or 0
        self.denominator += cell.denominator or 0
        self.samples += rule.measure == "score"
        for item, met in (cell.items or {}).items():
            self._count(item, int(met), 1)

    def _count(self, key: int, first: int, second: int) -> None:
        row = self.classes.setdefault(key, [0, 0])
        row[0] += first
        row[1] += second


def over_rounds(rule: Rule, quarters: Iterable[Parts]) -> Parts:
    """Parts of a period from the parts of the quarters that make its figure, each over the whole branch.

    A flow over a stock divides by the mean of the denominators over the rounds in which they are above 0.
    The result is not to be changed: it may be one of the `quarters`.
    """
    quarters = list(quarters)
    if len(quarters) == 1 and rule.accrual != "flow_over_stock":
        return quarters[0]
    total = Parts()
    rounds = 0
    for parts in quarters:
        total.add(parts)
        rounds += parts.denominator > 0
    if rule.accrual == "flow_over_stock":
        total.samples = rounds
    return total


@dataclass(frozen=True, slots=True)
class Value:
    """The figure made of parts. Parts are exact; `value` is in the indicator's scale, unrounded.

    `rank` is the headline of grades. Everything is None where there is nothing to show.
    """

    numerator: Fraction | None = None
    denominator: Fraction | None = None
    value: Fraction | None = None
    rank: int | None = None
    item: int | None = None

    @property
    def comparable(self) -> Fraction | None:
        """What is compared with a target: the value, or a grade's rank."""
        return self.value if self.rank is None else Fraction(self.rank)


def is_skewed(rule: Rule, parts: Parts, rounds: int) -> bool:
    """Whether missing cells make the value of a period of `rounds` rounds another one than it would be.

    So they do a flow over a stock: a round of few sheets makes its mean small, one of none leaves out what it
    counted, while the other rounds stay as they are. Other measures lack the cells in both parts. Such a value is
    not shown.
    """
    missing = 0 < parts.reported < parts.expected
    return rule.accrual == "flow_over_stock" and missing and max(rounds, parts.samples) > 1


NOTHING = Value()


def value_of(rule: Rule, parts: Parts, *, branch: bool) -> Value:
    """The figure of `parts`; `branch` says that the unit has subordinates (checklists then show the weakest item)."""
    found = quotient(rule, parts, branch=branch)
    if found is None:
        return NOTHING
    if rule.measure == "grade":
        return Value(rank=found[0])
    value = Fraction(*found)
    if rule.measure == "checklist" and branch:
        item = weakest_item(parts.classes)
        met, of = parts.classes[item] if item is not None else (0, 0)
        return Value(Fraction(met), Fraction(of), value, item=item)
    if rule.is_sum or rule.measure == "score":
        return Value(numerator=value, value=value)
    rounds = parts.samples if rule.accrual == "flow_over_stock" else 1
    return Value(Fraction(parts.numerator, THOUSAND), Fraction(parts.denominator, THOUSAND * rounds), value)


def quotient(rule: Rule, parts: Parts, *, branch: bool) -> tuple[int, int] | None:
    """The figure of `parts` as numerator and positive denominator, in the indicator's scale; a grade's rank over 1.

    None where there is no figure: nothing reported, or nothing but nil (which is 0 in counts and amounts).
    """
    if parts.reported == 0:
        return None
    if rule.is_sum:
        return parts.numerator, THOUSAND
    if rule.measure == "grade":
        rank = headline(parts.classes, rule.headline_share)
        return None if rank is None else (rank, 1)
    if rule.measure == "score":
        found = parts.numerator, THOUSAND * parts.samples
    elif rule.measure == "ratio":
        rounds = parts.samples if rule.accrual == "flow_over_stock" else 1
        found = parts.numerator * rule.scale * rounds, parts.denominator
    elif not branch:
        found = parts.numerator * 100, parts.denominator
    else:
        item = weakest_item(parts.classes)
        found = (0, 0) if item is None else (parts.classes[item][0] * 100, parts.classes[item][1])
    return found if found[1] else None


def weakest_item(classes: Mapping[int, Sequence[int]]) -> int | None:
    """The checklist item that the smallest share of sheets meets; None where no sheet has items."""
    return min(
        (item for item, (_met, of) in classes.items() if of),
        key=lambda item: (Fraction(*classes[item]), item),
        default=None,
    )


def headline(classes: Mapping[int, Sequence[int]], share: int) -> int | None:
    """The best rank that `share` per cent of the units reach or exceed; 100 gives the worst class.

    None where no unit has a grade.
    """
    total = sum(row[0] for row in classes.values())
    reached = 0
    for rank in sorted(classes, reverse=True):
        reached += classes[rank][0]
        if classes[rank][0] and reached * 100 >= share * total:
            return rank
    return None


def thousandths(value: Decimal | None) -> int | None:
    return None if value is None else int(value * THOUSAND)

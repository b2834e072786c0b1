"""What units that have moved within the year bring to the targets that are added up over branches.

A figure counts a unit for a whole round under the superior that it has at the end of it. So does the target of a sum:

* A unit that has moved adds to each superior what its target means in the quarters in which it stood there. The
  superiors of all its places have the same sum as without the move.
* Whether the agreed target of a unit between stands for it as well is decided by where it stood when the year (or
  the unit) began: such a target is not divided, and a superior of both places counts nobody twice and nobody not at
  all.
* Where target and figure of a superior of only some of its places cannot cover the same – the target holds for the
  whole year and cannot be divided, or a target between stands for it that knows nothing of the move –, they are
  not compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from emulation.reports.book import Book
from units.paths import path_ids

BEGIN = 0  # the first day of the year, before its quarters
Chain = tuple[int, ...]  # the superiors of a unit, root first, and the unit itself


@dataclass(frozen=True, slots=True)
class Adding:
    """The target that a unit brings in a period, and what of it belongs to each quarter."""

    whole: int | None
    shares: dict[int, int]
    comparator: str

    @property
    def divisible(self) -> bool:
        return sum(self.shares.values()) == (self.whole or 0)

    def over(self, quarters: Sequence[int]) -> int:
        return sum(self.shares.get(quarter, 0) for quarter in quarters)


class MovedGoals:
    """`target` answers for a unit's branch, an indicator and a period with the target that counts and its comparator:
    of a unit above others when theirs are known, of longer periods when those of the quarters are.
    """

    def __init__(self, book: Book, target: Callable[[int, int, str], tuple[int | None, str]]) -> None:
        self.book, self.target, self.periods = book, target, book.tree.periods
        known: dict[int, dict[int, Chain]] = {
            unit: {q: tuple(path_ids(places[unit].path)) for q, places in book.tree.places.items() if unit in places}
            for unit in sorted(book.tree.moved)
        }
        for unit, began in book.tree.began.items():
            known[unit] = {BEGIN: tuple(began), **known[unit]}
        self.chains: dict[int, dict[int, Chain]] = {
            unit: chains for unit, chains in known.items() if len({chain[-2:-1] for chain in chains.values()}) > 1
        }
        self.sums = [pk for pk, rule in book.rules.items() if rule.is_sum]

    def crossed(self, period: str) -> set[int]:
        """Units above some place, in the period or at the beginning of the year, of a unit that has moved."""
        found: set[int] = set()
        for chains in self.chains.values():
            for quarter in self._quarters(chains, period):
                found.update(chains[quarter][:-1])
            found.update(next(iter(chains.values()))[:-1])
        return found

    def changes(self, superior: int, period: str) -> Iterator[tuple[int, tuple[int, int, str]]]:
        """Unit that has moved, and (indicator, change, comparator): by how much the sum over those last placed under
        the superior is wrong.
        """
        for unit, chains in self.chains.items():
            quarters = self._quarters(chains, period)
            if not quarters:
                continue
            here = [q for q in quarters if chains[q][-2:-1] == (superior,)]
            elsewhere = [q for q in quarters if q not in here]
            if here and elsewhere:
                yield from ((unit, change) for change in self._divided(unit, period, here, elsewhere))
            if self._meeting([chains[q] for q in (min(chains), *quarters)])[-1:] == (superior,):
                yield from ((unit, change) for change in self._covered(unit, period, superior, quarters))

    def _divided(
        self, unit: int, period: str, here: list[int], elsewhere: list[int]
    ) -> Iterator[tuple[int, int, str]]:
        """What the unit brings to one of its direct superiors."""
        for indicator in self.sums:
            adding = self._adding(unit, indicator, period)
            if max(here) > max(elsewhere):
                if change := -adding.over(elsewhere):
                    yield indicator, change, adding.comparator
            elif any(quarter in adding.shares for quarter in here):
                yield indicator, adding.over(here), adding.comparator

    def _covered(self, unit: int, period: str, superior: int, quarters: list[int]) -> Iterator[tuple[int, int, str]]:
        """What is counted twice or not at all where all its places meet, as targets between stand for it."""
        chains = self.chains[unit]
        for indicator in self.sums:
            first = self._is_covered(chains[min(chains)], superior, indicator)
            covered = [q for q in quarters if self._is_covered(chains[q], superior, indicator)]
            if len(covered) == (len(quarters) if first else 0):
                continue
            adding = self._adding(unit, indicator, period)
            if max(quarters) in covered:
                counted = adding.over([q for q in quarters if q not in covered])
            else:
                counted = (adding.whole or 0) - adding.over(covered)
            if change := (0 if first else adding.whole or 0) - counted:
                yield indicator, change, adding.comparator

    def unsettled(self, superior: int, indicator: int, period: str) -> bool:
        """Whether the sum of targets is that of other units or quarters than the figure. Asked when all are known."""
        for unit, chains in self.chains.items():
            quarters = self._quarters(chains, period)
            inside = [q for q in quarters if superior in chains[q]]
            was_inside = superior in chains[min(chains)]
            if not quarters or (was_inside and len(inside) == len(quarters)):
                continue
            if inside and len(inside) < len(quarters) and not self._adding(unit, indicator, period).divisible:
                return True
            before = was_inside and self._is_covered(chains[min(chains)], superior, indicator)
            since = not was_inside and any(self._is_covered(chains[q], superior, indicator) for q in inside)
            if (before or since) and self._counts(unit, indicator):
                return True
        return False

    def _counts(self, unit: int, indicator: int) -> bool:
        """Whether the unit may bring figures: it is asked for them, or has subordinates."""
        places = [found[unit] for found in self.book.tree.places.values() if unit in found]
        return any(not place.is_leaf or indicator in self.book.asked(place) for place in places)

    def _quarters(self, chains: dict[int, Chain], period: str) -> list[int]:
        return [quarter for quarter in self.periods[period] if quarter in chains]

    def _is_covered(self, chain: Chain, superior: int, indicator: int) -> bool:
        """Whether a unit between the superior and the end of the chain has a target of its own."""
        between = chain[chain.index(superior) + 1 : -1]
        return any(indicator in self.book.goals.get(unit, ()) for unit in between)

    def _meeting(self, chains: list[Chain]) -> Chain:
        """The superiors that all chains share."""
        shared = []
        for level in zip(*(chain[:-1] for chain in chains), strict=False):
            if len(set(level)) > 1:
                break
            shared.append(level[0])
        return tuple(shared)

    def _adding(self, unit: int, indicator: int, period: str) -> Adding:
        whole, comparator = self.target(unit, indicator, period)
        found = {q: self.target(unit, indicator, f"Q{q}") for q in self.periods[period]}
        shares = {q: goal for q, (goal, _comparator) in found.items() if goal is not None}
        if not self.book.rules[indicator].flow:  # the figure of the last round in which it is asked
            shares = dict(list(shares.items())[-1:])
        signs = [comparator, *(sign for _goal, sign in found.values())]
        return Adding(whole, shares, next(filter(None, signs), ""))

"""What is known of a person or unit, as plain values: the material of `eligibility`. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

# A source names the record behind a fact: its kind and key; empty where there is none.
Source = tuple[str, int] | tuple[()]

HORIZON = 60  # years back beyond which nobody looks


class Rating(NamedTuple):
    """The year's class of task completion: `rank` 1 is not completed, 4 completed excellently."""

    year: int
    rank: int
    source: Source = ()


class Held(NamedTuple):
    """A grant that has not been revoked."""

    award: str
    year: int
    source: Source = ()


class Merit(NamedTuple):
    """An initiative, science work or feat of resourcefulness, recognised in `year`.

    `level`: 1 base, 2 region, 3 ministry, 4 nation.
    """

    kind: str
    level: int
    year: int
    source: Source = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """A measure of discipline, or an incident (`kind`); `gravity` 1 is the lightest."""

    kind: str
    year: int
    gravity: int
    source: Source = ()


@dataclass(frozen=True, slots=True)
class YearFigure:
    indicator: str
    year: int
    value: Fraction
    source: Source = ()


@dataclass(frozen=True, slots=True)
class Targets:
    """How many targets a unit had, met and beat in the year."""

    year: int
    targeted: int
    met: int
    exceeded: int
    source: Source = ()


@dataclass(frozen=True, slots=True)
class Members:
    """People of a unit in a year: `rated` rank → people, `holding` award → people who hold it for that year."""

    strength: int
    rated: Mapping[int, int] = field(default_factory=dict)
    holding: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vote:
    """A council's vote; `members` are all of its members, also absent ones."""

    award: str
    year: int
    votes: int
    members: int
    secret: bool
    source: Source = ()


@dataclass(frozen=True, slots=True)
class Attested:
    """What somebody confirmed, or denied, of a criterion of an award for a year; criterion 0: of the whole."""

    award: str
    criterion: int
    year: int
    holds: bool
    words: str = ""
    source: Source = ()


@dataclass(frozen=True)
class Facts:
    """Everything known of one subject. The order of the facts has no meaning.

    `kept` says from which year on a register is complete, so that absence means none: `awards`, `merits`,
    `discipline`; a register that is not named is not complete. `clear` are the years of which it is known that
    every measure of discipline stands in the register: it is complete, and somebody has rated the year;
    `clear_of_incidents` those of which the same is known of incidents.
    """

    subject: str  # person, unit
    key: int = 0
    group: str = ""
    began: date | None = None  # enlisted; for a unit established
    ended: date | None = None  # the last day served; for a unit the first on which it no longer exists
    source: Source = ()
    ratings: tuple[Rating, ...] = ()
    held: tuple[Held, ...] = ()
    unit_held: tuple[Held, ...] = ()
    merits: tuple[Merit, ...] = ()
    breaches: tuple[Breach, ...] = ()
    figures: tuple[YearFigure, ...] = ()
    targets: tuple[Targets, ...] = ()
    votes: tuple[Vote, ...] = ()
    attested: tuple[Attested, ...] = ()
    members: Mapping[int, Members] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    clear: frozenset[int] = frozenset()
    clear_of_incidents: frozenset[int] = frozenset()

    @cached_property
    def best_ratings(self) -> dict[int, Rating]:
        """The rating of each year; the best where there are several."""
        found: dict[int, Rating] = {}
        for one in self.ratings:
            other = found.get(one.year)
            if other is None or (other.rank, other.source) < (one.rank, one.source):
                found[one.year] = one
        return found

    @cached_property
    def years_held(self) -> Mapping[str, set[int]]:
        """award → years for which it is held."""
        return _years(self.held)

    @cached_property
    def unit_years_held(self) -> Mapping[str, set[int]]:
        return _years(self.unit_held)

    def unknown_years(self, register: str, year: int, began: date | None, start: int = 0) -> set[int]:
        """Years up to `year` of which the register says nothing: before it was kept, but not before `began`."""
        first = max(began.year if began else year - HORIZON, start + 1 if start else 0)
        end = min(self.kept.get(register, year + 1), year + 1)
        return set(range(first, end)) if first < end else set()


def _years(held: Iterable[Held]) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = {}
    for one in held:
        found.setdefault(one.award, set()).add(one.year)
    return found

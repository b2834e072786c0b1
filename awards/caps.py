"""How many awards a cap still leaves: plain counts in, headroom out. No database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor


class Of(StrEnum):
    HEADCOUNT = "headcount"
    HOLDERS = "holders"


class Rounding(StrEnum):
    """What becomes of a part of a person."""

    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"


@dataclass(frozen=True, slots=True)
class Limit:
    """A cap in force: `share` per cent (None: not known) of the headcount, or of the holders of `awards`."""

    award: str
    of: Of
    share: Fraction | None
    awards: frozenset[str] = frozenset()
    rounding: Rounding = Rounding.DOWN
    clause: str = ""
    certainty: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Who counts in a unit and year: people by their key. `nominated` are those of whom nothing is decided yet."""

    headcount: int
    granted: Mapping[str, Set[int]] = field(default_factory=dict)
    nominated: Mapping[str, Set[int]] = field(default_factory=dict)

    def having(self, *awards: str) -> set[int]:
        """People who were granted one of the awards, or are nominated for one: each counts once."""
        found: set[int] = set()
        for code in awards:
            found |= self.granted.get(code, set()) | self.nominated.get(code, set())
        return found


@dataclass(frozen=True, slots=True)
class Headroom:
    """A cap and what is left of it. `base`: people of whom the share is taken; `allowed` None: it is not known."""

    limit: Limit
    base: int
    granted: int
    nominated: int
    allowed: int | None

    @property
    def used(self) -> int:
        return self.granted + self.nominated

    @property
    def left(self) -> int | None:
        """Below 0 when the cap is exceeded."""
        return None if self.allowed is None else self.allowed - self.used


def headroom(limit: Limit, counted: Counted) -> Headroom:
    """The cap against what was granted and what is nominated.

    Holders of other awards are those granted and those nominated for them: a season proposes both at once.
    """
    base = counted.headcount if limit.of == Of.HEADCOUNT else len(counted.having(*limit.awards))
    granted = len(counted.granted.get(limit.award, set()))
    nominated = len(counted.having(limit.award)) - granted
    allowed = None if limit.share is None else rounded(base * limit.share / 100, limit.rounding)
    return Headroom(limit, base, granted, nominated, allowed)


def rounded(value: Fraction, rounding: Rounding) -> int:
    if rounding == Rounding.UP:
        return ceil(value)
    return floor(value + Fraction(1, 2)) if rounding == Rounding.HALF_UP else floor(value)


def strictest(some: Iterable[Headroom]) -> Headroom | None:
    """Of several caps in force at once the one that leaves least; None where none is known."""
    known = [one for one in some if one.allowed is not None]
    return min(known, key=lambda one: one.allowed or 0, default=None)

"""Targets beside last year's results: «−5 %» of what was reached, and values that ask for less. No database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from emulation.numbers import round_half_up
from emulation.plausibility import asks_less

_TYPED = re.compile(r"([+\-−–])\s*([0-9]{1,5}(?:[.,][0-9]{1,3})?)\s*%")
FINEST = 3  # decimals of a stored value


class Doubt(StrEnum):
    """Why a registered value is to be explained; never an error."""

    ASSIGNED = "assigned"
    LAST = "last"


def doubts(value: Fraction, assigned: Fraction | None, last: Fraction | None, direction: str) -> list[Doubt]:
    """Whether a value asks for less than was assigned, or than was reached in the year before.

    Where exactly one value is best, any other than the assigned one is worse, and last year's says nothing.
    """
    found = []
    if assigned is not None and (
        value != assigned if direction == "exact" else asks_less(value, assigned, direction)
    ):
        found.append(Doubt.ASSIGNED)
    if last is not None and asks_less(value, last, direction):
        found.append(Doubt.LAST)
    return found


def read_percent(text: str) -> Decimal | None:
    """The per cent of «−5 %», «+3%», «- 2,5 %»; None for anything else: without a sign it is a plain value."""
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        return None
    sign, digits = match.groups()
    number = Decimal(digits.replace(",", "."))
    return number if sign == "+" else -number


@dataclass(frozen=True, slots=True)
class Relative:
    """A target as a change of `percent` on `base`, the figure of `year` as it stood when this was typed.

    Not rounded to the decimals of the indicator: of 12 accidents, −5 % are 11.4, and figures are compared
    with that (11 meets it, 12 does not). To thousandths only, the finest a target is stored in (`stored`).
    """

    percent: Decimal
    base: Fraction
    year: int

    @property
    def exact(self) -> Fraction:
        return self.base * (100 + Fraction(self.percent)) / 100

    @property
    def value(self) -> Decimal:
        """As it is shown, half up."""
        return round_half_up(self.exact, FINEST)

    def stored(self, comparator: str) -> Decimal:
        """As results are compared with it: rounded to the side on which the exact value itself is judged rightly.

        Of 2/3 in the year before, +0 % is at least 66.666 and at most 66.667: the same result again meets it. More
        than that is more than 66.667, which it does not. Equal to it (=) is what is nearest.
        """
        thousandths = self.exact * 10**FINEST
        if comparator in (">=", "<"):
            return Decimal(floor(thousandths)).scaleb(-FINEST)
        if comparator in ("<=", ">"):
            return Decimal(ceil(thousandths)).scaleb(-FINEST)
        return self.value

    def as_json(self) -> dict[str, str | int]:
        return {"percent": f"{self.percent.normalize():f}", "base": str(self.base), "year": self.year}

    @classmethod
    def from_json(cls, found: dict[str, str | int] | None) -> Relative | None:
        if not found:
            return None
        return cls(Decimal(str(found["percent"])), Fraction(str(found["base"])), int(found["year"]))


def percent_text(percent: Decimal) -> str:
    """As it stands in an input and is read back: −5%, +2.5%."""
    return f"{'−' if percent < 0 else '+'}{abs(percent).normalize():f}%"

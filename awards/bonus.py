"""The bonus of an award: coefficient × base wage on the day of the decision, rounded as the rule of that day says.

Nothing here knows a figure of the law: rates, wages and roundings come in as dated rows. Where one of them is not
in force on the day, is not known, or where two rows contradict each other, the bonus is not known. No database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Term:
    """In force from `since` (None: always) to `until` (None: still), both days included."""

    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Rate(Term):
    """`coefficient` of the base wage (None: not known) for a `subject`: person, unit, "" for both."""

    coefficient: Decimal | None
    subject: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Wage(Term):
    """The base wage in dong."""

    amount: int
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Rounding(Term):
    """To whole multiples of `step` dong, always up or (`up` false) to the nearest, the half up."""

    step: int
    up: bool
    certain: bool = True


class Lack(StrEnum):
    """Which rule is missing on the day: a coefficient, a wage, a rounding."""

    RATE = "rate"
    WAGE = "wage"
    ROUNDING = "rounding"


@dataclass(frozen=True, slots=True)
class Answer:
    """`amount` in dong; None where `lack` says what is not known. `certain`: every rule of it has been read."""

    amount: int | None
    coefficient: Decimal | None = None
    wage: int | None = None
    lack: Lack | None = None
    certain: bool = True


def bonus(
    subject: str, day: date, rates: Iterable[Rate], wages: Iterable[Wage], roundings: Iterable[Rounding]
) -> Answer:
    """The bonus for a `subject` (person, unit) by a decision of `day`."""
    rate_rows = rates_of(subject, day, rates)
    coefficient = sole({row.coefficient for row in rate_rows})
    if coefficient is None:
        return Answer(None, lack=Lack.RATE)
    wage_rows = [row for row in wages if row.holds(day)]
    wage = sole({row.amount for row in wage_rows})
    if wage is None:
        return Answer(None, coefficient, lack=Lack.WAGE)
    rounding_rows = [row for row in roundings if row.holds(day)]
    rule = sole({(row.step, row.up) for row in rounding_rows})
    if rule is None:
        return Answer(None, coefficient, wage, Lack.ROUNDING)
    rows: list[Rate | Wage | Rounding] = [*rate_rows, *wage_rows, *rounding_rows]
    certain = all(row.certain for row in rows)
    return Answer(rounded(coefficient * wage, *rule), coefficient, wage, None, certain)


def rates_of(subject: str, day: date, rates: Iterable[Rate]) -> list[Rate]:
    """The rates in force; what is said of the very subject goes before what is said of both."""
    found = [row for row in rates if row.holds(day) and row.subject in ("", subject)]
    return [row for row in found if row.subject] or found


def rounded(amount: Decimal, step: int, up: bool) -> int:
    """`amount` dong as a whole multiple of `step`."""
    return int((amount / step).to_integral_value(ROUND_CEILING if up else ROUND_HALF_UP)) * step


Value = TypeVar("Value")


def sole(values: set[Value]) -> Value | None:
    """The one value; None where there is none, or where several contradict each other."""
    return next(iter(values)) if len(values) == 1 else None

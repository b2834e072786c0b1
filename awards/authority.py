"""Who decides an award: the row of the authority matrix that holds for a subject on a day. No database.

Levels are the orders of the catalogue: a higher number is a higher level.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from awards.bonus import Term


@dataclass(frozen=True, slots=True)
class Power(Term):
    """Subjects up to the level `up_to` (None: of every level) are decided at `level`, by whom `decides` says, and
    `label` in the reader's language.
    """

    level: int
    decides: str
    subject: str = ""
    up_to: int | None = None
    label: str = ""


def power_for(powers: Iterable[Power], subject: str, level: int, day: date) -> Power | None:
    """The narrowest power in force for a `subject` (person, unit) of `level`; None where the matrix says nothing.

    First what is said of subjects up to the lowest level that still covers this one, then what is said of the very
    kind of subject, then the row that came into force last.
    """
    found = [
        row
        for row in powers
        if row.holds(day) and row.subject in ("", subject) and (row.up_to is None or level <= row.up_to)
    ]

    def rank(row: Power) -> tuple[bool, int, bool, int]:
        return row.up_to is None, row.up_to or 0, not row.subject, -(row.since or date.min).toordinal()

    return min(found, key=rank, default=None)

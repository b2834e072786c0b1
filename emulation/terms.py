"""Until when a sheet may be entered: its round's calendar together with the unit's extensions. No database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

SOON = 3  # days before a deadline in which it is shown as near, and people are reminded


def tone_of(days: int) -> str:
    """Colour of a deadline that lies `days` ahead, of whatever it is: miss once it has passed, near, or none."""
    if days < 0:
        return "miss"
    return "near" if days <= SOON else "none"


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for one unit: up to `until`, that day included; `ended` is the day on which it was ended early."""

    until: date
    ended: date | None = None

    @property
    def last_day(self) -> date:
        """The last day on which the unit had more time, whatever came of it."""
        return self.until if self.ended is None else min(self.until, self.ended)


@dataclass(frozen=True, slots=True)
class Terms:
    """The days of one sheet, all included; an empty `closes` means that entry is not closed by date.

    `extended`: a day of an extension that was not ended moves the due or the closing day.
    """

    opens: date
    due: date
    closes: date | None
    extended: bool = False

    def closed(self, day: date) -> bool:
        return self.closes is not None and day > self.closes

    def days_left(self, day: date) -> int:
        """Days to the due date; negative when it has passed."""
        return (self.due - day).days

    def late(self, handed_in: date) -> bool:
        return handed_in > self.due


def terms(opens: date, due: date, closes: date | None, extensions: Iterable[Extension] = ()) -> Terms:
    """The calendar with a unit's extensions: they only ever give more time.

    One that was ended early keeps the sheets handed in until then on time, but no longer keeps entry open.
    """
    extensions = list(extensions)
    in_force = [one.until for one in extensions if one.ended is None]
    later = max([due, *(one.last_day for one in extensions)])
    shut = None if closes is None else max([closes, *in_force])
    return Terms(opens, later, shut, extended=any(until in (later, shut) and until > due for until in in_force))

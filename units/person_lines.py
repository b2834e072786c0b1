"""What one line of a list of people says, once it has been read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units.models import Person, Rank, Unit

NAME = ("family_name", "middle_name", "given_name")
NUMBER = re.compile(r"[^\W_]+(?:[-/][^\W_]+)*")
# Years of age: who works is at least 15 (Labour Code, art. 3), who joins the Party 18 (its Statutes, art. 1).
LEAST_AGES = {"enlisted": 15, "since": 15, "rank_since": 15, "party_since": 18}


def number_wrong(text: str) -> str:
    """Why the text is no service number; empty where it may be one.

    A blank, a point or an apostrophe comes from a spreadsheet, and makes another person of the same number.
    """
    if NUMBER.fullmatch(text):
        return ""
    return _("“%(text)s” is no service number: letters and digits alone, without spaces or points.") % {"text": text}


def contradictions(born: int | None, days: Mapping[str, date | None]) -> Iterator[tuple[str, str, str]]:
    """(key, key of what it contradicts, sentence) of each of the `days` of a life that cannot be true.

    `days` by column of the list; of birth only the year is known. Months are compared, not days: lists often name
    no day.
    """
    for key, least in LEAST_AGES.items():
        day = days.get(key)
        if born and day is not None and day.year - born < least:
            words = _("Born in %(year)d, and not yet %(least)d years old on %(day)s.")
            yield key, "birth_year", words % {"year": born, "least": least, "day": date_format(day, "d/m/Y")}
    enlisted = days.get("enlisted")
    for key in ("since", "rank_since"):
        day = days.get(key)
        if enlisted is not None and day is not None and (day.year, day.month) < (enlisted.year, enlisted.month):
            words = _("This lies before the day of enlistment or recruitment (%(day)s).")
            yield key, "enlisted", words % {"day": date_format(enlisted, "d/m/Y")}


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file, ready to be created. Of the days in `months` the list names month and year alone.

    `posted`: the row says something of post or unit; one about somebody recorded may leave all of that empty.
    `left` is the last day of service of who has left.
    """

    row: int
    columns: dict[str, Any]
    unit: Unit
    post: str
    since: date | None
    decision: str
    rank: Rank | None
    rank_since: date | None
    months: frozenset[str] = frozenset()
    posted: bool = True
    left: date | None = None

    @property
    def full_name(self) -> str:
        return " ".join(self.columns[name] for name in NAME if self.columns[name])

    @property
    def gender(self) -> str:
        """The gender in words; empty where none is given."""
        return str(Person.Gender(self.columns["gender"]).label) if self.columns["gender"] else ""

    @property
    def days(self) -> dict[str, str]:
        """Column → the day as it is stored; of a month alone, both what the list says and which day that becomes."""
        days = {"since": self.since, "rank_since": self.rank_since}
        days |= {key: self.columns[key] for key in ("enlisted", "party_since")}
        return {key: self._shown(key, day) for key, day in days.items() if day is not None}

    def _shown(self, key: str, day: date) -> str:
        words = date_format(day, "d/m/Y")
        return _("%(month)s, stored as %(day)s") % {"month": words[3:], "day": words} if key in self.months else words

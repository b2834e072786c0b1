"""What one line of a list of people says, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from units.models import Rank, Unit

NAME = ("family_name", "middle_name", "given_name")


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file, ready to be created. Of the days in `months` the list names month and year alone.

    `posted`: the row says something of post or unit; one about somebody recorded may leave all of that empty.
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

    @property
    def full_name(self) -> str:
        return " ".join(self.columns[name] for name in NAME if self.columns[name])

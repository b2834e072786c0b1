"""When a council may vote and what comes out of a vote: whole numbers alone, no database.

Every share is one of *all* members of the council: who is absent, or hands in a blank ballot, is not in favour
(art. 45(8) of Decree 91/2017: «tính trên tổng số thành viên»). Shares are whole per cent, and 66 is exactly two
thirds, in a council of any size.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil


class Outcome(StrEnum):
    PASSED = "passed"
    LOWERED = "lowered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes on one item. `members` are all members of the council, `lower` votes for the lower award."""

    members: int
    favour: int = 0
    lower: int = 0
    against: int = 0
    blank: int = 0

    def __post_init__(self) -> None:
        if min(self.favour, self.lower, self.against, self.blank) < 0:
            raise ValueError("a tally counts ballots: none of its numbers is below 0")
        if self.cast > self.members:
            raise ValueError("there are not more ballots than members")

    @property
    def cast(self) -> int:
        """Ballots handed in."""
        return self.favour + self.lower + self.against + self.blank

    @property
    def for_lower(self) -> int:
        """Who votes for the award also supports the lower one, where the award itself is not reached."""
        return self.favour + self.lower


TWO_THIRDS = 66  # as it is typed


def exact(percent: int) -> Fraction:
    """The share that a percentage means."""
    return Fraction(2, 3) if percent == TWO_THIRDS else Fraction(percent, 100)


def share_words(percent: int) -> str:
    """ "2/3", "90 %"."""
    return "2/3" if percent == TWO_THIRDS else f"{percent} %"


def reached(votes: int, members: int, percent: int) -> bool:
    """Whether `votes` are at least the share `percent` of all `members`; never without members."""
    return members > 0 and votes >= exact(percent) * members


def needed(members: int, percent: int) -> int:
    """The fewest votes that reach the share `percent` of `members`."""
    return ceil(members * exact(percent))


def share_of(votes: int, members: int) -> Fraction:
    """In per cent of all members; 0 without members."""
    return Fraction(votes * 100, members) if members else Fraction(0)


def outcome(tally: Tally, share: int, lower_share: int | None) -> Outcome:
    """What the council decides: `share` per cent for the award, else `lower_share` for the lower one.

    `lower_share` is None where no lower award is offered.
    """
    if reached(tally.favour, tally.members, share):
        return Outcome.PASSED
    if lower_share is not None and reached(tally.for_lower, tally.members, lower_share):
        return Outcome.LOWERED
    return Outcome.FAILED

"""Whether a figure is believable beside others: rules that are data (`models.CheckRule`), judged here.

What cannot be is refused where it is entered (`checks`). A rule of this module speaks of several figures,
or of the unit's quarters before. No database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from emulation.scoring import is_met

MEMORY = 12  # quarters that are looked back: three years
YEAR = 4  # quarters ago: the same quarter of last year
CROWD = 500  # people who come together without anybody wondering
FEW = 10  # numbers below, and shares of fewer, jump by chance


@dataclass(frozen=True, slots=True)
class Limits:
    """When a change is too large: by more than `points` of a percentage, or `share` per cent of anything else."""

    share: int
    points: int

    def exceeded(self, now: Fraction, before: Fraction, *, percent: bool) -> bool:
        return abs(now - before) > (self.points if percent else abs(before) * Fraction(self.share, 100))


Past = Mapping[int, Fraction]  # quarters ago → value; those without a value are left out


def last(past: Past, quarters: int) -> list[Fraction]:
    """Values of the last `quarters` quarters, the newest first; those without a value are left out."""
    return [past[ago] for ago in range(1, quarters + 1) if ago in past]


def breaks(left: Fraction, comparator: str, right: Fraction) -> bool:
    """Whether `left` does not stand to `right` as it should."""
    return not is_met(comparator, right, left)


def falls(now: Fraction, past: Past, quarter: int) -> bool:
    """Whether a number that is counted from January is below that of the quarter before it in the year."""
    return quarter > 1 and 1 in past and now < past[1]


def is_far(
    now: Fraction, past: Past, quarters: int, limits: Limits, *, percent: bool, size: Fraction
) -> Fraction | None:
    """The mean of the last quarters where the value lies far from it. At least two of them are needed.

    What lies near the same quarter of last year is the season, not an oddity: plans fill up until December.
    `size` says of how many things the value speaks: of few it jumps by chance.
    """
    before = last(past, quarters)
    if size < FEW or len(before) < 2 or _as_last_year(now, past, limits, percent=percent):
        return None
    mean = sum(before, Fraction(0)) / len(before)
    return mean if limits.exceeded(now, mean, percent=percent) else None


def _as_last_year(now: Fraction, past: Past, limits: Limits, *, percent: bool) -> bool:
    return YEAR in past and not limits.exceeded(now, past[YEAR], percent=percent)


def is_worse(now: Fraction, past: Past, direction: str, limits: Limits, *, percent: bool) -> bool:
    """Whether the value is strongly worse than in the quarter before; never where neither way is better.

    As in `is_far`, what is as in the same quarter of last year is no oddity.
    """
    if 1 not in past or direction not in ("higher", "lower"):
        return False
    worse = now < past[1] if direction == "higher" else now > past[1]
    if not worse or _as_last_year(now, past, limits, percent=percent):
        return False
    return limits.exceeded(now, past[1], percent=percent)


def is_unchanged(now: Fraction, past: Past, quarters: int, *, summed: bool) -> bool:
    """Whether the value is the same for `quarters` quarters, this one included.

    Counts and amounts (`summed`) are small and often the same; of a share it is odd, unless it is all or nothing.
    """
    return (
        not summed and now not in (0, 100) and [past.get(ago) for ago in range(1, quarters)] == [now] * (quarters - 1)
    )


def is_first_full(now: Fraction, past: Past, quarters: int, *, percent: bool) -> bool:
    """Whether a share (`percent`) is 100 for the first time in a unit with at least `quarters` quarters before."""
    before = last(past, MEMORY)
    return percent and now == 100 and len(before) >= quarters and max(before) < 100


def is_exactly(now: Fraction, target: Fraction | None, *, percent: bool, counted: bool) -> bool:
    """Whether the value is the very target; a whole of 100 % and nothing at all are no coincidence.

    Numbers of things (`counted`) are small and meet a target exactly without any oddity.
    """
    return not counted and target is not None and now == target != 0 and not (percent and target == 100)


def asks_less(target: Fraction, reached: Fraction, direction: str) -> bool:
    """Whether the year's target asks for less than was reached in the year before."""
    return target < reached if direction == "higher" else direction == "lower" and target > reached


def is_crowd(people: int, strength: int) -> bool:
    """Whether more people take part in something than a unit brings together: to be confirmed.

    `strength` counts the people of its branch who stand in the register, which need not be all; people from outside
    come as well. So it is more than twice of them, and more than `CROWD`.
    """
    return people > max(CROWD, 2 * strength)


def fingerprint(values: Sequence[Fraction]) -> str:
    """The figures that a finding speaks of: when they change, what was said of them no longer holds."""
    return " ".join(str(value) for value in values)[:200]

"""A figure against its target: met or not, near or over, and what a year's target means in a period."""

import operator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache

from emulation.numbers import round_half_up

Number = Fraction | Decimal | int

COMPARATORS = {">=": operator.ge, ">": operator.gt, "=": operator.eq, "<=": operator.le, "<": operator.lt}
SIGNS = {">=": "≥", ">": ">", "=": "=", "<=": "≤", "<": "<"}
DEFAULT_NEAR = Decimal(1)  # per cent of the target


class Outcome(StrEnum):
    OVER = "over"
    MET = "met"
    NEAR = "near"
    MISS = "miss"


def is_met(comparator: str, target: Number, value: Number) -> bool:
    """Whether the unrounded `value` reaches `target`. Target 0 is compared like any other number."""
    if not (isinstance(value, int) and isinstance(target, int)):  # a whole year is judged in whole numbers
        value, target = Fraction(value), Fraction(target)
    return bool(COMPARATORS[comparator](value, target))


def judge(
    comparator: str,
    target: Number,
    value: Number,
    *,
    over_margin: Number | None,
    near_margin: Number = DEFAULT_NEAR,
) -> Outcome:
    """One of the four results that are shown. Margins are per cent of the target.

    *Over* beats the target in its good direction by more than `over_margin` (None: never; never for =).
    *Near* misses by no more than `near_margin` and counts as not met; at target 0 nothing is near.
    """
    target, value = Fraction(target), Fraction(value)
    unit = abs(target) / 100
    if not is_met(comparator, target, value):
        return Outcome.NEAR if target != 0 and abs(value - target) <= unit * Fraction(near_margin) else Outcome.MISS
    excess = {">": value - target, "<": target - value}.get(comparator[0], Fraction(0))
    if over_margin is not None and excess > unit * Fraction(over_margin):
        return Outcome.OVER
    return Outcome.MET


def half(known: int, asked: int) -> bool:
    """At least half of what is asked is there: less is neither judged nor compared."""
    return 2 * known >= asked


def is_judged_early(
    comparator: str, target: Number, value: Number, reported: int, expected: int, *, is_sum: bool, skewed: bool
) -> bool:
    """Whether a branch of which cells are missing has a result all the same.

    A sum past its target has: what is missing could only add to it. So one that is to reach a target is known to have
    reached it, one that is to stay at it or below (=, ≤, <) only to have missed it; before that, a sum has none. Nor
    has a `skewed` value; everything else from half of the cells on.
    """
    if is_sum:
        return value >= target if comparator in (">=", "<") else value > target
    return not skewed and half(reported, expected)


def shown_decimals(comparator: str, target: Number | None, value: Number, decimals: int) -> int:
    """Decimals to show: more than usual where the rounded value looks like the target it misses."""
    if target is None or is_met(comparator, target, value):
        return decimals
    places = decimals
    while places < decimals + 6 and round_half_up(Fraction(value), places) == round_half_up(Fraction(target), places):
        places += 1
    return places


@cache
def target_weights(
    measure: str, accrual: str, comparator: str, milestones: bool, quarters: tuple[int, ...], asked: tuple[int, ...]
) -> tuple[int, ...] | None:
    """What the year's target means for a period of the given `quarters`: how many fourths of the milestones I, II
    and III and of the year's value make it. None where nothing is asked in it.

    Milestones are cumulative to the end of a quarter. For a flow of counts or amounts and for a flow over a stock:
    the difference of the milestones at the ends of what its figure holds, which are rounds in which it is asked
    (once, twice or four times a year): a half-year's round holds two quarters. Without milestones equal parts of
    the asked quarters for ≥ and >, the whole year's target for =, ≤ and <. Everything else: the year's target, or
    the milestone of the period's last asked quarter, in every period.
    """
    inside = [q for q in quarters if q in asked]
    if not inside:
        return None
    weights = [0] * 4
    flows = accrual == "flow_over_stock" or (accrual == "flow" and measure in ("count", "amount"))
    if not milestones:
        weights[3] = 4 * len(inside) // len(asked) if flows and comparator in (">=", ">") else 4
    else:
        weights[inside[-1] - 1] += 4
        before = [q for q in asked if q < quarters[0]]
        if flows and before:
            weights[before[-1] - 1] -= 4
    return tuple(weights)

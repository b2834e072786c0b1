"""A figure against its target: met or not, by how much, and what a year's target means in a period."""

import operator
from collections.abc import Sequence
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


def achieved_share(comparator: str, target: Number, value: Number) -> Fraction:
    """How much of the target is reached, 1 being all of it.

    ≥ and >: value ÷ target. ≤ and <: 1 when met, else target ÷ value. =: 1 less the relative distance,
    not below 0. At target 0 there is nothing to divide by: 1 when met, else 0.
    """
    target, value = Fraction(target), Fraction(value)
    met = is_met(comparator, target, value)
    if target == 0:
        return Fraction(int(met))
    if comparator in (">=", ">"):
        return value / target
    if comparator == "=":
        return max(Fraction(0), 1 - abs(value - target) / abs(target))
    return Fraction(1) if met else target / value


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


def shown_decimals(comparator: str, target: Number | None, value: Number, decimals: int) -> int:
    """Decimals to show: more than usual where the rounded value looks like the target it misses."""
    if target is None or is_met(comparator, target, value):
        return decimals
    places = decimals
    while places < decimals + 6 and round_half_up(Fraction(value), places) == round_half_up(Fraction(target), places):
        places += 1
    return places


def period_target(
    *,
    measure: str,
    accrual: str,
    comparator: str,
    year: Number,
    milestones: Sequence[Number] | None,
    quarters: Sequence[int],
    asked: Sequence[int],
) -> Fraction | None:
    """What the year's target means for a period of the given `quarters`; None where nothing is asked in it.

    `milestones` are cumulative to the end of quarters I, II and III. For a flow of counts or amounts and
    for a flow over a stock: the difference of the milestones at the ends of what its figure holds, which are
    rounds in which it is asked: a half-year's round holds two quarters. Without milestones equal parts of the
    asked quarters for ≥ and >, the whole year's target for =, ≤ and <. Everything
    else: the year's target, or the milestone of the period's last asked quarter, in every period.
    """
    weights = target_weights(measure, accrual, comparator, bool(milestones), tuple(quarters), tuple(asked))
    if weights is None:
        return None
    values = [*(milestones or (0, 0, 0)), year]
    return sum((weight * Fraction(value) / 4 for weight, value in zip(weights, values, strict=True)), Fraction(0))


@cache
def target_weights(
    measure: str, accrual: str, comparator: str, milestones: bool, quarters: tuple[int, ...], asked: tuple[int, ...]
) -> tuple[int, ...] | None:
    """How many fourths of the milestones I, II and III and of the year's value make a period's target.

    The rule of `period_target`; an indicator is asked once, twice or four times a year.
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

"""A figure against its target."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.periods import QUARTERS
from emulation.scoring import (
    COMPARATORS,
    Number,
    Outcome,
    is_judged_early,
    is_met,
    judge,
    shown_decimals,
    target_weights,
)

ALL = (1, 2, 3, 4)
amounts = st.fractions(0, 1000, max_denominator=1000)
comparators = st.sampled_from(sorted(COMPARATORS))


def period_target(
    *,
    measure: str,
    accrual: str,
    comparator: str,
    year: Number,
    milestones: Sequence[Number] | None,
    quarters: tuple[int, ...],
    asked: tuple[int, ...],
) -> Fraction | None:
    """The target that the weights make of the year's value and the milestones."""
    weights = target_weights(measure, accrual, comparator, bool(milestones), quarters, asked)
    if weights is None:
        return None
    values = [*(milestones or (0, 0, 0)), year]
    return sum((weight * Fraction(value) / 4 for weight, value in zip(weights, values, strict=True)), Fraction(0))


@pytest.mark.parametrize(
    ("comparator", "below", "at", "above"),
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("=", False, True, False),
        ("<=", True, True, False),
        ("<", True, False, False),
    ],
)
@pytest.mark.parametrize("target", [Decimal("98.6"), Fraction(1, 3), 5, 0])
def test_is_met_compares_the_unrounded_value(
    comparator: str, below: bool, at: bool, above: bool, target: Fraction | Decimal | int
) -> None:
    little = Fraction(1, 10**9)
    values = (Fraction(target) - little, target, Fraction(target) + little)
    assert [is_met(comparator, target, value) for value in values] == [below, at, above]


def test_is_met_compares_numbers_of_any_kind() -> None:
    assert is_met("=", Decimal("0.5"), Fraction(1, 2))
    assert is_met(">=", 1, Decimal("1.0"))
    assert not is_met("<", Fraction(1, 3), Decimal("0.334"))


@pytest.mark.parametrize(
    ("comparator", "target", "value", "over", "near", "outcome"),
    [
        (">=", 100, 101, 0, 1, Outcome.OVER),
        (">=", 100, 100, 0, 1, Outcome.MET),
        (">=", 100, 101, None, 1, Outcome.MET),
        (">=", 100, 105, 5, 1, Outcome.MET),
        (">=", 100, Decimal("105.1"), 5, 1, Outcome.OVER),
        (">=", 100, 99, None, 1, Outcome.NEAR),
        (">=", 100, Decimal("98.9"), None, 1, Outcome.MISS),
        (">", 100, 100, 0, 1, Outcome.NEAR),
        ("<=", 100, 99, 0, 1, Outcome.OVER),
        ("<=", 100, 101, 0, 1, Outcome.NEAR),
        ("<=", 100, 102, 0, 1, Outcome.MISS),
        ("=", 100, 100, 0, 1, Outcome.MET),
        ("=", 100, 101, 0, 1, Outcome.NEAR),
        (">=", 0, 0, 0, 1, Outcome.MET),
        (">=", 0, 1, 0, 1, Outcome.OVER),
        (">", 0, 0, 0, 1, Outcome.MISS),
        ("<=", 0, 1, 0, 1, Outcome.MISS),
    ],
)
def test_judge_tells_four_results_apart(
    comparator: str, target: int, value: int | Decimal, over: int | None, near: int, outcome: Outcome
) -> None:
    assert judge(comparator, target, value, over_margin=over, near_margin=near) == outcome


@given(comparators, amounts, amounts, st.none() | amounts, amounts)
def test_judge_agrees_with_is_met(
    comparator: str, target: Fraction, value: Fraction, over: Fraction | None, near: Fraction
) -> None:
    outcome = judge(comparator, target, value, over_margin=over, near_margin=near)
    assert (outcome in (Outcome.OVER, Outcome.MET)) == is_met(comparator, target, value)


@pytest.mark.parametrize(
    ("target", "value", "shown"),
    [
        (Decimal("98.6"), Decimal("98.59"), 2),
        (Decimal("98.6"), Decimal("98.5999"), 4),
        (Decimal("98.6"), Decimal("98.4"), 1),
        (Decimal("98.6"), Decimal("98.6"), 1),
        (None, Decimal("98.59"), 1),
        (1, Fraction(10**9 - 1, 10**9), 7),
    ],
)
def test_shown_decimals_grow_where_a_miss_would_look_like_the_target(
    target: Decimal | int | None, value: Decimal | Fraction, shown: int
) -> None:
    assert shown_decimals(">=", target, value, 1) == shown


STEPS = [Decimal(10), Decimal(30), Decimal(60)]


@pytest.mark.parametrize("measure", ["count", "amount"])
@pytest.mark.parametrize(
    ("period", "parts", "steps"),
    [("Q1", 25, 10), ("Q2", 25, 20), ("Q4", 25, 40), ("H1", 50, 30), ("9M", 75, 60), ("Y", 100, 100)],
)
def test_target_of_a_flow_is_its_equal_part_or_the_difference_of_milestones(
    measure: str, period: str, parts: int, steps: int
) -> None:
    common = {
        "measure": measure, "accrual": "flow", "comparator": ">=", "year": 100, "quarters": QUARTERS[period],
        "asked": ALL,
    }  # fmt: skip
    assert period_target(**common, milestones=None) == parts
    assert period_target(**common, milestones=STEPS) == steps


@pytest.mark.parametrize(("comparator", "target"), [(">=", 25), (">", 25), ("=", 100), ("<=", 100), ("<", 100)])
def test_target_of_a_flow_is_whole_for_limits(comparator: str, target: int) -> None:
    found = period_target(
        measure="count", accrual="flow", comparator=comparator, year=100, milestones=None, quarters=(1,), asked=ALL
    )
    assert found == target


def test_flow_over_stock_has_the_target_of_a_flow() -> None:
    common = {
        "measure": "ratio",
        "accrual": "flow_over_stock",
        "comparator": ">=",
        "year": 8,
        "quarters": (1, 2),
        "asked": ALL,
    }
    assert period_target(**common, milestones=None) == 4
    assert period_target(**common, milestones=[1, 3, 5]) == 3


@pytest.mark.parametrize(
    ("measure", "accrual"),
    [
        ("ratio", "flow"),
        ("ratio", "stock"),
        ("score", "stock"),
        ("grade", "stock"),
        ("checklist", "stock"),
        ("count", "stock"),
    ],
)
@pytest.mark.parametrize(
    ("period", "steps"), [("Q1", 10), ("Q2", 30), ("H1", 30), ("9M", 60), ("Q4", 100), ("Y", 100)]
)
def test_other_targets_hold_in_every_period(measure: str, accrual: str, period: str, steps: int) -> None:
    common = {
        "measure": measure, "accrual": accrual, "comparator": ">=", "year": 100, "quarters": QUARTERS[period],
        "asked": ALL,
    }  # fmt: skip
    assert period_target(**common, milestones=None) == 100
    assert period_target(**common, milestones=STEPS) == steps


@pytest.mark.parametrize(
    ("asked", "period", "flow", "stock"),
    [
        ((2, 4), "Q1", None, None),
        ((2, 4), "Q2", 50, 30),
        ((2, 4), "9M", 50, 30),
        ((2, 4), "Y", 100, 100),
        ((4,), "9M", None, None),
        ((4,), "Q4", 100, 100),
    ],
)
def test_target_follows_the_rounds_in_which_it_is_asked(
    asked: tuple[int, ...], period: str, flow: int | None, stock: int | None
) -> None:
    common = {"comparator": ">=", "year": 100, "quarters": QUARTERS[period], "asked": asked}
    assert period_target(measure="count", accrual="flow", milestones=None, **common) == flow
    assert period_target(measure="count", accrual="stock", milestones=STEPS, **common) == stock


@pytest.mark.parametrize(
    ("asked", "period", "target"),
    [
        ((2, 4), "Q1", None), ((2, 4), "Q2", 30), ((2, 4), "H1", 30), ((2, 4), "9M", 30), ((2, 4), "Q4", 70),
        ((2, 4), "Y", 100), ((4,), "9M", None), ((4,), "Q4", 100), ((4,), "Y", 100),
    ],
)  # fmt: skip
def test_milestones_are_those_of_the_rounds_that_hold_the_figure(
    asked: tuple[int, ...], period: str, target: int | None
) -> None:
    """Asked by half-years, quarter II's figure is that of the half-year: both have one target."""
    found = period_target(
        measure="count", accrual="flow", comparator=">=", year=100, milestones=STEPS, quarters=QUARTERS[period],
        asked=asked,
    )  # fmt: skip
    assert found == target


@given(amounts, st.sampled_from([(1, 2, 3, 4), (2, 4), (4,)]))
def test_targets_of_the_quarters_of_a_flow_add_up_to_the_year(year: Fraction, asked: tuple[int, ...]) -> None:
    found = [
        period_target(
            measure="amount", accrual="flow", comparator=">=", year=year, milestones=None, quarters=(q,), asked=asked
        )
        for q in ALL
    ]
    assert sum(part for part in found if part is not None) == year


@pytest.mark.parametrize(
    ("comparator", "value", "reported", "is_sum", "skewed", "judged"),
    [
        (">=", 9, 9, True, False, False),  # the tenth may still bring it
        (">=", 10, 1, True, False, True),
        (">", 10, 9, True, False, False),
        ("<=", 10, 9, True, False, False),  # the tenth may still break it
        ("<=", 0, 9, True, False, False),
        ("<=", 11, 1, True, False, True),  # missed, whatever comes
        ("<", 9, 9, True, False, False),
        ("<", 10, 1, True, False, True),
        ("=", 10, 9, True, False, False),
        ("=", 9, 9, True, False, False),
        ("=", 11, 1, True, False, True),
        (">=", 9, 5, False, False, True),
        (">=", 9, 4, False, False, False),
        ("<=", 9, 9, False, True, False),
    ],
)
def test_branch_with_missing_cells_is_judged(comparator, value, reported, is_sum, skewed, judged):
    """Of ten cells, against a target of ten."""
    assert is_judged_early(comparator, 10, value, reported, 10, is_sum=is_sum, skewed=skewed) is judged

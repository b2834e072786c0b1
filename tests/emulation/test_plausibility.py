from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation import plausibility as rules
from emulation.plausibility import Limits

LIMITS = Limits(share=20, points=1)
MANY = Fraction(100)


def past(*values):
    """Quarters ago → value, from the last quarter on; None where nothing was reported."""
    return {ago: Fraction(value) for ago, value in enumerate(values, start=1) if value is not None}


@pytest.mark.parametrize(
    ("people", "strength", "odd"),
    [(500, 0, False), (501, 0, True), (501, 250, True), (501, 251, False), (1001, 500, True), (1000, 500, False)],
)
def test_crowd_is_more_than_twice_the_strength_and_more_than_some(people, strength, odd):
    assert rules.is_crowd(people, strength) is odd


@pytest.mark.parametrize(
    ("now", "before", "percent", "exceeded"),
    [
        (99, 98, True, False),
        ("99.1", 98, True, True),
        (120, 100, False, False),
        (121, 100, False, True),
        (79, 100, False, True),
    ],
)
def test_limits_are_points_for_percentages_and_shares_for_others(now, before, percent, exceeded):
    assert LIMITS.exceeded(Fraction(now), Fraction(before), percent=percent) is exceeded


@pytest.mark.parametrize(
    ("left", "sign", "right", "broken"), [(5, "<=", 5, False), (6, "<=", 5, True), (5, ">", 5, True)]
)
def test_comparison_is_broken_where_the_comparator_does_not_hold(left, sign, right, broken):
    assert rules.breaks(Fraction(left), sign, Fraction(right)) is broken


@pytest.mark.parametrize(("quarter", "now", "found"), [(2, 9, True), (2, 10, False), (1, 9, False)])
def test_what_counts_from_january_starts_anew_in_the_first_quarter(quarter, now, found):
    assert rules.falls(Fraction(now), past(10), quarter) is found


def test_far_is_measured_from_the_mean_of_the_quarters_that_are_there():
    limits = Limits(share=50, points=20)
    assert rules.is_far(Fraction(40), past(20, None, 30), 4, limits, percent=False, size=MANY) == 25
    assert rules.is_far(Fraction(37), past(20, None, 30), 4, limits, percent=False, size=MANY) is None
    assert rules.is_far(Fraction(40), past(20, None, None, None, 30), 4, limits, percent=False, size=MANY) is None


def test_what_is_as_last_year_is_the_season():
    limits = Limits(share=50, points=20)
    year = past(90, 70, 50, 25)
    assert rules.is_far(Fraction(24), year, 4, limits, percent=True, size=MANY) is None
    assert rules.is_far(Fraction(4), year, 4, limits, percent=True, size=MANY) == Fraction(235, 4)
    assert not rules.is_worse(Fraction(24), year, "higher", limits, percent=True)
    assert rules.is_worse(Fraction(4), year, "higher", limits, percent=True)


@pytest.mark.parametrize(
    ("now", "direction", "worse"),
    [(90, "higher", True), (90, "lower", False), (98, "higher", False), (110, "lower", True), (90, "exact", False)],
)
def test_worse_follows_the_direction(now, direction, worse):
    assert rules.is_worse(Fraction(now), past(99), direction, LIMITS, percent=True) is worse


@pytest.mark.parametrize(
    ("before", "same"), [((95, 95), True), ((95, 94), False), ((95, None), False), ((95, 95, 90), True)]
)
def test_unchanged_counts_this_quarter_too(before, same):
    assert rules.is_unchanged(Fraction(95), past(*before), 3, summed=False) is same


@pytest.mark.parametrize(
    ("now", "before", "first"),
    [(100, (99, 98, 97), True), (100, (99, 100, 98), False), (100, (99, 98), False), (99, (98, 97, 96), False)],
)
def test_first_full_needs_a_past(now, before, first):
    assert rules.is_first_full(Fraction(now), past(*before), 3, percent=True) is first


def test_small_numbers_and_natural_limits_are_no_oddity():
    assert rules.is_far(Fraction(9), past(1, 1), 4, LIMITS, percent=False, size=Fraction(9)) is None
    assert rules.is_far(Fraction(10), past(1, 1), 4, LIMITS, percent=False, size=Fraction(10)) == 1
    assert not rules.is_unchanged(Fraction(95), past(95, 95), 3, summed=True)
    assert not rules.is_unchanged(Fraction(100), past(100, 100), 3, summed=False)
    assert not rules.is_first_full(Fraction(100), past(99, 98, 97), 3, percent=False)
    assert not rules.is_exactly(Fraction(5), Fraction(5), percent=False, counted=True)


@pytest.mark.parametrize(
    ("now", "target", "percent", "found"),
    [
        ("98.6", "98.6", True, True),
        (100, 100, True, False),
        (0, 0, False, False),
        (5, None, False, False),
        (6, 5, False, False),
    ],
)
def test_exactly_at_a_target_that_is_no_natural_limit(now, target, percent, found):
    target = None if target is None else Fraction(target)
    assert rules.is_exactly(Fraction(now), target, percent=percent, counted=False) is found


@pytest.mark.parametrize(
    ("target", "direction", "less"),
    [(9, "higher", True), (10, "higher", False), (11, "lower", True), (9, "exact", False)],
)
def test_target_that_asks_for_less_than_was_reached(target, direction, less):
    assert rules.asks_less(Fraction(target), Fraction(10), direction) is less


values = st.fractions(0, 1000, max_denominator=1000)


@given(values, st.lists(values, min_size=2, max_size=6), st.booleans())
def test_what_equals_the_past_is_never_odd(now, _others, percent):
    same = past(now, now, now, now)
    assert rules.is_far(now, same, 4, Limits(0, 0), percent=percent, size=MANY) is None
    assert not rules.is_worse(now, same, "higher", Limits(0, 0), percent=percent)
    assert rules.is_unchanged(now, same, 4, summed=False) is (now not in (0, 100))


@given(st.lists(values, min_size=1, max_size=3))
def test_fingerprint_tells_other_figures_apart(numbers):
    changed = [numbers[0] + 1, *numbers[1:]]
    assert rules.fingerprint(numbers) != rules.fingerprint(changed)

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awards.caps import Counted, Limit, Of, Rounding, headroom, rounded, strictest

HEADCOUNT = Limit("CSTDCS", Of.HEADCOUNT, Fraction(10))
HOLDERS = Limit("CSTDCS", Of.HOLDERS, Fraction(15), frozenset(["CSTT", "LDTT"]))
SEASON = Counted(100, {"CSTT": {1, 2, 3}, "CSTDCS": {1}}, {"CSTT": set(range(3, 31)), "LDTT": {40}, "CSTDCS": {1, 2}})


def test_cap_of_the_headcount():
    found = headroom(HEADCOUNT, SEASON)
    assert (found.base, found.allowed, found.granted, found.nominated, found.used, found.left) == (
        100,
        10,
        1,
        1,
        2,
        8,
    )


def test_cap_of_the_holders_counts_everybody_once():
    found = headroom(HOLDERS, SEASON)
    assert (found.base, found.allowed, found.left) == (31, 4, 2)


def test_of_two_caps_the_stricter_bites():
    both = [headroom(limit, SEASON) for limit in (HEADCOUNT, HOLDERS)]
    assert strictest(both) is both[1]
    unknown = headroom(Limit("CSTDCS", Of.HEADCOUNT, None), SEASON)
    assert (unknown.allowed, unknown.left, strictest([unknown]), strictest([unknown, both[0]])) == (
        None, None, None, both[0],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"), [("2", (2, 2, 2)), ("2.4", (2, 2, 3)), ("2.5", (2, 3, 3)), ("2.6", (2, 3, 3))]
)
def test_a_part_of_a_person_is_rounded_as_the_rule_says(value, expected):
    assert tuple(rounded(Fraction(value), rounding) for rounding in Rounding) == expected


PEOPLE = st.sets(st.integers(1, 30))


@given(PEOPLE, PEOPLE, st.integers(1, 30))
def test_another_nomination_never_makes_room(granted, nominated, person):
    before = headroom(HEADCOUNT, Counted(30, {"CSTDCS": granted}, {"CSTDCS": nominated}))
    after = headroom(HEADCOUNT, Counted(30, {"CSTDCS": granted}, {"CSTDCS": nominated | {person}}))
    assert before.used == len(granted | nominated)
    assert before.left - after.left == (person not in granted | nominated)

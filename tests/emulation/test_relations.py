from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.relations import Doubt, Relative, doubts, percent_text, read_percent
from emulation.scoring import is_met

ASSIGNED, LAST = Doubt.ASSIGNED, Doubt.LAST


@pytest.mark.parametrize(
    ("value", "assigned", "last", "direction", "expected"),
    [
        (5, 5, 5, "higher", []),
        (4, 5, 4, "higher", [ASSIGNED]),
        (4, 4, 5, "higher", [LAST]),
        (3, 4, 5, "higher", [ASSIGNED, LAST]),
        (6, 5, 5, "higher", []),
        (6, 5, 6, "lower", [ASSIGNED]),
        (6, 6, 5, "lower", [LAST]),
        (4, 5, 5, "lower", []),
        (4, None, None, "higher", []),
        (4, 5, 9, "exact", [ASSIGNED]),
        (6, 5, 9, "exact", [ASSIGNED]),
        (5, 5, 9, "exact", []),
        (0, 0, 0, "lower", []),
        (1, 0, None, "lower", [ASSIGNED]),
    ],
)
def test_doubts_know_which_way_is_better(value, assigned, last, direction, expected):
    known = [None if one is None else Fraction(one) for one in (assigned, last)]
    assert doubts(Fraction(value), *known, direction) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-5%", "-5"), ("−5 %", "-5"), ("–5%", "-5"), (" + 3 % ", "3"), ("+2,5%", "2.5"), ("-0.5 %", "-0.5"),
        ("5%", None), ("5", None), ("-5", None), ("+3", None), ("-%", None), ("--5%", None), ("-5%%", None),
        ("-1000000%", None), ("-5,1234%", None), ("", None), ("-٥%", None),
    ],
)  # fmt: skip
def test_read_percent_wants_sign_and_per_cent(text, expected):
    assert read_percent(text) == (None if expected is None else Decimal(expected))


@given(st.decimals("-99999.999", "99999.999", places=3))
def test_percent_is_read_back_as_it_was_written(percent):
    for mark in ".", ",":
        assert read_percent(percent_text(percent).replace(".", mark)) == percent


@pytest.mark.parametrize(
    ("percent", "base", "value"),
    [("-5", "12", "11.4"), ("3", "986/10", "101.558"), ("-5", "1/3", "0.317"), ("-100", "7", "0")],
)
def test_relative_value_is_rounded_to_thousandths_only(percent, base, value):
    assert Relative(Decimal(percent), Fraction(base), 2019).value == Decimal(value)


def test_figures_are_compared_with_the_unrounded_value():
    target = Fraction(Relative(Decimal(-5), Fraction(12), 2019).value)
    assert [is_met("<=", target, Fraction(figure)) for figure in (11, 12)] == [True, False]


@given(
    st.decimals("-99", "999", places=3), st.fractions(0, 10**6, max_denominator=10**5), st.sampled_from([">=", "<="])
)
def test_result_that_is_exactly_the_percentage_meets_it(percent, base, comparator):
    relation = Relative(percent, base, 2019)
    assert is_met(comparator, relation.stored(comparator), base * (1 + Fraction(percent) / 100))
    assert is_met(comparator, Relative(Decimal(0), base, 2019).stored(comparator), base)


@given(st.fractions(0, 10**6, max_denominator=10**5), st.sampled_from([">", "<"]))
def test_last_results_once_more_is_neither_more_nor_less(base, comparator):
    assert not is_met(comparator, Relative(Decimal(0), base, 2019).stored(comparator), base)


@given(st.decimals("-99", "999", places=3), st.fractions(0, 10**6))
def test_relative_survives_storing(percent, base):
    relation = Relative(percent, base, 2019)
    assert Relative.from_json(relation.as_json()) == relation

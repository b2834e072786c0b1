from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awards.bonus import Lack, Rate, Rounding, Wage, bonus, rounded

DAY = date(2020, 7, 1)
BEFORE = date(2020, 6, 30)
WAGES = [Wage(None, BEFORE, 1_390_000), Wage(DAY, None, 1_490_000)]
UP = [Rounding(None, None, 10_000, True)]
RATES = [Rate(None, None, Decimal("0.3"))]


@pytest.mark.parametrize(
    ("day", "amount"),
    [(date(2020, 1, 1), 420_000), (BEFORE, 420_000), (DAY, 450_000), (date(2026, 1, 1), 450_000)],
)
def test_wage_of_the_day_of_the_decision_counts_and_is_rounded_up(day, amount):
    assert bonus("person", day, RATES, WAGES, UP).amount == amount


def test_rule_of_the_very_subject_goes_before_the_one_for_both():
    rates = [*RATES, Rate(None, None, Decimal("0.6"), "unit")]
    wages = [Wage(None, None, 1_000_000)]
    assert [bonus(kind, DAY, rates, wages, UP).amount for kind in ("person", "unit")] == [300_000, 600_000]


@pytest.mark.parametrize(
    ("rates", "wages", "roundings", "lack"),
    [
        ([], WAGES, UP, Lack.RATE),
        ([Rate(None, None, None)], WAGES, UP, Lack.RATE),
        ([Rate(None, BEFORE, Decimal(1))], WAGES, UP, Lack.RATE),
        ([Rate(date(2020, 7, 2), None, Decimal(1))], WAGES, UP, Lack.RATE),
        ([Rate(None, None, Decimal(1), "unit")], WAGES, UP, Lack.RATE),
        ([*RATES, Rate(None, None, Decimal(1))], WAGES, UP, Lack.RATE),
        (RATES, [Wage(None, BEFORE, 1)], UP, Lack.WAGE),
        (RATES, [*WAGES, Wage(DAY, None, 2)], UP, Lack.WAGE),
        (RATES, WAGES, [], Lack.ROUNDING),
        (RATES, WAGES, [*UP, Rounding(None, None, 1_000, True)], Lack.ROUNDING),
    ],
)
def test_without_one_undisputed_rule_the_bonus_is_not_known(rates, wages, roundings, lack):
    found = bonus("person", DAY, rates, wages, roundings)
    assert (found.amount, found.lack) == (None, lack)


def test_one_rule_that_nobody_has_read_makes_the_bonus_uncertain():
    weak = [Wage(None, None, 1_000_000, certain=False)]
    assert [bonus("person", DAY, RATES, wages, UP).certain for wages in (WAGES, weak)] == [True, False]


@pytest.mark.parametrize(
    ("amount", "up", "result"),
    [("894000", True, 900_000), ("900000", True, 900_000), ("894999", False, 890_000), ("895000", False, 900_000)],
)
def test_rounding_to_ten_thousands(amount, up, result):
    assert rounded(Decimal(amount), 10_000, up) == result


@given(st.decimals(0, 10**9, places=3), st.integers(1, 10**6))
def test_rounding_up_never_takes_away_and_never_adds_a_whole_step(amount, step):
    found = rounded(amount, step, True)
    assert found % step == 0
    assert amount <= found < amount + step

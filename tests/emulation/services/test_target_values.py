"""What a target and its milestones must be."""

from decimal import Decimal

import pytest
from django.utils import translation

from emulation.services.target_values import Agreement, wrong_milestones, wrong_value
from tests.factories import make_indicator


@pytest.mark.parametrize(
    ("measure", "fields", "value", "expected"),
    [
        ("count", {}, "3", []),
        ("count", {}, "-1", ["A target is not below zero."]),
        ("count", {}, "2.5", ["At most 0 decimals are allowed."]),
        ("count", {}, "100000000000", ["Figures stay below 100 billion."]),
        ("ratio", {"capped": True}, "100", []),
        ("ratio", {"capped": True}, "100.5", ["A share of a whole is at most 100 percent."]),
        ("ratio", {"capped": False}, "100.5", []),
        ("checklist", {}, "101", ["A share of a whole is at most 100 percent."]),
        ("grade", {}, "4", []),
        ("grade", {}, "5", ["Choose a grade."]),
    ],
)
def test_wrong_value(db, measure, fields, value, expected):
    with translation.override("en"):
        assert list(wrong_value(make_indicator(measure, **fields), Decimal(value))) == expected


@pytest.mark.parametrize(
    ("comparator", "milestones", "quarters"),
    [
        (">=", (1, 2, 3), []),
        (">=", (1, 1, 4), []),
        (">=", (2, 1, 3), [2]),
        (">=", (1, 2, 5), [3]),
        ("<=", (1, 2, 5), []),
        ("<=", (3, 2, 5), [2]),
        ("=", (-1, 2, 3), [1, 1]),
    ],
)
def test_wrong_milestones_of_what_adds_up(db, comparator, milestones, quarters):
    agreement = Agreement(Decimal(4), comparator, tuple(map(Decimal, milestones)))

    found = wrong_milestones(make_indicator("count"), agreement)

    assert [quarter for quarter, _message in found] == quarters


def test_wrong_milestones_of_a_stock_may_fall(db):
    agreement = Agreement(Decimal(50), ">=", (Decimal(60), Decimal(55), Decimal(52)))

    assert list(wrong_milestones(make_indicator("ratio", accrual="stock"), agreement)) == []


@pytest.mark.parametrize(
    ("milestones", "quarters"),
    [
        ((60, 70, 75), []),
        ((60, 60, 80), []),
        ((60, 50, 75), [2]),
        ((60, 75, 70), [3]),
        ((60, 70, 85), [3]),
        ((80, 70, 80), [2]),
        ((80, 80, 80), []),
    ],
)
@pytest.mark.parametrize("fields", [{"measure": "ratio", "accrual": "stock"}, {"measure": "score"}])
def test_milestones_of_a_share_lead_one_way_to_the_year_s_target(db, fields, milestones, quarters):
    agreement = Agreement(Decimal(80), ">=", tuple(map(Decimal, milestones)))
    found = wrong_milestones(make_indicator(**fields), agreement)
    assert [quarter for quarter, _message in found] == quarters

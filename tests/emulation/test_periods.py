"""Quarters and the periods made of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation import periods


@pytest.mark.parametrize(
    ("text", "year", "period"),
    [("2020-Q1", 2020, "Q1"), ("2020-H1", 2020, "H1"), ("2020-9M", 2020, "9M"), ("2020", 2020, "Y")],
)
def test_parse_period_reads_standard_periods(text: str, year: int, period: str) -> None:
    assert periods.parse_period(text) == (year, period)
    assert periods.period_text(year, period) == text


@pytest.mark.parametrize(
    "text", ["", "2020-Q5", "2020-H2", "2020-Y", "20-Q1", "1900", "2020-q1", "2020 Q1", "2020-Q1 ", "٢٠٢٠"]
)
def test_parse_period_refuses_anything_else(text: str) -> None:
    with pytest.raises(ValueError, match="not a period"):
        periods.parse_period(text)


@given(st.dates(date(1945, 1, 1), date(2099, 12, 31)))
def test_every_day_lies_in_its_quarter_and_in_no_other(day: date) -> None:
    inside = [
        quarter
        for quarter in (1, 2, 3, 4)
        if periods.quarter_start(day.year, quarter) <= day <= periods.quarter_end(day.year, quarter)
    ]
    assert inside == [periods.quarter_of(day)]


@given(st.sampled_from(list(periods.YEARS)[:-1]))
def test_quarters_follow_each_other_without_a_gap(year: int) -> None:
    starts = [periods.quarter_start(year, quarter) for quarter in (2, 3, 4)] + [periods.quarter_start(year + 1, 1)]
    ends = [periods.quarter_end(year, quarter) for quarter in (1, 2, 3, 4)]
    assert starts == [end + timedelta(days=1) for end in ends]


@pytest.mark.parametrize(
    ("period", "flow", "asked", "making"),
    [
        ("Y", True, (1, 2, 3, 4), (1, 2, 3, 4)),
        ("9M", True, (2, 4), (1, 2, 3)),  # what nobody asked for still counts when it is reported
        ("Q3", False, (1, 2, 3, 4), (3,)),
        ("H1", False, (1, 2, 3, 4), (2,)),
        ("9M", False, (1, 2, 3, 4), (3,)),
        ("9M", False, (2, 4), (2,)),
        ("Y", False, (2, 4), (4,)),
        ("Y", False, (4,), (4,)),
        ("9M", False, (4,), (3,)),
        ("Q1", False, (2, 4), (1,)),
        ("Y", False, (), (4,)),
    ],
)
def test_making_quarters_are_all_of_a_flow_and_the_last_asked_of_a_stock(
    period: str, flow: bool, asked: tuple[int, ...], making: tuple[int, ...]
) -> None:
    assert periods.making_quarters(periods.QUARTERS[period], flow=flow, asked=asked) == making

"""The days that count for a sheet."""

from datetime import date

import pytest

from emulation.terms import Extension, Terms, terms

OPENS, DUE, CLOSES = date(2020, 3, 22), date(2020, 4, 10), date(2020, 4, 20)


def day(number: int) -> date:
    return date(2020, 4, number)


@pytest.mark.parametrize(
    ("closes", "extensions", "due", "shut", "extended"),
    [
        (CLOSES, [], 10, 20, False),
        (CLOSES, [Extension(day(25))], 25, 25, True),
        (CLOSES, [Extension(day(15))], 15, 20, True),  # due later, still closed as the round
        (None, [Extension(day(25))], 25, None, True),
        (CLOSES, [Extension(day(5))], 10, 20, False),  # never less time than the others
        (CLOSES, [Extension(day(25), ended=day(22))], 22, 20, False),
        (CLOSES, [Extension(day(25), ended=day(28))], 25, 20, False),
        (CLOSES, [Extension(day(28), ended=day(21)), Extension(day(24))], 24, 24, True),  # replaced
    ],
)
def test_terms(closes, extensions, due, shut, extended):
    assert terms(OPENS, DUE, closes, extensions) == Terms(OPENS, day(due), shut and closes and day(shut), extended)


@pytest.mark.parametrize(("today", "closed", "left"), [(20, False, -10), (21, True, -11), (10, False, 0)])
def test_all_days_are_included(today, closed, left):
    found = terms(OPENS, DUE, CLOSES)
    assert (found.closed(day(today)), found.days_left(day(today))) == (closed, left)


@pytest.mark.parametrize(("handed_in", "late"), [(10, False), (11, True)])
def test_the_due_day_itself_is_on_time(handed_in, late):
    assert terms(OPENS, DUE, None).late(day(handed_in)) is late

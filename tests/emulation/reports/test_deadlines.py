from datetime import date, timedelta

import pytest
from django.utils import translation

from emulation.models import WeakPoint
from emulation.reports.deadlines import deadline_of, until
from emulation.terms import terms, tone_of


@pytest.mark.parametrize(
    ("day", "state", "tone", "text"),
    [
        (date(2020, 4, 6), "draft", "none", "4 days left"),
        (date(2020, 4, 7), "draft", "near", "3 days left"),
        (date(2020, 4, 9), "returned", "near", "1 day left"),
        (date(2020, 4, 10), "not_started", "near", "due today"),
        (date(2020, 4, 11), "draft", "miss", "1 day late"),
        (date(2020, 4, 20), "draft", "miss", "10 days late"),
        (date(2020, 4, 20), "submitted", "none", ""),
        (date(2026, 9, 1), "returned", "near", "to be corrected"),
    ],
)
def test_deadline_turns_ochre_and_red(set_today, day, state, tone, text):
    set_today(day)
    with translation.override("en"):
        found = deadline_of(terms(date(2020, 3, 22), date(2020, 4, 10), None), state)
    assert (found.tone, found.text) == (tone, text)


@pytest.mark.parametrize(("days", "tone"), [(14, "none"), (4, "none"), (3, "near"), (0, "near"), (-1, "miss")])
def test_every_deadline_has_the_same_colours(set_today, days, tone):
    set_today(date(2020, 4, 6))
    day = date(2020, 4, 6) + timedelta(days=days)
    point = WeakPoint(deadline=day, state=WeakPoint.State.PLANNED)
    assert (tone_of(days), until(day).tone, point.tone) == (tone, tone, tone)

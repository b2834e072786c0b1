from datetime import date

import pytest
from django.utils import translation

from emulation.reports.deadlines import deadline_of
from emulation.terms import terms


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
    ],
)
def test_deadline_turns_ochre_and_red(set_today, day, state, tone, text):
    set_today(day)
    with translation.override("en"):
        found = deadline_of(terms(date(2020, 3, 22), date(2020, 4, 10), None), state)
    assert (found.tone, found.text) == (tone, text)

"""Who has a sheet open."""

import time

import pytest
from django.core.cache import cache

from emulation.services import presence
from emulation.services.presence import Present, arrive, others
from tests.factories import make_report, make_rounds


@pytest.fixture
def report(depot):
    cache.clear()
    return make_report(depot, make_rounds()[1])


def test_others_see_who_is_here_and_where(report, staff, commander):
    arrive(report, by=staff, line=7)
    arrive(report, by=commander)
    assert others(report, commander) == [Present(str(staff), 7)]
    assert others(report, staff) == [Present(str(commander), None)]


def test_whoever_is_silent_is_gone(report, staff, commander, monkeypatch):
    arrive(report, by=staff)
    later = time.time() + presence.STAYS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    arrive(report, by=commander)
    assert others(report, commander) == []


def test_other_sheets_have_other_people(report, workshop, staff, commander):
    arrive(make_report(workshop, report.round), by=staff)
    assert others(report, commander) == []

"""A sheet of which one cell is fed by a plain register, and the other typed."""

from datetime import date

import pytest
from django.utils import translation

from emulation.feeds import SOURCES
from emulation.models import Report
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_rounds,
    plain_source,
)
from tests.layers import built_once


@pytest.fixture(autouse=True)
def register(monkeypatch):
    monkeypatch.setitem(SOURCES, "plain", plain_source())
    with translation.override("en"):
        yield


@built_once
def works(region):
    """An indicator fed by the plain register, beside one that is typed."""
    campaign = make_campaign(region)
    works, typed = make_indicator("count", "WORKS"), make_indicator("count", "TYPED")
    make_campaign_indicator(campaign, works, order=1)
    make_campaign_indicator(campaign, typed, order=2)
    make_feed(works)
    return works


@pytest.fixture
def rounds(works, set_today):
    set_today(date(2020, 4, 5))
    return make_rounds()


@pytest.fixture
def report(rounds, depot):
    return Report.objects.with_last_step().get(unit=depot, round=rounds[1])

"""Two people at once, where several connections may write at the same time."""

from threading import Event, Thread

import pytest
from django.db import OperationalError, connection, transaction

from emulation.models import Campaign
from emulation.services.summaries import rebuild, recompute
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_rounds

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.fixture
def year(transactional_db, region, depot):
    """2020 with one indicator asked of everybody."""
    make_campaign_indicator(make_campaign(region), make_indicator("count"))
    make_rounds()
    return Campaign.objects.get().year


def test_transition_waits_while_the_year_is_computed_anew(year, depot):
    computed, seen = Event(), Event()

    def compute():
        with transaction.atomic():
            rebuild(year)
            computed.set()
            seen.wait(10)
        connection.close()

    other = Thread(target=compute)
    other.start()
    try:
        assert computed.wait(10)
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '200ms'")
            recompute([depot.pk], year=year, quarter=1)
    finally:
        seen.set()
        other.join()


def test_locked_units_may_be_referred_to(year, region, depot, staff):
    """New sheets and memberships name a unit; they do not wait for its figures."""
    locked, seen = Event(), Event()

    def compute():
        with transaction.atomic():
            recompute([depot.pk], year=year, quarter=1)
            locked.set()
            seen.wait(10)
        connection.close()

    other = Thread(target=compute)
    other.start()
    try:
        assert locked.wait(10)
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '200ms'")
            staff.memberships.create(unit=region, role="staff")
    finally:
        seen.set()
        other.join()

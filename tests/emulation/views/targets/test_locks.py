"""Two people on one registration at once: in another order of locks each would wait for the other."""

from decimal import Decimal
from threading import Event
from time import sleep

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from emulation.forms.targets import HandInForm
from emulation.models import Registration, Report, Round, Summary, Target
from emulation.services import comparators, targets
from emulation.services.target_values import Agreement
from emulation.views import targets as pages
from tests.emulation.services.test_locks import at_once
from tests.emulation.views.targets.steps import REASON
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_registration,
    make_report,
    make_rounds,
    make_target,
)
from units.errors import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def post(user, address, data) -> None:
    """Through the view; what it refuses is raised as in the service."""
    client = Client()
    client.force_login(user)
    response = client.post(address, data)
    if response.status_code == 200:
        raise Refused([str(error) for errors in response.context["form"].errors.values() for error in errors])
    assert response.status_code == 302


def after(monkeypatch, owner, name, count=1) -> Event:
    """Set once `owner.name` has run `count` times; whoever called it then goes on slowly."""
    act, reached, left = getattr(owner, name), Event(), [count]

    def late(*args, **options):
        found = act(*args, **options)
        left[0] -= 1
        if left[0] == 0:
            reached.set()
            sleep(0.6)
        return found

    monkeypatch.setattr(owner, name, late)
    return reached


@pytest.fixture
def row(transactional_db, department, depot):
    row = make_campaign_indicator(make_campaign(department), make_indicator(name="Sáng kiến"))
    make_rounds()
    return row


@pytest.fixture(params=["year", "drive"])
def drive(request, row, department, depot):
    """Where the registration is of the year, none."""
    return None if request.param == "year" else make_drive(depot, launching_unit=department)


def address(unit, drive, step):
    if drive is None:
        return reverse(f"emulation:registration-{step}", args=[unit.pk, 2020])
    return reverse(f"emulation:drive-registration-{step}", args=[drive.pk, unit.pk])


def test_registration_is_agreed_and_returned_at_once_with_one_result(
    row, drive, depot, staff, commander, reviewer, monkeypatch
):
    key = {"unit": depot, "year": 2020, "drive": drive}
    targets.register(**key, values={row.pk: Decimal(4)}, by=staff)
    page = targets.hand_in_registration(**key, by=commander)
    client = Client()
    client.force_login(reviewer)
    seen = client.get(page.get_absolute_url()).context["form"].seen
    typed = {f"agreed-{row.pk}": "5", f"comparator-{row.pk}": ">=", "seen": seen, "stand": targets.stand_of(page)}
    read = after(monkeypatch, pages, "targets_of", 2)  # for the page, and again, locked, before it saves

    def give_back() -> None:
        read.wait(10)
        targets.return_registration(**key, by=reviewer, reason=REASON)

    found = at_once(lambda: post(reviewer, address(depot, drive, "agree"), typed), give_back)

    assert found == ["done", "refused"]
    assert [event.kind for event in Registration.objects.get().events.order_by("pk")] == ["submitted", "agreed"]


def test_registration_is_handed_in_while_a_value_is_registered(row, drive, depot, staff, commander, monkeypatch):
    key = {"unit": depot, "year": 2020, "drive": drive}
    targets.register(**key, values={row.pk: Decimal(4)}, by=staff)
    client = Client()
    client.force_login(commander)
    seen = client.get(address(depot, drive, "hand-in")).context["form"].seen
    compared = after(monkeypatch, HandInForm, "unseen")

    def register() -> None:
        compared.wait(10)
        targets.register(**key, values={row.pk: Decimal(5)}, by=staff)

    hand_in = {"confirmed": "1", "reason": REASON, "seen": seen}
    found = at_once(lambda: post(commander, address(depot, drive, "hand-in"), hand_in), register)

    assert found == ["done", "refused"]
    assert (Registration.objects.get().state, Target.objects.get().registered) == ("submitted", 4)


def test_comparators_are_changed_while_one_of_the_registrations_is_agreed(
    row, department, depot, workshop, commander, reviewer, monkeypatch
):
    """What changes many registrations holds them all before it computes the first one's figures."""
    quarter = Round.objects.get(quarter=1)
    for unit in (depot, workshop):
        make_registration(unit, commander)
        make_target(unit, row, 2)
        make_report(unit, quarter, {row.indicator: 5}, state=Report.State.APPROVED)
    row.comparator = "<="
    row.save()
    first = after(monkeypatch, targets, "_bring_up_to_date")

    def agree() -> None:
        first.wait(10)
        targets.agree(workshop, 2020, {row.pk: Agreement(Decimal(3), ">=")}, by=reviewer, reason=REASON)

    found = at_once(lambda: comparators.change_agreed(row, by=reviewer, reason=REASON), agree)

    assert found == ["done", "done"]
    assert Summary.objects.filter(unit=department).exists()

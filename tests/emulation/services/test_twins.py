"""A form that is sent twice makes one entry: two would count twice in the figures."""

from datetime import date

import pytest

from emulation.models import Activity, Incident, InitiativeWork
from emulation.services.activities import cancel_activity, plan_activity
from emulation.services.incidents import report_incident, withdraw
from emulation.services.initiatives import Author, create_work
from tests.factories import make_activity_kind, make_incident_gravity, make_incident_kind
from units.errors import Refused

DAY = date(2020, 2, 10)


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 4, 5))


def plan(unit, by, words):
    return plan_activity(Activity(unit=unit, kind=make_activity_kind(), title=words, starts=DAY, ends=DAY), by=by)


def report(unit, by, words):
    kind, gravity = make_incident_kind(), make_incident_gravity()
    row = Incident(
        unit=unit, kind=kind, gravity=gravity, happened_on=DAY, reported_on=DAY, place="Kho", words=words
    )  # fmt: skip
    return report_incident(row, by=by)


def propose(unit, by, words):
    return create_work(unit, [Author("An")], by=by, title=words, year=2020)


@pytest.mark.parametrize(("enter", "model"), [(plan, Activity), (report, Incident), (propose, InitiativeWork)])
def test_the_same_entry_is_taken_once_and_another_beside_it(depot, staff, enter, model):
    enter(depot, staff, "Lần một")
    with pytest.raises(Refused, match="đã có trong sổ"):
        enter(depot, staff, "Lần một")
    enter(depot, staff, "Lần hai")
    assert model.objects.count() == 2


def test_what_was_taken_back_may_be_entered_again(depot, staff, reviewer):
    cancel_activity(plan(depot, staff, "Lễ"), reason="Ghi nhầm sang ngày khác.", by=staff)
    withdraw(report(depot, staff, "Mất trật tự"), reason="Không phải là vụ việc.", by=reviewer)
    plan(depot, staff, "Lễ")
    report(depot, staff, "Mất trật tự")
    assert (Activity.objects.count(), Incident.objects.count()) == (2, 2)

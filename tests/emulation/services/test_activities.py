from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied

from emulation.models import Activity, Report
from emulation.services import activities as service
from tests.factories import (
    make_activity,
    make_activity_kind,
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_person_group,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 4, 5))


@built_once
def kind(db):
    return make_activity_kind("civil-work", asks_workdays=True)


def new(unit, kind, **columns):
    defaults = {"title": "Giúp dân", "starts": date(2020, 2, 3), "ends": date(2020, 2, 4)}
    return Activity(unit=unit, kind=kind, **defaults | columns)


def refusal(act, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    return caught.value.field


def test_planned_activity_is_held_with_its_numbers_and_groups(depot, kind, staff):
    officers = make_person_group()
    row = service.plan_activity(new(depot, kind), by=staff)
    row.participants, row.workdays = 30, 60
    service.hold_activity(row, {officers: 12, make_person_group("nco"): None}, by=staff)
    row = Activity.objects.get()
    assert (row.state, row.participants, row.workdays, row.amount) == ("held", 30, 60, None)
    assert list(row.groups.values_list("group", "people")) == [(officers.pk, 12)]
    assert refusal(service.hold_activity, row, {}, by=staff) is None


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"participants": 30}, "workdays"),
        ({"participants": 3, "workdays": 60}, "participants"),
        ({"participants": 30, "workdays": 60, "ends": date(2020, 4, 6)}, "ends"),
        ({"participants": 30, "workdays": 60, "ends": date(2020, 2, 2)}, "ends"),
    ],
    ids=["a number is missing", "groups above the whole", "future", "end before begin"],
)
def test_held_activity_refuses_what_cannot_be_and_keeps_nothing(depot, kind, staff, columns, field):
    assert refusal(service.record_activity, new(depot, kind, **columns), {make_person_group(): 12}, by=staff) == field
    assert not Activity.objects.exists()


def test_campaign_of_another_year_is_refused(depot, kind, staff):
    row = new(depot, kind, campaign=make_campaign(depot, year=2019))
    assert refusal(service.plan_activity, row, by=staff) == "campaign"


def test_campaign_in_which_the_unit_takes_no_part_is_refused_and_not_offered(
    depot, workshop, department, kind, staff
):
    planner = make_user("planner", (department, Role.STAFF))
    given = make_campaign(department)
    theirs = make_campaign(workshop)
    assert refusal(service.plan_activity, new(depot, kind, campaign=theirs), by=staff) == "campaign"
    assert service.plan_activity(new(depot, kind, campaign=given), by=staff).campaign == given
    assert service.campaigns_for(planner, depot) == [given]


def test_numbers_that_the_kind_does_not_ask_for_are_dropped(depot, kind, staff):
    row = service.record_activity(
        new(depot, kind, participants=3, workdays=6, amount=Decimal(5), items=2), {}, by=staff
    )
    assert (row.amount, row.items) == (None, None)


def test_correction_leaves_a_trace_and_keeps_the_kind(depot, kind, staff, django_capture_on_commit_callbacks):
    row = service.record_activity(new(depot, kind, participants=3, workdays=6), {}, by=staff)
    row.workdays = 9
    service.change_activity(row, {}, by=staff)
    assert LogEntry.objects.get_for_object(row).first().changes_dict["workdays"] == ["6", "9"]
    row.kind = make_activity_kind("study")
    assert refusal(service.change_activity, row, {}, by=staff) == "kind"


def test_cancelled_activity_says_why_loses_its_numbers_and_stands_still(depot, kind, staff):
    row = service.record_activity(new(depot, kind, participants=3, workdays=6), {make_person_group(): 2}, by=staff)
    assert refusal(service.cancel_activity, row, reason="Nhầm", by=staff) == "reason"
    row = service.cancel_activity(row, reason="Ghi nhầm đơn vị khác", by=staff)
    assert (row.state, row.participants, row.groups.count()) == ("cancelled", None, 0)
    assert refusal(service.change_activity, row, {}, by=staff) is None
    assert refusal(service.cancel_activity, row, reason="Ghi nhầm đơn vị khác", by=staff) is None


def test_only_staff_of_the_very_unit_write(depot, department, kind, commander, reviewer, outsider):
    planner = make_user("planner", (department, Role.STAFF))
    for user in (commander, reviewer, outsider, planner):
        with pytest.raises(PermissionDenied):
            service.plan_activity(new(depot, kind), by=user)


def test_workdays_feed_the_open_sheet_of_the_very_unit(region, department, depot, kind, staff):
    days = make_indicator("count", "DV_NGAY")
    make_campaign_indicator(make_campaign(region), days)
    make_feed(days, register="activities.workdays", codes="civil-work")
    rounds = make_rounds()

    def fed(unit=depot, quarter=1):
        row = Report.objects.get(unit=unit, round=rounds[quarter]).results.filter(indicator=days).first()
        return row and row.numerator

    row = service.record_activity(new(depot, kind, participants=3, workdays=6), {}, by=staff)
    service.record_activity(new(depot, kind, title="Gặt lúa", participants=3, workdays=10), {}, by=staff)
    other = make_activity_kind("study", asks_workdays=True)
    service.record_activity(new(depot, other, participants=3, workdays=99), {}, by=staff)
    service.plan_activity(new(depot, kind, title="Trồng cây"), by=staff)
    assert (fed(), fed(department), fed(quarter=2)) == (16, None, None)
    row.starts = row.ends = date(2020, 4, 2)
    service.change_activity(row, {}, by=staff)
    assert (fed(), fed(quarter=2)) == (10, 6)
    service.cancel_activity(row, reason="Ghi nhầm đơn vị khác", by=staff)
    assert (fed(), fed(quarter=2)) == (10, None)


def test_whole_branch_reads_and_nobody_beside(depot, workshop, staff, reviewer, outsider, administrator):
    make_activity(depot)
    make_activity(workshop)
    counts = [Activity.objects.visible_to(user).count() for user in (staff, reviewer, outsider, administrator)]
    assert counts == [1, 2, 0, 0]

"""Who is told what, and who is not."""

from datetime import date

import pytest

from emulation.models import Notice, Report
from emulation.services import sheets
from emulation.services.notices import mark_read, reviewers, tell
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_membership,
    make_report,
    make_rounds,
    make_user,
    root_administrator,
)
from tests.layers import built_once
from units.models import Role, User
from units.services import move_unit

State = Report.State
Kind = Notice.Kind
REASON = "Please count the prizes again."


@built_once
def prizes(region):
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def report(depot, prizes):
    return make_report(depot, make_rounds()[1], {prizes: 5}, state=State.IN_REVIEW)


def told():
    return set(Notice.objects.values_list("user__username", "kind", "text"))


def test_return_tells_the_officers_of_the_unit_alone(
    report, workshop, region, staff, commander, reviewer, outsider, administrator
):
    make_user("neighbour", (workshop, Role.STAFF))
    make_user("superior", (region, Role.COMMANDER))
    sheets.send_back(report, by=reviewer, reason=REASON)
    assert told() == {("staff", "returned", REASON), ("commander", "returned", REASON)}


def test_return_of_lines_tells_their_reasons(report, prizes, staff, reviewer):
    sheets.send_back(report, by=reviewer, lines={prizes.pk: REASON})
    assert told() == {("staff", "returned", REASON)}


def test_approval_and_reopening_tell_the_unit(report, staff, reviewer):
    sheets.approve(report, by=reviewer)
    assert told() == {("staff", "approved", "")}
    sheets.reopen(report, by=reviewer, reason=REASON)
    assert told() == {("staff", "approved", ""), ("staff", "reopened", REASON)}


def test_refused_transition_tells_nobody(report, staff, reviewer):
    with pytest.raises(sheets.Refused):
        sheets.send_back(report, by=reviewer, reason="too short")
    assert told() == set()


def test_officers_who_left_or_may_not_log_in_are_not_told(report, depot, staff, reviewer, set_today):
    set_today(date(2020, 4, 20))
    make_user("locked", (depot, Role.STAFF), is_active=False)
    make_membership(make_user("former"), depot, until=date(2020, 4, 19))
    sheets.approve(report, by=reviewer)
    assert told() == {("staff", "approved", "")}


def test_who_cannot_read_the_sheet_is_not_told_nor_who_caused_it(report, staff, commander, outsider, administrator):
    everybody = User.objects.all()
    count = tell(everybody, Kind.MENTIONED, report, by=staff, text="See this.")
    assert (count, told()) == (1, {("commander", "mentioned", "See this.")})


def test_reviewers_are_those_responsible_who_took_no_part(report, department, region, reviewer, staff):
    make_user("further", (region, Role.REVIEWER))
    make_membership(staff, department, Role.REVIEWER)
    report.events.create(kind="ready", by=staff, at="2020-04-01T08:00Z")
    assert [user.username for user in reviewers(report)] == ["reviewer"]


def test_notice_disappears_with_the_right_to_read_its_sheet(report, depot, staff, reviewer, set_today):
    set_today(date(2020, 5, 1))
    sheets.approve(report, by=reviewer)
    assert Notice.objects.visible_to(staff).count() == 1
    staff.memberships.get().unit = depot
    staff.memberships.update(until=date(2020, 4, 30))
    assert Notice.objects.visible_to(User.objects.get(pk=staff.pk)).count() == 0


def test_notices_are_seen_by_whom_the_sheet_is_seen(report, depot, elsewhere, department, reviewer, outsider, staff):
    tell([reviewer], Kind.MENTIONED, report, by=staff)
    move_unit(
        depot, parent=elsewhere, effective=date(2020, 7, 1), decision="1", reason="Moved", by=root_administrator()
    )
    for user in (reviewer, outsider, staff):
        user = User.objects.get(pk=user.pk)
        reads = set(Report.objects.visible_to(user).values_list("pk", flat=True))
        mine = Notice.objects.filter(user=user, report__in=reads)
        assert list(Notice.objects.visible_to(user)) == list(mine)
    assert Notice.objects.visible_to(User.objects.get(pk=reviewer.pk)).count() == 1  # it stood there in the round


def test_mark_read_leaves_what_others_have_not_read(report, staff, commander, reviewer):
    sheets.approve(report, by=reviewer)
    assert mark_read(Notice.objects.visible_to(staff)) == 1
    assert list(Notice.objects.unread().values_list("user__username", flat=True)) == ["commander"]

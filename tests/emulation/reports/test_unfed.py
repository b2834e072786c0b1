"""Entries that reach no figure are told on their page and in My work, until the sheet says the same."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from emulation.checks import Entry
from emulation.models import Activity, Report, Round, Unfed
from emulation.reports.unfed import missed_by, unfed_tasks
from emulation.services import activities as service
from emulation.services.cells import CellChange
from emulation.services.corrections import accept, propose, refuse, send
from emulation.services.entry import save_cells
from tests.factories import (
    NUMBERS,
    make_activity_kind,
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.models import Role

DAY = date(2020, 2, 14)
WHY = "Hoạt động tháng 2 chưa được tính vào phiếu."


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 4, 5))
    with translation.override("en"):
        yield


@built_once
def line(region):
    line = make_indicator("count", "LAUNCHES")
    make_campaign_indicator(make_campaign(region), line)
    make_feed(line, register="activities", codes="launch")
    return line


@built_once
def sheet(line, depot):
    return Report.objects.get(unit=depot, round=make_rounds()[1])


def held(unit, by, kind="launch", day=DAY):
    title = f"Lễ {next(NUMBERS)}"
    row = Activity(unit=unit, kind=make_activity_kind(kind), title=title, starts=day, ends=day, participants=30)
    return service.record_activity(row, {}, by=by)


def told(user, row):
    """(what the entry's page says, what My work says), each as (text ends with, link)."""
    counted = {"launch": True}.get(row.kind.code, False)
    page = missed_by(row.unit, service.FEEDS, [row.ends], user, lambda feed: counted)
    return [one.url for one in page], [task.url for task in unfed_tasks(user)]


@pytest.mark.parametrize("state", ["submitted", "in_review", "approved"])
def test_entry_of_a_closed_sheet_is_told_with_the_way_out(sheet, line, depot, workshop, staff, reviewer, state):
    make_report(depot, sheet.round, {line: 3}, state=state)
    row = held(depot, staff)
    correct = reverse("emulation:correction-create", args=[sheet.pk, line.pk])
    url = correct if state == "approved" else f"{sheet.get_absolute_url()}#c{line.pk}"
    assert told(staff, row) == ([url], [url])
    assert told(reviewer, row) == ([""], [])  # told, too, but it is the unit's to do
    assert told(make_user("beside", (workshop, Role.STAFF)), row)[1] == []
    assert [(one.value, one.first, one.last) for one in Unfed.objects.all()] == [
        (1, date(2020, 1, 1), date(2020, 3, 31))
    ]


def test_open_sheet_follows_and_nothing_is_told(sheet, depot, staff):
    row = held(depot, staff)
    assert (told(staff, row), Unfed.objects.count()) == (([], []), 0)


def test_what_the_feed_does_not_take_and_other_days_are_not_told(sheet, line, depot, staff):
    make_report(depot, sheet.round, {line: 1}, state="approved")
    row = held(depot, staff)
    assert told(staff, row) == ([], [])  # the sheet says the same
    later, other = held(depot, staff, day=date(2020, 4, 2)), held(depot, staff, kind="contest")
    held(depot, staff)
    assert [told(staff, one)[0] != [] for one in (row, later, other)] == [True, False, False]


def test_told_until_a_correction_is_under_way_and_again_when_it_is_refused(
    sheet, line, depot, staff, commander, reviewer
):
    make_report(depot, sheet.round, {line: 3}, state="approved")
    row = held(depot, staff)
    report = Report.objects.get(pk=sheet.pk)
    correction = propose(report, line, Entry(numerator=Decimal(1)), WHY, by=staff)
    assert told(staff, row) == ([], [])
    correction = send(correction, by=commander)
    refuse(correction, WHY, by=reviewer)
    assert len(told(staff, row)[1]) == 1
    correction = send(propose(report, line, Entry(numerator=Decimal(1)), WHY, by=staff), by=commander)
    accept(correction, by=reviewer)
    assert told(staff, row) == ([], [])


def test_cancelled_entry_that_a_closed_sheet_counts_is_told(sheet, line, depot, staff):
    row = held(depot, staff)
    assert sheet.results.get().numerator == 1
    make_report(depot, sheet.round, state="approved")
    row = service.cancel_activity(row, reason="Nhập nhầm hoạt động này.", by=staff)
    assert (Unfed.objects.get().value, len(told(staff, row)[1])) == (None, 1)


def test_round_closed_to_entry_is_told_as_well_and_one_not_opened_is_not(sheet, line, depot, staff, set_today):
    Round.objects.filter(pk=sheet.round_id).update(due=date(2020, 4, 1), closes=date(2020, 4, 4))
    Round.objects.filter(quarter=2).update(opens=date(2020, 7, 1))
    row = held(depot, staff)
    url = f"{sheet.get_absolute_url()}#c{line.pk}"
    assert told(staff, row) == ([url], [url])
    held(depot, staff, day=date(2020, 4, 2))
    assert Unfed.objects.count() == 1


def test_my_work_and_the_page_say_it_and_cost_the_same(client, sheet, line, depot, staff):
    make_report(depot, sheet.round, {line: 3}, state="approved")
    row = held(depot, staff)
    client.force_login(staff)
    page = client.get(row.get_absolute_url()).content.decode()
    assert reverse("emulation:correction-create", args=[sheet.pk, line.pk]) in page
    work = client.get(reverse("emulation:my-work")).context["work"]
    assert [task.action for task in work.tasks if task.title.endswith(line.label)] != []
    with CaptureQueriesContext(connection) as queries:
        list(unfed_tasks(staff))
    assert len(queries) == 2  # and one for the answers of checklists


def test_fed_cell_without_entries_says_what_can_be_done(client, sheet, line, staff):
    client.force_login(staff)
    page = client.get(sheet.get_absolute_url(), headers={"accept-language": "vi"}).content.decode()
    assert "⋯" in page
    save_cells(sheet, [CellChange(line.pk, Entry(status="nil", reason="Không có"))], by=staff)
    assert Report.objects.get(pk=sheet.pk).state == "draft"

"""Figures that a register feeds: written into open sheets, shown beside closed ones, typed by nobody."""

from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulation.checks import Entry
from emulation.feeds import SOURCES
from emulation.forms.paste import preview
from emulation.forms.workbooks import read_upload
from emulation.models import Campaign, Feed, IncidentGravity, Report, ResultChange, Unfed, WeakPoint
from emulation.reports.explain import explain
from emulation.reports.feeds import span_of
from emulation.reports.lines import SheetReading
from emulation.reports.review import read_review
from emulation.reports.sheets import read_sheet
from emulation.services import activities, assessments, incidents, initiatives, sheets, weak_points
from emulation.services.cells import CellChange, save_cells
from emulation.services.feeds import follow, report_nothing, settle
from emulation.services.rounds import set_up_drive_round, set_up_rounds
from emulation.services.summaries import differences
from tests.emulation.services.test_locks import meanwhile
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_feed,
    make_incident,
    make_incident_gravity,
    make_incident_kind,
    make_incident_statement,
    make_indicator,
    make_initiative,
    make_person,
    make_report,
    make_rounds,
    make_weak_point,
    plain_source,
)
from tests.workbooks import send_edited
from units.errors import Refused
from units.services import dissolve_unit

DAY = date(2020, 2, 14)
SAYS_ONE = (
    "This figure comes from the register “Plain works”, which says 1. Change what is recorded there, not the sheet."
)
SAYS_NOTHING = (
    "This figure comes from the register “Plain works”, which holds nothing for this round. "
    "Record it there, or choose “Nothing occurred” here."
)


@pytest.fixture(autouse=True)
def register(monkeypatch):
    monkeypatch.setitem(SOURCES, "plain", plain_source())
    with translation.override("en"):
        yield


@pytest.fixture
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


def record(unit, day=DAY, *, by):
    """An entry of the register, with what its service does."""
    row = make_initiative(unit.people.first() or make_person(unit), recognised=day)
    follow(["plain"], [unit.pk], [day], by=by)
    return row


def remove(row, *, by):
    row.delete()
    follow(["plain"], [row.person.unit_id], [row.recognised], by=by)


def standing(report, indicator):
    row = report.results.filter(indicator=indicator).first()
    return None if row is None else row.numerator if row.status == "reported" else row.status


def again(report):
    return Report.objects.with_last_step().get(pk=report.pk)


# ── following ─────────────────────────────────────────────────────────────


def test_entries_are_counted_on_the_open_sheet_with_their_trace(report, works, depot, reviewer, staff):
    record(depot, by=reviewer)
    second = record(depot, by=reviewer)
    record(depot, date(2020, 3, 31), by=staff)
    remove(second, by=staff)
    trace = [
        (c.way, c.by, (c.before or {}).get("numerator"), c.after["numerator"]) for c in report.changes.order_by("pk")
    ]
    way = ResultChange.Way.REGISTER
    assert trace == [
        (way, reviewer, None, "1"),
        (way, reviewer, "1", "2"),
        (way, staff, "2", "3"),
        (way, staff, "3", "2"),
    ]
    assert again(report).state == Report.State.DRAFT
    assert standing(report, works) == 2


def test_last_entry_that_goes_leaves_the_cell_missing_not_zero(report, works, depot, staff):
    row = record(depot, by=staff)
    remove(row, by=staff)
    assert standing(report, works) is None


@pytest.mark.parametrize("when", ["before the end", "after the end"])
def test_entries_of_a_unit_that_ended_inside_the_quarter_keep_its_sheet(
    works, depot, staff, administrator, set_today, when
):
    """Entered while the round was not open yet, or only when the unit had ended: the sheet takes them over."""
    set_today(date(2020, 3, 20))
    first, *_rest = set_up_rounds(2020)
    if when == "before the end":
        record(depot, by=staff)
    dissolve_unit(depot, effective=date(2020, 3, 18), by=administrator, decision="12/QĐ")
    if when == "after the end":
        record(depot, by=staff)
    [sheet] = Report.objects.with_last_step().filter(unit=depot)
    assert sheet.round == first
    set_today(date(2020, 4, 5))
    settle(sheet, None, by=staff)
    assert standing(sheet, works) == 1
    assert differences(2020)[1] == []


def test_unit_that_ended_keeps_no_sheet_of_quarters_without_entries(works, depot, staff, administrator, set_today):
    set_today(date(2020, 3, 20))
    set_up_rounds(2020)
    dissolve_unit(depot, effective=date(2020, 3, 18), by=administrator, decision="12/QĐ")
    follow(["plain"], [depot.pk], [DAY], by=staff)  # what stood on that day was taken back
    assert not Report.objects.filter(unit=depot).exists()


def test_entry_leaves_alone_what_other_registers_and_other_days_feed(
    report, works, rounds, region, depot, staff, monkeypatch
):  # fmt: skip
    """Figures typed while their feed was off stay, with their notes, when entries of something else come and go."""
    monkeypatch.setitem(SOURCES, "other", plain_source("other"))
    second = Report.objects.get(unit=depot, round=rounds[2])
    beside = make_indicator("count", "BESIDE")
    make_campaign_indicator(make_campaign(region), beside)
    make_feed(beside, register="other")
    Feed.objects.update(active=False)
    typed = Entry(numerator=Decimal(4), note="Counted in the stores.")
    for sheet, indicator in ((report, beside), (second, works)):
        save_cells(sheet, [CellChange(indicator.pk, typed, "")], by=staff)
    Feed.objects.update(active=True)
    remove(record(depot, by=staff), by=staff)
    kept = [sheet.results.get(indicator=row) for sheet, row in ((report, beside), (second, works))]
    assert [(row.numerator, row.note) for row in kept] == [(4, typed.note)] * 2


def test_number_that_no_register_wrote_is_not_erased_with_an_entry(report, works, depot, staff):
    """Typed by hand, unlike one that came from the register and got a note by hand."""
    Feed.objects.update(active=False)
    save_cells(report, [CellChange(works.pk, Entry(numerator=Decimal(4)), "")], by=staff)
    row = make_initiative(make_person(depot), recognised=DAY)
    Feed.objects.update(active=True)
    remove(row, by=staff)
    assert standing(report, works) == 4
    row = record(depot, by=staff)
    noted = Entry(numerator=Decimal(1), note="Of the stores.")
    save_cells(report, [CellChange(works.pk, noted, report.results.get().mark)], by=staff)
    remove(row, by=staff)
    assert standing(report, works) is None


def test_registers_follow_by_the_keys_of_their_sources():
    known = {key for key in SOURCES if key != "plain"}
    assert {*activities.FEEDS, *incidents.FEEDS, *initiatives.FEEDS, *assessments.FEEDS, *weak_points.FEEDS} == known


def test_entry_counts_in_the_round_of_its_day_and_in_its_own_unit(report, works, rounds, depot, department, staff):
    record(depot, date(2020, 4, 1), by=staff)
    record(department, by=staff)
    own = Report.objects.get(unit=department, round=rounds[1])
    second = Report.objects.get(unit=depot, round=rounds[2])
    assert [standing(sheet, works) for sheet in (report, second, own)] == [None, 1, 1]


def test_entry_counts_in_a_peak_drive_by_the_days_of_the_drive(rounds, works, region, depot, staff):
    drive = make_drive(region)
    make_campaign_indicator(drive, works)
    days = {"opens": date(2020, 4, 1), "due": date(2020, 6, 1), "closes": None}
    of_drive = Report.objects.get(unit=depot, round=set_up_drive_round(drive, **days))
    for day in (date(2020, 5, 19), date(2020, 5, 20)):
        record(depot, day, by=staff)
    second = Report.objects.get(unit=depot, round=rounds[2])
    assert [standing(of_drive, works), standing(second, works)] == [1, 2]


def test_entry_overtakes_nil(report, works, depot, staff):
    save_cells(report, [CellChange(works.pk, Entry(status="nil", reason="None."), "")], by=staff)
    record(depot, by=staff)
    assert standing(report, works) == 1


@pytest.mark.parametrize("state", ["submitted", "in_review", "approved"])
def test_sheet_handed_in_stands_still_and_says_what_differs(report, works, depot, staff, state):
    make_report(depot, report.round, {works: 4}, state=state)
    record(depot, by=staff)
    assert standing(report, works) == 4
    row = next(row for row in read_sheet(again(report), editing=False).rows if row.key == works.pk)
    assert (row.unlike, row.fed.mark) == ("The register says 1, the sheet 4.", "from the register: Plain works (1)")
    assert row.fed.address == f"/plain/?unit={depot.pk}&since=2020-01-01&until=2020-03-31"
    reviewed = next(row for row in read_review(again(report)).rows if row.key == works.pk)
    assert reviewed.unlike == row.unlike
    assert f"Indicator WORKS: {row.unlike}" in read_review(again(report)).hindrances


def test_round_that_has_closed_stands_still(report, works, depot, staff):
    report.round.opens, report.round.due, report.round.closes = date(2020, 4, 1), date(2020, 4, 2), date(2020, 4, 3)
    report.round.save()
    record(depot, by=staff)
    assert standing(report, works) is None


def test_only_returned_lines_follow(report, works, depot, staff):
    make_report(depot, report.round, {works: 4}, state="returned")
    other = make_indicator("count")
    report.returned_lines.create(indicator=other, reason="Count again what was counted.")
    record(depot, by=staff)
    assert standing(report, works) == 4


def test_feed_takes_only_rounds_since_its_day_and_what_its_codes_name(report, works, rounds, depot, staff):
    Feed.objects.update(since=date(2020, 4, 1), codes="region nation")
    record(depot, by=staff)
    base = record(depot, date(2020, 5, 1), by=staff)
    second = Report.objects.get(unit=depot, round=rounds[2])
    assert [standing(report, works), standing(second, works)] == [None, None]
    base.level = "region"
    base.save()
    follow(["plain"], [depot.pk], [base.recognised], by=staff)
    assert standing(second, works) == 1


def test_register_of_a_judge_does_not_make_them_part_of_the_sheet(report, depot, reviewer):
    record(depot, by=reviewer)
    assert not sheets.took_part(reviewer, report)


def test_figure_that_changes_calls_the_sheet_back_from_the_commander(report, depot, staff):
    make_report(depot, report.round)
    report.ready_by, report.ready_at = staff, report.state_since
    report.save()
    record(depot, by=staff)
    assert again(report).ready_at is None


@pytest.mark.parametrize(
    ("quarter", "asked", "first"),
    [(2, (1, 2, 3, 4), date(2020, 4, 1)), (2, (2, 4), date(2020, 1, 1)), (4, (2, 4), date(2020, 7, 1)),
     (4, (4,), date(2020, 1, 1))],
)  # fmt: skip
def test_cell_speaks_of_the_days_since_it_was_asked_last(rounds, quarter, asked, first):
    assert span_of(rounds[quarter], asked) == (first, rounds[quarter].last_day)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(days=st.lists(st.tuples(st.booleans(), st.dates(date(2020, 1, 1), date(2020, 6, 30))), max_size=8))
def test_open_sheets_always_say_what_the_register_holds(rounds, works, depot, staff, days):
    """Whatever is recorded and removed in whatever order."""
    kept = []
    for adds, day in days:
        if adds or not kept:
            kept.append(record(depot, day, by=staff))
        else:
            remove(kept.pop(0), by=staff)
    for quarter in (1, 2):
        held = sum((row.recognised.month + 2) // 3 == quarter for row in kept)
        assert standing(Report.objects.get(unit=depot, round=rounds[quarter]), works) == (held or None)
    while kept:
        remove(kept.pop(), by=staff)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_two_writers_at_once_are_both_counted(transactional_db, report, works, depot, staff):
    make_person(depot)
    with meanwhile(lambda: record(depot, by=staff)):

        def second():
            record(depot, by=staff)
            connection.close()

        other = Thread(target=second)
        other.start()
    other.join()
    assert standing(report, works) == 2


# ── what came before the sheet ────────────────────────────────────────────


@pytest.fixture
def before(report, depot):
    """An entry of which no service told the sheet: recorded before the round, or before the feed."""
    return make_initiative(make_person(depot), recognised=DAY)


def test_first_save_takes_over_what_the_register_held_already(before, report, works, staff):
    typed = next(pk for pk in SheetReading(report).specs if pk != works.pk)
    save_cells(report, [CellChange(typed, Entry(numerator=Decimal(9)), "")], by=staff)
    assert standing(report, works) == 1


def test_open_sheet_shows_it_before_and_reading_writes_nothing(before, client, report, works, staff):
    row = next(row for row in read_sheet(report, editing=True).rows if row.key == works.pk)
    assert (row.typed.numerator, row.result, row.stored) == ("1", "1", True)
    client.force_login(staff)
    assert client.get(report.get_absolute_url()).status_code == 200
    assert standing(report, works) is None


def test_ready_and_hand_in_take_it_over(before, report, works, staff, commander):
    typed = next(pk for pk in SheetReading(report).specs if pk != works.pk)
    save_cells(report, [CellChange(typed, Entry(numerator=Decimal(9)), "")], by=staff)
    make_initiative(before.person, recognised=DAY)
    sheets.hand_in(report, by=commander)
    assert standing(report, works) == 2


def test_number_typed_before_the_register_fed_it_is_not_handed_in(report, works, staff, depot):
    typed = next(row for row in SheetReading(report).specs.values() if row.indicator != works).indicator
    make_report(depot, report.round, {works: 4, typed: 1})
    with pytest.raises(Refused) as caught:
        sheets.mark_ready(report, by=staff)
    assert caught.value.messages == [f"WORKS: {SAYS_NOTHING}"]
    assert standing(report, works) == 4


# ── every way of typing ───────────────────────────────────────────────────


def test_single_cell_refuses_a_number(client, report, works, depot, staff):
    client.force_login(staff)
    address = reverse("emulation:report-cell", args=[report.pk, works.pk])
    name = f"c{works.pk}-numerator"
    staff.language = "en"
    staff.save()
    answer = client.post(address, {name: "4", f"c{works.pk}-seen": ""})
    assert (answer.status_code, answer.json()["errors"]) == (422, [SAYS_NOTHING])
    record(depot, by=staff)
    mark = report.results.get().mark
    refused = [
        {name: "4"}, {name: ""}, {f"c{works.pk}-status": "nil", f"c{works.pk}-reason": "None."},
    ]  # fmt: skip
    for texts in refused:
        answer = client.post(address, texts | {f"c{works.pk}-seen": f"{mark}:"})
        assert (answer.status_code, answer.json()["errors"]) == (422, [SAYS_ONE])
    noted = client.post(address, {name: "1", f"c{works.pk}-note": "Both of May.", f"c{works.pk}-seen": f"{mark}:"})
    assert (noted.status_code, report.results.get().note) == (200, "Both of May.")


def test_nil_is_confirmed_where_the_register_holds_nothing(client, report, works, staff):
    client.force_login(staff)
    texts = {f"c{works.pk}-status": "nil", f"c{works.pk}-reason": "None.", f"c{works.pk}-seen": ""}
    assert client.post(reverse("emulation:report-cell", args=[report.pk, works.pk]), texts).status_code == 200
    assert standing(report, works) == "nil"


def test_empty_registers_are_reported_at_once_and_say_why(client, report, works, region, depot, staff, commander):
    """The statement stands behind it where there is one; the typed line and what has entries are left alone."""
    fires, lost, late = (make_indicator("count", code) for code in ("FIRES", "LOST", "LATE"))
    for number, one in enumerate((fires, lost, late), start=3):
        make_campaign_indicator(Campaign.objects.get(), one, order=number)
    make_feed(fires, "incidents", codes="fire")
    make_feed(lost, "incidents", codes="loss")
    make_incident_statement(depot, by=commander)
    make_incident(depot, kind=make_incident_kind("loss", counted_as="loss"), happened_on=DAY)
    client.force_login(staff)
    page = client.get(report.get_absolute_url())
    assert [row.key for row in page.context["sheet"].nothing_recorded] == [works.pk, fires.pk]
    answer = client.post(reverse("emulation:report-nothing", args=[report.pk]), follow=True)
    found = {row.indicator.code: (row.status, row.reason) for row in report.results.select_related("indicator")}
    until = "; chỉ huy đơn vị đã xác nhận sổ ghi đầy đủ đến ngày 31/12/2020"
    assert found == {
        "WORKS": ("nil", "0 theo sổ “Plain works”"),
        "FIRES": ("nil", f"0 theo sổ “Vụ việc (số vụ)”{until}"),
    }
    assert (again(report).state, answer.context["sheet"].nothing_recorded) == ("draft", [])
    assert set(report.changes.values_list("way", "by")) == {(ResultChange.Way.REGISTER, staff.pk)}
    record(depot, by=staff)
    assert standing(report, works) == 1


def test_nil_of_a_fed_cell_needs_no_typed_reason(client, report, works, staff):
    client.force_login(staff)
    texts = {f"c{works.pk}-status": "nil", f"c{works.pk}-seen": ""}
    assert client.post(reverse("emulation:report-cell", args=[report.pk, works.pk]), texts).status_code == 200
    assert report.results.get().reason == "0 theo sổ “Plain works”"


def test_zero_typed_for_an_empty_register_is_nothing_occurred(client, report, works, staff):
    """By workbook, by paste, by cell: the officer's 0 means it, and the register stands behind it."""
    reading = SheetReading(report)
    upload = send_edited(report, staff, {"WORKS.F": 0})
    [difference] = read_upload(upload, reading).differences
    rows = {row.key: row for row in read_sheet(report, editing=True, reading=reading).rows}
    [pasted] = preview([["0"]], [works.pk], rows, reading).good
    said = "0 in the register “Plain works”"
    assert (difference.new, pasted.becomes) == (f"Nil ({said})", f"Nil – {said}")
    client.force_login(staff)
    texts = {f"c{works.pk}-numerator": "0", f"c{works.pk}-seen": ""}
    assert client.post(reverse("emulation:report-cell", args=[report.pk, works.pk]), texts).status_code == 200
    result = report.results.get()
    assert (result.status, result.numerator, result.reason) == ("nil", None, "0 theo sổ “Plain works”")
    assert read_upload(upload, SheetReading(report)).problems == []


def test_zero_is_refused_where_the_register_holds_entries(report, works, depot, staff):
    record(depot, by=staff)
    [problem] = read_upload(send_edited(report, staff, {"WORKS.F": 0}), SheetReading(report)).problems
    assert problem.message == SAYS_ONE


def test_nothing_is_reported_on_a_sheet_that_stands_still(report, works, staff, commander):
    Report.objects.filter(pk=report.pk).update(state="submitted")
    with pytest.raises(Refused):
        report_nothing(report, by=staff)
    with pytest.raises(PermissionDenied):
        report_nothing(report, by=commander)


@pytest.fixture
def share(works):
    """Ordinary breaches per cent of a strength that is typed."""
    share = make_indicator("ratio", "SHARE")
    make_campaign_indicator(Campaign.objects.get(), share, order=3)
    make_feed(share, "incidents.share", codes="breach below:serious")
    make_incident_gravity("serious", 2)
    return share


def happen(unit, by):
    """An ordinary breach, reported by the service."""
    row = make_incident(unit, happened_on=DAY)
    follow(["incidents.share"], [unit.pk], [DAY], by=by)
    return row


def test_numerator_comes_from_the_register_and_the_whole_is_typed(client, share, report, depot, staff):
    """While the register holds nothing both are typed; then what was typed against it is corrected."""
    client.force_login(staff)

    def typed(numerator, denominator, seen=""):
        key = f"c{share.pk}"
        texts = {f"{key}-numerator": numerator, f"{key}-denominator": denominator, f"{key}-seen": f"{seen}:"}
        answer = client.post(reverse("emulation:report-cell", args=[report.pk, share.pk]), texts)
        row = report.results.filter(indicator=share).first()
        parts = row and row.status == "reported" and (row.numerator, row.denominator)
        return answer.status_code, parts, row.mark if row else ""

    status, parts, mark = typed("0", "120")
    assert (status, parts) == (200, (0, 120))
    make_incident(depot, gravity=IncidentGravity.objects.get(code="serious"), happened_on=DAY)
    happen(depot, staff)
    row = report.results.get(indicator=share)
    assert (row.numerator, row.denominator) == (1, 120)
    assert typed("0", "118", row.mark)[:2] == (422, (1, 120))
    status, parts, mark = typed("", "118", row.mark)
    assert (status, parts) == (200, (1, 118))
    Report.objects.filter(pk=report.pk).update(state="submitted")
    happen(depot, staff)
    assert [(one.value, one.of) for one in Unfed.objects.open()] == [(2, None)]
    report.results.update(numerator=2)
    assert not Unfed.objects.open().exists()


def test_whole_that_is_not_typed_yet_leaves_the_cell_empty(client, share, report, depot, staff):
    happen(depot, staff)
    assert not report.results.exists()
    client.force_login(staff)
    texts = {f"c{share.pk}-status": "nil", f"c{share.pk}-reason": "Không", f"c{share.pk}-seen": ""}
    assert client.post(reverse("emulation:report-cell", args=[report.pk, share.pk]), texts).status_code == 422
    page = client.get(report.get_absolute_url()).content.decode()
    assert page.count(f'name="c{share.pk}-denominator"') == 1 and "chỉ cần nhập mẫu số" in page


def test_weak_points_say_how_many_of_them_are_settled(report, works, depot, staff, reviewer):
    settled = make_indicator("ratio", "SETTLED")
    make_campaign_indicator(Campaign.objects.get(), settled, order=3)
    make_feed(settled, "weak-points")
    points = [make_weak_point(depot, staff, state="reported", reported_by=staff) for _number in range(2)]
    WeakPoint.objects.update(raised_at=datetime(2020, 3, 3, 3, tzinfo=UTC))
    follow(["weak-points"], [depot.pk], [DAY], by=staff)
    row = report.results.get(indicator=settled)
    assert (row.numerator, row.denominator) == (0, 2)
    weak_points.close(points[0], reason="Đã kiểm tra lại, đạt yêu cầu", by=reviewer)
    WeakPoint.objects.exclude(closed_at=None).update(closed_at=datetime(2020, 3, 30, 3, tzinfo=UTC))
    follow(["weak-points"], [depot.pk], [DAY], by=staff)
    assert list(report.results.values_list("numerator", "denominator")) == [(1, 2)]


@pytest.mark.parametrize("name", ["report-save", "report-cells"])
def test_whole_form_refuses_a_number(client, report, works, staff, name):
    client.force_login(staff)
    texts = {f"c{works.pk}-numerator": "4", f"c{works.pk}-seen": ":00000000"}
    answer = client.post(reverse(f"emulation:{name}", args=[report.pk]), texts)
    assert answer.status_code == (200 if name == "report-save" else 422)
    assert standing(report, works) is None


def test_pasted_number_is_refused(report, works):
    reading = SheetReading(report)
    rows = {row.key: row for row in read_sheet(report, editing=True, reading=reading).rows}
    [line] = preview([["4"]], [works.pk], rows, reading).wrong
    assert line.why == (SAYS_NOTHING,)


def test_number_in_the_workbook_is_refused(report, works, staff):
    upload = send_edited(report, staff, {"WORKS.F": 4})
    [problem] = read_upload(upload, SheetReading(report)).problems
    assert problem.message == SAYS_NOTHING


def test_correction_gives_what_the_register_says(client, report, works, depot, staff):
    make_report(depot, report.round, {works: 4}, state="approved")
    record(depot, by=staff)
    client.force_login(staff)
    address = reverse("emulation:correction-create", args=[report.pk, works.pk])
    reason = "Two of them were recognised in April."
    client.post(address, {f"c{works.pk}-numerator": "3", f"c{works.pk}-seen": "", "reason": reason})
    assert not report.corrections.exists()
    client.post(address, {f"c{works.pk}-numerator": "1", f"c{works.pk}-seen": "", "reason": reason})
    assert report.corrections.get().entry["numerator"] == "1"
    assert client.get(report.get_absolute_url()).content.decode().count(address) == 1


# ── catalogue, speed, the way down ────────────────────────────────────────


def test_feed_names_a_sum_and_codes_that_the_register_knows(works, region):
    with pytest.raises(ValidationError) as caught:
        Feed(indicator=make_indicator("ratio"), register="plain", codes="base sea", since=DAY).full_clean()
    assert caught.value.message_dict.keys() == {"register", "codes"}
    assert caught.value.message_dict["codes"][0].startswith("The register does not know “sea”. It knows: base – ")


def test_follow_costs_the_same_for_any_number_of_entries(report, works, depot, staff):
    record(depot, by=staff)
    counts = []
    for more in (1, 3):
        for _each in range(more):
            make_initiative(depot.people.first(), recognised=DAY)
        with CaptureQueriesContext(connection) as queries:
            follow(["plain"], [depot.pk], [DAY], by=staff)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_figure_opens_down_to_the_entries(report, works, depot, staff):
    record(depot, by=staff)
    page = explain(depot, works, 2020, "Q1", handed_in=True)
    assert (page.fed.entries, page.fed.address) == (1, f"/plain/?unit={depot.pk}&since=2020-01-01&until=2020-03-31")


def test_switched_off_feed_lets_figures_be_typed(report, works, staff):
    Feed.objects.update(active=False)
    save_cells(report, [CellChange(works.pk, Entry(numerator=Decimal(4)), "")], by=staff)
    assert SheetReading(report).specs[works.pk].fed is None

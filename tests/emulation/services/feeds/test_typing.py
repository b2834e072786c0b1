"""Figures that a register feeds are typed by nobody: every way of typing refuses them, or takes what it says."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from emulation.forms.paste import preview
from emulation.forms.workbooks import read_upload
from emulation.models import Campaign, IncidentGravity, Report, ResultChange, Unfed, WeakPoint
from emulation.reports.lines import SheetReading
from emulation.reports.sheets import read_sheet
from emulation.services import weak_points
from emulation.services.feeds import follow, report_nothing
from tests.emulation.services.feeds.steps import DAY, SAYS_NOTHING, SAYS_ONE, again, record, standing
from tests.factories import (
    make_campaign_indicator,
    make_feed,
    make_incident,
    make_incident_gravity,
    make_incident_kind,
    make_incident_statement,
    make_indicator,
    make_report,
    make_weak_point,
)
from tests.workbooks import send_edited
from units.errors import Refused


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
    assert (difference.new, pasted.becomes) == (f"Nothing occurred ({said})", f"Nothing occurred – {said}")
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

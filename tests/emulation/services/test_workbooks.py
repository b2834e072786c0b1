"""Forms that come back: kept for one user and sheet, saved all or nothing."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone, translation
from openpyxl import Workbook, load_workbook

from emulation.checks import Entry
from emulation.forms.workbooks import read_upload
from emulation.models import Campaign, Report, ResultChange, Round, WorkbookUpload
from emulation.reports.lines import SheetReading
from emulation.reports.workbook import sheet_workbook
from emulation.services import sheets
from emulation.services import workbooks as service
from emulation.services.cells import CellChange, Conflict
from emulation.services.entry import save_cells
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from tests.workbooks import saved, send, send_edited
from units.errors import Refused
from units.models import Role


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def indicators(region):
    campaign = make_campaign(region)
    rows = [make_indicator("count", "PRIZES", name="Prizes"), make_indicator("count", "BOOKS", name="Books")]
    for order, row in enumerate(rows):
        make_campaign_indicator(campaign, row, order=order)
    return rows


@pytest.fixture
def report(depot, indicators, set_today) -> Report:
    set_today(date(2020, 4, 8))
    found = make_report(depot, make_rounds()[1], {indicators[0]: 5})
    return Report.objects.with_last_step().get(pk=found.pk)


def refusal(report, content, by):
    with pytest.raises(Refused) as caught:
        send(report, content, by)
    [message] = caught.value.messages
    return message


def test_confirmed_figures_are_saved_as_imported_with_their_trace(report, staff, indicators):
    upload = send_edited(report, staff, {"PRIZES.F": 7, "BOOKS.F": 3})
    assert not report.changes.exists()
    assert service.save_upload(upload, read_upload(upload, SheetReading(report)).changes, by=staff) == 2
    rows = report.changes.order_by("indicator__code")
    assert [(row.way, row.by, row.after["numerator"]) for row in rows] == [
        (ResultChange.Way.IMPORT, staff, "3"), (ResultChange.Way.IMPORT, staff, "7"),
    ]  # fmt: skip
    assert sorted(result.numerator for result in report.results.all()) == [3, 7]
    assert not WorkbookUpload.objects.exists()


def test_all_or_nothing_when_somebody_saves_in_between(report, staff, depot, indicators):
    upload = send_edited(report, staff, {"PRIZES.F": 7, "BOOKS.F": 3})
    changes = read_upload(upload, SheetReading(report)).changes
    other = make_user("other", (depot, Role.STAFF))
    save_cells(report, [CellChange(indicators[0].pk, Entry(numerator=Decimal(6)))], by=other)
    with pytest.raises(Conflict):
        service.save_upload(upload, changes, by=staff)
    assert [result.numerator for result in report.results.all()] == [6]
    assert WorkbookUpload.objects.get() == upload


def test_form_of_another_unit_round_or_version_is_refused(report, staff, workshop, indicators):
    beside = Report.objects.with_last_step().get(unit=workshop, round=report.round)
    later = Report.objects.with_last_step().get(unit=report.unit, round=Round.objects.get(quarter=2))
    assert refusal(report, sheet_workbook(beside, editing=True), staff) == (
        "This is the form of another unit (X1); this sheet belongs to K1."
    )
    assert refusal(report, sheet_workbook(later, editing=True), staff) == (
        "This is the form of another round (2020-Q2); this sheet is of 2020-Q1."
    )
    old = sheet_workbook(report, editing=True)
    make_campaign_indicator(Campaign.objects.get(), make_indicator("count", "NEW"))
    assert "lines of the sheet have changed since this form" in refusal(report, old, staff)
    assert "its hidden marks are missing" in refusal(report, saved(Workbook()), staff)
    assert not WorkbookUpload.objects.exists()


@pytest.fixture
def form(report):
    return load_workbook(BytesIO(sheet_workbook(report, editing=True)))


def read(report, book, staff):
    upload = send(report, saved(book), staff)
    return upload, read_upload(upload, SheetReading(report))


def test_form_without_its_head_is_refused(report, form, staff):
    form.worksheets[0].delete_rows(5)
    assert "The head of the form is missing" in refusal(report, saved(form), staff)


def test_missing_and_doubled_columns_are_named_once(report, form, staff):
    page = form.worksheets[0]
    page.delete_cols(9, 2)  # reason and note
    page["M5"].value = "STATUS"
    with pytest.raises(Refused) as caught:
        send(report, saved(form), staff)
    assert caught.value.messages == [
        "Columns of the form are missing: “Reason (nil, not applicable)”, “Note”. "
        "Download the form again and leave its heads as they are.",
        "Columns stand there twice: “Status” (E, M). Leave only the one that counts.",
    ]


def test_columns_are_read_by_their_heads_in_any_order(report, form, staff, indicators):
    """One put in before the reason, with a head of its own; the target taken out; the name at the end."""
    page = form.worksheets[0]
    page.insert_cols(9)
    page["I5"].value = "My own sum"
    page.delete_cols(4)
    page.insert_cols(12)
    page.move_range(f"B5:B{page.max_row}", cols=10)
    rows = {page.cell(row, 1).value: row for row in range(6, page.max_row + 1)}
    page[f"E{rows['PRIZES']}"], page[f"J{rows['PRIZES']}"], page[f"H{rows['PRIZES']}"] = 7, "said", 99
    page[f"E{rows['BOOKS']}"] = "many"
    upload, found = read(report, form, staff)
    assert [(problem.address, problem.message) for problem in found.problems] == [
        (f"E{rows['BOOKS']}", "“many” is not a number.")
    ]
    [row] = found.differences
    assert (row.change.entry.numerator, row.change.entry.note, row.conflict) == (7, "said", False)
    assert upload.unread == ["column H “My own sum”"]


def test_form_that_stands_there_twice_is_refused(report, form, staff):
    form.copy_worksheet(form.worksheets[0]).title = "Sheet (2)"
    assert refusal(report, saved(form), staff) == (
        "The form stands in the file several times: “Sheet”, “Sheet (2)”. Leave only the one that counts."
    )


def test_draft_in_front_is_not_taken_for_the_form(report, form, staff):
    draft = form.create_sheet("Nháp", 0)
    draft["A1"], draft["A2"], draft["B2"] = "Mã", "PRIZES", 4
    page = form.worksheets[1]
    row = next(row for row in range(6, page.max_row + 1) if page.cell(row, 1).value == "PRIZES")
    page[f"F{row}"] = 7
    upload, found = read(report, form, staff)
    assert [row.change.entry.numerator for row in found.differences] == [7]
    assert upload.unread == ["the tab “Nháp”"]


def test_sheet_is_checked_again_when_the_form_is_confirmed(report, staff, commander, indicators):
    upload = send_edited(report, staff, {"PRIZES.F": 7})
    changes = read_upload(upload, SheetReading(report)).changes
    save_cells(report, [CellChange(indicators[1].pk, Entry(numerator=Decimal(1)))], by=staff)
    sheets.hand_in(report, by=commander)
    upload.report.refresh_from_db()
    with pytest.raises(Refused, match="figures stand still"):
        service.save_upload(upload, changes, by=staff)
    sheets.withdraw(report, by=commander)
    make_campaign_indicator(Campaign.objects.get(), make_indicator("count", "NEW"))
    upload.report.refresh_from_db()
    with pytest.raises(Refused, match="lines of the sheet have changed"):
        service.save_upload(upload, changes, by=staff)
    assert report.results.get(indicator=indicators[0]).numerator == 5


def test_only_staff_of_the_unit_send_and_only_the_sender_confirms(report, staff, commander, reviewer, depot):
    content = sheet_workbook(report, editing=True)
    for user in (commander, reviewer):
        with pytest.raises(PermissionDenied):
            send(report, content, user)
    upload = send(report, content, staff)
    other = make_user("other", (depot, Role.STAFF))
    for call in (lambda: service.save_upload(upload, [], by=other), lambda: service.discard_upload(upload, by=other)):
        with pytest.raises(PermissionDenied):
            call()


def test_newer_upload_takes_the_place_of_the_older_and_old_ones_expire(report, staff, depot):
    first = send_edited(report, staff, {"PRIZES.F": 7})
    second = send_edited(report, staff, {"PRIZES.F": 8})
    assert WorkbookUpload.objects.get() == first == second
    WorkbookUpload.objects.update(at=timezone.now() - timedelta(hours=25))
    assert not WorkbookUpload.objects.current(staff).exists()
    other = make_user("other", (depot, Role.STAFF))
    send_edited(report, other, {})
    assert [row.by for row in WorkbookUpload.objects.all()] == [other]


def test_form_replaced_or_discarded_meanwhile_is_not_saved(report, staff, indicators):
    old_page = send_edited(report, staff, {"PRIZES.F": 7})
    changes = read_upload(old_page, SheetReading(report)).changes
    newer = send_edited(report, staff, {"PRIZES.F": 9})
    for act in (
        lambda: service.save_upload(old_page, changes, by=staff),
        lambda: service.discard_upload(old_page, by=staff),
    ):
        with pytest.raises(Refused, match="another file"):
            act()
    assert WorkbookUpload.objects.get() == newer
    service.discard_upload(newer, by=staff)
    with pytest.raises(Refused):
        service.save_upload(old_page, changes, by=staff)
    assert not report.changes.exists()

"""Forms that come back from Excel, read against the sheet as it is now."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from emulation.checks import Entry
from emulation.forms.workbooks import read_upload
from emulation.models import Report, ResultItem
from emulation.reports.lines import SheetReading
from emulation.reports.workbook import sheet_workbook
from emulation.services import sheets
from emulation.services.cells import CellChange
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
from tests.workbooks import row_of, saved, send, send_edited
from units.models import Role


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def indicators(region):
    campaign = make_campaign(region)
    rows = [
        make_indicator("ratio", "HL_QS", name="Quân số tham gia", name_en="Attendance", capped=True),
        make_indicator("count", "PRIZES", name="Giải thưởng", name_en="Prizes"),
        make_indicator("amount", "SAVED", name="Tiết kiệm", name_en="Saved", decimals=1),
        make_indicator("grade", "POLITICS", name="Chính trị", name_en="Politics"),
        make_indicator("checklist", "CVD50", name="Cuộc vận động 50", name_en="Campaign 50", items=2),
        make_indicator("ratio", "RATIO", name="Tỷ lệ", name_en="Share"),
    ]
    for order, row in enumerate(rows):
        make_campaign_indicator(campaign, row, order=order)
    return {row.code: row for row in rows}


@pytest.fixture
def report(depot, indicators, set_today) -> Report:
    set_today(date(2020, 4, 8))
    found = make_report(depot, make_rounds()[1], {indicators["HL_QS"]: (296, 300), indicators["PRIZES"]: 5})
    return Report.objects.with_last_step().get(pk=found.pk)


def preview(report, staff, cells, data=None):
    return read_upload(send_edited(report, staff, cells), SheetReading(report), data)


def problems(found):
    return [(problem.address, problem.message) for problem in found.problems]


def differences(found):
    return {row.name: (row.old, row.new) for row in found.differences}


def test_untouched_form_changes_nothing(report, staff):
    found = preview(report, staff, {})
    assert (found.problems, found.differences, found.kept, found.unchanged) == ([], [], [], 6)


def test_differences_are_shown_old_and_new(report, staff, indicators):
    found = preview(
        report, staff,
        {
            "HL_QS.F": 290, "PRIZES.F": "7", "SAVED.F": "1.275.000,5", "POLITICS.H": "excellent",
            "PRIZES.J": "-2 giải", "CVD50#1.E": "Đạt", "CVD50#2.E": "not applicable",
        },
    )  # fmt: skip
    assert problems(found) == []
    assert differences(found) == {
        "Attendance": ("296 / 300", "290 / 300"),
        "Prizes": ("5", "7 (-2 giải)"),
        "Saved": ("empty", "1,275,000.5"),
        "Politics": ("empty", "Excellent"),
        "Campaign 50": ("empty", "1 / 1 (Objective 1: Met; Objective 2: Not applicable)"),
    }
    checklist = next(row.change for row in found.differences if row.key == indicators["CVD50"].pk)
    assert list(checklist.entry.items.values()) == [ResultItem.State.MET, ResultItem.State.NOT_APPLICABLE]


def test_every_error_is_named_by_its_cell(report, staff):
    upload = send_edited(
        report, staff,
        {
            "HL_QS.F": 310, "PRIZES.F": "nhiều", "SAVED.F": 1.55, "POLITICS.H": "excelent", "CVD50#1.E": "Met",
            "PRIZES.E": "nothing ocurred", "RATIO.F": 5,
        },
    )  # fmt: skip
    rows = {_code(cells): number for number, cells in upload.rows}
    assert problems(read_upload(upload, SheetReading(report))) == [
        (f"F{rows['HL_QS']}", "The numerator (310) is larger than the denominator (300)."),
        (f"E{rows['PRIZES']}", "“nothing ocurred” is not in the list. Did you mean “Nothing occurred”?"),
        (f"F{rows['PRIZES']}", "“nhiều” is not a number."),
        (f"F{rows['SAVED']}", "“1.55” has too many decimals; at most 1 are allowed."),
        (f"H{rows['POLITICS']}", "“excelent” is not in the list. Did you mean “Excellent”?"),
        (f"E{rows['CVD50#2']}", "Answer every item: met, not met or not applicable."),
        (f"G{rows['RATIO']}", "Fill in the denominator."),
    ]


def _code(cells):
    return cells[0]


def test_nil_needs_a_reason_and_no_figure(report, staff):
    found = preview(report, staff, {"PRIZES.E": "Không phát sinh"})
    row = found.problems[0].row
    assert problems(found) == [
        (f"F{row}", "“Nothing occurred” and “Not applicable” have no figure."),
        (f"I{row}", "Say why: “Nothing occurred” and “Not applicable” need a reason."),
    ]
    found = preview(report, staff, {"PRIZES.E": "Nil", "PRIZES.F": None, "PRIZES.I": "No contest."})
    assert (problems(found), found.kept) == ([], [])
    assert differences(found) == {"Prizes": ("5", "Nothing occurred (No contest.)")}


def test_reason_of_a_reported_figure_is_not_lost_silently(report, staff):
    found = preview(report, staff, {"PRIZES.I": "No contest."})
    assert [message for _address, message in problems(found)] == [
        "A reason belongs to “Nothing occurred” and “Not applicable”. Write remarks on a figure into the note."
    ]


def test_empty_cell_keeps_what_is_stored_and_says_so(report, staff):
    found = preview(report, staff, {"HL_QS.F": None, "HL_QS.G": 310, "PRIZES.E": None, "PRIZES.F": None})
    assert problems(found) == []
    assert differences(found) == {"Attendance": ("296 / 300", "296 / 310")}
    assert [(address[0], name) for address, name, _stored in found.kept] == [
        ("F", "Attendance"), ("E", "Prizes"), ("F", "Prizes"),
    ]  # fmt: skip


def test_rows_are_found_by_code_wherever_they_stand(report, staff):
    book = load_workbook(BytesIO(sheet_workbook(report, editing=True)))
    page = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=6)]
    page.delete_rows(6, 100)
    for at, row in enumerate(reversed([row for row in rows if row[0] not in ("SAVED", None)]), start=6):
        for column, value in enumerate(row, start=1):
            page.cell(at, column).value = 9 if (row[0], column) == ("PRIZES", 6) else value
    found = read_upload(send(report, saved(book), staff), SheetReading(report))
    assert problems(found) == []
    assert differences(found) == {"Prizes": ("5", "9")}
    assert found.absent == ["Saved"]


def test_unknown_and_misspelt_lines_get_a_suggestion(report, staff):
    found = preview(
        report, staff, {"PRIZES.A": "PRISES", "POLITICS.A": "HL_QX", "SAVED.A": None, "SAVED.B": "Savd", "SAVED.F": 3}
    )
    assert [message for _address, message in problems(found)] == [
        "The sheet has no indicator “PRISES”. Did you mean PRIZES, “Prizes”?",
        "The sheet has no indicator named “Savd”. Did you mean SAVED, “Saved”?",
        "The sheet has no indicator “HL_QX”. Did you mean POLITICS, “Politics”?",
    ]
    assert found.absent == ["Saved"]


def test_foreign_doubled_and_mixed_up_rows(report, staff):
    content = sheet_workbook(report, editing=True)
    book = load_workbook(BytesIO(content))
    page = book.worksheets[0]
    page.append(["XYZ_99", "Something else entirely", None, None, None, 4])
    page.append(["PRIZES", "Prizes", None, None, None, 6])
    page.append(["CVD50#9", "x", None, None, "Met"])
    page.append([None, None, None, None, None, 6])
    page.cell(row_of(content, "SAVED"), 2).value = "Politics"
    found = read_upload(send(report, saved(book), staff), SheetReading(report))
    first = row_of(content, "PRIZES")
    assert [message for _address, message in problems(found)] == [
        "The name does not belong to the code “SAVED” (Saved). Have rows been mixed up?",
        "The sheet has no indicator “XYZ_99”. Delete the row, or download the form again.",
        f"This line stands in row {first} already; leave only one.",
        "The checklist has no item “9”.",
        "Here are figures without the code of an indicator.",
    ]


def test_name_alone_finds_the_line(report, staff):
    assert differences(preview(report, staff, {"PRIZES.A": None, "PRIZES.B": "giai thuong", "PRIZES.F": 8})) == {
        "Prizes": ("5", "8")
    }


def test_dates_truth_values_and_formulas_are_no_numbers(report, staff):
    found = preview(
        report, staff, {"PRIZES.F": datetime(2020, 5, 1), "HL_QS.F": True, "SAVED.F": "=1+1", "HL_QS.G": '="a"'}
    )  # fmt: skip
    assert [message for _address, message in problems(found)] == [
        "“True” is no number: Excel has made a date or a truth value of it.",
        "The formula gives no number. Type the value itself.",
        "“2020-05-01” is no number: Excel has made a date or a truth value of it.",
        "The formula gives no number. Type the value itself.",
    ]


def test_numbers_that_excel_computes_are_rounded_to_its_precision(report, staff):
    assert differences(preview(report, staff, {"SAVED.F": 0.1 + 0.2})) == {"Saved": ("empty", "0.3")}


@built_once
def other(depot):
    return make_user("other", (depot, Role.STAFF), full_name="Trần Văn Hai")


def store(report, indicator, number, by):
    save_cells(report, [CellChange(indicator.pk, Entry(numerator=Decimal(number)))], by=by)


def test_cell_that_somebody_changed_since_is_decided_by_choosing(report, staff, other, indicators):
    upload = send_edited(report, staff, {"PRIZES.F": 7})
    store(report, indicators["PRIZES"], 6, other)
    found = read_upload(upload, SheetReading(report))
    [row] = found.conflicts
    assert (row.old, row.new, row.who, found.undecided) == ("6", "7", "Trần Văn Hai", [row])
    key = row.key
    chosen = {f"choice-{key}": "theirs", f"now-{key}": row.now}
    assert read_upload(upload, SheetReading(report), chosen).changes == []
    chosen[f"choice-{key}"] = "mine"
    [change] = read_upload(upload, SheetReading(report), chosen).changes
    assert (change.entry.numerator, change.seen) == (7, row.now)
    store(report, indicators["PRIZES"], 8, other)
    assert [row.old for row in read_upload(upload, SheetReading(report), chosen).undecided] == ["8"]


def test_cell_that_somebody_changed_since_and_the_file_does_not_touch_is_left(report, staff, other, indicators):
    upload = send_edited(report, staff, {})
    store(report, indicators["PRIZES"], 6, other)
    found = read_upload(upload, SheetReading(report))
    assert (found.differences, found.left) == ([], [("Prizes", "6")])


def test_file_without_its_marks_asks_where_anything_is_stored(report, staff):
    found = preview(report, staff, {"PRIZES.K": None, "PRIZES.F": 7, "SAVED.K": None, "SAVED.F": 7})
    assert [(row.name, row.conflict) for row in found.differences] == [("Prizes", True), ("Saved", False)]


def test_only_returned_lines_are_open(report, staff, commander, reviewer, indicators):
    content_cells = {"SAVED.F": 1, "POLITICS.H": "good", "CVD50#1.E": "Met", "CVD50#2.E": "Met",
                     "RATIO.F": 1, "RATIO.G": 2}  # fmt: skip
    save_cells(report, preview(report, staff, content_cells).changes, by=staff)
    sheets.hand_in(report, by=commander)
    sheets.take_up(report, by=reviewer)
    sheets.send_back(report, by=reviewer, lines={indicators["PRIZES"].pk: "Count the prizes again, please."})
    report = Report.objects.with_last_step().get(pk=report.pk)
    found = preview(report, staff, {"PRIZES.F": 7, "SAVED.F": 2})
    assert differences(found) == {"Prizes": ("5", "7")}
    assert [message for _address, message in problems(found)] == [
        "This line is not open: only the lines that were returned can be changed."
    ]


def test_note_in_lines_is_taken_over_in_one_and_a_stored_one_in_lines_counts_as_unchanged(report, staff, indicators):
    found = preview(report, staff, {"PRIZES.J": "First line\nsecond\r\n\r\nthird"})
    assert [change.entry.note for change in found.changes] == ["First line second third"]
    report.results.filter(indicator=indicators["PRIZES"]).update(note="First line\nsecond")  # kept by an older door
    again = Report.objects.with_last_step().get(pk=report.pk)
    found = preview(again, staff, {})
    assert (found.problems, found.differences, found.kept, found.unchanged) == ([], [], [], 6)


def test_usual_abbreviations_are_states(report, staff, indicators):
    found = preview(
        report, staff,
        {"SAVED.E": "KPS", "SAVED.I": "No drive.", "RATIO.E": "kad", "RATIO.I": "No such store."},
    )  # fmt: skip
    assert (found.problems, {change.entry.status for change in found.changes}) == ([], {"nil", "not_applicable"})

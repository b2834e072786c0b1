"""The sheet as an Excel file."""

from datetime import date
from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import load_workbook

from emulation.models import Report
from emulation.reports.workbook import file_name, sheet_workbook
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_result,
    make_rounds,
    make_target,
)
from tests.workbooks import row_of


@pytest.fixture
def report(region, depot, set_today) -> Report:
    set_today(date(2020, 4, 8))
    campaign = make_campaign(region)
    rows = [
        make_indicator("ratio", "HL_QS", name="Attendance", unit_of_measure="%"),
        make_indicator("grade", "POLITICS", name="=Politics"),
        make_indicator("checklist", "CVD50", name="Campaign 50", items=2),
    ]
    placed = [make_campaign_indicator(campaign, row, order=order) for order, row in enumerate(rows)]
    make_target(depot, placed[0], "98.6")
    found = make_report(depot, make_rounds()[1], {rows[2]: [True, False]})
    make_result(found, rows[0], (296, 300), note="=cmd|'/c calc'!A1")
    return Report.objects.with_last_step().get(pk=found.pk)


def written(report, *, editing=True, language="en"):
    with translation.override(language):
        content = sheet_workbook(report, editing=editing)
    book = load_workbook(BytesIO(content))
    page = book.worksheets[0]
    return book, {code: page[row_of(content, code)] for code in ("HL_QS", "POLITICS", "CVD50", "CVD50#1")}


def test_numbers_are_numbers_and_texts_no_formulas(report):
    _book, rows = written(report)
    assert [cell.value for cell in rows["HL_QS"]][:10] == [
        "HL_QS", "Attendance", "%", "≥\u00a098.6", "Reported", 296, 300, None, None, "=cmd|'/c calc'!A1",
    ]  # fmt: skip
    assert [cell.data_type for cell in rows["HL_QS"]][5:10:4] == ["n", "s"]
    assert (rows["HL_QS"][9].quotePrefix, rows["POLITICS"][1].data_type) == (True, "s")
    assert [cell.value for cell in rows["CVD50#1"]][:5] == ["CVD50#1", "   – Objective 1", None, None, "Met"]


def test_only_what_may_change_is_unlocked(report):
    book, rows = written(report)

    def unlocked(code: str) -> str:
        return "".join(cell.column_letter for cell in rows[code] if not cell.protection.locked)

    assert {code: unlocked(code) for code in rows} == {
        "HL_QS": "EFGIJ",
        "POLITICS": "EHIJ",
        "CVD50": "EIJ",
        "CVD50#1": "E",
    }
    assert [page.protection.sheet for page in book.worksheets] == [True, True]
    assert (book.worksheets[0].column_dimensions["K"].hidden, book.worksheets[1].sheet_state) == (True, "veryHidden")
    _book, rows = written(report, editing=False)
    assert all(cell.protection.locked for row in rows.values() for cell in row)


def test_status_grades_and_answers_have_lists(report):
    book, rows = written(report, language="vi")
    lists = {}
    for rule in book.worksheets[0].data_validations.dataValidation:
        if rule.type == "list":
            place = rule.formula1.partition("!")[2].replace("$", "")
            lists[str(rule.sqref)] = [cell.value for (cell,) in book.worksheets[1][place]]
    number = {code: row[0].row for code, row in rows.items()}
    assert lists[f"H{number['POLITICS']}"] == ["Excellent", "Good", "Pass", "Fail"]
    answers = next(words for place, words in lists.items() if f"E{number['CVD50#1']}" in place)
    statuses = next(words for place, words in lists.items() if f"E{number['HL_QS']}" in place)
    assert answers == ["Đạt", "Chưa đạt", "Không áp dụng"]
    assert statuses == ["Có số liệu", "Không phát sinh", "Không áp dụng"]


def test_file_says_what_it_belongs_to(report):
    book, _rows = written(report)
    found = {row[0].value: row[1].value for row in book.worksheets[1].iter_rows() if row[0].value}
    assert {key: found[key] for key in ("format", "unit", "round")} == {
        "format": "1",
        "unit": "K1",
        "round": "2020-Q1",
    }
    assert file_name(report) == "phieu-K1-2020-Q1.xlsx"


def test_marks_name_the_state_of_every_cell(report):
    _book, rows = written(report)
    result = report.results.get(indicator__code="HL_QS")
    assert rows["HL_QS"][10].value.startswith(f"{result.mark}:")
    assert rows["POLITICS"][10].value.startswith(":")


@pytest.mark.parametrize("lines", [1, 3])
def test_cost_of_the_file(report, region, lines, django_assert_num_queries):
    from emulation.models import Campaign

    for _line in range(lines):
        make_campaign_indicator(Campaign.objects.get(), make_indicator("grade"))
    with django_assert_num_queries(8):
        sheet_workbook(report, editing=True)

"""The sheet goes to Excel and comes back: download, fill in offline, upload, look, correct, confirm."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Page, expect

from emulation.models import Report
from tests.factories import (
    PASSWORD,
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
)
from tests.journeys.steps import log_in
from units.models import User


@pytest.fixture
def sheet(live_server, region, depot, set_today) -> Report:
    """Attendance 3.100/3.166 and five prizes are stored; politics is empty."""
    set_today(date(2020, 4, 8))
    campaign = make_campaign(region)
    attendance = make_indicator("ratio", "HL_QS", name="Attendance", capped=True, shown_decimals=1)
    prizes = make_indicator("count", "HL_TR", name="Prizes")
    politics = make_indicator("grade", "HL_CT", name="Politics")
    for order, indicator in enumerate((attendance, prizes, politics)):
        make_campaign_indicator(campaign, indicator, order=order)
    return make_report(depot, make_rounds()[1], {attendance: (3100, 3166), prizes: 5})


@pytest.fixture
def english(staff: User) -> User:
    User.objects.filter(pk=staff.pk).update(language="en")
    return staff


def row_of(page: Worksheet, code: str) -> int:
    return next(row for row in range(1, page.max_row + 1) if page.cell(row, 1).value == code)


def send(page: Page, path: Path) -> None:
    page.get_by_label("The filled-in form").set_input_files(path)
    page.get_by_role("button", name="Show the preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Preview of the file")


def line(page: Page, name: str):
    return page.locator("tr[data-row]", has_text=name)


@pytest.mark.both
def test_sheet_goes_to_excel_and_back(page: Page, sheet: Report, english: User, tmp_path: Path) -> None:
    log_in(page, english.username, PASSWORD, language="en")
    page.goto(sheet.get_absolute_url())
    page.get_by_role("link", name="Excel").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download Excel").click()
    assert download.value.suggested_filename == "phieu-K1-2020-Q1.xlsx"
    path = tmp_path / "phieu.xlsx"
    download.value.save_as(path)

    # offline: a changed, a wrong and a foreign row
    book = load_workbook(path)
    form = book.worksheets[0]
    attendance, prizes = row_of(form, "HL_QS"), row_of(form, "HL_TR")
    assert [form[f"{column}{attendance}"].value for column in "BEFG"] == ["Attendance", "Reported", 3100, 3166]
    form[f"F{attendance}"] = "3.137"
    form[f"F{prizes}"] = "seven"
    foreign = form.max_row + 1
    form[f"A{foreign}"], form[f"B{foreign}"], form[f"F{foreign}"] = "HC_QSK", "Healthy soldiers", 5
    book.save(path)
    send(page, path)
    wrong = page.get_by_role("region", name="2 errors to correct in the file")
    expect(wrong.locator("tbody tr").nth(0)).to_have_text(f"F{prizes}Prizes“seven” is not a number.")
    expect(wrong.locator("tbody tr").nth(1)).to_contain_text(f"A{foreign}Healthy soldiers")
    expect(wrong.locator("tbody tr").nth(1)).to_contain_text("The sheet has no indicator “HC_QSK”.")
    expect(page.get_by_role("region", name="1 figure changes")).to_contain_text("3,100 / 3,166")
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    assert not sheet.changes.exists()

    # corrected
    form[f"F{prizes}"] = 7
    form.delete_rows(foreign)
    form[f"H{row_of(form, 'HL_CT')}"] = "Good"
    book.save(path)
    page.get_by_role("link", name="Send a corrected file").click()
    send(page, path)
    changes = page.get_by_role("region", name="3 figures change").locator("tbody tr")
    for number, (row, name, old, new) in enumerate(
        [
            (attendance, "Attendance", "3,100 / 3,166", "3,137 / 3,166"),
            (prizes, "Prizes", "5", "7"),
            (prizes + 1, "Politics", "empty", "Good"),
        ]
    ):
        cells = changes.nth(number).locator("td, th")
        expect(cells).to_contain_text([str(row), name, old, new])
    page.get_by_role("button", name="Save 3 figures").click()
    expect(page.locator("#messages")).to_contain_text("3 figures have been taken over.")
    expect(line(page, "Attendance").locator("[data-part]").first).to_have_value("3,137")
    expect(line(page, "Attendance").locator("[data-result]")).to_have_text("99.1")
    expect(line(page, "Prizes").locator("[data-part]")).to_have_value("7")
    expect(line(page, "Politics").locator("[data-result]")).to_have_text("Good")
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("main")).to_contain_text("imported")


def test_evidence_is_attached_downloaded_and_removed(
    page: Page, sheet: Report, english: User, tmp_path: Path
) -> None:
    log_in(page, english.username, PASSWORD, language="en")
    page.goto(sheet.get_absolute_url())
    page.get_by_role("link", name="Evidence").click()
    paper, trick = tmp_path / "minutes.pdf", tmp_path / "list.xlsx"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    trick.write_bytes(b"<html><script>alert(1)</script></html>")
    page.get_by_label("What the files prove").select_option(label="Prizes")
    page.get_by_label("Files", exact=True).set_input_files([paper, trick])
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("alert")).to_contain_text("“list.xlsx” is not what its name says")
    expect(page.get_by_label("What the files prove").locator("option:checked")).to_have_text("Prizes")

    page.get_by_label("Files", exact=True).set_input_files([paper])
    page.get_by_role("button", name="Attach").click()
    row = page.locator("tr", has_text="minutes.pdf")
    expect(row).to_contain_text("Prizes")
    with page.expect_download() as download:
        row.get_by_role("link", name="minutes.pdf").first.click()
    assert download.value.path().read_bytes() == paper.read_bytes()

    row.get_by_role("link", name="Remove").click()
    page.get_by_label("Why is the file removed?").fill("It belongs to another quarter.")
    page.get_by_role("button", name="Remove the file").click()
    expect(page.get_by_role("region", name="Removed")).to_contain_text("It belongs to another quarter.")

"""A quarterly sheet from the first figure to its approval, as the people concerned do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from emulation.models import Indicator, Report
from tests.factories import make_result, make_user
from tests.journeys.steps import log_in_as, row
from units.models import Role

REASON = "Please count the prizes of the whole quarter again."


def fill_in(page: Page, sheet: Report) -> None:
    """All three figures, with the keyboard alone."""
    page.goto(sheet.get_absolute_url())
    page.locator("[data-part]").first.focus()
    for text in ("3137", "3166"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    page.keyboard.type("e")  # excellent
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#filled")).to_have_text("3/3 cells filled")


def test_figures_are_typed_with_the_keyboard(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    page.locator("[data-part]").first.focus()
    page.keyboard.type("3137")
    page.keyboard.press("Enter")
    page.keyboard.type("3000")
    expect(row(page, "Attendance").locator("[data-result]")).to_have_text("104.6")
    page.keyboard.press("ArrowDown")
    error = "The numerator (3,137) is larger than the denominator (3,000)."
    expect(page.locator(".qt-errline")).to_have_text(re.compile(re.escape(error)))
    assert not sheet.results.exists()

    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.keyboard.type("3166")
    page.keyboard.press("Enter")
    expect(row(page, "Attendance").locator("[data-mark]")).to_have_text("Saved")
    expect(row(page, "Attendance").locator("[data-outcome]")).to_have_text("Met")
    expect(page.locator(".qt-errline")).to_have_count(0)
    denominator, since = (
        row(page, "Attendance").locator("[data-part]").last,
        row(page, "Attendance").locator("[data-since]"),
    )
    for text, shown in (("3000", "–"), ("3166", "99.1")):  # beside an error nothing is derived
        denominator.fill(text)
        denominator.press("Enter")
        expect(since).to_have_text(shown)

    page.keyboard.press("Alt+Enter")
    page.keyboard.press("ArrowDown")
    expect(row(page, "Prizes")).to_contain_text("Nothing occurred")
    page.keyboard.press("Enter")
    expect(page.locator(".qt-errline")).to_contain_text("“Nothing occurred” and “Not applicable” need a reason")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    page.locator("[name$=reason]:visible").focus()
    page.keyboard.type("No contest was held.")
    page.keyboard.press("Enter")
    expect(row(page, "Prizes").locator("[data-mark]")).to_have_text("Saved")
    found = sheet.results.order_by("indicator__code").values_list("numerator", "denominator", "status", "reason")
    assert list(found) == [(3137, 3166, "reported", ""), (None, None, "nil", "No contest was held.")]


@pytest.mark.both
def test_sheet_goes_through_all_hands(someone, sheet, staff, commander, reviewer):
    typing, commanding, judging = someone(staff), someone(commander), someone(reviewer)

    # the commander is told what is missing
    commanding.goto(f"{sheet.get_absolute_url()}hand-in/")
    commanding.get_by_role("button", name="Hand in for review").click()
    expect(commanding.get_by_role("alert")).to_contain_text("Prizes: not filled in")

    typing.get_by_role("link", name="Begin: Sheet of quarter I/2020").click()
    fill_in(typing, sheet)
    typing.get_by_role("button", name="Report to the commander").click()
    expect(typing.locator("#sheet-state")).to_have_text("Ready for the commander")

    commanding.goto("/work/")
    commanding.get_by_role("link", name="Hand in for review: Sheet of quarter I/2020").click()
    commanding.get_by_role("button", name="Hand in for review").click()
    expect(commanding.locator("#messages")).to_contain_text("It waits for review at Unit CKT")

    judging.goto("/review/")
    judging.get_by_role("link", name="Review: Unit K1").click()
    judging.get_by_role("button", name="Take up for review").click()
    expect(row(judging, "Prizes")).to_contain_text("Target not reached")
    judging.get_by_role("button", name="Approve all lines without a warning").click()
    row(judging, "Prizes").get_by_text("Return").click()
    judging.keyboard.type("Too short.")
    judging.get_by_role("button", name="Send the verdict").click()
    expect(judging.get_by_role("alert")).to_contain_text("Give a reason of at least 20 characters")
    expect(judging.locator("textarea:visible")).to_have_value("Too short.")
    judging.locator("textarea:visible").fill(REASON)
    judging.get_by_role("button", name="Send the verdict").click()
    expect(judging.locator("#messages")).to_contain_text("1 line has been returned to Unit K1.")

    typing.goto("/work/")
    expect(typing.locator(".qt-note--miss")).to_contain_text(REASON)
    typing.get_by_role("link", name="Correct: Sheet of quarter I/2020").click()
    expect(typing.locator("[data-part]")).to_have_count(1)
    typing.locator("[data-part]").fill("5")
    typing.locator("[data-part]").press("Enter")
    expect(row(typing, "Prizes").locator("[data-mark]")).to_have_text("Saved")

    commanding.goto(f"{sheet.get_absolute_url()}hand-in/")
    commanding.get_by_role("button", name="Hand in for review").click()
    judging.goto(f"{sheet.get_absolute_url()}review/")
    judging.get_by_role("button", name="Take up for review").click()
    judging.get_by_role("button", name="Approve all lines without a warning").click()
    judging.get_by_role("button", name="Send the verdict").click()
    expect(judging.locator("#messages")).to_contain_text("The sheet of Unit K1 has been approved.")
    sheet.refresh_from_db()
    assert sheet.state == Report.State.APPROVED
    assert sheet.results.get(indicator__name="Prizes").numerator == 5


def test_two_people_on_one_cell(someone, sheet, staff, depot):
    first, second = someone(staff), someone(make_user("second", (depot, Role.STAFF), full_name="Trần Văn Hai"))
    for page in (first, second):
        page.route("**/live/**", lambda route: route.abort())  # else a figure of the other may come by itself first
        page.goto(sheet.get_absolute_url())
    prizes = "[data-row] [data-part]:not([data-part=den]) >> nth=1"
    second.locator(prizes).fill("7")
    second.locator(prizes).press("Enter")
    expect(row(second, "Prizes").locator("[data-mark]")).to_have_text("Saved")

    first.locator(prizes).fill("5")
    first.locator(prizes).press("Enter")
    expect(first.locator(".qt-errline")).to_contain_text("Trần Văn Hai has saved “7” here meanwhile.")
    expect(first.locator(prizes)).to_have_value("5")
    first.get_by_role("button", name="Take theirs").click()
    expect(first.locator(prizes)).to_have_value("7")
    expect(first.locator(".qt-errline")).to_have_count(0)

    second.locator(prizes).fill("8")
    with second.expect_response(re.compile("/cells/")):  # else the 9 may be there before it
        second.locator(prizes).press("Enter")
    expect(row(second, "Prizes").locator("[data-result]")).to_have_text("8")
    first.locator(prizes).fill("9")
    first.locator(prizes).press("Enter")
    first.get_by_role("button", name="Keep mine").click()
    expect(row(first, "Prizes").locator("[data-mark]")).to_have_text("Saved")
    assert sheet.results.get().numerator == 9


def test_what_is_typed_outlives_the_session(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    page.context.clear_cookies()
    prizes = row(page, "Prizes").locator("[data-part]")
    prizes.fill("5")
    prizes.press("Enter")
    expect(page.locator("#unsaved")).to_contain_text("Your session has ended.")
    expect(prizes).to_have_value("5")
    expect(row(page, "Prizes").locator("[data-mark]")).to_have_text("Not saved")

    log_in_as(page.context.new_page(), staff)
    page.get_by_role("button", name="Save again").click()
    expect(row(page, "Prizes").locator("[data-mark]")).to_have_text("Saved")
    expect(page.locator("#unsaved")).to_be_hidden()
    assert sheet.results.get().numerator == 5


def test_what_is_typed_outlives_the_line(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    page.context.set_offline(True)
    prizes = row(page, "Prizes").locator("[data-part]")
    prizes.fill("5")
    prizes.press("Enter")
    expect(page.locator("#unsaved")).to_contain_text("The server cannot be reached.")
    page.context.set_offline(False)
    expect(row(page, "Prizes").locator("[data-mark]")).to_have_text("Saved")
    assert sheet.results.get().numerator == 5


def test_sheet_works_without_script(someone, sheet, staff):
    page = someone(staff, java_script_enabled=False)
    page.goto(sheet.get_absolute_url())
    attendance = row(page, "Attendance").locator("input[data-part]")
    attendance.nth(0).fill("3137")
    attendance.nth(1).fill("3000")
    row(page, "Prizes").locator("input[data-part]").fill("5")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Attendance: The numerator (3,137) is larger")
    expect(attendance.nth(1)).to_have_value("3000")
    assert [result.numerator for result in sheet.results.all()] == [5]

    attendance.nth(1).fill("3166")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text("The figures have been saved.")
    assert sheet.results.count() == 2


def test_lines_are_found_by_their_name(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    page.get_by_label("Filter indicators").fill("PRIZ")
    expect(page.locator("tr[data-row]:visible")).to_have_count(1)


def test_double_click_hands_in_once(someone, sheet, commander):
    for indicator in Indicator.objects.all():
        make_result(sheet, indicator, "nil")
    page = someone(commander)
    page.goto(f"{sheet.get_absolute_url()}hand-in/")
    page.get_by_role("button", name="Hand in for review").dblclick()
    expect(page.locator("#messages")).to_contain_text("The sheet has been handed in.")
    expect(page.locator("#sheet-state")).to_have_text("Handed in")


def test_a_figure_is_typed_on_a_phone_without_scrolling_sideways(someone, sheet, staff):
    page = someone(staff, viewport={"width": 390, "height": 844})
    page.goto(sheet.get_absolute_url())
    sizes = page.locator("#sheet").evaluate("(grid) => [grid.scrollWidth, grid.clientWidth]")
    assert sizes == [390, 390]
    line = row(page, "Prizes")
    expect(line.locator("td").first).to_have_text(re.compile("≥.3"))
    line.locator("[data-part]").fill("2")
    line.locator("[data-part]").press("Tab")
    expect(line.locator("[data-mark]")).to_have_text("Saved")
    expect(line.locator("[data-outcome]")).to_be_visible()

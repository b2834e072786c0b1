"""Filling in a sheet as somebody does who knows Excel: keyboard, blocks, fill, the panel beside the grid."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, Route, expect

from emulation.checks import Entry
from emulation.models import Campaign, Indicator, Notice, Report
from emulation.numbers import NumberError, parse_number
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from tests.factories import make_area, make_campaign_indicator, make_indicator, make_user
from tests.journeys.steps import row
from units.models import Role


@pytest.fixture
def long(sheet: Report) -> Report:
    """The sheet with forty lines."""
    campaign = Campaign.objects.get()
    for number in range(37):
        make_campaign_indicator(campaign, make_indicator("count", f"D{number:02d}", name=f"Line-{number:02d}"))
    return sheet


def copy(page: Page, block: str) -> None:
    """What Excel puts into the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", block)


def test_forty_figures_by_keyboard_alone(someone, long, staff):
    page = someone(staff)
    page.goto(long.get_absolute_url())
    page.locator("[data-part]").first.focus()
    for text in ("3137", "3166", "2"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    page.keyboard.type("e")  # excellent
    page.keyboard.press("ArrowDown")  # on to the next line, not to another grade
    page.keyboard.press("ArrowUp")
    for at in range(37):
        page.keyboard.press(("Enter", "Tab")[at % 2])
        page.keyboard.type(str(at))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#filled")).to_have_text("40/40 cells filled")
    found = long.results.filter(indicator__code__startswith="D").order_by("indicator__code")
    assert [result.numerator for result in found] == list(range(37))
    assert long.results.get(indicator__measure="grade").grade.code == "excellent"

    page.locator("[data-part]").first.focus()
    page.keyboard.type("31")
    expect(row(page, "Attendance").locator("[data-mark]")).to_have_text("Not saved")


def test_block_is_looked_through_saved_and_taken_back(someone, long, staff):
    page = someone(staff)
    page.goto(long.get_absolute_url())
    copy(page, "3.137\t3.166\r\n12\r\nGood\r\nseven\r\n1.275\r\n5,5\r\n")
    page.locator("[data-part]").first.focus()
    page.keyboard.press("Control+v")
    expect(page.get_by_role("dialog")).to_contain_text("4 figures can be saved")
    expect(page.get_by_role("dialog")).to_contain_text("2 are wrong and are not saved")
    wrong = page.locator("[data-paste-state=wrong]")
    expect(wrong.nth(0)).to_contain_text("Line-00")
    expect(wrong.nth(0)).to_contain_text("“seven” is not a number.")
    expect(wrong.nth(1)).to_contain_text("“5,5”: enter a whole number.")
    assert not long.results.exists()

    page.keyboard.press("Enter")  # the button that saves has the focus
    expect(page.locator("#filled")).to_have_text("4/40 cells filled")
    expect(row(page, "Line-01").locator("[data-result]")).to_have_text("1,275")
    expect(row(page, "Line-00").locator("[data-part]")).to_have_value("")
    figures = {result.indicator.code: result.numerator for result in long.results.select_related("indicator")}
    assert figures == {"A_HL_QS": 3137, "B_HL_TR": 12, "C_HL_CT": None, "D01": 1275}
    assert {change.way for change in long.changes.all()} == {"paste"}

    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#undo")).to_contain_text("The former figures are back.")
    expect(page.locator("#filled")).to_have_text("0/40 cells filled")
    expect(page.locator("[data-part]").first).to_have_value("")
    assert not long.results.exists()


def test_rows_of_unknown_names_stay_to_be_read_after_the_others_were_saved(someone, long, staff):
    page = someone(staff)
    page.goto(long.get_absolute_url())
    copy(page, "Line-01\t5\r\nLine-0X\t6\r\nLine-03\t7\r\n")
    page.locator("[data-part]").first.focus()
    page.keyboard.press("Control+v")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert").first).to_contain_text("1 row names no line of this sheet and is not saved.")
    page.get_by_role("button", name="Save the ticked ones (2)").click()
    expect(dialog.get_by_role("status")).to_have_text("The ticked ones are saved.")
    expect(dialog.get_by_role("listitem")).to_have_text(["Row 2: “Line-0X · 6”"])
    assert dict(long.results.values_list("indicator__code", "numerator")) == {"D01": 5, "D03": 7}
    dialog.get_by_role("button", name="Close").click()
    expect(row(page, "Line-03").locator("[data-mark]")).to_have_text("Saved")


def test_one_figure_is_filled_down_and_exceptions_corrected(someone, long, staff):
    Indicator.objects.filter(code="D09").update(area=make_area("zone"))  # another section of the sheet
    page = someone(staff)
    page.goto(long.get_absolute_url())
    page.get_by_label("Filter indicators").fill("line-0")
    page.locator("[data-part]:visible").first.focus()
    page.keyboard.type("0")
    page.keyboard.press("Control+d")
    expect(page.get_by_role("dialog")).to_contain_text("8 figures can be saved")
    expect(page.get_by_role("dialog")).not_to_contain_text("From the block")
    expect(page.get_by_role("button", name="Save the ticked ones (0)")).to_be_disabled()
    page.get_by_label("All of them").check()
    page.locator("[data-pasted]", has_text="Line-05").get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Save the ticked ones (7)").click()
    expect(row(page, "Line-08").locator("[data-mark]")).to_have_text("Saved")
    expect(row(page, "Line-09").locator("[data-mark]")).to_have_text("Not filled in")
    expect(row(page, "Line-05").locator("[data-mark]")).to_have_text("Not filled in")
    row(page, "Line-03").locator("[data-part]").fill("3")
    with page.expect_response("**/cells/**"):
        row(page, "Line-03").locator("[data-part]").press("Enter")
    figures = dict(long.results.values_list("indicator__code", "numerator"))
    assert {change.way for change in long.changes.all()} == {"form"}
    assert figures == {f"D0{number}": 3 if number == 3 else 0 for number in range(9) if number != 5}


def test_panel_opens_by_key_and_takes_a_comment(someone, sheet, staff, reviewer):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    row(page, "Prizes").locator("[data-part]").fill("5")
    page.keyboard.press("Control+Enter")
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Prizes")).to_be_focused()
    expect(panel).to_contain_text("≥\u00a03")
    expect(panel.locator(".qt-log")).to_contain_text("empty → 5")
    panel.get_by_label("Comment").fill("Ask @nobody")
    panel.get_by_role("button", name="Send").click()
    expect(panel.get_by_role("alert")).to_contain_text("Nobody named @nobody can read this sheet.")
    panel.get_by_label("Comment").fill("Two more come in April, @reviewer.")
    panel.get_by_role("button", name="Send").click()
    expect(panel.locator(".qt-say")).to_contain_text("Two more come in April")
    expect(row(page, "Prizes")).to_contain_text("1 comment")
    assert Notice.objects.get().user == reviewer

    panel.get_by_label("Comment").press("Escape")
    expect(panel).to_be_hidden()
    expect(row(page, "Prizes").locator("[data-part]")).to_be_focused()


def test_percentage_follows_what_can_be_read_as_numbers(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    fields, result = row(page, "Attendance").locator("[data-part]"), row(page, "Attendance").locator("[data-result]")
    fields.nth(0).fill("986")
    fields.nth(1).fill("1.000")
    expect(result).to_have_text("98.6")
    for text in ("1x", "1.00", "", "0"):
        fields.nth(1).fill(text)
        expect(result).to_have_text("–" if text != "1.00" else "98,600.0")
        fields.nth(1).fill("1000")


TEXTS = [
    "5", "1.275", "1,275", "1.275.000", "1,275,000.5", "1.275,5", "98,6", "98.6 %", " 3 137 ", "0,125", "0.125",
    "1.2750", "12.5000", "-4", "1.27.5", "1,2,3", "abc", "", "%", "1e3", "99999999999", "100000000000", "1.2345",
    "9 8", "98 ,6", "- 5", "1 275,5", "1275 000",
]  # fmt: skip


@pytest.mark.parametrize("decimals", [0, 3])
def test_browser_reads_numbers_as_the_server_does(someone, sheet, staff, decimals):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())

    def server(text: str) -> float | None:
        try:
            return float(parse_number(text, decimals))
        except NumberError:
            return None

    script = "([texts, n]) => texts.map((text) => readNumber(text, n)).map((n) => (isNaN(n) ? null : n))"
    assert page.evaluate(script, [TEXTS, decimals]) == [server(text) for text in TEXTS]


def test_typing_back_what_was_saved_clears_error_and_result(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    line = row(page, "Prizes")
    figure = line.locator("[data-part]").first
    figure.focus()
    page.keyboard.type("12")
    page.keyboard.press("ArrowDown")
    expect(line.locator("[data-mark]")).to_contain_text("Saved")
    outcome = line.locator("[data-outcome]").inner_text()

    figure.fill("12x")
    figure.press("ArrowDown")
    expect(page.get_by_text("“12x” is not a number.")).to_be_visible()
    expect(line.locator("[data-result]")).to_have_text("–")
    figure.fill("12")
    figure.press("ArrowDown")
    expect(page.get_by_text("“12x” is not a number.")).to_have_count(0)
    expect(line.locator("[data-mark]")).to_contain_text("Saved")
    expect(line.locator("[data-result]")).to_have_text("12")
    expect(line.locator("[data-outcome]")).to_have_text(outcome)


def test_figure_typed_while_the_former_is_on_its_way_is_saved_too(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    line = row(page, "Prizes")
    figure = line.locator("[data-part]").first
    figure.fill("12")
    figure.press("ArrowDown")
    expect(line.locator("[data-mark]")).to_contain_text("Saved")
    held: list[Route] = []
    page.route("**/cells/*/", lambda route: held.append(route), times=1)
    figure.fill("13")
    figure.press("ArrowDown")
    figure.fill("12")  # what the page still takes for saved
    figure.press("ArrowDown")
    with page.expect_response(lambda answer: "-numerator=12" in (answer.request.post_data or "")):
        held[0].continue_()
    expect(line.locator("[data-mark]")).to_contain_text("Saved")
    expect(figure).to_have_value("12")
    assert sheet.results.get(indicator__code="B_HL_TR").numerator == 12


def test_block_that_meets_a_conflict_says_that_nothing_was_saved(someone, sheet, staff, depot):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    copy(page, "3.137\t3.166\r\n12\r\n")
    page.locator("[data-part]").first.focus()
    page.keyboard.press("Control+v")
    expect(page.get_by_role("dialog")).to_contain_text("2 figures can be saved")
    seven = CellChange(Indicator.objects.get(name="Prizes").pk, Entry(numerator=Decimal(7)))
    save_cells(sheet, [seven], by=make_user("second", (depot, Role.STAFF), full_name="Trần Văn Hai"))
    page.keyboard.press("Enter")
    said = page.locator("[data-paste-problem]")
    expect(said).to_have_text(re.compile("^Nothing has been saved. .*Trần Văn Hai.*7"))
    assert [result.numerator for result in sheet.results.all()] == [7]

"""Nothing typed is lost: a line that is cut, a page that is loaded again, a session that ends, two people."""

import re

import pytest
from playwright.sync_api import Page, expect

from emulation.models import Indicator, Report
from tests.factories import make_result, make_user
from tests.journeys.steps import log_in_as, row
from units.models import Role

KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('qt-sheet:')).length"


def field(page: Page, name: str):
    return row(page, name).locator("[data-part]").first


def mark(page: Page, name: str):
    return row(page, name).locator("[data-mark]")


def figures(sheet: Report) -> dict[str, object]:
    return dict(sheet.results.values_list("indicator__name", "numerator"))


def look_again(page: Page) -> None:
    """What the page does by itself every 20 seconds, and when somebody comes back to it."""
    with page.expect_response(re.compile("/live/")):
        page.evaluate("window.dispatchEvent(new Event('focus'))")


def cut(page: Page, sheet: Report, text: str = "5") -> None:
    """Prizes are typed while the line is down, and the page is loaded again with the line still bad."""
    page.goto(sheet.get_absolute_url())
    page.context.set_offline(True)
    field(page, "Prizes").fill(text)
    field(page, "Prizes").press("Enter")
    expect(mark(page, "Prizes")).to_have_text("Not saved")
    page.route("**/cells/**", lambda route: route.abort())
    page.context.set_offline(False)
    page.on("dialog", lambda dialog: dialog.accept())  # leaving warns
    page.reload()
    page.unroute("**/cells/**")
    expect(page.locator("#kept")).to_contain_text("not saved yet: 1")
    expect(field(page, "Prizes")).to_have_value(text)
    expect(mark(page, "Prizes")).to_have_text("Not saved")
    assert figures(sheet) == {}


def test_what_was_typed_outlives_a_reload_and_is_saved(someone, sheet, staff):
    page = someone(staff)
    cut(page, sheet)
    page.locator("#kept").get_by_role("button", name="Save").click()
    expect(mark(page, "Prizes")).to_have_text("Saved")
    expect(page.locator("#kept")).to_be_hidden()
    assert figures(sheet) == {"Prizes": 5}
    assert page.evaluate(KEPT) == 0


def test_what_was_typed_outlives_a_reload_and_is_discarded(someone, sheet, staff):
    page = someone(staff)
    cut(page, sheet)
    page.locator("#kept").get_by_role("button", name="Discard").click()
    expect(field(page, "Prizes")).to_have_value("")
    expect(mark(page, "Prizes")).to_have_text("Not filled in")
    assert page.evaluate(KEPT) == 0


def test_what_was_typed_is_compared_with_what_came_meanwhile(someone, sheet, staff, depot):
    page, other = someone(staff), someone(make_user("second", (depot, Role.STAFF), full_name="Trần Văn Hai"))
    cut(page, sheet)
    other.goto(sheet.get_absolute_url())
    field(other, "Prizes").fill("7")
    field(other, "Prizes").press("Enter")
    expect(mark(other, "Prizes")).to_have_text("Saved")
    page.locator("#kept").get_by_role("button", name="Save").click()
    expect(page.locator(".qt-errline")).to_contain_text("Trần Văn Hai has saved “7” here meanwhile.")
    assert figures(sheet) == {"Prizes": 7}


def test_what_was_typed_is_still_to_be_read_when_the_sheet_stands_still(someone, sheet, staff):
    page = someone(staff)
    cut(page, sheet)
    Report.objects.filter(pk=sheet.pk).update(state=Report.State.SUBMITTED)
    look_again(page)
    expect(page.locator("#stands")).to_contain_text("its figures stand still")
    page.locator("#stands").get_by_role("link", name="Reload the page").click()
    expect(page.locator("#kept")).to_contain_text("Prizes: 5")
    page.locator("#kept").get_by_role("button", name="Discard").click()
    expect(page.locator("#kept")).to_be_hidden()
    assert page.evaluate(KEPT) == 0


def test_logging_out_erases_what_was_kept_and_others_never_see_it(someone, sheet, staff, depot):
    page = someone(staff)
    cut(page, sheet)
    second = make_user("second", (depot, Role.STAFF))
    page.context.clear_cookies(name="sessionid")
    log_in_as(page, second)
    page.goto(sheet.get_absolute_url())
    expect(page.locator("#kept")).to_be_hidden()
    page.context.clear_cookies(name="sessionid")
    log_in_as(page, staff)
    assert page.evaluate(KEPT) == 1
    page.locator("summary.qt-user").click()
    page.get_by_role("button", name=re.compile("Log out|Đăng xuất")).click()
    page.wait_for_url("**/login/")
    assert page.evaluate(KEPT) == 0


def test_report_to_the_commander_loses_nothing_when_the_session_has_ended(someone, sheet, staff):
    page = someone(staff)
    page.goto(sheet.get_absolute_url())
    field(page, "Prizes").fill("5")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Report to the commander").click()
    expect(page.locator("#unsaved")).to_contain_text("Your session has ended.")
    expect(field(page, "Prizes")).to_have_value("5")

    log_in_as(page.context.new_page(), staff)
    page.get_by_role("button", name="Save again").click()
    expect(mark(page, "Prizes")).to_have_text("Saved")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Report to the commander").click()
    page.wait_for_url("**/login/**")
    page.locator("#id_login").fill(staff.username)
    page.locator("#id_password").fill("quyet-thang-2020")
    page.locator("#id_password").press("Enter")
    page.wait_for_url(f"**{sheet.get_absolute_url()}")
    expect(field(page, "Prizes")).to_have_value("5")


@pytest.mark.both
def test_two_people_see_each_other_and_what_the_other_saves(someone, sheet, staff, depot):
    first, second = someone(staff), someone(make_user("second", (depot, Role.STAFF), full_name="Trần Văn Hai"))
    first.goto(sheet.get_absolute_url())
    second.goto(sheet.get_absolute_url())
    field(second, "Prizes").fill("7")
    field(second, "Prizes").press("Enter")
    expect(mark(second, "Prizes")).to_have_text("Saved")
    field(first, "Attendance").fill("90")

    look_again(second)
    expect(second.locator("#here")).to_contain_text(str(staff))
    look_again(first)
    expect(first.locator("#here")).to_contain_text("Trần Văn Hai (Politics) – also here")
    expect(field(first, "Prizes")).to_have_value("7")
    expect(mark(first, "Prizes")).to_have_text("SavedTrần Văn Hai")
    expect(field(first, "Attendance")).to_have_value("90")

    field(second, "Attendance").fill("80")
    row(second, "Attendance").locator("[data-part]").nth(1).fill("100")
    row(second, "Attendance").locator("[data-part]").nth(1).press("Enter")
    expect(mark(second, "Attendance")).to_have_text("Saved")
    look_again(first)
    expect(first.locator("#filled")).to_have_text("1/3 cells filled")
    expect(field(first, "Attendance")).to_have_value("90")  # what is being typed is nobody else's
    row(first, "Attendance").locator("[data-part]").nth(1).fill("100")
    row(first, "Attendance").locator("[data-part]").nth(1).press("Enter")
    expect(first.locator(".qt-errline")).to_contain_text("Trần Văn Hai has saved “80 / 100” here meanwhile.")
    first.get_by_role("button", name="Keep mine").click()
    expect(mark(first, "Attendance")).to_have_text("Saved")
    assert figures(sheet) == {"Attendance": 90, "Prizes": 7}


def test_opening_a_sheet_saves_nothing_whatever_stands_in_it(someone, sheet, staff):
    """A note in two lines, kept by an older version: the field holds it in one, and nobody has touched it."""
    prizes = Indicator.objects.get(name="Prizes")
    make_result(sheet, prizes, 5, note="Two crews.\nSent on Monday.")
    page = someone(staff)
    posted = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    shown = {"served": ""}

    def as_stored(route):  # the page as it was served then: with the line break in the attribute
        answer = route.fetch()
        shown["served"] = answer.text().replace("Two crews. Sent", "Two crews.&#10;Sent")
        route.fulfill(response=answer, body=shown["served"])

    page.route(re.compile(f"{sheet.get_absolute_url()}$"), as_stored)
    page.goto(sheet.get_absolute_url())
    look_again(page)
    assert "&#10;Sent" in shown["served"]
    expect(mark(page, "Prizes")).to_have_text("Saved")
    field(page, "Attendance").click()  # and a hand at the page does not make it typed either
    field(page, "Prizes").click()
    field(page, "Attendance").click()
    look_again(page)
    assert [url for url in posted if "/live/" not in url] == []
    assert sheet.results.get().note == "Two crews.\nSent on Monday."

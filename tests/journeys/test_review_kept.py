"""Verdicts and reasons outlive a session that has ended and a server that failed; logging out erases them."""

import re

from playwright.sync_api import Page, expect

from emulation.models import Report
from emulation.services import sheets
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_report, make_rounds

REASON = "Please count the prizes of the whole quarter again."
KEPT = "() => Object.keys(localStorage).filter((key) => key.startsWith('qt-sheet:')).length"


def judged(page: Page) -> None:
    """What was chosen and typed stands there, and the page says where it comes from."""
    expect(page.locator("#kept")).to_contain_text("stands here again")
    expect(page.locator("#judged")).to_have_text("2/2 lines judged")
    expect(page.get_by_label("Reason for returning").last).to_have_value(REASON)
    expect(page.locator(".qt-reason").last).to_contain_text(f"{len(REASON)} characters – enough")


def test_a_review_outlives_a_cut_session_and_a_failing_server(
    someone, live_server, region, depot, commander, reviewer
):
    campaign = make_campaign(region)
    indicators = [make_indicator("count", code, name=code) for code in ("ONE", "TWO")]
    for indicator in indicators:
        make_campaign_indicator(campaign, indicator)
    figures = dict.fromkeys(indicators, 5)
    report = make_report(depot, make_rounds()[1], figures, state=Report.State.SUBMITTED)
    sheets.take_up(report, by=reviewer)
    page = someone(reviewer)
    page.on("dialog", lambda dialog: dialog.accept())
    address = f"/sheets/{report.pk}/review/"
    page.goto(address)
    page.locator("#verdict").get_by_text("Approve", exact=True).first.click()
    page.locator("#verdict").get_by_text("Return", exact=True).last.click()
    page.get_by_label("Reason for returning").last.fill(REASON)
    page.context.clear_cookies(name="sessionid")
    send = page.get_by_role("button", name="Send the verdict and go on")
    send.click()
    page.wait_for_url("**/login/**")
    page.locator("#id_login").fill(reviewer.username)
    page.locator("#id_password").fill("quyet-thang-2020")
    page.locator("#id_password").press("Enter")
    page.wait_for_url(f"**{address}")
    judged(page)

    page.route(f"**{address}", lambda route: route.fulfill(status=500, body="failed"))
    send.click()
    expect(page.locator("body")).to_have_text("failed")
    page.unroute(f"**{address}")
    page.goto(address)
    judged(page)

    page.locator("#kept").get_by_role("button", name="Discard").click()
    expect(page.locator("#judged")).to_have_text("0/2 lines judged")
    assert page.evaluate(KEPT) == 0
    page.locator("#verdict").get_by_text("Approve", exact=True).first.click()
    page.locator("#verdict").get_by_text("Return", exact=True).last.click()
    page.get_by_label("Reason for returning").last.fill(REASON)
    page.reload()
    judged(page)
    send.click()
    expect(page.locator("#messages")).to_contain_text("1 line has been returned to Unit K1.")
    page.locator("summary.qt-user").click()
    page.get_by_role("button", name=re.compile("Log out|Đăng xuất")).click()
    page.wait_for_url("**/login/")
    assert page.evaluate(KEPT) == 0
    assert list(report.events.values_list("kind", flat=True).order_by("pk"))[-1] == "returned"

"""The back button on a PC that several people use."""

import re

from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.factories import make_user
from tests.journeys.steps import enter_as
from units.models import Role, Unit

# Browsers that are driven keep no pages in memory; this is what others say of one that they bring back.
BROUGHT_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"


def test_page_brought_back_keeps_what_was_typed_and_after_a_logout_is_not_shown(
    page: Page, base_url: str, depot: Unit
) -> None:
    enter_as(page, make_user("first", (depot, Role.STAFF)), base_url)
    page.goto(reverse("emulation:weak-point-create"))
    page.locator("[name=title]").fill("Thiếu phụ tùng")
    page.evaluate(BROUGHT_BACK)
    page.wait_for_timeout(300)
    expect(page.locator("[name=title]")).to_have_value("Thiếu phụ tùng")
    page.context.clear_cookies()
    page.evaluate(BROUGHT_BACK)
    expect(page).to_have_url(re.compile("/login/"))

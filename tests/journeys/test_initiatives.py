"""A work is recognised, and the unit's sheet counts it by itself."""

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_indicator,
    make_rounds,
    make_user,
    make_work,
)
from units.models import Role

pytestmark = pytest.mark.browser


def test_recognised_work_counts_on_the_sheet(someone, region, department, depot, staff, set_today):
    set_today(date(2020, 4, 5))
    indicator = make_indicator("count", "SK_SL", name="Recognised works")
    make_campaign_indicator(make_campaign(region), indicator)
    make_feed(indicator, "initiatives")
    make_rounds()
    make_work(depot, staff, title="Tool rack", state="submitted")
    judging = someone(make_user("planner", (department, Role.STAFF)))
    judging.get_by_role("link", name="Registers").click()
    judging.get_by_role("link", name="Initiatives").first.click()
    judging.get_by_role("link", name="Tool rack").click()
    judging.get_by_role("link", name="Record the recognition").click()
    judging.get_by_label("Decision number").fill("12/QĐ")
    judging.get_by_label("Level").select_option("base")
    judging.get_by_label("Recognised on").fill("14/02/2020")
    judging.get_by_role("button", name="Record").click()
    expect(judging.get_by_role("heading", name="Tool rack")).to_be_visible()

    page = someone(staff)
    page.get_by_role("link", name="Quarterly sheets").click()
    page.get_by_role("link", name="Quarter I/2020").first.click()
    figure = page.get_by_label("Recognised works").first
    expect(figure).to_have_value("1")
    expect(figure).not_to_be_editable()
    page.get_by_role("link", name="from the register: initiatives (1)").click()
    expect(page.get_by_text("These entries make the figure of")).to_be_visible()
    expect(page.get_by_role("link", name="Tool rack")).to_be_visible()

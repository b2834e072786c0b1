"""A round has closed: the administrator gives one unit more time, and only that unit goes on."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from emulation.models import Report, Round
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_rounds, make_user
from units.models import Role


@pytest.fixture
def round_(live_server, region, depot, workshop, set_today) -> Round:
    set_today(date(2020, 4, 22))
    make_campaign_indicator(make_campaign(region), make_indicator("count", name="Prizes"))
    found = make_rounds()[1]
    Report.objects.exclude(round=found).delete()
    found.due, found.closes = date(2020, 4, 10), date(2020, 4, 20)
    found.save()
    return found


def test_extended_unit_enters_after_closing_and_its_neighbour_cannot(
    someone, round_, depot, workshop, administrator, staff
):
    neighbour = make_user("neighbour", (workshop, Role.STAFF))
    mine, theirs = (Report.objects.get(unit=unit) for unit in (depot, workshop))

    page = someone(staff)
    page.goto(mine.get_absolute_url())
    expect(page.get_by_text("The round closed on 20/04/2020.")).to_be_visible()

    admin = someone(administrator)
    admin.goto("/rounds/?year=2020")
    admin.get_by_role("link", name=re.compile("Extensions quarter I.2020")).click()
    admin.get_by_label("Unit K1 (K1)").check()
    admin.get_by_label("Last day").fill("25/04/2020")
    admin.get_by_label("Reason").fill("The line to the depot was down.")
    admin.get_by_role("button", name="Give more time").click()
    expect(admin.get_by_text("1 unit has more time now.")).to_be_visible()
    expect(admin.get_by_text("in force")).to_be_visible()

    page.goto("/work/")
    expect(page.get_by_text("More time given")).to_be_visible()
    page.get_by_role("link", name=re.compile("Begin: Sheet of quarter I.2020")).click()
    field = page.locator("input[data-part=num]").first
    field.fill("7")
    field.press("Tab")
    expect(page.get_by_text("Saved", exact=True).first).to_be_visible()
    assert Report.objects.get(pk=mine.pk).results.get().numerator == 7

    other = someone(neighbour)
    other.goto(theirs.get_absolute_url())
    expect(other.get_by_text("The round closed on 20/04/2020.")).to_be_visible()
    expect(other.locator("input[data-part=num]")).to_have_count(0)

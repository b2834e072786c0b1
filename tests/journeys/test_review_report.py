"""The review report: an officer's words survive a changed figure; its signature is walked in test_year.py."""

from datetime import date

import pytest
from playwright.sync_api import expect

from emulation.models import Phrase, Report
from emulation.services.summaries import recompute
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_report, make_rounds


@pytest.fixture
def approved(transactional_db, depot, set_today):
    set_today(date(2020, 7, 20))
    indicator = make_indicator("count", "SK_SL", name="Sáng kiến")
    make_campaign_indicator(make_campaign(depot), indicator)
    return make_report(depot, make_rounds()[1], {indicator: 5}, state=Report.State.APPROVED)


def test_officers_words_survive_a_changed_figure(someone, approved, depot, staff):
    writing = someone(staff)
    writing.goto(f"/reports/{depot.pk}/2020/Q1/")
    writing.get_by_role("button", name="Work on this report").click()
    paragraph = writing.locator(".qt-para", has_text="được công nhận đạt 5")
    paragraph.locator("summary").click()
    paragraph.get_by_label("Text").fill("Anh em nỗ lực: {SK_SL: 99} được áp dụng, {SAI}.")
    paragraph.get_by_role("button", name="Save the paragraph").click()
    paragraph = writing.locator(".qt-para", has_text="There is no field SAI")
    paragraph.get_by_label("Text").fill("Anh em nỗ lực: {SK_SL: 99} được áp dụng.")
    paragraph.get_by_role("button", name="Save the paragraph").click()
    own = writing.locator(".qt-para", has_text="Anh em nỗ lực")
    expect(own.locator("p").first).to_have_text("Anh em nỗ lực: 5 được áp dụng.")

    approved.results.update(numerator=7)
    recompute([depot.pk], year=2020, drive=None)
    writing.reload()
    expect(own).to_contain_text("Figures have changed")
    expect(own.locator("p").first).to_have_text("Anh em nỗ lực: 5 được áp dụng.")
    own.get_by_role("button", name="Put the new figures into my words").click()
    expect(own.locator("p").first).to_have_text("Anh em nỗ lực: 7 được áp dụng.")
    expect(own).not_to_contain_text("Figures have changed")


def test_default_wording_takes_the_place_of_the_text(someone, approved, depot, staff):
    writing = someone(staff)
    writing.goto(f"/phrases/{depot.pk}/deadline/")
    writing.locator("#id_text").fill("trước ngày {day}")
    writing.get_by_role("button", name="Use this wording").click()
    expect(writing.locator("#id_text")).to_have_value(" (thời hạn {ngày hạn})")
    writing.get_by_role("button", name="Save").click()
    expect(writing.locator("body")).to_contain_text("The words have been saved")
    assert Phrase.objects.get().text == " (thời hạn {day})"

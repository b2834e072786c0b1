"""The commander reads the dashboard and follows a figure down to the sheet it was typed on."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from emulation.models import Campaign, CampaignScope, Report, Round
from emulation.services.rounds import make_sheets, place_units
from emulation.services.summaries import rebuild
from tests.factories import (
    PASSWORD,
    make_area,
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
)
from units.models import Role, Unit, User

LISTEN = "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"
APPROVED = Report.State.APPROVED


@pytest.fixture
def chief(live_server, region: Unit, department: Unit, depot: Unit, workshop: Unit, set_today) -> User:
    """Commands the department; a battalion with a company, a depot and a workshop report below it."""
    set_today(date(2020, 7, 20))
    battalion = make_unit(department, "TD1", name="Battalion 1", kind="battalion")
    company = make_unit(battalion, "C1", name="Company 1", kind="company")
    campaign = make_campaign(depot, workshop, company, name="Movement of 2020", theme="democracy, unity")
    attendance = make_indicator(
        "ratio", "QS", name="Quân số", name_en="Attendance", shown_decimals=1, numerator_label="có mặt",
        numerator_label_en="present",
    )  # fmt: skip
    prizes = make_indicator("count", "GIAI", name="Số giải", name_en="Prizes")
    rows = [
        make_campaign_indicator(campaign, attendance, is_main=True, is_tile=True),
        make_campaign_indicator(campaign, prizes, is_main=True),
    ]
    rounds = make_rounds()
    make_target(department, rows[0], "98.6")
    make_target(company, rows[0], "98.6")
    make_target(department, rows[1], 8)
    for quarter in (1, 2):
        rounds[quarter].due = date(2020, 3 * quarter, 28)
        rounds[quarter].save()
        for unit, figures in ((depot, (990, 1000)), (company, (480, 500))):
            make_report(unit, rounds[quarter], {attendance: figures, prizes: 2}, state=APPROVED)
    return make_user("chief", (department, Role.COMMANDER))


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """Any complaint of the browser fails the journey, above all one of the content security policy."""
    problems: list[str] = []
    page.add_init_script(LISTEN)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    assert problems == []


def log_in(page: Page, user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)
    page.goto("/login/")
    page.locator("#id_login").fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(re.compile("/dashboard/"))


def drawn(page: Page, place: str) -> bool:
    """Whether anything but white stands on the canvas."""
    return page.locator(f"{place} canvas").first.evaluate(
        "(c) => new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer).some((p) => p)"
    )


@pytest.mark.both
def test_commander_follows_a_figure_down_to_its_sheet(page: Page, chief: User) -> None:
    log_in(page, chief, "en")
    expect(page).to_have_title(re.compile("Dashboard first half of 2020"))
    tile = page.locator("a.qt-kpi", has_text="Attendance")
    expect(tile).to_contain_text("98.0%")
    expect(tile).to_contain_text("4/6")
    expect(page.locator("tr", has_text="Unit X1").locator("td").first).to_contain_text("Not reported")

    page.get_by_role("navigation", name="Period of the figures").get_by_role(
        "link", name="Quarter I", exact=True
    ).click()
    expect(page).to_have_url(re.compile("period=Q1"))
    page.locator("table.qt-heat tr", has_text="Battalion 1").get_by_role("link", name=re.compile("96.0")).click()
    expect(page.get_by_role("heading", name="Where does this figure come from?")).to_be_visible()
    expect(page.locator(".qt-eq")).to_contain_text("480present")

    page.get_by_role("link", name="Company 1", exact=True).click()
    expect(page.locator(".qt-eq__big")).to_have_text("96.0 %")
    page.get_by_role("link", name="Open the sheet").click()
    expect(page).to_have_url(re.compile(r"/sheets/\d+/$"))
    expect(page.locator("main")).to_contain_text("Company 1")


BROKEN = """() => [...document.querySelectorAll(".qt-heat thead th")].flatMap((head) => {
  const text = head.firstChild, range = document.createRange();
  return [...text.data.matchAll(/\\S+/g)].filter((word) => {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    return range.getClientRects().length > 1;
  }).map((word) => word[0]);
})"""


def test_no_word_breaks_inside_the_heads_of_the_english_table(page: Page, chief: User) -> None:
    """Ten columns, as the demonstration has them; the longest word that stands in one."""
    campaign = Campaign.objects.get(name="Movement of 2020")
    for number in range(8):
        name = "Recognised initiatives and technical improvements"
        row = make_indicator("count", f"N{number}", name=f"Sáng kiến {number}", name_en=f"{name} {number}")
        make_campaign_indicator(campaign, row, is_main=True)
        make_report(Unit.objects.get(code="K1"), Round.objects.get(quarter=1), {row: 2}, state=APPROVED)
    page.set_viewport_size({"width": 1366, "height": 768})
    log_in(page, chief, "en")
    expect(page.locator(".qt-heat thead th")).to_have_count(11)
    assert page.evaluate(BROKEN) == []


def test_charts_are_drawn_and_change_with_the_indicator(page: Page, chief: User) -> None:
    log_in(page, chief, "vi")
    expect(page.locator("#trend h2")).to_have_text("Quân số")
    expect(page.locator("[data-trend] canvas")).to_be_visible()
    assert drawn(page, "[data-trend]")
    assert drawn(page, "[data-stack]")
    page.locator("#trend-indicator").select_option("GIAI")
    expect(page.locator("#trend h2")).to_have_text("Số giải")
    expect(page.locator("[data-trend] canvas")).to_be_visible()
    assert drawn(page, "[data-trend]")
    page.locator("#trend summary").click()
    expect(page.locator("#trend table")).to_contain_text("II/20")


def test_dashboard_without_script_keeps_its_switches(browser, browser_context_args, base_url, chief: User) -> None:
    context = browser.new_context(**browser_context_args | {"base_url": base_url}, java_script_enabled=False)
    page = context.new_page()
    log_in(page, chief, "en")
    page.get_by_role("link", name="With handed in").click()
    expect(page).to_have_url(re.compile("basis=all"))
    page.locator("#trend-indicator").select_option("GIAI")
    page.locator("#trend").get_by_role("button", name="Show").click()
    expect(page.locator("#trend h2")).to_have_text("Prizes")
    assert "basis=all" in page.url
    context.close()


def sheets_of_paper(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_dashboard_prints_on_two_sheets_with_its_charts(page: Page, chief: User) -> None:
    """Tiles and charts; the table of the few units with all indicators. Charts are drawn before paper is laid out."""
    log_in(page, chief, "vi")
    expect(page.locator("[data-trend] canvas")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("[data-trend] canvas").first.evaluate("(c) => [c.width, c.height]") == [480, 205]
    assert drawn(page, "[data-trend]")
    assert drawn(page, "[data-stack]")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("[data-trend] canvas").first.evaluate("(c) => c.width") > 480
    assert sheets_of_paper(page) == 2


def test_dashboard_of_a_large_branch_prints_on_four_sheets(page: Page, chief: User, department: Unit) -> None:
    """Tiles and charts with what is still missing; the table of units; all indicators on two, the second with the
    signatures and the line at the foot: neither stands alone on a sheet.
    """
    campaign = Campaign.objects.get()
    for number in range(14):
        CampaignScope.objects.create(
            campaign=campaign, unit=make_unit(department, f"P{number}", name=f"Phòng {number}")
        )
    for number in range(12):
        area = make_area(f"area-{number}")
        for place in range(4 if number < 11 else 1):
            make_campaign_indicator(
                campaign, make_indicator("count", f"I{number}-{place}", area=area), is_main=not place
            )
    place_units(Round.objects.all())
    make_sheets(Round.objects.all())
    rebuild(2020)
    log_in(page, chief, "vi")
    expect(page.locator("[data-trend] canvas")).to_be_visible()
    expect(page.locator("#all tbody tr")).to_have_count(47 + 13)
    assert sheets_of_paper(page) == 4


def test_english_page_prints_in_vietnamese_and_is_there_again_afterwards(page: Page, chief: User) -> None:
    page.add_init_script("window.print = () => {}")  # the dialog stays open until `afterprint`
    log_in(page, chief, "en")
    page.get_by_role("button", name="Print A4").click()
    expect(page).to_have_url(re.compile("paper=vi"))
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("[data-trend] canvas")).to_be_visible()
    page.evaluate("setTimeout(() => dispatchEvent(new Event('afterprint')))")
    expect(page.locator("html")).to_have_attribute("lang", "en")

"""Who sees which dashboard and figure, how the address is read, how much a page asks of the database."""

from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from openpyxl import load_workbook

from emulation.models import CampaignIndicator, Report
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
    root_administrator,
)
from units.models import Role, Unit, User
from units.services import move_unit

APPROVED = Report.State.APPROVED


@pytest.fixture
def placed(region: Unit, department: Unit, depot: Unit, workshop: Unit, set_today) -> CampaignIndicator:
    """Attendance over the department in the first two quarters, both due."""
    set_today(date(2020, 7, 20))
    campaign = make_campaign(depot, workshop, name="Movement of 2020", theme="democracy, unity")
    indicator = make_indicator("ratio", "QS", name="Attendance", shown_decimals=1)
    row = make_campaign_indicator(campaign, indicator, is_main=True, is_tile=True)
    rounds = make_rounds()
    for quarter, round_ in rounds.items():
        round_.due = date(2020, 3 * quarter, 28)
        round_.save()
    make_target(department, row, 90)
    for quarter in (1, 2):
        make_report(depot, rounds[quarter], {indicator: (95, 100)}, state=APPROVED)
        make_report(workshop, rounds[quarter], {indicator: (50, 60)}, state=APPROVED)
    return row


def english(user: User) -> User:
    user.language = "en"
    user.save()
    return user


def test_home_leads_to_the_most_senior_unit_and_the_newest_figures(
    client: Client, placed: CampaignIndicator, department: Unit, depot: Unit
) -> None:
    user = make_user("both", (depot, Role.STAFF), (department, Role.COMMANDER))
    client.force_login(user)
    assert client.get("/dashboard/").url == f"/dashboard/{department.pk}/?year=2020&period=H1"


def test_home_without_a_role_over_figures_is_refused(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    assert client.get("/dashboard/").status_code == 403


def test_home_without_any_campaign_shows_this_year(client: Client, reviewer: User, set_today) -> None:
    set_today(date(2021, 3, 1))
    client.force_login(reviewer)
    response = client.get("/dashboard/", follow=True)
    assert response.redirect_chain[0][0].endswith("?year=2021&period=Q1")
    assert "Kỳ này chưa giao chỉ tiêu và chưa có số liệu." in response.text


@pytest.mark.parametrize(
    "query", ["", "?year=2020", "?year=2020&period=Q5", "?year=20&period=Q1", "?year=x&period=H1"]
)
def test_address_without_a_valid_period_leads_to_the_newest(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit, query: str
) -> None:
    client.force_login(reviewer)
    for page in (f"/dashboard/{department.pk}/", f"/dashboard/{department.pk}/QS/"):
        assert client.get(page + query).url == f"{page}?year=2020&period=H1"


@pytest.mark.parametrize("page", ["", "QS/"])
def test_units_out_of_reach_do_not_exist(
    client: Client, placed: CampaignIndicator, outsider: User, staff: User, administrator: User, department: Unit,
    page: str,
) -> None:  # fmt: skip
    for user in (outsider, staff, administrator):
        client.force_login(user)
        for query in ("", "?year=2020&period=H1"):
            assert client.get(f"/dashboard/{department.pk}/{page}{query}").status_code == 404


def test_unknown_indicator_does_not_exist(
    client: Client, placed: CampaignIndicator, reviewer: User, depot: Unit
) -> None:
    client.force_login(reviewer)
    assert client.get(f"/dashboard/{depot.pk}/NONE/?year=2020&period=H1").status_code == 404


def test_former_subordinate_s_figure_opens_for_the_time_it_was_here(
    client: Client, placed: CampaignIndicator, region: Unit, depot: Unit, reviewer: User
) -> None:
    other = make_unit(region, kind="department")
    move_unit(depot, parent=other, effective=date(2020, 5, 1), by=root_administrator(), decision="1")
    client.force_login(reviewer)
    assert client.get(f"/dashboard/{depot.pk}/QS/?year=2020&period=Q1").status_code == 200
    assert client.get(f"/dashboard/{depot.pk}/QS/?year=2020&period=Q2").status_code == 404


def test_dashboard_shows_theme_figures_and_links(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit, depot: Unit
) -> None:
    client.force_login(english(reviewer))
    text = client.get(f"/dashboard/{department.pk}/?year=2020&period=H1").text
    for words in (
        "Movement of 2020",
        "<li>democracy</li><li>unity</li>",
        "Dashboard first half of 2020",
        "90.6<small>%</small>",
        f'<a href="/dashboard/{depot.pk}/QS/?year=2020&amp;period=H1">95.0',
        "BẢNG TỔNG HỢP KẾT QUẢ THI ĐUA QUYẾT THẮNG",
        "6 tháng đầu năm 2020 · Số liệu đã duyệt đến",
    ):
        assert words in text


def test_switches_keep_the_other_choices(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit
) -> None:
    client.force_login(reviewer)
    text = client.get(f"/dashboard/{department.pk}/?year=2020&period=H1&basis=all").text
    assert '<a href="?year=2020&amp;period=Q2&amp;basis=all">Quý II</a>' in text
    assert '<a href="?year=2020&amp;period=H1&amp;basis=all" aria-current="true">Gồm cả đã trình</a>' in text
    assert f"/dashboard/{department.pk}/QS/?year=2020&amp;period=H1&amp;basis=all" in text


@pytest.mark.parametrize("page", ["", "QS/"])
@pytest.mark.parametrize(("basis", "said"), [("approved", "-Q1-da-duyet."), ("all", "-Q1-gom-ca-da-trinh.")])
def test_a_file_says_which_figures_it_is_made_of(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit, page: str, basis: str, said: str
) -> None:
    client.force_login(reviewer)
    address = f"/dashboard/{department.pk}/{page}?year=2020&period=Q1&basis={basis}&export="
    answer, text = (client.get(address + kind) for kind in ("xlsx", "csv"))
    assert said in answer["Content-Disposition"]
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    first = b"".join(text.streaming_content).decode("utf-8-sig").splitlines()[0]
    words = {"approved": "Số liệu đã duyệt đến", "all": "Số liệu đã duyệt và đã trình đến"}[basis]
    for line in (sheet["A1"].value, first):
        assert f"Unit CKT – quý I/2020 – {words} " in line
    assert sheet["A2"].value == "Đơn vị"


def test_superior_is_a_link_only_for_those_who_read_it(
    client: Client, placed: CampaignIndicator, reviewer: User, staff: User, department: Unit, depot: Unit
) -> None:
    address = f"/dashboard/{department.pk}/?year=2020&amp;period=H1"
    for user, readable in ((reviewer, True), (staff, False)):
        client.force_login(user)
        assert (address in client.get(f"/dashboard/{depot.pk}/?year=2020&period=H1").text) == readable


def test_figure_names_formula_rule_and_parts(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit, depot: Unit
) -> None:
    client.force_login(english(reviewer))
    text = client.get(f"/dashboard/{department.pk}/QS/?year=2020&period=H1").text
    for words in (
        "Where does this figure come from?", "90.6\u00a0%", "Numerators are added, denominators are added",
        f'<a class="qt-why" href="/dashboard/{depot.pk}/QS/?year=2020&amp;period=H1">Unit K1</a>',
    ):  # fmt: skip
        assert words in text


def test_single_unit_s_figure_leads_to_its_sheets(
    client: Client, placed: CampaignIndicator, staff: User, depot: Unit
) -> None:
    client.force_login(staff)
    text = client.get(f"/dashboard/{depot.pk}/QS/?year=2020&period=H1").text
    for report in Report.objects.filter(unit=depot, round__quarter__lte=2):
        assert report.get_absolute_url() in text


@pytest.mark.parametrize("page", ["", "QS/"])
def test_pages_change_nothing_and_refuse_post(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit, page: str
) -> None:
    client.force_login(reviewer)
    assert client.post(f"/dashboard/{department.pk}/{page}?year=2020&period=H1").status_code == 405


@pytest.mark.parametrize("more", [0, 2])
def test_pages_take_a_constant_number_of_queries(
    client: Client, placed: CampaignIndicator, reviewer: User, department: Unit, depot: Unit, more: int,
    django_assert_num_queries,
) -> None:  # fmt: skip
    """Of these five belong to every page: session, user, memberships, numbers of the navigation, demonstration."""
    for number in range(more):
        unit = make_unit(department, f"N{number}")
        make_unit(unit)
        make_rounds(2018 + number)
    client.force_login(reviewer)
    with django_assert_num_queries(17):
        client.get(f"/dashboard/{department.pk}/?year=2020&period=H1")
    with django_assert_num_queries(13):
        client.get(f"/dashboard/{department.pk}/QS/?year=2020&period=H1")
    with django_assert_num_queries(14):
        client.get(f"/dashboard/{depot.pk}/QS/?year=2020&period=H1")

"""Pages of a drive, of joining and of the launch."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from docx import Document

from emulation.models import Campaign, CampaignJoin, IssuedPaper, Organisation, Target
from emulation.services import targets
from emulation.services.target_values import Agreement
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_drive,
    make_indicator,
    make_rounds,
    make_unit,
    make_upload,
    make_user,
)
from tests.layers import built_once
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def row(department, depot):
    return make_campaign_indicator(make_campaign(department), make_indicator())


@built_once
def drive(row, department):
    return make_drive(department)


def url(name, *args):
    return reverse(f"emulation:{name}", args=args)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_drive_takes_the_same_queries_for_every_number(
    client, drive, row, department, planner, count, django_assert_num_queries
):
    make_rounds()
    for _ in range(count):
        Target.objects.create(
            unit=make_unit(department), campaign_indicator=row, drive=drive, agreed=1, comparator=">="
        )
    client.force_login(planner)

    with django_assert_num_queries(29):
        page = client.get(url("drive-detail", drive.pk))

    assert sum(unit.agreed for unit in page.context["units"]) == count


def test_the_registration_of_a_drive_goes_through_its_pages(client, drive, row, depot, staff, commander, reviewer):
    page, args = url("drive-targets", drive.pk, depot.pk), (drive.pk, depot.pk)
    client.force_login(staff)
    answer = client.post(page, {f"registered-{row.pk}": "-5", f"assigned-{row.pk}": "9", f"agreed-{row.pk}": "9"})
    assert list(answer.context["form"].errors) == [f"registered-{row.pk}"]
    client.post(page, {f"registered-{row.pk}": "5", f"assigned-{row.pk}": "9", f"agreed-{row.pk}": "9"})
    stored = Target.objects.values_list("drive", "assigned", "registered", "agreed")
    assert stored.get() == (drive.pk, None, Decimal(5), None)
    assert client.post(url("drive-registration-hand-in", *args)).status_code == 403
    client.force_login(commander)
    hand_in = url("drive-registration-hand-in", *args)
    assert (client.get(hand_in).status_code, client.post(hand_in, {"confirmed": "1"}).url) == (200, page)
    client.force_login(staff)
    assert client.post(page, {f"registered-{row.pk}": "8"}).status_code == 403

    client.force_login(reviewer)
    read = {"stand": client.get(page).context["stand"]}
    short = client.post(url("drive-registration-return", *args), read | {"reason": "Thấp"})
    assert list(short.context["form"].errors) == ["reason"]
    shown = client.get(page).context
    assert (shown["form"][f"agreed-{row.pk}"].initial, shown["form"].quarters) == (Decimal(5), ())
    agreed = {f"agreed-{row.pk}": "6", f"comparator-{row.pk}": ">=", "stand": shown["stand"]}
    assert client.post(url("drive-registration-agree", *args), agreed).url == page

    assert stored.get() == (drive.pk, None, Decimal(5), Decimal(6))
    below = client.get(url("drive-detail", drive.pk)).context["units"]
    assert {unit.unit: unit.registration for unit in below}[depot] == "agreed"
    client.force_login(staff)
    amend = url("drive-amendment-create", *args)
    changed = {f"agreed-{row.pk}": "4", f"comparator-{row.pk}": ">=", "reason": "Đợt cao điểm rút ngắn hai tuần."}
    proposed = client.get(client.post(amend, changed).url).context
    assert [(line.before, line.after) for line in proposed["lines"]] == [("≥ 6", "≥ 4")]
    assert client.get(url("drive-version-list", *args)).context["newer"] == 1


def shown(client, page):
    """Codes of the lines of a grid, and how many are left out."""
    context = client.get(page).context
    lines = [line.row.indicator.code for group in context["sheet"].groups for line in group.lines]
    return lines, context["others"]


def test_a_drive_asks_for_its_own_indicators_and_what_it_has_a_target_on_alone(
    client, drive, row, department, depot, workshop, staff, planner
):  # fmt: skip
    own = make_campaign_indicator(drive, make_indicator(code="OWN"))
    make_campaign_indicator(row.campaign, make_indicator(code="BESIDE"))
    page = url("drive-targets", drive.pk, depot.pk)
    client.force_login(staff)
    assert shown(client, page) == (["OWN"], 2)
    assert set(shown(client, page + "?all=1")[0]) == {"OWN", row.indicator.code, "BESIDE"}
    wrong = client.post(url("drive-targets", drive.pk, depot.pk), {f"registered-{row.pk}": "-5"})
    assert list(wrong.context["form"].errors) == [f"registered-{row.pk}"]  # what was typed stays on the page
    Target.objects.create(unit=workshop, campaign_indicator=row, drive=drive, agreed=3, comparator=">=")
    assert shown(client, page) == (["OWN"], 2)
    Target.objects.create(unit=department, campaign_indicator=row, drive=drive, agreed=9, comparator=">=")
    assert shown(client, page) == (["OWN", row.indicator.code], 1)
    client.force_login(planner)
    assert shown(client, page) == (["OWN", row.indicator.code], 1)
    client.post(page, {f"assigned-{own.pk}": "7"})
    assert Target.objects.filter(unit=depot).values_list("campaign_indicator", "assigned").get() == (own.pk, 7)


def test_a_drive_has_the_pledge_that_a_year_has(client, drive, row, depot, staff, commander, reviewer):
    """Without milestones; agreed, it is no draft; its commander gives it a number beside that of the year."""
    page, key = url("drive-targets", drive.pk, depot.pk), {"unit": depot, "year": 2020, "drive": drive}
    address = url("drive-pledge", drive.pk, depot.pk)
    client.force_login(staff)
    assert address not in client.get(page).content.decode()
    client.post(page, {f"registered-{row.pk}": "5"})
    shown = client.get(page).content.decode()
    assert (address in shown, "data-print" in shown) == (True, True)
    assert client.get(address).context["paper"].mark == "DỰ THẢO"
    targets.hand_in_registration(**key, by=commander)
    targets.agree(**key, lines={row.pk: Agreement(Decimal(6), ">=")}, by=reviewer)

    paper = client.get(address).context["paper"]

    assert (paper.mark, paper.about) == ("", drive.name)
    assert (paper.columns[3:], [line.cells[3:] for line in paper.rows if line.cells]) == (
        ("Mức đăng ký phấn đấu",), [("≥ 6",)],
    )  # fmt: skip
    file = url("paper-file", depot.pk, "drive-pledge", drive.pk, "docx")
    document = Document(BytesIO(client.get(file).content))
    assert [cell.text for cell in document.tables[1].rows[-1].cells][-1] == "≥ 6"
    client.force_login(commander)
    issue = url("paper-issue", depot.pk, "drive-pledge", drive.pk)
    typed = {"day": "01/01/2020", "signer": "A", "signer_post": "B", "place": "C"}
    assert client.post(issue, typed | {"number": "01/GƯ-K1"}).status_code == 302
    assert IssuedPaper.objects.get().address == page
    year = url("paper-issue", depot.pk, "pledge", 2020)
    assert client.post(year, typed | {"number": "02/GƯ-K1"}).status_code == 302
    planned = make_campaign(depot, kind=make_campaign_kind("movement"))
    assert client.get(url("drive-pledge", planned.pk, depot.pk)).status_code == 404
    assert client.get(url("paper-file", depot.pk, "drive-pledge", planned.pk, "pdf")).status_code == 404
    assert client.get(url("paper-file", depot.pk, "drive-pledge", "x", "pdf")).status_code == 404


def test_registrations_of_a_drive_wait_in_my_work(client, drive, row, depot, staff, commander, reviewer):
    client.force_login(staff)
    client.post(url("drive-targets", drive.pk, depot.pk), {f"registered-{row.pk}": "5"})

    def waiting(user):
        client.force_login(user)
        work = client.get(url("my-work")).context["work"]
        return [task.state for task in work.tasks if task.url == url("drive-targets", drive.pk, depot.pk)]

    assert [waiting(user) for user in (staff, commander, reviewer)] == [["draft"], ["draft"], []]
    client.force_login(commander)
    client.post(url("drive-registration-hand-in", drive.pk, depot.pk), {"confirmed": "1"})
    assert [waiting(user) for user in (staff, commander, reviewer)] == [[], [], ["submitted"]]


def test_a_drive_page_is_of_drives_alone_and_of_own_units(client, drive, row, elsewhere, planner):
    client.force_login(planner)

    assert client.get(url("drive-detail", row.campaign.pk)).status_code == 404
    assert client.get(url("drive-detail", drive.pk) + f"?unit={elsewhere.pk}").status_code == 404
    assert client.get(url("drive-detail", drive.pk) + "?unit=99999999999999999999").status_code == 404
    assert client.get(url("drive-targets", drive.pk, elsewhere.pk)).status_code == 404


def test_joining_can_take_the_campaign_over_at_once(client, row, depot, staff, elsewhere):
    client.force_login(staff)
    page = url("campaign-join", row.campaign.pk, depot.pk)

    assert client.get(url("campaign-join", row.campaign.pk, elsewhere.pk)).status_code == 404
    answer = client.post(page, {"joined_on": "01/01/2020", "words": "Cam kết", "take_over": "on"})

    own = Campaign.objects.get(takes_over=True)
    assert answer.url == own.get_absolute_url()
    assert CampaignJoin.objects.get().words == "Cam kết"
    assert list(client.get(answer.url).context["above"]) == [row]


def test_a_refused_joining_says_why_and_makes_nothing(client, row, depot, staff):
    client.force_login(staff)

    answer = client.post(
        url("campaign-join", row.campaign.pk, depot.pk), {"joined_on": "31/12/2019", "take_over": "on"}
    )

    assert list(answer.context["form"].errors) == ["joined_on"]
    assert (CampaignJoin.objects.count(), Campaign.objects.count()) == (0, 1)


def test_a_refused_taking_over_leaves_no_joining(client, row, depot, staff):
    make_campaign(depot, takes_over=True, parent=row.campaign)
    client.force_login(staff)
    answer = client.post(
        url("campaign-join", row.campaign.pk, depot.pk), {"joined_on": "01/01/2020", "take_over": "on"}
    )
    assert (list(answer.context["form"].errors), CampaignJoin.objects.count()) == (["__all__"], 0)


def test_the_launch_page_asks_to_read_what_is_open_and_bars_what_is_missing(client, department, row):
    chief = make_user("chief", (department, Role.COMMANDER), language="en")
    draft = make_campaign(department, state="draft", launched_on=None, content="")
    client.force_login(chief)
    page = url("campaign-launch", draft.pk)

    answer = client.post(page, {"on": "01/02/2020", "despite": "on"})
    assert answer.context["barred"]
    assert "Write the goal and the content" in str(answer.context["form"].errors)
    Campaign.objects.filter(pk=draft.pk).update(content="Mục tiêu")
    assert list(client.post(page, {"on": "01/02/2020"}).context["form"].errors) == ["despite"]
    assert client.post(page, {"on": "01/02/2020", "despite": "on"}).url == draft.get_absolute_url()


def test_the_launch_page_offers_to_launch_the_parts_as_well(client, department, row):
    chief = make_user("chief", (department, Role.COMMANDER), language="en")
    movement = make_campaign(department, state="draft", launched_on=None, parent=None, year=2019)
    parts = [make_campaign(department, state="draft", launched_on=None, parent=movement, year=2019) for _ in range(2)]
    Campaign.objects.filter(pk=parts[1].pk).update(content="")
    client.force_login(chief)
    page = url("campaign-launch", movement.pk)

    assert "parts" not in client.get(url("campaign-launch", parts[0].pk)).context["form"].fields
    answer = client.post(page, {"on": "01/02/2019", "despite": "on", "parts": "on"}, follow=True)

    told = [str(message) for message in answer.context["messages"]]
    assert told == [
        f"“{movement}” has been launched.", "With it 1 part was launched.",
        f"Still drafts, as they lack something or begin later: {parts[1]}",
    ]  # fmt: skip


def test_the_form_keeps_who_is_responsible_and_which_organisations_take_part(client, department, row, planner):
    youth = Organisation.objects.create(code="youth", name="Đoàn Thanh niên")
    client.force_login(planner)
    data = {
        "kind": make_campaign_kind("thematic").pk, "name": "Mới", "starts": "01/02/2020", "ends": "01/03/2020",
        "leader": "Đại tá A", "organisations": [youth.pk], "units": [department.pk],
    }  # fmt: skip

    client.post(url("campaign-create") + f"?parent={row.campaign.pk}", data)

    made = Campaign.objects.get(name="Mới")
    assert (made.leader, list(made.organisations.all()), made.starts) == ("Đại tá A", [youth], date(2020, 2, 1))


def test_the_joining_carries_the_plan_and_is_shown_after_it(client, department, depot, staff, commander, reviewer):
    campaign = make_campaign(department)
    page = url("campaign-join", campaign.pk, depot.pk)
    client.force_login(staff)
    wrong = {"joined_on": "01/01/2020", "words": "Quyết tâm", "files": make_upload("plan.exe", b"MZ")}
    form = client.post(page, wrong).context["form"]
    assert (list(form.errors), form["words"].value(), campaign.joins.count()) == (["files"], "Quyết tâm", 0)

    response = client.post(page, wrong | {"files": make_upload("ke-hoach.pdf")})

    join = campaign.joins.get()
    assert (response.url, join.files.get().name) == (page, "ke-hoach.pdf")
    shown = client.get(page)
    assert (shown.context["join"], [file.name for file in shown.context["files"]["papers"]]) == (
        join, ["ke-hoach.pdf"],
    )  # fmt: skip
    assert len(client.post(page, {"joined_on": "01/01/2020"}).context["form"].non_field_errors()) == 1
    client.force_login(reviewer)
    assert [shown.context["confirms"], client.get(page).context["files"]["form"]] == [False, None]
    client.force_login(commander)
    assert client.get(page).context["confirms"] is True


def test_a_units_own_drive_counts_the_unit_itself(client, department, depot, staff):
    drive = make_drive(depot, launching_unit=depot)
    client.force_login(staff)
    assert [row.unit for row in client.get(url("drive-detail", drive.pk)).context["units"]] == [depot]
    named_below_only = make_drive(depot, launching_unit=department)
    assert [row.unit for row in client.get(url("drive-detail", named_below_only.pk)).context["units"]] == [depot]

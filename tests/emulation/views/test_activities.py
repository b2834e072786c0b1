"""Pages of activities: what one sees, types and downloads."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override
from pytest_django.asserts import assertContains

from emulation.models import Activity
from emulation.reports import activities as report
from tests.factories import make_activity, make_activity_kind, make_attachment, make_campaign, make_unit, make_user
from units.models import Role

QUERIES = 12


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 4, 5))


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"emulation:activity-{name}", args=args), query)


def titles(page):
    return sorted(row.title for month in page.context["months"] for row in month.rows)


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number(client, depot, staff, count, django_assert_num_queries):
    for _each in range(count):
        make_activity(depot, campaign=make_campaign(depot))
    client.force_login(staff)
    with django_assert_num_queries(QUERIES):
        client.get(reverse("emulation:activity-list"))


def test_list_filters_and_adds_up_what_it_shows(client, depot, workshop, department, reviewer):
    gifts = make_activity_kind("gifts", asks_amount=True, asks_participants=False)
    make_activity(depot, title="Lễ phát động", participants=40)
    make_activity(workshop, title="Tặng quà Đồng bào", kind=gifts, participants=None, amount=Decimal("12.5"))
    make_activity(workshop, title="Dự kiến", state="planned", starts=date(2020, 5, 1))
    make_activity(depot, title="Hủy", state="cancelled", why_cancelled="Phòng dịch bệnh")

    def shown(**query):
        page = get(client, reviewer, "list", **query)
        totals = page.context["totals"]
        return titles(page), totals.held, totals.participants, totals.amount

    everything = ["Dự kiến", "Lễ phát động", "Tặng quà Đồng bào"]
    assert shown() == (everything, 2, 40, Decimal("12.5"))
    assert shown(q="dong bao") == (["Tặng quà Đồng bào"], 1, None, Decimal("12.5"))
    assert shown(unit="K1") == (["Lễ phát động"], 1, 40, None)
    assert shown(kind=gifts.pk)[0] == ["Tặng quà Đồng bào"]
    assert shown(state="cancelled")[0] == ["Hủy"]
    assert shown(since="01/05/2020", until="31/05/2020")[0] == ["Dự kiến"]
    assert shown(very=depot.pk, of="launch", state="held")[0] == ["Lễ phát động"]
    assert get(client, reviewer, "list", very="9" * 30).status_code == 404
    assert [get(client, reviewer, "list", year=year).status_code for year in ("²", "9" * 4400)] == [200, 200]


def test_overview_counts_what_the_list_shows_and_what_is_to_be_recorded(client, depot, reviewer):
    make_activity(depot, state="planned", starts=date(2020, 3, 1))
    make_activity(depot, state="cancelled", why_cancelled="Phòng dịch bệnh")
    with override("vi"):
        assert report.summary(reviewer) == "1 hoạt động · 1 chưa ghi kết quả"


@pytest.mark.parametrize("name", ["activity", "incident"])
def test_a_day_that_does_not_exist_is_named_and_nothing_typed_is_lost(client, reviewer, name):
    client.force_login(reviewer)
    page = client.get(reverse(f"emulation:{name}-list"), {"since": "31/02/2020", "q": "dong bao"})
    assert (page.status_code, list(page.context["form"].errors), list(page.context["page"])) == (200, ["since"], [])
    assertContains(page, 'role="alert"')
    assertContains(page, 'value="31/02/2020"')
    assertContains(page, 'value="dong bao"')
    table = client.get(reverse(f"emulation:{name}-list"), {"since": "31/02/2020", "export": "csv"})
    assert (table.status_code, len(b"".join(table).splitlines())) == (200, 1)


def test_months_count_what_ends_in_them(client, depot, staff):
    make_activity(depot, starts=date(2020, 1, 30), ends=date(2020, 2, 29))
    strip = get(client, staff, "list", year="2020").context["strip"]
    assert [(last, count) for _first, last, count in strip if count] == [(date(2020, 2, 29), 1)]


def test_export_is_what_the_filter_left_and_no_formula(client, depot, staff):
    make_activity(depot, title="=cmd()", place="Kho", participants=7)
    make_activity(depot, title="Lễ", starts=date(2020, 3, 1))
    text = get(client, staff, "list", export="csv", q="cmd").getvalue().decode("utf-8-sig")
    rows = [line.split(";") for line in text.splitlines()]
    assert (len(rows), rows[1][3], rows[1][11]) == (2, "'=cmd()", "7")


def test_form_asks_for_the_numbers_of_the_kind_and_keeps_what_was_typed(client, depot, staff):
    make_activity_kind("work", asks_workdays=True)
    client.force_login(staff)
    address = reverse("emulation:activity-create") + "?kind=work&held=1"
    typed = {"title": "Giúp  dân", "starts": "03/02/2020", "participants": "12"}
    page = client.post(address, typed)
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["workdays"])
    assert not Activity.objects.exists()
    client.post(address, typed | {"workdays": "24"})
    row = Activity.objects.get()
    assert (row.title, row.ends, row.state, row.workdays) == ("Giúp dân", date(2020, 2, 3), "held", 24)
    assert client.post(address, typed | {"workdays": "9" * 30}).status_code == 200
    planned = client.get(reverse("emulation:activity-create") + "?kind=work").context["form"]
    assert "workdays" not in planned.fields


def test_many_participants_are_confirmed_and_absurdly_many_refused(client, depot, staff):
    make_activity_kind("launch")
    client.force_login(staff)
    address = reverse("emulation:activity-create") + "?kind=launch&held=1"
    typed = {"title": "Lễ", "starts": "03/02/2020"}

    def tried(**more):
        page = client.post(address, typed | more)
        return list(page.context["form"].errors) if page.status_code == 200 else page.status_code

    assert tried(participants="501") == ["sure"]
    assert tried(participants="100001", sure="on") == ["participants"]
    assert tried(participants="500") == 302
    assert tried(participants="501", sure="on", title="Lễ thứ hai") == 302
    row = Activity.objects.get(participants=501)
    again = {"participants": "501", "starts": "03/02/2020", "title": "Lễ phát động"}
    assert client.post(reverse("emulation:activity-update", args=[row.pk]), again).status_code == 302


def test_amount_is_read_as_people_type_it_and_has_a_limit(client, depot, staff):
    make_activity_kind("gifts", asks_amount=True, asks_participants=False)
    client.force_login(staff)
    address = reverse("emulation:activity-create") + "?kind=gifts&held=1"
    for amount in ("99999999999", "-1", "mười"):
        page = client.post(address, {"title": "Quà", "starts": "03/02/2020", "amount": amount})
        assert list(page.context["form"].errors) == ["amount"], amount
    client.post(address, {"title": "Quà", "starts": "03/02/2020", "amount": "1.250,5"})
    assert Activity.objects.get().amount == Decimal("1250.5")


@pytest.mark.parametrize("unit", ["0", "abc"])
def test_activity_of_another_unit_is_not_begun(client, staff, workshop, unit):
    assert get(client, staff, "create", unit=unit).status_code == 404
    assert get(client, staff, "create", unit=workshop.pk).status_code == 404


def test_picture_of_an_activity_is_read_by_the_branch_alone(client, depot, staff, reviewer, outsider):
    row = make_activity(depot)
    file = make_attachment(row, staff)
    address = reverse("emulation:attachment-download", args=["activity", row.pk, file.pk])
    codes = []
    for user in (staff, reviewer, outsider):
        client.force_login(user)
        codes.append(client.get(address).status_code)
    assert codes == [200, 200, 404]


def test_events_stand_beside_the_campaigns_also_those_of_superiors(
    client, region, department, depot, elsewhere, staff
):
    event = make_activity_kind("event", is_event=True)
    make_campaign(region)
    for unit, title in ((region, "Đại hội toàn quân"), (depot, "Đại hội kho"), (elsewhere, "Nơi khác")):
        make_activity(unit, kind=event, title=title)
    make_activity(depot, title="Lễ phát động")
    client.force_login(staff)
    events = client.get(reverse("emulation:campaign-tree")).context["events"]
    assert [(one.row.title, bool(one.address)) for one in events] == [
        ("Đại hội toàn quân", False), ("Đại hội kho", True),
    ]  # fmt: skip


def test_passed_activity_waits_for_staff_of_the_very_unit(client, depot, staff, reviewer):
    row = make_activity(depot, state="planned")
    make_activity(depot, state="planned", starts=date(2020, 4, 5))
    found = []
    for user in (staff, reviewer, make_user("", (make_unit(depot), Role.STAFF))):
        client.force_login(user)
        work = client.get(reverse("emulation:my-work")).context["work"]
        found.append([task.url for task in work.tasks if task.kind == "activity"])
    assert found == [[reverse("emulation:activity-hold", args=[row.pk])], [], []]

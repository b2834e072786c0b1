"""Pages of the rounds and their calendar."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from emulation.models import Extension, Report, Round
from emulation.services.rounds import set_up_rounds
from tests.factories import make_campaign, make_campaign_indicator, make_extension, make_indicator, make_user
from tests.layers import built_once
from units.models import Role

USUAL = {
    "opens_1": "22/03/2020", "due_1": "10/04/2020", "closes_1": "",
    "opens_2": "21/06/2020", "due_2": "10/07/2020", "closes_2": "31/07/2020",
    "opens_3": "21/09/2020", "due_3": "10/10/2020", "closes_3": "",
    "opens_4": "22/12/2020", "due_4": "10/01/2021", "closes_4": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(date(2020, 7, 20))


def page(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"emulation:{name}", args=args), query)


def create(client, user, data: dict, year: int = 2020):
    client.force_login(user)
    return client.post(f"{reverse('emulation:round-create')}?year={year}", data)


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "outsider", "local"])
def test_rounds_belong_to_the_administrators_of_the_root(request, client, department, who):
    user = make_user("", (department, Role.ADMINISTRATOR)) if who == "local" else request.getfixturevalue(who)
    (round_, *_others) = set_up_rounds(2020)

    for name, *args in [("round-list",), ("round-create",), ("round-update", round_.pk)]:
        assert page(client, user, name, *args).status_code == 403
    assert create(client, user, USUAL, 2021).status_code == 403
    assert not Round.objects.filter(year=2021).exists()


def test_the_list_shows_the_latest_year_up_to_now(client, administrator):
    for year in (2018, 2019, 2021):
        set_up_rounds(year)

    context = page(client, administrator, "round-list").context

    assert (context["year"], context["years"], context["next_year"]) == (2019, [2021, 2019, 2018], 2022)
    assert [round_.quarter for round_ in context["rounds"]] == [1, 2, 3, 4]


def test_the_list_of_another_year_is_asked_by_its_number(client, administrator):
    set_up_rounds(2018)

    assert page(client, administrator, "round-list", year=2018).context["year"] == 2018
    assert page(client, administrator, "round-list", year="soon").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_a_constant_number_of_queries(client, django_assert_num_queries, administrator, number):
    for year in range(number):
        set_up_rounds(2020 - year)
    client.force_login(administrator)

    with django_assert_num_queries(7):
        client.get(reverse("emulation:round-list"))


def test_create_proposes_the_usual_calendar(client, administrator):
    form = page(client, administrator, "round-create", year=2021).context["form"]

    assert [(label, [field.value() for field in fields]) for label, fields in form.rows()][1][1] == [
        date(2021, 6, 21), date(2021, 7, 10), None,
    ]  # fmt: skip


def test_create_sets_up_four_rounds_with_their_sheets(client, administrator, region, depot):
    make_campaign_indicator(make_campaign(region), make_indicator())

    response = create(client, administrator, USUAL)

    assert response.url == f"{reverse('emulation:round-list')}?year=2020"
    rounds = Round.objects.order_by("quarter").values_list("quarter", "opens", "due", "closes")
    assert list(rounds)[1] == (2, date(2020, 6, 21), date(2020, 7, 10), date(2020, 7, 31))
    assert Report.objects.filter(unit=depot).count() == 4


def test_create_leaves_rounds_that_exist_alone(client, administrator):
    set_up_rounds(2020, {1: (date(2020, 1, 1), date(2020, 2, 1), None)})

    form = page(client, administrator, "round-create", year=2020).context["form"]
    assert form.quarters == [2, 3, 4]
    create(client, administrator, USUAL)

    assert Round.objects.get(quarter=1).due == date(2020, 2, 1)
    assert Round.objects.count() == 4


def test_create_for_a_complete_year_writes_nothing(client, administrator):
    set_up_rounds(2020)

    assert create(client, administrator, USUAL).status_code == 200
    assert Round.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due_1": "21/03/2020"}, "due_1"),
        ({"closes_2": "09/07/2020"}, "closes_2"),
        ({"opens_3": ""}, "opens_3"),
        ({"due_4": "soon"}, "due_4"),
    ],
)
def test_create_with_dates_out_of_order_is_refused_beside_the_field(client, administrator, fields, field):
    response = create(client, administrator, USUAL | fields)

    assert list(response.context["form"].errors) == [field]
    assert not Round.objects.exists()


def test_a_calendar_that_makes_sheets_late_asks_for_a_reason_and_a_tick(client, administrator, depot, set_today):
    set_today(date(2020, 4, 5))
    make_campaign_indicator(make_campaign(depot), make_indicator())
    set_up_rounds(2020)
    round_ = Round.objects.get(quarter=1)
    data = {"opens": "21/03/2020", "due": "01/04/2020", "closes": "02/04/2020"}

    form = page(client, administrator, "round-update", round_.pk).context["form"]
    assert list(form.fields) == ["opens", "due", "closes"]
    form = client.post(reverse("emulation:round-update", args=[round_.pk]), data).context["form"]
    assert (list(form.errors), form["sure"].label[:2]) == (["reason", "sure"], "1 ")
    round_.refresh_from_db()
    assert round_.due == date(2020, 4, 10)

    data |= {"reason": "The region asks for it.", "sure": "on"}
    assert client.post(reverse("emulation:round-update", args=[round_.pk]), data).status_code == 302
    round_.refresh_from_db()
    assert round_.due == date(2020, 4, 1)
    assert LogEntry.objects.get_for_object(round_).first().additional_data == {"reason": "The region asks for it."}


def test_update_changes_the_calendar_alone(client, administrator):
    set_up_rounds(2020)
    round_ = Round.objects.get(quarter=2)

    client.force_login(administrator)
    response = client.post(
        round_.get_absolute_url(), {"opens": "1/7/2020", "due": "15-07-2020", "closes": "", "quarter": 3}
    )

    assert response.url == f"{reverse('emulation:round-list')}?year=2020"
    assert list(Round.objects.filter(quarter=2).values_list("opens", "due", "closes")) == [
        (date(2020, 7, 1), date(2020, 7, 15), None)
    ]


def test_update_out_of_order_is_refused(client, administrator):
    set_up_rounds(2020)
    round_ = Round.objects.get(quarter=2)

    client.force_login(administrator)
    response = client.post(round_.get_absolute_url(), {"opens": "15/07/2020", "due": "10/07/2020"})

    assert list(response.context["form"].errors) == ["__all__"]
    assert Round.objects.get(quarter=2).opens == round_.opens


# ── extensions ────────────────────────────────────────────────────────────


@built_once
def asked(region, depot, workshop):
    """The second round, which the depot and the workshop owe."""
    make_campaign_indicator(make_campaign(depot, workshop), make_indicator())
    return set_up_rounds(2020)[1]


def extend(client, user, round_, *units, **fields):
    client.force_login(user)
    data = {"units": [unit.pk for unit in units], "until": "31/07/2020", "reason": "The line was down."} | fields
    return client.post(reverse("emulation:extension-list", args=[round_.pk]), data)


def test_extension_for_named_units(client, administrator, asked, depot, workshop):
    answer = extend(client, administrator, asked, depot, workshop)
    assert answer.url == reverse("emulation:extension-list", args=[asked.pk])
    rows = Extension.objects.order_by("unit__code").values_list("unit__code", "until", "by", "reason")
    assert list(rows) == [(c, date(2020, 7, 31), administrator.pk, "The line was down.") for c in ("K1", "X1")]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"units": []}, "units"), ({"units": ["x"]}, "units"),
        ({"until": "soon"}, "until"), ({"until": "1/7/2020"}, "until"),
        ({"reason": ""}, "reason"), ({"reason": "late"}, "reason"), ({"reason": "x" * 301}, "reason"),
    ],
)  # fmt: skip
def test_wrong_extension_is_refused_beside_the_field(client, administrator, asked, depot, fields, field):
    answer = extend(client, administrator, asked, depot, **fields)
    assert list(answer.context["form"].errors) == [field]
    assert not Extension.objects.exists()


def test_reviewer_extends_own_units_alone(client, reviewer, outsider, asked, depot):
    assert extend(client, outsider, asked, depot).context["form"].errors.keys() == {"units"}
    assert extend(client, reviewer, asked, depot).status_code == 302
    client.force_login(outsider)
    assert list(client.get(reverse("emulation:extension-list", args=[asked.pk])).context["page"]) == []


def test_units_are_found_by_code_or_name(client, administrator, asked):
    url = reverse("emulation:extension-list", args=[asked.pk])
    client.force_login(administrator)
    found = [
        [report.unit.code for report in client.get(url, {"q": q}).context["offered"]] for q in ("k1", "unit", "zz")
    ]
    assert found == [["K1"], ["K1", "X1"], []]


def test_ending_asks_for_a_reason_and_keeps_the_row(client, administrator, asked, depot):
    extend(client, administrator, asked, depot)
    url = reverse("emulation:extension-end", args=[Extension.objects.get().pk])
    assert list(client.post(url, {"reason": "short"}).context["form"].errors) == ["reason"]
    assert client.post(url, {"reason": "The line works again."}).status_code == 302
    assert Extension.objects.get().ended_reason == "The line works again."
    assert client.post(url, {"reason": "The line works again."}).status_code == 200  # refused: ended already


@pytest.mark.parametrize("number", [1, 3])
def test_cost_of_the_extensions(client, administrator, asked, depot, django_assert_num_queries, number):
    for _time in range(number):
        make_extension(asked.reports.get(unit=depot), ended_at="2020-07-01T00:00Z", ended_by=administrator)
    client.force_login(administrator)
    with django_assert_num_queries(9):
        client.get(reverse("emulation:extension-list", args=[asked.pk]))


def test_unit_beyond_every_row_is_one_not_offered(client, asked, administrator):
    answer = extend(client, administrator, asked, units=[10**22])
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["units"])
    assert not Extension.objects.exists()

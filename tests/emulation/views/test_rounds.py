"""Pages of the rounds and their calendar."""

from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Report, Round
from emulation.services.rounds import set_up_rounds
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_user
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

    with django_assert_num_queries(6):
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

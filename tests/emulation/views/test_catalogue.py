"""Pages of the catalogues and of indicators."""

import pytest
from django.urls import reverse

from emulation.feeds import SOURCES
from emulation.models import Area, ChecklistTemplate, Grade, Indicator, Report
from emulation.views.catalogue import CATALOGUES
from tests.factories import (
    make_area,
    make_campaign,
    make_campaign_indicator,
    make_feed,
    make_grade_scale,
    make_indicator,
    make_office,
    make_report,
    make_rounds,
    make_user,
    plain_source,
)
from units.catalogue import load_catalogue
from units.models import Role


def page(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"emulation:{name}", args=args), query)


def send(client, user, name: str, *args, data: dict):
    client.force_login(user)
    return client.post(reverse(f"emulation:{name}", args=args), data)


def wrong(response) -> list[str]:
    """The fields with errors of the form that came back."""
    assert response.status_code == 200
    return list(response.context["form"].errors)


# ── who ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "outsider", "local"])
def test_catalogues_are_written_at_the_root_alone(request, client, region, department, who):
    user = make_user("", (department, Role.ADMINISTRATOR)) if who == "local" else request.getfixturevalue(who)
    checklist = make_indicator("checklist")
    pages = [
        ("catalogue-list",),
        ("catalogue-rows", "areas"),
        ("catalogue-create", "areas"),
        ("catalogue-update", "areas", checklist.area_id),
        ("indicator-create",),
        ("indicator-update", checklist.pk),
        ("checklist-create", checklist.pk),
        ("checklist-update", checklist.templates.get().pk),
    ]

    for name, *args in pages:
        assert page(client, user, name, *args).status_code == 403
    assert send(client, user, "catalogue-delete", "areas", checklist.area_id, data={}).status_code == 403


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "outsider", "administrator"])
def test_indicators_are_read_by_everybody(request, client, who):
    user, indicator = request.getfixturevalue(who), make_indicator()

    assert page(client, user, "indicator-list").status_code == 200
    assert page(client, user, "indicator-detail", indicator.pk).context["may_write"] is (who == "administrator")


# ── simple catalogues ─────────────────────────────────────────────────────


def test_every_catalogue_is_listed_and_written(client, administrator, monkeypatch):
    monkeypatch.setitem(SOURCES, "plain", plain_source())
    load_catalogue()
    make_feed(make_indicator("count"))
    written = {}
    for key in CATALOGUES:
        row = CATALOGUES[key].model._default_manager.first()
        form = page(client, administrator, "catalogue-update", key, row.pk).context["form"]
        data = {field.name: field.value() for field in form if field.value() not in ("", None)}
        pages = [page(client, administrator, f"catalogue-{name}", key).status_code for name in ("rows", "create")]
        response = send(client, administrator, "catalogue-update", key, row.pk, data=data)
        written[key] = (*pages, getattr(response, "url", response.context))

    assert written == {key: (200, 200, reverse("emulation:catalogue-rows", args=[key])) for key in CATALOGUES}


def test_a_catalogue_that_does_not_exist_is_not_found(client, administrator):
    assert page(client, administrator, "catalogue-rows", "kings").status_code == 404


def test_a_row_is_added(client, administrator):
    send(client, administrator, "catalogue-create", "areas", data={"code": "safety", "name": " An  toàn", "order": 5})

    assert list(Area.objects.values_list("code", "name", "order")) == [("safety", "An toàn", 5)]


def test_a_row_with_a_code_that_is_taken_is_refused(client, administrator):
    make_area("safety")

    data = {"code": "safety", "name": "An toàn", "order": 5}

    assert wrong(send(client, administrator, "catalogue-create", "areas", data=data)) == ["code"]


def test_a_rank_that_figures_use_is_refused_beside_the_field(client, administrator, depot):
    make_report(depot, make_rounds()[1], {make_indicator("grade"): "good"})
    grade = Grade.objects.get(code="good")
    data = {"scale": grade.scale_id, "code": "good", "name": "Khá", "rank": 9}

    assert wrong(send(client, administrator, "catalogue-update", "grades", grade.pk, data=data)) == ["rank"]


def test_a_row_that_nobody_refers_to_is_deleted(client, administrator):
    area = make_area("safety")

    response = send(client, administrator, "catalogue-delete", "areas", area.pk, data={})

    assert response.url == reverse("emulation:catalogue-rows", args=["areas"])
    assert not Area.objects.exists()


def test_a_row_in_use_is_not_deleted(client, administrator):
    area = make_indicator().area

    response = send(client, administrator, "catalogue-delete", "areas", area.pk, data={})

    assert response.url == reverse("emulation:catalogue-update", args=["areas", area.pk])
    assert Area.objects.get() == area


def test_deleting_needs_a_post(client, administrator):
    assert page(client, administrator, "catalogue-delete", "areas", make_area().pk).status_code == 405


@pytest.mark.parametrize("number", [1, 3])
def test_rows_ask_a_constant_number_of_queries(client, django_assert_num_queries, administrator, number):
    for place in range(number):
        make_area(f"area{place}")
    make_grade_scale()
    client.force_login(administrator)

    with django_assert_num_queries(6):
        client.get(reverse("emulation:catalogue-list"))
    with django_assert_num_queries(6):
        client.get(reverse("emulation:catalogue-rows", args=["areas"]))
    with django_assert_num_queries(6):
        client.get(reverse("emulation:catalogue-rows", args=["grades"]))


# ── indicators ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["A1", "B1", "B2"]),
        ({"q": "huan luyen"}, ["A1"]),
        ({"q": "b"}, ["B1", "B2"]),
        ({"measure": "ratio"}, ["B2"]),
        ({"retired": "on"}, ["A1", "A2", "B1", "B2"]),
        ({"q": "nothing"}, []),
    ],
)
def test_the_list_is_filtered(client, staff, query, codes):
    make_indicator("count", "A1", name="Huấn luyện")
    make_indicator("count", "A2", retired=True)
    make_indicator("count", "B1")
    make_indicator("ratio", "B2")

    rows = page(client, staff, "indicator-list", **query).context["indicators"]

    assert [row.code for row in rows] == codes


def test_the_list_is_filtered_by_area(client, staff):
    make_indicator("count", "A1")
    make_indicator("count", "B1", area=make_area("safety"))

    rows = page(client, staff, "indicator-list", area=Area.objects.get(code="safety").pk).context["indicators"]

    assert [row.code for row in rows] == ["B1"]


@pytest.mark.parametrize("query", [{"area": "x"}, {"measure": "king"}])
def test_the_list_with_another_filter_is_not_found(client, staff, query):
    assert page(client, staff, "indicator-list", **query).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_and_page_ask_a_constant_number_of_queries(client, django_assert_num_queries, staff, region, number):
    checklist = make_indicator("checklist")
    for place in range(number):
        make_indicator(office=make_office(f"office{place}"), predecessor=checklist)
        make_campaign_indicator(make_campaign(region, year=2020 - place), checklist)
    client.force_login(staff)

    with django_assert_num_queries(7):
        client.get(reverse("emulation:indicator-list"))
    with django_assert_num_queries(11):
        client.get(reverse("emulation:indicator-detail", args=[checklist.pk]))


def new_indicator(**fields) -> dict:
    return {
        "code": "HL_QS", "name": "Quân số tham gia huấn luyện", "area": make_area().pk, "order": 1,
        "measure": "ratio",
        "scale": 100, "accrual": "flow", "direction": "higher", "comparator": ">=", "asked": "quarter",
        "decimals": 0, "shown_decimals": 1, "headline_share": 100, "certainty": "U",
    } | fields  # fmt: skip


def test_an_indicator_is_added(client, administrator):
    response = send(client, administrator, "indicator-create", data=new_indicator())

    indicator = Indicator.objects.get(code="HL_QS")
    assert response.url == indicator.get_absolute_url()
    assert (indicator.measure, indicator.scale, indicator.accrual) == ("ratio", 100, "flow")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"decimals": 4}, "decimals"),
        ({"headline_share": 0}, "headline_share"),
        ({"measure": "grade"}, "__all__"),
        ({"measure": "count", "accrual": "flow_over_stock"}, "__all__"),
    ],
)
def test_an_indicator_that_breaks_a_rule_is_refused(client, administrator, fields, field):
    assert wrong(send(client, administrator, "indicator-create", data=new_indicator(**fields))) == [field]


def test_a_new_definition_begins_as_a_copy_of_its_predecessor(client, administrator):
    earlier = make_indicator("ratio", "HL_QS", name="Tham gia huấn luyện")

    form = page(client, administrator, "indicator-create", predecessor=earlier.pk).context["form"]

    assert (form["name"].value(), form["code"].value(), form["predecessor"].value()) == (
        earlier.name,
        None,
        earlier.pk,
    )


def test_what_results_rest_on_is_refused_beside_the_field(client, administrator, depot):
    indicator = make_indicator("ratio", "HL_QS")
    make_report(depot, make_rounds()[1], {indicator: (9, 10)}, state=Report.State.APPROVED)

    response = send(client, administrator, "indicator-update", indicator.pk, data=new_indicator(scale=1))

    assert wrong(response) == ["scale"]
    assert Indicator.objects.get().scale == 100


def test_an_indicator_is_changed(client, administrator):
    indicator = make_indicator("ratio", "HL_QS")

    response = send(client, administrator, "indicator-update", indicator.pk, data=new_indicator(scale=1))

    assert response.url == indicator.get_absolute_url()
    assert Indicator.objects.get().scale == 1


# ── checklists ────────────────────────────────────────────────────────────


def test_a_version_of_a_checklist_is_added(client, administrator):
    indicator = make_indicator("checklist")
    data = {"since": 2021, "texts": "Tốt\r\n\r\n Bền \r\nAn toàn", "texts_en": "Good\r\n\r\nLong life"}

    response = send(client, administrator, "checklist-create", indicator.pk, data=data)

    assert response.url == indicator.get_absolute_url()
    items = ChecklistTemplate.objects.get(since=2021).items.values_list("text", "text_en")
    assert list(items) == [("Tốt", "Good"), ("Bền", "Long life"), ("An toàn", "")]


def test_a_version_is_changed_while_nobody_has_judged_it(client, administrator):
    template = make_indicator("checklist").templates.get()
    form = page(client, administrator, "checklist-update", template.pk).context["form"]
    assert form["texts"].value().splitlines() == [f"Objective {number}" for number in (1, 2, 3, 4)]

    send(client, administrator, "checklist-update", template.pk, data={"since": 2000, "texts": "Tốt"})

    assert [item.text for item in template.items.all()] == ["Tốt"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"since": 2000, "texts": "Tốt"}, "__all__"),
        ({"since": 2021, "texts": " "}, "texts"),
        ({"since": 2021, "texts": "x" * 201}, "texts"),
    ],
    ids=["year taken", "no item", "too long"],
)
def test_a_wrong_version_is_refused(client, administrator, data, field):
    indicator = make_indicator("checklist")

    assert wrong(send(client, administrator, "checklist-create", indicator.pk, data=data)) == [field]


def test_only_checklists_have_items(client, administrator):
    assert page(client, administrator, "checklist-create", make_indicator("count").pk).status_code == 404


# ── an empty catalogue ────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("administrator", "Load those that the application brings along, or add your own."),
        ("staff", "The administrator of the unit at the top fills it on this page."),
    ],
)
def test_an_empty_catalogue_says_so_and_what_to_do(request, client, who, words):
    user = request.getfixturevalue(who)
    user.language = "en"
    user.save()

    text = page(client, user, "indicator-list").content.decode()

    assert f"The catalogue has no indicators yet. {words}" in text
    assert "Change the filter" not in text


def test_an_empty_catalogue_is_filled_by_the_administrator_of_the_root(client, administrator):
    send(client, administrator, "catalogue-load", data={})

    assert (Indicator.objects.count(), len(page(client, administrator, "indicator-list").context["indicators"])) == (
        60, 60,
    )  # fmt: skip

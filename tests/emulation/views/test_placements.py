import json

import pytest
from django.urls import reverse

from emulation.models import CampaignIndicator
from tests.factories import (
    make_area,
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_registration,
    make_target,
    make_unit,
    make_unit_kind,
    make_user,
)
from tests.layers import built_once
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def movement(department, depot):
    return make_campaign(department, name="Phong trào năm 2020")


def url(name, *args):
    return reverse(f"emulation:{name}", args=args)


def test_campaign_indicator_create_places_it_with_its_range(client, movement, depot, planner):
    indicator = make_indicator()
    client.force_login(planner)
    data = {
        "indicator": indicator.pk, "kinds": [make_unit_kind("depot").pk], "asked": "half", "comparator": ">=",
        "points": "2,5", "range_min": "0", "range_max": "98,6", "order": "0", "is_main": "on",
    }  # fmt: skip

    client.post(url("campaign-indicator-create", movement.pk), data)

    row = CampaignIndicator.objects.get()
    assert (row.asked, str(row.points), str(row.range_max), row.is_main) == ("half", "2.50", "98.6", True)
    assert [kind.code for kind in row.kinds.all()] == ["depot"]


def test_campaign_indicator_takes_what_is_not_chosen_from_the_catalogue(client, movement, planner):
    indicator = make_indicator(comparator="<=", asked="year", direction="lower")
    client.force_login(planner)

    form = client.get(url("campaign-indicator-create", movement.pk)).context["form"]
    shown = [(form[name].value(), form.fields[name].choices[0][0]) for name in ("comparator", "asked")]
    client.post(url("campaign-indicator-create", movement.pk), {
        "indicator": indicator.pk, "comparator": "", "asked": "", "order": "0",
    })  # fmt: skip

    assert shown == [("", ""), ("", "")]
    assert CampaignIndicator.objects.values_list("comparator", "asked").get() == ("<=", "year")


def test_campaign_indicator_form_brings_the_catalogue_along_for_its_script(client, movement, planner):
    indicator = make_indicator(comparator="<=", asked="year")
    client.force_login(planner)

    page = client.get(url("campaign-indicator-create", movement.pk))

    attrs = page.context["form"].fields["indicator"].widget.attrs
    assert json.loads(attrs["data-defaults"]) == {str(indicator.pk): {"comparator": "<=", "asked": "year"}}
    assert "js/campaign-indicator.js" in page.content.decode()


def test_a_comparator_against_the_direction_is_confirmed_before_it_is_saved(client, movement, planner):
    indicator = make_indicator(comparator="<=", direction="lower")
    client.force_login(planner)
    data = {"indicator": indicator.pk, "comparator": ">=", "asked": "", "order": "0"}

    form = client.post(url("campaign-indicator-create", movement.pk), data).context["form"]
    before = CampaignIndicator.objects.count()
    client.post(url("campaign-indicator-create", movement.pk), data | {"despite": "on"})

    assert form.errors == {"comparator": [
        "Of this indicator lower is better, but with “≥” a higher figure counts as reached. "
        "Choose another comparator, or confirm that it is meant so."
    ]}  # fmt: skip
    assert ("despite" in form.fields, before) == (True, 0)
    assert CampaignIndicator.objects.get().comparator == ">="


@pytest.mark.parametrize(("comparator", "warned"), [(">=", True), ("<=", False)])
def test_a_stored_comparator_against_the_direction_is_told_on_page_and_form(
    client, movement, planner, comparator, warned
):
    row = make_campaign_indicator(movement, make_indicator(direction="lower"), comparator=comparator)
    client.force_login(planner)

    form = client.get(url("campaign-indicator-update", row.pk))
    page = client.get(movement.get_absolute_url()).content.decode()

    assert ("despite" in form.context["form"].fields, form.context["about"] is not None) == (
        warned, warned,
    )  # fmt: skip
    assert ("“≥”, although lower is better" in page) is warned


def test_a_changed_comparator_leads_to_the_agreed_targets_that_keep_the_old_one(
    client, movement, depot, commander, planner, reviewer
):
    row = make_campaign_indicator(movement, make_indicator(direction="lower"), comparator=">=")
    make_registration(depot, commander)
    target = make_target(depot, row, 2)
    address = url("campaign-indicator-comparators", row.pk)

    client.force_login(planner)
    saved = client.post(
        url("campaign-indicator-update", row.pk), {"asked": "quarter", "comparator": "<=", "order": 0}
    )
    told = client.get(address)
    campaign = client.get(movement.get_absolute_url()).content.decode()
    client.force_login(reviewer)
    asked = client.get(address)
    client.post(address, {"reason": "Sửa theo chiều của chỉ tiêu."})

    assert saved.url == address
    assert [(line.target, line.mine, line.judge.code) for line in told.context["lines"]] == [(target, False, "CKT")]
    assert f'href="{address}">1 agreed target with another comparator' in campaign
    assert [(line.agreed, line.mine) for line in asked.context["lines"]] == [("≥\N{NO-BREAK SPACE}2", True)]
    target.refresh_from_db()
    assert target.comparator == "<="


def test_a_changed_comparator_that_no_agreed_target_had_leads_back(client, movement, depot, planner):
    row = make_campaign_indicator(movement, make_indicator(direction="lower"), comparator=">=")
    make_target(depot, row, None, assigned=3)
    client.force_login(planner)

    saved = client.post(
        url("campaign-indicator-update", row.pk), {"asked": "quarter", "comparator": "<=", "order": 0}
    )

    assert saved.url == movement.get_absolute_url()


@pytest.mark.parametrize("count", [1, 3])
def test_targets_with_another_comparator_take_the_same_queries(
    client, django_assert_num_queries, movement, department, planner, count
):
    row = make_campaign_indicator(movement, make_indicator(), comparator=">=")
    for number in range(count):
        make_target(make_unit(department, f"T{number}"), row, 2, comparator="<=")
    client.force_login(planner)

    with django_assert_num_queries(8):
        client.get(url("campaign-indicator-comparators", row.pk))


@pytest.mark.parametrize("column", ["over_margin", "near_margin", "points"])
def test_campaign_indicator_margins_and_points_are_not_below_zero(client, movement, planner, column):
    row = make_campaign_indicator(movement, make_indicator())
    client.force_login(planner)

    page = client.post(url("campaign-indicator-update", row.pk), {"asked": "quarter", column: "-1"})

    assert column in page.context["form"].errors


def test_campaign_indicator_that_another_campaign_asks_is_refused_on_the_page(client, movement, depot, planner):
    row = make_campaign_indicator(movement, make_indicator())
    other = make_campaign(movement.launching_unit)
    client.force_login(planner)

    response = client.post(
        url("campaign-indicator-create", other.pk),
        {"indicator": row.indicator.pk, "asked": "quarter", "comparator": ">=", "order": "0"},
    )

    (message,) = response.context["form"].non_field_errors()
    assert message.startswith("“Phong trào năm 2020” already asks Unit CKT for")
    assert CampaignIndicator.objects.count() == 1


def test_campaign_indicator_update_keeps_the_indicator(client, movement, planner):
    row = make_campaign_indicator(movement, make_indicator(direction="lower"), range_max=50)
    client.force_login(planner)

    form = client.get(url("campaign-indicator-update", row.pk)).context["form"]
    client.post(
        url("campaign-indicator-update", row.pk), {"asked": "year", "comparator": "<=", "order": "3", "range_max": ""}
    )

    row.refresh_from_db()
    assert "indicator" not in form.fields
    assert (row.asked, row.comparator, row.order, row.range_max) == ("year", "<=", 3, None)


def test_campaign_indicator_delete_takes_it_away(client, movement, planner):
    row = make_campaign_indicator(movement, make_indicator())
    client.force_login(planner)

    client.post(url("campaign-indicator-delete", row.pk))

    assert CampaignIndicator.objects.count() == 0


def test_an_indicator_of_a_drive_is_not_asked_by_the_quarter(client, department, movement, planner):
    drive = make_drive(department, parent=movement)
    client.force_login(planner)
    page = url("campaign-indicator-create", drive.pk)

    assert "asked" not in client.get(page).context["form"].fields
    assert "asked" in client.get(url("campaign-indicator-create", movement.pk)).context["form"].fields
    client.post(page, {"indicator": make_indicator().pk, "comparator": ">=", "order": "0"})
    assert drive.indicators.count() == 1


# ── several at once ───────────────────────────────────────────────────────


def test_several_indicators_are_chosen_by_area_without_those_placed_or_no_longer_used(client, movement, planner):
    training, safety = make_area("training"), make_area("safety")
    one, two = make_indicator(area=training), make_indicator(area=safety)
    make_campaign_indicator(movement, make_indicator(area=safety))
    make_indicator(area=safety, retired=True)
    client.force_login(planner)

    groups = client.get(url("campaign-indicators-choose", movement.pk)).context["form"].groups()

    assert {area.code: rows for area, rows in groups} == {"training": [(one, False)], "safety": [(two, False)]}


def test_those_ticked_are_asked_as_the_catalogue_says(client, movement, planner):
    rows = [make_indicator(comparator="<=", direction="lower", asked="year"), make_indicator()]
    left = make_indicator()
    client.force_login(planner)

    done = client.post(url("campaign-indicators-choose", movement.pk), {
        "indicators": [row.pk for row in rows], "kinds": [make_unit_kind("depot").pk],
    })  # fmt: skip

    assert done.url == movement.get_absolute_url()
    placed = movement.indicators.order_by("indicator")
    assert [(row.indicator, row.comparator, row.asked) for row in placed] == [
        (rows[0], "<=", "year"), (rows[1], ">=", "quarter"),
    ]  # fmt: skip
    assert [[kind.code for kind in row.kinds.all()] for row in placed] == [["depot"], ["depot"]]
    assert not left.placements.exists()


@pytest.mark.parametrize("ticked", [[], ["0"], ["x"], ["9" * 40]])
def test_without_one_that_is_offered_nothing_is_added(client, movement, planner, ticked):
    make_indicator()
    client.force_login(planner)

    form = client.post(url("campaign-indicators-choose", movement.pk), {"indicators": ticked}).context["form"]

    assert (list(form.errors), CampaignIndicator.objects.count()) == (["indicators"], 0)


def test_what_cannot_be_added_is_told_and_the_ticks_stay(client, movement, department, planner):
    taken, free = make_indicator(name="Sáng kiến"), make_indicator()
    make_campaign_indicator(make_campaign(department, name="Khác"), taken)
    client.force_login(planner)

    page = client.post(url("campaign-indicators-choose", movement.pk), {"indicators": [taken.pk, free.pk]})

    assert page.context["form"].errors["indicators"] == [
        "Sáng kiến: “Khác” already asks Unit CKT for “Sáng kiến” in 2020."
    ]
    assert [row.indicator for row in CampaignIndicator.objects.all()] == [taken]
    assert page.content.decode().count(" checked") == 2


@pytest.mark.parametrize("count", [1, 3])
def test_choosing_takes_the_same_queries_for_every_number_of_indicators(
    client, django_assert_num_queries, movement, planner, count
):
    for _ in range(count):
        make_indicator()
    client.force_login(planner)

    with django_assert_num_queries(11):
        client.get(url("campaign-indicators-choose", movement.pk))


def test_a_closed_campaign_is_not_added_to(client, movement, planner):
    movement.state = "closed"
    movement.save()
    client.force_login(planner)

    assert client.get(url("campaign-indicators-choose", movement.pk)).url == movement.get_absolute_url()

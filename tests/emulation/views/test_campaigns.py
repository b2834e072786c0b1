from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Campaign, Document
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_document,
    make_indicator,
    make_rounds,
    make_unit_kind,
    make_user,
)
from tests.layers import built_once
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER), language="en")


@built_once
def movement(department, depot):
    return make_campaign(department, name="Phong trào năm 2020", theme="Dân chủ, kỷ cương")


def url(name, *args):
    return reverse(f"emulation:{name}", args=args)


def fields(campaign=None, **more):
    """A filled-in campaign form."""
    found = {
        "kind": make_campaign_kind("thematic").pk, "name": "Năm kỷ luật", "theme": "", "content": "",
        "starts": "01/02/2020", "ends": "30/11/2020", "units": [], "documents": [],
    }  # fmt: skip
    return found | more


def test_a_document_is_offered_once_however_many_campaigns_carry_it_out(client, movement, department, planner):
    document = make_document(department)
    for campaign in (movement, make_campaign(department), make_campaign(department)):
        campaign.documents.add(document)
    client.force_login(planner)
    page = client.get(url("campaign-update", movement.pk))
    assert list(page.context["form"].fields["documents"].queryset) == [document]


# ── reading ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("count", [1, 3])
def test_campaign_tree_takes_the_same_queries_for_every_number_of_campaigns(
    client, django_assert_num_queries, movement, department, staff, count
):
    for _ in range(count):
        campaign = make_campaign(department, starts=date(2020, 2, 1))
        make_campaign_indicator(campaign, make_indicator())
        campaign.documents.add(Document.objects.create(kind="plan", title="Kế hoạch"))
    client.force_login(staff)
    client.get(url("campaign-tree"))

    with django_assert_num_queries(10):
        response = client.get(url("campaign-tree"))

    assert response.context["tree"].campaigns == count + 1
    assert response.context["tree"].root.campaign == movement


@pytest.mark.parametrize("count", [1, 3])
def test_campaign_detail_takes_the_same_queries_for_every_number_of_indicators(
    client, django_assert_num_queries, movement, staff, count
):
    for _ in range(count):
        make_campaign_indicator(movement, make_indicator(), kinds=[make_unit_kind("depot")])
        make_campaign(movement.launching_unit)
    client.force_login(staff)

    with django_assert_num_queries(23):
        response = client.get(url("campaign-detail", movement.pk))

    assert response.context["page"].indicators == count


def test_campaign_tree_shows_the_newest_year_and_switches(client, movement, department, staff):
    make_campaign(department, year=2019)
    client.force_login(staff)

    assert client.get(url("campaign-tree")).context["tree"].year == 2020
    assert client.get(url("campaign-tree") + "?year=2019").context["tree"].year == 2019
    assert client.get(url("campaign-tree") + "?year=abc").status_code == 404


def test_campaign_tree_of_an_empty_year_says_what_comes_next(client, department, planner):
    client.force_login(planner)

    response = client.get(url("campaign-tree") + "?year=2021")

    assert "Begin with it, or open last year" in response.content.decode()
    assert url("campaign-create") + "?year=2021" in response.content.decode()


def test_a_campaign_of_another_branch_does_not_exist(client, movement, outsider):
    client.force_login(outsider)

    assert client.get(url("campaign-tree")).context["tree"].campaigns == 0
    for name in ("detail", "update", "delete", "launch", "advance", "copy"):
        assert client.get(url(f"campaign-{name}", movement.pk)).status_code == 404


def test_a_campaign_of_a_lone_superior_does_not_concern_units_below(client, movement, staff):
    movement.scopes.update(with_branch=False)
    client.force_login(staff)

    assert client.get(url("campaign-detail", movement.pk)).status_code == 404


def test_writing_is_forbidden_without_the_role(client, movement, staff, commander):
    row = make_campaign_indicator(movement, make_indicator())
    pages = [
        url("campaign-update", movement.pk), url("campaign-delete", movement.pk), url("campaign-launch", movement.pk),
        url("campaign-advance", movement.pk), url("campaign-copy", movement.pk),
        url("campaign-indicator-create", movement.pk), url("campaign-indicator-update", row.pk),
        url("campaign-indicator-delete", row.pk),
    ]  # fmt: skip
    for user in (staff, commander):
        client.force_login(user)
        for page in pages:
            assert client.get(page).status_code == 403, page
            assert client.post(page).status_code == 403, page


def test_campaign_detail_offers_each_role_its_actions(client, movement, planner, chief, staff):
    change, advance = url("campaign-update", movement.pk), url("campaign-advance", movement.pk)

    def offered(user):
        client.force_login(user)
        text = client.get(url("campaign-detail", movement.pk)).content.decode()
        return change in text, advance in text

    assert offered(planner) == (True, False)
    assert offered(chief) == (False, True)
    assert offered(staff) == (False, False)


# ── writing ───────────────────────────────────────────────────────────────


def test_campaign_create_saves_a_draft_with_a_new_document(client, movement, department, depot, planner):
    client.force_login(planner)

    response = client.post(
        url("campaign-create") + f"?parent={movement.pk}",
        fields(units=[str(depot.pk)]) | {"new-kind": "plan", "new-title": "Kế hoạch số 1", "new-issuer": "Cục"},
    )

    campaign = Campaign.objects.get(name="Năm kỷ luật")
    assert (response.status_code, response.url) == (302, campaign.get_absolute_url())
    assert (campaign.state, campaign.parent, campaign.year) == ("draft", movement, 2020)
    assert [scope.unit for scope in campaign.scopes.all()] == [depot]
    assert [document.title for document in campaign.documents.all()] == ["Kế hoạch số 1"]


def test_campaign_create_with_wrong_dates_keeps_what_was_typed_and_makes_no_document(client, movement, planner):
    client.force_login(planner)

    response = client.post(
        url("campaign-create") + f"?parent={movement.pk}",
        fields(ends="31/01/2021") | {"new-kind": "plan", "new-title": "Kế hoạch số 1"},
    )

    assert response.context["form"].errors["ends"] == ["The day lies between 01/01/2020 and 31/12/2020."]
    assert "Năm kỷ luật" in response.content.decode()
    assert Document.objects.count() == 0


def test_campaign_create_is_for_staff(client, chief):
    client.force_login(chief)

    assert client.get(url("campaign-create")).status_code == 403


def test_campaign_create_for_a_unit_of_others_does_not_exist(client, movement, elsewhere, planner):
    client.force_login(planner)

    assert client.get(url("campaign-create") + f"?unit={elsewhere.pk}").status_code == 404


def test_campaign_update_adds_a_unit_found_by_search_alone(client, movement, department, depot, planner):
    client.force_login(planner)
    campaign = make_campaign(department, starts=date(2020, 2, 1), ends=date(2020, 11, 30))

    client.post(
        url("campaign-update", campaign.pk),
        fields(units=[str(department.pk)], more=str(depot.pk), alone="on"),
    )

    assert dict(campaign.scopes.values_list("unit__code", "with_branch")) == {"CKT": True, "K1": False}
    page = client.get(url("campaign-update", campaign.pk))
    assert page.context["form"]["units"].value() == [str(department.pk), f"{depot.pk}-alone"]


def test_campaign_update_of_one_under_way_says_what_it_touches(client, movement, planner):
    make_campaign_indicator(movement, make_indicator(), kinds=[make_unit_kind("depot")])
    make_rounds()
    client.force_login(planner)

    response = client.get(url("campaign-update", movement.pk))

    assert response.context["note"].startswith("The campaign is under way: a change takes effect at once on 4 sheets")


def test_campaign_delete_asks_and_then_deletes_a_draft(client, movement, department, planner):
    draft = make_campaign(department, state="draft", launched_on=None)
    client.force_login(planner)

    assert client.get(url("campaign-delete", draft.pk)).status_code == 200
    response = client.post(url("campaign-delete", draft.pk))

    assert response.url == url("campaign-tree") + "?year=2020"
    assert not Campaign.objects.filter(pk=draft.pk).exists()


def test_campaign_delete_that_is_refused_says_why(client, movement, planner):
    client.force_login(planner)

    response = client.post(url("campaign-delete", movement.pk), follow=True)

    assert "is kept and cannot be deleted" in response.content.decode()


# ── its life ──────────────────────────────────────────────────────────────


def test_campaign_launch_by_the_commander(client, movement, department, chief):
    draft = make_campaign(department, state="draft", launched_on=None)
    client.force_login(chief)

    client.post(url("campaign-launch", draft.pk), {"on": "05/02/2020", "despite": "on"})

    draft.refresh_from_db()
    assert (draft.state, draft.launched_on) == ("launched", date(2020, 2, 5))


def test_campaign_launch_in_the_future_is_refused_beside_the_field(client, movement, department, chief, set_today):
    set_today(date(2020, 2, 1))
    draft = make_campaign(department, state="draft", launched_on=None)
    client.force_login(chief)

    response = client.post(url("campaign-launch", draft.pk), {"on": "05/02/2020", "despite": "on"})

    assert response.context["form"].errors == {"on": ["Record the launch on its day, not before."]}


def test_campaign_advance_offers_only_what_lies_ahead(client, movement, chief):
    Campaign.objects.filter(pk=movement.pk).update(state="preliminary")
    client.force_login(chief)

    form = client.get(url("campaign-advance", movement.pk)).context["form"]
    client.post(url("campaign-advance", movement.pk), {"state": "final"})

    assert [value for value, _words in form.fields["state"].choices] == ["final", "closed"]
    movement.refresh_from_db()
    assert movement.state == "final"


# ── a new year ────────────────────────────────────────────────────────────


def test_campaign_copy_shows_what_it_makes_and_makes_it(client, movement, planner):
    make_campaign_indicator(movement, make_indicator())
    client.force_login(planner)

    preview = client.get(url("campaign-copy", movement.pk))
    confirm = client.post(url("campaign-copy", movement.pk), {"year": "2021", "lower": "on"})
    assert (confirm.context["confirms"], Campaign.objects.filter(year=2021).count()) == (True, 0)
    assert [line.after for line in confirm.context["copy"].texts] == ["Phong trào năm 2021"]
    sent = {name: confirm.context["form"][name].value() or "" for name in ("year", "lower", "drives", "documents")}
    assert sent == {"year": "2021", "lower": True, "drives": "", "documents": ""}
    response = client.post(url("campaign-copy", movement.pk), sent | {"confirmed": "1"})

    assert (len(preview.context["copy"].campaigns), len(preview.context["copy"].indicators)) == (1, 1)
    assert response.url == url("campaign-tree") + "?year=2021"
    assert Campaign.objects.get(year=2021).name == "Phong trào năm 2021"


def test_campaign_copy_is_of_the_years_movement_only(client, movement, planner):
    below = make_campaign(movement.launching_unit)
    client.force_login(planner)

    assert client.get(url("campaign-copy", below.pk)).status_code == 404


def test_campaign_copy_into_a_taken_year_is_refused_beside_the_field(client, movement, planner):
    client.force_login(planner)

    response = client.post(url("campaign-copy", movement.pk), {"year": "2020"})

    assert response.context["form"].errors == {"year": ["The year 2020 already has its movement."]}


def test_organisation_beyond_every_row_is_one_that_is_not_offered(client, department):
    client.force_login(make_user("writer", (department, Role.STAFF)))
    form = client.post(reverse("emulation:campaign-create"), {"organisations": ["9" * 20]}).context["form"]
    assert len(form.errors["organisations"]) == 1


def test_launch_says_how_many_units_are_asked_for_figures(client, department, depot, workshop, chief):
    draft = make_campaign(department, state="draft", launched_on=None)
    for kind in (depot.kind, workshop.kind):  # of the three that take part, the department itself is asked nothing
        make_campaign_indicator(draft, make_indicator(), kinds=[kind])
    client.force_login(chief)
    page = client.get(url("campaign-launch", draft.pk))
    assert page.context["note"].startswith("From the launch on, 2 units are asked for 2 indicators")

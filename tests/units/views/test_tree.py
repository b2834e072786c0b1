"""Pages of the unit tree: who sees what, what the forms write, how much they ask."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories import make_membership, make_person, make_unit, make_unit_kind, make_user
from units.models import Role, Unit
from units.services import dissolve_unit, move_unit

TODAY = date(2020, 7, 20)
DECISION = {"effective": "01/07/2020", "decision": "12/QĐ", "reason": "Tổ chức lại"}


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(TODAY)


def page(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"units:{name}", args=args), query)


def send(client, user, name: str, *args, data: dict):
    client.force_login(user)
    return client.post(reverse(f"units:{name}", args=args), data)


def reload(unit: Unit) -> Unit:
    return Unit.objects.get(pk=unit.pk)


def wrong(response) -> list[str]:
    """The fields with errors of the form that came back."""
    assert response.status_code == 200
    return list(response.context["form"].errors)


# ── who ───────────────────────────────────────────────────────────────────

READ = ["unit-detail", "unit-branch"]
CHANGE = ["unit-update", "unit-rename"]
TAKE = ["unit-move", "unit-dissolve"]


@pytest.mark.parametrize("name", [*READ, *CHANGE, *TAKE])
@pytest.mark.parametrize("who", ["outsider", "staff"])
def test_units_beyond_reach_do_not_exist(request, client, department, workshop, who, name):
    user = request.getfixturevalue(who)

    assert page(client, user, name, workshop.pk).status_code == 404


@pytest.mark.parametrize("name", [*CHANGE, *TAKE])
@pytest.mark.parametrize("who", ["staff", "commander", "reviewer"])
def test_units_within_reach_are_changed_by_administrators_alone(request, client, depot, who, name):
    user = request.getfixturevalue(who)

    assert page(client, user, name, depot.pk).status_code == 403
    assert send(client, user, name, depot.pk, data=DECISION).status_code == 403


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "administrator"])
@pytest.mark.parametrize("name", READ)
def test_units_within_reach_are_read_by_everybody(request, client, depot, who, name):
    assert page(client, request.getfixturevalue(who), name, depot.pk).status_code == 200


@pytest.mark.parametrize("name", TAKE)
def test_the_top_of_an_administrators_branch_is_taken_by_the_superior_alone(client, department, name):
    local = make_user("", (department, Role.ADMINISTRATOR))

    assert page(client, local, name, department.pk).status_code == 403
    assert page(client, local, "unit-rename", department.pk).status_code == 200


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer"])
def test_only_administrators_create_units(request, client, who):
    assert page(client, request.getfixturevalue(who), "unit-create").status_code == 403


@pytest.mark.parametrize("name", ["unit-tree", "unit-create", "unit-options"])
def test_pages_need_a_login(client, name):
    response = client.get(reverse(f"units:{name}"))

    assert (response.status_code, response.url.partition("?")[0]) == (302, reverse("account_login"))


# ── the tree ──────────────────────────────────────────────────────────────


def codes(level) -> list:
    """Codes of a level; a unit that is unfolded is (code, its level)."""
    return [(node.unit.code, codes(node.below)) if node.below else node.unit.code for node in level.nodes]


def test_the_tree_begins_at_the_units_of_the_memberships(client, depot, workshop, elsewhere):
    user = make_user("", (depot, Role.STAFF), (elsewhere, Role.STAFF))

    assert codes(page(client, user, "unit-tree").context["level"]) == ["CHC", "K1"]


def test_the_tree_unfolds_few_subordinates_further(client, administrator, depot, workshop, elsewhere):
    make_unit(depot, "K1.1")

    assert codes(page(client, administrator, "unit-tree").context["level"]) == [
        ("QK", ["CHC", ("CKT", ["K1", "X1"])]),
    ]


def test_many_subordinates_stay_folded(client, administrator, region, depot):
    for number in range(5):
        make_unit(region, f"P{number}")

    assert codes(page(client, administrator, "unit-tree").context["level"]) == [
        ("QK", ["CKT", "P0", "P1", "P2", "P3", "P4"]),
    ]


def test_a_level_is_loaded_when_it_is_unfolded(client, reviewer, department, depot, workshop):
    make_unit(depot, "K1.1")

    level = page(client, reviewer, "unit-branch", department.pk).context["level"]

    assert [(node.unit.code, node.has_children) for node in level.nodes] == [("K1", True), ("X1", False)]


def test_dissolved_units_are_shown_on_request(client, administrator, reviewer, depot):
    dissolve_unit(depot, effective=date(2020, 7, 1), by=administrator, decision="1")

    assert codes(page(client, reviewer, "unit-tree").context["level"]) == ["CKT"]
    assert codes(page(client, reviewer, "unit-tree", dissolved="on").context["level"]) == [("CKT", ["K1"])]


def test_a_moved_unit_stands_under_its_new_superior_alone(
    client, administrator, reviewer, department, depot, elsewhere
):
    move_unit(depot, parent=elsewhere, effective=date(2020, 7, 1), by=administrator, decision="1")

    assert codes(page(client, administrator, "unit-tree").context["level"]) == [("QK", [("CHC", ["K1"]), "CKT"])]
    assert codes(page(client, reviewer, "unit-tree").context["level"]) == ["CKT"]


@pytest.mark.parametrize("text", ["kho dan", "ĐẠN", "k7"])
def test_search_is_blind_to_case_and_diacritics_and_names_the_superiors(client, reviewer, region, department, text):
    make_unit(department, "K7", name="Kho Đạn")

    (placed,) = page(client, reviewer, "unit-tree", q=text).context["found"]

    assert (placed.unit.code, placed.superiors) == ("K7", [region, department])


def test_search_does_not_find_what_lies_beyond_reach(client, reviewer, elsewhere):
    assert page(client, reviewer, "unit-tree", q="CHC").context["found"] == []


def test_search_with_a_text_of_any_length_finds_nothing(client, reviewer, depot):
    assert page(client, reviewer, "unit-tree", q="x" * 500).context["found"] == []


def test_search_finds_dissolved_units_on_request(client, administrator, reviewer, depot):
    dissolve_unit(depot, effective=date(2020, 7, 1), by=administrator, decision="1")

    assert page(client, reviewer, "unit-tree", q="k1").context["found"] == []
    assert len(page(client, reviewer, "unit-tree", q="k1", dissolved="on").context["found"]) == 1


def test_search_answers_htmx_with_the_part_alone(client, reviewer, depot):
    client.force_login(reviewer)

    response = client.get(reverse("units:unit-tree"), {"q": "k1"}, headers={"HX-Request": "true"})

    assert [template.name for template in response.templates][0] == "units/tree_body.html"


@pytest.mark.parametrize("number", [1, 3])
def test_the_tree_asks_a_constant_number_of_queries(client, django_assert_num_queries, administrator, region, number):
    for place in range(number):
        make_unit(make_unit(region, f"A{place}"), f"B{place}")
    client.force_login(administrator)

    with django_assert_num_queries(10):
        client.get(reverse("units:unit-tree"))
    with django_assert_num_queries(9):
        client.get(reverse("units:unit-tree"), {"q": "unit"})


# ── the page of a unit ────────────────────────────────────────────────────


def test_the_page_shows_people_to_administrators_alone(client, administrator, reviewer, staff, depot):
    assert [m.user for m in page(client, administrator, "unit-detail", depot.pk).context["memberships"]] == [staff]
    assert list(page(client, reviewer, "unit-detail", depot.pk).context["memberships"]) == []


def test_the_page_links_to_superiors_within_reach_alone(client, reviewer, department, depot):
    context = page(client, reviewer, "unit-detail", depot.pk).context

    assert [unit.code for unit in context["superiors"]] == ["QK", "CKT"]
    assert [label for label, _url in context["crumbs"][1:]] == ["Unit CKT", "Unit K1"]


def test_the_page_offers_no_changes_of_a_dissolved_unit(client, administrator, depot):
    dissolve_unit(depot, effective=date(2020, 7, 1), by=administrator, decision="1")

    assert (
        reverse("units:unit-rename", args=[depot.pk])
        not in page(client, administrator, "unit-detail", depot.pk).content.decode()
    )


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_a_constant_number_of_queries(
    client, django_assert_num_queries, administrator, department, depot, elsewhere, number
):
    for place in range(number):
        make_unit(depot)
        make_membership(make_user(), depot)
        target = elsewhere if place % 2 == 0 else department
        move_unit(depot, parent=target, effective=date(2020, 7, 1 + place), by=administrator, decision="1")
    client.force_login(administrator)

    with django_assert_num_queries(14):
        client.get(reverse("units:unit-detail", args=[depot.pk]))


# ── forms ─────────────────────────────────────────────────────────────────


def new_unit(superior: Unit, /, **fields) -> dict:
    kind = make_unit_kind("station").pk
    return {
        "parent": superior.pk, "code": "T1", "name": "Trạm T1", "kind": kind, "order": 0,
        "established": "01/07/2020", "decision": "12/QĐ",
    } | fields  # fmt: skip


def test_create_makes_a_unit_below_the_superior(client, administrator, department):
    response = send(client, administrator, "unit-create", data=new_unit(department))

    unit = Unit.objects.get(code="T1")
    assert response.url == unit.get_absolute_url()
    assert (unit.established, unit.path[:-6]) == (date(2020, 7, 1), department.path)
    assert (unit.changes.get().by, unit.changes.get().decision) == (administrator, "12/QĐ")


def test_create_proposes_the_superior_it_was_called_from(client, administrator, department):
    response = page(client, administrator, "unit-create", parent=department.pk)

    assert f'value="{department.pk}" checked' in response.content.decode()


@pytest.mark.parametrize("parent", ["abc", "999999", "²", "9" * 30])
def test_create_ignores_a_superior_that_does_not_exist(client, administrator, parent):
    assert page(client, administrator, "unit-create", parent=parent).status_code == 200


def test_create_finds_the_superior_by_what_was_typed(client, administrator, department):
    send(client, administrator, "unit-create", data=new_unit(department, parent="", parent_text="ckt"))

    assert Unit.objects.filter(code="T1").count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"code": "QK"}, "code"),
        ({"code": "qk"}, "code"),
        ({"code": "T 1"}, "code"),
        ({"code": "Т1"}, "code"),  # the letter is Cyrillic
        ({"code": "ｑｋ"}, "code"),  # there is a QK
        ({"name": ""}, "name"),
        ({"established": "21/07/2020"}, "established"),
        ({"established": "1/7/20"}, "established"),
        ({"established": "31/06/2020"}, "established"),
        ({"decision": ""}, "decision"),
        ({"parent": ""}, "parent"),
        ({"parent": "", "parent_text": "unit"}, "parent"),
        ({"parent": "", "parent_text": "nothing like it"}, "parent"),
        ({"parent": "x"}, "parent"),
    ],
)
def test_create_shows_what_is_wrong_beside_the_field(client, administrator, department, fields, field):
    assert wrong(send(client, administrator, "unit-create", data=new_unit(department, **fields))) == [field]
    assert not Unit.objects.filter(code="T1").exists()


def test_create_outside_the_administrators_branch_is_refused(client, department, elsewhere):
    local = make_user("", (department, Role.ADMINISTRATOR))

    assert wrong(send(client, local, "unit-create", data=new_unit(elsewhere))) == ["parent"]


def test_rename_writes_the_new_name(client, administrator, depot):
    response = send(client, administrator, "unit-rename", depot.pk, data=DECISION | {"name": "Kho Vật tư"})

    assert response.url == depot.get_absolute_url()
    assert reload(depot).name == "Kho Vật tư"
    assert depot.changes.get(kind="renamed").reason == "Tổ chức lại"


def test_rename_without_a_decision_is_refused(client, administrator, depot):
    data = DECISION | {"name": "Kho Vật tư", "decision": ""}

    assert wrong(send(client, administrator, "unit-rename", depot.pk, data=data)) == ["decision"]


def test_move_puts_the_unit_under_the_new_superior(client, administrator, depot, elsewhere):
    response = send(client, administrator, "unit-move", depot.pk, data=DECISION | {"parent": elsewhere.pk})

    assert response.url == depot.get_absolute_url()
    assert reload(depot).path.startswith(elsewhere.path)


def test_move_below_itself_is_refused_beside_the_field(client, administrator, department, depot):
    response = send(client, administrator, "unit-move", department.pk, data=DECISION | {"parent": depot.pk})

    assert wrong(response) == ["parent"]


def test_move_out_of_the_administrators_branch_is_refused(client, department, depot, elsewhere):
    local = make_user("", (department, Role.ADMINISTRATOR))

    assert wrong(send(client, local, "unit-move", depot.pk, data=DECISION | {"parent": elsewhere.pk})) == ["parent"]
    assert reload(depot).path.startswith(department.path)


CONFIRMED = DECISION | {"foreseen": "2020-07-01", "confirmed": "on"}


@pytest.mark.parametrize("name", ["unit-dissolve", "unit-rename", "unit-move"])
def test_day_to_come_is_refused_before_anything_else_is_asked(client, administrator, depot, elsewhere, name):
    """What a dissolution means is neither shown of that day nor to be confirmed."""
    typed = DECISION | {"effective": "21/07/2020", "name": "Kho Vật tư", "parent": elsewhere.pk}
    for confirmed in ({}, {"foreseen": "2020-07-21", "confirmed": "on"}):
        response = send(client, administrator, name, depot.pk, data=typed | confirmed)
        assert wrong(response) == ["effective"]
        assert ("about" in response.context and response.context["about"], "confirmed" in response.text) == (
            None,
            False,
        )
    assert not depot.changes.exclude(kind="created").exists()


def test_dissolve_ends_the_unit(client, administrator, depot):
    send(client, administrator, "unit-dissolve", depot.pk, data=CONFIRMED)

    assert reload(depot).dissolved == date(2020, 7, 1)


@pytest.mark.parametrize("data", [{"foreseen": ""}, {"foreseen": "2020-07-20"}, {"confirmed": ""}])
def test_dissolve_is_confirmed_by_who_has_read_what_it_means_on_that_very_day(client, administrator, depot, data):
    response = send(client, administrator, "unit-dissolve", depot.pk, data=CONFIRMED | data)

    assert wrong(response) == ["confirmed"]
    assert 'name="foreseen" value="2020-07-01"' in response.content.decode()
    assert "checked" not in response.content.decode()
    assert reload(depot).dissolved is None


def test_dissolve_shows_roles_and_people_before(client, administrator, staff, depot):
    make_person(depot)

    context = page(client, administrator, "unit-dissolve", depot.pk).context

    assert [row.about for row in context["about"]["rows"]] == [
        "Phiếu",
        "Vai trò của người dùng",
        "Người đang công tác",
    ]
    assert str(staff) in context["about"]["rows"][1].words
    assert context["about"]["rows"][2].words.startswith("Còn 1 người")
    assert "keep_roles" not in context["form"].fields


def test_the_page_of_a_dissolved_unit_says_who_is_still_to_be_posted_elsewhere(client, administrator, depot):
    make_person(depot)
    send(client, administrator, "unit-dissolve", depot.pk, data=CONFIRMED)

    response = page(client, administrator, "unit-detail", depot.pk)

    assert (response.context["left"].people, response.context["left"].roles) == (1, 0)
    assert "còn 1 người công tác tại đây" in response.content.decode()


def test_dissolve_with_subordinates_is_refused_in_the_summary(client, administrator, department, depot):
    assert wrong(send(client, administrator, "unit-dissolve", department.pk, data=CONFIRMED)) == ["__all__"]


# ── taking back ───────────────────────────────────────────────────────────

WHY = {"reason": "Ghi nhầm đơn vị khi nhập quyết định."}


def test_a_mistaken_change_is_taken_back_from_the_history_and_stays_there(client, administrator, depot):
    send(client, administrator, "unit-dissolve", depot.pk, data=CONFIRMED)
    change = depot.changes.get(kind="dissolved")
    address = reverse("units:change-undo", args=[change.pk])
    assert address in page(client, administrator, "unit-detail", depot.pk).content.decode()

    send(client, administrator, "change-undo", change.pk, data=WHY)

    content = page(client, administrator, "unit-detail", depot.pk).content.decode()
    assert (reload(depot).dissolved, WHY["reason"] in content, address in content) == (None, True, False)


def test_a_change_is_taken_back_with_a_reason_alone(client, administrator, depot):
    send(client, administrator, "unit-dissolve", depot.pk, data=CONFIRMED)

    change = depot.changes.get(kind="dissolved")
    response = send(client, administrator, "change-undo", change.pk, data={"reason": "nhầm"})

    assert wrong(response) == ["reason"]


def test_a_move_is_taken_back_by_who_administers_both_superiors(client, administrator, depot, department, elsewhere):
    move_unit(depot, parent=elsewhere, effective=date(2020, 7, 1), by=administrator, decision="1")
    there, both = make_user("", (elsewhere, Role.ADMINISTRATOR)), administrator
    change = depot.changes.get(kind="moved")

    assert send(client, there, "change-undo", change.pk, data=WHY).status_code == 403
    assert send(client, both, "change-undo", change.pk, data=WHY).url == depot.get_absolute_url()


@pytest.mark.parametrize("who", ["staff", "commander", "outsider"])
def test_nobody_else_takes_a_change_back(request, client, administrator, depot, who):
    user = request.getfixturevalue(who)
    send(client, administrator, "unit-dissolve", depot.pk, data=CONFIRMED | {"keep_roles": "on"})

    expected = 404 if who == "outsider" else 403
    assert send(client, user, "change-undo", depot.changes.get(kind="dissolved").pk, data=WHY).status_code == expected


def test_update_corrects_kind_order_and_short_name(client, administrator, depot):
    kind = make_unit_kind("workshop")

    send(client, administrator, "unit-update", depot.pk, data={"kind": kind.pk, "short_name": "X", "order": 7})

    assert (reload(depot).kind, reload(depot).short_name, reload(depot).order) == (kind, "X", 7)


@pytest.mark.parametrize("name", [*CHANGE, *TAKE])
def test_reading_a_form_changes_nothing(client, administrator, depot, name):
    before = list(Unit.objects.values())

    page(client, administrator, name, depot.pk, **DECISION)

    assert list(Unit.objects.values()) == before


# ── the search inside a unit field ────────────────────────────────────────


def found(response) -> set[str]:
    return {placed.unit.code for placed in response.context["units"]}


def test_options_for_administrators_are_those_of_their_branch(client, department, depot, elsewhere):
    user = make_user("", (department, Role.ADMINISTRATOR), (elsewhere, Role.STAFF))
    query = {"field": "parent", "parent_text": "unit"}

    assert found(page(client, user, "unit-options", scope="administered", **query)) == {"CKT", "K1"}
    assert found(page(client, user, "unit-options", scope="reach", **query)) == {"CKT", "K1", "CHC"}


def test_options_of_administrators_need_the_role(client, staff):
    assert page(client, staff, "unit-options", scope="administered", field="parent").status_code == 403


@pytest.mark.parametrize("query", [{}, {"field": "parent", "scope": "all"}, {"field": '"><b>', "scope": "reach"}])
def test_options_with_another_query_do_not_exist(client, staff, query):
    assert page(client, staff, "unit-options", **query).status_code == 404


def test_options_leave_dissolved_units_out(client, administrator, depot):
    dissolve_unit(depot, effective=date(2020, 7, 1), by=administrator, decision="1")

    response = page(client, administrator, "unit-options", scope="administered", field="parent", parent_text="k1")

    assert found(response) == set()

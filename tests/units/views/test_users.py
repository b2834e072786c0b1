"""Pages of users and memberships."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories import PASSWORD, make_membership, make_office, make_user
from tests.layers import built_once
from units.models import Membership, Role, User

TODAY = date(2020, 7, 20)
FIRST = "azyk-vw4w-afgb"


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(TODAY)


@built_once
def local(department):
    """An administrator below the root."""
    return make_user("local", (department, Role.ADMINISTRATOR))


def page(client, user, name: str, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"units:{name}", args=args), query)


def send(client, user, name: str, *args, data: dict):
    client.force_login(user)
    return client.post(reverse(f"units:{name}", args=args), data)


def wrong(response) -> list[str]:
    """The fields with errors of the form that came back."""
    assert response.status_code == 200
    return list(response.context["form"].errors)


# ── who ───────────────────────────────────────────────────────────────────

OF_A_USER = ["user-detail", "user-update", "user-password", "membership-create"]


@pytest.mark.parametrize("who", ["staff", "commander", "reviewer", "outsider"])
def test_users_are_for_administrators_alone(request, client, administrator, staff, who):
    user = request.getfixturevalue(who)

    for name in ["user-list", "user-create"]:
        assert page(client, user, name).status_code == 403
    for name in OF_A_USER:
        assert page(client, user, name, user.pk).status_code == 403
    assert page(client, user, "membership-end", staff.memberships.get().pk).status_code == 403


def test_users_of_another_branch_do_not_exist(client, local, outsider):
    for name in OF_A_USER:
        assert page(client, local, name, outsider.pk).status_code == 404
    assert page(client, local, "membership-end", outsider.memberships.first().pk).status_code == 404


def test_administrators_reach_the_users_of_their_branch(client, local, staff):
    for name in OF_A_USER:
        assert page(client, local, name, staff.pk).status_code == 200
    assert page(client, local, "membership-end", staff.memberships.get().pk).status_code == 200


# ── list and page ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("query", "usernames"),
    [
        ({}, ["local", "reviewer", "staff"]),
        ({"q": "STAFF"}, ["staff"]),
        ({"unit": "k1"}, ["staff"]),
        ({"unit": "CKT"}, ["local", "reviewer", "staff"]),
        ({"unit": "unit k1"}, ["staff"]),
        ({"role": "reviewer"}, ["reviewer"]),
        ({"unit": "K1", "role": "reviewer"}, []),
        ({"active": "no"}, []),
        ({"active": "yes", "q": "nguyen van local"}, ["local"]),
    ],
)
def test_the_list_shows_the_branch_and_filters_it(client, local, reviewer, staff, outsider, query, usernames):
    rows = page(client, local, "user-list", **query).context["page"]

    assert sorted(user.username for user in rows) == usernames


def test_the_list_with_a_role_that_does_not_exist_is_not_found(client, local):
    assert page(client, local, "user-list", role="king").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_list_and_page_ask_a_constant_number_of_queries(client, django_assert_num_queries, local, depot, number):
    for _place in range(number):
        user = make_user("", (depot, Role.STAFF), (depot, Role.COMMANDER))
    for day in range(number):
        make_membership(user, depot, Role.REVIEWER, until=date(2010, 1, 1 + day))
    client.force_login(local)

    with django_assert_num_queries(8):
        client.get(reverse("units:user-list"))
    with django_assert_num_queries(8):
        client.get(reverse("units:user-detail", args=[user.pk]))


def test_the_page_shows_the_memberships_of_the_branch_alone(client, local, depot, elsewhere):
    both = make_user("", (depot, Role.STAFF), (elsewhere, Role.STAFF))

    context = page(client, local, "user-detail", both.pk).context

    assert [m.unit.code for m in context["memberships"]] == ["K1"]
    assert context["manages"] is False


# ── create, update, password ──────────────────────────────────────────────


def new_user(place, /, **fields) -> dict:
    return {
        "username": "an", "full_name": "Lê Văn An", "password": FIRST, "unit": place.pk, "role": "staff",
        "since": "20/07/2020",
    } | fields  # fmt: skip


def test_create_makes_a_user_who_has_to_change_the_first_password(client, local, depot):
    response = send(client, local, "user-create", data=new_user(depot))

    user = User.objects.get(username="an")
    assert response.url == user.get_absolute_url()
    assert [(m.unit, m.role, m.since) for m in user.memberships.all()] == [(depot, "staff", TODAY)]
    client.logout()
    client.post(reverse("account_login"), {"login": "an", "password": FIRST})
    assert client.get(reverse("units:unit-tree")).url == reverse("account_change_password")


def test_create_proposes_a_password_that_may_be_used(client, local, depot):
    form = page(client, local, "user-create", unit=depot.pk).context["form"]

    data = new_user(depot, password=form["password"].value())

    assert send(client, local, "user-create", data=data).status_code == 302
    assert form["password"].value() != page(client, local, "user-create").context["form"]["password"].value()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "local"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "аn"}, "username"),  # the first letter is Cyrillic
        ({"full_name": ""}, "full_name"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "le van an"}, "password"),
        ({"role": ""}, "role"),
        ({"role": "king"}, "role"),
        ({"since": "2020"}, "since"),
        ({"unit": ""}, "unit"),
    ],
)
def test_create_shows_what_is_wrong_beside_the_field(client, local, depot, fields, field):
    assert wrong(send(client, local, "user-create", data=new_user(depot, **fields))) == [field]
    assert not User.objects.filter(username="an").exists()


def test_create_in_a_unit_of_another_branch_is_refused(client, local, elsewhere):
    assert wrong(send(client, local, "user-create", data=new_user(elsewhere))) == ["unit"]


def test_create_of_a_staff_officer_for_an_office_is_refused(client, local, depot):
    assert wrong(send(client, local, "user-create", data=new_user(depot, office=make_office().pk))) == ["office"]


def test_update_changes_the_name(client, local, staff):
    send(client, local, "user-update", staff.pk, data={"full_name": "Trần  Thị Dung", "is_active": "on"})

    assert User.objects.get(pk=staff.pk).full_name == "Trần Thị Dung"


def test_update_locks_a_user_out_at_once(client, local, staff):
    send(client, local, "user-update", staff.pk, data={"full_name": "Trần Thị Dung"})

    assert not User.objects.get(pk=staff.pk).is_active
    client.logout()
    client.post(reverse("account_login"), {"login": "staff", "password": PASSWORD})
    assert client.get(reverse("units:unit-tree")).status_code == 302


def test_update_of_somebody_with_a_role_higher_up_is_refused(client, local, administrator, department):
    make_membership(administrator, department, Role.REVIEWER)

    assert wrong(send(client, local, "user-update", administrator.pk, data={"full_name": "X"})) == ["__all__"]
    assert User.objects.get(pk=administrator.pk).is_active


def test_password_gives_a_new_first_password(client, local, staff):
    send(client, local, "user-password", staff.pk, data={"password": FIRST})

    staff = User.objects.get(pk=staff.pk)
    assert (staff.check_password(FIRST), staff.must_change_password) == (True, True)


def test_password_of_somebody_with_a_role_higher_up_is_refused(client, local, administrator, department):
    make_membership(administrator, department, Role.REVIEWER)

    assert wrong(send(client, local, "user-password", administrator.pk, data={"password": FIRST})) == ["__all__"]
    assert User.objects.get(pk=administrator.pk).check_password(PASSWORD)


def test_password_like_the_user_name_is_refused(client, local, depot):
    user = make_user("nguyen.van.kho", (depot, Role.STAFF))

    assert wrong(send(client, local, "user-password", user.pk, data={"password": "nguyen.van.kho"})) == ["password"]


# ── memberships ───────────────────────────────────────────────────────────


def test_a_role_is_given_in_a_unit_of_the_branch(client, local, staff, department):
    office = make_office()
    data = {
        "unit": department.pk,
        "role": "reviewer",
        "office": office.pk,
        "since": "01/08/2020",
        "until": "31/12/2020",
    }

    send(client, local, "membership-create", staff.pk, data=data)

    membership = staff.memberships.get(role="reviewer")
    assert (membership.unit, membership.office) == (department, office)
    assert (membership.since, membership.until) == (date(2020, 8, 1), date(2020, 12, 31))


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"role": "staff"}, "__all__"), ({"until": "19/07/2020"}, "__all__"), ({"until": "x"}, "until")],
    ids=["twice", "ends before it begins", "no date"],
)
def test_a_role_that_breaks_a_rule_is_refused(client, local, staff, depot, fields, field):
    data = {"unit": depot.pk, "role": "commander", "since": "20/07/2020"} | fields

    assert wrong(send(client, local, "membership-create", staff.pk, data=data)) == [field]
    assert staff.memberships.count() == 1


def test_no_role_is_given_outside_the_branch(client, local, staff, region):
    data = {"unit": region.pk, "role": "administrator", "since": "20/07/2020"}

    assert wrong(send(client, local, "membership-create", staff.pk, data=data)) == ["unit"]


def test_a_role_is_ended_on_its_last_day(client, local, staff):
    membership = staff.memberships.get()

    response = send(client, local, "membership-end", membership.pk, data={"until": "31/07/2020"})

    assert response.url == staff.get_absolute_url()
    assert Membership.objects.get(pk=membership.pk).until == date(2020, 7, 31)


def test_end_of_a_role_given_today_is_offered_for_yesterday_and_shown_as_withdrawn(client, local, staff, depot):
    membership = make_membership(staff, depot, Role.COMMANDER, since=TODAY)
    context = page(client, local, "membership-end", membership.pk).context
    offered = context["form"]["until"].value()
    assert "thu hồi" in context["note"]

    send(client, local, "membership-end", membership.pk, data={"until": offered.strftime("%d/%m/%Y")})

    assert "thu hồi, chưa từng có hiệu lực" in page(client, local, "user-detail", staff.pk).content.decode()


def test_a_role_that_has_ended_is_given_anew_not_ended_again(client, local, staff):
    membership = staff.memberships.get()
    Membership.objects.filter(pk=membership.pk).update(until=date(2020, 7, 1))

    assert page(client, local, "membership-end", membership.pk)["Location"] == staff.get_absolute_url()
    response = send(client, local, "membership-end", membership.pk, data={"until": "31/12/2030"})
    assert (wrong(response), "Vai trò này đã kết thúc ngày 01/07/2020" in response.text) == (["until"], True)
    assert staff.memberships.get().until == date(2020, 7, 1)


def test_the_last_administrator_of_the_root_stays(client, administrator):
    membership = administrator.memberships.get()

    assert wrong(send(client, administrator, "membership-end", membership.pk, data={"until": "31/07/2020"})) == [
        "until"
    ]
    assert Membership.objects.get(pk=membership.pk).until is None


@pytest.mark.parametrize("name", ["STAFF", "Staff", "ｓｔａｆｆ"])
def test_user_name_in_other_letters_is_refused_at_its_field(client, administrator, staff, depot, name):
    data = {
        "full_name": "Lê An", "username": name, "password": FIRST, "unit": depot.pk, "role": "staff",
        "since": "01/07/2020",
    }  # fmt: skip
    assert wrong(send(client, administrator, "user-create", data=data)) == ["username"]


def test_user_name_in_full_width_letters_is_kept_in_usual_ones(client, administrator, depot):
    assert send(client, administrator, "user-create", data=new_user(depot, username="ａn１")).status_code == 302
    assert User.objects.get(username="an1").check_password(FIRST)


@pytest.mark.parametrize("name", ["staff", "STAFF", " Staff ", "ｓｔａｆｆ"])
def test_login_does_not_mind_capitals(client, staff, name):
    assert client.post("/login/", {"login": name, "password": PASSWORD}).status_code == 302
    assert client.session["_auth_user_id"] == str(staff.pk)


def test_wrong_attempts_count_together_however_the_name_is_written(client, staff):
    names = ["staff", "STAFF", "Staff", "ｓｔａｆｆ", "stafF"]
    codes = [client.post("/login/", {"login": name, "password": "x"}).status_code for name in names]
    last = client.post("/login/", {"login": "sTaff", "password": PASSWORD})
    assert (codes, last.status_code) == ([200] * 5, 200)

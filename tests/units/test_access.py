"""Who reads and writes what; one rule of the design a test."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import make_membership, make_office, make_unit, make_user, root_administrator
from tests.layers import built_once
from units import access
from units.models import Role, Unit, User
from units.services import move_unit


@built_once
def store(depot):
    """A unit below the depot."""
    return make_unit(depot, "K1.1")


@pytest.mark.parametrize("role", [Role.STAFF, Role.COMMANDER, Role.REVIEWER])
def test_reading_reaches_the_whole_branch_and_neither_beside_nor_above(
    role, region, department, depot, store, workshop
):
    user = make_user("", (depot, role))

    readable = {unit for unit in (region, department, depot, store, workshop) if access.can_read_figures(user, unit)}

    assert readable == {depot, store}
    assert set(Unit.objects.filter(access.figures_q(user))) == {depot, store}


def test_an_administrator_reads_no_figures(administrator, depot):
    assert not access.can_read_figures(administrator, depot)
    assert not Unit.objects.filter(access.figures_q(administrator)).exists()


def test_units_are_visible_in_the_branches_of_all_memberships(depot, store, workshop, elsewhere):
    user = make_user("", (depot, Role.STAFF), (elsewhere, Role.ADMINISTRATOR))

    assert set(Unit.objects.visible_to(user)) == {depot, store, elsewhere}


def test_a_user_without_memberships_sees_no_unit(region):
    assert not Unit.objects.visible_to(make_user()).exists()


@pytest.mark.parametrize(
    "fields",
    [{"since": date(2020, 7, 21)}, {"until": date(2020, 7, 19)}],
    ids=["not yet", "no longer"],
)
def test_a_membership_counts_from_its_first_to_its_last_day(set_today, depot, fields):
    set_today(date(2020, 7, 20))
    user = make_user()
    make_membership(user, depot, Role.STAFF, **fields)

    assert not access.works_at(user, depot, Role.STAFF)


def test_a_membership_counts_on_its_first_and_last_day(set_today, depot):
    set_today(date(2020, 7, 20))
    user = make_user()
    make_membership(user, depot, Role.STAFF, since=date(2020, 7, 20), until=date(2020, 7, 20))

    assert access.works_at(user, depot, Role.STAFF)


def test_writing_is_for_the_very_unit(staff, department, depot, store):
    assert [access.works_at(staff, unit, Role.STAFF) for unit in (department, depot, store)] == [False, True, False]


def test_writing_follows_the_unit_not_the_branch_after_a_move(set_today, staff, reviewer, depot, elsewhere):
    set_today(date(2020, 7, 20))
    reviewer_elsewhere = make_user("", (elsewhere, Role.REVIEWER))

    move_unit(depot, parent=elsewhere, effective=date(2020, 7, 1), by=root_administrator(), decision="1/QĐ")
    depot = Unit.objects.get(pk=depot.pk)

    assert access.works_at(staff, depot, Role.STAFF)
    assert not access.reviews(reviewer, depot)
    assert access.reviews(reviewer_elsewhere, depot)


def test_sheets_belong_to_the_reviewers_of_the_nearest_unit_above(reviewer, region, department, depot, store):
    top = make_user("", (region, Role.REVIEWER))
    near = make_user("", (depot, Role.REVIEWER))

    responsible = {
        unit.code: [user.username for user in (top, reviewer, near) if access.reviews(user, unit)]
        for unit in (region, department, depot, store)
    }

    assert responsible == {
        "QK": [top.username],
        "CKT": [top.username],
        "K1": [reviewer.username],
        "K1.1": [near.username],
    }


def test_where_nobody_near_reviews_those_further_up_do(region, department, depot):
    top = make_user("", (region, Role.REVIEWER))

    assert access.reviewing_units([depot]) == {depot.pk: region.pk}
    assert access.reviews(top, depot)


def test_a_reviewer_limited_to_an_office_is_not_the_nearest(region, department, depot):
    top = make_user("", (region, Role.REVIEWER))
    limited = make_user()
    make_membership(limited, department, Role.REVIEWER, office=make_office())

    assert access.reviews(top, depot)
    assert not access.reviews(limited, depot)


def test_nobody_reviews_where_there_is_no_reviewer(region, depot):
    assert access.reviewing_units([region, depot]) == {region.pk: None, depot.pk: None}


def test_a_locked_reviewer_is_not_active(reviewer, department, depot):
    User.objects.filter(pk=reviewer.pk).update(is_active=False)

    assert access.reviewing_units([depot]) == {depot.pk: None}


def test_reviewing_units_asks_once_for_any_number(django_assert_num_queries, reviewer, depot, workshop):
    with django_assert_num_queries(1):
        access.reviewing_units([depot, workshop])


def test_reviews_q_lists_what_reviews_says(reviewer, region, department, depot, store, workshop, elsewhere):
    make_user("", (depot, Role.REVIEWER))
    user = make_user("", (region, Role.REVIEWER), (department, Role.REVIEWER))

    listed = set(Unit.objects.filter(access.reviews_q(user)))

    assert listed == {unit for unit in Unit.objects.all() if access.reviews(user, unit)}
    assert listed == {region, department, depot, workshop, elsewhere}


@pytest.mark.parametrize(("at", "expected"), [("department", True), ("region", False), ("depot", False)])
def test_staff_of_the_direct_superior_assign_targets(request, at, expected, depot):
    user = make_user("", (request.getfixturevalue(at), Role.STAFF))

    assert access.is_superior_staff(user, depot) is expected


def test_at_the_root_the_roots_own_staff_assign(region):
    assert access.is_superior_staff(make_user("", (region, Role.STAFF)), region)


def test_administrators_change_their_branch(department, depot, elsewhere, region):
    user = make_user("", (department, Role.ADMINISTRATOR))

    assert [access.administers(user, unit) for unit in (region, department, depot, elsewhere)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not access.administers_root(user)


def test_a_unit_is_taken_from_its_place_by_those_who_administer_its_superior(region, department, depot):
    user = make_user("", (department, Role.ADMINISTRATOR))

    assert [access.administers_superior(user, unit) for unit in (department, depot)] == [False, True]


def test_an_account_with_a_role_outside_the_branch_is_not_managed(department, depot, elsewhere):
    user = make_user("", (department, Role.ADMINISTRATOR))
    inside = make_user("", (depot, Role.COMMANDER))
    both = make_user("", (depot, Role.STAFF), (elsewhere, Role.STAFF))

    assert access.manages(user, inside)
    assert not access.manages(user, both)


def test_a_role_that_will_begin_outside_the_branch_counts_too(set_today, department, depot, elsewhere):
    set_today(date(2020, 7, 20))
    user = make_user("", (department, Role.ADMINISTRATOR))
    former = make_user("", (depot, Role.STAFF))
    make_membership(former, elsewhere, Role.STAFF, until=date(2020, 6, 30))
    coming = make_user("", (depot, Role.STAFF))
    make_membership(coming, elsewhere, Role.STAFF, since=date(2020, 8, 1))

    assert access.manages(user, former)
    assert not access.manages(user, coming)


def test_require_answers_403():
    with pytest.raises(PermissionDenied):
        access.require(False)


# ── people ────────────────────────────────────────────────────────────────


def test_staff_keep_the_people_of_their_branch(
    staff, commander, reviewer, administrator, outsider, depot, department
):
    planner = make_user("", (department, Role.STAFF))

    keep = [
        u for u in (staff, planner, commander, reviewer, administrator, outsider) if access.keeps_people(u, depot)
    ]

    assert keep == [staff, planner]
    assert not access.keeps_people(staff, department)


def test_discipline_is_seen_by_who_judges_and_by_the_two_nearest_staffs(
    staff, commander, reviewer, administrator, outsider, depot, department, region
):
    planner, far = make_user("planner", (department, Role.STAFF)), make_user("far", (region, Role.STAFF))
    chief, limited = make_user("chief", (region, Role.COMMANDER)), make_user("limited")
    make_membership(limited, department, Role.REVIEWER, office=make_office())
    everybody = (staff, commander, reviewer, administrator, outsider, planner, far, chief, limited)

    seen = {user.username for user in everybody if access.sees_discipline(user, depot)}

    assert seen == {"staff", "commander", "reviewer", "planner", "chief"}

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError

from tests.factories import make_membership, make_office, make_user
from tests.layers import built_once
from units.errors import Refused
from units.models import Membership, Role, User
from units.services import (
    add_membership,
    dissolve_unit,
    end_membership,
    engage_user,
    set_first_password,
    update_user,
)

TODAY = date(2020, 7, 20)


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(TODAY)


@built_once
def local(department):
    """An administrator below the root."""
    return make_user("local", (department, Role.ADMINISTRATOR))


def refused(service, *args, **fields) -> str | None:
    """The field that the refusal names."""
    with pytest.raises(Refused) as caught:
        service(*args, **fields)
    return caught.value.field


def test_engage_user_gives_a_first_password_and_a_first_role(local, depot):
    user = engage_user(
        username="an",
        full_name="Lê  Văn An",
        password="azyk-vw4w-afgb",
        unit=depot,
        role=Role.STAFF,
        since=TODAY,
        by=local,
    )

    assert (user.full_name, user.must_change_password) == ("Lê Văn An", True)
    assert user.check_password("azyk-vw4w-afgb")
    assert list(user.memberships.values_list("unit", "role", "since")) == [(depot.pk, "staff", TODAY)]


def test_engage_user_leaves_nothing_behind_when_the_role_is_refused(local, depot):
    with pytest.raises(ValidationError):
        engage_user(
            username="an", full_name="An", password="x", unit=depot, role=Role.STAFF, since=TODAY,
            office=make_office(), by=local,
        )  # fmt: skip

    assert not User.objects.filter(username="an").exists()


def test_add_membership_in_a_dissolved_unit_is_refused(administrator, depot):
    dissolve_unit(depot, effective=TODAY, by=administrator, decision="1")

    fields = {"unit": depot, "role": Role.STAFF, "since": TODAY, "by": administrator}
    assert (depot.dissolved, refused(add_membership, user=administrator, **fields)) == (None, "unit")


def test_add_membership_twice_is_refused_in_words(local, staff, depot):
    with pytest.raises(ValidationError):
        add_membership(user=staff, unit=depot, role=Role.STAFF, since=TODAY, by=local)


def test_roles_are_given_and_ended_by_the_administrators_of_the_branch_alone(
    local, administrator, staff, depot, commander, elsewhere
):
    beside = make_user("beside", (elsewhere, Role.ADMINISTRATOR))
    stranger = make_user("stranger", (elsewhere, Role.STAFF))
    given = {"unit": depot, "role": Role.REVIEWER, "since": TODAY}
    new = {"username": "an", "full_name": "An", "password": "azyk-vw4w-afgb"}
    for by in (staff, commander, beside):
        for act in (
            lambda by=by: add_membership(user=staff, **given, by=by),
            lambda by=by: engage_user(**new, **given, by=by),
            lambda by=by: end_membership(staff.memberships.get(), until=TODAY, by=by),
        ):
            with pytest.raises(PermissionDenied):
                act()
    with pytest.raises(PermissionDenied):
        add_membership(user=stranger, **given, by=local)  # whom this administrator does not see

    assert not User.objects.filter(username="an").exists()
    assert staff.memberships.get().until is None
    assert add_membership(user=staff, **given, by=local).pk


def test_set_first_password_has_to_be_changed_at_the_next_login(administrator, staff):
    set_first_password(staff, password="azyk-vw4w-afgb", by=administrator)

    staff = User.objects.get(pk=staff.pk)
    assert staff.check_password("azyk-vw4w-afgb")
    assert staff.must_change_password


def test_set_first_password_of_somebody_higher_up_is_refused(local, administrator, department):
    make_membership(administrator, department, Role.REVIEWER)

    assert refused(set_first_password, administrator, password="azyk-vw4w-afgb", by=local) is None
    assert not User.objects.get(pk=administrator.pk).must_change_password


def test_set_first_password_of_somebody_with_a_role_beside_is_refused(local, depot, elsewhere):
    both = make_user("", (depot, Role.STAFF), (elsewhere, Role.STAFF))

    assert refused(set_first_password, both, password="azyk-vw4w-afgb", by=local) is None


def test_set_first_password_of_ones_own_is_refused(administrator):
    assert refused(set_first_password, administrator, password="azyk-vw4w-afgb", by=administrator) is None


def test_update_user_changes_name_and_login_with_a_trace(administrator, staff):
    update_user(staff, full_name="Trần Thị Dung", is_active=False, by=administrator)

    assert list(User.objects.found_by("dung")) == [staff]
    entry = LogEntry.objects.get_for_object(staff).first()
    assert set(entry.changes) == {"full_name", "is_active"}


def test_update_user_with_a_role_outside_the_branch_is_refused(local, depot, elsewhere):
    both = make_user("", (depot, Role.STAFF), (elsewhere, Role.STAFF))

    assert refused(update_user, both, full_name="X", is_active=True, by=local) is None


def test_update_user_does_not_lock_oneself_out(administrator, region):
    make_user("second", (region, Role.ADMINISTRATOR))

    assert refused(update_user, administrator, full_name="X", is_active=False, by=administrator) == "is_active"


def test_update_user_does_not_lock_the_last_administrator_of_the_root(administrator, region):
    second = make_user()
    make_membership(second, region, Role.ADMINISTRATOR, until=date(2020, 12, 31))

    assert refused(update_user, administrator, full_name="X", is_active=False, by=second) == "is_active"


def test_end_membership_of_the_last_administrator_of_the_root_is_refused(administrator, region):
    limited = make_user()
    make_membership(limited, region, Role.ADMINISTRATOR, until=date(2020, 12, 31))
    make_user("locked", (region, Role.ADMINISTRATOR), is_active=False)
    make_membership(make_user("later"), region, Role.ADMINISTRATOR, since=date(2020, 8, 1))

    def end(until):
        return refused(end_membership, administrator.memberships.get(), until=until, by=administrator)

    assert [end(until) for until in (date(2020, 7, 1), TODAY, date(2020, 7, 30))] == ["until"] * 3


def test_end_membership_of_the_last_administrator_when_the_next_begins_is_allowed(administrator, region):
    make_membership(make_user("later"), region, Role.ADMINISTRATOR, since=date(2020, 8, 1))

    end_membership(administrator.memberships.get(), until=date(2020, 7, 31), by=administrator)

    assert administrator.memberships.get().until == date(2020, 7, 31)


def test_last_administrator_whose_role_has_an_end_already_is_not_ended_earlier(administrator, region):
    administrator.memberships.update(until=date(2020, 7, 31))
    mine = administrator.memberships.get()

    assert refused(end_membership, mine, until=date(2020, 7, 19), by=administrator) == "until"
    end_membership(mine, until=date(2020, 12, 31), by=administrator)
    assert Membership.objects.active().filter(unit=region, role=Role.ADMINISTRATOR).count() == 1


def test_ended_role_is_not_revived_nor_moved_by_an_old_page(local, staff):
    old_page = staff.memberships.get()
    staff.memberships.update(until=date(2020, 7, 19))

    for until in (date(2030, 1, 1), date(2020, 7, 1)):
        with pytest.raises(Refused, match="19/07/2020"):
            end_membership(old_page, until=until, by=local)
    assert not Membership.objects.active().filter(user=staff).exists()


def test_last_day_of_a_role_that_lasts_still_may_be_moved(local, staff):
    for until in (date(2020, 12, 31), date(2020, 8, 31)):
        end_membership(staff.memberships.get(), until=until, by=local)
        assert staff.memberships.get().until == until


def test_end_membership_of_one_of_two_administrators_of_the_root_is_allowed(administrator, region):
    make_user("second", (region, Role.ADMINISTRATOR))

    end_membership(administrator.memberships.get(), until=TODAY, by=administrator)

    assert administrator.memberships.get().until == TODAY


def test_end_membership_of_the_last_administrator_below_the_root_is_allowed(administrator, local):
    end_membership(local.memberships.get(), until=TODAY, by=administrator)

    assert local.memberships.get().until == TODAY


def test_end_membership_before_it_began_is_refused(local, staff):
    assert refused(end_membership, staff.memberships.get(), until=date(1999, 12, 31), by=local) == "until"


def test_memberships_leave_a_trace(local, staff, depot):
    membership = add_membership(user=staff, unit=depot, role=Role.COMMANDER, since=TODAY, by=local)
    end_membership(membership, until=TODAY, by=local)

    assert [set(entry.changes) & {"role", "until"} for entry in LogEntry.objects.get_for_object(membership)] == [
        {"until"}, {"role"},
    ]  # fmt: skip
    assert Membership.objects.active(date(2020, 7, 21)).filter(pk=membership.pk).count() == 0

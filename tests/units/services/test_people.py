from datetime import date

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError

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


def test_engage_user_gives_a_first_password_and_a_first_role(depot):
    user = engage_user(
        username="an", full_name="Lê  Văn An", password="azyk-vw4w-afgb", unit=depot, role=Role.STAFF, since=TODAY
    )

    assert (user.full_name, user.must_change_password) == ("Lê Văn An", True)
    assert user.check_password("azyk-vw4w-afgb")
    assert list(user.memberships.values_list("unit", "role", "since")) == [(depot.pk, "staff", TODAY)]


def test_engage_user_leaves_nothing_behind_when_the_role_is_refused(depot):
    with pytest.raises(ValidationError):
        engage_user(
            username="an", full_name="An", password="x", unit=depot, role=Role.STAFF, since=TODAY,
            office=make_office(),
        )  # fmt: skip

    assert not User.objects.filter(username="an").exists()


def test_add_membership_in_a_dissolved_unit_is_refused(administrator, depot):
    dissolve_unit(depot, effective=TODAY, by=administrator, decision="1")
    depot.refresh_from_db()

    assert refused(add_membership, user=administrator, unit=depot, role=Role.STAFF, since=TODAY) == "unit"


def test_add_membership_twice_is_refused_in_words(staff, depot):
    with pytest.raises(ValidationError):
        add_membership(user=staff, unit=depot, role=Role.STAFF, since=TODAY)


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

    assert refused(end_membership, administrator.memberships.get(), until=TODAY) == "until"


def test_end_membership_of_one_of_two_administrators_of_the_root_is_allowed(administrator, region):
    make_user("second", (region, Role.ADMINISTRATOR))

    end_membership(administrator.memberships.get(), until=TODAY)

    assert administrator.memberships.get().until == TODAY


def test_end_membership_of_the_last_administrator_below_the_root_is_allowed(administrator, local):
    end_membership(local.memberships.get(), until=TODAY)

    assert local.memberships.get().until == TODAY


def test_end_membership_before_it_began_is_refused(staff):
    assert refused(end_membership, staff.memberships.get(), until=date(1999, 12, 31)) == "until"


@pytest.mark.parametrize("since", [TODAY, date(2020, 8, 1)])
def test_a_role_given_by_mistake_ends_at_once_and_was_never_in_force(staff, depot, since):
    membership = add_membership(user=staff, unit=depot, role=Role.COMMANDER, since=since)

    end_membership(membership, until=date(2020, 7, 19))

    row = Membership.objects.get(pk=membership.pk)
    assert (row.until, row.withdrawn) == (date(2020, 7, 19), True)
    assert not any(Membership.objects.active(day).filter(pk=row.pk) for day in (date(2020, 7, 19), TODAY, since))
    assert set(LogEntry.objects.get_for_object(row).first().changes) == {"until", "withdrawn"}
    assert add_membership(user=staff, unit=depot, role=Role.COMMANDER, since=TODAY).pk  # given rightly


def test_a_role_is_withdrawn_by_no_other_day_than_yesterday(staff, depot):
    membership = add_membership(user=staff, unit=depot, role=Role.COMMANDER, since=TODAY)

    assert refused(end_membership, membership, until=date(2020, 7, 18)) == "until"


def test_a_role_that_began_before_today_ends_at_once_and_has_been_in_force(staff, depot):
    membership = add_membership(user=staff, unit=depot, role=Role.COMMANDER, since=date(2020, 7, 19))

    end_membership(membership, until=date(2020, 7, 19))

    row = Membership.objects.get(pk=membership.pk)
    assert (row.until, row.withdrawn) == (date(2020, 7, 19), False)


def test_memberships_leave_a_trace(staff, depot):
    membership = add_membership(user=staff, unit=depot, role=Role.COMMANDER, since=TODAY)
    end_membership(membership, until=TODAY)

    assert [set(entry.changes) & {"role", "until"} for entry in LogEntry.objects.get_for_object(membership)] == [
        {"until"}, {"role"},
    ]  # fmt: skip
    assert Membership.objects.active(date(2020, 7, 21)).filter(pk=membership.pk).count() == 0

"""Writes of users and memberships. The audit log keeps who changed what.

An administrator never gains rights outside their branch through another person's account, and the
root is never left without an administrator.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from units import access, clock
from units.errors import Refused
from units.models import Membership, Office, Role, Unit, User
from units.text import normal


@transaction.atomic
def create_user(
    *, username: str, full_name: str, password: str, must_change_password: bool = True, email: str = ""
) -> User:
    user = User(username=username, full_name=normal(full_name), email=email, must_change_password=False)
    if must_change_password:
        user.set_first_password(password)
    else:
        user.set_password(password)
    user.save()
    return user


@transaction.atomic
def engage_user(
    *,
    username: str,
    full_name: str,
    password: str,
    unit: Unit,
    role: Role,
    since: date,
    office: Office | None = None,
    email: str = "",
) -> User:
    """A new user with a first password and a first role: without one, no administrator would see them."""
    user = create_user(username=username, full_name=full_name, password=password, email=email)
    add_membership(user=user, unit=unit, role=role, since=since, office=office)
    return user


@transaction.atomic
def update_user(user: User, *, full_name: str, is_active: bool, by: User, email: str | None = None) -> None:
    """Correct name and address (None: as it is), and let the user log in or not.

    Who may not log in keeps the history.
    """
    _check_reach(user, by)
    if not is_active:
        if user.pk == by.pk:
            raise Refused(_("You cannot lock yourself out. Ask another administrator."), "is_active")
        for membership in user.memberships.filter(until=None):
            _check_administrators_left(membership, "is_active")
    user.full_name, user.is_active = normal(full_name), is_active
    if email is not None:
        user.email = email
    user.save(update_fields=["full_name", "email", "is_active", "search", "sorting"])


@transaction.atomic
def set_first_password(user: User, *, password: str, by: User) -> None:
    """A password given by an administrator: the user has to choose an own one at the next login."""
    if user.pk == by.pk:
        raise Refused(_("Change your own password under “My account”."))
    _check_reach(user, by)
    user.set_first_password(password)
    user.save(update_fields=["password", "first_password", "must_change_password"])


@transaction.atomic
def add_membership(
    *, user: User, unit: Unit, role: Role, since: date, until: date | None = None, office: Office | None = None
) -> Membership:
    """Give `user` a role in `unit`; raises ValidationError when the row breaks a rule of the table."""
    if unit.dissolved is not None and unit.dissolved <= since:
        raise Refused(_("%(unit)s has been dissolved; choose another unit.") % {"unit": unit}, "unit")
    membership = Membership(user=user, unit=unit, role=role, office=office, since=since, until=until)
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, until: date) -> None:
    """Set the last day of a membership. A membership is never deleted: it is part of the history.

    Yesterday ends it at once, also one that begins today or later: then it was never in force (`withdrawn`).
    """
    yesterday = clock.today() - timedelta(days=1)
    withdrawn = until == yesterday and membership.since > yesterday
    if until < membership.since and not withdrawn:
        raise Refused(_("The last day of a membership is not before its first."), "until")
    if membership.until is None:
        _check_administrators_left(membership, "until")
    membership.until, membership.withdrawn = until, withdrawn
    membership.save(update_fields=["until", "withdrawn"])


def _check_reach(user: User, by: User) -> None:
    if not access.manages(by, user):
        raise Refused(_("This user also has a role outside your branch. Ask the administrator above you."))


def _check_administrators_left(membership: Membership, field: str) -> None:
    """Refuse to take the open membership from the only user who administers the root without end."""
    if membership.role != Role.ADMINISTRATOR or not membership.unit.is_root:
        return
    # Locked, so that two administrators do not end each other at the same moment.
    rows = Membership.objects.select_for_update().filter(unit=membership.unit, role=Role.ADMINISTRATOR)
    users = [pk for pk, until in rows.values_list("user_id", "until") if until is None]
    if not User.objects.filter(pk__in=users, is_active=True).exclude(pk=membership.user_id).exists():
        raise Refused(
            _("This is the last administrator of %(unit)s. Appoint another one first.") % {"unit": membership.unit},
            field,
        )

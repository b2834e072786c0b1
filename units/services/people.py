"""Writes of users and memberships, all by an administrator of the branch. The audit log keeps who changed what.

An administrator never gains rights outside their branch through another person's account, and the
root is never left without an administrator.
"""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units import access, clock, lockouts
from units.errors import Refused
from units.locking import locked
from units.models import Membership, Office, Role, Unit, User
from units.text import normal

logger = logging.getLogger(__name__)


@transaction.atomic
def first_administrator(*, username: str, password: str, unit: Unit) -> User:
    """An administrator whom nobody appoints: for the command on the server that begins with an empty base."""
    user: User = User.objects.create_user(username, password, full_name=username, must_change_password=False)
    _give(user, unit, Role.ADMINISTRATOR, since=clock.today())
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
    by: User,
    office: Office | None = None,
    email: str = "",
) -> User:
    """A new user with a first password and a first role: without one, no administrator would see them."""
    access.require(access.administers(by, unit))
    user: User = User.objects.create_user(username, password, full_name=normal(full_name), email=email)
    _give(user, unit, role, since=since, office=office)
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
        for membership in user.memberships.filter(role=Role.ADMINISTRATOR).select_related("unit"):
            if not _has_ended(membership):
                _refuse_last(membership.unit, Q(user=user), clock.today(), "is_active")
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
    lockouts.lift(user)


def lift_lock(user: User, *, by: User) -> None:
    """Let the user log in again at once after too many wrong passwords; the log of the server says who did."""
    _check_reach(user, by)
    lockouts.lift(user)
    logger.warning("The lock of %r has been lifted by %r.", user.username, by.username)


@transaction.atomic
def add_membership(
    *,
    user: User,
    unit: Unit,
    role: Role,
    since: date,
    by: User,
    until: date | None = None,
    office: Office | None = None,
) -> Membership:
    """Give `user`, who is seen by the administrator, a role in `unit` of the administrator's branch.

    Raises ValidationError when the row breaks a rule of the table.
    """
    access.require(access.administers(by, unit) and User.objects.visible_to(by).filter(pk=user.pk).exists())
    return _give(user, unit, role, since=since, until=until, office=office)


def _give(
    user: User, unit: Unit, role: Role, *, since: date, until: date | None = None, office: Office | None = None
) -> Membership:
    unit = _lock(unit)
    if unit.dissolved is not None and unit.dissolved <= since:
        raise Refused(_("%(unit)s has been dissolved; choose another unit.") % {"unit": unit}, "unit")
    membership = Membership(user=user, unit=unit, role=role, office=office, since=since, until=until)
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, until: date, by: User) -> None:
    """Set the last day of a membership. A membership is never deleted: it is part of the history.

    The day of one that has not ended yet may still be moved. One that has ended stays so: it is given anew.
    Yesterday ends it at once, also one that begins today or later: then it was never in force (`withdrawn`).
    """
    _lock(membership.unit)
    membership = locked(membership, "unit")
    access.require(access.administers(by, membership.unit))
    refuse_ended(membership)
    yesterday = clock.today() - timedelta(days=1)
    withdrawn = until == yesterday and membership.since > yesterday
    if until < membership.since and not withdrawn:
        raise Refused(_("The last day of a membership is not before its first."), "until")
    if membership.role == Role.ADMINISTRATOR and (membership.until is None or until < membership.until):
        _refuse_last(membership.unit, Q(pk=membership.pk), until + timedelta(days=1), "until")
    membership.until, membership.withdrawn = until, withdrawn
    membership.save(update_fields=["until", "withdrawn"])


def refuse_ended(membership: Membership) -> None:
    """Raises `Refused` where the membership is over."""
    if membership.until is not None and _has_ended(membership):
        words = _("This role ended on %(date)s. Give it anew where it is needed again.")
        raise Refused(words % {"date": date_format(membership.until, "d/m/Y")}, "until")


def _has_ended(membership: Membership) -> bool:
    return membership.until is not None and membership.until < clock.today()


def _check_reach(user: User, by: User) -> None:
    if not access.manages(by, user):
        raise Refused(_("This user also has a role outside your branch. Ask the administrator above you."))


def _lock(unit: Unit) -> Unit:
    """The unit as it is stored; whoever gives or ends a role in it waits until this transaction ends."""
    return Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def _refuse_last(unit: Unit, leaving: Q, day: date, field: str) -> None:
    """Raises `Refused` where, without the memberships that are `leaving`, nobody administers the root from `day` on.

    Somebody does who may log in, whose role has begun by then (for a day that is past: by today), and has no end.
    """
    unit = _lock(unit)  # two administrators do not end each other at the same moment
    if not unit.is_root:
        return
    rows = Membership.objects.filter(unit=unit, role=Role.ADMINISTRATOR, until=None, user__is_active=True)
    if not rows.filter(since__lte=max(day, clock.today())).exclude(leaving).exists():
        words = _("This is the last administrator of %(unit)s. Appoint another one first.")
        raise Refused(words % {"unit": unit}, field)

"""Units that owe a sheet but lack an officer for it, for the administrator who can appoint one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from emulation.models import Report
from units import clock
from units.models import Membership, Role, Unit, User
from units.paths import branch_q, branches_q, outermost

LOOK_BACK = timedelta(days=366)  # sheets due longer ago hold nobody up any more
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A unit without active staff, without an active commander, or without both."""

    unit: Unit
    no_staff: bool
    no_commander: bool


def vacancies(user: User) -> tuple[list[Vacancy], bool]:
    """Vacant units for which the user is the nearest administrator at or above them; and whether there are more.

    Computed whenever it is read, so that it disappears with the appointment. Two queries, none for users
    who administer nothing.
    """
    mine = [m.unit for m in user.active_memberships if m.role == Role.ADMINISTRATOR]
    if not mine:
        return [], False
    active = Membership.objects.active()
    here = active.filter(unit=OuterRef("pk"))
    waiting = Report.objects.exclude(state=Report.State.APPROVED).filter(
        unit=OuterRef("pk"), round__due__gte=clock.today() - LOOK_BACK
    )
    found = (
        Unit.objects.filter(_nearest(mine), Exists(waiting))
        .existing_on(clock.today())
        .annotate(
            no_staff=~Exists(here.filter(role=Role.STAFF)), no_commander=~Exists(here.filter(role=Role.COMMANDER))
        )
        .filter(Q(no_staff=True) | Q(no_commander=True))
        .order_by("path")[: SHOWN + 1]
    )
    rows = [Vacancy(unit, unit.no_staff, unit.no_commander) for unit in found]
    return rows[:SHOWN], len(rows) > SHOWN


def _nearest(mine: list[Unit]) -> Q:
    """Units of the branches of `mine` without what has an administrator further down. One query."""
    inside = Membership.objects.active().filter(
        branches_q((unit.path for unit in mine), "unit__path"), role=Role.ADMINISTRATOR
    )
    others = set(inside.values_list("unit__path", flat=True))
    found = Q(pk__in=[])
    for unit in mine:
        below = branch_q(unit.path)
        for path in outermost(path for path in others if path != unit.path and path.startswith(unit.path)):
            below &= ~branch_q(path)
        found |= below
    return found

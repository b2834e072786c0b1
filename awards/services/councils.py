"""Councils and who sits in them; the audit log keeps who changed what."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from awards import access
from awards.models import Council, CouncilMember
from units import clock
from units.access import require
from units.errors import Refused
from units.locking import locked
from units.models import READERS, Membership, Unit, User
from units.models.people import UserQuerySet
from units.paths import path_ids

Function = CouncilMember.Function
ONE_OF_A_KIND = (Function.CHAIR, Function.SECRETARY)


def candidates(unit: Unit) -> UserQuerySet:
    """Who may sit in the council of a unit: who serves there, at a superior or at a direct subordinate.

    Each with `serving`, the roles in units that exist: whoever has one in a unit that was dissolved alone is none.
    """
    near = Q(unit__in=path_ids(unit.path)) | Q(unit__in=Unit.objects.children_of(unit))
    alive = Unit.objects.existing_on(clock.today()).values("pk")
    serving = Membership.objects.active().filter(near, role__in=READERS, unit__in=alive)
    roles = Prefetch("memberships", serving.select_related("unit").order_by("unit__path", "pk"), to_attr="serving")
    return User.objects.filter(pk__in=serving.values("user")).prefetch_related(roles)


@transaction.atomic
def found_council(
    unit: Unit,
    *,
    name: str,
    decision: str,
    quorum: int = 66,
    share: int = 66,
    secret: bool = True,
    since: date | None = None,
    by: User,
) -> Council:
    """A council by a decision of the unit. Raises `Refused` and ValidationError."""
    require(access.founds_councils(by, unit))
    council = Council(
        unit=unit,
        name=name,
        decision=decision,
        quorum=quorum,
        share=share,
        secret=secret,
        since=since or clock.today(),
    )
    return save_council(council, by=by)


@transaction.atomic
def save_council(council: Council, *, by: User) -> Council:
    """A council founded or changed. Sessions whose voting has been opened keep the rules they had."""
    require(access.founds_councils(by, council.unit))
    if not council.decision:
        raise Refused(_("A council is founded by a decision: give its number."), "decision")
    if council.until is not None and council.pk is not None:
        locked(council)  # who plans a session meanwhile waits, and sees that it has ended
        if council.sessions.filter(state__in=["planned", "open"]).exists():
            raise Refused(_("A session of this council is not over yet."), "until")
    council.full_clean()
    council.save()
    return council


@transaction.atomic
def seat_member(
    council: Council, user: User, *, function: str = Function.MEMBER, since: date | None = None, by: User
) -> CouncilMember:
    """Give the user a seat. Raises `Refused` where the chair or the secretary's place is taken.

    And where the user holds another one then: both ends of a seat are included, nobody counts twice on a day.
    """
    require(access.founds_councils(by, council.unit))
    locked(council)
    since = since or clock.today()
    if not candidates(council.unit).filter(pk=user.pk).exists():
        raise Refused(_("Choose somebody who serves at the unit, above it or directly below it."), "user")
    taken = council.members.on(since).filter(function=function).first() if function in ONE_OF_A_KIND else None
    _refuse_twice(council.members.filter(user=user), since, None, "since")
    if taken is not None:
        raise Refused(_("This place is taken by %(user)s; end that seat first.") % {"user": taken.user}, "function")
    order = council.members.count() + 1
    seat = CouncilMember(council=council, user=user, function=function, order=order, since=since)
    seat.full_clean()
    seat.save()
    return seat


def _refuse_twice(seats: QuerySet[CouncilMember], since: date, until: date | None, field: str) -> None:
    """Raises `Refused` where one of the user's `seats` shares a day with `since` to `until` (None: open)."""
    seats = seats.filter(Q(until=None) | Q(until__gte=since))
    other = (seats if until is None else seats.filter(since__lte=until)).order_by("since").last()
    if other is None:
        return
    if other.until is None:
        raise Refused(_("This user sits in the council already."), "user" if field == "since" else field)
    words = _("This user holds a seat until %(until)s, that day included: the next one begins on %(next)s or later.")
    days = {"until": other.until, "next": other.until + timedelta(days=1)}
    raise Refused(words % {key: f"{day:%d/%m/%Y}" for key, day in days.items()}, field)


@transaction.atomic
def end_seat(seat: CouncilMember, *, until: date, by: User) -> None:
    """Set the last day of a seat. Sessions whose voting is open keep the member."""
    require(access.founds_councils(by, seat.council.unit))
    locked(seat.council)  # who gives the user another seat meanwhile waits, and sees the end of this one
    seat.refresh_from_db(fields=["since", "until"])
    if until < seat.since:
        raise Refused(_("The last day of a seat is not before its first."), "until")
    others = seat.council.members.filter(user=seat.user).exclude(pk=seat.pk)
    _refuse_twice(others, seat.since, until, "until")
    seat.until = until
    seat.save(update_fields=["until"])

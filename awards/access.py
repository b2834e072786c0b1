"""Who may do what with awards, beside the rules of `units.access`."""

from __future__ import annotations

from django.db.models import Q

from awards.models import Council, CouncilMember
from units import clock
from units.access import reviews_above, works_at
from units.models import Person, Role, Unit, User
from units.paths import branches_q


def unit_of(subject: Person | Unit) -> Unit:
    """The unit that answers for the person, or the unit itself."""
    return subject.unit if isinstance(subject, Person) else subject


def attests(user: User, subject: Person | Unit) -> bool:
    """Whether the user confirms criteria by hand: staff and commander of the very unit, reviewers above it."""
    unit = unit_of(subject)
    return works_at(user, unit, Role.STAFF, Role.COMMANDER) or reviews_above(user, unit)


def records_grants(user: User, subject: Person | Unit) -> bool:
    """Whether the user keeps the register of awards: a reviewer of a superior; at the root, of the root."""
    return reviews_above(user, unit_of(subject))


# ── councils ──────────────────────────────────────────────────────────────


def founds_councils(user: User, unit: Unit) -> bool:
    """Whether the user founds and changes the unit's council: its commander, or its reviewer without office limit.

    Not administrators: they have no rights over figures, and a council decides what becomes of nominations.
    """
    if works_at(user, unit, Role.COMMANDER):
        return True
    return any(
        m.unit_id == unit.pk and m.role == Role.REVIEWER and m.office_id is None for m in user.active_memberships
    )


def seat_of(user: User, council: Council) -> CouncilMember | None:
    """The seat that the user holds in the council today. One query."""
    return council.members.on(clock.today()).filter(user=user).first()


def runs_sessions(user: User, council: Council) -> bool:
    """Whether the user prepares, opens and closes sessions: chair, deputy or secretary of the council."""
    seat = seat_of(user, council)
    return seat is not None and seat.function in CouncilMember.OFFICERS


def judges_paths(user: User) -> list[str]:
    """Paths of the branches in which the user judges people: as commander, or as reviewer without office limit."""
    return [
        m.unit.path
        for m in user.active_memberships
        if m.role == Role.COMMANDER or (m.role == Role.REVIEWER and m.office_id is None)
    ]


def sees_votes(user: User, council: Council) -> bool:
    """Whether the numbers of a closed vote are shown to the user, not only what came out.

    Members of the council, commanders and reviewers without office limit of its unit or above.
    """
    return any(council.unit.path.startswith(path) for path in judges_paths(user)) or bool(seat_of(user, council))


def votes_q(user: User) -> Q:
    """What `sees_votes` says, for items of agendas."""
    seats = CouncilMember.objects.on(clock.today()).filter(user=user).values("council")
    return branches_q(judges_paths(user), "session__council__unit__path") | Q(session__council__in=seats)

"""Who may read and write what. Reading reaches a whole branch; writing is for the very unit.

Rules of `Who uses it` in the design: staff enter and commanders hand in for the unit of their
membership; a unit's sheets belong to the reviewers of the nearest unit above it that has an active
one without office limit, at the root to the root's own; administrators have no rights over figures.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr

from units import clock
from units.models import READERS, Membership, Placement, Role, Unit, User
from units.paths import MAX_DEPTH, WIDTH, branch_q, branches_q, parent_path, path_ids


def has_role(user: User, *roles: Role) -> bool:
    """Whether the user has one of the roles anywhere today."""
    return any(m.role in roles for m in user.active_memberships)


def works_at(user: User, unit: Unit, *roles: Role) -> bool:
    """Whether the user has one of the roles in this very unit today (office limits ignored)."""
    return any(m.unit_id == unit.pk and m.role in roles for m in user.active_memberships)


def enters(user: User, unit: Unit) -> bool:
    """Staff of this very unit: they enter what arises in it and write what it keeps."""
    return works_at(user, unit, Role.STAFF)


def commands(user: User, unit: Unit) -> bool:
    """The commander of this very unit: signs, confirms and hands in for it."""
    return works_at(user, unit, Role.COMMANDER)


def anybody(user: User) -> bool:
    """For what everybody with a login may see."""
    return True


def reads_figures(user: User) -> bool:
    """Whether the user reads figures anywhere today."""
    return has_role(user, *READERS)


def asked_units(user: User, role: Role) -> set[Unit]:
    """Units for which something new may be asked of the user in that role: none that has been dissolved."""
    return {m.unit for m in user.active_memberships if m.role == role and not m.unit.ended}


def read_paths(user: User) -> list[str]:
    """Paths of the branches whose figures the user may read today."""
    return [m.unit.path for m in user.active_memberships if m.role in READERS]


def figures_q(user: User, field: str = "path") -> Q:
    """Rows of units whose figures the user may read; `field` leads to the unit's path."""
    return branches_q(read_paths(user), field)


def can_read_figures(user: User, unit: Unit) -> bool:
    return any(unit.path.startswith(path) for path in read_paths(user))


def is_superior_staff(user: User, unit: Unit) -> bool:
    """Staff of the unit's direct superior; at the root, staff of the root itself."""
    superior = path_ids(parent_path(unit.path) or unit.path)[-1]
    return any(m.unit_id == superior and m.role == Role.STAFF for m in user.active_memberships)


def reviewing_units(units: Iterable[Unit]) -> dict[int, int | None]:
    """For each unit (by key) the key of the unit whose reviewers judge it; None where nobody does.

    One query for any number of units.
    """
    units = list(units)
    candidates = {pk for unit in units for pk in path_ids(unit.path)}
    active = set(
        Membership.objects.active()
        .filter(role=Role.REVIEWER, office=None, unit__in=candidates)
        .values_list("unit_id", flat=True)
    )

    def nearest(unit: Unit) -> int | None:
        above = path_ids(unit.path)[:-1] or [unit.pk]
        return next((pk for pk in reversed(above) if pk in active), None)

    return {unit.pk: nearest(unit) for unit in units}


def reviews(user: User, unit: Unit) -> bool:
    """Whether the user is a reviewer responsible for this unit's sheets and registrations as a whole."""
    mine = {m.unit_id for m in user.active_memberships if m.role == Role.REVIEWER and m.office_id is None}
    return bool(mine) and reviewing_units([unit])[unit.pk] in mine


def judges_whole_sheets(user: User) -> bool:
    """Whether the user is a reviewer without the limit to an office anywhere today."""
    return any(m.role == Role.REVIEWER and m.office_id is None for m in user.active_memberships)


def reviewing_offices(user: User, unit: Unit) -> set[int]:
    """Offices (keys) for which the user speaks of this unit's sheets: beside the reviewers responsible for them."""
    mine = [m for m in user.active_memberships if m.role == Role.REVIEWER and m.office_id is not None]
    if not mine:
        return set()
    responsible = reviewing_units([unit])[unit.pk]
    return {m.office_id for m in mine if m.office_id is not None and m.unit_id == responsible}


def reviews_above(user: User, unit: Unit) -> bool:
    """Whether the user is a reviewer of a superior (at the root: of the root), responsible or not. No query."""
    above = path_ids(unit.path)[:-1] or [unit.pk]
    return any(m.unit_id in above and m.role == Role.REVIEWER and not m.office_id for m in user.active_memberships)


def reviews_q(user: User, field: str = "path", *, for_office: bool = False) -> Q:
    """Rows of units that the user is responsible for as reviewer; `field` leads to the unit's path.

    What `reviews` says, for lists: the branches of the user's units without what lies below a nearer unit
    with reviewers. With `for_office` those of whose sheets the user judges the lines of an office. The
    statement does not grow with the tree: every row looks up its own few superiors.
    """
    mine = [m.unit for m in user.active_memberships if m.role == Role.REVIEWER and bool(m.office_id) == for_office]
    reviewers = Membership.objects.active().filter(role=Role.REVIEWER, office=None)
    found = Q(pk__in=[])
    for unit in mine:
        below = branch_q(unit.path, field)
        if not unit.is_root:
            below &= ~Q(**{field: unit.path})
        if for_office:
            below &= Q(Exists(reviewers.filter(unit=unit)))
        ends = range(len(unit.path) + WIDTH, MAX_DEPTH * WIDTH, WIDTH)
        nearer = reviewers.filter(unit__path__in=[Substr(OuterRef(field), 1, end) for end in ends])
        found |= below & ~Q(Exists(nearer.exclude(unit__path=OuterRef(field))))
    return found


def kept_paths(user: User) -> list[str]:
    """Paths of the branches whose people the user keeps: of the units whose staff they are.

    A political section keeps the records of every unit below it (process and organisation of the domain:
    one office runs movements, councils and records), and a small unit has nobody to type. So staff write
    here for their branch, unlike figures, which arise in the very unit.
    """
    return [m.unit.path for m in user.active_memberships if m.role == Role.STAFF]


def keeps_people(user: User, unit: Unit) -> bool:
    """Whether the user, as staff of the unit or of a superior, writes the register of its people."""
    return any(unit.path.startswith(path) for path in kept_paths(user))


def rates_q(user: User) -> Q:
    """Units whose yearly task ratings the user writes: a unit is classified by its superior, not by itself.

    The staff of any superior do; at the root, of the root itself.
    """
    found = Q(pk__in=[])
    for unit in (m.unit for m in user.active_memberships if m.role == Role.STAFF):
        found |= branch_q(unit.path) if unit.is_root else branch_q(unit.path) & ~Q(pk=unit.pk)
    return found


def rates(user: User, unit: Unit) -> bool:
    """What `rates_q` says, for one unit. No query."""
    return any(
        unit.path.startswith(m.unit.path) and (unit.path != m.unit.path or unit.is_root)
        for m in user.active_memberships
        if m.role == Role.STAFF
    )


def keeps_discipline(user: User, unit: Unit) -> bool:
    """Whether the user records discipline of the unit's people: staff of the unit or of its direct superior."""
    return enters(user, unit) or is_superior_staff(user, unit)


def sees_discipline(user: User, unit: Unit) -> bool:
    """Whether discipline of the unit's people is shown to the user. No query; the only rule about it.

    Commanders and reviewers of the branch judge people and have to know; staff see what they keep, those
    further up do not. A reviewer limited to an office judges its lines, not people.
    """
    judges = any(
        unit.path.startswith(m.unit.path)
        for m in user.active_memberships
        if m.role == Role.COMMANDER or (m.role == Role.REVIEWER and m.office_id is None)
    )
    return judges or keeps_discipline(user, unit)


def discipline_units(user: User) -> QuerySet[Unit]:
    """Units of whose people `sees_discipline` says yes: the same rule, for lists. No query of its own."""
    judging = [
        m.unit.path
        for m in user.active_memberships
        if m.role == Role.COMMANDER or (m.role == Role.REVIEWER and m.office_id is None)
    ]
    kept = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
    below = Placement.objects.filter(parent__in=kept, until=None)
    return Unit.objects.filter(branches_q(judging) | Q(pk__in=kept) | Q(pk__in=below.values("unit"))).order_by()


def sees_anybodys_discipline(user: User) -> bool:
    """Whether there are units of whose people the user sees discipline."""
    return any(
        m.role in (Role.STAFF, Role.COMMANDER) or (m.role == Role.REVIEWER and m.office_id is None)
        for m in user.active_memberships
    )


def administered_paths(user: User) -> list[str]:
    """Paths of the branches whose units, users and memberships the user changes."""
    return [m.unit.path for m in user.active_memberships if m.role == Role.ADMINISTRATOR]


def administers(user: User, unit: Unit) -> bool:
    return any(unit.path.startswith(path) for path in administered_paths(user))


def administers_superior(user: User, unit: Unit) -> bool:
    """Whether the unit may be taken from its place: its superior, too, lies in the user's branch."""
    return any(
        unit.path.startswith(path) and (unit.path != path or unit.is_root) for path in administered_paths(user)
    )


def manages(user: User, other: User) -> bool:
    """Whether the account of `other` gives no rights, now or later, outside the branches `user` administers."""
    present = Membership.objects.filter(Q(until=None) | Q(until__gte=clock.today()), user=other)
    return not present.exclude(branches_q(administered_paths(user), "unit__path")).exists()


def administers_root(user: User) -> bool:
    """Catalogues and rounds belong to administrators at the root."""
    return any(m.role == Role.ADMINISTRATOR and m.unit.is_root for m in user.active_memberships)


def require(allowed: bool) -> None:
    """403 unless allowed. For objects within reach; beyond reach they do not exist (404)."""
    if not allowed:
        raise PermissionDenied

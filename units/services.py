"""Writes of the unit tree: create, rename, move, dissolve; memberships; users.

Every function runs in one transaction and leaves a `UnitChange` or an audit entry behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units import clock
from units.errors import Refused
from units.models import Membership, Office, Placement, Role, Unit, UnitChange, UnitKind, User
from units.paths import MAX_DEPTH, branch_q, depth, segment
from units.text import normal


@dataclass(frozen=True)
class TreeChange:
    """What happened to the tree: the units concerned, since when, and the superiors touched."""

    units: list[int]
    since: date | None
    superiors: set[int]


# Higher apps keep figures by place in the tree; they have to follow in the same transaction. This
# app must not import them, so they register here when Django starts.
after_tree_change: list[Callable[[TreeChange], None]] = []


def _announce(units: Iterable[int], since: date | None, superiors: Iterable[int | None]) -> None:
    change = TreeChange(list(units), since, {pk for pk in superiors if pk is not None})
    for follow in after_tree_change:
        follow(change)


def open_placement(unit: Unit) -> Placement:
    return unit.placements.select_related("parent").get(until=None)


@transaction.atomic
def create_unit(
    *,
    code: str,
    name: str,
    kind: UnitKind,
    parent: Unit | None,
    by: User | None,
    short_name: str = "",
    order: int = 0,
    established: date | None = None,
    decision: str = "",
    reason: str = "",
) -> Unit:
    """A new unit under `parent` from `established` on (None: always).

    Raises `Refused` for a second root, a future date, or a superior that does not exist on the date.
    """
    if parent is None and Unit.objects.exists():
        raise Refused(_("The tree has one root. Choose the superior of the new unit."), "parent")
    if parent is not None:
        _check_superior(parent, established, "established")
    unit = Unit(
        code=code, name=normal(name), short_name=normal(short_name), kind=kind, order=order, established=established
    )
    insert_unit(unit, parent)
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.CREATED, effective=established, decision=decision, reason=reason,
        name_after=unit.name, parent_after=parent, by=by,
    )  # fmt: skip
    _announce([unit.pk], established, [parent.pk if parent else None])
    return unit


def insert_unit(unit: Unit, parent: Unit | None) -> None:
    """Save a new unit with its path and first placement. No checks, no trace: for the callers here."""
    unit.path = f"+{unit.code}"  # the path holds the key, known only after the row is there
    unit.save()
    unit.path = (parent.path if parent else "") + segment(unit.pk)
    if depth(unit.path) > MAX_DEPTH:
        raise Refused(_("The tree is at most %(depth)d levels deep.") % {"depth": MAX_DEPTH}, "parent")
    unit.save(update_fields=["path"])
    Placement.objects.create(unit=unit, parent=parent, since=unit.established)


def _check_superior(parent: Unit, day: date | None, field: str) -> None:
    if day is not None and day > clock.today():
        raise Refused(_("Record a change of the tree on the day it takes effect, not before."), field)
    if parent.dissolved is not None:
        raise Refused(_("%(unit)s has been dissolved; choose another superior.") % {"unit": parent}, "parent")
    if day is not None and parent.established is not None and parent.established > day:
        raise Refused(
            _("%(unit)s was established on %(date)s; the change cannot take effect before that day.")
            % {"unit": parent, "date": date_format(parent.established)},
            field,
        )


@transaction.atomic
def rename_unit(
    unit: Unit, *, name: str, short_name: str, effective: date, by: User, decision: str, reason: str = ""
) -> None:
    """Give the unit a new name from `effective` on; figures and papers of before keep the old one."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    _check_date(unit, effective)
    last = unit.changes.filter(kind=UnitChange.Kind.RENAMED).first()
    if last is not None and last.effective is not None and effective < last.effective:
        raise Refused(_("The unit was renamed on a later day; the new name has to follow it."), "effective")
    before, unit.name, unit.short_name = unit.name, normal(name), normal(short_name)
    unit.save()
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.RENAMED, effective=effective, decision=decision, reason=reason,
        name_before=before, name_after=unit.name, by=by,
    )  # fmt: skip


def _check_date(unit: Unit, effective: date) -> None:
    if effective > clock.today():
        raise Refused(_("Record a change of the tree on the day it takes effect, not before."), "effective")
    if unit.established is not None and effective < unit.established:
        raise Refused(
            _("The unit was established on %(date)s; choose that day or a later one.")
            % {"date": date_format(unit.established)},
            "effective",
        )
    if unit.dissolved is not None:
        raise Refused(
            _("The unit was dissolved on %(date)s.") % {"date": date_format(unit.dissolved)}, "effective"
        )


@transaction.atomic
def move_unit(
    unit: Unit, *, parent: Unit, effective: date, by: User, decision: str, reason: str = ""
) -> None:
    """Put the unit with its whole branch under `parent` from `effective` on.

    Figures of rounds that ended before stay under the former superior.
    """
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    place = open_placement(unit)
    _check_date(unit, effective)
    if place.parent is None:
        raise Refused(_("The root of the tree cannot be moved."))
    _check_superior(parent, effective, "effective")
    if place.parent_id == parent.pk:
        raise Refused(_("The unit already stands under %(unit)s.") % {"unit": parent}, "parent")
    if place.since is not None and effective <= place.since:
        raise Refused(
            _("The unit has stood under %(unit)s since %(date)s; choose a later day.")
            % {"unit": place.parent, "date": date_format(place.since)},
            "effective",
        )
    if unit.pk in _superiors_since(parent, effective):
        raise Refused(_("A unit cannot stand below itself: %(unit)s lies in its branch.") % {"unit": parent}, "parent")
    deepest = max(depth(p) for p in Unit.objects.in_branch(unit).values_list("path", flat=True))
    if depth(parent.path) + deepest - depth(unit.path) + 1 > MAX_DEPTH:
        raise Refused(_("The tree is at most %(depth)d levels deep.") % {"depth": MAX_DEPTH}, "parent")

    former, place.until = place.parent, effective
    place.save(update_fields=["until"])
    Placement.objects.create(unit=unit, parent=parent, since=effective)
    new_path = parent.path + segment(unit.pk)
    Unit.objects.filter(branch_q(unit.path)).update(
        path=Concat(Value(new_path), Substr(F("path"), len(unit.path) + 1))
    )
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.MOVED, effective=effective, decision=decision, reason=reason,
        parent_before=former, parent_after=parent, by=by,
    )  # fmt: skip
    _announce([unit.pk], effective, [former.pk, parent.pk])


def _superiors_since(unit: Unit, day: date) -> set[int]:
    """Keys of the unit and of every unit it has stood below on any day since `day`."""
    found: set[int] = set()
    fresh = {unit.pk}
    while fresh:
        found |= fresh
        in_force = Q(until=None) | Q(until__gt=day)
        above = Placement.objects.filter(in_force, unit__in=fresh).values_list("parent_id", flat=True)
        fresh = {pk for pk in above if pk is not None} - found
    return found


@transaction.atomic
def dissolve_unit(unit: Unit, *, effective: date, by: User, decision: str, reason: str = "") -> None:
    """End the unit: `effective` is the first day on which it no longer exists."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    place = open_placement(unit)
    _check_date(unit, effective)
    if place.parent is None:
        raise Refused(_("The root of the tree cannot be dissolved."))
    left = Unit.objects.filter(placements__parent=unit).filter(
        Q(placements__until=None) | Q(placements__until__gt=effective),
        Q(dissolved=None) | Q(dissolved__gt=effective),
    )
    if left.exists():
        raise Refused(_("Units still stand under it on that day; move or dissolve them first."))
    if place.since is not None and effective <= place.since:
        raise Refused(_("The unit was moved on that day or later; choose a later day."), "effective")
    unit.dissolved = effective
    unit.save(update_fields=["dissolved"])
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.DISSOLVED, effective=effective, decision=decision, reason=reason,
        parent_before=place.parent, by=by,
    )  # fmt: skip
    _announce([unit.pk], effective, [place.parent_id])


def superiors_on(unit: Unit, day: date) -> list[int]:
    """Keys of the unit's superiors on `day`, root first, ending with the unit itself."""
    chain = [unit.pk]
    while True:
        parent = Placement.objects.on(day).filter(unit=chain[-1]).values_list("parent_id", flat=True).first()
        if parent is None:
            return chain[::-1]
        chain.append(parent)


def lineage_on(day: date) -> dict[int, list[int]]:
    """For every unit that exists on `day`: keys of its superiors then, root first, itself last."""
    existing = set(Unit.objects.existing_on(day).values_list("pk", flat=True))
    parents = {
        unit: parent
        for unit, parent in Placement.objects.on(day).values_list("unit_id", "parent_id")
        if unit in existing
    }
    chains: dict[int, list[int]] = {}
    for start in parents:
        open_units = [start]
        while open_units[-1] not in chains and parents.get(open_units[-1]) is not None:
            open_units.append(parents[open_units[-1]])
        for unit in reversed(open_units):
            if unit not in chains:
                chains[unit] = [*chains.get(parents.get(unit), []), unit]
    return chains


@transaction.atomic
def add_membership(
    *, user: User, unit: Unit, role: Role, since: date, until: date | None = None, office: Office | None = None
) -> Membership:
    """Give `user` a role in `unit`; raises ValidationError when the row breaks a rule of the table."""
    membership = Membership(user=user, unit=unit, role=role, office=office, since=since, until=until)
    membership.full_clean()
    membership.save()
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, until: date) -> None:
    """Set the last day of a membership. A membership is never deleted: it is part of the history."""
    if until < membership.since:
        raise Refused(_("The last day of a membership is not before its first."), "until")
    membership.until = until
    membership.save(update_fields=["until"])


@transaction.atomic
def create_user(*, username: str, full_name: str, password: str, must_change_password: bool = True) -> User:
    user: User = User.objects.create_user(
        username, password, full_name=normal(full_name), must_change_password=must_change_password
    )
    return user


@transaction.atomic
def set_first_password(user: User, *, password: str) -> None:
    """A password given by an administrator: the user has to choose an own one at the next login."""
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])


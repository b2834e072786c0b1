"""Writes of the unit tree: create, correct, rename, move, dissolve.

Every function runs in one transaction, requires that `by` administers what it changes, and leaves a `UnitChange` or
an audit entry behind. Where `by` may be None, a command on the server makes the change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Substr
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units import access, clock
from units.errors import Refused
from units.models import Placement, Unit, UnitChange, UnitKind, User
from units.paths import MAX_DEPTH, branch_q, depth, path_ids, segment
from units.text import normal


def too_early() -> str:
    return _("Record a change of the tree on the day it takes effect, not before.")


def too_deep() -> str:
    return _("The tree is at most %(depth)d levels deep.") % {"depth": MAX_DEPTH}


@dataclass(frozen=True)
class TreeChange:
    """What happened to the tree: the units concerned, since when, and the superiors touched."""

    units: list[int]
    since: date | None
    superiors: set[int]


# Higher apps keep figures by place in the tree; they have to follow in the same transaction. This
# app must not import them, so they register here when Django starts.
after_tree_change: list[Callable[[TreeChange], None]] = []
# What of theirs a change of a unit's branch since a day may touch is locked before the units themselves: who
# approves a figure holds it, too, and then waits for the units above it.
before_tree_change: list[Callable[[Unit, date | None], None]] = []


def announce(units: Iterable[int], since: date | None, superiors: Iterable[int | None]) -> None:
    """Tell the higher apps, once for one change or for a whole file."""
    change = TreeChange(list(units), since, {pk for pk in superiors if pk is not None})
    for follow in after_tree_change:
        follow(change)


def hold(unit: Unit, since: date | None) -> None:
    """Let the higher apps lock what the change may touch. Called before a unit is locked or saved."""
    for lock in before_tree_change:
        lock(unit, since)


def lock_tree() -> None:
    """One change of the tree at a time: two moves at once could put two units below each other.

    The placement of the root stands for the tree; nothing else locks it.
    """
    list(Placement.objects.select_for_update().filter(parent=None).values_list("pk"))


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

    Raises `Refused` for a second root, a future date, or a superior that does not exist on the date, and
    ValidationError for what breaks a rule of the table.
    """
    lock_tree()
    if parent is None and Unit.objects.exists():
        raise Refused(_("The tree has one root. Choose the superior of the new unit."), "parent")
    if parent is not None:
        parent = Unit.objects.get(pk=parent.pk)
        access.require(by is None or access.administers(by, parent))
    if established is not None and established > clock.today():
        raise Refused(too_early(), "established")
    if parent is not None:
        _check_superior(parent, established, "established")
    unit = Unit(
        code=code, name=normal(name), short_name=normal(short_name), kind=kind, order=order, established=established
    )
    unit.full_clean(exclude=["path", "search"])
    place_unit(unit, parent)
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.CREATED, effective=established, decision=decision, reason=reason,
        name_after=unit.name, parent_after=parent, by=by,
    )  # fmt: skip
    announce([unit.pk], established, [parent.pk if parent else None])
    return unit


def place_unit(unit: Unit, parent: Unit | None) -> None:
    """Save a new unit with its path and first placement."""
    if parent is not None and depth(parent.path) == MAX_DEPTH:
        raise Refused(too_deep(), "parent")
    unit.path = f"+{unit.code}"  # the path holds the key, known only after the row is there
    unit.save()
    unit.path = (parent.path if parent else "") + segment(unit.pk)
    unit.save(update_fields=["path"])
    Placement.objects.create(unit=unit, parent=parent, since=unit.established)


def _check_superior(parent: Unit, day: date | None, field: str) -> None:
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
    """Give the unit a new name from `effective` on; its history keeps the old one."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    access.require(access.administers(by, unit))
    _check_date(unit, effective)
    if (normal(name), normal(short_name)) == (unit.name, unit.short_name):
        raise Refused(_("This is the name it already has."), "name")
    last = unit.changes.filter(kind=UnitChange.Kind.RENAMED, undone_at=None).first()
    if last is not None and last.effective is not None and effective < last.effective:
        raise Refused(_("The unit was renamed on a later day; the new name has to follow it."), "effective")
    before, short_before = unit.name, unit.short_name
    unit.name, unit.short_name = normal(name), normal(short_name)
    unit.full_clean(exclude=["path", "search"])
    unit.save(update_fields=["name", "short_name", "search"])
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.RENAMED, effective=effective, decision=decision, reason=reason,
        name_before=before, name_after=unit.name, by=by, kept={"short_name": short_before},
    )  # fmt: skip


@transaction.atomic
def correct_unit(unit: Unit, *, kind: UnitKind, order: int, short_name: str, by: User | None) -> None:
    """Correct what needs no decision. The kind says which figures are asked, so sheets follow it."""
    hold(unit, None)
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    access.require(by is None or access.administers(by, unit))
    other_kind = unit.kind_id != kind.pk
    unit.kind, unit.order, unit.short_name = kind, order, normal(short_name)
    unit.full_clean(exclude=["path", "search"])
    unit.save(update_fields=["kind", "order", "short_name", "search"])
    if other_kind:
        announce([unit.pk], None, path_ids(unit.path)[-2:-1])


def _check_date(unit: Unit, effective: date) -> None:
    if effective > clock.today():
        raise Refused(too_early(), "effective")
    if unit.established is not None and effective < unit.established:
        raise Refused(
            _("The unit was established on %(date)s; choose that day or a later one.")
            % {"date": date_format(unit.established)},
            "effective",
        )
    if unit.dissolved is not None:
        raise Refused(_("The unit was dissolved on %(date)s.") % {"date": date_format(unit.dissolved)}, "effective")


@transaction.atomic
def move_unit(unit: Unit, *, parent: Unit, effective: date, by: User, decision: str, reason: str = "") -> None:
    """Put the unit with its whole branch under `parent` from `effective` on.

    Figures of rounds that ended before stay under the former superior.
    """
    lock_tree()
    unit, parent = Unit.objects.get(pk=unit.pk), Unit.objects.get(pk=parent.pk)
    access.require(access.administers_superior(by, unit) and access.administers(by, parent))
    place = open_placement(unit)
    _check_date(unit, effective)
    former = place.parent
    if former is None:
        raise Refused(_("The root of the tree cannot be moved."))
    _check_superior(parent, effective, "effective")
    if former.pk == parent.pk:
        raise Refused(_("The unit already stands under %(unit)s.") % {"unit": parent}, "parent")
    _check_follows(place, effective)
    check_below(unit, parent, effective)

    hold(unit, effective)
    lock_branch(unit)
    place.until = effective
    place.save(update_fields=["until"])
    Placement.objects.create(unit=unit, parent=parent, since=effective)
    carry_branch(unit, parent)
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.MOVED, effective=effective, decision=decision, reason=reason,
        parent_before=former, parent_after=parent, by=by,
    )  # fmt: skip
    announce([unit.pk], effective, [former.pk, parent.pk])


def _check_follows(place: Placement, effective: date) -> None:
    """What ends a placement comes after the day on which it began."""
    if place.since is not None and effective <= place.since:
        raise Refused(
            _("The unit has stood under %(unit)s since %(date)s; choose a later day.")
            % {"unit": place.parent, "date": date_format(place.since)},
            "effective",
        )


def check_below(unit: Unit, parent: Unit, effective: date) -> None:
    """The branch of the unit can stand below `parent`: not within itself, and not too deep."""
    if unit.pk in _superiors_since(parent, effective):
        raise Refused(
            _("A unit cannot stand below itself: %(unit)s lies in its branch.") % {"unit": parent}, "parent"
        )
    deepest = max(depth(p) for p in Unit.objects.in_branch(unit).values_list("path", flat=True))
    if depth(parent.path) + deepest - depth(unit.path) + 1 > MAX_DEPTH:
        raise Refused(too_deep(), "parent")


def carry_branch(unit: Unit, parent: Unit) -> None:
    """Write the paths of the unit's whole branch below `parent`."""
    new_path = parent.path + segment(unit.pk)
    Unit.objects.filter(branch_q(unit.path)).update(
        path=Concat(Value(new_path), Substr(F("path"), len(unit.path) + 1))
    )


def lock_branch(unit: Unit) -> None:
    """Lock what the move writes from leaf to root, as whoever computes figures above it does."""
    rows = Unit.objects.in_branch(unit).select_for_update(no_key=True).order_by("-path")
    list(rows.values_list("pk"))


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
def dissolve_unit(
    unit: Unit, *, effective: date, by: User, decision: str, reason: str = "", keep_roles: bool = False
) -> None:
    """End the unit: `effective` is the first day on which it no longer exists. Roles in it end with it.

    With `keep_roles` they stay, for sheets of its time that are still to be handed in; they are then ended by hand.
    What it means is shown first (`reports.dissolution`), and a mistaken one is taken back (`services.taking_back`).
    """
    lock_tree()
    unit = Unit.objects.get(pk=unit.pk)
    access.require(access.administers_superior(by, unit))
    place = open_placement(unit)
    _check_date(unit, effective)
    if place.parent is None:
        raise Refused(_("The root of the tree cannot be dissolved."))
    left = Placement.objects.filter(
        Q(until=None) | Q(until__gt=effective),
        Q(unit__dissolved=None) | Q(unit__dissolved__gt=effective),
        parent=unit,
    )
    if left.exists():
        raise Refused(_("Units still stand under it on that day; move or dissolve them first."))
    _check_follows(place, effective)
    hold(unit, effective)
    unit.dissolved = effective
    unit.save(update_fields=["dissolved"])
    roles = [] if keep_roles else _end_roles(unit, effective - timedelta(days=1))
    UnitChange.objects.create(
        unit=unit, kind=UnitChange.Kind.DISSOLVED, effective=effective, decision=decision, reason=reason,
        parent_before=place.parent, by=by, kept={"roles": roles},
    )  # fmt: skip
    announce([unit.pk], effective, [place.parent_id])


def _end_roles(unit: Unit, last: date) -> list[list[Any]]:
    """End the roles that go on after the unit's last day; what they were before.

    Those given later end on their first day, or at once where that is today or has not come.
    """
    ended = []
    rows = unit.memberships.select_for_update(of=("self",))
    for row in rows.filter(Q(until=None) | Q(until__gt=last)).order_by("pk"):
        ended.append([row.pk, row.until.isoformat() if row.until else None])
        row.withdrawn = row.since >= clock.today()
        row.until = clock.today() - timedelta(days=1) if row.withdrawn else max(last, row.since)
        row.save(update_fields=["until", "withdrawn"])
    return ended

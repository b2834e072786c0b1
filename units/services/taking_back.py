"""A dissolution, a move or a new name that was recorded by mistake is taken back while nothing rests on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units import access
from units.errors import Refused, reason_of
from units.locking import locked
from units.models import Membership, Unit, UnitChange, User
from units.services.tree import announce, carry_branch, check_below, hold, lock_branch, lock_tree, open_placement

Kind = UnitChange.Kind
POSSIBLE = (Kind.RENAMED, Kind.MOVED, Kind.DISSOLVED)

# What of the higher apps rests on a change: a sentence each. They register here when Django starts.
what_rests: list[Callable[[UnitChange], Iterable[str]]] = []


def last_change(changes: Iterable[UnitChange]) -> UnitChange | None:
    """Of a unit's changes the one that may be taken back, unless something rests on it: the last one recorded."""
    last = max((row for row in changes if row.undone_at is None), key=lambda row: row.pk, default=None)
    return last if last is not None and last.kind in POSSIBLE else None


def may_take_back(user: User, change: UnitChange) -> bool:
    """Who may rename the unit takes back a name; who may take it from its place, and back to the former, the rest."""
    if change.kind == UnitChange.Kind.RENAMED:
        return access.administers(user, change.unit)
    former = change.parent_before
    return access.administers_superior(user, change.unit) and (former is None or access.administers(user, former))


@transaction.atomic
def take_back_change(change: UnitChange, *, reason: str, by: User) -> None:
    """Let the unit be what it was before the change, which stays in its history with who took it back, when and why.

    Raises `Refused` for a change that is not the unit's last, that was taken back, or on which something rests.
    """
    why = reason_of(reason, most=300)
    lock_tree()
    change = locked(change, "unit", "parent_before", "parent_after")
    access.require(may_take_back(by, change))
    _refuse_unless_last(change)
    if resting := [words for source in what_rests for words in source(change)]:
        raise Refused(resting)
    UNDO[change.kind](change)
    change.undone_by, change.undone_at, change.undone_why = by, timezone.now(), why
    change.save(update_fields=["undone_by", "undone_at", "undone_why"])


def _refuse_unless_last(change: UnitChange) -> None:
    if change.undone_at is not None:
        raise Refused(_("This change has been taken back already."))
    if change.kind not in POSSIBLE:
        raise Refused(_("The creation of a unit is not taken back; dissolve the unit."))
    last = last_change(change.unit.changes.all())
    if last is None or last.pk != change.pk:
        raise Refused(_("The unit has changed again since. Take back its last change first."))


def _take_back_name(change: UnitChange) -> None:
    unit = Unit.objects.select_for_update().get(pk=change.unit_id)
    unit.name, unit.short_name = change.name_before, change.kept.get("short_name", unit.short_name)
    unit.save(update_fields=["name", "short_name", "search"])


def _take_back_move(change: UnitChange) -> None:
    """The former place goes on as if it had not ended; the branch and its sheets follow."""
    unit, former, day = Unit.objects.get(pk=change.unit_id), change.parent_before, change.effective
    place = open_placement(unit)
    before = unit.placements.filter(parent=former, until=day).last() if day else None
    if former is None or day is None or before is None or place.parent_id != change.parent_after_id:
        raise Refused(_("This change was made by a file; correct it by a file."))
    _refuse_dissolved(former)
    check_below(unit, former, day)
    hold(unit, day)
    lock_branch(unit)
    place.delete()
    before.until = None
    before.save(update_fields=["until"])
    carry_branch(unit, former)
    announce([unit.pk], day, [former.pk, change.parent_after_id])


def _take_back_dissolution(change: UnitChange) -> None:
    """The unit exists again, with the sheets it is asked; roles that ended with it go on."""
    unit = Unit.objects.get(pk=change.unit_id)
    superior = open_placement(unit).parent
    if superior is not None:
        _refuse_dissolved(superior)
    hold(unit, change.effective)
    unit.dissolved = None
    unit.save(update_fields=["dissolved"])
    _restore_roles(change)
    announce([unit.pk], change.effective, [superior.pk if superior else None])


def _refuse_dissolved(superior: Unit) -> None:
    if superior.dissolved is not None:
        raise Refused(
            _("Its superior, %(unit)s, was dissolved on %(date)s. Take that back first.")
            % {"unit": superior, "date": date_format(superior.dissolved)}
        )


def _restore_roles(change: UnitChange) -> None:
    """Roles that ended with the unit last as long as they did, unless the user has been given the like since."""
    before = {pk: date.fromisoformat(day) if day else None for pk, day in change.kept.get("roles", [])}
    for row in Membership.objects.select_for_update(of=("self",)).filter(pk__in=before).order_by("pk"):
        like = Q(user=row.user_id, unit=row.unit_id, role=row.role, office=row.office_id, until=None)
        if not Membership.objects.filter(like).exists():
            row.until, row.withdrawn = before[row.pk], False
            row.save(update_fields=["until", "withdrawn"])


UNDO: dict[str, Callable[[UnitChange], None]] = {
    Kind.RENAMED: _take_back_name,
    Kind.MOVED: _take_back_move,
    Kind.DISSOLVED: _take_back_dissolution,
}

"""Yearly task ratings of units, written by the staff of a superior. The audit log keeps who, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from units import access, clock
from units.errors import Refused
from units.models import Unit, UnitRating, User
from units.text import normal

REMOVE = "remove"


@transaction.atomic
def rate_units(
    ratings: Mapping[Unit, str], *, year: int, decision: str, by: User, before: Mapping[int, str | None] | None = None
) -> int:
    """Set the task rating of a year for several units, all or none; returns how many rows changed.

    A unit that has a rating gets the new one, with the decision where one is given; `REMOVE` deletes what was
    entered by mistake, with `decision` as the reason. `before` are the ratings that the user has seen, by unit.
    Raises `Refused`, also when one of them is another by now.
    """
    if year > clock.today().year:
        raise Refused(_("This year has not begun yet."), "year")
    keys = [unit.pk for unit in ratings]
    units = {unit.pk: unit for unit in Unit.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    rows = {row.unit_id: row for row in UnitRating.objects.filter(year=year, unit__in=keys)}
    if before is not None and before != {pk: rows[pk].rating if pk in rows else None for pk in before}:
        raise Refused(_("Somebody has changed one of these ratings meanwhile. Look at the list again."))
    changed = 0
    for given, rating in ratings.items():
        unit = units[given.pk]
        access.require(access.rates(by, unit))
        row = rows.get(unit.pk)
        if rating == REMOVE:
            changed += _remove(row, decision)
        elif row is None or row.rating != rating:
            _check_existed(unit, year)
            row = row or UnitRating(unit=unit, year=year)
            row.rating, row.decision = rating, normal(decision) or row.decision
            row.full_clean()
            row.save()
            changed += 1
    return changed


def _remove(row: UnitRating | None, why: str) -> bool:
    if row is None:
        return False
    if not why.strip():
        raise Refused(_("Say why a rating is removed: it stays in the audit log with this reason."), "decision")
    row.why_removed = normal(why)
    row.delete()
    return True


def _check_existed(unit: Unit, year: int) -> None:
    """A unit is rated for years in which it existed."""
    begun = unit.established is None or unit.established <= date(year, 12, 31)
    if not begun or (unit.dissolved is not None and unit.dissolved <= date(year, 1, 1)):
        raise Refused(_("%(unit)s did not exist in %(year)d.") % {"unit": unit, "year": year})

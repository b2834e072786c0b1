"""Which unit judges a dossier: its council if it has one, else the nearest above that has, else its reviewers."""

from __future__ import annotations

from awards.models import Council
from units.access import reviewing_units
from units.models import Membership, Role, Unit
from units.paths import path_ids


def judging_unit(unit: Unit) -> Unit | None:
    """The unit to which `unit` hands its dossiers in: the nearest with a council, itself included.

    Where nobody above has a council: the unit whose reviewers judge its sheets; None where there is none.
    """
    return _nearest(path_ids(unit.path)) or _reviewing(unit)


def next_above(unit: Unit) -> Unit | None:
    """The unit to which `unit` forwards what it does not decide itself; None where the tree ends."""
    above = path_ids(unit.path)[:-1]
    if not above:
        return None
    return _nearest(above) or _reviewing(unit)


def _nearest(keys: list[int]) -> Unit | None:
    with_council = set(Council.objects.active().filter(unit__in=keys).values_list("unit", flat=True))
    found = next((pk for pk in reversed(keys) if pk in with_council), None)
    return Unit.objects.filter(pk=found).first() if found else None


def _reviewing(unit: Unit) -> Unit | None:
    found = reviewing_units([unit])[unit.pk]
    return Unit.objects.filter(pk=found).first() if found else None


def commanders_of(unit: Unit) -> list[str]:
    """Names of those who command the unit, and so hand its dossiers in. One query."""
    rows = Membership.objects.active().filter(unit=unit, role=Role.COMMANDER).order_by("pk")
    return list(rows.values_list("user__full_name", flat=True))

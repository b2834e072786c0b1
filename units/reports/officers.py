"""Which of the officers on whom a unit's work rests are missing: its staff, its commander, the reviewer above it.

Whoever is locked out, or whose role has ended, is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length, Substr
from django.utils.translation import gettext as _

from units.models import Membership, Role, Unit
from units.models.units import UnitQuerySet
from units.paths import MAX_DEPTH, WIDTH


@dataclass(frozen=True, slots=True)
class Lack:
    """What a unit lacks."""

    staff: bool
    commander: bool
    reviewer: bool

    def __bool__(self) -> bool:
        return self.staff or self.commander or self.reviewer

    @property
    def who(self) -> str:
        """The officers that are missing."""
        names = ((self.staff, _("staff officer")), (self.commander, _("commander")), (self.reviewer, _("reviewer")))
        return ", ".join(name for missing, name in names if missing)

    @property
    def means(self) -> list[str]:
        """What cannot be done without them, a sentence each."""
        return [
            *([_("Nobody can enter its figures.")] if self.staff else []),
            *([_("Nobody can hand in what it enters.")] if self.commander else []),
            *([_("Nobody above can review what it hands in.")] if self.reviewer else []),
        ]


def with_officers(units: UnitQuerySet) -> UnitQuerySet:
    """The units with `no_staff`, `no_commander` and `no_reviewer`, which is what `access.reviewing_units` finds.

    `no_judge`: nor has the unit itself a reviewer, for those directly below it.
    """
    active = Membership.objects.active()
    here = active.filter(unit=OuterRef("pk"))
    prefixes = [Substr(OuterRef("path"), 1, end) for end in range(WIDTH, (MAX_DEPTH + 1) * WIDTH, WIDTH)]
    judges = active.filter(role=Role.REVIEWER, office=None, unit__path__in=prefixes)
    above = judges.annotate(length=Length("unit__path")).filter(~Q(unit=OuterRef("pk")) | Q(length=WIDTH))
    return units.annotate(
        no_staff=~Exists(here.filter(role=Role.STAFF)),
        no_commander=~Exists(here.filter(role=Role.COMMANDER)),
        no_reviewer=~Exists(above),
        no_judge=~Exists(judges),
    )


def lacking(units: UnitQuerySet) -> UnitQuerySet:
    """Those of the units that lack somebody, those without staff and commander of their own first."""
    found = with_officers(units).filter(Q(no_staff=True) | Q(no_commander=True) | Q(no_reviewer=True))
    return found.order_by(F("no_commander").desc(), F("no_staff").desc(), "path")


def lack_in(unit: Unit) -> Lack:
    """Of a unit as `with_officers` reads it. No query."""
    return Lack(unit.no_staff, unit.no_commander, unit.no_reviewer)  # type: ignore[attr-defined]


def lacks(units: Iterable[int]) -> dict[int, Lack]:
    """unit (key) → what it lacks; units that have ended lack nothing. One query."""
    rows = with_officers(Unit.objects.filter(pk__in=list(units)))
    return {row.pk: Lack(False, False, False) if row.ended else lack_in(row) for row in rows}


def lack_of(unit: Unit) -> Lack:
    """One query."""
    return lacks([unit.pk])[unit.pk]

"""What the dissolution of a unit means, before it is recorded; and what is still open after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from units import clock
from units.models import Person, Unit


@dataclass(frozen=True, slots=True)
class Consequence:
    """A line of what it means: what it is about, and in words what becomes of it.

    `unfinished`: work that only those with a role in the unit can finish.
    """

    about: str
    words: str
    unfinished: bool = False


# What of the higher apps a dissolution on a day touches. They register here when Django starts.
SOURCES: list[Callable[[Unit, date], Iterable[Consequence]]] = []


def consequences(unit: Unit, day: date) -> list[Consequence]:
    """What it means that the unit no longer exists from `day` on. A fixed number of queries."""
    found = [row for source in SOURCES for row in source(unit, day)]
    return [*found, _roles(unit, day, kept=any(row.unfinished for row in found)), _people(unit)]


def _roles(unit: Unit, day: date, *, kept: bool) -> Consequence:
    """`kept`: whether they may be left in force."""
    rows = unit.memberships.filter(Q(until=None) | Q(until__gte=day)).select_related("user", "office")
    names = "; ".join(f"{row.user} ({row.get_role_display()})" for row in rows.order_by("user__sorting", "pk"))
    if not names:
        return Consequence(_("Roles of users"), _("None."))
    last = day - timedelta(days=1)
    words = (
        _("They end on %(day)s, unless they are left in force: %(names)s.")
        if kept
        else _("They end on %(day)s: %(names)s.")
    )
    said = words % {"day": date_format(last, "SHORT_DATE_FORMAT"), "names": names}
    return Consequence(_("Roles of users"), said)


def _people(unit: Unit) -> Consequence:
    """Administrators read no people: how many they are is enough."""
    count = serving(unit)
    if not count:
        return Consequence(_("People serving there"), _("Nobody."))
    words = ngettext(
        "%(count)d person still serves there and is to be posted elsewhere by the staff of the unit above.",
        "%(count)d people still serve there and are to be posted elsewhere by the staff of the unit above.",
        count,
    )
    return Consequence(_("People serving there"), words % {"count": count})


def serving(unit: Unit) -> int:
    """How many people serve in the unit itself."""
    return Person.objects.serving().filter(unit=unit).count()


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What is still to be settled at a unit that has ended: people to be posted elsewhere, roles to be ended."""

    people: int
    roles: int


def leftovers(unit: Unit) -> Leftovers | None:
    """None for a unit that exists. Two queries."""
    if not unit.ended:
        return None
    going_on = unit.memberships.filter(Q(until=None) | Q(until__gte=clock.today()))
    return Leftovers(serving(unit), going_on.count())

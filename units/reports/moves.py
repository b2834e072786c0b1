"""What the move of a unit below another superior means, before it is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from datetime import date

from django.utils.translation import gettext as _

from units import access
from units.models import READERS, Membership, Unit
from units.paths import path_ids, segment
from units.reports.dissolution import Consequence

# What of the higher apps a move (unit, new superior, day) touches. They register here when Django starts.
SOURCES: list[Callable[[Unit, Unit, date], Iterable[Consequence]]] = []
NAMED = 8  # things that are named one by one


def consequences(unit: Unit, parent: Unit, day: date) -> list[Consequence]:
    """What it means that the unit, with its branch, stands under `parent` from `day` on. Its queries do not grow."""
    found = [row for source in SOURCES for row in source(unit, parent, day)]
    return [*found, _review(unit, parent), _reading(unit, parent), _roles()]


def moved_path(path: str, unit: Unit, above: str) -> str:
    """The path of something in the unit's branch once the unit stands below the path `above`."""
    ids = path_ids(path)
    return above + "".join(map(segment, ids[ids.index(unit.pk) :]))


def desks(unit: Unit, parent: Unit) -> tuple[Unit | None, Unit | None]:
    """The units whose reviewers judge the unit's sheets and registrations now, and after the move. Two queries."""
    after = copy(unit)
    after.path = moved_path(unit.path, unit, parent.path)
    now, then = access.reviewing_units([unit])[unit.pk], access.reviewing_units([after])[unit.pk]
    known = Unit.objects.in_bulk({pk for pk in (now, then) if pk is not None})
    return known.get(now or 0), known.get(then or 0)


def nobody() -> str:
    """Instead of the unit whose reviewers judge, where there are none."""
    return _("(nobody reviews it)")


def named(words: Iterable[str]) -> str:
    """The first of them, and how many more there are."""
    found = list(words)
    more = len(found) - NAMED
    shown = "; ".join(found[:NAMED])
    return _("%(shown)s; and %(more)d more") % {"shown": shown, "more": more} if more > 0 else shown


def _review(unit: Unit, parent: Unit) -> Consequence:
    now, then = desks(unit, parent)
    if now == then:
        words = _("It stays with %(desk)s.") % {"desk": then or nobody()}
    else:
        words = _("It goes from %(now)s to %(then)s at once: also sheets handed in and registrations of targets.") % {
            "now": now or nobody(), "then": then or nobody()
        }  # fmt: skip
    return Consequence(_("Review"), words)


def _reading(unit: Unit, parent: Unit) -> Consequence:
    """Who no longer reaches the unit: readers of the old superiors that are none of the new."""
    left = set(path_ids(unit.path)[:-1]) - set(path_ids(parent.path))
    rows = Membership.objects.active().filter(unit__in=left, role__in=READERS).select_related("user", "unit")
    users = {f"{row.user} ({row.unit.short})" for row in rows.order_by("user__sorting", "pk")}
    if not users:
        return Consequence(_("Reading"), _("Everybody who reads the unit goes on to."))
    words = _(
        "These no longer read it, but for its sheets of rounds in which it stood below them: %(users)s. Who reads"
        " %(parent)s reads it."
    )
    return Consequence(_("Reading"), words % {"users": named(sorted(users)), "parent": parent})


def _roles() -> Consequence:
    return Consequence(_("Roles of users"), _("Roles in the unit and below it stay as they are."))

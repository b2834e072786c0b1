"""Whose figures of the past a user reads."""

from __future__ import annotations

from emulation.models import Lineage
from emulation.periods import QUARTERS
from units import access
from units.models import Unit, User


def readable_in(user: User, unit: int, year: int, period: str) -> Unit | None:
    """The unit, when the user reads it today or it stood in the user's branch in every round of the period.

    A sheet is read by whoever reaches its unit now or reached it then (`Report.objects.visible_to`); a
    figure over several rounds needs all of them. One query, two more for units out of today's reach.
    """
    found = Unit.objects.filter(access.figures_q(user), pk=unit).select_related("kind").first()
    if found is not None:
        return found
    places = Lineage.objects.filter(round__year=year, round__quarter__in=QUARTERS[period], round__drive=None)
    mine = [m.unit_id for m in user.active_memberships if m.role in access.READERS]
    branches: dict[int, list[str]] = {}
    for round_, path in places.filter(unit__in=mine).values_list("round_id", "path"):
        branches.setdefault(round_, []).append(path)
    stood = list(places.filter(unit=unit).select_related("unit__kind"))
    inside = all(any(row.path.startswith(path) for path in branches.get(row.round_id, ())) for row in stood)
    return stood[0].unit if stood and inside else None

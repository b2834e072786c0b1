"""Agreed targets that keep another comparator than their campaign indicator: which, and who may change them."""

from __future__ import annotations

from dataclasses import dataclass

from emulation.models import CampaignIndicator, Target
from emulation.reports.targets import compared_words
from emulation.services.comparators import judged, kept, key_of_target
from units import access
from units.models import Unit, User


@dataclass(frozen=True, slots=True)
class Kept:
    """A target, what is agreed in words, whether the user may change it, and the unit whose reviewers judge it.

    `judge` is None where nobody does.
    """

    target: Target
    agreed: str
    mine: bool
    judge: Unit | None


def kept_targets(row: CampaignIndicator, user: User) -> list[Kept]:
    """Those of units whose figures the user reads. Four queries; with grades, two more."""
    found = list(kept(row).visible_to(user).select_related("unit", "drive").order_by("unit__path", "pk"))
    mine = judged(row, found, user)
    judges = access.reviewing_units(target.unit for target in found)
    units = Unit.objects.in_bulk({pk for pk in judges.values() if pk is not None})
    return [
        Kept(
            target,
            compared_words(row.indicator, target, "agreed"),
            key_of_target(target, row) in mine,
            units.get(judges[target.unit_id] or 0),
        )
        for target in found
    ]

"""Agreed targets that keep another comparator than their campaign indicator: which, and who may change them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulation.models import Campaign, CampaignIndicator, Registration, Target
from emulation.models.targets import TargetQuerySet
from emulation.reports.targets import compared_words
from units import access
from units.models import Unit, User

Key = tuple[int, int | None]  # unit, drive


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


def kept(row: CampaignIndicator) -> TargetQuerySet:
    """Agreed targets of the row with another comparator than its own."""
    rows = Target.objects.filter(campaign_indicator=row, agreed__isnull=False)
    return rows.exclude(comparator=row.comparator)


def key_of_target(target: Target, row: CampaignIndicator) -> Key:
    """Unit and drive of the registration to which a target of the row belongs."""
    return target.unit_id, target.drive_id or (row.campaign_id if row.campaign.kind.is_drive else None)


def judged(row: CampaignIndicator, kept: Iterable[Target], user: User) -> set[Key]:
    """Agreed registrations of these targets that the user may change. One query."""
    rows = Registration.objects.judged_by(user).filter(state=Registration.State.AGREED, year=row.campaign.year)
    rows = rows.filter(unit__in={target.unit_id for target in kept}).exclude(drive__state=Campaign.State.CLOSED)
    return set(rows.values_list("unit", "drive"))

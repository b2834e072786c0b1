"""What a unit is asked in a year or in a peak drive, so that it may have a target for it.

Of a drive these are its own indicators, and those of the year's movement, which are judged on the quarter in which
the drive ends: nothing is typed again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from emulation.models import Campaign, CampaignIndicator, Target
from emulation.periods import quarter_of
from emulation.reports.launch import scope_q
from units.models import Unit, User
from units.paths import branch_q, path_ids


@dataclass(frozen=True, slots=True)
class Place:
    """A campaign indicator for which a unit may have a target; `own`: asked of the unit itself, not only below it."""

    row: CampaignIndicator
    own: bool


def places_for(unit: Unit, year: int, reader: User | None = None) -> list[Place]:
    """What the year's campaigns ask of the unit or of units in its branch, as far as `reader` reads campaigns.

    Of drafts, then, only what the reader's own unit or one below prepares: a superior assigns before its launch,
    units below register from the launch on. One an indicator: the one that asks the unit itself, else the first
    that asks somebody below. Peak drives are left out: their targets belong to the drive. Three queries.
    """
    above = path_ids(unit.path)[:-1]
    around = Q(scopes__unit__in=above, scopes__with_branch=True)
    inside = branch_q(unit.path, "scopes__unit__path")
    taking_part = Campaign.objects.filter(around | Q(scopes__unit=unit))
    known = Campaign.objects.all() if reader is None else Campaign.objects.visible_to(reader)
    kinds = CampaignIndicator.kinds.through.objects.filter(campaignindicator=OuterRef("pk"))
    below = set(Unit.objects.in_branch(unit).order_by().values_list("kind", flat=True).distinct())
    rows = (
        CampaignIndicator.objects.filter(campaign__in=known.filter(around | inside))
        .filter(campaign__year=year, campaign__kind__is_drive=False)
        .filter(~Exists(kinds) | Exists(kinds.filter(unitkind__in=below)))
        .annotate(
            unit_takes_part=Exists(taking_part.filter(pk=OuterRef("campaign"))),
            asks_its_kind=Case(When(~Exists(kinds), then=True), default=Exists(kinds.filter(unitkind=unit.kind_id))),
        )
        .select_related("indicator__area", "indicator__grade_scale", "campaign")
        .prefetch_related("indicator__grade_scale__grades")
    )
    found: dict[int, Place] = {}
    for row in rows.order_by("campaign__parent_id", "campaign_id", "pk"):
        place = Place(row, own=row.unit_takes_part and row.asks_its_kind)
        if row.indicator_id not in found or place.own:
            found[row.indicator_id] = place
    return sorted(found.values(), key=_order)


def _order(place: Place) -> tuple[int, int, int, str]:
    indicator = place.row.indicator
    return indicator.area.order, place.row.order, indicator.order, indicator.code


def asked_places(unit: Unit, year: int, drive: Campaign | None = None, reader: User | None = None) -> list[Place]:
    """What the unit may have targets for: in the drive, else in the year."""
    return places_for(unit, year, reader) if drive is None else drive_places(drive, unit)


def drive_places(drive: Campaign, unit: Unit) -> list[Place]:
    """Indicators on which the unit may have a target of the drive: its own first, then those of the year.

    Of the year only what is asked in the quarter in which the drive ends. None outside the drive's scope,
    but for the units above, whose branch takes part. Six queries.
    """
    if not reaches(drive, unit):
        return []
    own = drive.indicators.select_related("indicator__area", "indicator__grade_scale", "campaign")
    rows = [Place(row, own=True) for row in own.prefetch_related("kinds", "indicator__grade_scale__grades")]
    kinds = set(Unit.objects.in_branch(unit).order_by().values_list("kind", flat=True).distinct())
    rows = [row for row in rows if not (of := {kind.pk for kind in row.row.kinds.all()}) or of & kinds]
    quarter = quarter_of(drive.ends)
    return [*rows, *(row for row in places_for(unit, drive.year) if quarter in row.row.asked_quarters)]


def named_places(drive: Campaign, unit: Unit, places: Iterable[Place]) -> list[Place]:
    """Of what the unit may have targets for, what the drive asks for: its own indicators, and those of the year on
    which it has a target for the unit or for one above it. One query.
    """
    set_ = Q(assigned__isnull=False) | Q(registered__isnull=False) | Q(agreed__isnull=False)
    targets = Target.objects.filter(set_, drive=drive, unit__in=path_ids(unit.path))
    named = set(targets.values_list("campaign_indicator", flat=True))
    return [place for place in places if place.row.campaign_id == drive.pk or place.row.pk in named]


def reaches(drive: Campaign, unit: Unit) -> bool:
    """Whether the unit takes part, launched the drive, or has a branch of which somebody takes part."""
    if unit.pk == drive.launching_unit_id:
        return True
    return Unit.objects.in_branch(unit).filter(scope_q(drive)).exists()


def targets_in(drive: Campaign, units: Iterable[Unit]) -> dict[tuple[int, int], Target]:
    """(unit, campaign indicator) → target of the drive. One query."""
    rows = Target.objects.filter(Q(drive=drive) | Q(drive=None, campaign_indicator__campaign=drive), unit__in=units)
    return {(row.unit_id, row.campaign_indicator_id): row for row in rows}


def stored_targets(unit: Unit, year: int, drive: Campaign | None = None) -> QuerySet[Target]:
    """The unit's targets of the drive, else of the year: those of its drives belong to the drives."""
    if drive is not None:
        return Target.objects.filter(Q(drive=drive) | Q(drive=None, campaign_indicator__campaign=drive), unit=unit)
    return Target.objects.filter(
        unit=unit, campaign_indicator__campaign__year=year, campaign_indicator__campaign__kind__is_drive=False,
        drive=None,
    )  # fmt: skip

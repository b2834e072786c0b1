"""Indicators placed in campaigns: one, or several at once as the catalogue usually asks for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignIndicator, Indicator
from emulation.services.asked import follow_asked, refuse_double, refuse_referenced
from emulation.services.campaigns import locked_open, may_write
from emulation.services.usual_comparator import follow
from units import access
from units.errors import Refused
from units.models import UnitKind, User


def placeable(campaign: Campaign) -> QuerySet[Indicator]:
    """Indicators of the catalogue in use that the campaign does not ask for yet, by area."""
    placed = campaign.indicators.values("indicator")
    return Indicator.objects.filter(retired=False).exclude(pk__in=placed).select_related("area")


@transaction.atomic
def place_indicators(
    campaign: Campaign, indicators: Iterable[Indicator], *, by: User, kinds: Collection[UnitKind] = ()
) -> int:
    """Ask for the indicators with comparator and rhythm of the catalogue; returns how many.

    All or none: raises `Refused` with what is wrong with each.
    """
    wrong: list[str] = []
    count = 0
    for count, indicator in enumerate(indicators, start=1):  # noqa: B007
        row = CampaignIndicator(
            campaign=campaign, indicator=indicator, comparator=indicator.comparator, asked=indicator.asked
        )
        try:
            place_indicator(row, by=by, kinds=kinds)
        except Refused as error:
            wrong += [f"{indicator.label}: {message}" for message in error.messages]
    if wrong:
        raise Refused(list(dict.fromkeys(wrong)), "indicators")
    return count


@transaction.atomic
def place_indicator(row: CampaignIndicator, *, by: User, kinds: Iterable[UnitKind]) -> CampaignIndicator:
    """Ask for an indicator. Raises `Refused` when another campaign of the year asks one of the units for it."""
    _lock_campaign(row, by)
    if row.indicator.retired:
        raise Refused(_("This indicator is no longer placed in campaigns."), "indicator")
    if row.campaign.indicators.filter(indicator=row.indicator).exists():
        raise Refused(_("The campaign already asks for this indicator."), "indicator")
    return _place(row, list(kinds), by)


@transaction.atomic
def change_indicator(row: CampaignIndicator, *, by: User, kinds: Iterable[UnitKind]) -> CampaignIndicator:
    """Save a changed campaign indicator; the indicator and the campaign stay."""
    _lock_campaign(row, by)
    if not row.campaign.indicators.filter(pk=row.pk).exists():
        raise Refused(_("The campaign no longer asks for this indicator."))
    return _place(row, list(kinds), by)


@transaction.atomic
def remove_indicator(row: CampaignIndicator, *, by: User) -> None:
    """Stop asking for an indicator that nothing refers to. Raises `Refused` naming what does."""
    _lock_campaign(row, by)
    refuse_referenced(row)
    row.delete()
    follow_asked(row.campaign, [row.indicator_id])


def _place(row: CampaignIndicator, kinds: list[UnitKind], by: User) -> CampaignIndicator:
    refuse_double(row, kinds)
    row.save()
    row.kinds.set(kinds)
    follow(row, by=by)
    follow_asked(row.campaign, [row.indicator_id])
    return row


def _lock_campaign(row: CampaignIndicator, by: User) -> None:
    """The row's campaign as it is stored, locked: what was read before it was launched would decide wrongly."""
    row.campaign = locked_open(row.campaign)
    access.require(may_write(by, row.campaign))

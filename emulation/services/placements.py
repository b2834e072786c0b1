"""Several indicators of the catalogue placed in a campaign at once, as the catalogue usually asks for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import transaction
from django.db.models import QuerySet

from emulation.models import Campaign, CampaignIndicator, Indicator
from emulation.services.campaigns import place_indicator
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

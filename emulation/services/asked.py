"""What campaigns ask of whom: what forbids a change of it, and what follows one.

Sheets and consolidated figures follow in the same transaction. Rights and states are asked by who calls
(`services.campaigns`, `services.placements`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignIndicator, Indicator, Result, Round, Target, TargetChange
from emulation.reports.launch import scope_q
from emulation.services.rounds import fit_sheets, place_units, set_up_drive_round
from emulation.services.summaries import rebuild
from units import clock
from units.errors import Refused
from units.models import Unit, UnitKind

State = Campaign.State


def drop_proposals(targets: QuerySet[Target]) -> None:
    """Delete those that were only assigned, and their trace: nobody has registered anything in reply yet."""
    proposed = targets.filter(registered=None, agreed=None)
    TargetChange.objects.filter(target__in=proposed).delete()
    proposed.delete()


def figures_asked(row: CampaignIndicator) -> int:
    """How many figures of the year stand on sheets of the units that the campaign indicator asks."""
    if row.campaign.state == State.DRAFT:
        return 0
    results = Result.objects.filter(indicator=row.indicator_id)
    drive = row.campaign if row.campaign.kind.is_drive else None
    results = results.filter(report__round__drive=drive, report__round__year=row.campaign.year)
    kinds = [kind.pk for kind in row.kinds.all()]
    if kinds:
        results = results.filter(report__unit__kind__in=kinds)
    return results.filter(scope_q(row.campaign, "report__lineage__path", "report__unit")).count()


def refuse_referenced(row: CampaignIndicator) -> None:
    """Raise `Refused` when targets or figures need it; those of a draft that were only assigned go with it."""
    if row.campaign.state == State.DRAFT:
        drop_proposals(row.targets.all())
    targets = row.targets.count()
    if targets:
        raise Refused(
            _("“%(indicator)s” cannot be removed. Targets that refer to it: %(count)d.")
            % {"indicator": row.label, "count": targets}
        )
    figures = figures_asked(row)
    if figures:
        raise Refused(
            _("“%(indicator)s” cannot be removed. Figures of this year on sheets: %(count)d.")
            % {"indicator": row.label, "count": figures}
        )


def refuse_double(row: CampaignIndicator, kinds: Iterable[UnitKind]) -> None:
    """A unit is asked an indicator by at most one campaign of a year, drafts included.

    One campaign at a time: two that begin to ask for an indicator at once would not see each other.
    """
    Indicator.objects.select_for_update(no_key=True).get(pk=row.indicator_id)
    others = CampaignIndicator.objects.filter(indicator=row.indicator_id, campaign__year=row.campaign.year)
    others = others.exclude(campaign=row.campaign).select_related("campaign").prefetch_related("kinds")
    mine = {kind.pk for kind in kinds}
    for other in others:
        units = Unit.objects.existing_on(clock.today()).filter(scope_q(row.campaign)).filter(scope_q(other.campaign))
        for wanted in (mine, {kind.pk for kind in other.kinds.all()}):
            units = units.filter(kind__in=wanted) if wanted else units
        unit = units.order_by("path").first()
        if unit is not None:
            raise Refused(
                _("“%(campaign)s” already asks %(unit)s for “%(indicator)s” in %(year)d.")
                % {
                    "campaign": other.campaign, "unit": unit, "indicator": row.indicator.label,
                    "year": row.campaign.year,
                }
            )  # fmt: skip


def follow_asked(campaign: Campaign, indicators: Iterable[int]) -> None:
    """Bring the year's sheets and consolidated figures in line with what is asked now."""
    indicators = list(indicators)
    if campaign.state == State.DRAFT or not indicators:
        return
    if campaign.kind.is_drive:
        if not Round.objects.filter(drive=campaign).exists():
            opens, due = _drive_calendar(campaign)
            set_up_drive_round(campaign, opens=opens, due=due, closes=None)
        fit_sheets(Round.objects.filter(drive=campaign))
        rebuild(campaign.year, drive=campaign, indicators=indicators)
    else:
        fit_sheets(Round.objects.quarters().filter(year=campaign.year))
        rebuild(campaign.year, indicators=indicators)


def _drive_calendar(drive: Campaign) -> tuple[date, date]:
    """Opens and due: from the drive's last ten days, due on the tenth day after it."""
    return max(drive.starts, drive.ends - timedelta(days=9)), drive.ends + timedelta(days=10)


def move_drive_round(drive: Campaign, before: Campaign) -> None:
    """A drive that ends on another day: its round takes that day's tree, and the usual calendar if it had it."""
    round_ = Round.objects.filter(drive=drive).first()
    if round_ is None:
        return
    if (round_.opens, round_.due, round_.closes) == (*_drive_calendar(before), None):
        round_.opens, round_.due = _drive_calendar(drive)
        round_.save()
    place_units([round_])
    fit_sheets([round_])
    rebuild(drive.year, drive=drive)

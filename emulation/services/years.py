"""A new year on the pattern of an old one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignIndicator, CampaignScope, Round, Target, TargetChange
from emulation.periods import YEARS
from emulation.reports.launch import renewed
from emulation.services.campaigns import may_write
from emulation.services.rounds import set_up_rounds
from emulation.services.target_values import snapshot_of
from units import access
from units.errors import Refused
from units.models import User


@dataclass(frozen=True, slots=True)
class Extent:
    """What is copied beside the launching unit's own movement, each of which usually is not.

    `lower`: campaigns of units below, which take the new movement over once it is launched; `drives`: peak drives,
    which are held once; `documents`: those that the campaigns carry out, which are of the old year.
    """

    lower: bool = False
    drives: bool = False
    documents: bool = False

    def keeps(self, campaign: Campaign, root: Campaign) -> bool:
        own = campaign.launching_unit_id == root.launching_unit_id
        return (self.lower or own) and (self.drives or not campaign.kind.is_drive)


@dataclass(frozen=True, slots=True)
class Renewed:
    """A line of a campaign's name or goal in which the old year becomes the new one."""

    campaign: Campaign
    before: str
    after: str


@dataclass(frozen=True)
class YearCopy:
    """What copying a year makes: campaigns, what they ask for, agreed targets that become proposals.

    What is not chosen, units that have ended and indicators no longer placed stay behind; all are named. So are the
    targets of `other_comparators` than their campaign indicator's, which is the one that the copy takes.
    """

    campaigns: list[Campaign]
    left_campaigns: list[Campaign]
    texts: list[Renewed]
    indicators: list[CampaignIndicator]
    targets: list[Target]
    left_indicators: list[CampaignIndicator]
    left_units: list[str]
    other_comparators: list[Target]
    rounds: int  # quarter rounds to be made


def year_copy(root: Campaign, year: int, extent: Extent = Extent()) -> YearCopy:
    """What there is to copy, parents before their children. A fixed number of queries."""
    found = Campaign.objects.filter(year=root.year).select_related("kind", "launching_unit")
    ordered = _parents_first(list(found.prefetch_related("scopes__unit", "documents", "organisations")))
    campaigns = _kept(ordered, root, extent)
    placed = CampaignIndicator.objects.filter(campaign__in=campaigns).select_related("indicator", "campaign")
    rows = list(placed.prefetch_related("kinds"))
    by_key = {row.pk: row for row in rows}
    kept = [row for row in rows if not row.indicator.retired]
    targets = Target.objects.filter(campaign_indicator__in=kept, agreed__isnull=False).select_related("unit")
    targets = targets.filter(Q(drive=None) | Q(drive__in=campaigns))
    scopes = [scope for campaign in campaigns for scope in campaign.scopes.all()]
    units = [*(row.unit for row in scopes), *(target.unit for target in targets)]
    ended = {unit.name for unit in units if unit.ended}
    known = Round.objects.quarters().filter(year=year).count()
    for target in targets:
        target.campaign_indicator = by_key[target.campaign_indicator_id]
    copied = [target for target in targets if not target.unit.ended]
    return YearCopy(
        campaigns=campaigns,
        left_campaigns=[row for row in ordered if row not in campaigns],
        texts=[line for row in campaigns for line in _renewed_lines(row, year)],
        indicators=kept,
        targets=copied,
        other_comparators=[one for one in copied if one.comparator != one.campaign_indicator.comparator],
        left_indicators=[row for row in rows if row.indicator.retired],
        left_units=sorted(ended),
        rounds=4 - known,
    )


def _kept(ordered: list[Campaign], root: Campaign, extent: Extent) -> list[Campaign]:
    """Of campaigns with parents first: a part is copied only with the whole it belongs to."""
    kept: dict[int, Campaign] = {}
    for row in ordered:
        if row.pk == root.pk or (extent.keeps(row, root) and row.parent_id in kept):
            kept[row.pk] = row
    return list(kept.values())


def _renewed_lines(campaign: Campaign, year: int) -> Iterator[Renewed]:
    for line in (campaign.name, *campaign.content.splitlines()):
        after = renewed(line, campaign.year, year)
        if after != line:
            yield Renewed(campaign, line.strip(), after.strip())


def _parents_first(campaigns: list[Campaign]) -> list[Campaign]:
    below: dict[int | None, list[Campaign]] = {}
    for campaign in campaigns:
        below.setdefault(campaign.parent_id, []).append(campaign)
    ordered: list[Campaign] = []
    level = below.get(None, [])
    while level:
        ordered += level
        level = [child for campaign in level for child in below.get(campaign.pk, [])]
    return ordered


def refuse_year(root: Campaign, year: int) -> None:
    """Raise `Refused` when the year cannot take the copy."""
    if year not in YEARS:
        raise Refused(_("Choose a year between 1945 and 2099."), "year")
    if Campaign.objects.filter(year=year).exists():
        raise Refused(_("The year %(year)d already has its movement.") % {"year": year}, "year")


@transaction.atomic
def copy_year(root: Campaign, *, year: int, by: User, extent: Extent = Extent()) -> Campaign:
    """Copy the movement of a year: tree and campaign indicators as drafts, targets as proposals, rounds.

    Its own year in names and goals becomes the new one; `extent` says what comes along. A target's assigned value
    becomes what was agreed last, with the comparator of its campaign indicator; nothing is registered or agreed yet.
    Returns the new root.
    """
    access.require(may_write(by, root))
    refuse_year(root, year)
    old = year_copy(root, year, extent)
    campaigns = {campaign.pk: _copy_campaign(campaign, root, year) for campaign in old.campaigns}
    for campaign in old.campaigns:
        _copy_links(campaign, campaigns, extent)
    rows = {row.pk: _copy_indicator(row, campaigns) for row in old.indicators}
    _copy_targets(old.targets, rows, campaigns, by=by, reason=_("Copied from %(year)d") % {"year": root.year})
    set_up_rounds(year)
    return campaigns[root.pk]


def _copy_campaign(campaign: Campaign, root: Campaign, year: int) -> Campaign:
    launching = root.launching_unit if campaign.launching_unit.ended else campaign.launching_unit
    return Campaign(
        year=year,
        kind=campaign.kind,
        name=renewed(campaign.name, root.year, year),
        theme=campaign.theme,
        content=renewed(campaign.content, root.year, year),
        launching_unit=launching,
        starts=_in_year(campaign.starts, year),
        ends=_in_year(campaign.ends, year),
        order=campaign.order,
        leader=campaign.leader,
        takes_over=campaign.takes_over and not campaign.launching_unit.ended,
    )


def _in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes the 28th."""
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def _copy_links(campaign: Campaign, campaigns: dict[int, Campaign], extent: Extent) -> None:
    copy = campaigns[campaign.pk]
    copy.parent = campaigns[campaign.parent_id] if campaign.parent_id else None
    copy.save()
    if extent.documents:
        copy.documents.set(campaign.documents.all())
    copy.organisations.set(campaign.organisations.all())
    for scope in campaign.scopes.all():
        if not scope.unit.ended:
            CampaignScope.objects.create(campaign=copy, unit=scope.unit, with_branch=scope.with_branch)


def _copy_indicator(row: CampaignIndicator, campaigns: dict[int, Campaign]) -> CampaignIndicator:
    kinds = list(row.kinds.all())
    copy = CampaignIndicator(campaign=campaigns[row.campaign_id], indicator=row.indicator)
    for column in (
        "name", "office_id", "asked", "comparator", "points", "range_min", "range_max", "over_margin", "near_margin",
        "is_main", "is_tile", "order",
    ):  # fmt: skip
        setattr(copy, column, getattr(row, column))
    copy.save()
    copy.kinds.set(kinds)
    return copy


def _copy_targets(
    targets: list[Target],
    rows: dict[int, CampaignIndicator],
    campaigns: dict[int, Campaign],
    *,
    by: User,
    reason: str,
) -> None:
    copies = [
        Target(
            unit=target.unit,
            campaign_indicator=rows[target.campaign_indicator_id],
            drive=campaigns[target.drive_id] if target.drive_id else None,
            comparator=rows[target.campaign_indicator_id].comparator,
            assigned=target.agreed,
            milestone_1=target.milestone_1,
            milestone_2=target.milestone_2,
            milestone_3=target.milestone_3,
            source=target.source,
        )
        for target in targets
    ]
    Target.objects.bulk_create(copies, batch_size=500)
    now = timezone.now()
    TargetChange.objects.bulk_create(
        (
            TargetChange(
                target=copy, field=TargetChange.Field.ASSIGNED, after=snapshot_of(copy.assigned), by=by,
                at=now, reason=reason,
            )
            for copy in copies
        ),
        batch_size=500,
    )  # fmt: skip

"""What a draft has of what a launch needs, and who is to join."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from emulation.models import Attachment, Campaign, CampaignIndicator, Target
from emulation.readiness import Point, Prepared, readiness
from units import clock
from units.models import Unit, User
from units.paths import branch_q
from units.reports.officers import lack_in, lacking

NAMED = 5  # units that are named as lacking somebody


def scope_q(campaign: Campaign, path: str = "path", unit: str = "pk") -> Q:
    """Rows of units in the scope of the campaign; `path` and `unit` lead to the unit's path and key."""
    found = Q(**{f"{unit}__in": []})
    for row in campaign.scopes.select_related("unit"):
        found |= branch_q(row.unit.path, path) if row.with_branch else Q(**{unit: row.unit_id})
    return found


def participants(campaign: Campaign) -> QuerySet[Unit]:
    """Units that join: those named, and for the launching unit's whole branch those directly below it.

    What `Campaign.objects.to_join` says, from the side of the campaign.
    """
    named, below = [], False
    for unit, with_branch in campaign.scopes.values_list("unit", "with_branch"):
        if unit != campaign.launching_unit_id:
            named.append(unit)
        below |= unit == campaign.launching_unit_id and with_branch
    wanted = Q(pk__in=named)
    if below:
        children = Unit.objects.children_of(campaign.launching_unit).values("pk")
        wanted |= Q(pk__in=children)
    return Unit.objects.existing_on(clock.today()).filter(wanted).order_by("order", "code")


def taking_part(campaign: Campaign) -> QuerySet[Unit]:
    """Units that take part by themselves: the launching unit, where it is named, before those that join."""
    own = campaign.scopes.filter(unit=campaign.launching_unit_id).values("unit")
    below = participants(campaign).order_by().values("pk")
    rows = Unit.objects.existing_on(clock.today()).filter(Q(pk__in=own) | Q(pk__in=below))
    launching = Case(When(pk=campaign.launching_unit_id, then=0), default=1)
    return rows.order_by(launching, "order", "code")


def taken_over(campaign: Campaign) -> list[Campaign]:
    """The campaigns above that this one carries on, the nearest first. A query for each level."""
    found: list[Campaign] = []
    while campaign.takes_over and campaign.parent is not None:
        campaign = campaign.parent
        found.append(campaign)
    return found


def from_above(campaign: Campaign) -> QuerySet[CampaignIndicator]:
    """Indicators that campaigns taken over ask of units of this one's branch."""
    kinds = Unit.objects.in_branch(campaign.launching_unit).order_by().values("kind")
    rows = CampaignIndicator.objects.filter(campaign__in=taken_over(campaign))
    return rows.filter(Q(kinds=None) | Q(kinds__in=kinds)).distinct()


def launch_points(campaign: Campaign, on: date, reader: User) -> list[Point]:
    """The points of the list before the launch on that day. A fixed number of queries.

    A draft above stands without its name where the reader does not read it.
    """
    units = set(participants(campaign).values_list("pk", flat=True)) or {campaign.launching_unit_id}
    own = Target.objects.filter(Q(campaign_indicator__campaign=campaign) | Q(drive=campaign), unit__in=units)
    papers = campaign.documents.filter(Q(issued_on=None) | Q(issued_on__gte=papers_since(campaign.year)))
    enclosed = Attachment.objects.present().filter(pk__in=papers.values("files"))
    same_theme, same_content = same_as_last_year(campaign)
    rows = campaign.indicators.select_related("indicator")
    set_ = Q(assigned__isnull=False) | Q(registered__isnull=False) | Q(agreed__isnull=False)
    return readiness(
        Prepared(
            content=campaign.content,
            theme=campaign.theme,
            same_theme=same_theme,
            same_content=same_content,
            starts=campaign.starts,
            ends=campaign.ends,
            on=on,
            scopes=campaign.scopes.count(),
            units=len(units),
            indicators=len(rows),
            contrary=tuple(f"{row.label} ({row.get_comparator_display()})" for row in rows if row.contradicts),
            from_above=from_above(campaign).count() if campaign.takes_over else 0,
            needs_indicators=campaign.kind.needs_indicators,
            targeted=own.filter(set_).values("unit").distinct().count(),
            documents=papers.count(),
            older=campaign.documents.count() - papers.count(),
            files=campaign.files.present().count() + enclosed.count(),
            leader=campaign.leader,
            draft_above=_draft_above(campaign.parent, reader),
            vacant=_vacant(campaign),
        )
    )


def _vacant(campaign: Campaign) -> str:
    """The first units of the scope that lack staff, commander or reviewer, with whom they lack. One query."""
    found = list(lacking(Unit.objects.filter(scope_q(campaign)).existing_on(clock.today()))[: NAMED + 1])
    names = [f"{unit.short}: {lack_in(unit).who}" for unit in found[:NAMED]]
    return "; ".join(names) + (" …" if len(found) > NAMED else ".") if names else ""


def renewed(text: str, old: int, new: int) -> str:
    """The text with «năm 2020» as «năm 2021»: nothing else, and no spans of years."""
    return re.sub(rf"\b((?i:năm)[ \u00a0]+){old}\b(?!\s*[-–]\s*\d)", rf"\g<1>{new}", text)


def same_as_last_year(campaign: Campaign) -> tuple[bool, bool]:
    """Whether theme and content are still those of a campaign of the year before. One query."""
    rows = Campaign.objects.filter(
        launching_unit=campaign.launching_unit_id, kind=campaign.kind_id, year=campaign.year - 1
    ).values_list("theme", "content")
    theme, content = _words(campaign.theme), _words(campaign.content)
    before = [(_words(one), _words(renewed(two, campaign.year - 1, campaign.year))) for one, two in rows]
    return any(theme and theme == one for one, _two in before), any(
        content and content == two for _one, two in before
    )


def _words(text: str) -> str:
    return " ".join(text.split())


def papers_since(year: int) -> date:
    """From which day on papers are those of a year: its theme and directives are issued from the last quarter before
    on (the theme of 2020 was launched on 24 December 2019). Older ones are of the year before.
    """
    return date(year - 1, 10, 1)


def _draft_above(parent: Campaign | None, reader: User) -> str:
    """The name of the campaign above while it is a draft; empty otherwise."""
    if parent is None or parent.state != Campaign.State.DRAFT:
        return ""
    known = Campaign.objects.visible_to(reader).filter(pk=parent.pk).exists()
    return str(parent) if known else _("the superior's campaign")

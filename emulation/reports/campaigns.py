"""The tree of a year's campaigns, and a campaign with what it asks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.models import Campaign, CampaignIndicator, CampaignKind, CampaignScope, Report
from emulation.numbers import format_part
from emulation.reports.launch import scope_q
from units import clock
from units.models import Unit

State = Campaign.State
DONE = (State.FINAL, State.CLOSED)


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a campaign lies in its year, in per cent as text; `css` is its look."""

    x: str
    width: str
    css: str


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A campaign of the tree. `indicators` counts what it asks for."""

    campaign: Campaign
    indicators: int
    bar: Bar
    all_year: bool


@dataclass(frozen=True, slots=True)
class TreeGroup:
    """Campaigns of one kind, in order."""

    kind: CampaignKind
    rows: list[TreeRow]


@dataclass(frozen=True, slots=True)
class YearTree:
    """The year's movement (None where it lies outside the reach) and what hangs below it, grouped by kind.

    `today` is the place of today's line in per cent as text, empty in other years; `drafts` are
    campaigns still to be launched.
    """

    year: int
    root: TreeRow | None
    groups: list[TreeGroup]
    campaigns: int
    indicators: int
    today: str
    drafts: list[Campaign]
    scopes: list[CampaignScope]

    @property
    def legend(self) -> list[tuple[str, str]]:
        """(look, words) of the bars."""
        return [
            ("root", _("Movement of the year")), ("", _("Under way")), ("done", _("Final review held")),
            ("plan", _("Draft")),
        ]  # fmt: skip


def years_of(campaigns: QuerySet[Campaign]) -> list[int]:
    """Years that have campaigns, the newest first."""
    return list(campaigns.order_by("-year").values_list("year", flat=True).distinct())


def year_tree(campaigns: QuerySet[Campaign], year: int) -> YearTree:
    """The tree of a year out of the visible `campaigns`. Three queries."""
    rows = campaigns.filter(year=year).select_related("kind", "launching_unit").prefetch_related("documents")
    rows = rows.annotate(asked=Count("indicators", distinct=True))
    found = [_row(campaign) for campaign in rows.order_by("kind__order", "kind__code", "order", "starts", "pk")]
    root = next((row for row in found if row.campaign.parent_id is None), None)
    below = [row for row in found if row is not root]
    kinds: dict[CampaignKind, list[TreeRow]] = defaultdict(list)
    for row in below:
        kinds[row.campaign.kind].append(row)
    scopes = CampaignScope.objects.filter(campaign=root.campaign).select_related("unit") if root else []
    today = clock.today()
    return YearTree(
        year=year,
        root=root,
        groups=[TreeGroup(kind, rows) for kind, rows in kinds.items()],
        campaigns=len(found),
        indicators=sum(row.indicators for row in found),
        today=_place(today) if today.year == year else "",
        drafts=[row.campaign for row in found if row.campaign.state == State.DRAFT],
        scopes=list(scopes),
    )


def _row(campaign: Campaign) -> TreeRow:
    all_year = (campaign.starts, campaign.ends) == (date(campaign.year, 1, 1), date(campaign.year, 12, 31))
    asked: int = campaign.asked  # type: ignore[attr-defined]  # annotated by the callers
    return TreeRow(campaign, asked, bar_of(campaign), all_year)


def bar_of(campaign: Campaign) -> Bar:
    """The bar of the timeline: golden for the year's movement, grey when done, dashed while a draft."""
    css = "root" if campaign.parent_id is None else ""
    if campaign.state == State.DRAFT:
        css = "plan"
    elif campaign.state in DONE and css != "root":
        css = "done"
    start, days = _day(campaign.starts), _days(campaign.year)
    length = (campaign.ends - campaign.starts).days + 1
    return Bar(f"{start * 100 / days:.2f}", f"{max(length, 2) * 100 / days:.2f}", css)


def _days(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _day(day: date) -> int:
    """Days of the year before `day`."""
    return (day - date(day.year, 1, 1)).days


def _place(day: date) -> str:
    return f"{_day(day) * 100 / _days(day.year):.2f}"


# ── one campaign ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A campaign indicator: `kinds` asked in words, `units` how many exist today that it asks.

    `kept` counts agreed targets with another comparator than its own.
    """

    row: CampaignIndicator
    kinds: str | Promise
    units: int
    points: str
    kept: int


@dataclass(frozen=True, slots=True)
class AskedGroup:
    area: str
    rows: list[AskedRow]


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """What the page of a campaign shows besides the campaign itself.

    `units` take part, `asked` of them for figures: those of a kind that one of its indicators is for.
    """

    groups: list[AskedGroup]
    indicators: int
    points: str
    scopes: list[CampaignScope]
    units: int
    asked: int
    children: list[TreeRow]


def campaign_page(campaign: Campaign, children: QuerySet[Campaign]) -> CampaignPage:
    """Indicators by area with who is asked, scope, and the visible `children`. Five queries."""
    other = Q(targets__agreed__isnull=False) & ~Q(targets__comparator=F("comparator"))
    asked_rows = campaign.indicators.select_related("indicator__area").annotate(kept=Count("targets", filter=other))
    rows = list(asked_rows.prefetch_related("kinds"))
    scopes = list(campaign.scopes.select_related("unit").order_by("unit__path"))
    counts = units_by_kind(campaign)
    groups: dict[str, list[AskedRow]] = defaultdict(list)
    for row in rows:
        kinds = list(row.kinds.all())
        units = sum(counts.get(kind.pk, 0) for kind in kinds) if kinds else sum(counts.values())
        words = ", ".join(kind.label for kind in kinds) if kinds else gettext_lazy("every kind")
        points_text = format_part(row.points) or "–"
        groups[row.indicator.area.label].append(AskedRow(row, words, units, points_text, row.kept))
    every = any(not row.kinds.all() for row in rows)
    asked = set(counts) if every else {kind.pk for row in rows for kind in row.kinds.all()}
    points = [row.points for row in rows if row.points is not None]
    below = children.select_related("kind", "launching_unit").annotate(asked=Count("indicators", distinct=True))
    return CampaignPage(
        groups=[AskedGroup(area, found) for area, found in groups.items()],
        indicators=len(rows),
        points=format_part(sum(points, Decimal(0))) if points else "",
        scopes=scopes,
        units=sum(counts.values()),
        asked=sum(count for kind, count in counts.items() if kind in asked),
        children=[_row(child) for child in below.order_by("kind__order", "order", "starts", "pk")],
    )


def units_by_kind(campaign: Campaign) -> dict[int, int]:
    """kind → units of the campaign's scope that exist today."""
    units = Unit.objects.existing_on(clock.today()).filter(scope_q(campaign)).order_by()
    return dict(units.values_list("kind").annotate(count=Count("pk")))


def consequences(campaign: Campaign) -> str:
    """What a change of the indicators of a campaign under way touches at once, in a sentence; else empty."""
    if campaign.state == State.DRAFT:
        return ""
    sheets = Report.objects.filter(round__year=campaign.year).filter(
        scope_q(campaign, "lineage__path", "unit"),
        round__drive=campaign if campaign.kind.is_drive else None,
    )
    handed_in = sheets.handed_in().count()
    return _(
        "The campaign is under way: a change takes effect at once on %(sheets)d sheets of the year. "
        "%(handed_in)d of them have been handed in; figures newly asked are missing there until they are reopened."
    ) % {"sheets": sheets.count(), "handed_in": handed_in}

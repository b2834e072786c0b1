"""What a year's launched campaigns ask of whom: the expected cells, as plain data.

The expected set follows the campaign indicators as they are now; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BooleanField, CharField, F, Q, QuerySet, Value

from emulation.models import Campaign, CampaignIndicator, CampaignScope, Round
from units.paths import path_ids


@dataclass(frozen=True, slots=True)
class Asking:
    """One campaign indicator as far as expecting figures goes. `kinds` empty: every kind."""

    campaign_indicator: int
    indicator: int
    campaign: int
    kinds: frozenset[int]
    quarters: tuple[int, ...]
    comparator: str


def placement_rows(
    years: Iterable[int], drives: Iterable[Campaign] = (), indicators: Iterable[int] | None = None
) -> QuerySet[CampaignIndicator]:
    """What the launched campaigns of the years ask (or peak drives), the movement before what hangs below it."""
    drives = list(drives)
    rows = CampaignIndicator.objects.filter(campaign__year__in=list(years)).exclude(
        campaign__state=Campaign.State.DRAFT
    )
    rows = rows.filter(campaign__in=drives) if drives else rows.filter(campaign__kind__is_drive=False)
    if indicators is not None:
        rows = rows.filter(indicator__in=list(indicators))
    return rows.select_related("campaign").order_by(F("campaign__parent").asc(nulls_first=True), "campaign_id", "pk")


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom rows are asked: campaign indicator → kinds, and (campaign, unit, with its branch)."""

    kinds: dict[int, frozenset[int]]
    scopes: list[tuple[int, int, bool]]


def asked_of(rows: Iterable[CampaignIndicator]) -> Asked:
    """Kinds and participating units, in one query: two small lists with the same shape."""
    rows = list(rows)
    scopes = CampaignScope.objects.filter(campaign__in={row.campaign_id for row in rows}).values_list(
        Value("scope", CharField()), "campaign_id", "unit_id", "with_branch"
    )
    through = CampaignIndicator.kinds.through
    kinds = through.objects.filter(campaignindicator__in=[row.pk for row in rows]).values_list(
        Value("kind", CharField()), "campaignindicator_id", "unitkind_id", Value(False, BooleanField())
    )
    found: dict[int, set[int]] = {}
    scoped = []
    for what, owner, member, with_branch in scopes.union(kinds, all=True):
        if what == "kind":
            found.setdefault(owner, set()).add(member)
        else:
            scoped.append((owner, member, bool(with_branch)))
    return Asked({pk: frozenset(members) for pk, members in found.items()}, scoped)


class Plan:
    """What is asked in a year (or in a peak drive's round) of a unit by its kind and its place.

    `placements` are the campaign indicators by key. Two queries, whatever the number of units; none
    when `rows` and `asked` are at hand (`plans`).
    """

    def __init__(
        self, year: int, drive: Campaign | None = None, indicators: Iterable[int] | None = None, *,
        rows: list[CampaignIndicator] | None = None, asked: Asked | None = None,
    ) -> None:  # fmt: skip
        if rows is None:
            rows = list(placement_rows([year], [drive] if drive else [], indicators))
        if asked is None:
            asked = asked_of(rows)
        self.placements = {row.pk: row for row in rows}
        self.rows = [
            Asking(
                row.pk,
                row.indicator_id,
                row.campaign_id,
                asked.kinds.get(row.pk, frozenset()),
                (1,) if drive else row.asked_quarters,
                row.comparator,
            )
            for row in rows
        ]
        campaigns = {row.campaign for row in self.rows}
        self.branches: dict[int, set[int]] = {}  # campaign → units that take part with their branch
        self.singles: dict[int, set[int]] = {}  # campaign → units that take part alone
        for campaign, unit, with_branch in asked.scopes:
            if campaign in campaigns:
                (self.branches if with_branch else self.singles).setdefault(campaign, set()).add(unit)
        self._named = set().union(*self.branches.values(), *self.singles.values())
        self._known: dict[tuple[int, frozenset[int], int | None], dict[int, Asking]] = {}
        self.comparators = {row.indicator: row.comparator for row in reversed(self.rows)}
        self.half_yearly = {row.indicator for row in self.rows if row.quarters == (2, 4)}

    def placement(self, indicator: int, kind: int, path: str) -> CampaignIndicator | None:
        """How the indicator is placed for a unit: by the campaign that asks it, else by the first that places it."""
        asking = self.for_unit(kind, path).get(indicator)
        if asking is None:
            asking = next((row for row in self.rows if row.indicator == indicator), None)
        return self.placements[asking.campaign_indicator] if asking else None

    def for_unit(self, kind: int, path: str) -> dict[int, Asking]:
        """Indicator → what is asked of a unit of `kind` that stands at `path` in the round."""
        chain = path_ids(path)
        named = frozenset(self._named.intersection(chain))
        key = (kind, named, chain[-1] if chain[-1] in named else None)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = {}
            for row in self.rows:
                inside = not named.isdisjoint(self.branches.get(row.campaign, ())) or (
                    chain[-1] in self.singles.get(row.campaign, ())
                )
                if inside and (not row.kinds or kind in row.kinds):
                    found.setdefault(row.indicator, row)
        return found

    def asks(self, kind: int, path: str, quarter: int) -> bool:
        """Whether anything at all is asked of the unit in the quarter."""
        return any(quarter in row.quarters for row in self.for_unit(kind, path).values())


def plans(
    years: Iterable[int], *, expecting: Iterable[int], indicators: Iterable[int] | None = None
) -> dict[int, Plan]:
    """The plans of several years in two queries; indicators come with their area.

    Of whom things are asked is known for the years `expecting` alone.
    """
    expecting = set(expecting)
    rows = list(placement_rows(years, indicators=indicators).select_related("indicator__area"))
    asked = asked_of(row for row in rows if row.campaign.year in expecting)
    return {year: Plan(year, rows=[row for row in rows if row.campaign.year == year], asked=asked) for year in years}


def plan_of(round_: Round) -> Plan:
    return Plan(round_.year, round_.drive)


def plan_of_unit(round_: Round, kind: int, chain: Iterable[int], indicators: Iterable[int] | None = None) -> Plan:
    """The plan of a round as far as it concerns a unit of `kind` standing in `chain`. One query."""
    rows = placement_rows([round_.year], [round_.drive] if round_.drive else [], indicators)
    rows = rows.filter(Q(kinds=None) | Q(kinds=kind))
    rows = rows.filter(campaign__scopes__unit__in=list(chain)).select_related("indicator__area", "indicator__feed")
    rows = rows.annotate(scope_unit=F("campaign__scopes__unit_id"), scope_branch=F("campaign__scopes__with_branch"))
    scopes = [(row.campaign_id, row.scope_unit, row.scope_branch) for row in rows]
    return Plan(round_.year, round_.drive, rows=[*{row.pk: row for row in rows}.values()], asked=Asked({}, scopes))


def plans_of(rounds: Iterable[Round]) -> dict[int, Plan]:
    """round → its plan, for rounds and peak drives of any years. Two queries, two more for drives."""
    rounds = list(rounds)
    quarters = {round_.year for round_ in rounds if not round_.drive_id}
    of_year = plans(quarters, expecting=quarters) if quarters else {}
    drives = [round_.drive for round_ in rounds if round_.drive]
    rows = list(placement_rows({drive.year for drive in drives}, drives)) if drives else []
    asked = asked_of(rows) if rows else Asked({}, [])
    return {
        round_.pk: Plan(
            round_.year, round_.drive, rows=[row for row in rows if row.campaign_id == round_.drive_id], asked=asked
        )
        if round_.drive_id
        else of_year[round_.year]
        for round_ in rounds
    }


def slot(round_: Round) -> int:
    """The quarter of a round within its plan; a peak drive's only round counts as the first."""
    return round_.quarter or 1

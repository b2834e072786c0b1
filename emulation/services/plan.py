"""What a year's launched campaigns ask of whom: the expected cells, as plain data.

The expected set follows the campaign indicators as they are now; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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


class Plan:
    """What is asked in a year (or in a peak drive's round) of a unit by its kind and its place.

    Three queries, whatever the number of units.
    """

    def __init__(self, year: int, drive: Campaign | None = None, indicators: Iterable[int] | None = None) -> None:
        rows = CampaignIndicator.objects.in_force(year).select_related("campaign__kind")
        rows = rows.filter(campaign=drive) if drive else rows.filter(campaign__kind__is_drive=False)
        if indicators is not None:
            rows = rows.filter(indicator__in=indicators)
        rows = rows.order_by("campaign__parent_id", "campaign_id", "pk").prefetch_related("kinds")
        self.rows = [
            Asking(
                row.pk,
                row.indicator_id,
                row.campaign_id,
                frozenset(kind.pk for kind in row.kinds.all()),
                (1,) if drive else row.asked_quarters,
                row.comparator,
            )
            for row in rows
        ]
        self.branches: dict[int, set[int]] = {}  # campaign → units that take part with their branch
        self.singles: dict[int, set[int]] = {}  # campaign → units that take part alone
        for campaign, unit, with_branch in CampaignScope.objects.filter(
            campaign__in={row.campaign for row in self.rows}
        ).values_list("campaign_id", "unit_id", "with_branch"):
            (self.branches if with_branch else self.singles).setdefault(campaign, set()).add(unit)
        self._named = set().union(*self.branches.values(), *self.singles.values())
        self._known: dict[tuple[int, frozenset[int], int | None], dict[int, Asking]] = {}
        self.comparators = {row.indicator: row.comparator for row in reversed(self.rows)}
        self.half_yearly = {row.indicator for row in self.rows if row.quarters == (2, 4)}

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


def plan_of(round_: Round) -> Plan:
    return Plan(round_.year, round_.drive)


def slot(round_: Round) -> int:
    """The quarter of a round within its plan; a peak drive's only round counts as the first."""
    return round_.quarter or 1

"""The tree as it was on a day: the superiors of a unit, and of all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, QuerySet

from units.models import Placement, Unit


def superiors_on(unit: Unit, day: date) -> list[int]:
    """Keys of the unit's superiors on `day`, root first, ending with the unit itself."""
    chain = [unit.pk]
    while True:
        parent = Placement.objects.on(day).filter(unit=chain[-1]).values_list("parent_id", flat=True).first()
        if parent is None:
            return chain[::-1]
        chain.append(parent)


def lineage_on(day: date) -> dict[int, list[int]]:
    """For every unit that exists on `day`: keys of its superiors then, root first, itself last.

    A unit that has always existed may be older than its superior: then the nearest superior counts that
    existed already, by where its superiors stood first: moves of later days change nothing of the past.
    """
    return lineages_on([day])[day]


def lineages_on(days: Iterable[date]) -> dict[date, dict[int, list[int]]]:
    """The tree on each of the days (see `lineage_on`). Two queries."""
    placements = _oldest_first(Placement.objects.all())
    existence = _spans(Unit.objects.all())
    return {day: _chains(day, existence, placements) for day in days}


def lineages_of(units: Iterable[int], days: Iterable[date]) -> dict[date, dict[int, list[int]]]:
    """The same of some units (keys) and what has ever stood above them: of a few units a few rows, however large the
    tree is. One query, and one for each level.
    """
    known: set[int] = set()
    placements: list[Place] = []
    asked = set(units)
    while asked:
        known |= asked
        found = _oldest_first(Placement.objects.filter(unit__in=asked))
        placements += found
        asked = {parent for _unit, parent, _since, _until in found if parent is not None} - known
    existence = _spans(Unit.objects.filter(pk__in=known)) if known else {}
    return {day: _chains(day, existence, placements) for day in days}


def _spans(units: QuerySet[Unit]) -> dict[int, Span]:
    return {pk: (since, until) for pk, since, until in units.values_list("pk", "established", "dissolved")}


def _oldest_first(placements: QuerySet[Placement]) -> list[Place]:
    rows = placements.order_by(F("since").asc(nulls_first=True))
    return list(rows.values_list("unit_id", "parent_id", "since", "until"))


Span = tuple[date | None, date | None]


Place = tuple[int, int | None, date | None, date | None]  # unit, superior, from, to


def _holds(day: date, since: date | None, until: date | None) -> bool:
    """Whether the day lies in the span: from `since` on, before `until`."""
    return (since is None or since <= day) and (until is None or until > day)


def _chains(day: date, existence: dict[int, Span], placements: list[Place]) -> dict[int, list[int]]:
    existing = {pk for pk, span in existence.items() if _holds(day, *span)}
    placed = {unit: parent for unit, parent, *span in placements if _holds(day, *span)}
    parents = {unit: parent for unit, parent in placed.items() if unit in existing}
    first = {unit: parent for unit, parent, _since, _until in reversed(placements)}
    for unit, parent in parents.items():
        while parent is not None and parent not in existing:
            parent = first.get(parent)
        parents[unit] = parent
    chains: dict[int, list[int]] = {}
    for start in parents:
        open_units = [start]
        while open_units[-1] not in chains and (parent := parents[open_units[-1]]) is not None:
            open_units.append(parent)
        superiors: list[int] = []
        for unit in reversed(open_units):
            superiors = chains.setdefault(unit, [*superiors, unit])
    return chains

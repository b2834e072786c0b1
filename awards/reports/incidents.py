"""Incidents as facts about people and units: what is read of them, and of which years silence means none.

Only criteria that ask for incidents make anything be read (`Reach.incidents`). A year is known to be clear when every
unit concerned has stated its register complete: of a unit its whole branch, of a person every unit served in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from awards.facts import Breach
from awards.reports.union import Texts, among, rows_of
from emulation.models import Incident, IncidentPerson, IncidentStatement
from units.models import Posting, Unit
from units.paths import branches_q, outermost, path_ids

Shown = Callable[[Unit], bool]
Grouped = dict[int, list[Any]]


def incident_tables(units: Sequence[Unit], year: int, years: int, *, people: bool) -> dict[str, QuerySet[Any, Any]]:
    """Rows of plain columns for `facts.registers_of`, of the last `years`; after `subjects` where there are `people`.

    An incident belongs to the branches that held its unit on the day it happened, and to those that hold it now.
    """
    first, last = date(year - years + 1, 1, 1), date(year, 12, 31)
    branches = outermost(unit.path for unit in units)
    counting = Incident.objects.counting().filter(happened_on__gte=first, happened_on__lte=last)
    places = Unit.objects.filter(branches_q(branches))
    places = places.filter(Q(established=None) | Q(established__lte=last), Q(dissolved=None) | Q(dissolved__gt=first))
    found: dict[str, QuerySet[Any, Any]] = {}
    concerned = Q(unit__in=places.order_by().values("pk"))
    if people:
        served = Posting.objects.filter(Q(since=None) | Q(since__lte=last), person__in=among("subjects", 0))
        served = served.filter(Q(until=None) | Q(until__gte=first))
        found["incident_served"] = served.values_list("person", "unit", "unit__path", "since", "until")
        faults = IncidentPerson.objects.filter(
            person__in=among("subjects", 0), part=IncidentPerson.Part.AT_FAULT, incident__in=counting.values("pk")
        )  # fmt: skip
        found["incident_faults"] = faults.values_list(
            "incident", "person", "incident__happened_on", "incident__gravity__rank", "incident__unit",
            "incident__unit__path",
        )  # fmt: skip
        concerned |= Q(unit__in=among("incident_served", 1))
    if units:
        found["incident_places"] = places.values_list("pk", "path", "established", "dissolved")
        rows = counting.filter(branches_q(branches) | branches_q(branches, "unit__path"))
        found["incident_cases"] = rows.values_list("pk", "happened_on", "gravity__rank", "path", "unit", "unit__path")
    stated = IncidentStatement.objects.in_force().filter(concerned, year__gte=first.year, year__lte=year)
    found["incident_stated"] = stated.values_list("unit", "year")
    return found


@dataclass
class Incidents:
    """Breaches and clear years, by person and by unit (keys)."""

    of_people: Grouped = field(default_factory=lambda: defaultdict(list))
    of_units: Grouped = field(default_factory=lambda: defaultdict(list))
    people_clear: dict[int, frozenset[int]] = field(default_factory=dict)
    units_clear: dict[int, frozenset[int]] = field(default_factory=dict)


def incidents_from(texts: Texts, units: Sequence[Unit], year: int, years: int, shown: Shown) -> Incidents:
    """What the rows of `incident_tables` say. What a unit of which `shown` says no holds is left out, and then it is
    not known either that there was none.
    """
    found = Incidents()
    if not years:
        return found
    window = range(year - years + 1, year + 1)
    seen = _Seen(shown)
    stated = {(unit, of) for unit, of in rows_of(texts, "incident_stated")}
    _people(found, texts, stated, window, seen)
    _units(found, texts, {unit.pk for unit in units}, stated, window, seen)
    return found


class _Seen:
    """Whether incidents of a unit are shown, asked once a unit."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.known: dict[int, bool] = {}

    def __call__(self, pk: int, path: str) -> bool:
        if pk not in self.known:
            self.known[pk] = self.shown(Unit(pk=pk, path=path))
        return self.known[pk]


def _people(found: Incidents, texts: Texts, stated: set[tuple[int, int]], window: range, seen: _Seen) -> None:
    unknown: set[tuple[int, int]] = set()
    known: dict[int, set[int]] = defaultdict(set)
    for person, unit, path, since, until in rows_of(texts, "incident_served"):
        begun, ended = int(since[:4]) if since else 0, int(until[:4]) if until else window[-1]
        for of in window:
            if begun <= of <= ended:
                known[person].add(of)
                if (unit, of) not in stated or not seen(unit, path):
                    unknown.add((person, of))
    for pk, person, day, rank, unit, path in rows_of(texts, "incident_faults"):
        of = int(day[:4])
        if seen(unit, path):
            found.of_people[person].append(Breach("incident", of, rank, ("incident", pk)))
        else:
            unknown.add((person, of))
    for person, some in known.items():
        found.people_clear[person] = frozenset(of for of in some if (person, of) not in unknown)


def _units(
    found: Incidents, texts: Texts, wanted: set[int], stated: set[tuple[int, int]], window: range, seen: _Seen
) -> None:
    unknown: set[tuple[int, int]] = set()
    for unit, path, begun, ended in rows_of(texts, "incident_places"):
        first, last = int(begun[:4]) if begun else 0, int(ended[:4]) if ended else 9999
        missing = [of for of in window if first <= of <= last and ((unit, of) not in stated or not seen(unit, path))]
        unknown.update((pk, of) for pk in path_ids(path) if pk in wanted for of in missing)
    for pk, day, rank, path, unit, now in rows_of(texts, "incident_cases"):
        of, shown = int(day[:4]), seen(unit, now)
        for above in wanted.intersection(path_ids(path)):
            if shown:
                found.of_units[above].append(Breach("incident", of, rank, ("incident", pk)))
            else:
                unknown.add((above, of))
    for pk in wanted:
        found.units_clear[pk] = frozenset(of for of in window if (pk, of) not in unknown)

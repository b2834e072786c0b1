"""Titles aimed at, a target beside last year's result, amendments and a cluster of the demonstration."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone

from emulation.folders import DATA
from emulation.models import Amendment, Cluster, Indicator, RegistrationEvent, RegistrationVersion, TargetChange
from emulation.offered_titles import titles_on
from emulation.relations import Relative
from emulation.reports.bases import last_figures, reached
from emulation.reports.places import places_for
from emulation.services import amendments, clusters, targets
from emulation.services.aims import Aim, set_titles
from emulation.services.demo.people import Cast
from emulation.services.target_values import Agreement, agreement_of
from units.models import Role, Unit

YEAR = 2020


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def story() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "demo" / "pledges.json").read_text(encoding="utf-8"))
    return found


def register_titles(unit: Unit, year: int, cast: Cast) -> None:
    """The titles at which a unit aims in 2020, before it hands its registration in."""
    aims = aims_for(story()["titles"].get(unit.code, [])) if year == YEAR else []
    if aims:
        set_titles(unit, year, aims, by=cast.user(unit, Role.STAFF))


def aims_for(wanted: list[list[str | None]]) -> list[Aim]:
    """From [code, how many]; those that no catalogue knows are left out."""
    known = {title.code: title for title in titles_on(date(YEAR, 1, 1))}
    aims = []
    for code, amount in wanted:
        if code in known:
            share = int(amount.removesuffix("%")) if amount and "%" in amount else None
            number = int(amount) if amount and share is None else None
            aims.append(Aim(code, known[code].name, "people" if amount else "unit", number, share))
    return aims


def create_pledges(cast: Cast) -> None:
    """One amendment agreed, one refused, one sent and one with its commander; clusters that sign one pledge each."""
    data = story()
    accepted, refused, _waiting = (_send(data[key], cast) for key in ("amended", "refused", "waiting"))
    amendments.accept(accepted, by=cast.reviewer(accepted.registration.unit))
    reviewer = cast.reviewer(refused.registration.unit)
    amendments.refuse(refused, reason=data["refused"]["decision"], by=reviewer)
    _amend(data["proposed"], cast)
    _backdate()
    for entry in data["clusters"]:
        keeper, members = cast.units[entry["keeper"]], [cast.units[code] for code in entry["members"]]
        cluster = Cluster(keeper=keeper, year=YEAR, name=entry["name"], lead=cast.units[entry["lead"]])
        clusters.save_cluster(cluster, members, by=cast.user(keeper, Role.STAFF))


def _send(entry: dict[str, Any], cast: Cast) -> Amendment:
    row = _amend(entry, cast)
    return amendments.send(row, by=cast.user(row.registration.unit, Role.COMMANDER))


def _amend(entry: dict[str, Any], cast: Cast) -> Amendment:
    """Titles, or the year's value of one indicator beside last year's result. What holds in 2020 stays as it is."""
    unit = cast.units[entry["unit"]]
    aims = aims_for(entry["titles"]) if "titles" in entry else None
    lines = {}
    if "indicator" in entry:
        places = {place.row.indicator.code: place.row for place in places_for(unit, YEAR)}
        row = places[entry["indicator"]]
        stands = agreement_of(unit.targets.get(campaign_indicator=row, drive=None))
        assert stands is not None
        relation = relative_to_last(unit, row.indicator, entry["percent"])
        lines[row.pk] = replace(stands, value=relation.stored(stands.comparator), relation=relation)
    by = cast.user(unit, Role.STAFF)
    return amendments.propose(unit, YEAR, lines, aims, by=by, reason=entry["reason"])


def relative_to_last(unit: Unit, indicator: Indicator, percent: str) -> Relative:
    """The percentage on what the unit's branch reached in 2019."""
    base = reached(last_figures(unit, YEAR, [indicator]).get(indicator.pk))
    assert base
    return Relative(Decimal(percent), base, YEAR - 1)


def _backdate() -> None:
    """First versions are of the turn of the year, amendments of July, after the review of the half-year."""
    asked, decided = moment(date(YEAR, 7, 6), 9), moment(date(YEAR, 7, 10), 15)
    for event in RegistrationEvent.objects.filter(kind=RegistrationEvent.Kind.AMENDED):
        TargetChange.objects.filter(at__gte=event.at, field=TargetChange.Field.AGREED).update(at=decided)
        event.at = decided
        event.save(update_fields=["at"])
    for version in RegistrationVersion.objects.filter(registration__drive=None).select_related("registration"):
        year = version.registration.year
        version.at = decided if version.number > 1 else moment(date(year, 1, 3), 9, 30)
        version.save(update_fields=["at"])
    for row in Amendment.objects.all():
        row.asked_at, row.sent_at = asked, moment(date(YEAR, 7, 7), 8) if row.sent_at else None
        row.decided_at = decided if row.decided_at else None
        row.save(update_fields=["asked_at", "sent_at", "decided_at"])


def register_relative(unit: Unit, year: int, cast: Cast) -> dict[int, Agreement]:
    """The superior asks a unit for fewer accidents than in 2019 («−5 %»), the unit registers none at all.

    Returns what is to be agreed: none, as the sum of the unit's subordinates has it, so that no figure changes.
    """
    entry = story()["relative"]
    if year != YEAR or unit.code != entry["unit"]:
        return {}
    row = next(place.row for place in places_for(unit, year) if place.row.indicator.code == entry["indicator"])
    relation = relative_to_last(unit, row.indicator, entry["assigned"])
    targets.assign(unit, year, {row.pk: relation}, by=cast.user(cast.superior(unit), Role.STAFF))
    value = Decimal(entry["registered"])
    targets.register(unit, year, {row.pk: value}, by=cast.user(unit, Role.STAFF))
    return {row.pk: Agreement(value, entry["comparator"])}


def reason_to_hand_in(year: int) -> str:
    """Why values ask for less than was assigned or reached, where they do."""
    return str(story()["hand_in"]).replace(str(YEAR), str(year))

"""Activities, incidents and what they feed in the demonstration: through the services, into days that are past.

Feeds begin with rounds that are still open, so that the figures of the article stay exactly what they are; they are
created last, and open sheets take the register over with their next save.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from emulation.folders import DATA
from emulation.models import (
    Activity,
    ActivityKind,
    Campaign,
    Feed,
    Incident,
    IncidentEvent,
    IncidentGravity,
    IncidentKind,
    IncidentPerson,
    Indicator,
)
from emulation.services import activities, incidents
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import moment
from units.models import Person, PersonGroup, Role

Entry = dict[str, Any]
FOLDER = DATA / "demo"


def create_registers(cast: Cast) -> None:
    """Everything of `registers.json`; the campaigns have to be there."""
    data = json.loads((FOLDER / "registers.json").read_text(encoding="utf-8"))
    named = json.loads((FOLDER / "campaigns.json").read_text(encoding="utf-8"))["campaigns"]
    stored = {(row.year, row.name): row for row in Campaign.objects.all()}
    campaigns = {entry["key"]: stored[entry["year"], entry["name"]] for entry in named}
    kinds = {row.code: row for row in ActivityKind.objects.all()}
    groups = {row.code: row for row in PersonGroup.objects.all()}

    def record(entries: list[Entry]) -> None:
        for entry in entries:
            _activity(entry, kinds[entry["kind"]], campaigns.get(entry.get("campaign", "")), groups, cast)

    press = data["press"]
    told = [press | {"unit": code, "kind": "publicity", "items": items} for code, items in press["items"].items()]
    record([*data["activities"], *(entry | {"planned": True} for entry in data["planned"]), *told])
    incident_kinds = {row.code: row for row in IncidentKind.objects.all()}
    gravities = {row.code: row for row in IncidentGravity.objects.all()}
    for entry in data["incidents"]:
        _incident(entry, incident_kinds[entry["kind"]], gravities[entry["gravity"]], cast)
    for year, codes in data["stated"].items():
        for code in codes:
            unit = cast.units[code]
            incidents.state_complete(unit, int(year), by=cast.user(unit, Role.COMMANDER))
    for entry in data["feeds"]:
        indicator = Indicator.objects.get(code=entry["indicator"])
        Feed.objects.create(**entry | {"indicator": indicator, "since": date.fromisoformat(entry["since"])})
    record(data["late"])  # after its sheet was approved: the figure does not have it


def _activity(
    entry: Entry, kind: ActivityKind, campaign: Campaign | None, groups: dict[str, PersonGroup], cast: Cast
) -> None:
    unit, starts = cast.units[entry["unit"]], date.fromisoformat(entry["starts"])
    by = cast.user(unit, Role.STAFF)
    texts = ("title", "place", "organiser", "organisations", "content", "medium", "product")
    row = Activity(
        unit=unit, kind=kind, campaign=campaign, starts=starts,
        ends=date.fromisoformat(entry.get("ends") or entry["starts"]),
        **{name: entry.get(name, "") for name in texts},
    )  # fmt: skip
    if "planned" in entry:
        activities.plan_activity(row, by=by)
        return
    if "cancelled" in entry:
        activities.cancel_activity(activities.plan_activity(row, by=by), reason=entry["cancelled"], by=by)
        return
    for name in kind.numbers:
        value = entry.get(name, 0)
        setattr(row, name, Decimal(str(value)) if name == "amount" else value)
    row.outcome = entry.get("outcome", "")
    told = {groups[code]: people for code, people in entry.get("groups", {}).items()}
    activities.record_activity(row, told, by=by)


def _incident(entry: Entry, kind: IncidentKind, gravity: IncidentGravity, cast: Cast) -> None:
    unit, day = cast.units[entry["unit"]], date.fromisoformat(entry["happened"])
    by = cast.user(unit, Role.STAFF)
    row = Incident(
        unit=unit, kind=kind, gravity=gravity, happened_on=day, reported_on=day, place=entry["place"],
        words=entry["words"], injured=entry.get("injured", 0), offenders=entry.get("offenders", 0),
        damage=Decimal(entry["damage"]) if "damage" in entry else None,
    )  # fmt: skip
    incidents.report_incident(row, by=by)
    if "at_fault" in entry:
        person = Person.objects.filter(unit=unit, group__code=entry["at_fault"]).order_by("-pk")[0]
        incidents.name_person(row, person, IncidentPerson.Part.AT_FAULT, by=by)
    concluded = date.fromisoformat(entry["concluded"]) if "concluded" in entry else None
    if entry.get("investigated") or concluded:
        row = incidents.investigate(row, by=by)
    if concluded:
        incidents.conclude(
            row, number=entry["number"], on=concluded, words=entry["conclusion"], gravity=gravity,
            by=cast.reviewer(unit),
        )  # fmt: skip
    days = {IncidentEvent.Kind.CONCLUDED: concluded or day}
    for event in row.events.all():
        event.at = moment(days.get(IncidentEvent.Kind(event.kind), day), 16)
        event.save(update_fields=["at"])

"""Campaigns, what they ask for, and targets of the demonstration."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from typing import Any

from emulation.folders import DATA
from emulation.models import (
    Campaign,
    CampaignIndicator,
    CampaignKind,
    Document,
    Grade,
    Indicator,
    RegistrationEvent,
    Target,
    TargetChange,
)
from emulation.services import campaigns, targets
from emulation.services.demo import pledges
from emulation.services.demo.people import Cast
from emulation.services.demo.pledges import moment
from emulation.services.placements import place_indicator
from emulation.services.target_values import Agreement
from units.models import Role, Unit, UnitKind

Line = dict[str, str]
Kind = RegistrationEvent.Kind
TAIL = (Campaign.State.PRELIMINARY, Campaign.State.FINAL, Campaign.State.CLOSED)


def _data() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(
        (DATA / "demo" / "campaigns.json").read_text(encoding="utf-8")
    )
    return found


def named(key: str) -> str:
    """The name of a campaign of campaigns.json."""
    return next(str(entry["name"]) for entry in _data()["campaigns"] if entry["key"] == key)


def create_campaigns(year: int, cast: Cast) -> None:
    """The year's campaigns as drafts with what they ask for."""
    data = _data()
    documents = {entry["key"]: _document(**entry) for entry in data["documents"]}
    kinds = {kind.code: kind for kind in CampaignKind.objects.all()}
    made: dict[str, Campaign] = {}
    for order, entry in enumerate(entry for entry in data["campaigns"] if entry["year"] == year):
        unit = cast.units[entry["launching_unit"]]
        made[entry["key"]] = campaigns.create_campaign(
            Campaign(
                year=year,
                parent=made.get(entry["parent"]),
                kind=kinds[entry["kind"]],
                name=entry["name"],
                theme=entry["theme"],
                content=entry["content"],
                launching_unit=unit,
                starts=date.fromisoformat(entry["starts"]),
                ends=date.fromisoformat(entry["ends"]),
                order=order,
            ),
            by=cast.user(unit, Role.STAFF),
            documents=[documents[key] for key in entry["documents"]],
            scope={cast.units[code]: True for code in entry["scope"]},
        )
        _place(made[entry["key"]], entry["indicators"], cast)


def _document(*, key: str, **columns: Any) -> Document:
    return Document.objects.get_or_create(**columns)[0]


def _place(campaign: Campaign, entries: list[dict[str, Any]], cast: Cast) -> None:
    indicators = {row.code: row for row in Indicator.objects.filter(code__in=[e["indicator"] for e in entries])}
    kinds = {kind.code: kind for kind in UnitKind.objects.all()}
    for entry in entries:
        limits = {
            column: None if entry[column] is None else Decimal(str(entry[column]))
            for column in ("range_min", "range_max")
        }
        row = CampaignIndicator(
            campaign=campaign,
            indicator=indicators[entry["indicator"]],
            name=entry.get("name", ""),
            asked=entry["asked"],
            comparator=entry["comparator"],
            points=Decimal(entry["points"]),
            is_main=entry["key"],
            is_tile=entry["tile"],
            **limits,
        )
        author = cast.user(campaign.launching_unit, Role.STAFF)
        place_indicator(row, by=author, kinds=[kinds[code] for code in entry["kinds"]])


def launch_campaigns(year: int, cast: Cast) -> None:
    """Launch what was launched, then carry everything on to its state, what is below first."""
    entries = [entry for entry in _data()["campaigns"] if entry["year"] == year and entry["launched_on"]]
    stored = {row.name: row for row in Campaign.objects.filter(year=year).select_related("launching_unit", "parent")}
    for entry in entries:
        campaign = stored[entry["name"]]
        chief = cast.user(campaign.launching_unit, Role.COMMANDER)
        campaigns.launch_campaign(campaign, by=chief, on=date.fromisoformat(entry["launched_on"]), despite=True)
    for entry in reversed(entries):
        if entry["state"] in TAIL:
            campaign = stored[entry["name"]]
            chief = cast.user(campaign.launching_unit, Role.COMMANDER)
            campaigns.advance_campaign(campaign, by=chief, state=entry["state"])


# ── targets ───────────────────────────────────────────────────────────────


def create_targets(year: int, cast: Cast) -> None:
    """Assigned by the superior's staff, registered, handed in and agreed, unit by unit."""
    with (DATA / "demo" / "targets.csv").open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.DictReader(file) if int(line["year"]) == year]
    rows = {
        row.indicator.code: row
        for row in CampaignIndicator.objects.filter(campaign__year=year).select_related("indicator")
    }
    ranks = {grade.code: Decimal(grade.rank) for grade in Grade.objects.all()}
    for unit in cast.units.values():
        own = {rows[line["indicator"]].pk: line for line in lines if line["unit"] == unit.code}
        if own:
            _create_unit_targets(unit, year, own, ranks, cast)
    _backdate(year)


def _create_unit_targets(
    unit: Unit, year: int, lines: dict[int, Line], ranks: dict[str, Decimal], cast: Cast
) -> None:
    def value(text: str) -> Decimal:
        return ranks[text] if text in ranks else Decimal(text)

    assigned = {pk: value(line["assigned"]) for pk, line in lines.items() if line["assigned"]}
    registered = {pk: value(line["registered"] or line["agreed"]) for pk, line in lines.items()}
    agreed = {
        pk: Agreement(
            value(line["agreed"]),
            line["comparator"],
            (value(line["q1"]), value(line["q2"]), value(line["q3"])) if line["q1"] else None,
        )
        for pk, line in lines.items()
    }
    if assigned:
        targets.assign(unit, year, assigned, by=cast.user(cast.superior(unit), Role.STAFF))
    targets.register(unit, year, registered, by=cast.user(unit, Role.STAFF))
    agreed |= pledges.register_relative(unit, year, cast)
    pledges.register_titles(unit, year, cast)
    reason = pledges.reason_to_hand_in(year)
    targets.hand_in_registration(unit, year, by=cast.user(unit, Role.COMMANDER), reason=reason)
    targets.agree(unit, year, agreed, by=cast.reviewer(unit))


def _backdate(year: int) -> None:
    """Registration takes place around the turn of the year."""
    field = TargetChange.Field
    days = {
        field.ASSIGNED: date(year - 1, 12, 10),
        field.REGISTERED: date(year - 1, 12, 20),
        field.AGREED: date(year, 1, 3),
    }
    # Their keys, not a join: a base that does not know yet how much there is plans that badly.
    keys = list(Target.objects.filter(campaign_indicator__campaign__year=year).values_list("pk", flat=True))
    for name, day in days.items():
        TargetChange.objects.filter(field=name, target__in=keys).update(at=moment(day, 9, 30))
    steps = {Kind.SUBMITTED: date(year - 1, 12, 26), Kind.AGREED: date(year, 1, 3)}
    for event in RegistrationEvent.objects.filter(registration__year=year, registration__drive=None):
        event.at = moment(steps[Kind(event.kind)], 9, 30)
        event.save(update_fields=["at"])

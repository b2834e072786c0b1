"""Weak points, breakthrough fields and inspections of the demonstration: invented, at every stage of their life.

Dates in the data are texts, and of 2020; whole numbers are days from the day of seeding: what is still open has its
time limit some days before or behind that day, as the open rounds have, so that the demonstration is alive.
Everything goes through the services; only times that lie in the past are set here.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone, translation

from emulation.folders import DATA
from emulation.models import (
    Breakthrough,
    Campaign,
    Indicator,
    Inspection,
    InspectionFinding,
    WeakPoint,
    WeakPointEvent,
)
from emulation.reports.weak_points import missed
from emulation.services import inspections, weak_points
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import moment
from units import clock
from units.models import Person, Role, Unit

Entry = dict[str, Any]
Day = int | str
Kind = WeakPointEvent.Kind


def create_weak_points(cast: Cast) -> None:
    data = json.loads((DATA / "demo" / "weak_points.json").read_text(encoding="utf-8"))
    with translation.override("vi"):
        for order, entry in enumerate(data["breakthroughs"]):
            _breakthrough(entry, order, cast)
        for entry in data["points"]:
            _point(entry, cast)
        for entry in data["inspections"]:
            _inspection(entry, cast)


def day_of(value: Day) -> date:
    return clock.today() + timedelta(days=value) if isinstance(value, int) else date.fromisoformat(value)


def _at(value: Day, hour: int = 9) -> datetime:
    return min(moment(day_of(value), hour), timezone.now())


def _members(inspection: Inspection, units: list[Unit]) -> list[Person]:
    """Two people of offices right below the inspecting unit that are not inspected."""
    paths = [unit.path for unit in units]
    people = Person.objects.filter(unit__placements__parent=inspection.unit, left=None).exclude(unit__in=units)
    rows = people.select_related("unit").order_by("unit__order", "pk").distinct()[:20]
    return [row for row in rows if not row.unit.path.startswith(tuple(paths))][:2]


def _campaign(name: str) -> Campaign | None:
    return Campaign.objects.get(name=name) if name else None


def _breakthrough(entry: Entry, order: int, cast: Cast) -> None:
    unit = cast.units[entry["unit"]]
    row = Breakthrough(
        unit=unit, name=entry["name"], goal=entry["goal"], since=entry["since"], until=entry["until"],
        campaign=_campaign(entry["campaign"]), order=order,
    )  # fmt: skip
    indicators = Indicator.objects.filter(code__in=entry["indicators"])
    weak_points.save_breakthrough(row, by=cast.user(unit, Role.STAFF), indicators=indicators)


# ── weak points ───────────────────────────────────────────────────────────


def _point(entry: Entry, cast: Cast) -> None:
    unit = cast.units[entry["unit"]]
    above = entry.get("by") == "superior"
    author = cast.user(cast.superior(unit) if above else unit, Role.STAFF)
    point = WeakPoint(
        unit=unit, year=2020, kind=entry["kind"], title=entry.get("title", ""), description=entry["description"],
        owner_post=entry["post"], measure=entry["measure"], deadline=day_of(entry["deadline"]), raised_by=author,
    )  # fmt: skip
    if missing := entry.get("from"):
        indicator = Indicator.objects.get(code=missing["indicator"])
        known = missed(unit, indicator, missing["year"], missing["period"])
        if known is None:
            return  # the figures of the demonstration have been changed
        point.source, point.indicator, point.period = WeakPoint.Source.MISS, indicator, missing["period"]
        point.year, point.title, point.grounds = missing["year"], known.title, known.text
    point = weak_points.raise_point(point, by=author, at=_at(entry["raised"]))
    if "settled" in entry:
        _settle(point, entry, cast)


def _settle(point: WeakPoint, entry: Entry, cast: Cast) -> None:
    """The steps after the measure, each with its time."""
    day, words = entry["settled"]
    weak_points.report_settled(point, words=words, by=cast.user(point.unit, Role.COMMANDER))
    _date(point, Kind.REPORTED, day)
    if "judged" in entry:
        day, words = entry["judged"]
        closes = entry["state"] == WeakPoint.State.CLOSED
        act = weak_points.close if closes else weak_points.send_back
        act(point, reason=words, by=cast.reviewer(point.unit))
        _date(point, Kind.CLOSED if closes else Kind.SENT_BACK, day)
        if closes:
            point.refresh_from_db()
            point.closed_at = _at(day)
            point.save(update_fields=["closed_at"])
    if "moved" in entry:
        day, deadline, reason = entry["moved"]
        staff = cast.user(point.unit, Role.STAFF)
        weak_points.move_deadline(point, deadline=day_of(deadline), reason=reason, by=staff, at=_at(day))
        _date(point, Kind.MOVED, day)


def _date(point: WeakPoint, kind: str, day: Day) -> None:
    event = point.events.filter(kind=kind).latest("pk")
    event.at = _at(day)
    event.save(update_fields=["at"])


# ── inspections ───────────────────────────────────────────────────────────


def _inspection(entry: Entry, cast: Cast) -> None:
    unit = cast.units[entry["unit"]]
    staff = cast.user(unit, Role.STAFF)
    row = Inspection(
        unit=unit, kind=entry["kind"], surprise=entry["surprise"], title=entry["title"],
        campaign=_campaign(entry["campaign"]), starts=day_of(entry["starts"]), ends=day_of(entry["ends"]),
        members=entry["members"],
    )  # fmt: skip
    units = [cast.units[code] for code in entry["units"]]
    inspections.save_plan(row, by=staff, units=units, items=entry["items"], people=_members(row, units))
    if not entry["findings"]:
        return
    content = list(row.items.filter(point=None))
    for code, found in entry["findings"].items():
        answers = {item.pk: (result, words) for item, (result, words) in zip(content, found, strict=True)}
        inspections.record(row, cast.units[code], answers, by=staff)
    for item in row.items.exclude(point=None):  # raised after the inspection took place
        if not item.findings.exists():
            item.delete()
    inspections.carry_out(row, by=staff)
    if "concluded" not in entry:
        _date_inspection(row, entry)
        return
    concluded = day_of(entry["concluded"])
    row = inspections.conclude(row, conclusion=entry["conclusion"], number=entry["number"], day=concluded, by=staff)
    _date_inspection(row, entry)
    for code, index, deadline in entry["follow"]:
        _follow(row, cast, InspectionFinding.objects.get(item=content[index], unit=cast.units[code]), deadline)


def _date_inspection(row: Inspection, entry: Entry) -> None:
    start = day_of(entry["starts"])
    days = {"planned": start - timedelta(days=14), "carried_out": day_of(entry["ends"])}
    for event in row.events.all():
        event.at = moment(days.get(event.kind) or day_of(entry["concluded"]), 16)
        event.save(update_fields=["at"])
    for finding in InspectionFinding.objects.filter(item__inspection=row):
        finding.at = moment(start + timedelta(days=1), 15)
        finding.save(update_fields=["at"])


def _follow(row: Inspection, cast: Cast, finding: InspectionFinding, deadline: Day) -> None:
    staff = cast.user(row.unit, Role.STAFF)
    point = WeakPoint(
        unit=finding.unit, year=2020, title=finding.item.text, description=finding.words, finding=finding,
        source=WeakPoint.Source.FINDING, grounds=f"{row.title}: “{finding.words}”", deadline=day_of(deadline),
        raised_by=staff,
    )  # fmt: skip
    assert row.concluded_on is not None
    weak_points.raise_point(point, by=staff, at=moment(row.concluded_on, 17))

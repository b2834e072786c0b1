"""Rounds, sheets and figures of the demonstration, with a history that could have been.

Figures and versions are written by the services; states, events and dates are set here, because the
services know only now, and consolidated figures are computed once a year at the end.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from emulation.checks import Entry
from emulation.folders import DATA
from emulation.models import (
    ChecklistItem,
    Grade,
    Indicator,
    Report,
    ReportEvent,
    ReportVersion,
    ResultChange,
    ResultItem,
    ReturnedLine,
)
from emulation.services.cells import CellChange, apply_cells
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import moment
from emulation.services.rounds import set_up_rounds, usual_calendar
from emulation.services.sheets import keep_version
from emulation.services.summaries import rebuild
from units import clock
from units.models import Role, User

Figures = dict[str, str]  # indicator → figure as in figures.csv
State = Report.State
Kind = ReportEvent.Kind


@dataclass(frozen=True)
class Return:
    """A sheet that came back once: `lines` or the whole sheet with `reason`; `typed` is what stood there first."""

    reason: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)


def create_sheets(year: int, cast: Cast) -> None:
    """The year's rounds with their sheets as far as they have got."""
    calendar = usual_calendar(year)
    if year == 2020:
        today = clock.today()
        calendar[3] = (today - timedelta(days=20), today + timedelta(days=5), None)
        calendar[4] = (today - timedelta(days=2), today + timedelta(days=30), None)
    set_up_rounds(year, calendar)
    writer = Writer(year, cast)
    reports = Report.objects.filter(round__year=year).select_related("unit", "round", "lineage")
    for report in reports.order_by("round__quarter", "unit__order"):
        writer.write(report)
    rebuild(year)


class Writer:
    """Writes the sheets of a year as figures.csv and story.json tell."""

    def __init__(self, year: int, cast: Cast) -> None:
        self.year, self.cast = year, cast
        self.story = json.loads((DATA / "demo" / "story.json").read_text(encoding="utf-8"))
        self.indicators = {row.code: row for row in Indicator.objects.all()}
        self.grades = {grade.code: grade.pk for grade in Grade.objects.all()}
        self.items: dict[int, list[int]] = {}
        for pk, indicator in ChecklistItem.objects.order_by("order").values_list("pk", "template__indicator"):
            self.items.setdefault(indicator, []).append(pk)
        self.figures: dict[tuple[str, int], Figures] = {}
        with (DATA / "demo" / "figures.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                for quarter in (1, 2, 3, 4):
                    if int(row["year"]) == year and row[f"q{quarter}"]:
                        self.figures.setdefault((row["unit"], quarter), {})[row["indicator"]] = row[f"q{quarter}"]
        self.returns = {
            (entry["unit"], entry["quarter"]): Return(
                entry.get("reason", ""), entry.get("lines", {}), entry.get("typed", {})
            )
            for entry in self.story["returns"]
            if entry["year"] == year
        }

    def write(self, report: Report) -> None:
        unit, quarter = report.unit.code, report.round.quarter or 0
        figures = self.figures.get((unit, quarter), {})
        if not figures:
            return
        if (self.year, quarter) == (2020, 3):
            self._write_open(report, figures)
            return
        start = report.round.last_day + timedelta(days=report.unit.order % 4 - 1)
        self._write_approved(report, figures, start, self.returns.get((unit, quarter)))

    def _write_open(self, report: Report, figures: Figures) -> None:
        """A sheet of the round that is open now."""
        code, story = report.unit.code, self.story["third"]
        if code == self.story["walk"]["unit"]:
            figures = dict(list(figures.items())[: self.story["walk"]["filled"]])
        start = clock.today() - timedelta(days=9 - report.unit.order % 3)
        life = Life(self, report, start)
        life.type(figures)
        if code in story["approved"]:
            life.hand_in()
            life.approve()
        elif code in story["submitted"]:
            life.hand_in()
        elif code in story["in_review"]:
            life.hand_in()
            life.take_up()
        elif code in story["returned"]:
            life.hand_in()
            life.take_up()
            life.send_back(Return(lines=self.story["third_returned"]))
        life.save()

    def _write_approved(self, report: Report, figures: Figures, start: date, back: Return | None) -> None:
        life = Life(self, report, start)
        if back:
            life.type(figures | {code: shifted(figures[code], by) for code, by in back.typed.items()})
            life.hand_in()
            life.take_up()
            life.send_back(back)
            ReturnedLine.objects.filter(report=report).delete()
        life.type(figures)
        life.hand_in()
        life.approve()
        life.save()

    def entry(self, code: str, text: str) -> Entry:
        """A figure of figures.csv: «296/300», «5», a grade's code, «nil», «na»."""
        indicator = self.indicators[code]
        if text == "nil":
            return Entry(status="nil", reason=self.story["nil"][code])
        if text == "na":
            return Entry(status="not_applicable", reason=self.story["not_applicable"][code])
        if text in self.grades:
            return Entry(grade=self.grades[text])
        numerator, _slash, denominator = text.partition("/")
        if indicator.measure == Indicator.Measure.CHECKLIST:
            items = self.items[indicator.pk]
            met = int(numerator)
            states = [ResultItem.State.MET] * met + [ResultItem.State.NOT_MET] * (len(items) - met)
            return Entry(
                numerator=Decimal(met), denominator=Decimal(len(items)), items=dict(zip(items, states, strict=True))
            )
        return Entry(numerator=Decimal(numerator), denominator=Decimal(denominator) if denominator else None)


def shifted(figure: str, by: str) -> str:
    """The figure as it was typed wrongly at first: its numerator off by `by`, never above the denominator."""
    numerator, slash, denominator = figure.partition("/")
    wrong = Decimal(numerator) + Decimal(by)
    if denominator:
        wrong = min(wrong, Decimal(denominator))
    return f"{max(wrong, Decimal(0))}{slash}{denominator}"


class Life:
    """The life of one sheet, a step a day or two, from `start` on."""

    def __init__(self, writer: Writer, report: Report, start: date) -> None:
        self.writer, self.report = writer, report
        self.at = moment(start, 7 + report.unit.order % 4, (report.unit.order * 7) % 60)
        cast, unit = writer.cast, report.unit
        self.staff, self.chief = cast.user(unit, Role.STAFF), cast.user(unit, Role.COMMANDER)
        self.reviewer = cast.reviewer(unit)

    def _pass(self, days: int) -> datetime:
        """Time goes by, but never into the future."""
        self.at = min(self.at + timedelta(days=days, minutes=37), timezone.now() - timedelta(minutes=5))
        return self.at

    def _event(self, kind: str, by: User, **columns: Any) -> ReportEvent:
        return ReportEvent.objects.create(report=self.report, kind=kind, by=by, at=self.at, **columns)

    def type(self, figures: Figures) -> None:
        started = timezone.now()
        changes = [
            CellChange(self.writer.indicators[code].pk, self.writer.entry(code, text))
            for code, text in figures.items()
        ]
        apply_cells(self.report, changes, by=self.staff, way=ResultChange.Way.FORM)
        self.report.changes.filter(at__gte=started).update(at=self.at)
        if self.report.state == State.NOT_STARTED:
            self.report.state, self.report.state_since = State.DRAFT, self.at

    def hand_in(self) -> None:
        self._pass(1)
        self._event(Kind.READY, self.staff)
        self._pass(1)
        event = self._event(Kind.SUBMITTED, self.chief)
        self.report.handed_in_at = self.report.handed_in_at or self.at
        self.report.changes.filter(sealed=False).update(sealed=True)
        keep_version(self.report, event)
        self._enter(State.SUBMITTED)

    def take_up(self) -> None:
        self._pass(1)
        self._event(Kind.TAKEN_UP, self.reviewer)
        self._enter(State.IN_REVIEW)

    def approve(self) -> None:
        if self.report.state == State.SUBMITTED:
            self.take_up()
        self._pass(1 + self.report.unit.order % 3)
        event = self._event(Kind.APPROVED, self.reviewer)
        last = self.report.versions.latest("number")  # what was approved is what was handed in
        ReportVersion.objects.create(report=self.report, number=last.number + 1, event=event, figures=last.figures)
        self._enter(State.APPROVED)

    def send_back(self, back: Return) -> None:
        self._pass(0)
        lines = [{"indicator": code, "reason": reason} for code, reason in back.lines.items()]
        self._event(Kind.RETURNED, self.reviewer, reason=back.reason, lines=lines)
        ReturnedLine.objects.bulk_create(
            ReturnedLine(report=self.report, indicator=self.writer.indicators[code], reason=reason)
            for code, reason in back.lines.items()
        )
        self._enter(State.RETURNED)
        self._pass(1)

    def _enter(self, state: str) -> None:
        self.report.state, self.report.state_since = state, self.at

    def save(self) -> None:
        self.report.save(update_fields=["state", "state_since", "handed_in_at"])

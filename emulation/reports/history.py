"""What happened to a sheet: its timeline, and every change of a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import (
    ChecklistItem,
    Evidence,
    Grade,
    Indicator,
    Report,
    ReportEvent,
    Result,
    ResultChange,
    ResultItem,
)
from emulation.numbers import format_part
from emulation.reports.lines import names_on
from emulation.reports.timeline import Step, step_of
from emulation.states import STATES

EVENT_STATES: dict[str, str] = {
    ReportEvent.Kind.READY: "ready",
    ReportEvent.Kind.LAPSED: "draft",
    ReportEvent.Kind.GIVEN_BACK: "draft",
    ReportEvent.Kind.WITHDRAWN: "draft",
    ReportEvent.Kind.TAKEN_UP: "in_review",
    ReportEvent.Kind.REOPENED: "returned",
    ReportEvent.Kind.MIGRATED: "approved",
    ReportEvent.Kind.UNDONE: "in_review",
    ReportEvent.Kind.ASKED: "returned",
    ReportEvent.Kind.ANSWERED: "in_review",
    ReportEvent.Kind.CORRECTED: "approved",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one figure: before and after in words, and the figure or numerator and the denominator of each."""

    indicator: int
    name: str
    by: str
    at: datetime
    way: str
    before: str
    after: str
    reason: str
    was: tuple[str, str] = ("", "")
    became: tuple[str, str] = ("", "")


def timeline(report: Report) -> list[Step]:
    """Steps of the sheet and its evidence files, newest first, with the names that the sheet has. Four queries."""
    events = list(report.events.select_related("by", "version").order_by("-at", "-pk"))
    codes = {line["indicator"] for event in events for line in event.lines}
    files = list(report.evidence.select_related("indicator", "by", "removed_by"))
    known = {row.indicator.pk: row.indicator for row in files if row.indicator}
    known |= Indicator.objects.filter(code__in=codes).in_bulk() if codes else {}
    names = names_on(report, known) if known else {}
    steps = [_step(event, {row.code: names[pk] for pk, row in known.items()}) for event in events]
    steps += _files(files, names)
    return sorted(steps, key=lambda step: step.at, reverse=True)


def _files(rows: Iterable[Evidence], names: Mapping[int, str]) -> list[Step]:
    """Evidence files: who attached and who removed which, and when."""
    steps = []
    for row in rows:
        lines = ((names.get(row.indicator_id or 0, _("The whole sheet")), row.name),)
        steps.append(Step("paperclip", "info", _("File attached"), str(row.by), row.at, lines=lines))
        if row.removed_at:
            who, when, why = str(row.removed_by), row.removed_at, row.removed_why
            steps.append(Step("trash", "none", _("File removed"), who, when, why, lines))
    return steps


def _step(event: ReportEvent, names: dict[str, str]) -> Step:
    icon, colour, _word = STATES["sheet"][EVENT_STATES.get(event.kind, event.kind)]
    lines = tuple((names.get(line["indicator"], line["indicator"]), line["reason"]) for line in event.lines)
    version = getattr(event, "version", None)
    number = version.number if version else None
    return step_of(event, icon, colour, lines=lines, version=number, more=tuple(more_of(event)))


def more_of(event: ReportEvent) -> Iterator[str]:
    """What else the event keeps: units that a superior handed in without, offices that had not agreed."""
    states = dict(Report.State.choices)
    missing = ", ".join(f"{unit} ({states[state]})" for unit, state in event.details.get("missing", []))
    if missing:
        yield _("Without: %(units)s") % {"units": missing}
    for office, left, objections in event.details.get("offices", []):
        if objections:
            words = ngettext(
                "%(office)s objected to %(count)d line", "%(office)s objected to %(count)d lines", objections
            )
            yield words % {"office": office, "count": objections}
        if left:
            words = ngettext(
                "%(office)s had not judged %(count)d line", "%(office)s had not judged %(count)d lines", left
            )
            yield words % {"office": office, "count": left}


def changes_of(report: Report, changes: Iterable[ResultChange]) -> list[Change]:
    """Changes of the sheet (with indicator and by) in words, its lines as it names them. Three queries at most."""
    changes = list(changes)
    names = names_on(report, {change.indicator_id: change.indicator for change in changes}) if changes else {}
    return in_words(changes, names)


def in_words(changes: Iterable[ResultChange], names: Mapping[int, str]) -> list[Change]:
    """Changes (with by) in words; `names` are those of the lines, by indicator. Two queries at most."""
    changes = list(changes)
    words = Words([found for change in changes for found in (change.before, change.after)])
    return [
        Change(
            change.indicator_id, names[change.indicator_id], str(change.by), change.at, change.get_way_display(),
            words(change.before), words(change.after), change.reason, numbers_of(change.before),
            numbers_of(change.after),
        )
        for change in changes
    ]  # fmt: skip


def numbers_of(found: dict[str, Any] | None) -> tuple[str, str]:
    """Figure or numerator, and denominator, of a kept figure as papers write them; empty where there is none."""
    top, bottom = ((found or {}).get(name) for name in ("numerator", "denominator"))
    return format_part(Decimal(top) if top else None), format_part(Decimal(bottom) if bottom else None)


class Words:
    """Kept figures in words: classes and items by name. Two queries at most, none for plain numbers."""

    def __init__(self, snapshots: Iterable[dict[str, Any] | None]) -> None:
        found = [one for one in snapshots if one]
        grades = {one["grade"] for one in found if "grade" in one}
        items = {int(pk) for one in found for pk in one.get("items", {})}
        self.grades = Grade.objects.in_bulk(grades) if grades else {}
        self.items = ChecklistItem.objects.in_bulk(items) if items else {}

    def __call__(self, found: dict[str, Any] | None) -> str:
        return snapshot_text(found, self.grades, self.items)


def snapshot_text(found: dict[str, Any] | None, grades: dict[int, Grade], items: dict[int, ChecklistItem]) -> str:
    """A kept figure in one phrase, with its reason and note."""
    if not found:
        return _("empty")
    if found["status"] != Result.Status.REPORTED:
        text = str(Result.Status(found["status"]).label)
    elif "grade" in found:
        text = grades[found["grade"]].label
    else:
        parts = [format_part(Decimal(found[name])) for name in ("numerator", "denominator") if name in found]
        text = " / ".join(parts)
    states = dict(ResultItem.State.choices)
    answers = [f"{items[int(pk)].label}: {states[state]}" for pk, state in found.get("items", {}).items()]
    extra = [*answers, *(found[name] for name in ("reason", "note") if name in found)]
    return f"{text} ({'; '.join(extra)})" if extra else text

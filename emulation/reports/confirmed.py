"""What a commander puts a name to: the lines of the page that hands in or signs, as they stand now.

By them a hand-in or a signature is refused where the page no longer shows what would go out (`units.forms.seen`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from emulation import drafting
from emulation.models import (
    Assessment,
    Campaign,
    Indicator,
    Registration,
    Report,
    ReviewReport,
    TargetChange,
)
from emulation.reports.assessments import sheet_of
from emulation.reports.drafts import draft_of
from emulation.reports.history import Words
from emulation.reports.lines import names_on
from emulation.reports.places import Place
from emulation.reports.plain_figures import snapshot
from emulation.reports.targets import target_sheet, targets_of
from units.models import Unit
from units.reports.seen import Change, Page, Shown, last_change

Lines = dict[str, Shown]


def sheet_page(report: Report) -> Page:
    """The figures of a sheet, and what its unit says to warnings about them."""
    return Page(report, lambda: _figures(report), lambda since: _last(report.changes.all(), since))


def _figures(report: Report) -> Lines:
    """Six queries at most."""
    results = list(report.results.select_related("indicator").prefetch_related("items").order_by("indicator__code"))
    said = {(row.rule_id, row.indicator_id): row for row in report.acknowledgements.select_related("indicator")}
    known: dict[int, Indicator] = {row.indicator_id: row.indicator for row in results}
    known |= {row.indicator_id: row.indicator for row in said.values()}
    names = names_on(report, known) if known else {}
    found = {row.indicator_id: snapshot(row) for row in results}
    words = Words(found.values())
    lines = {str(pk): Shown(names[pk], words(figure), figure) for pk, figure in found.items()}
    return lines | {
        f"{rule}-{pk}": Shown(names[pk], row.reason, (row.values, row.reason)) for (rule, pk), row in said.items()
    }


def registration_page(
    registration: Registration, unit: Unit, year: int, drive: Campaign | None, places: list[Place]
) -> Page:
    """What is assigned and registered, and the titles aimed at. Whoever writes a target locks its unit."""

    def lines() -> Lines:
        targets = targets_of(unit, year, places, drive)
        shown = target_sheet(unit, year, places, targets, drive)
        found: Lines = {}
        for line in (line for group in shown.groups for line in group.lines):
            for column, words in (("registered", line.registered), ("assigned", line.assigned)):
                value = line.target.as_set(column) if line.target else None
                head = _("Registered") if column == "registered" else _("Assigned")
                found[f"{column}-{line.row.pk}"] = Shown(f"{line.row.label}, {head}", words, value)
        titles = [str(title) for title in registration.titles.all()] if registration.pk else []
        return found | {"titles": Shown(_("Titles aimed at"), "; ".join(titles), titles)}

    changes = TargetChange.objects.filter(target__unit=unit, target__drive=drive)
    return Page(unit, lines, lambda since: _last(changes, since))


def assessment_page(row: Assessment) -> Page:
    """The unit's answers to the items of a checklist."""

    def lines() -> Lines:
        found = {}
        for line in sheet_of(row).lines:
            one = line.answer
            value = (one.answer, str(one.score or ""), one.words) if one else None
            words = " · ".join(text for text in (line.own, one.words if one else "") if text)
            found[str(line.item.pk)] = Shown(f"{line.number}. {line.item.label}", words, value)
        return found

    return Page(row, lines, lambda _since: last_change(row.answers.all()))


def report_page(report: ReviewReport) -> Page:
    """The paragraphs of a review report, and its annex as today's figures make it."""

    def lines() -> Lines:
        found = {}
        for number, row in enumerate(report.paragraphs.all(), start=1):
            text = "" if row.left_out else drafting.plain(row.text)
            found[row.key] = Shown(_("Paragraph %(number)d") % {"number": number}, text, text)
        for number, line in enumerate(draft_of(report.unit, report.year, report.period).annex, start=1):
            words = " · ".join(text for text in (line.area, *line.cells) if text)
            found[f"annex-{number}"] = Shown(_("Annex, line %(number)d") % {"number": number}, words, words)
        return found

    return Page(report, lines, lambda since: _last(report.events.all(), since))


def changed_last(report: ReviewReport) -> Change | None:
    """Who took the last step of a review report, and when."""
    return _last(report.events.all(), datetime.min.replace(tzinfo=UTC))


def _last(rows: QuerySet[Any], since: datetime) -> Change | None:
    """Who wrote the newest of the rows since a time."""
    row = rows.filter(at__gte=since).select_related("by").order_by("-at", "-pk").first()
    return Change(row.by, row.at) if row else None

"""Corrections and requests in words: before and after, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulation.models import Correction, FigureRequest, Report
from emulation.reports.history import Words
from emulation.reports.lines import line_names, with_lines
from emulation.reports.plain_figures import snapshot
from units import access
from units.models import Role, User

LIMIT = 30  # corrections listed at once


@dataclass(frozen=True, slots=True)
class Shown:
    """A correction with its figures in words."""

    row: Correction
    name: str
    before: str
    after: str


def shown(rows: Iterable[Correction]) -> list[Shown]:
    """Corrections (with sheet and indicator) in words. Five queries at most."""
    rows = list(rows)
    names = line_names(rows)
    words = Words([found for row in rows for found in (row.before, row.entry)])
    return [Shown(row, names[row.report_id, row.indicator_id], words(row.before), words(row.entry)) for row in rows]


def corrections_of(report: Report) -> list[Shown]:
    """All that was asked to correct on the sheet, newest first. Six queries at most."""
    return shown(report.corrections.select_related("indicator", "asked_by", "sent_by", "decided_by"))


def waiting_corrections(user: User) -> list[Correction]:
    """Corrections that the user sends or decides, oldest first, each with the name of its `line`. Four queries."""
    if not access.has_role(user, Role.COMMANDER, Role.REVIEWER):
        return []
    rows = Correction.objects.waiting_for(user).select_related("report__unit", "report__round__drive", "indicator")
    return with_lines(rows.order_by("asked_at", "pk")[:LIMIT])


def changes_since(report: Report) -> dict[str, tuple[str, str]]:
    """Indicator's code → (old, new) in words, for figures that differ from what was handed in or approved before.

    Compared is the version before the last hand-in; for a first hand-in the hand-in itself, which differs
    only by what the unit has corrected on request. Five queries at most.
    """
    versions = list(report.versions.select_related("event").order_by("number"))
    handed = [at for at, version in enumerate(versions) if version.event.kind == "submitted"]
    if not handed:
        return {}
    base = versions[max(0, handed[-1] - 1)].figures
    rows = report.results.select_related("indicator").prefetch_related("items")
    now = {row.indicator.code: snapshot(row) for row in rows}
    differing = [code for code in {**base, **now} if base.get(code) != now.get(code)]
    words = Words([figures.get(code) for code in differing for figures in (base, now)])
    return {code: (words(base.get(code)), words(now.get(code))) for code in differing}


def open_requests(report: Report) -> list[FigureRequest]:
    """What the reviewers ask about figures of the sheet and the unit has not answered yet, with the name of its
    `line`. One query, four where something is asked.
    """
    return with_lines(report.requests.open().select_related("indicator", "asked_by"))

"""Figures on a sheet: saving cells with their trace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.checks import Entry
from emulation.models import Report, ReportEvent, Result, ResultChange, ResultItem
from emulation.reports.plain_figures import Snapshot, entry_snapshot, parts_of, snapshot
from units.errors import Refused
from units.models import User


@dataclass(frozen=True, slots=True)
class CellChange:
    """What is to become of one cell. `entry` None clears it; `seen` is the mark the user saw ("": empty)."""

    indicator: int
    entry: Entry | None
    seen: str | None = None  # None: whatever is there is replaced (imports compare before)


class Conflict(Refused):
    """Somebody else saved the cells meanwhile. `stored` maps the indicator to what is there now (None: cleared)."""

    def __init__(self, stored: dict[int, Result | None]) -> None:
        self.stored = stored
        super().__init__(_("Somebody else has changed this figure meanwhile. Compare and choose."))


def _result(result: Result, entry: Entry) -> Result:
    """Write `entry` into an unsaved or loaded row."""
    result.status, result.grade_id, result.reason, result.note = entry.status, entry.grade, entry.reason, entry.note
    result.numerator, result.denominator = parts_of(entry)
    return result


def apply_cells(
    report: Report, changes: Iterable[CellChange], *, by: User, way: str, reason: str = "", seal: bool = False
) -> int:
    """Write cells of a locked sheet with their trace; returns how many changed. No checks of state or role.

    Runs a fixed number of statements, whatever the number of cells. Raises `Conflict` when a cell is not
    in the state that the user saw and not already what the user wants; nothing is written then.
    """
    changes = list(changes)
    touched = report.results.filter(indicator__in=[change.indicator for change in changes])
    stored = {r.indicator_id: r for r in touched.prefetch_related("items")}
    before = {indicator: snapshot(result) for indicator, result in stored.items()}
    changed: dict[int, CellChange] = {}
    conflicts: dict[int, Result | None] = {}
    for change in changes:
        if entry_snapshot(change.entry) == before.get(change.indicator):
            continue
        found = stored.get(change.indicator)
        if change.seen is not None and change.seen != (found.mark if found else ""):
            conflicts[change.indicator] = found
        changed[change.indicator] = change
    if conflicts:
        raise Conflict(conflicts)
    if changed:
        _write(report, changed, stored)
        _trace(report, changed, before, by=by, way=way, reason=reason, seal=seal)
    return len(changed)


def _write(report: Report, changed: dict[int, CellChange], stored: dict[int, Result]) -> None:
    cleared = [stored[pk].pk for pk, change in changed.items() if change.entry is None]
    if cleared:
        Result.objects.filter(pk__in=cleared).delete()
    rows = []
    for indicator, change in changed.items():
        if change.entry is not None:
            row = stored.get(indicator)
            if row is None:
                row = Result(report=report, indicator_id=indicator, version=0)
            row.version += 1
            rows.append(_result(row, change.entry))
    columns = ["status", "numerator", "denominator", "grade", "reason", "note", "version"]
    Result.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["report", "indicator"], update_fields=columns
    )
    with_items = {pk: change.entry.items for pk, change in changed.items() if change.entry and change.entry.items}
    touched = [pk for pk, change in changed.items() if change.entry and (change.entry.items or pk in stored)]
    ResultItem.objects.filter(result__report=report, result__indicator__in=touched).delete()
    if with_items:
        keys = dict(report.results.filter(indicator__in=with_items).values_list("indicator_id", "pk"))
        ResultItem.objects.bulk_create(
            ResultItem(result_id=keys[pk], item_id=item, state=state)
            for pk, items in with_items.items()
            for item, state in items.items()
        )


def _trace(
    report: Report, changed: dict[int, CellChange], before: dict[int, Snapshot | None], *, by: User, way: str,
    reason: str, seal: bool,
) -> None:  # fmt: skip
    """One row a changed cell; a cell's successive changes by one person share a row until the sheet is reported."""
    now = timezone.now()
    open_rows: dict[int, ResultChange] = {}
    if way == ResultChange.Way.FORM:
        for row in report.changes.filter(indicator__in=changed, sealed=False).order_by("at", "pk"):
            open_rows[row.indicator_id] = row
    joined, fresh = [], []
    for indicator, change in changed.items():
        last = open_rows.get(indicator)
        after = entry_snapshot(change.entry)
        if last is not None and last.by_id == by.pk and last.way == way:
            last.after, last.at = after, now
            joined.append(last)
        else:
            fresh.append(
                ResultChange(
                    report=report, indicator_id=indicator, by=by, at=now, way=way, before=before.get(indicator),
                    after=after, reason=reason, sealed=seal,
                )
            )  # fmt: skip
    ResultChange.objects.bulk_update(joined, ["after", "at"])
    ResultChange.objects.bulk_create(fresh)


def lapse(report: Report, *, by: User) -> None:
    """A figure of the locked sheet has changed: what was reported as ready is so no longer, and the timeline says so.

    The caller saves the sheet.
    """
    if report.ready_at is not None:
        ReportEvent.objects.create(report=report, kind=ReportEvent.Kind.LAPSED, by=by, at=timezone.now())
    report.ready_by = report.ready_at = None

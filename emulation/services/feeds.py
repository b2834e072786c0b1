"""Figures that registers feed: written into sheets that are open, never into those handed in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from emulation.checks import Entry
from emulation.models import Feed, Report, Result, ResultChange, Unfed, UnfedItem
from emulation.reports.entry import open_lines, refuse_unless_open
from emulation.reports.feeds import Fed, Stored, fed_lines
from emulation.services.cells import CellChange, apply_cells, lapse
from emulation.services.rounds import place_ended
from units import access, clock
from units.errors import Refused
from units.locking import locked
from units.models import User


@transaction.atomic
def follow(registers: Collection[str], units: Iterable[int], days: Iterable[date], *, by: User) -> None:
    """Bring cells that `registers` (keys of sources) feed up to date after entries of `units` on `days` were written.

    Called in the transaction of that write; `units` and `days` name both the old and the new place of an entry
    that moved. Only cells that speak of one of the days follow: whatever else stands on the sheet has nothing to do
    with the entry. A sheet is locked before the register is read, so the last of two concurrent writers counts both
    entries. Sheets handed in, and those closed, stand still: what differs there is kept for those who have to ask for
    a correction (`Unfed`). A sheet whose round has not opened takes the figures over with its first save.
    """
    days = [day for day in days if day]
    if not days or not Feed.objects.active().filter(register__in=registers).exists():
        return
    place_ended(units := set(units), days)
    for report in _speaking(units, days):
        allowed: set[int] | None = set()
        with suppress(Refused):
            refuse_unless_open(report)
            allowed = open_lines(report)
        fed, stored = fed_lines(report, None, registers, days, typed=True)
        opened = {pk: one for pk, one in fed.items() if allowed is None or pk in allowed}
        _write(report, opened, stored, by=by, clear=_written_by_register(report, opened, stored))
        still = {pk: one for pk, one in fed.items() if pk not in opened}
        _keep(
            report, {pk: one for pk, one in still.items() if one.holds or not one.source.typed_until}, registers, days
        )


def hold_sheets(registers: Collection[str], units: Iterable[int], days: Iterable[date]) -> None:
    """Lock the sheets that `follow` will bring up to date, before the unit or any new row that refers to it.

    Who approves a sheet, or signs a report on its unit, locks the sheet and then the unit. A writer of a register who
    locked them the other way round would wait for them, and they for the writer.
    """
    days = [day for day in days if day]
    if days and Feed.objects.active().filter(register__in=registers).exists():
        _speaking(set(units), days)


def _speaking(units: set[int], days: list[date]) -> list[Report]:
    """Sheets of the units, of rounds that have opened, that may speak of one of the days, locked.

    One that a change of the tree takes away meanwhile is left out.
    """
    drive = Q(round__drive__isnull=True) | Q(round__drive__starts__lte=max(days), round__drive__ends__gte=min(days))
    opened = Q(round__opens__lte=clock.today()) | ~Q(state__in=[Report.State.NOT_STARTED, Report.State.DRAFT])
    rows = Report.objects.filter(drive, opened, unit__in=units, round__year__in={day.year for day in days})
    rows = rows.select_related("unit", "lineage", "round__drive").select_for_update(of=("self",)).order_by("pk")
    return [row for row in rows if row.round.last_day >= min(days)]


def _keep(report: Report, fed: dict[int, Fed], registers: Collection[str], days: Collection[date]) -> None:
    """What the registers say of lines that stand still; of those of which they say nothing any more, nothing."""
    feeds = Feed.objects.filter(register__in=registers)
    gone = Unfed.objects.filter(report=report, indicator__feed__in=feeds, first__lte=max(days), last__gte=min(days))
    gone.exclude(indicator__in=fed).delete()
    for pk, one in fed.items():
        columns = {"first": one.first, "last": one.last, "value": one.value, "of": one.of, "grade": one.grade}
        row, _fresh = Unfed.objects.update_or_create(report=report, indicator_id=pk, defaults=columns)
        UnfedItem.objects.filter(unfed=row).delete()
        UnfedItem.objects.bulk_create(UnfedItem(unfed=row, item=item, state=said) for item, said in one.items.items())


def take_over(report: Report, allowed: Collection[int] | None, *, by: User) -> None:
    """Write what the registers say into the fed lines of a locked sheet that are open (`allowed`, None: all).

    A number typed before the register had entries stays.
    """
    _write(report, *fed_lines(report, allowed), by=by)


def _write(
    report: Report, fed: dict[int, Fed], stored: Stored, *, by: User, clear: Collection[int] = ()
) -> None:  # fmt: skip
    """Write what the registers say; where they hold nothing, empty the cells of `clear`. Typed notes stay."""
    changes = []
    for pk, one in fed.items():
        entry = stored.get(pk)
        if one.agrees(entry):
            continue
        if one.holds:
            if (said := one.entry(entry)) is not None:
                changes.append(CellChange(pk, said))
        elif pk in clear:
            changes.append(CellChange(pk, None))
    _apply(report, changes, by)


def _apply(report: Report, changes: Collection[CellChange], by: User) -> int:
    """Write the changes as the register's, and begin the sheet; how many cells changed."""
    changed = apply_cells(report, changes, by=by, way=ResultChange.Way.REGISTER) if changes else 0
    if changed:
        if report.state == Report.State.NOT_STARTED:
            report.state, report.state_since = Report.State.DRAFT, timezone.now()
        lapse(report, by=by)
        report.save(update_fields=["state", "state_since", "ready_by", "ready_at"])
    return changed


@transaction.atomic
def report_nothing(report: Report, *, by: User) -> int:
    """Report “nothing occurred” in every open fed cell that is empty as its register is; how many there were.

    The register is the reason, and the commander's statement that it is complete, where there is one. What is entered
    there later takes its place, as ever. Requires staff of the unit. Raises `Refused` when the sheet is not open.
    """
    report = locked(report, "unit", "round", "lineage")
    access.require(access.enters(by, report.unit))
    refuse_unless_open(report)
    with translation.override("vi"):  # the language of sheets
        fed, stored = fed_lines(report, open_lines(report))
        changes = [
            CellChange(pk, Entry(Result.Status.NIL, reason=one.nothing(_stated(one, report))))
            for pk, one in fed.items()
            if not one.holds and pk not in stored
        ]
    return _apply(report, changes, by)


def _stated(fed: Fed, report: Report) -> date | None:
    return fed.source.stated(report.unit_id, fed.first, fed.last)


def _written_by_register(report: Report, fed: dict[int, Fed], stored: Stored) -> set[int]:
    """Cells without entries whose figure a register wrote: the last change of the figure itself, not of its note.

    Not those of which the whole was typed.
    """
    doubtful = [pk for pk, one in fed.items() if not one.holds and not one.agrees(stored.get(pk))]
    doubtful = [pk for pk in doubtful if not fed[pk].source.halved]
    if not doubtful:
        return set()
    ways = {}
    for change in report.changes.filter(indicator__in=doubtful).order_by("at", "pk"):
        if _figure(change.before) != _figure(change.after):
            ways[change.indicator_id] = change.way
    return {pk for pk, way in ways.items() if way == ResultChange.Way.REGISTER}


def _figure(found: dict[str, Any] | None) -> tuple[Any, ...]:
    """Of a snapshot, what a register writes."""
    return tuple((found or {}).get(name) for name in ("numerator", "grade", "items"))


def settle(report: Report, allowed: Collection[int] | None, *, by: User) -> None:
    """Before a sheet goes on: take everything over. Raises `Refused` for a number that no entry stands behind."""
    take_over(report, allowed, by=by)
    fed, stored = fed_lines(report, allowed)
    names = dict(report.results.filter(indicator__in=fed).values_list("indicator_id", "indicator__code"))
    wrong = [
        _("%(code)s: %(why)s") % {"code": names[pk], "why": why}
        for pk, one in fed.items() if pk in stored
        for why in one.refusal(stored[pk])
    ]  # fmt: skip
    if wrong:
        raise Refused(wrong)

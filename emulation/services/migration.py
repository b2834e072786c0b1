"""Migration of figures from files: `manage.py load_results`. All or nothing, every error with its row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation import periods
from emulation.checks import Entry, missing_parts, remark, wrong_parts
from emulation.models import (
    Grade,
    Indicator,
    IssuedPaper,
    Report,
    ReportEvent,
    ReportVersion,
    Result,
    ResultChange,
    ResultItem,
    Round,
)
from emulation.reports.plain_figures import entry_snapshot, plain_figure
from emulation.services.outdated import outdate
from emulation.services.rounds import existed_in, make_sheets, place_of, place_units, usual_calendar
from emulation.services.summaries import rebuild
from units import access
from units.errors import Refused, alternatives
from units.file_rows import Row
from units.models import Unit, User

COLUMNS = ["unit", "year", "quarter", "indicator", "numerator", "denominator", "grade", "status", "note"]
MOST_NOTE = 500  # characters
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


Stored = tuple[int, int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """One valid row of the file."""

    row: int
    unit: Unit
    year: int
    quarter: int
    indicator: Indicator
    entry: Entry


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rows read, figures written, sheets approved."""

    rows: int
    changed: int
    approved: int


class Reader:
    """Turns rows into lines, gathering every error. Reads the catalogues once."""

    def __init__(self, by: User) -> None:
        self.errors: list[str] = []
        self.units = {unit.code: unit for unit in Unit.objects.all()}
        self.mine = {code for code, unit in self.units.items() if access.administers(by, unit)}
        self.indicators = {row.code: row for row in Indicator.objects.all()}
        grades = Grade.objects.all()
        self.grades: dict[tuple[int | None, str], int] = {(one.scale_id, one.code): one.pk for one in grades}
        self.rounds: dict[tuple[int, int], Round] = {}
        self.seen: dict[tuple[str, int, int, str], int] = {}

    def wrong(self, row: int, message: str) -> None:
        self.errors.append(_("Row %(row)d: %(message)s") % {"row": row, "message": message})

    def read(self, row: int, texts: dict[str, str]) -> Line | None:
        """The line of one row; None (with its errors noted) when anything is wrong."""
        before = len(self.errors)
        unit = self.units.get(texts["unit"])
        if unit is None:
            self.wrong(row, _("There is no unit “%(code)s”.") % {"code": texts["unit"]})
        elif unit.code not in self.mine:
            self.wrong(row, _("The unit “%(code)s” is not in your branch.") % {"code": unit.code})
        indicator = self.indicators.get(texts["indicator"])
        if indicator is None:
            words = _("There is no indicator “%(code)s”. Known are: %(known)s.")
            code = texts["indicator"]
            self.wrong(row, words % {"code": code, "known": alternatives(self.indicators, code)})
        when = self._quarter(row, texts)
        if unit is not None and when is not None:
            round_ = self._round(when)
            if not existed_in(unit, round_):
                self.wrong(
                    row,
                    _("The unit “%(code)s” did not exist in %(quarter)s.")
                    % {"code": unit.code, "quarter": periods.quarter_label(*when)},
                )
        if unit and indicator and when:
            key = (unit.code, *when, indicator.code)
            first = self.seen.setdefault(key, row)
            if first != row:
                self.wrong(row, _("The same figure stands in row %(row)d.") % {"row": first})
        entry = self._entry(row, texts, indicator) if indicator else None
        if len(self.errors) > before or not (unit and indicator and when and entry):
            return None
        return Line(row, unit, *when, indicator, entry)

    def _round(self, when: tuple[int, int]) -> Round:
        if when not in self.rounds:
            self.rounds[when] = Round(year=when[0], quarter=when[1])
        return self.rounds[when]

    def _quarter(self, row: int, texts: dict[str, str]) -> tuple[int, int] | None:
        year, quarter = texts["year"], texts["quarter"].upper().removeprefix("Q")
        if not re.fullmatch("[0-9]{4}", year) or int(year) not in periods.YEARS:
            self.wrong(row, _("“%(text)s” is not a year.") % {"text": year})
            return None
        if quarter not in ("1", "2", "3", "4"):
            self.wrong(row, _("“%(text)s” is not a quarter; write 1, 2, 3 or 4.") % {"text": texts["quarter"]})
            return None
        return int(year), int(quarter)

    def _entry(self, row: int, texts: dict[str, str], indicator: Indicator) -> Entry | None:
        if texts["status"] not in Result.Status.values:
            self.wrong(
                row,
                _("“%(text)s” is not a status; write reported, nil or not_applicable.") % {"text": texts["status"]},
            )
            return None
        parts: dict[str, Any] = {}
        for name in ("numerator", "denominator"):
            if texts[name] and not NUMBER.fullmatch(texts[name]):
                self.wrong(row, _("“%(text)s” is not a number with a plain decimal point.") % {"text": texts[name]})
                return None
            parts[name] = Decimal(texts[name]) if texts[name] else None
        grade = None
        if texts["grade"]:
            grade = self.grades.get((indicator.grade_scale_id, texts["grade"]))
            if grade is None and indicator.grade_scale_id is not None:
                codes = [code for scale, code in self.grades if scale == indicator.grade_scale_id]
                words = _("There is no grade “%(code)s”. Known are: %(known)s.")
                self.wrong(row, words % {"code": texts["grade"], "known": alternatives(codes, texts["grade"])})
                return None
            grade = grade or 0  # a grade where none belongs: reported below
        entry = Entry(texts["status"], **parts, grade=grade, note=remark(texts["note"]))
        messages = [*missing_parts(indicator, entry), *wrong_parts(indicator, entry)]
        if len(entry.note) > MOST_NOTE:
            messages.append(_("The note has %(size)d characters; at most %(most)d are kept.")
                            % {"size": len(entry.note), "most": MOST_NOTE})  # fmt: skip
        for message in messages:
            self.wrong(row, message)
        return None if messages else entry


@transaction.atomic
def load_results(rows: Iterable[Row], *, by: User, approved: bool, correct: str = "") -> Loaded:
    """Write the figures of a file (columns `COLUMNS`) into their sheets; `approved` approves these sheets.

    Rounds and sheets are made when they are missing; calendars, completeness and plausible ranges play no
    part. Figures of an approved sheet change only with the reason `correct`. The same file again changes
    nothing. Raises `Refused` with every error.
    """
    reader = Reader(by)
    lines = [line for row, texts in rows if (line := reader.read(row, texts)) is not None]
    if reader.errors:
        raise Refused(reader.errors)
    by_sheet: dict[tuple[int, int, int], list[Line]] = defaultdict(list)
    for line in lines:
        by_sheet[line.year, line.quarter, line.unit.pk].append(line)
    rounds = _rounds({(year, quarter) for year, quarter, _unit in by_sheet})
    reports = _sheets(by_sheet, rounds)
    written = _write(by_sheet, reports, by=by, correct=correct)
    places = ((rounds[year, quarter], lines[0].unit) for (year, quarter, _unit), lines in by_sheet.items())
    place_units({round_ for round_, unit in places if not unit.exists_on(round_.last_day)})
    finished = _approve([reports[key] for key in by_sheet], by=by) if approved else 0
    for year in sorted({year for year, _quarter, _unit in by_sheet}):
        rebuild(year)
    _outdate([reports[key] for key in by_sheet], set(written), approved=approved, by=by)
    return Loaded(len(lines), len(written), finished)


def _outdate(reports: Iterable[Report], written: set[int], *, approved: bool, by: User) -> None:
    """Mark the papers that rest on sheets that count now, or count otherwise. `reports` as they were before."""
    if not IssuedPaper.objects.filter(cancelled_at=None, outdated_at=None).exists():
        return
    for report in reports:
        if report.pk in written if report.state == Report.State.APPROVED else approved:
            outdate(report, by=by)


def _rounds(quarters: set[tuple[int, int]]) -> dict[tuple[int, int], Round]:
    found = {}
    for year, quarter in sorted(quarters):
        opens, due, closes = usual_calendar(year)[quarter]
        round_, made = Round.objects.get_or_create(
            year=year, quarter=quarter, defaults={"opens": opens, "due": due, "closes": closes}
        )
        if made:
            place_units([round_])
            make_sheets([round_])
        found[year, quarter] = round_
    return found


def _sheets(
    by_sheet: dict[tuple[int, int, int], list[Line]], rounds: dict[tuple[int, int], Round]
) -> dict[tuple[int, int, int], Report]:
    reports = {}
    for (year, quarter), round_ in rounds.items():
        for report in round_.reports.select_related("round", "lineage"):
            reports[year, quarter, report.unit_id] = report
        places = {place.unit_id: place for place in round_.lineages.all()}
        fresh = []
        for key in by_sheet:
            if key[:2] == (year, quarter) and key not in reports:
                unit = by_sheet[key][0].unit
                place = places.get(unit.pk) or place_of(unit, round_)
                fresh.append(Report(unit=unit, round=round_, lineage=place))
        for report in Report.objects.bulk_create(fresh, batch_size=1000):
            reports[year, quarter, report.unit_id] = report
    return reports


def _write(
    by_sheet: dict[tuple[int, int, int], list[Line]],
    reports: dict[tuple[int, int, int], Report],
    *,
    by: User,
    correct: str,
) -> list[int]:
    """Compare with what is stored, refuse what may not change, write the rest with its trace.

    Returns the sheet (key) of every figure written.
    """
    wanted = {reports[key].pk: {line.indicator.pk: line for line in lines} for key, lines in by_sheet.items()}
    states = {reports[key].pk: reports[key].state for key in by_sheet}
    stored = _stored({reports[key].round_id for key in by_sheet}, wanted)

    now, errors = timezone.now(), []
    results, changes = [], []
    for report, lines in wanted.items():
        for indicator, line in lines.items():
            pk, version, before = stored.get((report, indicator), (None, 0, None))
            after = entry_snapshot(line.entry)
            if _same(before, after):
                continue
            problem = _refusal(states[report], correct)
            if problem:
                errors.append(_("Row %(row)d: %(message)s") % {"row": line.row, "message": problem})
                continue
            of = {"report_id": report, "indicator_id": indicator}
            results.append(_row(line.entry, pk=pk, version=version + 1, **of))
            corrects = correct if states[report] in Report.HANDED_IN else ""
            changes.append(_change(before, after, corrects, by=by, at=now, **of))
    if errors:
        raise Refused(errors)
    _save(results, changes)
    _begin([reports[key] for key in by_sheet], now)
    return [result.report_id for result in results]


def _change(before: Any, after: Any, corrects: str, **columns: Any) -> ResultChange:
    """The trace of a figure written; `corrects` says why, where the sheet had been handed in with another."""
    way = ResultChange.Way.CORRECTION if corrects else ResultChange.Way.MIGRATION
    return ResultChange(way=way, before=before, after=after, reason=corrects, sealed=True, **columns)


def _begin(reports: list[Report], now: datetime) -> None:
    """Sheets on which nobody had written are drafts now."""
    fresh = [report for report in reports if report.state == Report.State.NOT_STARTED]
    for at in range(0, len(fresh), 500):
        keys = [report.pk for report in fresh[at : at + 500]]
        Report.objects.filter(pk__in=keys).update(state=Report.State.DRAFT, state_since=now)
    for report in fresh:
        report.state = Report.State.DRAFT


def _stored(rounds: set[int], wanted: dict[int, dict[int, Line]]) -> dict[tuple[int, int], Stored]:
    """(sheet, indicator) → key, version and plain figure of what the file speaks of."""
    found: dict[tuple[int, int], Stored] = {}
    for pk, report, indicator, version, figure in _plain_results(Result.objects.filter(report__round__in=rounds)):
        if indicator in wanted.get(report, ()):
            found[report, indicator] = (pk, version, figure)
    return found


def _plain_results(results: QuerySet[Result]) -> Iterator[tuple[int, int, int, int, dict[str, Any]]]:
    """(key, sheet, indicator, version, plain figure) without making objects of hundreds of thousands of rows."""
    items: dict[int, dict[int, str]] = defaultdict(dict)
    answers = ResultItem.objects.filter(result__in=results)
    for result, item, state in answers.values_list("result_id", "item_id", "state"):
        items[result][item] = state
    columns = ("status", "numerator", "denominator", "grade_id", "reason", "note")
    for pk, report, indicator, version, *parts, reason, note in results.values_list(
        "pk", "report_id", "indicator_id", "version", *columns
    ):
        yield pk, report, indicator, version, plain_figure(*parts, reason=reason, note=note, items=items.get(pk, {}))


def _same(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
    """Whether the file says what is stored; items and reasons are not in the file."""
    if before is None or after is None:
        return before == after
    ignored = ("items", "reason")
    return {k: v for k, v in before.items() if k not in ignored} == {
        k: v for k, v in after.items() if k not in ignored
    }


def _refusal(state: str, correct: str) -> str:
    if state == Report.State.APPROVED and not correct:
        return _("The sheet is approved and has a different figure; give --correct with the reason.")
    if state in (Report.State.SUBMITTED, Report.State.IN_REVIEW):
        return _("The sheet has been handed in; its figures stand still until it is judged.")
    return ""


def _row(entry: Entry, **columns: Any) -> Result:
    return Result(
        status=entry.status,
        numerator=entry.numerator,
        denominator=entry.denominator,
        grade_id=entry.grade,
        note=entry.note,
        **columns,
    )


def _save(results: list[Result], changes: list[ResultChange]) -> None:
    replaced = [result.pk for result in results if result.pk]
    for at in range(0, len(replaced), 500):
        ResultItem.objects.filter(result__in=replaced[at : at + 500]).delete()
    columns = ["status", "numerator", "denominator", "grade", "reason", "note", "version"]
    Result.objects.bulk_update([r for r in results if r.pk], columns, batch_size=100)
    Result.objects.bulk_create([r for r in results if not r.pk], batch_size=2000)
    ResultChange.objects.bulk_create(changes, batch_size=2000)


def _approve(reports: list[Report], *, by: User) -> int:
    """Record the sheets as approved by migration: an event and a version each, exempt from four-eyes."""
    now = timezone.now()
    open_sheets = [report for report in reports if report.state != Report.State.APPROVED]
    pks = [report.pk for report in open_sheets]
    figures: dict[int, dict[str, object]] = defaultdict(dict)
    codes = dict(Indicator.objects.values_list("pk", "code"))
    numbers: dict[int, int] = defaultdict(int)
    for at in range(0, len(pks), 500):
        chunk = pks[at : at + 500]
        for _pk, report, indicator, _version, figure in _plain_results(Result.objects.filter(report__in=chunk)):
            figures[report][codes[indicator]] = figure
        for report, number in ReportVersion.objects.filter(report__in=chunk).values_list("report_id", "number"):
            numbers[report] = max(numbers[report], number)
        Report.objects.filter(pk__in=chunk).update(
            state=Report.State.APPROVED, state_since=now, ready_by=None, ready_at=None
        )
        ResultChange.objects.filter(report__in=chunk, sealed=False).update(sealed=True)
    events = ReportEvent.objects.bulk_create(
        [ReportEvent(report_id=pk, kind=ReportEvent.Kind.MIGRATED, by=by, at=now) for pk in pks], batch_size=1000
    )
    ReportVersion.objects.bulk_create(
        [
            ReportVersion(
                report_id=event.report_id, number=numbers[event.report_id] + 1, event=event,
                figures=figures[event.report_id],
            )
            for event in events
        ],
        batch_size=500,
    )  # fmt: skip
    return len(pks)

"""Lists and tables of the main app to be saved: heads, and rows as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from emulation.models import (
    Campaign,
    Checklist,
    Cluster,
    Correction,
    Extension,
    Inspection,
    PartyCell,
    Receipt,
    RegisteredTitle,
    Report,
    ResultChange,
    Round,
)
from emulation.reports.campaigns import CampaignPage, YearTree
from emulation.reports.corrections import Shown
from emulation.reports.display import Mark, name_with_unit
from emulation.reports.drives import DriveLine, DriveUnit
from emulation.reports.evidence import File
from emulation.reports.explain import Explained
from emulation.reports.heat import Heat, HeatRow
from emulation.reports.history import changes_of
from emulation.reports.inspections import Looked
from emulation.reports.joins import Joins
from emulation.reports.parts import PartRow
from emulation.reports.review import Review
from emulation.reports.sheets import Row as SheetLine
from emulation.reports.sheets import Sheet
from emulation.reports.targets import TargetSheet
from emulation.reports.versions import Difference
from emulation.reports.weak_points import Record
from emulation.reports.work import with_progress
from emulation.states import STATES
from units.models import Initiative
from units.spreadsheets import Table, Value

CHUNK = 500  # rows read at a time


def sheets_table(reports: QuerySet[Report]) -> Table:
    """One row a sheet, in the order of the list; `reports` bring unit, round, lineage and their hand-in."""
    heads = [
        _("Code"), _("Unit"), _("Round"), _("State"), _("Cells filled"), _("Cells asked"), _("Due"),
        _("Handed in on"), _("Handed in by"),
    ]  # fmt: skip
    return heads, _sheets(reports)


def _sheets(reports: QuerySet[Report]) -> Iterator[list[Value]]:
    for page in Paginator(reports, CHUNK):
        for item in with_progress(page):
            report = item.report
            yield [
                report.unit.code, report.unit.name, capfirst(str(report.round)), str(STATES["sheet"][item.state][2]),
                item.filled, item.total, item.deadline.day,
                localdate(report.handed_at) if report.handed_at else None, report.handed_by or "",  # type: ignore[attr-defined]
            ]  # fmt: skip


def campaigns_table(tree: YearTree) -> Table:
    """One row a campaign of the year, the movement first."""
    heads = [
        _("Campaign"), _("Kind"), _("State"), _("Launching unit"), _("From"), _("Until"), _("Launched on"),
        _("Indicators"),
    ]  # fmt: skip
    found = [*([tree.root] if tree.root else []), *(row for group in tree.groups for row in group.rows)]
    return heads, [[*_campaign(row.campaign), row.indicators] for row in found]


def _campaign(row: Campaign) -> list[Value]:
    return [
        row.name, row.kind.label, row.get_state_display(), row.launching_unit.name, row.starts, row.ends,
        row.launched_on,
    ]  # fmt: skip


def rows_table(heads: list[str], rows: Iterable[list[object]]) -> Table:
    """Rows of a simple catalogue."""
    return heads, ([_cell(value) for value in cells] for cells in rows)


def _cell(value: object) -> Value:
    if isinstance(value, bool):
        return _("yes") if value else ""
    return str(value) if isinstance(value, Model) else value  # type: ignore[return-value]


def rounds_table(rounds: Iterable[Round]) -> Table:
    """One row a round with its calendar; `extended` counts the extensions in force."""
    heads = [_("Round"), _("From"), _("Until"), _("Opens"), _("Due"), _("Closes"), _("Extensions")]
    return heads, [
        [capfirst(row.label), row.first_day, row.last_day, row.opens, row.due, row.closes, row.extended]  # type: ignore[attr-defined]
        for row in rounds
    ]


def extensions_table(extensions: QuerySet[Extension]) -> Table:
    """One row an extension of a round."""
    heads = [
        _("Code"), _("Unit"), _("Until"), _("Reason"), _("Given by"), _("On day"), _("Ended on"), _("Ended by"),
        _("Why it ended"),
    ]  # fmt: skip
    rows = (
        [
            row.unit.code, row.unit.name, row.until, row.reason, str(row.by), localdate(row.at),
            localdate(row.ended_at) if row.ended_at else None, str(row.ended_by or ""), row.ended_reason,
        ]
        for row in extensions.iterator(CHUNK)
    )  # fmt: skip
    return heads, rows


def targets_table(sheet: TargetSheet, year: int, drive: Campaign | None = None) -> Table:
    """One row an indicator, as the grid reads: of a peak drive without last year and milestones."""
    beside = _("Judged on") if drive else _("Result %(year)s") % {"year": year - 1}
    heads = [_("Area"), _("Indicator"), _("Unit of measure"), beside, *([] if drive else [_("Reported of expected")])]
    heads += [_("Assigned"), _("Registered"), _("Agreed")]
    heads += [] if drive else [_("Quarter I"), _("Quarter II"), _("Quarter III")]
    rows: list[list[Value]] = [
        [
            group.area, line.row.label, line.row.indicator.unit_label, line.where or line.last,
            *([] if drive else [line.partly]), line.assigned, line.registered, line.agreed,
            *([] if drive else line.milestones or ["", "", ""]),
        ]
        for group in sheet.groups for line in group.lines
    ]  # fmt: skip
    return heads, rows


def asked_indicators_table(page: CampaignPage) -> Table:
    """One row an indicator that a campaign asks."""
    heads = [_("Area"), _("Indicator"), _("Unit of measure"), _("Asked"), _("Of whom"), _("Units"), _("Points")]
    return heads, [
        [
            group.area, asked.row.label, asked.row.indicator.unit_label, asked.row.get_asked_display(),
            str(asked.kinds), asked.units, asked.row.points,
        ]
        for group in page.groups for asked in group.rows
    ]  # fmt: skip


def differences_table(lines: Iterable[Difference], titles: Iterable[Difference]) -> Table:
    """One row a target or title of two versions of a registration."""
    heads = [_("Indicator"), _("Before"), _("After"), _("Changed")]
    rows = [[row.label, row.before, row.after, _("yes") if row.changed else ""] for row in (*lines, *titles)]
    return heads, rows


def titles_table(titles: Iterable[RegisteredTitle]) -> Table:
    """One row a title that a unit aims at: for how many people, or what share of them; for the unit neither."""
    heads = [_("Title of the catalogue"), _("How many people"), _("Share (%)")]
    return heads, [[str(row.title), row.number, row.share] for row in titles]


def clusters_table(clusters: Iterable[Cluster]) -> Table:
    """One row a cluster with the `count` of its members."""
    heads = [_("Cluster"), _("Year"), _("Members"), _("Lead unit"), _("Kept by")]
    return heads, [[row.name, row.year, row.count, row.lead.name, row.keeper.name] for row in clusters]  # type: ignore[attr-defined]


class AreaRow(Protocol):
    """A row of a paper's table; an area's name alone heads its rows."""

    @property
    def area(self) -> str: ...

    @property
    def cells(self) -> Sequence[str]: ...


def paper_table(columns: Sequence[str], rows: Iterable[AreaRow]) -> Table:
    """The table of a paper, Vietnamese as the paper: its headings stand in the first column of their rows."""
    heads = ["Lĩnh vực", *columns]
    found: list[list[Value]] = []
    area = ""
    for row in rows:
        area = row.area or area
        if not row.area:
            found.append([area, *row.cells])
    return heads, found


def heat_table(heat: Heat) -> Table:
    """One row a unit: each indicator's value, the sum that the unit is to reach if any, the state in words, and what
    it is made of where that is not all."""
    rows = [heat.total, *([heat.own] if heat.own else []), *(row for _name, rows in heat.groups for row in rows)]
    known = [row for row in rows if row.values]
    sums = [any(row.values[at][1] for row in known) for at in range(heat.width)]
    partly = [any(row.states[at][1] for row in known) for at in range(heat.width)]
    heads = [_("Unit"), _("Note")]
    for (name, unit, target, as_of), has_sum, has_part in zip(heat.heads, sums, partly, strict=True):
        named = name_with_unit(name, unit)
        heads.append(" ".join(part for part in (named, target, as_of) if part))
        heads += [_("Target")] * has_sum + [_("State")] + [_("Reported of expected")] * has_part
    return heads, [_heat_row(row, sums, partly) for row in rows]


def _heat_row(row: HeatRow, sums: list[bool], partly: list[bool]) -> list[Value]:
    if row.silent:
        width = 2 * len(sums) + sum(sums) + sum(partly)
        return [row.name, f"{row.silent.word} – {row.silent_note}", *[""] * width]
    found: list[Value] = [row.name, row.note]
    for (value, target), (state, part), *has in zip(row.values, row.states, sums, partly, strict=True):
        found += [value, *[target] * has[0], state, *[part] * has[1]]
    return found


def parts_table(page: Explained) -> Table:
    """The parts of a figure by unit or by quarter, the whole first."""
    heads = [_("Unit") if page.total else _("Quarter")]
    if page.rows_have_parts:
        heads += [page.numerator_name, page.denominator_name]
    heads += [" ".join(filter(None, [_("Result"), page.measured_in])), _("Against its target")]
    if page.total:
        heads += [_("Share") + " %", _("Influence")]
    rows = [*([page.total] if page.total else []), *page.rows]
    return heads, [_part(page, row) for row in rows]


def _part(page: Explained, row: PartRow) -> list[Value]:
    parts: list[Value] = [row.numerator, row.denominator] if page.rows_have_parts else []
    weight: list[Value] = [row.share, row.pull.signed if row.pull else ""] if page.total else []
    return [capfirst(row.name), *parts, row.value, _judged(row.mark, row.note), *weight]


def _judged(mark: Mark, note: str) -> str:
    return " ".join(str(part) for part in (mark.word if mark.key else "", note) if part)


# ── what belongs to one sheet, document or unit ───────────────────────────


def corrections_table(corrections: Iterable[Shown]) -> Table:
    """One row a correction that was asked, with its figures in words."""
    heads = [
        _("Indicator"), _("Before"), _("After"), _("State"), _("Reason"), _("Proposed by"), _("Proposed on"),
        _("Decided by"),
    ]  # fmt: skip
    return heads, (
        [
            one.name, one.before, one.after, _word("correction", one.row.state), one.row.reason,
            str(one.row.asked_by), localdate(one.row.asked_at), str(one.row.decided_by or ""),
        ]
        for one in corrections
    )  # fmt: skip


def waiting_table(corrections: Iterable[Correction]) -> Table:
    """One row a correction that waits for the reader, of whatever sheet."""
    heads = [_("Code"), _("Unit"), _("Round"), _("Indicator"), _("State"), _("Reason"), _("Since")]
    return heads, [
        [
            row.report.unit.code, row.report.unit.name, capfirst(str(row.report.round)), row.line,  # type: ignore[attr-defined]
            _word("correction", row.state), row.reason, localdate(row.asked_at),
        ]
        for row in corrections
    ]  # fmt: skip


def office_table(reports: Iterable[Report]) -> Table:
    """One row a sheet of which an office judges lines; `judged` counts them."""
    heads = [_("Code"), _("Unit"), _("Round"), _("State"), _("Lines judged")]
    return heads, [
        [row.unit.code, row.unit.name, capfirst(str(row.round)), _word("sheet", row.state), row.judged]  # type: ignore[attr-defined]
        for row in reports
    ]


def changes_table(changes: QuerySet[ResultChange], report: Report) -> Table:
    """One row a change of a figure, the newest first: in words, and its numbers beside them to be summed."""
    heads = [
        _("Indicator"), _("When"), _("Who"), _("By which way"), _("Before"), _("Before: figure or numerator"),
        _("Before: denominator"), _("After"), _("After: figure or numerator"), _("After: denominator"), _("Reason"),
    ]  # fmt: skip
    return heads, (
        [one.name, one.at, one.by, one.way, one.before, *one.was, one.after, *one.became, one.reason]
        for page in Paginator(changes, CHUNK)
        for one in changes_of(report, page)
    )


def files_table(files: Iterable[File]) -> Table:
    """One row an evidence file that is attached."""
    heads = [_("File"), _("What it proves"), _("Size"), _("Who"), _("When")]
    return heads, (
        [file.name, file.about or _("The whole sheet"), file.size, file.by, localdate(file.at)] for file in files
    )


def receipts_table(receipts: QuerySet[Receipt]) -> Table:
    """One row a unit to which the document was sent."""
    heads = [
        _("Code"), _("Unit"), _("State"), _("Until"), _("Acknowledged by"), _("Acknowledged on"), _("Sent by"),
        _("Sent on"),
    ]  # fmt: skip
    return heads, (
        [
            row.unit.code, row.unit.name, _word("receipt", row.state), row.due, str(row.acknowledged_by or ""),
            localdate(row.acknowledged_at) if row.acknowledged_at else None, row.sender.name, localdate(row.sent_at),
        ]
        for row in receipts.iterator(CHUNK)
    )  # fmt: skip


def inspections_table(inspections: QuerySet[Inspection]) -> Table:
    """One row an inspection of the list."""
    heads = [
        _("Inspection"), _("Kind"), _("Inspected by"), _("From"), _("Until"), _("Units inspected"),
        _("Shortcomings"), _("State"),
    ]  # fmt: skip
    return heads, (
        [
            row.title, row.get_kind_display(), row.unit.name, row.starts, row.ends, row.units, row.shortcomings,  # type: ignore[attr-defined]
            _word("inspection", row.state),
        ]
        for row in inspections.iterator(CHUNK)
    )  # fmt: skip


def weak_years_table(records: Iterable[Record]) -> Table:
    """One row a weak point of a unit over the years."""
    heads = [_("Year"), _("Weak point"), _("Kind"), _("State"), _("Deadline"), _("Came back")]
    return heads, (
        [
            record.year, point.title, point.get_kind_display(), _word("weak_point", point.state), point.deadline,
            _("yes") if point.returns else "",  # type: ignore[attr-defined]
        ]
        for record in records for point in record.points
    )  # fmt: skip


def records_table(records: QuerySet[Initiative]) -> Table:
    """One row a record of an initiative that has no work yet."""
    heads = [_("Title of the work"), _("Author"), _("Unit"), _("Year"), _("Level"), _("Decision")]
    return heads, (
        [row.title, row.person.full_name, row.person.unit.name, row.year, row.get_level_display(), row.decision]
        for row in records.iterator(CHUNK)
    )


def reading_table(sheet: Sheet) -> Table:
    """One row a line of a sheet as it is read; the items of a checklist stand in one cell."""
    before = [sheet.before, sheet.year_ago, _("Year to date")] if sheet.before else []
    heads = [
        _("Area"), _("Indicator"), _("Unit of measure"), _("Target set"), *before, _("Numerator"),
        _("Denominator"), _("Result"), _("Against target"), _("Items"), _("Reason"), _("Note"),
    ]  # fmt: skip
    return heads, (_line(sheet, group.name, row) for group in sheet.groups for row in group.rows)


def _line(sheet: Sheet, area: str, row: SheetLine) -> list[Value]:
    before: list[Value] = [row.last_quarter, row.last_year, row.since_january] if sheet.before else []
    judged = _word("result", row.outcome or "none") if row.outcome or not row.stored else ""
    items = (f"{item.text}: {chosen.label}" for item in row.items for chosen in item.choices if chosen.chosen)
    said = [judged, "; ".join(items) if row.stored else "", row.typed.reason, row.typed.note]
    return [area, row.name, row.unit, row.target, *before, row.numerator, row.denominator, row.result, *said]


def review_table(review: Review) -> Table:
    """One row a line of a sheet as its reviewer reads it."""
    before = [_("Against last quarter"), review.before, review.year_ago] if review.before else []
    heads = [
        _("Area"), _("Indicator"), _("Unit of measure"), _("Target set"), _("Result"), _("Numerator"),
        _("Denominator"), _("Against target"), *before, _("Median"), _("Warning"), _("Reason"), _("Note"),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for group in review.groups:
        for row in group.rows:
            delta = row.delta.signed if row.delta else ""
            beside: list[Value] = [delta, row.last_quarter, row.last_year] if review.before else []
            judged = _word("result", row.outcome) if row.outcome else ""
            rows.append([
                group.name, row.name, row.unit, row.target, row.result, row.numerator, row.denominator, judged,
                *beside, row.median, row.warning, row.reason, row.note,
            ])  # fmt: skip
    return heads, rows


def findings_table(looked: Iterable[Looked]) -> Table:
    """One row an item of an inspection in each unit inspected, with what was found."""
    heads = [_("Code"), _("Unit"), _("Content"), _("Result"), _("What was found"), _("Follow-up")]
    return heads, [
        [
            one.unit.code, one.unit.name, line.item.text,
            _word("finding", line.finding.result) if line.finding else "", line.finding.words if line.finding else "",
            _word("weak_point", line.followed.state) if line.followed else "",
        ]
        for one in looked for line in one.lines
    ]  # fmt: skip


def joins_table(joins: Joins) -> Table:
    """One row a unit that is to join a campaign, or has joined it."""
    heads = [_("Code"), _("Unit"), _("State"), _("Joined on"), _("Own content"), _("Taken over as")]
    return heads, [
        [
            row.unit.code, row.unit.name, _word("join", row.state), row.join.joined_on if row.join else None,
            row.join.words if row.join else "", row.own.name if row.own else "",
        ]
        for row in joins.rows
    ]  # fmt: skip


def drive_lines_table(lines: Iterable[DriveLine]) -> Table:
    """One row an indicator of a drive for one unit."""
    heads = [_("Indicator"), _("Unit of measure"), _("Judged on"), _("Agreed"), _("Figure"), _("Result")]
    return heads, [
        [
            line.row.label, line.row.indicator.unit_label, line.where, line.agreed, line.value,
            _word("result", line.result) if line.result else line.short,
        ]
        for line in lines
    ]  # fmt: skip


def drive_units_table(units: Iterable[DriveUnit]) -> Table:
    """One row a unit that takes part in a drive."""
    heads = [
        _("Code"), _("Unit"), _("Sheet of the drive"), _("Registration"), _("Targets agreed"), _("Reached"),
    ]  # fmt: skip
    return heads, [
        [
            row.unit.code, row.unit.name, _word("sheet", row.sheet.state) if row.sheet else "",
            _word("registration", row.registration), row.agreed, row.met,
        ]
        for row in units
    ]  # fmt: skip


def checklists_table(checklists: Iterable[Checklist]) -> Table:
    """One row a checklist, with its newest version; each has its `count` of assessments."""
    heads = [
        _("Checklist"), _("Assesses"), _("Is answered by"), _("Owner unit"), _("Version in force since"), _("Items"),
        _("Assessments"),
    ]  # fmt: skip
    rows = []
    for row in checklists:
        version = next(iter(row.versions.all()), None)
        since, items = (version.begins, len(version.items.all())) if version else (None, 0)
        rows.append([
            row.label, row.get_body_display(), row.get_answers_display(), row.owner.short if row.owner else "",
            since, items, row.count,  # type: ignore[attr-defined]
        ])  # fmt: skip
    return heads, rows


def cells_table(cells: QuerySet[PartyCell]) -> Table:
    """One row a party cell."""
    heads = [_("Party cell"), _("Unit"), _("Established"), _("Ended")]
    return heads, ([row.name, row.unit.name, row.established, row.ended] for row in cells.iterator(CHUNK))


def _word(group: str, state: str) -> str:
    return str(STATES[group][state][2])

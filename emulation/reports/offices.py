"""Offices and the lines of a sheet: whose line it is, and what was said of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from emulation.models import CampaignIndicator, Indicator, OfficeVerdict, Report
from emulation.reports.plain_figures import Snapshot, snapshot
from emulation.reports.plan import plan_of_unit, slot
from units.models import Membership, Office, Role
from units.paths import path_ids


@dataclass(slots=True)
class OfficeState:
    """What an office has said of its lines (indicator keys) on a sheet; `open` are those it has to judge."""

    office: Office
    open: list[int] = field(default_factory=list)
    agreed: list[int] = field(default_factory=list)
    objected: dict[int, OfficeVerdict] = field(default_factory=dict)

    @property
    def content(self) -> bool:
        return not self.open and not self.objected


def office_of(indicator: Indicator, placement: CampaignIndicator | None) -> int | None:
    """The office of a line: the campaign indicator's, else the one in the catalogue."""
    return (placement.office_id if placement else None) or indicator.office_id


def line_offices(report: Report) -> dict[int, int | None]:
    """Indicator → office of its line, for all lines of the sheet. Two queries."""
    kind, path = report.unit.kind_id, report.lineage.path
    plan = plan_of_unit(report.round, kind, path_ids(path))
    asked = plan.for_unit(kind, path)
    placements = {pk: plan.placements[row.campaign_indicator] for pk, row in asked.items()}
    found = {
        row.pk: office_of(row, placements.get(row.pk)) for row in Indicator.objects.filter(results__report=report)
    }
    for pk, row in asked.items():
        if slot(report.round) in row.quarters:
            found[pk] = office_of(placements[pk].indicator, placements[pk])
    return found


def figures_of(report: Report) -> dict[int, Snapshot | None]:
    """Indicator → the figure as it stands."""
    return {row.indicator_id: snapshot(row) for row in report.results.prefetch_related("items")}


def in_force(verdicts: Iterable[OfficeVerdict], figures: dict[int, Snapshot | None]) -> dict[int, OfficeVerdict]:
    """Indicator → the last of `verdicts` (of one office, oldest first), unless the figure has changed since."""
    last = {verdict.indicator_id: verdict for verdict in verdicts}
    return {pk: verdict for pk, verdict in last.items() if verdict.figure == figures.get(pk)}


def asked_offices(report: Report) -> set[int]:
    """Offices that have a reviewer today beside those responsible for the sheet. One query."""
    above = path_ids(report.unit.path)[:-1] or [report.unit_id]
    rows = Membership.objects.active().filter(unit__in=above, role=Role.REVIEWER).values_list("unit_id", "office_id")
    offices: dict[int, set[int | None]] = {}
    for unit, office in rows:
        offices.setdefault(unit, set()).add(office)
    responsible = next((unit for unit in reversed(above) if None in offices.get(unit, ())), 0)
    return {office for office in offices.get(responsible, ()) if office is not None}


def office_states(report: Report) -> list[OfficeState]:
    """Offices with lines on the sheet that have a reviewer or have spoken. Six queries, two where nobody has.

    `report` has its unit, round and lineage.
    """
    verdicts = list(report.office_verdicts.select_related("by", "indicator"))
    wanted = asked_offices(report) | {verdict.office_id for verdict in verdicts}
    if not wanted:
        return []
    lines, figures = line_offices(report), figures_of(report)
    states = {row.pk: OfficeState(row) for row in Office.objects.filter(pk__in=wanted)}
    valid = {pk: in_force((v for v in verdicts if v.office_id == pk), figures) for pk in states}
    for line, office in lines.items():
        if office not in states:
            continue
        verdict = valid[office].get(line)
        if verdict is None:
            states[office].open.append(line)
        elif verdict.agreed:
            states[office].agreed.append(line)
        else:
            states[office].objected[line] = verdict
    return [state for state in states.values() if state.open or state.agreed or state.objected]

"""What of a sheet is open for entry today, what it is asked and what it lacks."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import Report
from emulation.reports.extensions import terms_of
from emulation.reports.plan import plan_of_unit, slot
from units import clock
from units.errors import Refused
from units.paths import path_ids

State = Report.State


def entry_closed_reason(report: Report) -> str:
    """Why figures of the sheet cannot be entered today by its round and the unit's extension; empty when they can.

    No query while the round is open.
    """
    round_ = report.round
    if round_.not_yet_open:
        return _("The round opens on %(date)s.") % {"date": date_format(round_.opens)}
    if not round_.closed:
        return ""
    found = terms_of([report])[report.pk]
    if not found.closed(clock.today()) or found.closes is None:
        return ""
    if found.closes != round_.closes:
        return _("The extension of the unit ended on %(date)s.") % {"date": date_format(found.closes)}
    return _("The round closed on %(date)s.") % {"date": date_format(found.closes)}


def refuse_unless_open(report: Report) -> None:
    """Raise `Refused` when figures of the sheet cannot be changed now. A returned sheet has no deadline."""
    if not report.editable:
        raise Refused(_("The sheet is “%(state)s”: its figures stand still.") % {"state": report.get_state_display()})
    reason = "" if report.state == State.RETURNED else entry_closed_reason(report)
    if reason:
        raise Refused(reason)


def open_lines(report: Report) -> set[int] | None:
    """Indicators that may be changed on a sheet open for entry; None means all.

    When single lines were returned: these, and expected ones that have no figure yet.
    """
    returned = (
        {line.indicator_id for line in report.returned_lines.all()} if report.state == State.RETURNED else set()
    )
    return returned | set(missing_indicators(report)) if returned else None


def expected_indicators(report: Report) -> list[int]:
    """Indicators that the year's launched campaigns ask of the unit in this round, as they are now."""
    kind, path = report.unit.kind_id, report.lineage.path
    asked = plan_of_unit(report.round, kind, path_ids(path)).for_unit(kind, path)
    return [pk for pk, row in asked.items() if slot(report.round) in row.quarters]


def missing_indicators(report: Report) -> list[int]:
    """Expected indicators without a figure."""
    filled = set(report.results.values_list("indicator_id", flat=True))
    return [pk for pk in expected_indicators(report) if pk not in filled]

"""Figures typed into a sheet, or imported: saved as far as it is open for entry."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Report, ResultChange
from emulation.reports.entry import open_lines, refuse_unless_open
from emulation.services.cells import CellChange, apply_cells, lapse
from emulation.services.feeds import take_over
from emulation.services.sheets import lock, may_enter
from units import access
from units.errors import Refused
from units.models import User


@transaction.atomic
def save_cells(
    report: Report, changes: Iterable[CellChange], *, by: User, way: str = ResultChange.Way.FORM
) -> Report:
    """Save typed or imported cells of a sheet that is open for entry; the first one makes it a draft.

    Checks of the figures themselves belong to the form. Requires staff of the unit. Raises `Refused` when
    the sheet or a line is not open, `Conflict` when somebody else saved a cell meanwhile. Returns the sheet
    as it is now.
    """

    report = lock(report)
    access.require(may_enter(by, report))
    refuse_unless_open(report)
    changes = list(changes)
    allowed = open_lines(report)
    if allowed is not None and any(change.indicator not in allowed for change in changes):
        raise Refused(_("Only the lines that were returned can be changed."))
    if apply_cells(report, changes, by=by, way=way):
        if report.state == Report.State.NOT_STARTED:
            report.state, report.state_since = Report.State.DRAFT, timezone.now()
            take_over(report, allowed, by=by)  # entries of registers that came before the sheet was begun
        lapse(report, by=by)
        report.save(update_fields=["state", "state_since", "ready_by", "ready_at"])
    return report

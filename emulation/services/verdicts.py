"""Verdicts of offices on the lines of a sheet. They inform whoever approves it, and bind nobody."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import OfficeVerdict, Report
from emulation.reports.offices import figures_of, in_force, line_offices
from emulation.services.sheets import lock, refuse_own, require_state
from units import access
from units.errors import Refused, order_of
from units.models import User

WAITING = (Report.State.SUBMITTED, Report.State.IN_REVIEW)


@transaction.atomic
def give_verdicts(report: Report, verdicts: Mapping[int, str], *, by: User) -> int:
    """Say of lines (indicator → reason of the objection, "" to agree) what the user's offices think of them.

    Returns how many said something new. Raises `Refused` for lines of other offices, short reasons and
    sheets that do not wait for a decision; requires a reviewer limited to an office.
    """
    report = lock(report)
    offices = access.reviewing_offices(by, report.unit)
    access.require(bool(offices))
    require_state(report, *WAITING)
    refuse_own(by, report)
    mine = {line: office for line, office in line_offices(report).items() if office in offices}
    if not verdicts.keys() <= mine.keys():
        raise Refused(_("Choose lines of your office."))
    reasons = {line: reason.strip() for line, reason in verdicts.items()}
    for reason in filter(None, reasons.values()):
        order_of(reason)
    figures = figures_of(report)
    said = list(report.office_verdicts.filter(office__in=offices))
    rows, now = [], timezone.now()
    for line, reason in reasons.items():
        last = in_force((v for v in said if v.office_id == mine[line]), figures).get(line)
        if last is None or last.reason != reason:
            rows.append(
                OfficeVerdict(
                    report=report, office_id=mine[line], indicator_id=line, agreed=not reason, reason=reason,
                    figure=figures.get(line), by=by, at=now,
                )
            )  # fmt: skip
    OfficeVerdict.objects.bulk_create(rows)
    return len(rows)

"""The draft of a review report, whatever its period: quarter, half-year, nine months, year, drive, five years."""

from __future__ import annotations

from django.utils import translation

from emulation.periods import FIVE_YEARS
from emulation.reports.drive_report import drive_draft
from emulation.reports.drives import drive_of
from emulation.reports.five_years import five_years_draft
from emulation.reports.review_paper import Paper, phrases_of
from emulation.reports.review_report import period_draft
from units.models import Unit


def draft_of(unit: Unit, year: int, period: str) -> Paper:
    """The draft from what is approved now. A fixed number of queries. A drive has to be the unit's (`drive_of`)."""
    if period == FIVE_YEARS:
        return five_years_draft(unit, year, phrases_of(unit))
    drive = drive_of(unit, year, period)
    if drive is None:
        return period_draft(unit, year, period)
    told = phrases_of(unit)
    with translation.override("vi"):
        return drive_draft(unit, drive, told)

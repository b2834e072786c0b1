"""The draft of a review report, whatever its period: quarter, half-year, nine months, year, drive, five years."""

from __future__ import annotations

from django.utils import translation

from emulation.models import Campaign
from emulation.periods import FIVE_YEARS, drive_in
from emulation.reports.drive_report import drive_draft
from emulation.reports.five_years import five_years_draft
from emulation.reports.review_report import Paper, period_draft, phrases_of
from units.models import Unit


def draft_of(unit: Unit, year: int, period: str) -> Paper:
    """The draft from what is approved now. A fixed number of queries. A drive has to exist (`drive_of`)."""
    if period == FIVE_YEARS:
        return five_years_draft(unit, year)
    drive = drive_of(year, period)
    if drive is None:
        return period_draft(unit, year, period)
    told = phrases_of(unit)
    with translation.override("vi"):
        return drive_draft(unit, drive, told)


def drive_of(year: int, period: str) -> Campaign | None:
    """The launched drive of the year that a period names; None for other periods, and where there is none."""
    key = drive_in(period)
    if key is None:
        return None
    return Campaign.objects.launched().filter(pk=key, year=year, kind__is_drive=True).first()

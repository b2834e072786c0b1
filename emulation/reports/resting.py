"""Papers in force that rest on the figures of a sheet: signed review reports and issued statistics."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.urls import reverse

from emulation.models import Campaign, IssuedPaper, Report, ReviewReport
from emulation.periods import FIVE_YEARS, QUARTERS, drive_period, quarter_end, quarter_start
from units.models import Unit
from units.paths import path_ids

STATISTICS = "statistics"


def statistics_address(unit: int, year: int, period: str) -> str:
    """The page that the statistics of a period are issued from: of the unit with this key."""
    return f"{reverse('emulation:dashboard', args=[unit])}?year={year}&period={period}"


def papers_on(report: Report) -> QuerySet[IssuedPaper]:
    """Of the sheet's unit and of every unit above it in the sheet's round, about a period that the round is part of.

    `report` has its round and lineage. One query.
    """
    above, round_ = path_ids(report.lineage.path), report.round
    if round_.drive_id is not None:
        about = Q(report__period=drive_period(round_.drive_id))
    else:
        names = [name for name, quarters in QUARTERS.items() if round_.quarter in quarters]
        about = Q(report__year=round_.year, report__period__in=[*names, *_drives(report)]) | Q(
            report__period=FIVE_YEARS, report__year__range=(round_.year, round_.year + 4)
        )
        pages = [statistics_address(unit, round_.year, name) for unit in above for name in names]
        about |= Q(kind=STATISTICS, address__in=pages)
    signed = Q(report=None) | Q(report__state=ReviewReport.State.SIGNED)
    rows = IssuedPaper.objects.filter(signed, about, unit__in=above, cancelled_at=None)
    return rows.select_related("unit").order_by("unit__path", "day", "pk")


def _drives(report: Report) -> list[str]:
    """Periods of drives that end in the sheet's quarter: their targets of the year are judged on it. One query."""
    year, quarter = report.round.year, report.round.quarter or 1
    days = quarter_start(year, quarter), quarter_end(year, quarter)
    rows = Campaign.objects.filter(kind__is_drive=True, year=year, ends__range=days)
    return [drive_period(pk) for pk in rows.values_list("pk", flat=True)]


def issued_statistics(unit: Unit, year: int, period: str) -> IssuedPaper | None:
    """The statistics of the period that are in force. One query."""
    rows = IssuedPaper.objects.filter(unit=unit, kind=STATISTICS, cancelled_at=None)
    return rows.filter(address=statistics_address(unit.pk, year, period)).first()

"""On how many sheets a paper about a period rests."""

from __future__ import annotations

from django.db.models import Q

from emulation.models import Lineage
from emulation.periods import FIVE_YEARS, QUARTERS, drive_in
from emulation.reports.progress import Coming, Quarter, counts_in
from units.models import Unit


def coverage_of(unit: Unit, year: int, period: str) -> Coming:
    """Approved sheets of the unit's branch in every round of the period, which may be a drive or five years.

    One query.
    """
    rows = Lineage.objects.filter(_rounds(year, period), unit=unit).select_related("round__drive", "report")
    found = []
    for place in rows.order_by("round__year", "round__quarter"):
        sheets, _handed_in, approved = counts_in(place)
        found.append(Quarter(str(place.round), approved, sheets))
    return Coming(tuple(found))


def _rounds(year: int, period: str) -> Q:
    drive = drive_in(period)
    if drive is not None:
        return Q(round__drive=drive)
    first = year - 4 if period == FIVE_YEARS else year
    quarters = QUARTERS.get(period, QUARTERS["Y"])
    return Q(round__drive=None, round__year__range=(first, year), round__quarter__in=quarters)

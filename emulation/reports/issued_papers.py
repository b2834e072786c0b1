"""Numbers of papers: the last given, the next to offer."""

from __future__ import annotations

from emulation.models import IssuedPaper
from emulation.reports.layouts import layout_of
from emulation.reports.paper_kinds import PaperKind
from units.models import Unit


def last_serial(unit: Unit, year: int, kind: PaperKind) -> int:
    """The highest number given and not cancelled; 0 before the first. One query."""
    rows = IssuedPaper.objects.filter(unit=unit, year=year, kind=kind.key, cancelled_at=None)
    return rows.order_by("-serial").values_list("serial", flat=True).first() or 0


def next_number(unit: Unit, year: int, kind: PaperKind) -> str:
    """The number offered: `next_serial` with the abbreviations of kind and unit."""
    return f"{next_serial(unit, year, kind):02}/{kind.code}-{layout_of(unit).abbreviation}"


def offered_numbers(unit: Unit, kind: PaperKind) -> set[str]:
    """The numbers that are offered in one year or another: those that nobody typed."""
    years = IssuedPaper.objects.filter(unit=unit, kind=kind.key).order_by().values_list("year", flat=True).distinct()
    return {next_number(unit, year, kind) for year in (*years, 0)}  # 0: one in which none has been given


def next_serial(unit: Unit, year: int, kind: PaperKind) -> int:
    """The next running number that nobody was given, cancelled or not."""
    serial = last_serial(unit, year, kind) + 1
    given = set(
        IssuedPaper.objects.filter(unit=unit, year=year, kind=kind.key, serial__gte=serial).values_list(
            "serial", flat=True
        )
    )
    while serial in given:
        serial += 1
    return serial

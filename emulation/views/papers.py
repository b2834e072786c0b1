"""The review report of a unit: to be read, as Word, as PDF."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from emulation.periods import FIVE_YEARS, QUARTERS, YEARS, drive_period, period_label, period_short, period_text
from emulation.reports.drafts import draft_of
from emulation.reports.drives import drive_of, drives_of
from emulation.reports.exports import paper_table
from emulation.reports.papers import WRITERS, title_of
from emulation.reports.review_paper import Annex, Paper
from emulation.reports.saved_reports import issued_with, paper_for, paper_of, rows_of, saved_report
from emulation.services import review_reports as service
from emulation.wording import told_apart
from units import access
from units.errors import Refused
from units.models import Unit, User
from units.text import fold
from units.views.downloads import asked_table, attachment, table_file

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
}


def get_unit(user: User, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.filter(access.figures_q(user)), pk=pk)


def check_period(unit: Unit, year: int, period: str) -> None:
    """A period that reports have, or 404: a drive has to be the unit's, launched in the year."""
    known = period in QUARTERS or period == FIVE_YEARS
    if year not in YEARS or not known and drive_of(unit, year, period) is None:
        raise Http404


def heading_of(period: str) -> str:
    """What the page is called: a year, or five, is reviewed for good."""
    return _("Final review report") if period in ("Y", FIVE_YEARS) else _("Interim review report")


def _periods(unit: Unit, year: int) -> Iterator[tuple[str, str, str, str]]:
    """(key, label, whole name, address) of every report of the year: periods, five years, drives. One query."""
    for period in (*QUARTERS, FIVE_YEARS):
        label = _("5 years") if period == FIVE_YEARS else period_short(period)
        name = _("five years up to %(year)d") % {"year": year} if period == FIVE_YEARS else period_label(year, period)
        yield period, label, name, reverse("emulation:review-report", args=[unit.pk, year, period])
    drives = list(drives_of(unit, year))
    for number, (drive, rest) in enumerate(zip(drives, told_apart([one.name for one in drives]), strict=True), 1):
        period = drive_period(drive.pk)
        label = _("Drive %(number)d: %(name)s") % {"number": number, "name": rest}
        yield period, label, drive.name, reverse("emulation:review-report", args=[unit.pk, year, period])


@require_safe
def review_report(request: HttpRequest, unit: int, year: int, period: str) -> HttpResponseBase:
    """The report, or its draft while nobody works on it: every number leads to its figure."""
    place = get_unit(request.user, unit)
    check_period(place, year, period)
    draft, saved = draft_of(place, year, period), saved_report(place, year, period)
    rows = rows_of(saved, draft) if saved else []
    paper = paper_of(saved, draft) if saved else draft
    if kind := asked_table(request):
        name = slugify(fold(f"phu luc {paper.kind} {place.code} {period_text(year, period)}"))
        return table_file(kind, name, heading_of(period), *paper_table(paper.columns, _figures(paper)))
    context = {
        "report": paper, "title": title_of(paper), "heading": heading_of(period),
        "columns": paper.columns, "saved": saved, "rows": rows,
        "periods": list(_periods(place, year)),
        "marked": sum(row.is_marked for row in rows),
        "may_edit": service.may_edit(request.user, place), "may_sign": access.commands(request.user, place),
    }  # fmt: skip
    return render(request, "emulation/papers/review_report.html", context)


def _figures(paper: Paper) -> Iterator[Annex]:
    """The annex without its notes: areas that head no row."""
    rows = list(paper.annex)
    for row, after in zip(rows, [*rows[1:], Annex("", ())], strict=True):
        if not row.area or after.cells:
            yield row


@require_safe
def review_report_file(request: HttpRequest, unit: int, year: int, period: str, kind: str) -> HttpResponse:
    """The report as a file: as it was issued once it is signed, else as it stands, or its draft."""
    if kind not in WRITERS:
        raise Http404
    place = get_unit(request.user, unit)
    check_period(place, year, period)
    if issued := issued_with(place, year, period, kind):
        return redirect("emulation:paper-issued", issued.pk, kind)
    report = paper_for(place, year, period)
    name = slugify(fold(f"{report.kind} {report.unit.code} {period_text(year, period)}"))
    try:
        content = WRITERS[kind](report)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("emulation:review-report", unit, year, period)
    return attachment(content, f"{name}.{kind}", TYPES[kind])

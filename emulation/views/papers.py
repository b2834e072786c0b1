"""The review report of a unit: to be read, as Word, as PDF."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from emulation.periods import QUARTERS, YEARS, period_text
from emulation.reports.papers import WRITERS, title_of
from emulation.reports.review_report import COLUMNS, ReviewReport, draft_of
from units import access
from units.models import Unit
from units.text import fold

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
}


def _draft(request: HttpRequest, unit: int, year: int, period: str) -> ReviewReport:
    if year not in YEARS or period not in QUARTERS:
        raise Http404
    found = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
    return draft_of(found, year, period)


@require_safe
def review_report(request: HttpRequest, unit: int, year: int, period: str) -> HttpResponse:
    """The draft as a page: every number leads to its figure."""
    report = _draft(request, unit, year, period)
    context = {"report": report, "title": title_of(report), "columns": COLUMNS}
    return render(request, "emulation/papers/review_report.html", context)


@require_safe
def review_report_file(request: HttpRequest, unit: int, year: int, period: str, kind: str) -> HttpResponse:
    """The draft as a file."""
    if kind not in WRITERS:
        raise Http404
    report = _draft(request, unit, year, period)
    name = slugify(fold(f"{report.kind} {report.unit.code} {period_text(year, period)}"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return HttpResponse(WRITERS[kind](report), content_type=TYPES[kind], headers=headers)

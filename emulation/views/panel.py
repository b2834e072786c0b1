"""The side panel of a figure: a part of the sheet's page for the script, else a page of its own."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from emulation.forms.comments import CommentForm
from emulation.models import Report
from emulation.reports.evidence import files_of
from emulation.reports.panel import read_panel
from emulation.services.comments import add_comment
from emulation.services.evidence import may_attach
from emulation.services.notices import readers
from emulation.services.sheets import lines_of
from units.errors import Refused
from units.views.pages import PartRequest

SUGGESTED = 12  # people offered to be mentioned


def _report(request: HttpRequest, pk: int) -> Report:
    reports = Report.objects.visible_to(request.user).select_related("unit__kind", "round__drive", "lineage")
    return get_object_or_404(reports, pk=pk)


def _answer(request: PartRequest, report: Report, indicator: int, form: CommentForm | None = None) -> HttpResponse:
    panel = read_panel(report, indicator, reader=request.user.pk)
    if panel is None:
        raise Http404
    people = readers(report).exclude(pk=request.user.pk)[:SUGGESTED]
    context = {
        "report": report,
        "panel": panel,
        "people": people,
        "form": form or CommentForm(),
        "files": files_of(report, indicator=indicator)[0],
        "may_attach": may_attach(request.user, report),
    }
    name = "panel" if request.htmx else "panel_page"
    return render(request, f"emulation/sheets/{name}.html", context)


@require_GET
def panel(request: PartRequest, pk: int, indicator: int) -> HttpResponse:
    """Plan, past, neighbours, comments, evidence and history of one figure."""
    return _answer(request, _report(request, pk), indicator)


@require_POST
def comment(request: PartRequest, pk: int, indicator: int) -> HttpResponse:
    """Say something about the line; whoever reads the sheet may."""
    report = _report(request, pk)
    line = get_object_or_404(lines_of(report), pk=indicator)
    form = CommentForm(request.POST)
    form.is_valid()
    try:
        add_comment(report, line, text=form.cleaned_data.get("text", ""), by=request.user)
    except Refused as refused:
        form.add_error("text", refused.messages)
        return _answer(request, report, indicator, form)
    if request.htmx:
        return _answer(request, report, indicator)
    messages.success(request, _("Your comment has been added."))
    return redirect("emulation:report-panel", report.pk, indicator)

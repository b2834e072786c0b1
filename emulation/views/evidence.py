"""Evidence files of a sheet: attaching, reading, removing."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from emulation.forms.evidence import AttachForm, RemoveForm
from emulation.models import Evidence, Report
from emulation.reports.entry import open_lines
from emulation.reports.evidence import File, files_of
from emulation.reports.exports import files_table
from emulation.reports.lines import SheetReading
from emulation.services import evidence as service
from emulation.views.sheets import closed_reason
from units import access
from units.errors import Refused
from units.views.downloads import asked_table, attachment, content_of, table_file
from units.views.pages import form_step


def _report(request: HttpRequest, pk: int) -> Report:
    rows = Report.objects.visible_to(request.user).select_related("unit__kind", "round__drive", "lineage")
    return get_object_or_404(rows, pk=pk)


def address(report: Report, indicator: int | None = None) -> str:
    """The page of the sheet's files, of one figure where `indicator` is given."""
    path = reverse("emulation:evidence-list", args=[report.pk])
    return f"{path}?indicator={indicator}" if indicator else path


@require_http_methods(["GET", "POST"])
def evidence_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The files of a sheet; `?indicator=` chooses the figure that a new one proves. POST attaches."""
    report = _report(request, pk)
    names = {line.indicator.pk: line.name for line in SheetReading(report, items=False).lines()}
    if kind := asked_table(request):
        present, _removed = files_of(report, names=names)
        return table_file(kind, f"minh-chung-{pk}", _("Evidence files"), *files_table(present))
    may_attach = service.may_attach(request.user, report)
    closed = closed_reason(report)
    if request.method == "POST":
        access.require(may_attach)
    lines = _open_names(report, names) if may_attach and not closed else []
    form = AttachForm(request.POST or None, request.FILES or None, lines=lines, initial=_chosen(request, names))
    problems: list[str] = []
    if request.method == "POST":
        form = AttachForm(request.POST, request.FILES, lines=lines)
        problems = _attach(request, report, form)
        if not problems:
            return redirect(address(report, form.cleaned_data["indicator"]))
    present, removed = files_of(report, names=names)
    context = {
        "report": report, "form": form, "problems": problems, "present": _about_first(present, names),
        "removed": removed, "may_attach": may_attach and not closed, "closed": closed if may_attach else "",
        "most": service.settings.EVIDENCE_FILES, "largest": service.settings.EVIDENCE_MB,
    }  # fmt: skip
    return render(request, "emulation/evidence/list.html", context)


def _chosen(request: HttpRequest, names: dict[int, str]) -> dict[str, int]:
    asked = request.GET.get("indicator", "")
    return {"indicator": int(asked)} if re.fullmatch("[0-9]{1,9}", asked) and int(asked) in names else {}


def _open_names(report: Report, names: dict[int, str]) -> list[tuple[int, str]]:
    allowed = open_lines(report)
    return [(pk, name) for pk, name in names.items() if allowed is None or pk in allowed]


def _about_first(files: list[File], names: dict[int, str]) -> list[File]:
    """Those of the whole sheet first, then in the order of the sheet's lines."""
    order = {pk: place for place, pk in enumerate(names, start=1)}
    return sorted(files, key=lambda file: order.get(file.indicator or 0, 0))


def _attach(request: HttpRequest, report: Report, form: AttachForm) -> list[str]:
    """Keep the files; what is wrong with them, or nothing."""
    if not form.is_valid():
        return [str(message) for messages_ in form.errors.values() for message in messages_]
    try:
        kept = service.attach(
            report, form.cleaned_data["files"], by=request.user, indicator=form.cleaned_data["indicator"]
        )
    except Refused as refused:
        return refused.messages
    words = ngettext("%(count)d file has been attached.", "%(count)d files have been attached.", len(kept))
    messages.success(request, words % {"count": len(kept)})
    return []


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, to be saved; 404 for one that has been removed."""
    found = get_object_or_404(Evidence.objects.visible_to(request.user).present(), pk=pk)
    return attachment(content_of(found.file), found.name, found.content_type)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason, then mark the file as removed."""
    rows = Evidence.objects.visible_to(request.user).select_related("report__unit", "report__round__drive")
    found = get_object_or_404(rows, pk=pk)
    access.require(service.may_attach(request.user, found.report))
    back = address(found.report)
    try:
        service.refuse_removal(found)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect(back)
    form = RemoveForm(request.POST or None)
    return form_step(
        request, form, lambda: service.remove(found, by=request.user, why=form.cleaned_data["why"]),
        done=_("“%(name)s” has been removed.") % {"name": found.name}, to=back,
        crumbs=[(str(found.report), found.report.get_absolute_url()), (_("Evidence files"), back)],
        heading=_("Remove “%(name)s”") % {"name": found.name}, submit=_("Remove the file"),
    )  # fmt: skip

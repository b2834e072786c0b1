"""The sheet in Excel: download, upload with a preview, and the form on paper."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET, require_http_methods

from emulation.forms.workbooks import Preview, UploadForm, read_upload
from emulation.models import Report, WorkbookUpload
from emulation.reports.lines import SheetReading
from emulation.reports.sheets import read_sheet
from emulation.reports.workbook import file_name, sheet_workbook
from emulation.services import workbooks as service
from emulation.services.cells import Conflict
from emulation.services.sheets import may_enter
from emulation.views.sheets import closed_reason, get_report
from units import access
from units.errors import Refused
from units.locking import file_mark
from units.spreadsheets import XLSX
from units.views.downloads import attachment
from units.views.uploads import other_file


@require_http_methods(["GET", "POST"])
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the sheet leaves for Excel or paper and comes back from it; POST takes a filled-in file."""
    report = get_report(request, pk)
    enters, closed = may_enter(request.user, report), closed_reason(report)
    form = UploadForm()
    problems: list[str] = []
    if request.method == "POST":
        access.require(enters)
        form = UploadForm(request.POST, request.FILES)
        problems = _keep(request, report, form)
        if not problems:
            return redirect("emulation:report-workbook-preview", pk)
    context = {
        "report": report, "form": form, "problems": problems, "may_upload": enters and not closed,
        "closed": closed if enters else "", "most": service.settings.WORKBOOK_MB,
        "waiting": WorkbookUpload.objects.current(request.user).filter(report=report).first(),
    }  # fmt: skip
    return render(request, "emulation/workbooks/workbook.html", context)


def _keep(request: HttpRequest, report: Report, form: UploadForm) -> list[str]:
    """Read the file and keep it for the preview; why that is not possible, or nothing."""
    if not form.is_valid():
        return [str(message) for errors in form.errors.values() for message in errors]
    file = form.cleaned_data["file"]
    try:
        service.keep_upload(report, file.name, file, size=file.size, by=request.user)
    except Refused as refused:
        return refused.messages
    return []


@require_GET
def workbook_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as xlsx; who may enter figures now can change its cells."""
    report = get_report(request, pk)
    editing = may_enter(request.user, report) and not closed_reason(report)
    return attachment(sheet_workbook(report, editing=editing), file_name(report), XLSX)


@require_http_methods(["GET", "POST"])
def workbook_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the file would change. POST saves all of it, or nothing; `discard` throws it away."""
    report = get_report(request, pk)
    access.require(may_enter(request.user, report))
    upload = WorkbookUpload.objects.current(request.user).filter(report=report).first()
    if upload is None:
        messages.error(request, _("No uploaded form waits here: it has been saved, discarded, or kept too long."))
        return redirect("emulation:report-workbook", pk)
    other = other_file(request, upload)
    if "discard" in request.POST and not other:
        try:
            service.discard_upload(upload, by=request.user)
            messages.success(request, _("The file has been discarded; nothing was changed."))
        except Refused as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("emulation:report-workbook", pk)
    upload.report = report
    preview, refusals = _read(upload, {} if other else request.POST)
    refusals = other + refusals
    if request.method == "POST" and not refusals:
        refusals = _save(request, upload, preview)
        if not refusals:
            return redirect(report)
        preview, _none = _read(upload, request.POST)
    context = {
        "report": report, "upload": upload, "preview": preview, "refusals": refusals, "file_mark": file_mark(upload),
    }  # fmt: skip
    return render(request, "emulation/workbooks/preview.html", context)


def _read(upload: WorkbookUpload, choices: Mapping[str, str]) -> tuple[Preview, list[str]]:
    """What the file would change now; or nothing, and why the sheet no longer takes it."""
    reading = SheetReading(upload.report)
    try:
        service.refuse_unready(upload, reading)
    except Refused as refused:
        return Preview(), refused.messages
    return read_upload(upload, reading, choices), []


def _save(request: HttpRequest, upload: WorkbookUpload, preview: Preview) -> list[str]:
    """Save what the preview says, if nothing stands in the way; why not, or nothing."""
    if preview.problems:
        return [_("The file has errors: nothing was saved.")]
    if preview.undecided:
        return [_("Decide first which figure holds where the sheet was changed since the download.")]
    try:
        count = service.save_upload(upload, preview.changes, by=request.user)
    except Conflict:  # between our reading and the lock
        return [_("Somebody else has just changed one of these figures. Look at the page again and decide.")]
    except Refused as refused:
        return refused.messages
    words = ngettext("%(count)d figure has been taken over.", "%(count)d figures have been taken over.", count)
    said = words % {"count": count}
    if left := len(preview.differences) - count:
        kept = ngettext("%(count)d stays as it was stored.", "%(count)d stay as they were stored.", left)
        said = f"{said} {kept % {'count': left}}"
    messages.success(request, said)
    return []


@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as a form on A4, in Vietnamese: empty, or with what is stored (`?filled=1`)."""
    report = get_report(request, pk)
    with override("vi"):
        sheet = read_sheet(report, editing=False)
    filled = request.GET.get("filled") == "1"
    superior = report.lineage.parent.name if report.lineage.parent else ""
    context = {"report": report, "sheet": sheet, "filled": filled, "superior": superior}
    return render(request, "emulation/workbooks/paper.html", context)

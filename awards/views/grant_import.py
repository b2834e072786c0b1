"""Awards of past years from Excel or csv: the empty list, the upload, the preview, and all or nothing."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from awards.forms.book import FileForm
from awards.grant_files import COLUMNS, GrantReading
from awards.models import Award, GrantImport
from awards.reports.book import grant_template
from awards.services import grant_import as service
from units.access import has_role, require
from units.errors import Refused
from units.locking import file_mark
from units.models import Role
from units.spreadsheets import XLSX
from units.views.downloads import attachment
from units.views.pages import Crumb
from units.views.uploads import keep_upload, other_file

FORM = ["GET", "HEAD", "POST"]
SHOWN = 200  # awards shown of those to be entered


def crumbs() -> list[Crumb]:
    return [(_("Book of honour"), reverse("awards:grant-book")), (_("Import past years"), "")]


@require_http_methods(FORM)
def grant_import(request: HttpRequest) -> HttpResponse:
    """What the file has to look like; POST takes it and leads to the preview."""
    require(has_role(request.user, Role.REVIEWER))
    form = FileForm()
    problems: list[str] = []
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        problems = keep_upload(request, form, service.keep_file)
        if not problems:
            return redirect("awards:grant-import-preview")
    context = {"form": form, "problems": problems, "columns": COLUMNS, "most": settings.WORKBOOK_MB}
    return render(request, "awards/book/import.html", context | {"crumbs": crumbs()})


@require_safe
def grant_template_file(request: HttpRequest) -> HttpResponse:
    require(has_role(request.user, Role.REVIEWER))
    return attachment(grant_template(COLUMNS), "mau-danh-sach-khen-thuong.xlsx", XLSX)


@require_http_methods(FORM)
def grant_import_preview(request: HttpRequest) -> HttpResponse:
    """What the file says, all errors at once. POST `take` enters every award, or none; `discard` forgets the file.

    `s0`, `s1` … say which award the unknown spellings mean, in their order in the file.
    """
    require(has_role(request.user, Role.REVIEWER))
    upload = GrantImport.objects.filter(by=request.user, taken=None).first()
    if upload is None:
        messages.error(request, _("No file waits here: it has been taken over, discarded, or kept too long."))
        return redirect("awards:grant-import")
    refusals = other_file(request, upload)
    if "discard" in request.POST and not refusals:
        try:
            service.discard(upload, by=request.user)
            messages.success(request, _("The file has been discarded; nothing was changed."))
        except Refused as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("awards:grant-import")
    data = request.POST if request.method == "POST" and not refusals else request.GET
    skip = "skip" in data
    first = GrantReading(upload.rows, request.user)
    spellings = {one.text: data.get(f"s{number}", "") for number, one in enumerate(first.unknown)}
    reading = GrantReading(upload.rows, request.user, spellings, skip) if skip or any(spellings.values()) else first
    if "take" in request.POST and not refusals:
        try:
            count = service.take_in(upload, reading, by=request.user)
        except Refused as refused:
            refusals = refused.messages
        else:
            words = ngettext("%(count)d award has been entered.", "%(count)d awards have been entered.", count)
            messages.success(request, words % {"count": count})
            return redirect(f"{reverse('awards:grant-book')}?imported={upload.pk}")
    context = {
        "upload": upload, "reading": reading, "skip": skip, "refusals": refusals, "shown": reading.lines[:SHOWN],
        "more": len(reading.lines) - SHOWN, "crumbs": crumbs(), "file_mark": file_mark(upload),
        "awards": Award.objects.order_by("order", "code") if reading.unknown else [],
    }  # fmt: skip
    return render(request, "awards/book/preview.html", context)

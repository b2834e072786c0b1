"""People from Excel: the empty list, the upload, the preview, and all or nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from units import access
from units.errors import Refused
from units.forms.persons import UploadForm, kept_units
from units.locking import file_mark
from units.models import PersonImport, Role
from units.person_files import TEMPLATE, UPDATES, Reading
from units.reports.person_template import person_template
from units.services import person_import as service
from units.spreadsheets import XLSX
from units.views.downloads import attachment
from units.views.persons import crumbs_to
from units.views.uploads import keep_upload, other_file

FORM = ["GET", "HEAD", "POST"]
SHOWN = 200  # people shown of those to be created


@require_http_methods(FORM)
def person_import(request: HttpRequest) -> HttpResponse:
    """What the file has to look like; POST takes it and leads to the preview."""
    access.require(access.has_role(request.user, Role.STAFF))
    form = UploadForm()
    problems: list[str] = []
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        problems = keep_upload(request, form, service.keep_file)
        if not problems:
            return redirect("units:person-import-preview")
    context = {
        "form": form, "problems": problems, "columns": TEMPLATE, "most": settings.WORKBOOK_MB,
        "crumbs": [*crumbs_to(), (_("Import from Excel"), "")],
    }  # fmt: skip
    return render(request, "units/persons/import.html", context)


@require_safe
def person_template_file(request: HttpRequest) -> HttpResponse:
    access.require(access.has_role(request.user, Role.STAFF))
    return attachment(person_template(kept_units(request.user)), "mau-danh-sach-quan-nhan.xlsx", XLSX)


@require_http_methods(FORM)
def person_import_preview(request: HttpRequest) -> HttpResponse:
    """What the file says, all errors at once. POST creates everybody, or nobody; `discard` forgets the file."""
    access.require(access.has_role(request.user, Role.STAFF))
    upload = PersonImport.objects.filter(by=request.user, taken=None).first()
    if upload is None:
        messages.error(request, _("No file waits here: it has been taken over, discarded, or kept too long."))
        return redirect("units:person-import")
    refusals = other_file(request, upload)
    if "discard" in request.POST and not refusals:
        try:
            service.discard(upload, by=request.user)
            messages.success(request, _("The file has been discarded; nothing was changed."))
        except Refused as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("units:person-import")
    asked = request.POST if request.method == "POST" and not refusals else request.GET
    skip, update = "skip" in asked, "update" in asked and "skip" not in asked
    reading = Reading(
        upload.rows, kept_units(request.user), request.user, skip_known=skip, update_known=update
    )  # fmt: skip
    if request.method == "POST" and not refusals:
        try:
            count = service.take_in(upload, reading, mark=request.POST.get("mark", ""), by=request.user)
        except Refused as refused:
            refusals = refused.messages
        else:
            messages.success(request, _taken_text(count, len(reading.updates)))
            return redirect(f"{reverse('units:person-list')}?imported={upload.pk}")
    return render(request, "units/persons/preview.html", _preview(upload, reading, skip, refusals))


def _taken_text(created: int, updated: int) -> str:
    """How many were added, and of how many something was changed."""
    added = ngettext("%(count)d person has been added.", "%(count)d people have been added.", created)
    changed = ngettext("%(count)d person has been updated.", "%(count)d people have been updated.", updated)
    parts = [words % {"count": count} for words, count in ((added, created), (changed, updated)) if count]
    return " ".join(parts)


def _preview(upload: PersonImport, reading: Reading, skip: bool, refusals: list[str]) -> dict[str, Any]:
    return {
        "upload": upload, "reading": reading, "skip": skip, "refusals": refusals, "shown": reading.lines[:SHOWN],
        "more": len(reading.lines) - SHOWN, "changed": reading.updates[:UPDATES], "mark": service.mark_of(reading),
        "file_mark": file_mark(upload),
        "crumbs": [*crumbs_to(), (_("Import from Excel"), "")],
    }  # fmt: skip

"""A legal document: what rests on it, and what becomes of that when it ends."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from awards.forms.documents import EndForm
from awards.models import LegalDocument
from awards.reports.documents import outliving, resting_on
from awards.services.documents import end_document
from emulation.views.catalogue import crumbs_to, for_root_administrators
from units import clock
from units.forms.fields import refusals


@require_http_methods(["GET", "HEAD", "POST"])
@for_root_administrators
def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules that name the document; POST gives it its last day, and what is ticked follows."""
    document = get_object_or_404(LegalDocument, pk=pk)
    resting = resting_on(document)
    form = EndForm(request.POST or None, document=document, resting=resting)
    if form.is_valid():
        chosen = dict(form.cleaned_data)
        del chosen["stay"]
        with refusals(form):
            count = end_document(document, keys=chosen.pop("rows"), **chosen, by=request.user)
        if not form.errors:
            messages.success(request, _ended_text(count, len(outliving(resting_on(document), chosen["last_day"]))))
            return redirect("awards:document-detail", pk)
    context = {
        "document": document, "form": form, "resting": resting, "ticked": request.POST.getlist("rows"),
        "today": clock.today(), "crumbs": [*crumbs_to("legal-documents"), (document.code, "")],
        "back": reverse("emulation:catalogue-rows", args=["legal-documents"]),
    }  # fmt: skip
    return render(request, "awards/documents/detail.html", context)


def _ended_text(follow: int, stay: int) -> str:
    """How many rows went with the document, and how many are in force beyond its last day all the same."""
    words = ngettext("The document ends; %(count)d row follows.", "The document ends; %(count)d rows follow.", follow)
    left = ngettext(
        "%(count)d row stays in force as it is.", "%(count)d rows stay in force as they are.", stay
    )  # fmt: skip
    parts = [words % {"count": follow}, left % {"count": stay} if stay else ""]
    return " ".join(part for part in parts if part)

"""The library of documents: the list, a document with its receipts, sending and acknowledging."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.documents import DocumentFilter, DocumentForm, RecallForm, SendForm
from emulation.models import Campaign, Document, Receipt
from emulation.reports.documents import export_table, library, own_receipts, receipts_of
from emulation.reports.exports import receipts_table
from emulation.services import documents
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access
from units.errors import Refused
from units.forms.fields import refusals
from units.keys import key_of
from units.models import Role, Unit, User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
PAGE = 50


def get_document(request: HttpRequest, pk: int) -> Document:
    return get_object_or_404(Document.objects.visible_to(request.user).select_related("unit"), pk=pk)


def crumbs_to(document: Document | None = None) -> list[Crumb]:
    found = register_crumbs("documents")
    return [*found, (str(document), document.get_absolute_url())] if document else found


def own_units(user: User) -> list[Unit]:
    """Units for whose library the user keeps documents."""
    return [m.unit for m in user.active_memberships if m.role == Role.STAFF]


@require_safe
def document_list(request: HttpRequest) -> HttpResponseBase:
    access.require(access.reads_figures(request.user))
    form = DocumentFilter(request.GET)
    rows = form.filter(library(request.user)) if form.is_valid() else library(request.user).none()
    if kind := asked_table(request):
        return table_file(kind, "van-ban", _("Documents"), *export_table(rows))
    context = {
        "form": form,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
        "may_create": bool(own_units(request.user)),
    }
    return render(request, "emulation/documents/list.html", context)


@require_safe
def document_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    document, user = get_document(request, pk), request.user
    rows, counts = receipts_of(document, user)
    if kind := asked_table(request):
        return table_file(kind, f"xac-nhan-{pk}", _("Acknowledgement of receipt"), *receipts_table(rows))
    carried = Campaign.objects.visible_to(user).filter(documents=document).select_related("launching_unit", "kind")
    context = {
        "document": document,
        "receipts": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "counts": counts,
        "owed": own_receipts(document, user),
        "campaigns": carried[:PAGE],
        "senders": documents.senders(user, document),
        "recalls": documents.recalling(user),
        "writes": documents.may_write(user, document),
        "files": files_context(user, "document", document),
        "crumbs": [*(crumbs_to() if access.reads_figures(request.user) else []), (str(document), "")],
    }
    return render(request, "emulation/documents/detail.html", context)


@require_http_methods(FORM)
def document_create(request: HttpRequest) -> HttpResponse:
    """Into the library of `?unit=`, else of the user's first unit."""
    own = own_units(request.user)
    access.require(bool(own))
    wanted = request.GET.get("unit")
    unit = next((unit for unit in own if unit.pk == key_of(wanted)), None) if wanted else own[0]
    if unit is None:
        raise Http404
    return _edit(request, Document(unit=unit), _("New document of %(unit)s") % {"unit": unit})


@require_http_methods(FORM)
def document_update(request: HttpRequest, pk: int) -> HttpResponse:
    document = get_document(request, pk)
    access.require(documents.may_write(request.user, document))
    return _edit(request, document, _("Change the document"))


def _edit(request: HttpRequest, document: Document, heading: str) -> HttpResponse:
    form = DocumentForm(request.POST or None, instance=document)
    note = _("All units below read it, and so do its superiors. Nothing classified belongs here.")
    return form_step(
        request, form, lambda: documents.save_document(form.instance, by=request.user), done=_("Saved."),
        to=form.instance, crumbs=crumbs_to(document if document.pk else None), heading=heading, note=note,
    )  # fmt: skip


@require_http_methods(FORM)
def document_send(request: HttpRequest, pk: int) -> HttpResponse:
    """Send it in the name of `?unit=`, else of the first unit that may."""
    document = get_document(request, pk)
    own = documents.senders(request.user, document)
    access.require(bool(own))
    wanted = request.GET.get("unit")
    sender = next((unit for unit in own if unit.pk == key_of(wanted)), None) if wanted else own[0]
    if sender is None:
        raise Http404
    form = SendForm(request.POST or None, document=document, sender=sender)
    if form.is_valid():
        count = 0
        with refusals(form):
            count = documents.send_document(
                document, sender=sender, units=form.chosen, due=form.cleaned_data["due"], by=request.user
            )
        if not form.errors:
            words = ngettext("Sent to %(count)d unit.", "Sent to %(count)d units.", count)
            messages.success(request, words % {"count": count})
            return redirect(document)
    heading = _("%(unit)s sends “%(document)s”") % {"unit": sender, "document": document}
    note = _("Staff and commanders of these units find it in «My work» until they acknowledge receipt.")
    context = {
        "form": form, "heading": heading, "note": note, "served": form.served, "back": document.get_absolute_url(),
        "crumbs": [*crumbs_to(document), (heading, "")],
    }  # fmt: skip
    return render(request, "emulation/documents/send.html", context)


@require_POST
def receipt_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    receipt = get_object_or_404(Receipt.objects.visible_to(request.user).select_related("unit", "document"), pk=pk)
    access.require(documents.may_acknowledge(request.user, receipt))
    try:
        documents.acknowledge(receipt, by=request.user)
    except Refused as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(unit)s has acknowledged receipt.") % {"unit": receipt.unit})
    return redirect(receipt.document)


@require_http_methods(FORM)
def receipt_recall(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was sent to a wrong unit, with the reason."""
    rows = Receipt.objects.visible_to(request.user).select_related("unit", "sender", "document__unit")
    receipt = get_object_or_404(rows, pk=pk)
    access.require(documents.may_recall(request.user, receipt))
    form = RecallForm(request.POST if request.method == "POST" else None)
    heading = _("Recall the sending to %(unit)s") % {"unit": receipt.unit}
    note = _("Sent on %(day)s, receipt not acknowledged yet. The unit owes no receipt any more; the page of the "
             "document keeps who recalled it and why.")  # fmt: skip
    day = date_format(timezone.localdate(receipt.sent_at), "d/m/Y")
    return form_step(
        request, form, lambda: documents.recall(receipt, reason=form.cleaned_data["reason"], by=request.user),
        done=lambda _row: _("The sending to %(unit)s has been recalled.") % {"unit": receipt.unit},
        to=receipt.document, first=lambda: documents.refuse_unless_recallable(receipt),
        crumbs=crumbs_to(receipt.document), heading=heading, submit=_("Recall"),
        note=note % {"day": day},
    )  # fmt: skip

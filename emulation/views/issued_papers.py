"""The document register, papers made from data, and giving them their number."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.issued_papers import CancelForm, IssueForm, PaperFilter
from emulation.models import IssuedPaper
from emulation.reports.cancelled import STAMPED, stamp_of
from emulation.reports.issued_papers import next_number
from emulation.reports.layouts import layout_of, signature_of
from emulation.reports.other_papers import MAKERS, WRITERS, OtherPaper, Signature, as_pdf, as_word, paper_of
from emulation.reports.paper_kinds import KINDS
from emulation.services import issued_papers as service
from emulation.views.papers import TYPES, get_unit
from units import clock
from units.access import commands, require
from units.errors import Refused
from units.forms.fields import refusals
from units.models import Unit
from units.spreadsheets import Value
from units.text import fold
from units.views.downloads import asked_table, attachment, table_file
from units.views.pages import form_page

FORM = ["GET", "HEAD", "POST"]
ROWS = 50


def _label(kind: str) -> str:
    return str(KINDS[kind].label) if kind in KINDS else kind


@require_safe
def paper_list(request: HttpRequest) -> HttpResponseBase:
    """Every number that was given in the branch."""
    rows = IssuedPaper.objects.visible_to(request.user)
    form = PaperFilter(request.GET, rows=rows)
    if not form.is_valid():
        raise Http404
    found = form.filter(rows).select_related("unit", "by", "cancelled_by")
    if kind := asked_table(request):
        return table_file(kind, "so-van-ban", _("Document register"), _heads(), _rows(found))
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "rows": [(row, _label(row.kind)) for row in page],
        "undone": {row.pk for row in page if service.ended_by(row)},
        "mine": {m.unit_id for m in request.user.active_memberships if commands(request.user, m.unit)},
        "homes": [m.unit for m in request.user.active_memberships],
    }  # fmt: skip
    return render(request, "emulation/issued/list.html", context)


def _heads() -> list[str]:
    return [
        _("Number"),
        _("Date"),
        _("Unit"),
        _("Kind of paper"),
        _("Title"),
        _("Signed by"),
        _("State"),
        _("Reason"),
    ]


def _rows(found: QuerySet[IssuedPaper]) -> Iterator[list[Value]]:
    for row in found.iterator(500):
        what: list[Value] = [row.number, row.day, row.unit.name, _label(row.kind), row.title, row.signer]
        yield [*what, _state(row), row.cancelled_why]


def _state(row: IssuedPaper) -> str:
    if row.cancelled_at:
        return _("Cancelled")
    if row.outdated_at is None:
        return _("Still in force")
    day = date_format(localtime(row.outdated_at), "SHORT_DATE_FORMAT")
    return _("Still in force; figures changed since %(day)s") % {"day": day}


@require_safe
def issued_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The paper as it was issued; a cancelled one is stamped."""
    row = get_object_or_404(IssuedPaper.objects.visible_to(request.user).select_related("unit"), pk=pk)
    file = {"docx": row.word, "pdf": row.pdf}.get(kind)
    if not file:
        raise Http404
    try:
        with file.open("rb") as kept:
            content, name = kept.read(), f"{row.number} {row.unit.code}"
    except FileNotFoundError:
        messages.error(
            request, _("The file of this paper is missing on the server: have it restored from the backup.")
        )
        return redirect(row)
    if row.cancelled_at:
        try:
            content, name = STAMPED[kind](content, stamp_of(row)), f"{name} da huy"
        except (ValueError, LookupError):
            messages.error(request, _("The cancelled paper cannot be stamped; it is not handed out without."))
            return redirect(row)
    return attachment(content, f"{slugify(fold(name))}.{kind}", TYPES[kind])


@require_http_methods(FORM)
def paper_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(IssuedPaper.objects.visible_to(request.user).select_related("unit"), pk=pk)
    require(commands(request.user, row.unit))
    if ended := service.ended_by(row):
        messages.error(request, ended)
        return redirect("emulation:paper-list")
    form = CancelForm(request.POST or None)
    if form.is_valid():
        with refusals(form):
            service.cancel(row, why=form.cleaned_data["why"], by=request.user)
        if not form.errors:
            messages.success(request, _("“%(number)s” has been cancelled; it stays in the register.")
                             % {"number": row.number})  # fmt: skip
            return redirect(row)
    crumbs = [(_("Document register"), reverse("emulation:paper-list"))]
    heading = _("Cancel “%(number)s”") % {"number": row.number}
    note = _("It stays in the register with the reason, and its number is not given again.")
    return form_page(request, form, crumbs=crumbs, heading=heading, submit=_("Cancel the paper"), note=note)


# ── papers made from data ─────────────────────────────────────────────────


def get_paper(request: HttpRequest, unit: int, key: str, what: str) -> tuple[Unit, OtherPaper]:
    place = get_unit(request.user, unit)
    paper = paper_of(request.user, place, key, what)
    if paper is None:
        raise Http404
    return place, paper


@require_safe
def paper_file(request: HttpRequest, unit: int, key: str, what: str, kind: str) -> HttpResponse:
    """A paper as a draft, without its number."""
    if kind not in WRITERS:
        raise Http404
    place, paper = get_paper(request, unit, key, what)
    try:
        content = WRITERS[kind](paper)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(MAKERS[key].page(place, what))
    return attachment(content, f"{slugify(fold(f'{paper.title} {place.code} {what}'))}.{kind}", TYPES[kind])


@require_http_methods(FORM)
def paper_issue(request: HttpRequest, unit: int, key: str, what: str) -> HttpResponse:
    """The commander gives the paper its number: it is kept as it is now."""
    place, paper = get_paper(request, unit, key, what)
    require(commands(request.user, place))
    layout, kind = layout_of(place), KINDS[paper.kind]
    initial = {
        "number": next_number(place, clock.today().year, kind), "day": clock.today().strftime("%d/%m/%Y"),
    } | signature_of(place, request.user, layout)  # fmt: skip
    form = IssueForm(request.POST if request.method == "POST" else None, initial=initial, coverage=paper.coverage)
    if form.is_valid():
        with refusals(form):
            signed = Signature(**form.cleaned_data)
            service.issue(
                place, kind, number=signed.number, day=form.cleaned_data["day"],
                title=f"{paper.title} – {paper.about}", signer=signed.signer,
                signer_post=signed.signer_post, place=signed.place,
                files={"word": as_word(paper, signed), "pdf": as_pdf(paper, signed)},
                by=request.user, address=MAKERS[key].page(place, what), earliest=paper.earliest,
            )  # fmt: skip
        if not form.errors:
            messages.success(request, _("The paper has its number and stands in the document register."))
            return redirect("emulation:paper-list")
    label = str(MAKERS[key].label)
    heading = _("Issue: %(paper)s") % {"paper": label}
    note = _("The paper is kept as it is now, with this number. It is never changed afterwards.")
    crumbs = [(label, MAKERS[key].page(place, what))]
    return form_page(request, form, crumbs=crumbs, heading=heading, submit=_("Issue"), note=note)

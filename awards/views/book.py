"""The book of honour: search, export, verification of a certificate, statistics of a year."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from awards.access import reads_grounds, unit_of
from awards.forms.book import BookFilter, StatisticsFilter, VerifyForm
from awards.models import Decision, Grant
from awards.reports.book import (
    book_page,
    export_heads,
    export_rows,
    statistics,
    statistics_heads,
    statistics_rows,
    total_of,
)
from awards.reports.statistics import form_rows, forms_of
from units.access import READERS, has_role, reads_figures, require
from units.models import Role, Unit, User
from units.views.downloads import asked_table, table_file

GRANTS = 50  # on a page


def _filtered(request: HttpRequest) -> tuple[BookFilter, QuerySet[Grant]]:
    require(reads_figures(request.user))
    form = BookFilter(request.GET, viewer=request.user)
    if not form.is_valid():
        raise Http404
    return form, form.filter(Grant.objects.visible_to(request.user))


@require_safe
def grant_book(request: HttpRequest) -> HttpResponseBase:
    form, rows = _filtered(request)
    if kind := asked_table(request):
        return table_file(kind, "so-vang", _("Book of honour"), export_heads(), export_rows(rows, request.user))
    page = Paginator(book_page(rows), GRANTS).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "filtered": any(v for name, v in request.GET.items() if name != "page"),
        "opened": readable(request.user, page.object_list),
        "may_import": has_role(request.user, Role.REVIEWER),
    }  # fmt: skip
    return render(request, "awards/book/book.html", context)


def readable(user: User, grants: Iterable[Grant]) -> set[int]:
    """Decisions (keys) that gave the awards or took them back, as far as the user reads them. One query."""
    keys = {key for grant in grants for key in (grant.issued_id, grant.revoking_id) if key}
    return set(Decision.objects.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))


@require_safe
def grant_verify(request: HttpRequest) -> HttpResponse:
    """Whether the award with a register number stands: within the reader's branch; beyond it it is unknown."""
    require(reads_figures(request.user))
    form = VerifyForm(request.GET)
    number = form.cleaned_data["number"] if form.is_valid() else ""
    rows = Grant.objects.visible_to(request.user).select_related(
        "award", "level", "person__unit", "unit", "issued", "revoking"
    )
    found = rows.filter(register__iexact=number).first() if number else None
    grounds = found is not None and reads_grounds(request.user, unit_of(found.subject))
    opened = readable(request.user, [found]) if found else set()
    context = {"form": form, "number": number, "grant": found, "grounds": grounds, "opened": opened}
    return render(request, "awards/book/verify.html", context)


def _statistics(request: HttpRequest) -> tuple[StatisticsFilter, QuerySet[Grant]]:
    require(reads_figures(request.user))
    rows = Grant.objects.visible_to(request.user)
    form = StatisticsFilter(request.GET, rows=rows, viewer=request.user)
    if not form.is_valid():
        raise Http404
    return form, form.filter(rows)


@require_safe
def award_statistics(request: HttpRequest) -> HttpResponseBase:
    """Awards of a year by award, and the forms that count them otherwise; each of them a file, all of them print.

    The forms are a paper: Vietnamese whatever the language of the page around them.
    """
    form, rows = _statistics(request)
    year = form.chosen_year
    if form.text and not form.place:  # a form bears the name of one unit: which one is meant?
        return render(request, "awards/book/statistics.html", {"form": form, "year": year, "asked": True})
    stats = statistics(rows)
    name = f"thong-ke-khen-thuong-{year}"
    if kind := asked_table(request):
        title = _("Awards of %(year)d") % {"year": year}
        return table_file(kind, name, title, statistics_heads(), statistics_rows(stats))
    place = form.place or _senior(request.user)
    with translation.override("vi"):  # they are printed and handed in
        found = forms_of(rows, place, year, request.user)
    for one in found:
        if kind := asked_table(request, one.key):
            return table_file(kind, f"{name}-{one.key}", one.title, one.heads, form_rows(one))
    superior = Unit.objects.above(place).last()
    context = {
        "form": form, "year": year, "stats": stats, "total": total_of(stats), "forms": found, "place": place,
        "superior": superior, "counted": any(one.rows for one in found),
    }  # fmt: skip
    return render(request, "awards/book/statistics.html", context)


def _senior(user: User) -> Unit:
    """The most senior unit that the user reads."""
    units = [m.unit for m in user.active_memberships if m.role in READERS]
    return min(units, key=lambda one: (len(one.path), one.order, one.code))

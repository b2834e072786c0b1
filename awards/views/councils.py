"""Councils: founded by a decision of the unit, and who sits in them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from awards import access as awards_access
from awards.forms.councils import CouncilForm, SeatEndForm, SeatForm
from awards.models import Council, CouncilMember
from awards.reports.exports import councils_table, sessions_table
from awards.reports.sessions import councils
from awards.services.councils import end_seat, save_council, seat_member
from awards.views.due import get_unit
from units import clock
from units.access import require
from units.models import User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

LISTED = 50  # rows on a page
FORM = ["GET", "HEAD", "POST"]


def get_council(user: User, pk: int) -> Council:
    return get_object_or_404(Council.objects.visible_to(user).select_related("unit"), pk=pk)


def crumbs_to(council: Council | None = None) -> list[Crumb]:
    top = (_("Award councils"), reverse("awards:council-list"))
    return [top, (council.name, council.get_absolute_url())] if council else [top]


@require_safe
def council_list(request: HttpRequest) -> HttpResponseBase:
    rows = councils(request.user)
    if kind := asked_table(request):
        return table_file(kind, "hoi-dong", _("Award councils"), *councils_table(rows))
    page = Paginator(rows, LISTED).get_page(request.GET.get("page"))
    mine = {m.unit for m in request.user.active_memberships if awards_access.founds_councils(request.user, m.unit)}
    kept = set(Council.objects.filter(unit__in=mine, until=None).values_list("unit", flat=True)) if mine else set()
    context = {
        "page": page, "councils": page.object_list, "without": [unit for unit in mine if unit.pk not in kept],
        "today": clock.today(),
    }  # fmt: skip
    return render(request, "awards/councils/list.html", context)


@require_safe
def council_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    council = get_council(request.user, pk)
    if kind := asked_table(request):
        return table_file(kind, f"hoi-dong-{pk}", _("Sessions"), *sessions_table(council.sessions.all()))
    page = Paginator(council.sessions.all(), LISTED).get_page(request.GET.get("page"))
    context = {
        "council": council,
        "seats": council.members.select_related("user").order_by("until", "order"),
        "page": page,
        "sessions": page.object_list,
        "may_write": awards_access.founds_councils(request.user, council.unit),
        "officer": awards_access.runs_sessions(request.user, council),
    }
    return render(request, "awards/councils/detail.html", context)


@require_http_methods(FORM)
def council_create(request: HttpRequest, unit: int) -> HttpResponse:
    place = get_unit(request.user, unit)
    require(awards_access.founds_councils(request.user, place))
    initial = {"name": f"Hội đồng Thi đua – Khen thưởng {place.short}", "since": clock.today()}
    form = CouncilForm(request.POST or None, instance=Council(unit=place), initial=initial)
    heading = _("Found a council: %(unit)s") % {"unit": place}
    return form_step(
        request, form, lambda: save_council(form.instance, by=request.user),
        done=_("The council has been founded. Now say who sits in it."), to=form.instance, crumbs=crumbs_to(),
        heading=heading, submit=_("Found the council"),
    )  # fmt: skip


@require_http_methods(FORM)
def council_update(request: HttpRequest, pk: int) -> HttpResponse:
    council = get_council(request.user, pk)
    require(awards_access.founds_councils(request.user, council.unit))
    form = CouncilForm(request.POST or None, instance=council)
    return form_step(
        request, form, lambda: save_council(form.instance, by=request.user),
        done=lambda row: _("“%(row)s” has been saved.") % {"row": row}, to=council, crumbs=crumbs_to(council),
        heading=_("Change the council"),
    )  # fmt: skip


@require_http_methods(FORM)
def council_seat(request: HttpRequest, pk: int) -> HttpResponse:
    council = get_council(request.user, pk)
    require(awards_access.founds_councils(request.user, council.unit))
    form = SeatForm(request.POST or None, unit=council.unit, initial={"since": clock.today()})
    note = _("Offered are users who serve at the unit, at a superior or directly below it.")
    heading = _("Add a member")
    return form_step(
        request, form, lambda: seat_member(council, by=request.user, **form.cleaned_data),
        done=lambda _row: _("%(user)s sits in the council.") % {"user": form.cleaned_data["user"]}, to=council,
        crumbs=crumbs_to(council), heading=heading, submit=_("Add"), note=note,
    )  # fmt: skip


@require_http_methods(FORM)
def council_seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = CouncilMember.objects.filter(council__in=Council.objects.visible_to(request.user))
    seat = get_object_or_404(rows.select_related("council__unit", "user"), pk=pk)
    require(awards_access.founds_councils(request.user, seat.council.unit))
    form = SeatEndForm(request.POST or None, initial={"until": clock.today()})
    heading = _("End the seat of %(user)s") % {"user": seat.user}
    return form_step(
        request, form, lambda: end_seat(seat, until=form.cleaned_data["until"], by=request.user),
        done=lambda _row: _("The seat ends on %(day)s.") % {"day": f"{seat.until:%d/%m/%Y}"}, to=seat.council,
        crumbs=crumbs_to(seat.council), heading=heading, submit=_("End the seat"),
    )  # fmt: skip

"""Rounds and their calendar, for the administrators of the root; extensions also for the reviewers responsible."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.rounds import (
    EndExtensionForm,
    ExtensionFilter,
    ExtensionForm,
    RoundForm,
    RoundsForm,
    YearForm,
)
from emulation.models import Extension, Round
from emulation.reports.exports import extensions_table, rounds_table
from emulation.services import extensions as service
from emulation.services.rounds import set_up_rounds
from emulation.views.catalogue import for_root_administrators
from units import access, clock
from units.forms.fields import refusals
from units.views.downloads import asked_table, table_file
from units.views.pages import form_step

FORM = ["GET", "HEAD", "POST"]
OFFERED = 100  # units offered for an extension at a time; the search finds the others
PER_PAGE = 25


def asked_year(request: HttpRequest) -> int | None:
    """`?year=`; None where it is not given."""
    if "year" not in request.GET:
        return None
    form = YearForm(request.GET)
    if not form.is_valid():
        raise Http404
    year: int = form.cleaned_data["year"]
    return year


@require_safe
@for_root_administrators
def round_list(request: HttpRequest) -> HttpResponseBase:
    """The rounds of one year: `?year=`, else the latest year that has any up to now, else the latest."""
    years = sorted(Round.objects.order_by().values_list("year", flat=True).distinct(), reverse=True)
    usual = next((year for year in years if year <= clock.today().year), years[-1] if years else clock.today().year)
    year = asked_year(request) or usual
    rounds = Round.objects.filter(year=year).select_related("drive").order_by("quarter", "drive__ends")
    rounds = rounds.annotate(extended=Count("extensions", filter=Q(extensions__ended_at=None)))
    if kind := asked_table(request):
        title = _("Reporting rounds of %(year)s") % {"year": year}
        return table_file(kind, f"ky-bao-cao-{year}", title, *rounds_table(rounds))
    context = {
        "year": year,
        "years": years,
        "next_year": max([*years, clock.today().year - 1]) + 1,
        "rounds": rounds,
        "today": clock.today(),
    }
    return render(request, "emulation/rounds/list.html", context)


@require_http_methods(FORM)
@for_root_administrators
def round_create(request: HttpRequest) -> HttpResponse:
    """Set up the missing quarter rounds of `?year=`, with the usual calendar to be adjusted."""
    year = asked_year(request) or clock.today().year
    there = list(Round.objects.quarters().filter(year=year).order_by("quarter"))
    missing = [quarter for quarter in (1, 2, 3, 4) if quarter not in {round_.quarter for round_ in there}]
    form = RoundsForm(request.POST or None, year=year, quarters=missing)
    if missing and form.is_valid():
        with refusals(form):
            set_up_rounds(year, form.calendar())
        if not form.errors:
            messages.success(
                request, _("The rounds of %(year)d have been set up with their sheets.") % {"year": year}
            )
            return redirect(f"{reverse('emulation:round-list')}?year={year}")
    context = {"form": form, "year": year, "there": there, "year_form": YearForm(initial={"year": year})}
    return render(request, "emulation/rounds/create.html", context)


@require_http_methods(FORM)
@for_root_administrators
def round_update(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the calendar of a round; its period is fixed."""
    round_ = get_object_or_404(Round.objects.select_related("drive"), pk=pk)
    back = f"{reverse('emulation:round-list')}?year={round_.year}"
    form = RoundForm(request.POST or None, instance=round_)
    heading = _("Calendar of %(round)s") % {"round": round_.label}
    return form_step(
        request, form, form.save, done=_("The calendar has been changed."), to=back,
        crumbs=[(_("Reporting rounds"), back)], heading=heading, submit=_("Save the calendar"),
    )  # fmt: skip


# ── extensions ────────────────────────────────────────────────────────────


@require_http_methods(FORM)
def extension_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The extensions of a round that the user may give or end, and the form that gives one."""
    access.require(service.extends_anything(request.user))
    round_ = get_object_or_404(Round.objects.select_related("drive"), pk=pk)
    reports = service.extendable(request.user, round_)
    form = ExtensionForm(request.POST or None, reports=reports)
    if form.is_valid():
        with refusals(form):
            made = service.extend(round_, **form.cleaned_data, by=request.user)
        if not form.errors:
            done = ngettext("%(count)d unit has more time now.", "%(count)d units have more time now.", len(made))
            messages.success(request, done % {"count": len(made)})
            return redirect("emulation:extension-list", round_.pk)
    rows = Extension.objects.filter(service.extended_by(request.user), round=round_)
    rows = rows.select_related("unit", "by", "ended_by").order_by(F("ended_at").desc(nulls_first=True), "-at", "-pk")
    if kind := asked_table(request):
        title = _("Extensions of %(round)s") % {"round": round_}
        return table_file(kind, f"gia-han-{round_.pk}", title, *extensions_table(rows))
    search = ExtensionFilter(request.GET)
    offered = list(search.filter(reports)[: OFFERED + 1])
    context = {
        "round": round_, "form": form, "search": search, "offered": offered[:OFFERED], "more": len(offered) > OFFERED,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "administers": access.administers_root(request.user),
    }  # fmt: skip
    return render(request, "emulation/rounds/extensions.html", context)


@require_http_methods(FORM)
def extension_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End an extension before its last day."""
    access.require(service.extends_anything(request.user))
    rows = Extension.objects.filter(service.extended_by(request.user))
    extension = get_object_or_404(rows.select_related("unit", "round__drive"), pk=pk)
    form = EndExtensionForm(request.POST or None)
    back = reverse("emulation:extension-list", args=[extension.round_id])
    crumb = _("Extensions of %(round)s") % {"round": extension.round.label}
    note = _("%(unit)s can no longer enter from now on where the round has closed. What is handed in stays on time.")
    return form_step(
        request, form, lambda: service.end_extension(extension, **form.cleaned_data, by=request.user),
        done=_("The extension has been ended."), to=back, first=lambda: service.refuse_ended(extension),
        crumbs=[(crumb, back)],
        heading=_("End the extension of %(unit)s") % {"unit": extension.unit}, submit=_("End the extension"),
        note=note % {"unit": extension.unit},
    )  # fmt: skip

"""Rounds and their calendar, for the administrators of the root."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.rounds import RoundForm, RoundsForm, YearForm
from emulation.models import Round
from emulation.services.rounds import set_up_rounds
from emulation.views.catalogue import for_root_administrators
from units import clock
from units.forms.fields import refusals
from units.views.pages import form_page

FORM = ["GET", "HEAD", "POST"]


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
def round_list(request: HttpRequest) -> HttpResponse:
    """The rounds of one year: `?year=`, else the latest year that has any up to now, else the latest."""
    years = sorted(Round.objects.order_by().values_list("year", flat=True).distinct(), reverse=True)
    usual = next((year for year in years if year <= clock.today().year), years[-1] if years else clock.today().year)
    year = asked_year(request) or usual
    context = {
        "year": year,
        "years": years,
        "next_year": max([*years, clock.today().year - 1]) + 1,
        "rounds": Round.objects.filter(year=year).select_related("drive").order_by("quarter", "drive__ends"),
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
    if form.is_valid():
        form.save()
        messages.success(request, _("The calendar has been changed."))
        return redirect(back)
    heading = _("Calendar of %(round)s") % {"round": round_.label}
    return form_page(
        request, form, crumbs=[(_("Reporting rounds"), back)], heading=heading, submit=_("Save the calendar")
    )

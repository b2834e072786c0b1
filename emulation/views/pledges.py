"""Beside a unit's targets: the titles it aims at, and the pledge as a document for signature."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.pledges import titles_form
from emulation.models import Registration
from emulation.offered_titles import titles_on
from emulation.reports.exports import paper_table
from emulation.reports.pledges import unit_pledge
from emulation.reports.targets import registration_of
from emulation.services.aims import aims_of, mark_of, set_titles
from emulation.views.drives import get_drive
from emulation.views.targets import get_unit
from units import access
from units.errors import Refused
from units.models import Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb


def crumbs_to(unit: Unit, year: int) -> list[Crumb]:
    return [
        (_("Targets"), reverse("emulation:target-home")),
        (f"{unit.short} – {year}", reverse("emulation:target-list", args=[unit.pk, year])),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def registration_titles(request: HttpRequest, unit: int, year: int) -> HttpResponse:
    """The titles the unit aims at, while its registration is being filled in."""
    place = get_unit(request, unit, year)
    access.require(access.enters(request.user, place))
    registration = registration_of(place, year)
    data = request.POST if request.method == "POST" else None
    forms, problems = titles_form(data, registration, titles_on(date(year, 1, 1))), []
    if request.method == "POST" and forms.is_valid():
        try:
            set_titles(place, year, forms.aims, by=request.user, seen=request.POST.get("seen", ""))
        except Refused as error:
            problems = error.messages
        else:
            messages.success(request, _("Saved."))
            return redirect("emulation:target-list", place.pk, year)
    context = {
        "unit": place, "year": year, "registration": registration, "forms": forms, "problems": problems,
        "seen": mark_of(aims_of(registration) if registration.pk else []),
        "open": registration.state in (Registration.State.DRAFT, Registration.State.RETURNED),
        "crumbs": [*crumbs_to(place, year), (_("Titles aimed at"), "")],
    }  # fmt: skip
    return render(request, "emulation/targets/titles.html", context)


@require_safe
def pledge(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponseBase:
    """The pledge of a year or a peak drive, to be read and printed."""
    of = None if drive is None else get_drive(request, drive)
    year = of.year if of else year
    place = get_unit(request, unit, year)
    registration = registration_of(place, year, of)
    paper = unit_pledge(registration)
    if kind := asked_table(request):
        name = f"giao-uoc-{place.code}-{year}" + (f"-{of.pk}" if of else "")
        return table_file(kind, name, _("Pledge"), *paper_table(paper.columns, paper.rows))
    back = f"{place.short} – {of.name if of else year}"
    context = {
        "paper": paper,
        "unit": place,
        "menu": "drive-pledge" if of else "pledge",
        "what": of.pk if of else year,
        "crumbs": [
            (_("Targets"), reverse("emulation:target-home")), (back, registration.get_absolute_url()),
            (_("Pledge"), ""),
        ],
    }  # fmt: skip
    return render(request, "emulation/targets/pledge.html", context)

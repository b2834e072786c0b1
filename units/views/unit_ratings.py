"""Yearly task ratings of units: one choice a unit, a page at a time."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from units import access, services
from units.forms.fields import refusals
from units.forms.unit_ratings import UnitRatingFilter, UnitRatingsForm
from units.models import Role, Unit, UnitRating
from units.reports.exports import unit_ratings_table
from units.views.downloads import asked_table, table_file

UNITS = 50  # units on a page


@require_http_methods(["GET", "HEAD", "POST"])
def unit_ratings(request: HttpRequest) -> HttpResponseBase:
    access.require(access.has_role(request.user, Role.STAFF))
    chosen = UnitRatingFilter(request.GET)
    if not chosen.is_valid():
        raise Http404
    year = chosen.chosen_year
    rating = UnitRating.objects.filter(unit=OuterRef("pk"), year=year).values("rating")
    units = Unit.objects.filter(access.rates_q(request.user)).existed_in(year).select_related("kind")
    units = chosen.filter(units).annotate(rating=Subquery(rating)).order_by("path")
    if kind := asked_table(request):
        title = _("Ratings of units of %(year)d") % {"year": year}
        return table_file(kind, f"xep-loai-don-vi-{year}", title, *unit_ratings_table(units, year))
    page = Paginator(units, UNITS).get_page(request.GET.get("page"))
    form = UnitRatingsForm(request.POST or None, units=page.object_list)
    if form.is_valid():
        with refusals(form):
            count = services.rate_units(
                form.ratings(), year=year, decision=form.cleaned_data["decision"], by=request.user
            )
        if not form.errors:
            words = ngettext("%(count)d rating has been saved.", "%(count)d ratings have been saved.", count)
            messages.success(request, words % {"count": count})
            return redirect(request.get_full_path())
    context = {"form": form, "chosen": chosen, "page": page, "year": year}
    context["crumbs"] = [
        (_("Units"), reverse("units:unit-tree")), (_("Ratings of units of %(year)d") % {"year": year}, ""),
    ]  # fmt: skip
    return render(request, "units/unit_ratings.html", context)

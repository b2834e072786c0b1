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

from units import access, clock, services
from units.forms.fields import refusals
from units.forms.unit_ratings import PastedRatingsForm, UnitRatingFilter, UnitRatingsForm
from units.models import Role, Unit, UnitRating
from units.reports.exports import unit_ratings_table
from units.views.downloads import asked_table, table_file
from units.views.pages import form_page

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
    form = UnitRatingsForm(request.POST or None, units=list(page))
    if form.is_valid():
        with refusals(form):
            count = services.rate_units(
                form.ratings(), year=year, decision=form.cleaned_data["decision"], by=request.user
            )
        if not form.errors:
            _tell(request, count)
            return redirect(request.get_full_path())
    context = {"form": form, "chosen": chosen, "page": page, "year": year}
    context["crumbs"] = [
        (_("Units"), reverse("units:unit-tree")), (_("Ratings of units of %(year)d") % {"year": year}, ""),
    ]  # fmt: skip
    return render(request, "units/unit_ratings.html", context)


def _tell(request: HttpRequest, count: int) -> None:
    words = ngettext("%(count)d rating has been saved.", "%(count)d ratings have been saved.", count)
    messages.success(request, words % {"count": count})


@require_http_methods(["GET", "HEAD", "POST"])
def unit_ratings_paste(request: HttpRequest) -> HttpResponseBase:
    """Ratings of a year copied from Excel: what they change is shown first, then all are saved or none."""
    access.require(access.has_role(request.user, Role.STAFF))
    chosen = UnitRatingFilter(request.GET)
    year = chosen.chosen_year if chosen.is_valid() else clock.today().year
    units = Unit.objects.filter(access.rates_q(request.user))
    form = PastedRatingsForm(request.POST or None, units=units, initial={"year": year})
    address = reverse("units:unit-ratings")
    if form.is_valid():
        year = form.cleaned_data["year"]
        if form.confirmed:
            before = {row.unit.pk: row.before for row in form.rows}
            with refusals(form):
                count = services.rate_units(
                    form.ratings, year=year, decision=form.cleaned_data["decision"], before=before, by=request.user
                )
            if not form.errors:
                _tell(request, count)
                return redirect(f"{address}?year={year}")
        if not form.errors:
            form.show()
    crumbs = [(_("Ratings of units of %(year)d") % {"year": year}, f"{address}?year={year}")]
    preview = bool(form.rows) and not form.errors
    return form_page(
        request, form, crumbs=crumbs, heading=_("Paste from Excel"),
        submit=_("Save") if preview else _("Show the preview"),
        about={"template": "units/ratings_pasted.html", "form": form} if preview else None,
    )  # fmt: skip

"""Naming a unit as a pilot of something, and ending it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from units import access, clock
from units.forms.pilots import PilotEndForm, PilotForm
from units.models import Unit, UnitPilot
from units.services import pilots as service
from units.views.pages import form_step
from units.views.tree import crumbs_to

FORM = ["GET", "HEAD", "POST"]


@require_http_methods(FORM)
def pilot_create(request: HttpRequest, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    access.require(access.rates(request.user, unit))
    form = PilotForm(request.POST or None, initial={"since": clock.today()})
    heading = _("Name as a pilot unit")
    return form_step(
        request, form, lambda: service.make_pilot(unit, **form.cleaned_data, by=request.user), done=_("Saved."),
        to=unit, crumbs=crumbs_to(unit), heading=heading,
    )  # fmt: skip


@require_http_methods(FORM)
def pilot_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = UnitPilot.objects.filter(unit__in=Unit.objects.visible_to(request.user), until=None)
    row = get_object_or_404(rows.select_related("unit"), pk=pk)
    access.require(access.rates(request.user, row.unit))
    form = PilotEndForm(request.POST or None)
    heading = _("End: %(purpose)s") % {"purpose": row.purpose}
    return form_step(
        request, form, lambda: service.end_pilot(row, until=form.cleaned_data["until"], by=request.user),
        done=_("Saved."), to=row.unit, crumbs=crumbs_to(row.unit), heading=heading, submit=_("End it"),
    )  # fmt: skip

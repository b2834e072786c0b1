"""Versions of a registration, and amendments of what was agreed."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.pledges import titles_form
from emulation.forms.targets import AGREED, TargetsForm
from emulation.models import Amendment, Registration
from emulation.reports.exports import differences_table
from emulation.reports.targets import bases_of, target_sheet, targets_of
from emulation.reports.versions import amended, compare, content_of_version
from emulation.services import amendments as service
from emulation.services import targets
from emulation.titles import titles_on
from emulation.views.pledges import crumbs_to
from emulation.views.targets import get_unit
from units import access
from units.errors import Refused
from units.forms.fields import refusals
from units.keys import key_of
from units.views.downloads import asked_table, table_file

NOTHING = {"targets": [], "titles": []}


@require_safe
def version_list(request: HttpRequest, unit: int, year: int) -> HttpResponseBase:
    """Versions and amendments; two versions (`?a=1&b=2`, else the last two) line by line."""
    place = get_unit(request, unit, year)
    registration = targets.registration_of(place, year)
    saved = registration.pk is not None
    versions = list(registration.versions.select_related("by")) if saved else []
    numbers = [version.number for version in versions]
    newer = key_of(request.GET.get("b", ""))
    newer = newer if newer in numbers else (numbers[-1] if numbers else None)
    older = key_of(request.GET.get("a", ""))
    older = older if older in numbers else (newer - 1 if newer and newer > 1 else newer)
    before, after = content_of_version(versions, older), content_of_version(versions, newer)
    lines, titles = compare(before or NOTHING, after or NOTHING)
    if kind := asked_table(request):
        name = f"phien-ban-{place.code}-{year}-{older}-{newer}"
        return table_file(kind, name, _("Versions and amendments"), *differences_table(lines, titles))
    context = {
        "unit": place, "year": year, "registration": registration, "versions": versions, "older": older,
        "newer": newer, "lines": lines, "titles": titles, "changed": sum(row.changed for row in [*lines, *titles]),
        "amendments": list(registration.amendments.select_related("asked_by", "decided_by")) if saved else [],
        "may_amend": registration.state == Registration.State.AGREED and targets.may_register(request.user, place),
        "crumbs": [*crumbs_to(place, year), (_("Versions and amendments"), "")],
    }  # fmt: skip
    return render(request, "emulation/targets/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def amendment_create(request: HttpRequest, unit: int, year: int) -> HttpResponse:
    """Propose what is to be agreed instead: the lines and titles that are to change, with the reason."""
    place = get_unit(request, unit, year)
    access.require(targets.may_register(request.user, place))
    registration = targets.registration_of(place, year)
    places = targets.places_for(place, year, request.user)
    known = targets_of(place, places)
    sheet = target_sheet(place, year, places, known)
    data = request.POST if request.method == "POST" else None
    form = TargetsForm(
        data,
        places=places,
        targets=known,
        columns=frozenset({AGREED}),
        offers=False,
        bases=bases_of(sheet),
        year=year,
    )
    titles = titles_form(data, registration, titles_on(date(year, 1, 1)))
    if request.method == "POST" and all([form.is_valid(), titles.is_valid()]):
        with refusals(form):
            reason = form.cleaned_data["reason"]
            made = service.propose(place, year, form.agreements, titles.aims, by=request.user, reason=reason)
        if not form.errors:
            messages.success(request, _("The amendment lies with the commander, who sends it up."))
            return redirect(made)
    context = {
        "unit": place, "year": year, "registration": registration, "form": form, "grid": form.grid(sheet),
        "forms": titles, "agrees": True, "settled": True, "open": registration.state == Registration.State.AGREED,
        "crumbs": [*crumbs_to(place, year), (_("Propose an amendment"), "")],
    }  # fmt: skip
    return render(request, "emulation/targets/amend.html", context)


def get_amendment(request: HttpRequest, pk: int) -> Amendment:
    rows = Amendment.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("registration__unit", "asked_by", "sent_by", "decided_by"), pk=pk
    )  # fmt: skip


@require_safe
def amendment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, get_amendment(request, pk), [])


def _detail(request: HttpRequest, row: Amendment, problems: list[str]) -> HttpResponse:
    registration, user = row.registration, request.user
    lines, titles = compare(*amended(row))
    context = {
        "amendment": row, "unit": registration.unit, "year": registration.year,
        "lines": [line for line in lines if line.changed], "titles": [line for line in titles if line.changed],
        "sends": service.may_send(user, row), "decides": service.may_decide(user, row),
        "withdraws": service.may_withdraw(user, row), "problems": problems,
        "reason": request.POST.get("reason", ""),
        "crumbs": [
            *crumbs_to(registration.unit, registration.year),
            (_("Versions and amendments"), reverse("emulation:version-list",
                                                   args=[registration.unit_id, registration.year])),
            (_("Amendment"), ""),
        ],
    }  # fmt: skip
    return render(request, "emulation/targets/amendment.html", context)


@require_POST
def amendment_send(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_amendment(request, pk)
    access.require(targets.may_hand_in(request.user, row.registration.unit))
    try:
        service.send(row, by=request.user)
    except Refused as error:
        return _detail(request, row, error.messages)
    messages.success(request, _("The amendment has been sent to the reviewer."))
    return redirect(row)


@require_POST
def amendment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_amendment(request, pk)
    try:
        service.withdraw(row, by=request.user)
    except Refused as error:
        return _detail(request, row, error.messages)
    messages.success(request, _("The amendment has been taken back."))
    return redirect(row)


@require_POST
def amendment_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `decision`: accept, else refuse with the reason."""
    row = get_amendment(request, pk)
    access.require(access.reviews(request.user, row.registration.unit))
    accepts = request.POST.get("decision") == "accept"
    try:
        if accepts:
            service.accept(row, by=request.user)
        else:
            service.refuse(row, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as error:
        return _detail(request, row, error.messages)
    messages.success(
        request, _("The amendment holds as a new version.") if accepts else _("The amendment has been refused.")
    )
    return redirect(row)

"""Versions of a registration, and amendments of what was agreed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.pledges import titles_form
from emulation.forms.targets import AGREED, TargetsForm
from emulation.models import Amendment, Registration
from emulation.offered_titles import titles_on
from emulation.reports.exports import differences_table
from emulation.reports.targets import bases_of, registration_of, target_sheet, targets_of
from emulation.reports.versions import amended, compare, content_of_version
from emulation.services import amendments as service
from emulation.views.drives import get_drive
from emulation.views.targets import crumbs_of, get_unit, links_of, shown_places
from units import access
from units.errors import Refused
from units.forms.fields import refusals
from units.keys import key_of
from units.views.downloads import asked_table, table_file
from units.views.pages import turned_away

NOTHING: dict[str, list[Any]] = {"targets": [], "titles": []}


def get_registration(request: HttpRequest, unit: int, year: int, drive: int | None) -> Registration:
    """The registration of the year or drive, unsaved where nothing has been done yet."""
    campaign = None if drive is None else get_drive(request, drive)
    year = year if campaign is None else campaign.year
    return registration_of(get_unit(request, unit, year), year, campaign)


@require_safe
def version_list(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponseBase:
    """Versions and amendments; two versions (`?a=1&b=2`, else the last two) line by line."""
    registration = get_registration(request, unit, year, drive)
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
        name = f"phien-ban-{registration.unit.code}-{registration.year}-{older}-{newer}"
        return table_file(kind, name, _("Versions and amendments"), *differences_table(lines, titles))
    context = {
        "unit": registration.unit, "year": registration.year, "registration": registration, "versions": versions,
        "older": older, "newer": newer, "lines": lines, "titles": titles,
        "changed": sum(row.changed for row in [*lines, *titles]),
        "amendments": list(registration.amendments.select_related("asked_by", "decided_by")) if saved else [],
        "may_amend": registration.state == Registration.State.AGREED
        and access.enters(request.user, registration.unit),
        "links": links_of(registration), "crumbs": crumbs_of(registration, (_("Versions and amendments"), "")),
    }  # fmt: skip
    return render(request, "emulation/targets/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def amendment_create(request: HttpRequest, unit: int, year: int = 0, drive: int | None = None) -> HttpResponse:
    """Propose what is to be agreed instead: the lines and titles that are to change, with the reason."""
    registration = get_registration(request, unit, year, drive)
    access.require(access.enters(request.user, registration.unit))
    if away := turned_away(request, lambda: service.refuse_unless_amendable(registration), registration):
        return away
    key: dict[str, Any] = {"unit": registration.unit, "year": registration.year, "drive": registration.drive}
    places, others = shown_places(request, **key)
    known = targets_of(places=places, **key)
    sheet = target_sheet(places=places, targets=known, **key)
    data = request.POST if request.method == "POST" else None
    form = TargetsForm(
        data,
        places=places,
        targets=known,
        columns=frozenset({AGREED}),
        offers=False,
        milestones=registration.drive is None,
        bases=bases_of(sheet) if registration.drive is None else None,
        year=registration.year,
    )
    titles = None
    if registration.drive is None:
        titles = titles_form(data, registration, titles_on(date(year, 1, 1)))
    if request.method == "POST" and all([form.is_valid(), titles is None or titles.is_valid()]):
        with refusals(form):
            aims = titles.aims if titles else None
            reason = form.cleaned_data["reason"]
            made = service.propose(**key, lines=form.agreements, aims=aims, by=request.user, reason=reason)
        if not form.errors:
            messages.success(request, _("The amendment lies with the commander, who sends it up."))
            return redirect(made)
    context = {
        **key, "registration": registration, "form": form, "grid": form.grid(sheet),
        "links": links_of(registration) | {"choose": "?all=1"},
        "forms": titles, "agrees": True, "settled": True,
        "others": others,
        "crumbs": crumbs_of(registration, (_("Propose an amendment"), "")),
    }  # fmt: skip
    return render(request, "emulation/targets/amend.html", context)


def get_amendment(request: HttpRequest, pk: int) -> Amendment:
    rows = Amendment.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("registration__unit", "registration__drive", "asked_by", "sent_by", "decided_by"), pk=pk
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
        "crumbs": crumbs_of(
            registration, (_("Versions and amendments"), links_of(registration)["version_list"]), (_("Amendment"), "")
        ),
    }  # fmt: skip
    return render(request, "emulation/targets/amendment.html", context)


@require_POST
def amendment_send(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_amendment(request, pk)
    access.require(access.commands(request.user, row.registration.unit))
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

"""Incidents: list, page with its steps, report, people, conclusion; statements of complete registers.

Outside `Incident.visible_to` nothing exists: no row, no count, no file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.incidents import (
    REASON,
    ConcludeForm,
    CorrectionForm,
    IncidentFilter,
    IncidentForm,
    PersonNamedForm,
    ReasonForm,
    YearForm,
)
from emulation.models import Incident, IncidentStatement
from emulation.models.incidents import IncidentQuerySet
from emulation.reports.incidents import export_heads, export_rows, statements_of, steps_of, takes
from emulation.reports.unfed import missed_by
from emulation.services import incidents as service
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access
from units.errors import Refused, refuse_long
from units.forms.fields import is_slip
from units.keys import key_of
from units.models import Person, Role, Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 50


def get_incident(request: HttpRequest, pk: int) -> Incident:
    rows = Incident.objects.visible_to(request.user).select_related("unit", "kind", "gravity")
    return get_object_or_404(rows, pk=pk)


def crumbs_to(incident: Incident | None = None) -> list[Crumb]:
    found = register_crumbs("incidents")
    return [*found, (str(incident), incident.get_absolute_url())] if incident else found


def _filtered(request: HttpRequest) -> tuple[IncidentFilter, IncidentQuerySet]:
    access.require(access.sees_anybodys_discipline(request.user))
    form = IncidentFilter(request.GET, viewer=request.user)
    if not form.is_valid():
        if not is_slip(form):
            raise Http404
        return form, Incident.objects.none()
    return form, form.filter(Incident.objects.visible_to(request.user))


@require_safe
def incident_list(request: HttpRequest) -> HttpResponseBase:
    form, rows = _filtered(request)
    if kind := asked_table(request):
        return table_file(kind, "vu-viec", _("Incidents"), export_heads(), export_rows(rows))
    page = Paginator(rows.select_related("unit", "kind", "gravity"), PER_PAGE).get_page(request.GET.get("page"))
    own = [m.unit for m in request.user.active_memberships if m.role == Role.COMMANDER]
    context = {
        "form": form, "page": page, "filtered": any(value for name, value in request.GET.items() if name != "page"),
        "reports": access.has_role(request.user, Role.STAFF), "commands": own[:1],
    }  # fmt: skip
    return render(request, "emulation/incidents/list.html", context)


@require_safe
def incident_detail(request: HttpRequest, pk: int) -> HttpResponse:
    incident, user = get_incident(request, pk), request.user
    concludes, mitigates = service.may_conclude(user, incident), service.may_mitigate(user, incident)
    investigates, day = service.may_investigate(user, incident), incident.happened_on
    context = {
        "incident": incident, "crumbs": [*crumbs_to(), (str(incident), "")], "steps": steps_of(incident),
        "people": incident.people.select_related("person__unit", "person__rank"),
        "corrects": incident.is_open and service.may_correct(user, incident),
        "concludes": incident.is_open and concludes,
        "investigates": incident.state == Incident.State.REPORTED and investigates,
        "mitigates": mitigates, "withdraws": incident.is_open and mitigates,
        "reopens": incident.state == Incident.State.CONCLUDED and concludes,
        "person_form": PersonNamedForm(viewer=user) if incident.is_open and investigates else None,
        "files": files_context(user, "incident", incident),
        "unfed": missed_by(incident.unit, service.FEEDS, [day], user, lambda feed: takes(feed.wanted, incident)),
    }  # fmt: skip
    return render(request, "emulation/incidents/detail.html", context)


# ── report and correct ────────────────────────────────────────────────────


@require_http_methods(FORM)
def incident_create(request: HttpRequest) -> HttpResponse:
    """Report an incident of `?unit=`, by default of the first unit whose staff the user is."""
    own = [m.unit for m in request.user.active_memberships if m.role == Role.STAFF]
    access.require(bool(own))
    unit = next((u for u in own if str(u.pk) == request.GET.get("unit", str(own[0].pk))), None)
    if unit is None:
        raise Http404
    form = IncidentForm(request.POST or None, instance=Incident(unit=unit))
    note = _("For %(unit)s. What is recorded here is seen by commanders and reviewers of the branch, and by the "
             "staff of the unit and of its direct superior. No secrets belong in this system.")  # fmt: skip
    heading = _("Report an incident")
    return form_step(
        request, form, lambda: service.report_incident(form.instance, by=request.user),
        done=_("The incident has been reported."), to=form.instance, crumbs=crumbs_to(), heading=heading,
        submit=_("Report"), note=note % {"unit": unit},
    )  # fmt: skip


@require_http_methods(FORM)
def incident_update(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_incident(request, pk)
    access.require(service.may_correct(request.user, incident))
    form = CorrectionForm(request.POST or None, instance=incident)
    note = _("A lower gravity, fewer people, a kind that counts elsewhere or a day in another quarter make the "
             "incident lighter: that is for the superior, and not for who reported it.")  # fmt: skip
    return form_step(
        request, form,
        lambda: service.correct_incident(form.instance, reason=form.cleaned_data["reason"], by=request.user),
        done=_("Saved."), to=incident, first=lambda: service.refuse_unless_correctable(incident),
        crumbs=crumbs_to(incident), heading=_("Correct the incident"), note=note,
    )  # fmt: skip


@require_POST
def incident_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Name somebody, or (`remove`) take the name away; what is wrong is said on the page."""
    incident = get_incident(request, pk)
    access.require(service.may_investigate(request.user, incident))
    back = redirect(f"{incident.get_absolute_url()}#people")
    try:
        if "remove" in request.POST:
            key = key_of(request.POST["remove"]) or 0
            person = get_object_or_404(Person, incidents__incident=incident, pk=key)
            reason = request.POST.get("reason", "")
            refuse_long(reason, "reason", REASON)
            service.name_person(incident, person, "", reason=reason, by=request.user)
            return back
        form = PersonNamedForm(request.POST, viewer=request.user)
        if form.is_valid():
            service.name_person(incident, form.cleaned_data["number"], form.cleaned_data["part"], by=request.user)
        else:
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
    return back


# ── its life ──────────────────────────────────────────────────────────────


@require_POST
def incident_investigate(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_incident(request, pk)
    access.require(service.may_investigate(request.user, incident))
    try:
        service.investigate(incident, by=request.user)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect(incident)


@require_http_methods(FORM)
def incident_conclude(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_incident(request, pk)
    access.require(service.may_conclude(request.user, incident))
    initial = {"gravity": incident.gravity_id, "cause": incident.cause}
    form = ConcludeForm(request.POST or None, initial=initial)
    note = _("The conclusion may change the gravity. Figures of open sheets follow; on sheets handed in the "
             "difference is shown.")  # fmt: skip
    return _reasoned(request, incident, form, service.conclude, service.refuse_unless_open,
                     _("Record the conclusion"), note)  # fmt: skip


@require_http_methods(FORM)
def incident_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_incident(request, pk)
    access.require(service.may_mitigate(request.user, incident))
    note = _("It counts no more, in figures and in awards; the record stays with the reason.")
    form = ReasonForm(request.POST or None)
    return _reasoned(request, incident, form, service.withdraw, service.refuse_unless_open,
                     _("Withdraw as no incident"), note)  # fmt: skip


@require_http_methods(FORM)
def incident_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    incident = get_incident(request, pk)
    access.require(service.may_conclude(request.user, incident))
    note = _("The incident is investigated again; the conclusion stays in its steps.")
    form = ReasonForm(request.POST or None)
    return _reasoned(request, incident, form, service.reopen, service.refuse_unless_concluded,
                     _("Take the conclusion back"), note)  # fmt: skip


def _reasoned(
    request: HttpRequest, incident: Incident, form: Any, act: Any, check: Callable[[Incident], None], heading: str,
    note: str,
) -> HttpResponse:  # fmt: skip
    return form_step(
        request, form, lambda: act(incident, **form.cleaned_data, by=request.user), done=_("Saved."), to=incident,
        first=lambda: check(incident), crumbs=crumbs_to(incident), heading=heading, submit=heading, note=note,
    )  # fmt: skip


# ── statements ────────────────────────────────────────────────────────────


def _unit_seen(request: HttpRequest, pk: int) -> Unit:
    return get_object_or_404(access.discipline_units(request.user), pk=pk)


@require_http_methods(FORM)
def statement_list(request: HttpRequest, unit: int) -> HttpResponse:
    """The last years of a unit's register; the commander states one complete."""
    place = _unit_seen(request, unit)
    may = access.commands(request.user, place)
    if request.method == "POST":
        access.require(may)
        form = YearForm(request.POST)
        if not form.is_valid():
            raise Http404
        try:
            service.state_complete(place, form.cleaned_data["year"], by=request.user)
            messages.success(request, _("The register has been stated complete."))
        except Refused as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect("emulation:incident-statements", unit)
    context = {"unit": place, "stated": statements_of(place), "may_state": may, "crumbs": [
        *crumbs_to(), (_("Complete registers"), ""),
    ]}  # fmt: skip
    return render(request, "emulation/incidents/statements.html", context)


@require_http_methods(FORM)
def statement_end(request: HttpRequest, pk: int) -> HttpResponse:
    rows = IncidentStatement.objects.filter(unit__in=access.discipline_units(request.user), ended_at=None)
    row = get_object_or_404(rows.select_related("unit"), pk=pk)
    access.require(access.commands(request.user, row.unit))
    back = reverse("emulation:incident-statements", args=[row.unit_id])
    form = ReasonForm(request.POST or None)
    heading = _("Take back the statement of %(year)d") % {"year": row.year}
    return form_step(
        request, form, lambda: service.take_back(row, reason=form.cleaned_data["reason"], by=request.user),
        done=_("The statement has been taken back."), to=back,
        crumbs=[*crumbs_to(), (_("Complete registers"), back)], heading=heading, submit=_("Take back"),
    )  # fmt: skip

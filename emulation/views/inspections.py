"""Inspections: list, plan, findings in one unit, the steps, and a single finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.inspections import CallOffForm, ConclusionForm, InspectionFilter, PlanForm, RecordForm
from emulation.models import Inspection, InspectionFinding
from emulation.reports import inspections as report
from emulation.reports.exports import findings_table, inspections_table
from emulation.services import inspections as service
from emulation.services import weak_points
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access, clock
from units.errors import Refused
from units.forms.fields import refusals
from units.locking import refuse_unless
from units.models import Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step, turned_away

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 25
State = Inspection.State


def _inspection(request: HttpRequest, pk: int) -> Inspection:
    rows = Inspection.objects.visible_to(request.user).select_related("unit", "campaign")
    return get_object_or_404(rows, pk=pk)


def _crumbs(*rows: Inspection) -> list[Crumb]:
    return [*register_crumbs("inspections"), *((row.title, row.get_absolute_url()) for row in rows)]


# ── reading ───────────────────────────────────────────────────────────────


@require_safe
def inspection_list(request: HttpRequest) -> HttpResponseBase:
    access.require(access.reads_figures(request.user))
    form = InspectionFilter(request.GET)
    rows = Inspection.objects.visible_to(request.user).filter(**form.lookups())
    listed = report.listed(rows, request.user)
    if kind := asked_table(request):
        return table_file(kind, "kiem-tra", _("Inspections"), *inspections_table(listed))
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form, "page": page, "filtered": bool(form.chosen),
        "plans": service.planning_units(request.user),
    }  # fmt: skip
    return render(request, "emulation/inspections/list.html", context)


@require_safe
def inspection_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = _inspection(request, pk)
    user = request.user
    keeps = service.keeps(user, row)
    looked = report.looked_at(row, user)
    if kind := asked_table(request):
        return table_file(kind, f"kiem-tra-{pk}", _("What was found"), *findings_table(looked))
    everything = report.reads_all(user, row)
    context = {
        "row": row, "people": row.people.select_related("unit", "rank"),
        "looked": looked, "steps": report.steps_of(row) if everything else [],
        "content": row.items.filter(point=None), "everything": everything,
        "plans": keeps and row.state == State.PLANNED,
        "records": keeps and row.state in (State.PLANNED, State.CARRIED_OUT) and row.starts <= clock.today(),
        "too_early": report.recorded_from(row) if keeps and row.starts > clock.today() else "",
        "concludes": row.state == State.CARRIED_OUT and service.concludes(user, row),
        "follows": _followed(request, row, looked),
        "files": files_context(user, "inspection", row) if everything else None,
        "crumbs": [*_crumbs(), (row.title, "")],
    }  # fmt: skip
    return render(request, "emulation/inspections/detail.html", context)


def _followed(request: HttpRequest, row: Inspection, looked: list[report.Looked]) -> set[int]:
    """Units (keys) whose findings the user follows up."""
    return {one.unit.pk for one in looked if row.is_published and weak_points.may_raise(request.user, one.unit)}


@require_safe
def inspection_finding(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding with its evidence, and what follows from it."""
    rows = InspectionFinding.objects.visible_to(request.user).select_related(
        "unit", "by", "item__inspection__unit", "item__point__unit"
    )
    found = get_object_or_404(rows, pk=pk)
    row, point = found.item.inspection, found.item.point
    followed = report.followed_by(found, point)
    context = {
        "finding": found, "row": row, "point": point, "followed": followed,
        "follows": row.is_published and followed is None and found.result == InspectionFinding.Result.SHORTCOMING
        and weak_points.may_raise(request.user, found.unit),
        "judges": point is not None and row.is_published and not point.is_closed
        and weak_points.may_judge(request.user, point),
        "files": files_context(request.user, "finding", found),
        "crumbs": [*_crumbs(row), (found.item.text, "")],
    }  # fmt: skip
    return render(request, "emulation/inspections/finding.html", context)


# ── plan ──────────────────────────────────────────────────────────────────


@require_http_methods(FORM)
def inspection_create(request: HttpRequest, unit: int) -> HttpResponse:
    found = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
    return _plan(request, Inspection(unit=found), _("Plan an inspection"))


@require_http_methods(FORM)
def inspection_update(request: HttpRequest, pk: int) -> HttpResponse:
    row = _inspection(request, pk)
    return _plan(request, row, _("Change the plan"), row)


def _plan(request: HttpRequest, row: Inspection, heading: str, *known: Inspection) -> HttpResponse:
    access.require(service.keeps(request.user, row))
    form = PlanForm(request.POST or None, instance=row, user=request.user)

    def write() -> None:
        chosen, people = form.cleaned_data["units"], form.cleaned_data["people"]
        service.save_plan(form.instance, by=request.user, units=list(chosen), items=form.content, people=people)

    note = _("Inspected by %(unit)s; only units below it can be chosen.") % {"unit": row.unit}
    return form_step(
        request, form, write, done=_("The plan has been saved."), to=row,
        first=lambda: refuse_unless(row, State.PLANNED), crumbs=_crumbs(*known), heading=heading,
        submit=_("Save the plan"),
        note=note,
    )  # fmt: skip


# ── findings and steps ────────────────────────────────────────────────────


@require_http_methods(FORM)
def inspection_record(request: HttpRequest, pk: int, unit: int) -> HttpResponse:
    """What was found in one unit."""
    row = _inspection(request, pk)
    access.require(service.keeps(request.user, row))
    found = get_object_or_404(Unit.objects.filter(inspected__inspection=row), pk=unit)
    if away := turned_away(request, lambda: service.refuse_unless_under_way(row), row):
        return away
    items = service.items_for(row, found)
    form = RecordForm(request.POST or None, row=row, items=items, unit=found)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            count = service.record(row, found, form.answers, by=request.user)
        if not form.errors:
            words = ngettext("%(count)d finding has been recorded.", "%(count)d findings have been recorded.", count)
            if count:
                messages.success(request, words % {"count": count})
            else:
                messages.info(request, _("Nothing has been changed."))
            return redirect(row)
    context = {"row": row, "unit": found, "form": form, "crumbs": [*_crumbs(row), (found.name, "")]}
    return render(request, "emulation/inspections/record.html", context)


@require_POST
def inspection_carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    row = _inspection(request, pk)
    access.require(service.keeps(request.user, row))
    try:
        service.carry_out(row, by=request.user)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("The inspection has been carried out; the units read what was found on them."))
    return redirect(row)


def _step(
    request: HttpRequest, row: Inspection, form: forms.Form, write: Callable[[], Any], *, first: Callable[[], object],
    heading: str, submit: str,
) -> HttpResponse:  # fmt: skip
    return form_step(
        request, form, write, done=_("Saved."), to=row, first=first, crumbs=_crumbs(row), heading=heading,
        submit=submit,
    )  # fmt: skip


@require_http_methods(FORM)
def inspection_conclude(request: HttpRequest, pk: int) -> HttpResponse:
    row = _inspection(request, pk)
    access.require(service.concludes(request.user, row))
    form = ConclusionForm(request.POST or None)
    return _step(
        request, row, form, lambda: service.conclude(row, **form.cleaned_data, by=request.user),
        first=lambda: refuse_unless(row, State.CARRIED_OUT), heading=_("Conclude the inspection"),
        submit=_("Record the conclusion"),
    )  # fmt: skip


@require_http_methods(FORM)
def inspection_call_off(request: HttpRequest, pk: int) -> HttpResponse:
    row = _inspection(request, pk)
    access.require(service.keeps(request.user, row))
    form = CallOffForm(request.POST or None)
    return _step(
        request, row, form, lambda: service.call_off(row, reason=form.cleaned_data["reason"], by=request.user),
        first=lambda: service.refuse_unless_unbegun(row), heading=_("Call the inspection off"),
        submit=_("Call it off"),
    )  # fmt: skip

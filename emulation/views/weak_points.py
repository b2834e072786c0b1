"""Weak points: board, list and export, one of them with its timeline, and every step; breakthrough fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from emulation.forms.weak_points import (
    BreakthroughForm,
    DeadlineForm,
    JudgeForm,
    MeasureForm,
    RaiseForm,
    SettledForm,
    WeakPointFilter,
)
from emulation.models import Breakthrough, Indicator, Inspection, InspectionFinding, Report, WeakPoint
from emulation.models.weak_points import WeakPointQuerySet
from emulation.periods import QUARTERS, YEARS
from emulation.reports import weak_points as report
from emulation.reports.dashboard import latest_year
from emulation.reports.exports import weak_years_table
from emulation.reports.inspections import followed_by
from emulation.services import weak_points as service
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access
from units.keys import key_of
from units.locking import refuse_unless
from units.models import Role, Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 25


def _point(request: HttpRequest, pk: int) -> WeakPoint:
    rows = WeakPoint.objects.visible_to(request.user).select_related(
        "unit", "owner", "indicator", "report__round__drive", "report__unit", "finding__item__inspection",
        "raised_by", "repeats", "closed_by",
    )  # fmt: skip
    return get_object_or_404(rows, pk=pk)


def _crumbs(*points: WeakPoint) -> list[Crumb]:
    return [*register_crumbs("weak_points"), *((point.title, point.get_absolute_url()) for point in points)]


# ── reading ───────────────────────────────────────────────────────────────


def _filtered(request: HttpRequest) -> tuple[WeakPointFilter, WeakPointQuerySet]:
    access.require(access.reads_figures(request.user))
    form = WeakPointFilter(request.GET)
    return form, form.filter(WeakPoint.objects.visible_to(request.user), request.user)


@require_safe
def weak_point_list(request: HttpRequest) -> HttpResponseBase:
    """The board by state; with `?view=list` a plain list."""
    form, points = _filtered(request)
    if kind := asked_table(request):
        return table_file(kind, "khau-yeu", _("Weak points"), *report.export_table(report.listed(points)))
    year = form.chosen.get("year") or latest_year()
    mine = [m.unit for m in request.user.active_memberships if m.role in access.READERS]
    top = min(mine, key=lambda unit: (len(unit.path), unit.order, unit.code))
    context: dict[str, Any] = {
        "form": form, "raises": any(
            m.role in (Role.STAFF, Role.COMMANDER, Role.REVIEWER) for m in request.user.active_memberships
        ),
        "unit": top, "year": year, "breakthroughs": report.breakthroughs_of(top, year),
        "chooses": access.enters(request.user, top),
    }  # fmt: skip
    if form.as_list:
        context["page"] = Paginator(report.listed(points), PER_PAGE).get_page(request.GET.get("page"))
        return render(request, "emulation/weak_points/list.html", context)
    context["columns"] = report.board(points)
    return render(request, "emulation/weak_points/board.html", context)


@require_safe
def weak_point_detail(request: HttpRequest, pk: int) -> HttpResponse:
    point = _point(request, pk)
    user, State = request.user, WeakPoint.State
    works = service.works_on(user, point.unit)
    inspection = point.finding.item.inspection if point.finding else None
    context = {
        "point": point, "steps": report.timeline(point), "chain": report.chain_of(point),
        "again": list(point.repeated_by.all()),
        "days": report.days_text(point.days_left) if point.days_left is not None else "",
        "finding": point.finding if inspection and _reads(request, inspection) else None,
        "files": files_context(user, "weak-point", point),
        "sets": works and point.state in WeakPoint.WITH_UNIT,
        "reports": works and point.state in WeakPoint.WORKED_ON,
        "moves": point.state in WeakPoint.WITH_UNIT and point.deadline and service.may_move(user, point),
        "judges": point.state == State.REPORTED and service.may_judge(user, point),
        "crumbs": [*_crumbs(), (point.title, "")],
    }  # fmt: skip
    return render(request, "emulation/weak_points/detail.html", context)


def _reads(request: HttpRequest, inspection: Inspection) -> bool:
    return Inspection.objects.visible_to(request.user).filter(pk=inspection.pk).exists()


@require_safe
def weak_point_history(request: HttpRequest, unit: int) -> HttpResponseBase:
    """The weak points of a unit over the years: settled for good, or come back."""
    found = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
    records = report.history(found)
    if kind := asked_table(request):
        return table_file(kind, f"khau-yeu-{found.code}", _("Weak points"), *weak_years_table(records))
    context = {
        "unit": found, "records": records, "crumbs": [*_crumbs(), (found.name, "")],
        "raises": service.may_raise(request.user, found),
    }  # fmt: skip
    return render(request, "emulation/weak_points/history.html", context)


# ── raising ───────────────────────────────────────────────────────────────


def _arisen(request: HttpRequest) -> WeakPoint:
    """A point not saved yet, as far as the address says where it arose: a finding, a sheet, a figure, or nothing.

    What it arose from is read here, not taken from the address.
    """
    query = request.GET
    point = WeakPoint(year=latest_year(), raised_by=request.user)
    if query.get("finding"):
        _from_finding(request, point, _key(query["finding"]))
    elif query.get("report"):
        _from_report(request, point, _key(query["report"]))
    elif query.get("unit"):
        units = Unit.objects.filter(access.figures_q(request.user))
        point.unit = get_object_or_404(units, pk=_key(query["unit"]))
        if query.get("indicator"):
            _from_figure(point, query["indicator"], query.get("year", ""), query.get("period", ""))
    return point


def _key(text: str) -> int:
    key = key_of(text)
    if key is None:
        raise Http404
    return key


def _from_finding(request: HttpRequest, point: WeakPoint, pk: int) -> None:
    rows = InspectionFinding.objects.visible_to(request.user).select_related(
        "unit", "item__inspection", "item__point"
    )
    found = get_object_or_404(rows, pk=pk)
    point.unit, point.finding, point.source = found.unit, found, WeakPoint.Source.FINDING
    point.year = found.item.inspection.starts.year
    point.title, point.description = found.item.text[:200], found.words
    point.grounds = f"{found.item.inspection.title}: “{found.words}”"[:700]


def _from_report(request: HttpRequest, point: WeakPoint, pk: int) -> None:
    rows = Report.objects.visible_to(request.user).select_related("unit", "round__drive")
    sheet = get_object_or_404(rows, pk=pk)
    line = request.GET.get("indicator")
    indicator = get_object_or_404(Indicator, pk=_key(line)) if line else None
    known, event = report.remark(sheet, indicator)
    point.unit, point.report, point.event, point.indicator = sheet.unit, sheet, event, indicator
    point.source, point.year = WeakPoint.Source.REMARK, sheet.round.year
    point.title, point.grounds = known.title, known.text


def _from_figure(point: WeakPoint, code: str, year: str, period: str) -> None:
    indicator = get_object_or_404(Indicator, code=code)
    found = _key(year)
    if found not in YEARS or period not in QUARTERS:
        raise Http404
    known = report.missed(point.unit, indicator, found, period)
    if known is None:
        raise Http404
    point.indicator, point.period, point.year, point.source = indicator, period, found, WeakPoint.Source.MISS
    point.title, point.grounds = known.title, known.text


@require_http_methods(FORM)
def weak_point_create(request: HttpRequest) -> HttpResponse:
    """Raise a weak point, prefilled with where it arose."""
    access.require(access.has_role(request.user, Role.STAFF, Role.COMMANDER, Role.REVIEWER))
    point = _arisen(request)
    if point.finding and (again := followed_by(point.finding, point.finding.item.point)):
        return redirect(again)
    given = point.unit if point.unit_id else None
    access.require(given is None or service.may_raise(request.user, given))
    units = service.raising_units(request.user)
    form = RaiseForm(request.POST or None, instance=point, units=units, given=given)
    note = f"{given}. {point.grounds}" if given else ""
    return form_step(
        request, form,
        lambda: service.raise_point(form.instance, by=request.user, repeats=form.cleaned_data.get("repeats")),
        done=_("The weak point has been raised."), crumbs=_crumbs(), heading=_("Raise a weak point"),
        submit=_("Raise it"), note=note,
    )  # fmt: skip


# ── steps ─────────────────────────────────────────────────────────────────


def _step(
    request: HttpRequest, point: WeakPoint, form: forms.Form, write: Callable[[], Any], *,
    first: Callable[[], object], heading: str, submit: str, done: str, note: str = "",
    about: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    """The page of one step, which opens unless `first` refuses; `write` is called once the form is valid."""
    return form_step(
        request, form, write, done=done, to=point, first=first, crumbs=_crumbs(point), heading=heading, submit=submit,
        note=note, about=about,
    )  # fmt: skip


@require_http_methods(FORM)
def weak_point_measure(request: HttpRequest, pk: int) -> HttpResponse:
    """Who settles it, how, and until when."""
    point = _point(request, pk)
    access.require(service.works_on(request.user, point.unit))
    form = MeasureForm(request.POST or None, row=point)
    return _step(
        request, point, form,
        lambda: service.set_measure(point, **{"deadline": None} | form.cleaned_data, by=request.user),
        first=lambda: refuse_unless(point, *WeakPoint.WITH_UNIT), heading=_("Set the measure"),
        submit=_("Save the measure"), done=_("The measure has been set."),
        note=_("Name somebody of the unit, or the post that settles it."),
    )  # fmt: skip


@require_http_methods(FORM)
def weak_point_deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """Move the deadline, with a reason."""
    point = _point(request, pk)
    access.require(service.may_move(request.user, point))
    form = DeadlineForm(request.POST or None, row=point, initial={"deadline": None})
    return _step(
        request, point, form, lambda: service.move_deadline(point, **form.cleaned_data, by=request.user),
        first=lambda: service.refuse_unless_due(point), heading=_("Move the deadline"), submit=_("Move it"),
        done=_("The deadline has been moved."),
        note=_("The old deadline stays in the history, with your name and the reason."),
    )  # fmt: skip


@require_http_methods(FORM)
def weak_point_settled(request: HttpRequest, pk: int) -> HttpResponse:
    """The unit reports it as settled."""
    point = _point(request, pk)
    access.require(service.works_on(request.user, point.unit))
    form = SettledForm(request.POST or None)
    return _step(
        request, point, form,
        lambda: service.report_settled(point, words=form.cleaned_data["reason"], by=request.user),
        first=lambda: refuse_unless(point, *WeakPoint.WORKED_ON), heading=_("Report as settled"),
        submit=_("Report to the superior"),
        done=_("The superior's reviewer re-inspects it and closes it."),
        note=_("Attach the evidence on the page of the weak point. The superior re-inspects and closes it."),
    )  # fmt: skip


@require_http_methods(FORM)
def weak_point_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Close it or send it back after re-inspection; `?finding=` names the finding of an inspection."""
    point = _point(request, pk)
    access.require(service.may_judge(request.user, point))
    finding = None
    if request.GET.get("finding"):
        rows = InspectionFinding.objects.visible_to(request.user).select_related("item__inspection")
        finding = get_object_or_404(rows, pk=_key(request.GET["finding"]), item__point=point)
    form = JudgeForm(request.POST or None, initial={"reason": finding.words if finding else ""})

    def write() -> None:
        act = service.close if form.cleaned_data["verdict"] == JudgeForm.CLOSE else service.send_back
        act(point, reason=form.cleaned_data["reason"], by=request.user, finding=finding)

    return _step(
        request, point, form, write, first=lambda: service.refuse_unless_judged(point, finding),
        heading=_("Re-inspect the weak point"), submit=_("Record the re-inspection"),
        done=_("The re-inspection has been recorded."), note=f"{point.unit}: {point.title}",
        about={
            "template": "emulation/weak_points/settled.html", "point": point,
            "reported": report.reported_settled(point), "files": point.files.present(),
        },
    )  # fmt: skip


# ── breakthroughs ─────────────────────────────────────────────────────────


@require_http_methods(FORM)
def breakthrough_create(request: HttpRequest, unit: int) -> HttpResponse:
    found = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
    year = latest_year()
    return _breakthrough(request, Breakthrough(unit=found, since=year, until=year), _("New breakthrough field"))


@require_http_methods(FORM)
def breakthrough_update(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Breakthrough.objects.visible_to(request.user).select_related("unit")
    return _breakthrough(request, get_object_or_404(rows, pk=pk), _("Change the breakthrough field"))


def _breakthrough(request: HttpRequest, row: Breakthrough, heading: str) -> HttpResponse:
    access.require(access.enters(request.user, row.unit))
    form = BreakthroughForm(request.POST or None, instance=row, user=request.user)
    return form_step(
        request, form,
        lambda: service.save_breakthrough(form.instance, by=request.user, indicators=form.cleaned_data["indicators"]),
        done=_("Saved."), to=reverse("emulation:weak-point-list"), crumbs=_crumbs(), heading=heading,
        note=str(row.unit),
    )  # fmt: skip

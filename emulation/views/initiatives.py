"""The register of initiatives: list and export, one work, its steps at the unit and at the council."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.initiatives import (
    ApplyForm,
    ContestForm,
    RecognitionForm,
    RefuseForm,
    RevokeForm,
    ScoreForm,
    WorkFilter,
    WorkForm,
)
from emulation.models import ContestEntry, InitiativeWork, Recognition
from emulation.models.initiatives import WorkQuerySet, days_of
from emulation.reports import initiatives as report
from emulation.reports.dashboard import latest_year
from emulation.reports.exports import records_table
from emulation.reports.unfed import missed_by
from emulation.services import initiatives as service
from emulation.views.attachments import files_context
from emulation.views.registers import register_crumbs
from units import access, clock
from units.errors import Refused
from units.locking import refuse_unless
from units.models import Initiative, Role, Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
PER_PAGE = 25
State = InitiativeWork.State


def get_work(request: HttpRequest, pk: int) -> InitiativeWork:
    rows = InitiativeWork.objects.visible_to(request.user).select_related("unit", "template")
    return get_object_or_404(rows, pk=pk)


def crumbs_to(work: InitiativeWork | None = None) -> list[Crumb]:
    found = register_crumbs("initiatives")
    return [*found, (work.title, work.get_absolute_url())] if work else found


# ── list ──────────────────────────────────────────────────────────────────


def _filtered(request: HttpRequest) -> tuple[WorkFilter, WorkQuerySet]:
    access.require(access.reads_figures(request.user))
    form = WorkFilter(request.GET)
    if not form.is_valid():
        raise Http404
    return form, form.filter(InitiativeWork.objects.visible_to(request.user), request.user)


@require_safe
def initiative_list(request: HttpRequest) -> HttpResponseBase:
    form, rows = _filtered(request)
    if kind := asked_table(request):
        return table_file(kind, "sang-kien", _("Initiatives"), report.export_heads(), report.export_rows(rows))
    page = Paginator(report.for_list(rows), PER_PAGE).get_page(request.GET.get("page"))
    unit, year = _unit_shown(request, form), form.cleaned_data["year"] or latest_year()
    context = {
        "form": form, "page": page, "rows": [report.row_of(work) for work in page],
        "filtered": any(value for name, value in request.GET.items() if name != "page"),
        "writes": access.has_role(request.user, Role.STAFF),
        "standing": report.standing_of(unit, year) if unit else None, "place": unit, "year": year,
        "entries_of": unit if form.cleaned_data["only"] else None,
    }  # fmt: skip
    return render(request, "emulation/initiatives/list.html", context)


def _unit_shown(request: HttpRequest, form: WorkFilter) -> Unit | None:
    """The unit whose registered number stands on the page: the one of the filter, else the user's own."""
    units = Unit.objects.filter(access.figures_q(request.user))
    chosen = form.cleaned_data
    if chosen["only"].isdecimal():
        return units.filter(pk=int(chosen["only"][:12])).first()
    if chosen["unit"]:
        return units.filter(code__iexact=chosen["unit"].strip()).first()
    return next((m.unit for m in request.user.active_memberships if m.role in access.READERS), None)


@require_safe
def initiative_records(request: HttpRequest) -> HttpResponseBase:
    """Plain records about people of the user's own units from which a work can be begun."""
    access.require(access.has_role(request.user, Role.STAFF))
    records = report.plain_records(request.user)
    if kind := asked_table(request):
        return table_file(kind, "sang-kien-chua-ghi", _("Records without a work"), *records_table(records))
    page = Paginator(records, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "crumbs": [*crumbs_to(), (_("Records without a work"), "")]}
    return render(request, "emulation/initiatives/records.html", context)


# ── one work ──────────────────────────────────────────────────────────────


@require_safe
def initiative_detail(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_object_or_404(report.with_all(InitiativeWork.objects.visible_to(request.user)), pk=pk)
    user = request.user
    writes, judges = service.may_write(user, work), service.judges(user, work)
    undecided = work.state in service.WITH_COUNCIL
    context = {
        "work": work, "crumbs": [*crumbs_to(), (work.title, "")], "scored": report.scored(work),
        "steps": report.steps_of(work),
        "writes": writes and work.state == State.PROPOSED,
        "submits": service.may_submit(user, work) and work.state == State.PROPOSED,
        "takes_back": service.may_submit(user, work) and work.state == State.SUBMITTED,
        "applies": writes and work.state == State.RECOGNISED,
        "contests": writes or judges, "judges": judges and undecided,
        "recognises": judges and work.state in service.RECOGNISABLE, "corrects": judges,
        "files": files_context(user, "initiative", work),
        "unfed": missed_by(work.unit, service.FEEDS, days_of(work), user),
    }  # fmt: skip
    return render(request, "emulation/initiatives/detail.html", context)


@require_http_methods(FORM)
def initiative_create(request: HttpRequest) -> HttpResponse:
    """A new work; with `?record=` it begins from a plain record about a person."""
    access.require(access.has_role(request.user, Role.STAFF))
    record = report.plain_records(request.user).filter(pk=_key(request.GET.get("record", ""))).first()
    form = WorkForm(request.POST or None, user=request.user, initial=_initial(record))
    return form_step(
        request, form,
        lambda: service.create_work(
            form.cleaned_data["unit"], form.people, by=request.user, record=record, **form.columns()
        ),
        done=lambda work: _("“%(title)s” has been added.") % {"title": work.title}, crumbs=crumbs_to(),
        heading=_("New initiative"),
    )  # fmt: skip


def _key(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 13 else 0


def _initial(record: Initiative | None) -> dict[str, Any]:
    if record is None:
        return {"year": clock.today().year}
    share = f"; {record.share}" if record.share else ""
    return {
        "unit": record.person.unit_id, "title": record.title, "kind": record.kind, "year": record.year,
        "authors": f"{record.person.service_number}{share}",
    }  # fmt: skip


@require_http_methods(FORM)
def initiative_update(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_work(request, pk)
    access.require(service.may_write(request.user, work))
    form = WorkForm(request.POST or None, instance=work, user=request.user)
    return _step(
        request, work, form, _("Change the work"), _("Save"), _("The work has been changed."),
        lambda: service.change_work(work, form.people, by=request.user, **form.columns()), states=[State.PROPOSED],
    )  # fmt: skip


def _step(
    request: HttpRequest, work: InitiativeWork, form: forms.BaseForm, heading: str, submit: str, done: str,
    act: Callable[[], object], note: str = "", states: Collection[str] = State.values,
) -> HttpResponse:  # fmt: skip
    """The page of one form about a work in one of `states`: what the service refuses stands beside what was typed."""
    return form_step(
        request, form, act, done=done, to=work, first=lambda: refuse_unless(work, *states), crumbs=crumbs_to(work),
        heading=heading, submit=submit, note=note,
    )  # fmt: skip


def _plain(request: HttpRequest, pk: int, act: Callable[..., object], done: str) -> HttpResponse:
    """A step without a form."""
    work = get_work(request, pk)
    access.require(service.may_submit(request.user, work))
    try:
        act(work, by=request.user)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, done)
    return redirect(work)


@require_POST
def initiative_submit(request: HttpRequest, pk: int) -> HttpResponse:
    return _plain(request, pk, service.submit, _("The work has been submitted to the council of the superior."))


@require_POST
def initiative_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _plain(request, pk, service.take_back, _("The work has been taken back; it can be changed again."))


@require_http_methods(FORM)
def initiative_apply(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_work(request, pk)
    access.require(service.may_write(request.user, work))
    form = ApplyForm(request.POST or None, instance=work)
    return _step(
        request, work, form, _("Use and value"), _("Save"), _("Use and value have been recorded."),
        lambda: service.apply_work(work, by=request.user, **form.cleaned_data), states=[State.RECOGNISED],
    )  # fmt: skip


@require_http_methods(FORM)
def contest_create(request: HttpRequest, pk: int) -> HttpResponse:
    work = get_work(request, pk)
    return _contest(request, work, ContestEntry(work=work, year=work.year), _("Enter for a contest"))


@require_http_methods(FORM)
def contest_update(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ContestEntry.objects.filter(work__in=InitiativeWork.objects.visible_to(request.user))
    entry = get_object_or_404(rows.select_related("work__unit"), pk=pk)
    return _contest(request, entry.work, entry, _("Correct the contest entry"))


def _contest(request: HttpRequest, work: InitiativeWork, entry: ContestEntry, heading: str) -> HttpResponse:
    access.require(service.may_write(request.user, work) or service.judges(request.user, work))
    form = ContestForm(request.POST or None, instance=entry)
    return _step(
        request, work, form, heading, _("Save"), _("The contest entry has been recorded."),
        lambda: service.enter_contest(work, form.instance, by=request.user),
    )  # fmt: skip


# ── the council ───────────────────────────────────────────────────────────


def _judged(request: HttpRequest, pk: int) -> InitiativeWork:
    """A work that the user judges: 404 beyond reach, 403 for everybody else."""
    work = get_work(request, pk)
    access.require(service.judges(request.user, work))
    return work


@require_http_methods(FORM)
def score_create(request: HttpRequest, pk: int) -> HttpResponse:
    return _score(request, _judged(request, pk), None)


@require_http_methods(FORM)
def score_update(request: HttpRequest, pk: int, sheet: int) -> HttpResponse:
    return _score(request, _judged(request, pk), sheet)


def _score(request: HttpRequest, work: InitiativeWork, key: int | None) -> HttpResponse:
    sheet = get_object_or_404(work.sheets, pk=key) if key else None
    template = service.template_of(work)
    if template is None:
        messages.error(request, _("There is no active score sheet in the catalogue. Tell the administrator."))
        return redirect(work)
    form = ScoreForm(request.POST or None, template=template, row=sheet)
    data = form.cleaned_data if form.is_valid() else {}
    note = _("%(sheet)s. %(threshold)d points are needed. Copy what the member has signed on paper.") % {
        "sheet": template.label, "threshold": template.threshold,
    }  # fmt: skip
    return _step(
        request, work, form, _("Score sheet of a member"), _("Save"), _("The score sheet has been recorded."),
        lambda: service.score(
            work, data["member"], form.points(), by=request.user, remark=data["remark"], sheet=sheet
        ),
        note, service.WITH_COUNCIL,
    )  # fmt: skip


@require_http_methods(FORM)
def recognition_create(request: HttpRequest, pk: int) -> HttpResponse:
    work = _judged(request, pk)
    form = RecognitionForm(request.POST or None, instance=Recognition(work=work))
    return _step(
        request, work, form, _("Record the recognition"), _("Record"),
        _("The recognition has been recorded; the records of the authors and open sheets of the unit follow."),
        lambda: service.recognise(work, form.instance, by=request.user), states=service.RECOGNISABLE,
    )  # fmt: skip


@require_http_methods(FORM)
def recognition_update(request: HttpRequest, pk: int, recognition: int) -> HttpResponse:
    work = _judged(request, pk)
    row = get_object_or_404(work.recognitions, pk=recognition)
    form = RecognitionForm(request.POST or None, instance=row)
    return _step(
        request, work, form, _("Correct the recognition"), _("Save"),
        _("The recognition has been corrected; what rests on it has followed."),
        lambda: service.correct_recognition(row, by=request.user, **form.cleaned_data),
    )  # fmt: skip


@require_http_methods(FORM)
def recognition_revoke(request: HttpRequest, pk: int, recognition: int) -> HttpResponse:
    work = _judged(request, pk)
    row = get_object_or_404(work.recognitions, pk=recognition)
    form = RevokeForm(request.POST or None)
    return _step(
        request, work, form, _("Revoke the recognition"), _("Revoke the recognition"),
        _("The recognition has been revoked; what rests on it has followed."),
        lambda: service.revoke_recognition(row, form.cleaned_data["reason"], by=request.user), str(row),
    )  # fmt: skip


@require_http_methods(FORM)
def initiative_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    work = _judged(request, pk)
    form = RefuseForm(request.POST or None)
    return _step(
        request, work, form, _("Not recognised"), _("Record"), _("The work is not recognised; the unit sees why."),
        lambda: service.refuse(work, form.cleaned_data["reason"], by=request.user), states=service.WITH_COUNCIL,
    )  # fmt: skip

"""Assessments: list, begin, fill in, hand in, judge, reopen; the items of a branch; the sheet on paper."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emulation.forms.assessments import AnswersForm, AssessmentFilter, BeginForm, ConfirmForm, PeriodForm
from emulation.forms.corrections import ReasonForm
from emulation.forms.sheets import GiveBackForm
from emulation.models import PERIODS, Assessment, Checklist
from emulation.models.assessments import AssessmentQuerySet
from emulation.periods import period_label, period_short
from emulation.reports import assessments as report
from emulation.reports.confirmed import assessment_page
from emulation.services import assessments as service
from emulation.views.registers import register_crumbs
from units import access, clock
from units.errors import Refused
from units.forms.fields import refusals
from units.locking import refuse_unless
from units.models import Role, Unit
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_page, form_step

FORM = ["GET", "HEAD", "POST"]
ROWS = 50
State = Assessment.State


def crumbs_to() -> list[Crumb]:
    return register_crumbs("checklists")


def _assessment(request: HttpRequest, pk: int) -> Assessment:
    rows = Assessment.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("checklist", "template", "unit", "cell", "person", "ready_by"), pk=pk
    )


def _filtered(request: HttpRequest) -> tuple[AssessmentFilter, AssessmentQuerySet]:
    access.require(access.reads_figures(request.user))
    form = AssessmentFilter(request.GET, user=request.user)
    if not form.is_valid():
        raise Http404
    return form, report.for_list(form.filter(Assessment.objects.visible_to(request.user)))


@require_safe
def assessment_list(request: HttpRequest) -> HttpResponseBase:
    form, rows = _filtered(request)
    if kind := asked_table(request):
        heads = report.export_heads()
        return table_file(kind, "danh-gia-noi-dung", _("Assessments"), heads, report.export_rows(rows))
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    begins = access.has_role(request.user, Role.STAFF)
    checklists = list(Checklist.objects.visible_to(request.user).in_use())
    top = next((m.unit for m in request.user.active_memberships if m.role in access.READERS), None)
    context = {
        "form": form, "page": page, "filtered": any(v for k, v in request.GET.items() if k != "page"),
        "begins": begins, "checklists": checklists, "top": top,
    }  # fmt: skip
    return render(request, "emulation/assessments/list.html", context)


@require_http_methods(FORM)
def assessment_create(request: HttpRequest, checklist: int) -> HttpResponse:
    access.require(access.has_role(request.user, Role.STAFF))
    found = get_object_or_404(Checklist.objects.visible_to(request.user).in_use(), pk=checklist)
    form = BeginForm(request.POST or None, user=request.user, checklist=found)
    if form.is_valid():
        with refusals(form):
            row = service.begin(found, **form.values(), by=request.user)
        if not form.errors:
            return redirect(row)
    heading = _("Assess: %(checklist)s") % {"checklist": found.label}
    return form_page(request, form, crumbs=crumbs_to(), heading=heading, submit=_("Begin"))


@require_http_methods(FORM)
def assessment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet: its staff fill it in, its commander hands it in, the reviewer judges it."""
    row = _assessment(request, pk)
    answers, judges = service.may_answer(request.user, row), service.may_judge(request.user, row)
    items = service.open_items(row) if answers else list(row.template.items.all()) if judges else []
    form = AnswersForm(request.POST if request.method == "POST" else None, row=row, items=items)
    confirm = ConfirmForm(request.POST if request.method == "POST" else None, page=assessment_page(row))
    problems: list[str] = []
    if request.method == "POST":
        try:
            if _done(request, row, form, confirm, answers=answers, judges=judges):
                return redirect(row)
        except Refused as refused:
            problems = refused.messages
    row.refresh_from_db(fields=["version", "ready_at"])
    sheet = report.sheet_of(row)
    stored = {line.item.pk: line.answer for line in sheet.lines if line.answer}
    fields = form.fields(stored, judging=judges)
    numbers, events = {line.item.pk: line.number for line in sheet.lines}, report.events_of(row)
    context = {
        "row": row, "sheet": sheet, "lines": [(line, fields.get(line.item.pk)) for line in sheet.lines],
        "answers": answers, "judges": judges, "scored": form.scored, "problems": problems,
        "wrong": [(numbers[key], text) for key, text in form.errors.items()],
        "hands_in": service.may_hand_in(request.user, row), "reopens": service.may_reopen(request.user, row),
        "steps": report.steps_of(row, events), "given_back": report.given_back(row, events),
        "confirm": confirm, "unready": report.unready_text(row, events),
        "discards": answers and row.state == State.DRAFT and not service.was_handed_in(row),
        "crumbs": [*crumbs_to(), (row.body_name, "")],
    }  # fmt: skip
    return render(request, "emulation/assessments/detail.html", context)


def _done(
    request: HttpRequest, row: Assessment, form: AnswersForm, confirm: ConfirmForm, *, answers: bool, judges: bool
) -> bool:  # fmt: skip
    """Do what the button says; False when something typed is wrong."""
    user, action = request.user, request.POST.get("action", "save")
    version = _number(request.POST.get("version", ""))
    if action in ("hand-in", "ready"):
        access.require(answers or action == "hand-in")
        if answers and form.items:
            if not form.is_valid:
                return False
            service.answer(row, form.entries, version=version, by=user)
        if action == "ready":
            service.mark_ready(row, by=user)
            messages.success(request, _("The assessment has been reported to the commander, who can hand it in now."))
        else:
            with transaction.atomic():
                if not (answers and form.items):  # else the answers are the user's own
                    confirm.refuse_unread()
                service.hand_in(row, by=user)
            messages.success(request, _("The assessment has been handed in."))
        return True
    access.require(judges if action in ("confirm", "send-back") else answers)
    if judges:  # before any error in what was typed: that may be due to the change alone
        with transaction.atomic():
            confirm.refuse_unread()
        service.refuse_unseen(row, version)
    if action == "send-back":
        form.errors |= service.too_short(form.reasons())
        if not form.is_valid:
            return False
        service.send_back(row, form.reasons(), version=version, by=user)
        messages.success(request, _("The items have been sent back; only they are open for the unit."))
        return True
    if action == "confirm" and form.is_valid:
        form.errors |= service.unsaid(row, form.entries)
    if not form.is_valid:
        return False
    if action == "confirm":
        service.confirm(row, form.entries, version=version, by=user)
        messages.success(request, _("The assessment has been confirmed."))
    elif action == "save":
        service.answer(row, form.entries, version=version, by=user)
        messages.success(
            request, _("The answers have been saved. Report them to the commander when they are complete.")
        )
    else:
        raise PermissionDenied
    return True


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_POST
def assessment_discard(request: HttpRequest, pk: int) -> HttpResponse:
    row = _assessment(request, pk)
    try:
        service.discard(row, by=request.user)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
        return redirect("emulation:assessment-detail", pk)
    messages.success(request, _("The assessment has been discarded."))
    return redirect("emulation:assessment-list")


@require_http_methods(FORM)
def assessment_give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The commander gives an assessment that was reported as ready back to the staff."""
    row = _assessment(request, pk)
    access.require(access.commands(request.user, row.unit))
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    return form_step(
        request, form, lambda: service.give_back(row, form.cleaned_data["reason"], by=request.user),
        first=lambda: service.refuse_unless_ready(row),
        done=_("The assessment has been given back; the staff find it in their work."), to=row,
        crumbs=[*crumbs_to(), (row.body_name, row.get_absolute_url())], submit=_("Give back to the staff"),
        heading=_("Give the assessment back to the staff"),
        note=_("The staff read your words on the assessment and report it as ready again when it is right."),
    )  # fmt: skip


@require_http_methods(FORM)
def assessment_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    row = _assessment(request, pk)
    access.require(access.reviews(request.user, row.unit))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    note = _("It no longer counts until it has been handed in and confirmed anew.")
    heading = _("Reopen the assessment")
    return form_step(
        request, form, lambda: service.reopen(row, form.cleaned_data["reason"], by=request.user),
        first=lambda: refuse_unless(row, State.CONFIRMED),
        done=_("The assessment is open again for the unit."), to=row,
        crumbs=[*crumbs_to(), (row.body_name, row.get_absolute_url())], heading=heading, submit=_("Reopen"),
        note=note,
    )  # fmt: skip


@require_safe
def assessment_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet on one A4 page, in Vietnamese: printed documents are."""
    row = _assessment(request, pk)
    with override("vi"):
        context = {"row": row, "sheet": report.sheet_of(row), "period": row.period_name}
    return render(request, "emulation/assessments/paper.html", context | {"crumbs": [
        *crumbs_to(), (row.body_name, row.get_absolute_url()), (_("Form on paper"), "")
    ]})  # fmt: skip


# ── a branch ──────────────────────────────────────────────────────────────


def _table(request: HttpRequest, checklist: int, unit: int) -> tuple[Checklist, Unit, int, str, report.Table | None]:
    found = get_object_or_404(Checklist.objects.visible_to(request.user), pk=checklist)
    place = get_object_or_404(Unit.objects.filter(access.figures_q(request.user)), pk=unit)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Http404
    newest = Assessment.objects.visible_to(request.user).filter(checklist=found).order_by("-year", "-pk").first()
    year = form.cleaned_data["year"] or (newest.year if newest else clock.today().year)
    period = form.cleaned_data["period"] or (newest.period if newest else "Y")
    template = service.version_of(found, year, period)
    table = report.branch_table(found, template, place, year, period, request.user) if template else None
    return found, place, year, period, table


@require_safe
def assessment_table(request: HttpRequest, checklist: int, unit: int) -> HttpResponseBase:
    """Items × units of a branch: which item most bodies fail, how many meet the model."""
    found, place, year, period, table = _table(request, checklist, unit)
    if (kind := asked_table(request)) and table is not None:
        name = f"{found.code.lower()}-{year}-{period.lower()}"
        return table_file(kind, name, found.label, report.table_heads(table), report.table_rows(table))
    context = {
        "checklist": found, "unit": place, "year": year, "period": period, "table": table,
        "period_name": period_label(year, period), "periods": [(code, period_short(code)) for code in PERIODS],
        "crumbs": [*crumbs_to(), (found.label, found.get_absolute_url()), (place.short, "")],
        "others": Checklist.objects.visible_to(request.user).in_use(),
    }  # fmt: skip
    return render(request, "emulation/assessments/table.html", context)

"""Single figures: the reviewer's request during review, the unit's correction after approval."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from emulation.forms.corrections import AnswerForm, AskForm, ReasonForm
from emulation.forms.sheets import CellForm
from emulation.models import Correction, FigureRequest, Report
from emulation.reports import sheets as sheet_rows
from emulation.reports.corrections import corrections_of, shown
from emulation.reports.evidence import files_of
from emulation.reports.exports import corrections_table
from emulation.reports.lines import SheetReading
from emulation.reports.resting import papers_on
from emulation.services import corrections as service
from emulation.services import sheets
from emulation.views.sheets import get_report
from units import access
from units.errors import LEAST_ORDER, Refused
from units.views.downloads import asked_table, table_file

State = Report.State


class _Cell:
    """One line of a sheet as a form: its row as it stands, or as it was typed."""

    def __init__(self, request: HttpRequest, report: Report, indicator: int, *, editing: bool) -> None:
        reading = SheetReading(report, only=[indicator])
        if indicator not in reading.specs:
            raise Http404
        self.spec = reading.specs[indicator]
        self.indicator = self.spec.indicator
        self.row = sheet_rows.row_of(reading.line(indicator), editing=editing, returned={})
        self.form = CellForm(request.POST, spec=self.spec) if request.method == "POST" else None

    def shown(self) -> sheet_rows.Row:
        """The row to show: with what was typed, once something was."""
        if self.form is None or not self.form.sent:
            return self.row
        return sheet_rows.retyped(
            self.row, self.form.typed, self.spec, seen=self.row.seen, errors=self.form.messages, conflict=False,
            theirs=None, by="",
        )  # fmt: skip


# ── during review ─────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def figure_request(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    """Ask about one figure of a sheet in review, answer, or take the question back."""
    report = get_report(request, pk)
    asks = Report.objects.judged_by(request.user).filter(pk=pk).exists()
    answers = sheets.may_enter(request.user, report)
    access.require(asks or answers)
    rows = list(report.requests.filter(indicator=indicator).select_related("asked_by", "answered_by"))
    asked = next((row for row in rows if row.ended_at is None), None)
    if asked is None:
        answers = False
    cell = _Cell(request, report, indicator, editing=answers)
    form: forms.Form = (AnswerForm if answers else AskForm)(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST":
        try:
            done = _request_done(request, report, asked, cell, form, asks=asks, answers=answers)
        except Refused as refused:
            problems = refused.messages
        else:
            if done:
                return done
    context = {
        "report": report, "row": cell.shown(), "name": cell.row.name, "rows": rows, "asked": asked,
        "form": form, "asks": asks, "answers": answers, "problems": problems, "least": LEAST_ORDER,
        "open": report.state == State.IN_REVIEW,
    }  # fmt: skip
    return render(request, "emulation/corrections/request.html", context)


def _request_done(
    request: HttpRequest, report: Report, asked: FigureRequest | None, cell: _Cell, form: forms.Form, *, asks: bool,
    answers: bool,
) -> HttpResponse | None:  # fmt: skip
    """Where to go after what was asked for; None when something typed is wrong."""
    back = redirect("emulation:report-review", report.pk)
    if asked is not None and asks and request.POST.get("action") == "take-back":
        service.take_back(asked, by=request.user)
        messages.success(request, _("The unit is no longer asked about this figure."))
        return back
    if asked is not None and answers:
        assert cell.form is not None
        valid = [form.is_valid(), cell.form.is_valid()]
        if not all(valid):
            return None
        change = None if cell.form.untouched else cell.form.change
        service.answer(asked, form.cleaned_data["reason"], by=request.user, change=change)
        messages.success(request, _("The reviewer has your answer."))
        return redirect(report)
    if not form.is_valid():
        return None
    service.ask(report, cell.indicator, form.cleaned_data["reason"], by=request.user)
    messages.success(request, _("The unit has been asked. The sheet stays in review; the line shows the answer."))
    return back


# ── after approval ────────────────────────────────────────────────────────


@require_GET
def correction_list(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What was asked to correct on a sheet; for its staff, the lines that can be corrected."""
    report = get_report(request, pk)
    proposes = sheets.may_enter(request.user, report) and report.state == State.APPROVED
    found = corrections_of(report)
    if kind := asked_table(request):
        return table_file(kind, f"dinh-chinh-{pk}", _("Corrections asked"), *corrections_table(found))
    waiting = {one.row.indicator_id for one in found if one.row.is_open}
    reading = SheetReading(report, items=False).lines() if proposes else []
    lines = [sheet_rows.row_of(line, editing=False, returned={}) for line in reading]
    context = {"report": report, "corrections": found, "lines": lines, "waiting": waiting, "proposes": proposes}
    return render(request, "emulation/corrections/list.html", context)


@require_http_methods(["GET", "POST"])
def correction_create(request: HttpRequest, pk: int, indicator: int) -> HttpResponse:
    """Staff propose what an approved figure is to become."""
    report = get_report(request, pk)
    access.require(sheets.may_enter(request.user, report))
    if report.state != State.APPROVED:
        return redirect(report)
    if request.method == "GET" and (there := report.corrections.open().filter(indicator=indicator).first()):
        messages.info(request, _("This correction of the figure is open already; withdraw it to propose another."))
        return redirect(there)
    cell = _Cell(request, report, indicator, editing=True)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if cell.form is not None:
        valid = [form.is_valid(), cell.form.is_valid()]
        if all(valid):
            try:
                row = service.propose(
                    report, cell.indicator, cell.form.entry, form.cleaned_data["reason"], by=request.user
                )
            except Refused as refused:
                problems = refused.messages
            else:
                messages.success(request, _("The correction has been proposed; your commander sends it."))
                return redirect(row)
    context = {
        "report": report, "row": cell.shown(), "name": cell.row.name, "form": form, "problems": problems,
        "least": LEAST_ORDER, "standing": cell.row,
    }  # fmt: skip
    return render(request, "emulation/corrections/form.html", context)


@require_http_methods(["GET", "POST"])
def correction_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A correction and its decision."""
    rows = Correction.objects.visible_to(request.user).select_related(
        "report__unit", "report__round__drive", "report__lineage", "indicator", "asked_by", "sent_by", "decided_by"
    )
    row = get_object_or_404(rows, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST":
        try:
            if _decided(request, row, form):
                return redirect(row)
        except Refused as refused:
            problems = refused.messages
    proposed, sent = row.state == Correction.State.PROPOSED, row.state == Correction.State.SENT
    commands = sheets.may_hand_in(request.user, row.report)
    decides = sent and service.may_decide(request.user, row)
    context = {
        "correction": shown([row])[0], "report": row.report, "form": form, "problems": problems,
        "files": files_of(row.report, indicator=row.indicator_id)[0],
        "sends": proposed and commands,
        "withdraws": row.is_open and (commands or sheets.may_enter(request.user, row.report)),
        "decides": decides, "least": LEAST_ORDER, "papers": papers_on(row.report) if decides else [],
    }  # fmt: skip
    return render(request, "emulation/corrections/detail.html", context)


def _decided(request: HttpRequest, row: Correction, form: ReasonForm) -> bool:
    """Do what the button says; False when the reason is missing."""
    user, action = request.user, request.POST.get("action")
    if action == "refuse":
        if form.is_valid():
            service.refuse(row, form.cleaned_data["reason"], by=user)
            messages.success(request, _("The correction has been refused; the figure stands."))
        return form.is_valid()
    acts: dict[str | None, tuple[Callable[..., Correction], str]] = {
        "send": (service.send, _("The correction has been sent to the reviewer.")),
        "withdraw": (service.withdraw, _("The correction has been withdrawn.")),
        "accept": (service.accept, _("The figure has been corrected; consolidated figures have followed.")),
    }
    if action not in acts:
        raise PermissionDenied
    act, words = acts[action]
    act(row, by=user)
    messages.success(request, words)
    return True

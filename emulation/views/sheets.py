"""The quarterly sheets of a unit: filling in, reporting as ready, giving back, handing in, withdrawing, history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from emulation.forms.review import MissingForm
from emulation.forms.sheets import (
    CellForm,
    GiveBackForm,
    ReportFilter,
    WithdrawForm,
    cell_forms,
    round_of_today,
)
from emulation.models import Report, Result
from emulation.reports import sheets as shown
from emulation.reports.confirmed import sheet_page
from emulation.reports.corrections import open_requests
from emulation.reports.deadlines import deadline_of
from emulation.reports.entry import refuse_unless_open
from emulation.reports.exports import changes_table, reading_table, sheets_table
from emulation.reports.extensions import terms_of
from emulation.reports.findings import Finding, all_findings
from emulation.reports.history import changes_of, timeline
from emulation.reports.lines import SheetReading
from emulation.reports.work import with_progress
from emulation.services import sheets as service
from emulation.services.cells import Conflict
from emulation.services.entry import save_cells
from emulation.services.feeds import report_nothing
from emulation.services.findings import acknowledge
from emulation.services.weak_points import may_raise
from emulation.views.findings import OPEN, reasons_in
from emulation.views.findings import shown as shown_findings
from units import access
from units.errors import Refused
from units.models import Role, Unit, User
from units.reports.officers import Lack, lack_of, lacks
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_step, turned_away

OWN = 12  # sheets of the own units, newest first
PER_PAGE = 25


def get_report(request: HttpRequest, pk: int) -> Report:
    """A sheet that the user reads, with its last step; 404 for others."""
    return get_object_or_404(Report.objects.visible_to(request.user).with_last_step(), pk=pk)


def closed_reason(report: Report) -> str:
    """Why no figure can be typed now; empty when it can."""
    try:
        refuse_unless_open(report)
    except Refused as refused:
        return refused.messages[0]
    return ""


def _read(request: HttpRequest, report: Report) -> shown.Sheet:
    editing = service.may_enter(request.user, report) and not closed_reason(report)
    return shown.read_sheet(report, editing=editing, reader=request.user)


def _page(
    request: HttpRequest, report: Report, sheet: shown.Sheet, *, problems: list[str] | None = None
) -> HttpResponse:
    user = request.user
    enters, commands = service.may_enter(user, report), service.may_hand_in(user, report)
    context = {
        "report": report,
        "sheet": sheet,
        "may_enter": enters,
        "closed": closed_reason(report) if enters and report.editable else "",
        "may_hand_in": commands and report.editable,
        "may_give_back": commands and report.editable and report.ready_at is not None,
        "may_withdraw": commands and report.state == Report.State.SUBMITTED,
        "may_review": access.reviews_above(user, report.unit) and report.state in Report.HANDED_IN,
        "lack": lack_of(report.unit) if report.editable and (enters or commands) else None,
        "correct": enters and report.state == Report.State.APPROVED,
        "requests": open_requests(report) if enters and report.state == Report.State.IN_REVIEW else [],
        "problems": problems or [],
    }
    return render(request, "emulation/sheets/detail.html", context)


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    report = get_report(request, pk)
    sheet = _read(request, report)
    if kind := asked_table(request):
        name = f"phieu-{report.unit.code}-{report.pk}"
        return table_file(kind, name, sheet.heading, *reading_table(sheet))
    return _page(request, report, sheet)


@require_GET
def sheet_list(request: HttpRequest) -> HttpResponseBase:
    """Sheets of the user's own units, and of the branch to be read."""
    user = request.user
    access.require(access.reads_figures(user))
    rows = Report.objects.select_related("unit", "round__drive", "lineage")
    own = [m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.COMMANDER)]
    ours = rows.filter(unit__in=own)
    if kind := asked_table(request, "own"):
        return table_file(kind, "phieu-don-vi", _("Sheets of my unit"), *sheets_table(ours.with_hand_in()))
    mine = ours[:OWN]
    asked = set(ReportFilter.base_fields) & set(request.GET)
    form = ReportFilter(request.GET if asked else {"round": round_of_today()})
    chosen = form.filter(rows.visible_to(user))
    if kind := asked_table(request):
        return table_file(kind, "phieu", _("Sheets of the branch"), *sheets_table(chosen.with_hand_in()))
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    items = with_progress([*mine, *page])
    context = {"mine": items[: len(mine)], "items": items[len(mine) :], "page": page, "form": form}
    return render(request, "emulation/sheets/list.html", context)


@require_GET
def history(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Timeline, and who changed which figure; `?indicator=` shows one cell."""
    report = get_report(request, pk)
    changes = report.changes.select_related("indicator", "by")
    chosen = request.GET.get("indicator", "")
    if re.fullmatch("[0-9]{1,9}", chosen):
        changes = changes.filter(indicator=int(chosen))
    if kind := asked_table(request):
        return table_file(kind, f"thay-doi-{pk}", _("Changes of figures"), *changes_table(changes, report))
    page = Paginator(changes, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "report": report,
        "steps": timeline(report),
        "page": page,
        "changes": changes_of(report, page),
        "chosen": chosen,
    }
    context["raises"] = may_raise(request.user, report.unit)
    return render(request, "emulation/sheets/history.html", context)


# ── typing ────────────────────────────────────────────────────────────────


def _store(report: Report, forms: Mapping[int, CellForm], by: User) -> dict[int, Result | None]:
    """Save the cells that were touched and are right; returns what stands in the way of others."""
    changes = [form.change for form in forms.values() if not form.untouched and form.is_valid()]
    try:
        save_cells(report, changes, by=by)
    except Conflict as conflict:
        save_cells(report, [change for change in changes if change.indicator not in conflict.stored], by=by)
        return conflict.stored
    return {}


def _save(request: HttpRequest, report: Report) -> HttpResponse | None:
    """Save the form of the whole sheet; the page with what is wrong, or None when everything is saved."""
    sheet = shown.read_sheet(report, editing=True)
    forms = cell_forms(request.POST, sheet.rows, sheet.specs)
    try:
        conflicts = _store(report, forms, request.user)
    except Refused as refused:
        problems = refused.messages
    else:
        wrong = [form for form in forms.values() if not form.untouched and not form.is_valid()]
        if not wrong and not conflicts:
            return None
        problems = []
    report = get_report(request, report.pk)
    reading = SheetReading(report)
    sheet = shown.read_sheet(report, editing=True, reading=reading)
    return _page(request, report, sheet.replaced(_kept(sheet, reading, forms, problems)), problems=problems)


def _kept(
    sheet: shown.Sheet, reading: SheetReading, forms: Mapping[int, CellForm], problems: list[str]
) -> dict[int, shown.Row]:
    """The rows that could not be saved, with what was typed and why."""
    by = authors(sheet.report, forms)
    kept = {}
    for row in sheet.rows:
        form = forms.get(row.key)
        if form is None or form.untouched or (form.is_valid() and form.entry == _entry(reading, row.key)):
            continue
        conflict = form.is_valid() and not problems
        kept[row.key] = shown.retyped(
            row, form.typed, form.spec, seen=form.data[form.add_prefix("seen")], errors=form.messages,
            conflict=conflict, theirs=reading.figures.get(row.key), by=by.get(row.key, "") if conflict else "",
        )  # fmt: skip
    return kept


def _entry(reading: SheetReading, indicator: int) -> Any:
    figure = reading.figures.get(indicator)
    return figure.entry if figure else None


def authors(report: Report, indicators: Iterable[int]) -> dict[int, str]:
    """Indicator → who changed the cell last."""
    rows = report.changes.filter(indicator__in=list(indicators)).select_related("by").order_by("at", "pk")
    return {row.indicator_id: str(row.by) for row in rows}


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole form, without script: right cells are saved, wrong ones shown with what was typed."""
    report = get_report(request, pk)
    access.require(service.may_enter(request.user, report))
    page = _save(request, report)
    if page is not None:
        return page
    messages.success(request, _("The figures have been saved."))
    return redirect(report)


@require_POST
def nothing(request: HttpRequest, pk: int) -> HttpResponse:
    """Report nothing in the fed cells that are empty as their registers are."""
    report = get_report(request, pk)
    access.require(service.may_enter(request.user, report))
    try:
        count = report_nothing(report, by=request.user)
    except Refused as refused:
        return _page(request, report, _read(request, report), problems=refused.messages)
    words = ngettext(
        "“Nothing occurred” has been reported in %(count)d cell, as its register says.",
        "“Nothing occurred” has been reported in %(count)d cells, as their registers say.", count,
    )  # fmt: skip
    messages.success(request, words % {"count": count})
    return redirect(report)


@require_POST
def ready(request: HttpRequest, pk: int) -> HttpResponse:
    """Save what stands in the form, then report the sheet as ready to the commander."""
    report = get_report(request, pk)
    access.require(service.may_enter(request.user, report))
    page = _save(request, report)
    if page is not None:
        return page
    try:
        service.mark_ready(report, by=request.user)
    except Refused as refused:
        return _page(request, report, _read(request, report), problems=refused.messages)
    if lack_of(report.unit).commander:
        words = _("The sheet is ready, but %(unit)s has no commander: nobody can hand it in. Tell the administrator.")
        messages.warning(request, words % {"unit": report.unit})
    else:
        messages.success(request, _("The sheet has been reported to the commander, who can hand it in now."))
    return redirect(report)


# ── handing in ────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """What is about to be handed in, and the hand-in itself."""
    report = get_report(request, pk)
    access.require(service.may_hand_in(request.user, report))
    if away := turned_away(request, lambda: service.require_state(report, *Report.EDITABLE), report):
        return away
    if not report.editable:  # sent twice: it has been handed in
        return redirect(report)
    problems: list[str] = [closed_reason(report)] if closed_reason(report) else []
    typed, wrong = reasons_in(request.POST), ""
    waiting = service.waiting_below(report)
    data = request.POST if request.method == "POST" else None
    form = MissingForm(data, waiting=waiting, page=sheet_page(report))
    if request.method == "POST":
        try:
            with transaction.atomic():
                form.refuse_unread()
                acknowledge(report, typed, by=request.user)
                service.hand_in(report, by=request.user, missing=form.named, reason=form.reason)
        except Refused as refused:
            problems, wrong = refused.messages, refused.field or ""
        else:
            messages.success(request, receipt(report))
            return redirect(report)
    sheet = shown.read_sheet(report, editing=False, reader=request.user)
    context: dict[str, Any] = shown_findings(
        all_findings(report), typed, wrong if wrong.startswith("why-") or not problems else OPEN
    )
    context |= {
        "report": report,
        "sheet": sheet,
        "unready": shown.unready_text(report),
        "problems": problems,
        "box": _box(wrong, context["warnings"]),
        "may_answer": True,
        "below": form,
        "lack": lack_of(report.unit),
        "lacks": lacks_of(waiting),
    }
    return render(request, "emulation/sheets/hand_in.html", context)


def lacks_of(waiting: list[Report]) -> list[tuple[Unit, Lack]]:
    """Of the units of sheets that are waited for those that lack somebody. One query, none without sheets."""
    found = lacks(row.unit_id for row in waiting) if waiting else {}
    return [(row.unit, found[row.unit_id]) for row in waiting if found[row.unit_id]]


def _box(field: str, warnings: list[tuple[Finding, str, str, bool]]) -> str:
    """Id of the box on the page that a refused hand-in is about; empty where it is about none."""
    if field == service.WARNINGS:
        return next((name for one, name, _typed, _wrong in warnings if one.open), "")
    return {"reason": "missing-reason", "missing": "missing-reason"}.get(field, field)


def receipt(report: Report) -> str:
    """What happens next, and who does it."""
    reviewer = access.reviewing_units([report.unit])[report.unit_id]
    if reviewer is None:
        return _("The sheet has been handed in. No unit above has a reviewer yet: tell the administrator.")
    return _("The sheet has been handed in. It waits for review at %(unit)s and can be withdrawn until then.") % {
        "unit": Unit.objects.get(pk=reviewer)
    }


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The commander takes the sheet back, once sure, with a word to the staff."""
    report = get_report(request, pk)
    access.require(service.may_hand_in(request.user, report))
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    return form_step(
        request, form, lambda: service.withdraw(report, by=request.user, reason=form.cleaned_data["reason"]),
        done=withdrawn_words(report, request.user), to=report, submit=_("Withdraw"),
        first=lambda: service.require_state(report, Report.State.SUBMITTED),
        crumbs=crumbs_of(report), heading=_("Withdraw the sheet of %(round)s") % {"round": report.round},
        note=_("The sheet leaves the review and is with your staff again, who are told. Hand it in again by %(day)s.")
        % {"day": date_format(deadline_of(terms_of([report])[report.pk], report.state).day, "d/m/Y")},
    )  # fmt: skip


def withdrawn_words(report: Report, user: User) -> str:
    """What comes next, by what the reader may do."""
    if service.may_enter(user, report):
        return _("The sheet has been withdrawn; its figures can be changed again.")
    return _(
        "The sheet has been withdrawn. The staff have been told: they change its figures and report it as ready "
        "again."
    )


@require_http_methods(["GET", "POST"])
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The commander gives a sheet that was reported as ready back to the staff."""
    report = get_report(request, pk)
    access.require(service.may_hand_in(request.user, report))
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    return form_step(
        request, form, lambda: service.give_back(report, by=request.user, reason=form.cleaned_data["reason"]),
        done=_("The sheet has been given back; the staff have been told."), to=report,
        first=lambda: service.refuse_unless_ready(report),
        submit=_("Give back to the staff"), crumbs=crumbs_of(report),
        heading=_("Give the sheet of %(round)s back to the staff") % {"round": report.round},
        note=_("The staff read your words on the sheet and report it as ready again when it is right."),
    )  # fmt: skip


def crumbs_of(report: Report) -> list[Crumb]:
    """The way to the sheet."""
    name = _("Sheet of %(round)s – %(unit)s") % {"round": report.round, "unit": report.unit.name}
    return [(_("Quarterly sheets"), reverse("emulation:report-list")), (name, report.get_absolute_url())]

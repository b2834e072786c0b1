"""Review of sheets: the queue, taking up, the verdict line by line, reopening."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from emulation.forms.corrections import ReasonForm
from emulation.forms.review import QueueFilter, ReopenForm, VerdictForm, WholeReturnForm
from emulation.models import Report
from emulation.models.reports import ReportQuerySet
from emulation.reports.corrections import waiting_corrections
from emulation.reports.exports import office_table, review_table, sheets_table, waiting_table
from emulation.reports.resting import papers_on
from emulation.reports.review import QUEUE, Review, queue_beside, read_review
from emulation.reports.verdicts import office_sheets
from emulation.reports.work import with_progress
from emulation.services import sheets as service
from units import access
from units.errors import LEAST_ORDER, Refused
from units.keys import key_of
from units.models import Role
from units.views.downloads import asked_table, table_file

PER_PAGE = 25
BY_DEADLINE = ("round__due", "lineage__path", "pk")
State = Report.State
WAITING = [State.SUBMITTED, State.IN_REVIEW]


def _report(request: HttpRequest, pk: int) -> Report:
    """A sheet that the user judges: 404 beyond reach, 403 for whoever only reads it."""
    report = (
        Report.objects.judged_by(request.user)
        .with_last_step()
        .with_hand_in()
        .with_last_change()
        .filter(pk=pk)
        .first()
    )
    if report is None:
        get_object_or_404(Report.objects.visible_to(request.user), pk=pk)
        raise PermissionDenied
    return report


@require_GET
def review_list(request: HttpRequest) -> HttpResponseBase:
    """The sheets the user is responsible for, with counters by state."""
    access.require(access.has_role(request.user, Role.REVIEWER))
    form = QueueFilter(request.GET)
    rows = Report.objects.judged_by(request.user)
    by_state = form.in_round(rows).order_by().values_list("state").annotate(Count("pk"))
    chosen = form.filter(rows).select_related("unit", "round__drive", "lineage").with_hand_in()
    chosen = chosen.order_by(*BY_DEADLINE)
    if kind := asked_table(request):
        return table_file(kind, "tham-dinh", _("Sheets of the units below"), *sheets_table(chosen))
    corrections, of_office = waiting_corrections(request.user), office_sheets(request.user)
    if kind := asked_table(request, "corrections"):
        return table_file(kind, "dinh-chinh", _("Corrections of approved figures"), *waiting_table(corrections))
    if kind := asked_table(request, "office"):
        return table_file(kind, "co-quan", _("Lines of my office"), *office_table(of_office))
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "tabs": form.tabs(dict(by_state)),
        "page": page,
        "items": with_progress(page),
        "corrections": corrections,
        "of_office": of_office,
        "judges_whole": access.judges_whole_sheets(request.user),
    }
    return render(request, "emulation/review/list.html", context)


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A sheet line by line; POST gives the verdict on all lines."""
    report = _report(request, pk)
    if report.state not in Report.HANDED_IN:
        return redirect(report)
    found = read_review(report, request.user)
    if kind := asked_table(request):
        name = f"tham-dinh-{report.unit.code}-{pk}"
        return table_file(kind, name, _("Lines of the sheet"), *review_table(found))
    if request.method == "GET":
        return _page(request, found, VerdictForm(None, rows=found.rows))
    form = VerdictForm(request.POST, rows=found.rows)
    if request.POST.get("action") == "plain":
        return _page(request, found, form, plain=True, quiet=True)
    if request.POST.get("action") == "whole":
        return _return_whole(request, found, form)
    if not form.is_valid():
        return _page(request, found, form)
    try:
        if form.returned:
            service.send_back(report, by=request.user, lines=form.returned)
        else:
            service.approve(report, by=request.user, seen=key_of(request.POST.get("seen", "")) or 0)
    except Refused as refused:
        form = VerdictForm(_without_unread(request, report), rows=found.rows)
        return _page(request, found, form, problems=refused.messages)
    return _next(request, report, _verdict(report, len(form.returned)))


def _without_unread(request: HttpRequest, report: Report) -> QueryDict:
    """What was sent, without verdicts on figures that changed after they were shown: these are read first."""
    data = request.POST.copy()
    changed = report.changes.filter(pk__gt=key_of(data.get("seen", "")) or 0)
    for pk in changed.values_list("indicator_id", flat=True):
        data.pop(f"v{pk}", None)
    return data


def _return_whole(request: HttpRequest, found: Review, form: VerdictForm) -> HttpResponse:
    """Send the whole sheet back; what was typed for single lines stays when this is refused."""
    whole = WholeReturnForm(request.POST)
    if not whole.is_valid():
        return _page(request, found, form, quiet=True, whole=whole)
    try:
        service.send_back(found.report, by=request.user, reason=whole.cleaned_data["whole"])
    except Refused as refused:
        return _page(request, found, form, quiet=True, problems=refused.messages)
    return _next(request, found.report, _("The sheet has been returned to %(unit)s.") % {"unit": found.report.unit})


def _verdict(report: Report, returned: int) -> str:
    if not returned:
        return _("The sheet of %(unit)s has been approved.") % {"unit": report.unit}
    words = ngettext(
        "%(count)d line has been returned to %(unit)s.", "%(count)d lines have been returned to %(unit)s.", returned
    )
    return words % {"count": returned, "unit": report.unit}


def _waiting(request: HttpRequest) -> ReportQuerySet:
    rows = Report.objects.judged_by(request.user).filter(state__in=WAITING)
    return rows.select_related("unit", "round__drive", "lineage").order_by(*BY_DEADLINE)


def _next(request: HttpRequest, report: Report, message: str) -> HttpResponse:
    """On to the sheet that waits after this one in the queue; after the last, to the first; else to the list."""
    messages.success(request, message)
    rows = Report.objects.judged_by(request.user).filter(Q(state__in=WAITING) | Q(pk=report.pk))
    keys = list(rows.order_by(*BY_DEADLINE).values_list("pk", flat=True))
    at = keys.index(report.pk)
    others = [*keys[at + 1 :], *keys[:at]]
    return redirect("emulation:report-review", others[0]) if others else redirect("emulation:review-list")


def _page(
    request: HttpRequest, found: Review, form: VerdictForm, *, plain: bool = False, quiet: bool = False,
    whole: WholeReturnForm | None = None, problems: list[str] | None = None,
) -> HttpResponse:  # fmt: skip
    """The sheet under review; `plain` approves open lines without warning, `quiet` says nothing of the others.

    `seen` names the figures that are shown: whoever has changed one meanwhile stops the approval.
    """
    seen = found.report.last_change or 0
    context = {
        "report": found.report,
        "review": found,
        "verdicts": form.by_group(found, plain=plain, quiet=quiet),
        "judging": found.report.state == State.IN_REVIEW or form.is_bound,
        "wrong": [] if quiet else form.wrong(),
        "whole": whole,
        "problems": problems or [],
        "queue": queue_beside(_waiting(request)[:QUEUE], found.report),
        "least": LEAST_ORDER,
        "seen": seen,
        "sent": form.is_bound,
        "undoes": found.report.state == State.APPROVED and service.approved_by(found.report, request.user),
    }
    return render(request, "emulation/review/detail.html", context)


@require_POST
def approve_many(request: HttpRequest) -> HttpResponse:
    """Approve the chosen sheets in which nothing stands out: first say which, then approve each for itself.

    What is said and what is approved come from the same reading; a figure that changes in between stops its
    sheet, not the others. Every chosen sheet is read as a whole, so this costs as much as opening each.
    """
    access.require(access.has_role(request.user, Role.REVIEWER))
    chosen = [key.partition(":") for key in request.POST.getlist("report")[:PER_PAGE]]
    read_keys = [(key_of(pk), key_of(mark or "0")) for pk, _colon, mark in chosen]
    seen = {pk: mark for pk, mark in read_keys if pk is not None and mark is not None}
    rows = _waiting(request).filter(pk__in=seen)
    if request.POST.get("confirmed"):
        _approve_each(request, rows, seen)
        return redirect("emulation:review-list")
    if not rows:
        messages.info(request, _("Tick the sheets to approve first."))
        return redirect("emulation:review-list")
    read = [(read_review(report, request.user), service.last_change(report)) for report in rows]
    context = {
        "plain": [(found, mark) for found, mark in read if not found.hindrances],
        "others": [found for found, _mark in read if found.hindrances],
    }
    return render(request, "emulation/review/approve.html", context)


def _approve_each(request: HttpRequest, rows: ReportQuerySet, seen: dict[int, int]) -> None:
    """Each in a transaction of its own, with a message of its own."""
    for report in rows:
        try:
            with transaction.atomic():
                if report.state == State.SUBMITTED:
                    service.take_up(report, by=request.user)
                service.approve(report, by=request.user, seen=seen[report.pk])
        except Refused as refused:
            messages.error(request, f"{report}: {' '.join(refused.messages)}")
        else:
            messages.success(request, _verdict(report, 0))


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own approval back."""
    report = _report(request, pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            service.undo_approval(report, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            problems = refused.messages
        else:
            messages.success(request, _("The approval has been undone; the sheet is in review again."))
            return redirect("emulation:report-review", pk)
    context = {
        "report": report, "form": form, "problems": problems, "least": LEAST_ORDER, "papers": papers_on(report),
    }  # fmt: skip
    return render(request, "emulation/review/undo.html", context)


@require_POST
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    try:
        service.take_up(report, by=request.user)
    except Refused as refused:
        messages.error(request, " ".join(refused.messages))
    return redirect("emulation:report-review", pk)


@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an approved sheet again, whole or single lines, with a reason."""
    report = _report(request, pk)
    found = read_review(report, request.user)
    form = ReopenForm(request.POST if request.method == "POST" else None, rows=found.rows)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            service.reopen(report, by=request.user, reason=form.cleaned_data["reason"], lines=form.chosen)
        except Refused as refused:
            problems = refused.messages
        else:
            messages.success(request, _("The sheet of %(unit)s is open again.") % {"unit": report.unit})
            return redirect(report)
    context = {
        "report": report, "review": found, "form": form, "problems": problems, "papers": papers_on(report),
    }  # fmt: skip
    return render(request, "emulation/review/reopen.html", context)

"""Sessions of councils: plan, agenda, attendance, opening, breaking off."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import access as awards_access
from awards.forms.councils import AgendaFilter, AttendanceForm, BreakForm, ItemForm, LinesForm, SessionForm
from awards.models import AgendaItem, CouncilMember, Session
from awards.reports.achievements import in_words
from awards.reports.differences import differences
from awards.reports.exports import agenda_table
from awards.reports.notices import Objected, objected, running_words
from awards.reports.objections import upheld
from awards.reports.sessions import LISTED, addable, by_award_and_year, files_of, findings_for, session_page
from awards.services import sessions
from awards.views.councils import crumbs_to, get_council
from awards.views.nominations import saved_file
from units import clock
from units.access import can_read_figures, require
from units.errors import Refused
from units.forms.fields import refusals
from units.models import User
from units.views.downloads import asked_table, table_file
from units.views.pages import Crumb, form_page, form_step

FORM = ["GET", "HEAD", "POST"]


def get_session(user: User, pk: int) -> Session:
    rows = Session.objects.visible_to(user).select_related("council__unit", "counted_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk)


def run_session(user: User, pk: int) -> Session:
    """A session that the user prepares and runs."""
    session = get_session(user, pk)
    require(awards_access.runs_sessions(user, session.council))
    return session


def get_item(user: User, pk: int) -> AgendaItem:
    rows = AgendaItem.objects.filter(session__in=Session.objects.visible_to(user))
    return get_object_or_404(
        rows.select_related("session__council__unit", "award", "lower", "line__dossier__unit"), pk=pk
    )


def crumbs_into(session: Session) -> list[Crumb]:
    return [*crumbs_to(session.council), (session.title, session.get_absolute_url())]


def begun(request: HttpRequest, session: Session) -> HttpResponse | None:
    """Back to the session with a word where its preparation is over: an old link leads to no form that cannot be
    saved. None while it is prepared, and for what is sent: the service refuses that beside what was typed.
    """
    if request.method == "POST" or session.state == Session.State.PLANNED:
        return None
    words = _("The session is “%(state)s”: this is not possible any more.")
    messages.error(request, words % {"state": session.get_state_display()})
    return redirect(session)


def told(request: HttpRequest, error: Refused) -> None:
    for message in error.messages:
        messages.error(request, message)


@require_safe
def session_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    session = get_session(request.user, pk)
    page = session_page(session, request.user)
    if kind := asked_table(request):
        return table_file(kind, f"phien-hop-{pk}", session.title, *agenda_table(page))
    going = session.state in (Session.State.PLANNED, Session.State.OPEN)
    lines = [row.item.line for row in page.entries] if going else []
    opens = page.officer and session.state == Session.State.PLANNED and bool(page.attendances)
    context = {
        "page": page,
        "session": session,
        "running": running_words(lines, clock.today()) if lines else [],
        "objected": objected(lines) if lines and page.sees_votes else Objected(),
        "differing": differences(request.user, lines, judges=True) if opens else [],
        "entries": Paginator(page.entries, LISTED).get_page(request.GET.get("page")),
        "crumbs": [*crumbs_to(session.council), (session.title, "")],
    }
    return render(request, "awards/councils/session.html", context)


@require_http_methods(FORM)
def session_create(request: HttpRequest, pk: int) -> HttpResponse:
    council = get_council(request.user, pk)
    require(awards_access.runs_sessions(request.user, council))
    form = SessionForm(request.POST or None, initial={"day": clock.today()})
    form.instance.council, form.instance.quorum = council, council.quorum
    return form_step(
        request, form, lambda: sessions.plan_session(council, by=request.user, **form.cleaned_data),
        done=_("The session has been planned. Now put nominations on its agenda."), crumbs=crumbs_to(council),
        heading=_("Plan a session"), submit=_("Plan a session"),
    )  # fmt: skip


@require_http_methods(FORM)
def session_update(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    form = SessionForm(request.POST or None, instance=session)
    return form_step(
        request, form, lambda: sessions.change_session(session, by=request.user, **form.cleaned_data),
        done=lambda _row: _("“%(row)s” has been saved.") % {"row": form.instance}, to=session,
        crumbs=crumbs_into(session), heading=_("Change day and place"),
    )  # fmt: skip


# ── the agenda ────────────────────────────────────────────────────────────


@require_http_methods(FORM)
def session_agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose among the lines that wait; a question with number, award and year; then exactly these are added."""
    session = run_session(request.user, pk)
    if over := begun(request, session):
        return over
    waiting = addable(session.council)
    form = AgendaFilter(request.GET, lines=waiting)
    if not form.is_valid():
        raise Http404
    ticked = LinesForm(request.POST or None, lines=waiting)
    if ticked.is_valid():
        lines = list(ticked.cleaned_data["line"])
        if not ticked.cleaned_data["confirmed"]:
            return _ask(request, session, lines)
        with refusals(ticked):
            added = sessions.add_lines(session, [line.pk for line in lines], by=request.user)
        if not ticked.errors:
            words = ngettext("%(n)d nomination added to the agenda.", "%(n)d nominations added to the agenda.", added)
            messages.success(request, words % {"n": added})
            return redirect(session)
    found = form.filter(waiting)
    context = {
        "session": session, "form": form, "ticked": ticked, "found": found, "crumbs": crumbs_at(session, _("Agenda")),
        "page": Paginator(found, LISTED).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "awards/councils/agenda.html", context)


def _ask(request: HttpRequest, session: Session, lines: list) -> HttpResponse:
    crumbs = crumbs_at(session, _("Agenda"))
    context = {"session": session, "lines": lines, "parts": by_award_and_year(lines), "crumbs": crumbs}
    return render(request, "awards/councils/agenda_confirm.html", context)


def crumbs_at(session: Session, label: str) -> list[Crumb]:
    return [*crumbs_into(session), (label, "")]


def judge_item(user: User, pk: int) -> tuple[AgendaItem, CouncilMember | None]:
    """An item whose documents the user may read, with the user's seat in the council."""
    item = get_item(user, pk)
    seat = awards_access.seat_of(user, item.session.council)
    require(awards_access.sees_votes(user, item.session.council, seat))
    return item, seat


@require_safe
def session_item(request: HttpRequest, pk: int) -> HttpResponse:
    """The documents of a line, for those who judge it: as they were frozen at the hand-in, and, until the vote is
    over, what differs today.
    """
    item, seat = judge_item(request.user, pk)
    nearby = list(item.session.items.values_list("pk", flat=True))
    place = nearby.index(item.pk)
    going = item.session.state in (Session.State.PLANNED, Session.State.OPEN)
    context = {
        "item": item,
        "line": item.line,
        "findings": findings_for(item.line, request.user, judges=seat is not None),
        "differing": differences(request.user, [item.line], judges=seat is not None) if going else [],
        "opens": can_read_figures(request.user, item.line.dossier.unit),
        "achievements": in_words(item.line.achievements or []),
        "files": files_of(item.line),
        "objections": upheld([item.line]) if seat is not None else [],
        "opinions": item.line.appraisals.select_related("office"),
        "before": nearby[place - 1] if place else None,
        "after": nearby[place + 1] if place + 1 < len(nearby) else None,
        "crumbs": crumbs_at(item.session, item.line.name),
    }
    return render(request, "awards/councils/item.html", context)


@require_safe
def session_file(request: HttpRequest, pk: int, file: int) -> HttpResponse:
    """A file of the line or of its dossier, for members who do not read the dossier's unit."""
    item, _seat = judge_item(request.user, pk)
    return saved_file(get_object_or_404(files_of(item.line), pk=file))


@require_http_methods(FORM)
def session_item_update(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_item(request.user, pk)
    require(awards_access.runs_sessions(request.user, item.session.council))
    if over := begun(request, item.session):
        return over
    form = ItemForm(request.POST or None, instance=item)
    if form.is_valid():
        with refusals(form):
            sessions.change_item(item, by=request.user, **form.cleaned_data)
        if not form.errors:
            return redirect(item.session)
    crumbs = crumbs_into(item.session)
    return form_page(request, form, crumbs=crumbs, heading=item.line.name, submit=_("Save"))


@require_POST
def session_item_remove(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_item(request.user, pk)
    require(awards_access.runs_sessions(request.user, item.session.council))
    try:
        sessions.take_off(item, by=request.user)
    except Refused as error:
        told(request, error)
    return redirect(item.session)


# ── attendance, opening, breaking off ─────────────────────────────────────


@require_http_methods(FORM)
def session_attendance(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    if over := begun(request, session):
        return over
    seats = session.council.members.on(session.day).select_related("user")
    form = AttendanceForm(request.POST or None, row=session, seats=seats)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            sessions.set_attendance(session, form.how(), by=request.user)
        if not form.errors:
            messages.success(request, _("The attendance has been recorded."))
            return redirect(session)
    context = {"session": session, "form": form, "crumbs": crumbs_at(session, _("Attendance"))}
    return render(request, "awards/councils/attendance.html", context)


@require_POST
def session_open(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    try:
        sessions.open_voting(session, known_changes="known_changes" in request.POST, by=request.user)
    except Refused as error:
        told(request, error)
    else:
        messages.success(request, _("The voting is open. Members, rules and agenda stand still from now on."))
    return redirect(session)


@require_http_methods(FORM)
def session_break(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    form = BreakForm(request.POST or None)
    note = _("Every ballot handed in is destroyed unread. This cannot be undone.")
    heading = _("Break the session off")
    return form_step(
        request, form, lambda: sessions.break_off(session, why=form.cleaned_data["why"], by=request.user),
        done=_("The session has been broken off; its nominations wait for a council again."), to=session,
        crumbs=crumbs_into(session), heading=heading, submit=heading, note=note,
    )  # fmt: skip


def back_to(session: Session, name: str) -> str:
    return reverse(f"awards:session-{name}", args=[session.pk])

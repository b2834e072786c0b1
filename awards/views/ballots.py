"""Voting: a member's ballots, counts by hand, closing; then the minutes.

What a member chooses travels in the body of requests alone: never in an address, the session store, a log of
errors or the cache of a browser. Nor does the size of a page tell it, which web servers log beside address and user.
"""

from __future__ import annotations

from secrets import randbelow, token_hex

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards.forms.councils import BallotForm, CountsForm, MinutesForm
from awards.models import Attendance, HandCount, Session
from awards.reports.kept_papers import content_of, kept_minutes
from awards.reports.known import known_of
from awards.reports.minutes import PAPERS, draft_minutes, gaps_of, paper_of
from awards.reports.papers import WRITERS
from awards.reports.sessions import VOTED, SessionPage, State, session_page
from awards.services import ballots, sessions
from awards.views.sessions import back_to, crumbs_at, get_session, run_session, told
from emulation.views.papers import TYPES
from units.access import require
from units.errors import Refused
from units.forms.fields import refusals
from units.text import fold

FORM = ["GET", "HEAD", "POST"]
NOISE = 2048  # characters; «không tán thành» is some ten longer than «tán thành»


def ballot_page(request: HttpRequest, name: str, context: dict[str, object]) -> HttpResponse:
    """A page with what was chosen, of a size that says nothing."""
    answer = render(request, f"awards/councils/{name}.html", context)
    answer.content += f"<!-- {token_hex(NOISE // 2)[: randbelow(NOISE)]} -->".encode()
    return answer


@sensitive_post_parameters()
@never_cache
@require_http_methods(FORM)
def session_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballots of a member on one page; asked once more before they are cast."""
    session = get_session(request.user, pk)
    page = session_page(session, request.user)
    require(page.mine is not None)
    if not page.may_vote:
        context = {"session": session, "page": page, "crumbs": crumbs_at(session, _("Vote"))}
        return render(request, "awards/councils/voted.html", context)
    items = [entry.item for entry in page.entries if entry.item.secret]
    all_for = "all" in request.POST
    form = BallotForm(None if all_for else request.POST or None, items=items, all_for=all_for)
    known = known_of(request.user, [item.line for item in items], judges=True)
    crumbs = crumbs_at(session, _("Vote"))
    context = {"session": session, "page": page, "form": form, "known": known, "crumbs": crumbs}
    if not form.is_valid() or "back" in request.POST:
        return ballot_page(request, "vote", context)
    if "confirmed" not in request.POST:
        return ballot_page(request, "vote_confirm", context)
    with refusals(form):
        ballots.cast(session, form.choices(), by=request.user)
    if form.errors:
        return ballot_page(request, "vote", context)
    messages.success(request, _("Your ballots have been cast. Nobody can see how you voted."))
    return redirect(session)


# ── counted by hand ───────────────────────────────────────────────────────


@sensitive_post_parameters()
@never_cache
@require_http_methods(FORM)
def session_counts(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    page = session_page(session, request.user)
    written = Attendance.objects.filter(session=session, how="written").select_related("member__user")
    items = [entry.item for entry in page.entries]
    form = CountsForm(request.POST or None, row=session, items=items, written=written)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            ballots.enter_counts(session, form.counts(), form.papers(), by=request.user)
        if not form.errors:
            messages.success(request, _("The counts have been entered; another officer confirms them."))
            return redirect(session)
    context = {"session": session, "page": page, "form": form, "crumbs": crumbs_at(session, _("Counts by hand"))}
    return render(request, "awards/councils/counts.html", context)


@never_cache
@require_http_methods(FORM)
def session_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    if request.method == "POST":
        try:
            ballots.confirm_counts(session, by=request.user)
        except Refused as error:
            told(request, error)
            return redirect(back_to(session, "confirm"))
        messages.success(request, _("The counts by hand are confirmed: they are among the ballots now."))
        return redirect(session)
    rows = HandCount.objects.filter(item__session=session).select_related("item__line", "item__award")
    context = {
        "session": session,
        "page": session_page(session, request.user),
        "rows": rows.order_by("item__order"),
        "crumbs": crumbs_at(session, _("Counts by hand")),
    }
    return render(request, "awards/councils/confirm.html", context)


# ── closing, minutes ──────────────────────────────────────────────────────


@require_http_methods(FORM)
def session_close(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    if request.method == "POST":
        try:
            ballots.close_voting(session, by=request.user)
        except Refused as error:
            told(request, error)
            return redirect(back_to(session, "close") if session.state == State.OPEN else session)
        messages.success(request, _("The voting is closed and counted."))
        return redirect(session)
    page = session_page(session, request.user)
    items = [entry.item for entry in page.entries] if session.state == State.OPEN else []
    known = known_of(request.user, [item.line for item in items], judges=True)
    context = {
        "session": session,
        "page": page,
        "known": [(item, known[item.line_id]) for item in items if item.line_id in known],
        "crumbs": crumbs_at(session, _("Close the voting")),
    }
    return render(request, "awards/councils/close.html", context)


@require_http_methods(FORM)
def session_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes: drafted from the data, edited until the session ends, then as they were fixed."""
    session = get_session(request.user, pk)
    page = session_page(session, request.user)
    require(page.sees_votes)
    if session.state not in VOTED:
        raise Http404
    editing = page.officer and session.state == State.CLOSED
    if request.method == "POST":
        require(page.officer)
    form = MinutesForm(request.POST or None, row=session, initial=_drafted(session, page))
    if form.is_valid():
        with refusals(form):
            typed = form.cleaned_data
            sessions.save_minutes(session, text=typed["text"], number=typed["number"], by=request.user)
        if not form.errors:
            messages.success(request, _("The minutes have been saved."))
            return redirect(back_to(session, "minutes"))
    context = {
        "session": session, "page": page, "paper": paper_of(page, "minutes"),
        "crumbs": crumbs_at(session, _("Minutes")), "form": form if editing else None,
        "gaps": gaps_of(session) if editing and session.minutes else [],
    }  # fmt: skip
    return render(request, "awards/councils/minutes.html", context)


def _drafted(session: Session, page: SessionPage) -> dict[str, str]:
    return {"number": session.number, "text": session.minutes or draft_minutes(page)}


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    session = run_session(request.user, pk)
    try:
        sessions.end_session(session, known_gaps="known_gaps" in request.POST, by=request.user)
    except Refused as error:
        told(request, error)
        return redirect(back_to(session, "minutes") if session.state == State.CLOSED else session)
    messages.success(request, _("The session has ended; its minutes are fixed."))
    return redirect(session)


@require_safe
def session_paper(request: HttpRequest, pk: int, paper: str, kind: str) -> HttpResponse:
    """The minutes, or the minutes of the tally, as a file: as they were fixed once the session has ended."""
    session = get_session(request.user, pk)
    page = session_page(session, request.user)
    require(page.sees_votes)
    if paper not in PAPERS or kind not in WRITERS or session.state not in VOTED:
        raise Http404
    if paper == "tally" and not page.secret:
        raise Http404
    title = "bien ban kiem phieu" if paper == "tally" else "bien ban"
    name = slugify(fold(f"{title} {session.council.unit.code} {session.day:%Y-%m-%d}"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    try:
        kept = kept_minutes(session, paper)
        content = content_of(kept, kind) if kept else WRITERS[kind](paper_of(page, paper))
    except Refused as error:  # the unit's own template can no longer be filled in
        told(request, error)
        return redirect(session)
    return HttpResponse(content, content_type=TYPES[kind], headers=headers)

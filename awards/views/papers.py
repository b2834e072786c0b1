"""Drafts of letters, decisions and revocations: whom they name, what they say, signing, files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import access
from awards.forms.papers import (
    CitationsForm,
    GrantsFilter,
    LetterTextsForm,
    ReadyFilter,
    RevocationForm,
    RevocationTextsForm,
    SignForm,
    TextsForm,
)
from awards.models import Decision, Submission
from awards.reports.award_papers import WRITERS, decision_paper, submission_paper
from awards.reports.caps import exceeded
from awards.reports.decisions import cancelled_as, next_number
from awards.reports.desk import mark_of
from awards.reports.drafts import Draft, draft_of
from awards.reports.kept_papers import content_of, kept_paper
from awards.reports.known import known_of
from awards.reports.notices import running_words
from awards.reports.powers import Powers
from awards.reports.ready import PAPER_ORDER, ready_lines, with_places
from awards.reports.signatures import signer_of
from awards.services import decisions, papers
from emulation.reports.cancelled import STAMPED, stamp_of
from emulation.views.papers import TYPES
from units import clock
from units.access import figures_q, require
from units.errors import Refused
from units.forms.fields import DayField, refusals
from units.keys import key_of
from units.models import Unit, User
from units.text import fold
from units.views.downloads import attachment
from units.views.pages import Crumb, form_step

FORM = ["GET", "HEAD", "POST"]
LINES = 100
LETTER, DECISION, REVOCATION = "submission", "decision", "revocation"
Paper = Submission | Decision


def get_paper(user: User, paper: str, pk: int) -> Paper:
    """The letter, or the decision (also one on revocation), within the user's reach."""
    if paper == LETTER:
        rows = Submission.objects.visible_to(user).select_related("unit", "to_unit", "occasion", "level", "sent_by")
        return get_object_or_404(rows.distinct(), pk=pk)
    if paper == DECISION:
        return get_object_or_404(
            Decision.objects.visible_to(user).select_related("unit", "ground", "signed_by"), pk=pk
        )
    raise Http404


def get_unit(user: User, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.filter(figures_q(user)), pk=pk)


def name_of(paper: Paper) -> str:
    return LETTER if isinstance(paper, Submission) else DECISION


def home_of(paper: str) -> Crumb:
    if paper == LETTER:
        return _("Submissions"), reverse("awards:submission-list")
    return _("Decisions"), reverse("awards:decision-list")


def crumbs_to(paper: Paper) -> list[Crumb]:
    return [home_of(name_of(paper)), (str(paper), paper.get_absolute_url())]


def get_draft(request: HttpRequest, paper: str, pk: int) -> tuple[Paper, HttpResponse | None]:
    """A draft that the user prepares; or where to go because it has been signed already."""
    found = get_paper(request.user, paper, pk)
    require(access.drafts_papers(request.user, found.unit))
    if papers.is_open(found):
        return found, None
    messages.error(request, _("“%(paper)s” has been signed: it is never changed.") % {"paper": found})
    return found, redirect(found)


# ── whom it names ─────────────────────────────────────────────────────────


@require_http_methods(FORM)
def paper_create(request: HttpRequest, paper: str, unit: int) -> HttpResponse:
    """Choose from what waits: ticked lines, or exactly all that the filter leaves."""
    place = get_unit(request.user, unit)
    require(access.drafts_papers(request.user, place))
    if paper == REVOCATION:
        return _revocation_create(request, place)
    if paper not in (LETTER, DECISION):
        raise Http404
    own = paper == DECISION
    rows = [row for row in ready_lines(place, Powers(clock.today())) if row.own == own]
    form = ReadyFilter(request.GET, rows=rows, own=own)
    if not form.is_valid():
        raise Http404
    found = form.filter(rows)
    keys = [row.line.pk for row in found]
    problems: list[str] = []
    if request.method == "POST":
        act = _act(request)
        chosen, problems = _chosen(request, keys)
        if not problems:
            try:
                answer = _do(request, act, paper, place, chosen)
            except Refused as error:
                problems = error.messages
            else:
                return answer
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    context = {
        "unit": place, "paper": paper, "own": own, "form": form, "found": found, "mark": mark_of(keys),
        "page": page, "known": known_of(request.user, [row.line for row in page]), "problems": problems,
        "may_sign": access.signs(request.user, place),
        "from_below": any(row.line.stage == "forwarded" for row in page), "ticked": request.POST.getlist("line"),
        "crumbs": [home_of(paper), (_("New submission") if paper == LETTER else _("New decision"), "")],
    }  # fmt: skip
    return render(request, "awards/papers/choose.html", context)


def _act(request: HttpRequest) -> str:
    return next((act for act in ("back", "reject") if act in request.POST), "draft")


def _chosen(request: HttpRequest, keys: list[int]) -> tuple[list[int], list[str]]:
    """The keys of `keys` that were ticked, or all of them; why that is not possible."""
    if "all" in request.POST:
        if request.POST.get("mark") != mark_of(keys):
            return [], [_("The list has changed meanwhile. Look at it again before you confirm.")]
        return keys, []
    ticked = set(request.POST.getlist("line"))
    chosen = [key for key in keys if str(key) in ticked]
    if len(chosen) != len(ticked):
        return [], [_("The list has changed meanwhile. Look at it again before you confirm.")]
    return chosen, [] if chosen else [_("Choose at least one line.")]


def _do(request: HttpRequest, act: str, paper: str, place: Unit, chosen: list[int]) -> HttpResponse:
    if act == "back":
        lines = decisions.send_back(place, chosen, reason=request.POST.get("reason", ""), by=request.user)
        words = ngettext("%(count)d line has been sent back.", "%(count)d lines have been sent back.", len(lines))
        messages.success(request, words % {"count": len(lines)})
        return redirect("awards:decision-list")
    if act == "reject":
        lines = decisions.reject(place, chosen, reason=request.POST.get("reason", ""), by=request.user)
        words = ngettext("%(count)d line has been refused.", "%(count)d lines have been refused.", len(lines))
        messages.success(request, words % {"count": len(lines)})
        return redirect("awards:decision-list")
    draft = papers.draft_submission if paper == LETTER else papers.draft_decision
    made: Any = draft(place, chosen, by=request.user)
    messages.success(request, _("The draft has been made. Check its texts, then it is signed."))
    return redirect(made)


def _revocation_create(request: HttpRequest, place: Unit) -> HttpResponse:
    """Filter, list and texts are one form, so that filtering and turning the page (`page`) lose no tick."""
    rows = decisions.revocable(place).select_related("award", "person__unit", "unit", "level")
    sent = request.POST if request.method == "POST" else request.GET
    filter_form = GrantsFilter(sent)
    if not filter_form.is_valid():
        raise Http404
    found = filter_form.filter(rows).order_by("-year", "-award__order", "pk")
    turned = request.method == "POST" and "page" in request.POST
    form = RevocationForm(request.POST if request.method == "POST" and not turned else None, initial=_typed(request))
    keys = [key for text in request.POST.getlist("line") if (key := key_of(text)) is not None]
    if form.is_valid():
        with refusals(form):
            decision = decisions.draft_revocation(place, keys, form.cleaned_data, by=request.user)
        if not form.errors:
            messages.success(request, _("The draft has been made. Check its texts, then it is signed."))
            return redirect(decision)
    page = Paginator(found, LINES).get_page(sent.get("page"))
    elsewhere = set(keys) - {grant.pk for grant in page}
    context = {
        "unit": place, "filter": filter_form, "form": form, "ticked": set(keys), "page": page,
        "elsewhere": rows.filter(pk__in=elsewhere).order_by("-year", "-award__order", "pk") if elsewhere else [],
        "filtered": any(sent.get(name) for name in filter_form.fields),
        "crumbs": [home_of(DECISION), (_("New revocation"), "")],
    }  # fmt: skip
    return render(request, "awards/papers/revoke.html", context)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed so far when only the page was turned: shown again, not yet judged."""
    return {name: request.POST[name] for name in RevocationForm.base_fields if name in request.POST}


@require_POST
def paper_take_out(request: HttpRequest, paper: str, pk: int) -> HttpResponse:
    found = get_paper(request.user, paper, pk)
    keys = [int(key) for key in request.POST.getlist("line") if key.isdecimal() and len(key) < 10]
    try:
        count = papers.take_out(found, keys, by=request.user)
    except Refused as error:
        messages.error(request, " ".join(error.messages))
    else:
        words = ngettext("%(count)d line has been taken out.", "%(count)d lines have been taken out.", count)
        messages.success(request, words % {"count": count})
        if "sign" in request.POST:  # from the page that signs it
            return redirect("awards:paper-sign", paper, pk)
    return redirect(found)


@require_POST
def paper_discard(request: HttpRequest, paper: str, pk: int) -> HttpResponse:
    found = get_paper(request.user, paper, pk)
    try:
        papers.discard(found, by=request.user)
    except Refused as error:
        messages.error(request, " ".join(error.messages))
        return redirect(found)
    if getattr(found, "kind", "") == Decision.Kind.REVOCATION:
        messages.success(request, _("The draft has been discarded; its awards stay in force."))
    else:
        messages.success(request, _("The draft has been discarded; its lines wait again."))
    return redirect(home_of(paper)[1])


# ── what it says ──────────────────────────────────────────────────────────


@require_http_methods(FORM)
def paper_update(request: HttpRequest, paper: str, pk: int) -> HttpResponse:
    found, elsewhere = get_draft(request, paper, pk)
    if elsewhere is not None:
        return elsewhere
    kind: Any = LetterTextsForm if isinstance(found, Submission) else TextsForm
    if isinstance(found, Decision) and found.kind == Decision.Kind.REVOCATION:
        kind = RevocationTextsForm
    offered = signer_of(found.unit, request.user).items()
    initial = {name: value for name, value in offered if not getattr(found, name, "")}
    form = kind(request.POST or None, instance=get_paper(request.user, paper, pk), initial=initial)
    return form_step(
        request, form, lambda: papers.change_texts(found, form.cleaned_data, by=request.user),
        done=_("The draft has been saved."), to=found, crumbs=crumbs_to(found), heading=_("Texts of the draft"),
    )  # fmt: skip


@require_http_methods(FORM)
def paper_citations(request: HttpRequest, pk: int) -> HttpResponse:
    """The sentence of merit of each line, drafted, to be finished before it stands on a certificate."""
    found, elsewhere = get_draft(request, DECISION, pk)
    assert isinstance(found, Decision)
    if found.kind != Decision.Kind.AWARD:
        raise Http404
    if elsewhere is not None:
        return elsewhere
    rows = with_places(found.lines.all()).order_by(*PAPER_ORDER)
    page = Paginator(rows, LINES).get_page(request.GET.get("page"))
    form = CitationsForm(request.POST or None, lines=list(page))
    if form.is_valid():
        with refusals(form):
            count = papers.write_citations(found, form.texts, by=request.user)
        if not form.errors:
            words = ngettext("%(count)d sentence has been changed.", "%(count)d sentences have been changed.", count)
            messages.success(request, words % {"count": count})
            return redirect(found)
    context = {
        "object": found, "page": page, "form": form, "rows": [(line, form[f"c{line.pk}"]) for line in page],
        "crumbs": [*crumbs_to(found), (_("Sentences of merit"), "")],
    }  # fmt: skip
    return render(request, "awards/papers/citations.html", context)


@require_http_methods(FORM)
def paper_sign(request: HttpRequest, paper: str, pk: int) -> HttpResponse:
    """Number, day and signature; from then on it is never changed."""
    found, elsewhere = get_draft(request, paper, pk)
    recorded = isinstance(found, Decision) and found.outside
    require((access.records_outcomes if recorded else access.signs)(request.user, found.unit))
    if elsewhere is not None:
        return elsewhere
    texts = signer_of(found.unit, request.user)
    initial = {name: getattr(found, name, "") or ("" if recorded else texts[name]) for name in texts}
    initial |= {"number": "" if recorded else next_number(found), "day": clock.today().strftime("%d/%m/%Y")}
    letter = isinstance(found, Submission)
    draft = draft_of(found, _day_typed(request))
    known = list(known_of(request.user, draft.lines).values())
    differing = [one.line.name for one in known if one.difference]
    form = SignForm(
        request.POST if request.method == "POST" else None, initial=initial, own=not recorded,
        gives=not (letter or recorded), mark=draft.mark, unpaid=draft.unpaid, by=str(request.user),
        over=[one.text for one in exceeded(found.unit, draft.lines)],
        running=running_words(draft.lines, clock.today()), differing=differing,
    )  # fmt: skip
    heading = _("Send the letter") if letter else _("Sign the decision")
    note = (
        _("Its lines are forwarded; the letter is never changed afterwards.")
        if letter
        else _("Its awards take effect at once; a signed decision is never changed.")
    )
    note = note if letter else f"{note} {_beside(draft)}".strip()
    return form_step(
        request, form, lambda: _sign(found, form.cleaned_data, draft.mark, request.user),
        done=lambda _row: _signed_words(found), to=found, crumbs=crumbs_to(found), heading=heading, submit=heading,
        note=note, about={"template": "awards/papers/signing.html", "draft": draft, "paper": found,
                          "name": paper, "known": known},
    )  # fmt: skip


def _day_typed(request: HttpRequest) -> date | None:
    """The day of the paper as it was sent; None where it is none, which the form says."""
    try:
        return DayField(required=False).clean(request.POST.get("day", ""))
    except ValidationError:
        return None


def _beside(draft: Draft) -> str:
    """Who gets no bonus of their own for an award because a higher one is paid for the same achievement."""
    if not draft.beside:
        return ""
    words = _("Several awards for one achievement, of which only the highest bonus is paid: %(names)s.")
    said = words % {"names": ", ".join(draft.beside)}
    rule = _("The rule has not been verified: the administrator keeps it in the catalogue.")
    return said if draft.certain else f"{said} {rule}"


def _sign(found: Paper, head: dict[str, Any], seen: str, user: User) -> None:
    known = {name: head.get(name, False) for name in ("known_notices", "known_changes")}
    known["known_over_caps"] = head.get("over_caps", False)
    if isinstance(found, Submission):
        papers.send(found, head, **known, seen=seen, by=user)
    elif found.kind == Decision.Kind.REVOCATION:
        decisions.sign_revocation(found, head, seen=seen, by=user)
    else:
        decisions.sign(found, head, **known, known_unpaid=head.get("known_unpaid", False), seen=seen, by=user)


def _signed_words(found: Paper) -> str:
    if isinstance(found, Submission):
        return _("The letter has been sent; its lines are forwarded.")
    if found.kind == Decision.Kind.REVOCATION:
        return _("The decision is signed; the awards have been revoked.")
    return _(
        "The decision is signed and its awards are in force. Their register numbers are still to be given: here, or "
        "with printing the certificates."
    )


@require_safe
def paper_file(request: HttpRequest, paper: str, pk: int, kind: str) -> HttpResponse:
    """The paper with its list as Word or PDF, as signed or while it is a draft; a revocation for who reads why."""
    found = get_paper(request.user, paper, pk)
    if kind not in WRITERS:
        raise Http404
    require(access.reads_paper(request.user, found) and access.reads_whole(request.user, found))
    title = "to trinh" if isinstance(found, Submission) else "quyet dinh"
    name = slugify(fold(f"{title} {found.number or 'du thao'} {found.unit.code}"))
    try:
        content = _content(found, kind, request.user)
        if cancelled := cancelled_as(found):
            content, name = STAMPED[kind](content, stamp_of(cancelled)), f"{name}-da-huy"
        return attachment(content, f"{name}.{kind}", TYPES[kind])
    except Refused as error:
        messages.error(request, str(error))
    except (ValueError, LookupError):  # a kept file of a kind that the stamp does not know
        messages.error(request, _("The cancelled paper cannot be stamped; it is not handed out without."))
    return redirect(found)


def _content(paper: Paper, kind: str, user: User) -> bytes:
    """The file as it was signed; a draft, and what a higher authority decided, as it stands. Raises `Refused`."""
    if kept := kept_paper(paper, user):
        return content_of(kept, kind)
    page = submission_paper(paper, user) if isinstance(paper, Submission) else decision_paper(paper)
    return WRITERS[kind](page)

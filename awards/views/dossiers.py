"""Dossiers of nominations: the list, one dossier, whom to propose, the review at the base, the hand-in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import access
from awards.forms.desk import ManyForm
from awards.forms.dossiers import (
    DossierFilter,
    DossierForm,
    LineFilter,
    PasteForm,
    PicksForm,
    ReviewForm,
    TitleForm,
)
from awards.models import Award, Dossier, Nomination, NominationFile
from awards.reports.caps import excesses, shares, shares_of
from awards.reports.checks import beyond_strength, problems_of, reviewed
from awards.reports.desk import batches, mark_of
from awards.reports.dossiers import (
    first_award,
    last_list,
    lines_page,
    offers,
    rows_of,
    with_counts,
)
from awards.reports.due import people_to_propose, units_to_propose
from awards.reports.exports import caps_table, dossiers_table, lines_table
from awards.reports.routes import commanders_of, judging_unit
from awards.reports.rules import rule_day, rules_on
from awards.services import dossiers as service
from awards.services.nomination_files import removable
from awards.wording import label_of
from emulation.models import Campaign
from emulation.official import day_words
from emulation.reports.dashboard import latest_year
from units.access import has_role, reads_figures, require
from units.errors import Refused
from units.forms.fields import refusals
from units.keys import key_of
from units.models import Role, Unit, User
from units.views.downloads import asked_table, table_file
from units.views.pages import form_page, form_step

LINES = 100  # on a page
DOSSIERS = 50
NAMED = 10  # lines named in a sentence
FORM = ["GET", "HEAD", "POST"]


def get_dossier(user: User, pk: int) -> Dossier:
    rows = Dossier.objects.visible_to(user).select_related("unit", "occasion", "campaign", "by", "read_by")
    return get_object_or_404(rows, pk=pk)


def drafting_units(user: User) -> list[int]:
    """Units (keys) for which the user writes dossiers."""
    return [m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.COMMANDER)]


@require_safe
def dossier_list(request: HttpRequest) -> HttpResponseBase:
    require(reads_figures(request.user))
    rows = Dossier.objects.visible_to(request.user)
    years = rows.order_by("-year").values_list("year", flat=True).distinct()
    form = DossierFilter(request.GET, years=years)
    if not form.is_valid():
        raise Http404
    found = with_counts(form.filter(rows)).order_by("-year", "unit__path", "pk")
    if kind := asked_table(request):
        return table_file(kind, "ho-so", _("Dossiers"), *dossiers_table(found))
    page = Paginator(found, DOSSIERS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "may_create": bool(drafting_units(request.user))}
    return render(request, "awards/dossiers/list.html", context)


@require_http_methods(FORM)
def dossier_create(request: HttpRequest) -> HttpResponse:
    units = Unit.objects.filter(pk__in=drafting_units(request.user))
    require(units.exists())
    asked = request.GET
    initial = {
        "unit": asked.get("unit", ""), "year": asked.get("year", "") or latest_year(),
        "occasion": asked.get("occasion", ""), "campaign": asked.get("campaign", ""),
    }  # fmt: skip
    campaigns = Campaign.objects.nameable(request.user).exclude(parent=None).order_by("-year", "name")
    form = DossierForm(request.POST or None, units=units, campaigns=campaigns, initial=initial)
    if form.is_valid():
        chosen = form.cleaned_data
        with refusals(form):
            dossier = service.open_dossier(**chosen, by=request.user)
        if not form.errors:
            messages.success(request, _("The dossier has been opened. Now choose whom to propose."))
            award = asked.get("award", "")
            address = reverse("awards:dossier-add", args=[dossier.pk])
            return redirect(f"{address}?award={award}" if award.isascii() and award.isidentifier() else address)
    crumbs = [(_("Awards"), reverse("awards:due-home")), (_("Dossiers"), reverse("awards:dossier-list"))]
    return form_page(request, form, crumbs=crumbs, heading=_("New dossier"), submit=_("Open the dossier"))


@require_safe
def dossier_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    dossier = get_dossier(request.user, pk)
    form = LineFilter(request.GET, dossier=dossier)
    if not form.is_valid():
        raise Http404
    rows = form.filter(lines_page(Nomination.objects.visible_to(request.user).filter(dossier=dossier)))
    if kind := asked_table(request):
        return table_file(kind, f"ho-so-{pk}", _("Lines of the dossier"), *lines_table(rows, request.user))
    counts: Any = with_counts(Dossier.objects.filter(pk=dossier.pk)).get()
    left = shares(dossier) if counts.drafts else []
    if kind := asked_table(request, "caps"):
        return table_file(kind, f"ho-so-{pk}-ty-le", _("Caps and what they leave"), *caps_table(left))
    page = Paginator(rows, LINES).get_page(request.GET.get("page"))
    files = list(NominationFile.objects.present().filter(dossier=dossier, line=None).select_related("by"))
    context = {
        "dossier": dossier,
        "counts": counts,
        "form": form,
        "page": page,
        "rows": rows_of(list(page), request.user),
        "files": files,
        "removable": removable(dossier, files, request.user),
        "stands": not counts.drafts and (counts.waiting or counts.decided or counts.over),
        "reviewed": reviewed(dossier),
        "beyond": beyond_strength(dossier),
        "may_draft": access.drafts_dossiers(request.user, dossier.unit),
        "ticks": any(line.stage == Nomination.Stage.DRAFT for line in page),
        "may_hand_in": access.hands_in(request.user, dossier.unit),
        "rates": has_role(request.user, Role.STAFF),
        "shares": left,
    }
    return render(request, "awards/dossiers/detail.html", context)


@require_http_methods(FORM)
def dossier_update(request: HttpRequest, pk: int) -> HttpResponse:
    dossier = get_dossier(request.user, pk)
    require(access.drafts_dossiers(request.user, dossier.unit))
    form = TitleForm(request.POST or None, instance=get_dossier(request.user, pk))
    return form_step(
        request, form, lambda: service.rename_dossier(dossier, **form.cleaned_data, by=request.user),
        done=_("The title has been saved."), to=dossier, first=lambda: service.refuse_received(dossier),
        crumbs=crumbs_to(dossier), heading=_("Title of the dossier"),
    )  # fmt: skip


def crumbs_to(dossier: Dossier) -> list[tuple[str, str]]:
    return [(_("Dossiers"), reverse("awards:dossier-list")), (str(dossier), dossier.get_absolute_url())]


# ── whom to propose ───────────────────────────────────────────────────────

SOURCES = ("due", "paste", "last")


@require_http_methods(FORM)
def dossier_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick those who are due, paste a list from Excel, or carry over last year's (`?source=`)."""
    dossier = get_dossier(request.user, pk)
    require(access.drafts_dossiers(request.user, dossier.unit))
    source = request.GET.get("source", "due")
    if source not in SOURCES:
        raise Http404
    day = rule_day(dossier)
    rules = rules_on(day) if source != "paste" else {}
    award = rules.get(request.GET.get("award", "")) or first_award(dossier, rules)
    kind = (award.subject if award else "") or ("unit" if request.GET.get("kind") == "unit" else "person")
    scope: dict[str, Any] = {
        "people": people_to_propose(dossier.unit, dossier.year),
        "units": units_to_propose(dossier.unit, dossier.year),
    }
    if source == "paste":
        awards = Award.objects.on(day)
        asked = awards.filter(code=request.GET.get("award", "")).first()
        form: Any = PasteForm(request.POST or None, awards=awards, initial={"award": asked}, **scope)
    else:
        form = PicksForm(request.POST if request.method == "POST" else None, **scope)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            made, known = service.add_lines(dossier, form.picks, by=request.user)
        if not form.errors:
            messages.success(request, added_text(len(made), known))
            return redirect(dossier)
    if source == "last":
        found = last_list(dossier, rules, request.user)
    else:
        found = offers(dossier, award, kind, rules, request.user) if award else []
    eligible = sum(offer.state == "eligible" for offer in found)
    asked_caps = award is not None and source == "due" and kind == "person"
    left = shares_of(dossier.unit, dossier.year, day, [award.code]) if award and asked_caps else []
    room = left[0].room if left else None
    context = {
        "shares": left, "room": max(room, 0) if room is not None and eligible > room else None,
        "dossier": dossier, "source": source, "form": form, "offers": found, "kind": kind, "award": award,
        "awards": [(rule.code, label_of(rule)) for rule in rules.values()],
        "name": label_of(award) if award else "",
        "ticked": request.POST.getlist("pick"),
        "eligible": eligible,
    }  # fmt: skip
    return render(request, "awards/dossiers/add.html", context)


def added_text(made: int, known: int) -> str:
    words = ngettext("%(count)d line has been added.", "%(count)d lines have been added.", made) % {"count": made}
    if not known:
        return words
    stood = ngettext("%(count)d stood there already.", "%(count)d stood there already.", known) % {"count": known}
    return f"{words} {stood}"


# ── review at the base, hand-in ───────────────────────────────────────────


def editable_lines(dossier: Dossier) -> list[Nomination]:
    return list(lines_page(dossier.lines.filter(stage__in=Nomination.EDITABLE)))  # type: ignore[arg-type]


@require_http_methods(FORM)
def dossier_review(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of the review at the base, with the votes of every line that can still be changed."""
    dossier = get_dossier(request.user, pk)
    require(access.drafts_dossiers(request.user, dossier.unit))
    form = ReviewForm(request.POST or None, instance=get_dossier(request.user, pk), lines=editable_lines(dossier))
    if form.is_valid():
        with refusals(form):
            service.record_review(dossier, minutes=form.minutes, votes=form.votes, by=request.user)
        if not form.errors:
            messages.success(request, _("The minutes have been saved."))
            if "read" in request.POST:
                service.confirm_read(dossier, by=request.user)
                messages.success(request, _("It has been recorded that you have read the criteria."))
            return redirect(dossier)
    awards = sorted({line.award for line in form.lines}, key=lambda award: award.order)
    return render(request, "awards/dossiers/review.html", {"dossier": dossier, "form": form, "awards": awards})


@require_POST
def dossier_read(request: HttpRequest, pk: int) -> HttpResponse:
    dossier = get_dossier(request.user, pk)
    service.confirm_read(dossier, by=request.user)
    messages.success(request, _("It has been recorded that you have read the criteria."))
    return redirect(dossier)


@require_POST
def dossier_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Judge the lines anew, then show what stands in the way of the hand-in."""
    dossier = get_dossier(request.user, pk)
    service.judge_anew(dossier, by=request.user)
    return redirect("awards:dossier-hand-in", pk)


@require_http_methods(FORM)
def dossier_hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be settled first, line by line; the commander hands in the ticked lines."""
    dossier = get_dossier(request.user, pk)
    may_hand_in = access.hands_in(request.user, dossier.unit)
    require(may_hand_in or access.drafts_dossiers(request.user, dossier.unit))
    refused: list[str] = []
    ticked = _ticked(request.POST)
    if request.method == "POST":
        require(may_hand_in)
        try:
            known = "over_caps" in request.POST
            handed = service.hand_in(dossier, lines=ticked, known_over_caps=known, by=request.user)
        except Refused as error:
            refused = error.messages
        else:
            messages.success(request, _handed_in_text(dossier, len(handed)))
            return redirect(dossier)
    lines = editable_lines(dossier)
    problems = problems_of(dossier, lines, by=request.user)
    by_line: dict[int, list[Any]] = {line.pk: [] for line in lines}
    for problem in problems:
        if problem.line is not None:
            by_line[problem.line.pk].append(problem)
    # as the hand-in counts them: all are ticked at first
    chosen = [line for line in lines if line.pk in ticked] if refused else lines
    context = {
        "dossier": dossier,
        "rows": [(line, by_line[line.pk], not any(p.hard for p in by_line[line.pk])) for line in lines],
        "unticked": {line.pk for line in lines} - set(ticked) if refused else (),
        "general": [problem for problem in problems if problem.line is None],
        "refused": refused,
        "over": _over(dossier, chosen) if may_hand_in else [],
        "shares": shares(dossier),
        "commanders": [] if may_hand_in else commanders_of(dossier.unit),
        "judge": judging_unit(dossier.unit),
        "may_hand_in": may_hand_in,
    }
    return render(request, "awards/dossiers/hand_in.html", context)


def _over(dossier: Dossier, lines: Iterable[Nomination]) -> list[str]:
    """The caps that these lines exceed in the unit beside what is handed in, as the hand-in counts. Two queries."""
    people = [line for line in lines if line.person_id]
    awards, keys = {line.award.code for line in people}, [line.pk for line in people]
    found = shares_of(dossier.unit, dossier.year, rule_day(dossier), awards, acted_on=keys) if awards else []
    return [one.text for one in excesses(dossier.unit, found)]


def _ticked(query: QueryDict) -> list[int]:
    """Keys of the lines that were ticked; what is no key is none."""
    return [key for text in query.getlist("line") if (key := key_of(text)) is not None]


def _handed_in_text(dossier: Dossier, count: int) -> str:
    """How many lines went, and which of the dossier did not: not ticked, or proposed since the page was opened."""
    words = ngettext("%(count)d line has been handed in.", "%(count)d lines have been handed in.", count)
    words %= {"count": count}
    left = [f"{line.name} ({line.award})" for line in editable_lines(dossier)]
    if not left:
        return words
    named = ", ".join(left[:NAMED]) + (", …" if len(left) > NAMED else "")
    stay = ngettext("%(count)d line is not in it: %(lines)s.", "%(count)d lines are not in it: %(lines)s.", len(left))
    return f"{words} {stay % {'count': len(left), 'lines': named}}"


@require_http_methods(FORM)
def dossier_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Exactly the ticked drafts (`?line=`): number, award and year stand there before it is done.

    They come from the query that does it; what is no draft any more is named and left alone.
    """
    dossier = get_dossier(request.user, pk)
    require(access.drafts_dossiers(request.user, dossier.unit))
    asked = dossier.lines.filter(pk__in=_ticked(request.GET))
    drafts, others = asked.filter(stage=Nomination.Stage.DRAFT), asked.exclude(stage=Nomination.Stage.DRAFT)
    lines = list(lines_page(drafts))  # type: ignore[arg-type]
    mark = mark_of(line.pk for line in lines)
    form = ManyForm(request.POST if request.method == "POST" else None, initial={"mark": mark})
    if form.is_valid() and form.cleaned_data["mark"] != mark:
        form.add_error(None, _("The list has changed meanwhile. Look at it again before you confirm."))
    elif form.is_valid() and lines:
        with refusals(form):
            service.withdraw(
                [line.pk for line in lines], stage=Nomination.Stage.DRAFT, reason=form.cleaned_data["reason"],
                by=request.user,
            )  # fmt: skip
        if not form.errors:
            words = ngettext(
                "%(count)d draft has been withdrawn.", "%(count)d drafts have been withdrawn.", len(lines)
            )
            messages.success(request, words % {"count": len(lines)})
            return redirect(dossier)
    context = {
        "dossier": dossier, "form": form, "mark": mark, "lines": lines, "batches": batches(drafts),
        "others": list(others),
    }  # fmt: skip
    return render(request, "awards/dossiers/withdraw.html", context)


PAPERS = {"minutes": "awards/dossiers/minutes.html", "list": "awards/dossiers/proposal.html"}


@require_safe
def dossier_paper(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """To be printed: the minutes of the base, or the list of those proposed.

    Once lines were handed in, without those that were not: the paper goes with the former. `?drafts` has these, too.
    """
    dossier = get_dossier(request.user, pk)
    if kind not in PAPERS:
        raise Http404
    lines = Nomination.objects.visible_to(request.user).filter(dossier=dossier).exclude(stage="withdrawn")
    lines = lines.select_related("award", "person", "unit").order_by("award__order", "order", "pk")
    found = list(lines)
    drafts = [line for line in found if line.stage == Nomination.Stage.DRAFT]
    left = len(drafts) if 0 < len(drafts) < len(found) and "drafts" not in request.GET else 0
    if left:
        found = [line for line in found if line.stage != Nomination.Stage.DRAFT]
    superior = Unit.objects.above(dossier.unit).last()
    day = dossier.review_day
    context = {
        "dossier": dossier, "lines": found, "superior": superior, "counted": len(found), "left": left,
        "day": day_words(day) if day else "……",
    }  # fmt: skip
    return render(request, PAPERS[kind], context)

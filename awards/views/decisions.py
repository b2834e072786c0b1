"""Decisions and letters: what waits, the lists, one paper, recorded outcomes, certificates."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from awards import access
from awards.forms.papers import CertificatesForm, OutcomeForm, PapersFilter
from awards.models import Decision, Grant, Nomination, Submission
from awards.reports.bonuses import paid_by, total_of
from awards.reports.certificates import as_pdf
from awards.reports.decisions import (
    cancelled_as,
    decision_lines,
    decisions_page,
    grants_shown,
    letter_lines,
    lines_shown,
    submissions_page,
)
from awards.reports.exports import grants_table, paper_lines_table
from awards.reports.known import Known, known_of
from awards.reports.powers import Powers
from awards.reports.ready import PAPER_ORDER, acting, awaited, groups, waiting_counts, with_places
from awards.reports.revocations import reviewed
from awards.reports.signatures import other_account
from awards.services import decisions as service
from awards.services.papers import is_open
from awards.services.registers import register_grants
from awards.views.papers import FORM, LINES, crumbs_to, get_paper, get_unit, home_of, name_of
from units import clock
from units.access import reads_figures, require
from units.forms.fields import refusals
from units.keys import key_of
from units.text import fold
from units.views.downloads import asked_table, attachment, table_file

PAPERS = 50
SHEETS = 1000  # certificates of one file


@require_safe
def decision_list(request: HttpRequest) -> HttpResponseBase:
    """What waits for a paper or an outcome, and the decisions."""
    require(reads_figures(request.user))
    rows = Decision.objects.visible_to(request.user)
    arranged = partial(decisions_page, user=request.user)
    if kind := asked_table(request):
        return _table(request, kind, rows, arranged, "quyet-dinh", _("Decisions"))
    form, page = _list(request, rows, arranged)
    units = access.paper_units(request.user)
    held = acting(units) if units else {}
    counts = waiting_counts(held) if held else {}
    powers = Powers(clock.today()) if units else None
    signed = set(Decision.objects.filter(unit__in=units).exclude(signed_at=None).values_list("unit", flat=True))
    context = {
        "form": form, "page": page, "paper": "decision",
        "groups": groups(held, powers) if powers else [],
        "outcomes": [(unit, counts[unit.pk]) for unit in units if unit.pk in counts],
        "revoking": [unit for unit in units if unit.pk in signed or powers is not None and powers.own(unit)],
    }  # fmt: skip
    return render(request, "awards/papers/list.html", context)


@require_safe
def submission_list(request: HttpRequest) -> HttpResponseBase:
    require(reads_figures(request.user))
    rows = Submission.objects.visible_to(request.user)
    if kind := asked_table(request):
        return _table(request, kind, rows, submissions_page, "to-trinh", _("Submissions"))
    form, page = _list(request, rows, submissions_page)
    return render(request, "awards/papers/list.html", {"form": form, "page": page, "paper": "submission"})


def _table(request: HttpRequest, kind: str, rows: Any, arranged: Any, name: str, title: str) -> HttpResponseBase:
    """The papers of the filter, all pages."""
    form = PapersFilter(request.GET, rows=rows, user=request.user)
    if not form.is_valid():
        raise Http404
    heads = [_("Paper number"), _("Day"), _("Unit"), _("Title"), _("Signed by"), _("Names")]
    table = (
        [row.number, row.day, row.unit.name, str(row), row.signer, row.named] for row in arranged(form.filter(rows))
    )
    return table_file(kind, name, title, heads, table)


def _list(request: HttpRequest, rows: Any, arranged: Any) -> tuple[PapersFilter, Any]:
    form = PapersFilter(request.GET, rows=rows, user=request.user)
    if not form.is_valid():
        raise Http404
    return form, Paginator(arranged(form.filter(rows)), PAPERS).get_page(request.GET.get("page"))


@require_safe
def submission_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    letter = get_paper(request.user, "submission", pk)
    assert isinstance(letter, Submission)
    rows = with_places(letter.lines.all()).order_by(*PAPER_ORDER)  # type: ignore[arg-type]
    if kind := asked_table(request):
        return table_file(kind, f"to-trinh-{pk}", _("Lines of the letter"), *paper_lines_table(letter, rows))
    page = Paginator(rows, LINES).get_page(request.GET.get("page"))
    powers = Powers(clock.today())
    asked = {powers.of(line).label for line in page} - {""}
    context = _page(request, letter) | {
        "page": page, "rows": letter_lines(page), "known": _known(request, letter, page),
        "several": sorted(asked) if len(asked) > 1 else [],
    }  # fmt: skip
    if letter.sent_at is not None and access.records_outcomes(request.user, letter.unit):
        context["awaited"] = awaited(acting([letter.unit])).filter(submissions=letter).count()
    return render(request, "awards/papers/detail.html", context)


@require_safe
def decision_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    decision = get_paper(request.user, "decision", pk)
    assert isinstance(decision, Decision)
    if decision.kind == Decision.Kind.REVOCATION:
        grants = grants_shown(decision, request.user).order_by("-award__order", "pk")
        if kind := asked_table(request):
            shown = access.reads_paper(request.user, decision)
            table = grants_table(grants.iterator(LINES), grounds=shown)
            return table_file(kind, f"thu-hoi-{pk}", _("Awards taken back"), *table)
        found = list(grants)
        page = Paginator(found, LINES).get_page(request.GET.get("page"))
        context = _page(request, decision) | {"page": page, "grants": list(page)}
        if context["whole"]:
            context |= {"affected": reviewed(found), "total": total_of(grant.bonus for grant in found)}
        return render(request, "awards/papers/detail.html", context)
    rows = lines_shown(decision, request.user).order_by(*PAPER_ORDER)
    if kind := asked_table(request):
        return table_file(kind, f"quyet-dinh-{pk}", _("Lines of the decision"), *paper_lines_table(decision, rows))
    paid = paid_by(decision, rows)
    lines = Paginator(rows, LINES).get_page(request.GET.get("page"))
    context = _page(request, decision) | {
        "page": lines, "rows": decision_lines(decision, list(lines), paid), "cancelled": cancelled_as(decision),
        "unnumbered": paid.unnumbered, "known": _known(request, decision, lines),
    }  # fmt: skip
    context["total"] = paid.total if context["whole"] else None
    return render(request, "awards/papers/detail.html", context)


def _known(request: HttpRequest, paper: Submission | Decision, lines: Iterable[Nomination]) -> dict[int, Known]:
    """What is known against lines of a draft, to those who prepare or sign it."""
    if not is_open(paper) or not access.drafts_papers(request.user, paper.unit):
        return {}
    return known_of(request.user, lines)


def _page(request: HttpRequest, paper: Submission | Decision) -> dict[str, Any]:
    drafts = access.drafts_papers(request.user, paper.unit)
    decided = isinstance(paper, Decision)
    recorded = isinstance(paper, Decision) and paper.outside
    signs = (access.records_outcomes if recorded else access.signs)(request.user, paper.unit)
    whole = access.reads_whole(request.user, paper)
    return {
        "whole": whole,
        "object": paper, "paper": name_of(paper), "open": is_open(paper), "may_draft": drafts and is_open(paper),
        "may_sign": signs and is_open(paper), "registers": drafts and not is_open(paper),
        "prints": drafts and decided and not is_open(paper) and not recorded,
        "grounds": access.reads_paper(request.user, paper), "account": other_account(paper),
        "crumbs": [home_of(name_of(paper)), (str(paper), "")],
    }  # fmt: skip


# ── outcomes of a higher authority ────────────────────────────────────────


@require_http_methods(FORM)
def outcome_record(request: HttpRequest, unit: int) -> HttpResponse:
    """What came back of the lines that the unit had sent on: given by one decision, or refused with the reason."""
    place = get_unit(request.user, unit)
    require(access.records_outcomes(request.user, place))
    rows = with_places(awaited(acting([place]))).order_by(*PAPER_ORDER)
    page = Paginator(rows, LINES).get_page(request.GET.get("page"))
    form = OutcomeForm(request.POST if request.method == "POST" else None, lines=list(page))
    if form.is_valid():
        with refusals(form):
            decision = service.record_outcome(
                place, given=form.given, refused=form.refused, head=form.head, by=request.user
            )
        if not form.errors:
            messages.success(request, _("The outcome has been recorded."))
            return redirect(decision or "awards:decision-list")
    context = {
        "unit": place, "form": form, "page": page, "shown": form.shown(), "choices": OutcomeForm.CHOICES,
        "crumbs": [home_of("decision"), (_("Record the outcome"), "")],
    }  # fmt: skip
    return render(request, "awards/papers/outcome.html", context)


# ── certificates ──────────────────────────────────────────────────────────


@require_POST
def decision_register(request: HttpRequest, pk: int) -> HttpResponse:
    """Give every award of a signed decision that stands its number in the book of honour."""
    decision = get_paper(request.user, "decision", pk)
    assert isinstance(decision, Decision)
    require(access.drafts_papers(request.user, decision.unit))
    keys = Grant.objects.in_force().filter(issued=decision, register="").values_list("pk", flat=True)
    count = len(register_grants(list(keys), by=request.user))
    words = ngettext("%(count)d number has been given.", "%(count)d numbers have been given.", count)
    messages.success(request, words % {"count": count})
    return redirect(decision)


def _kind_printed(grants: Iterable[Grant]) -> str:
    """What the file is called by: the award that is printed, where it is but one."""
    names = {grant.award.on_certificate or grant.award.paper_name for grant in grants}
    return names.pop() if len(names) == 1 else "khen thưởng"


@require_http_methods(FORM)
def decision_certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """The ticked awards are given their numbers and printed, one a page, into one PDF."""
    decision = get_paper(request.user, "decision", pk)
    require(access.drafts_papers(request.user, decision.unit))
    assert isinstance(decision, Decision)
    if is_open(decision) or decision.outside or decision.kind != Decision.Kind.AWARD:
        raise Http404
    rows = Grant.objects.in_force().filter(issued=decision).select_related("award")
    rows = rows.order_by("-award__order", "award__code", "nomination", "pk")
    page = Paginator(rows, LINES).get_page(request.GET.get("page"))
    form = CertificatesForm(request.POST if request.method == "POST" else None)
    ticked = set(request.POST.getlist("grant") or request.GET.getlist("grant"))
    if form.is_valid():
        found = rows if "all" in request.POST else rows.filter(pk__in=filter(key_of, ticked))
        keys = list(found.values_list("pk", flat=True)[: SHEETS + 1])
        if not keys:
            form.add_error(None, _("Tick at least one award."))
        elif len(keys) > SHEETS:
            form.add_error(None, _("At most %(count)d certificates in one file.") % {"count": SHEETS})
        else:
            with refusals(form):
                registered = {grant.pk: grant for grant in register_grants(keys, by=request.user)}
            if not form.errors:
                content = as_pdf([registered[key] for key in keys], form.cleaned_data["merit"])
                name = slugify(fold(f"{_kind_printed(registered.values())} {decision.number} {decision.unit.code}"))
                return attachment(content, f"{name}.pdf", "application/pdf")
    context = {
        "decision": decision, "page": page, "form": form, "ticked": ticked,
        "crumbs": [*crumbs_to(decision), (_("Certificates"), "")],
    }  # fmt: skip
    return render(request, "awards/papers/certificates.html", context)

"""Lists and pages of letters and decisions: counts, bonuses with how they were found, the next number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OrderBy, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awards.access import reads_whole
from awards.bonus import Answer, Lack
from awards.models import Decision, Grant, Nomination, Submission
from awards.models.decisions import own_grants_q, own_q
from awards.reports.bonuses import Due, Paid, dues, paid_by
from awards.reports.ready import with_places
from emulation.models import IssuedPaper
from emulation.numbers import format_number, format_part
from emulation.reports import issued_papers
from emulation.reports.paper_kinds import KINDS
from units import clock
from units.access import figures_q
from units.models import User


def submissions_page(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """Letters with `named`, how many lines they name; drafts first."""
    rows = rows.select_related("unit", "to_unit", "occasion", "level").annotate(named=Count("lines", distinct=True))
    return rows.order_by(*drafts_first("sent_at"))


def decisions_page(rows: QuerySet[Decision], user: User) -> QuerySet[Decision]:
    """Decisions with `named`, how many lines or awards they name that the user may see; drafts first."""
    whole = figures_q(user, "unit__path")
    lines = Count("lines", filter=whole | own_q(user, "lines__"), distinct=True)
    counted = lines + Count("taken_back", filter=whole | own_grants_q(user, "taken_back__"), distinct=True)
    return rows.select_related("unit").annotate(named=counted).order_by(*drafts_first("signed_at"))


def drafts_first(field: str) -> tuple[OrderBy, str]:
    return F(field).desc(nulls_first=True), "-pk"


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line of a paper on its page. `grant` is what it was given; `how` says how the bonus was found, or why not: in
    the reader's language, or, where it was `kept` when the decision was signed in Vietnamese alone, in that.
    """

    line: Nomination
    grant: Grant | None
    bonus: int | None
    how: str
    kept: bool = False


def lines_shown(paper: Submission | Decision, user: User) -> QuerySet[Nomination]:
    """The lines of the paper: all of them, or, to units of which it names somebody, their own."""
    rows = with_places(paper.lines.all())
    return rows if reads_whole(user, paper) else rows.filter(own_q(user)).distinct()


def grants_shown(decision: Decision, user: User) -> QuerySet[Grant]:
    """The same for the awards that it takes back."""
    rows = decision.taken_back.select_related("award", "person__unit", "unit")
    return rows if reads_whole(user, decision) else rows.filter(own_grants_q(user)).distinct()


def letter_lines(lines: Iterable[Nomination]) -> list[PaperLine]:
    return [PaperLine(line, None, None, "") for line in lines]


def decision_lines(decision: Decision, lines: Sequence[Nomination], paid: Paid | None = None) -> list[PaperLine]:
    """Lines of a page of the decision. No query where it is known what all of its lines are `paid`, but for awards
    that were given without saying how their bonus was found: for those the rules of the day are read (`dues`).
    """
    paid = paid_by(decision, lines) if paid is None else paid
    silent = [line for line in lines if (grant := paid.grants.get(line.pk)) and not grant.bonus_how]
    read = {**paid.dues, **dues(silent, decision.day or clock.today())} if silent else paid.dues
    amounts = paid.amounts
    found = []
    for line in lines:
        grant = paid.grants.get(line.pk)
        kept, translated = _kept(grant)
        how = translated or kept or _how(grant, read.get(line.pk))
        found.append(PaperLine(line, grant, amounts.get(line.pk), how, bool(kept) and not translated))
    return found


def _kept(grant: Grant | None) -> tuple[str, str]:
    """How the bonus was found as it was kept in Vietnamese, and in English for who reads that."""
    if grant is None:
        return "", ""
    return grant.bonus_how, grant.bonus_how_en if get_language() == "en" else ""


def _how(grant: Grant | None, due: Due | None) -> str:
    """How the bonus was found. Rules may have been corrected since: then what was given was found in another way."""
    return how_paid(due) if due is not None and (grant is None or grant.bonus == due.amount) else ""


def how_paid(due: Due) -> str:
    """How the bonus was found; of an award beside a higher one that only that one's is paid."""
    if due.beside is None:
        return how_text(due.answer)
    words = _("only the highest bonus of one achievement is paid: %(award)s") % {"award": due.beside.label}
    return words if due.certain else _("%(words)s; rule not verified") % {"words": words}


def how_text(answer: Answer) -> str:
    """«0,3 × 1.490.000», whether a rule of it is not verified, or which one is missing."""
    words = {
        Lack.RATE: _("no coefficient is known for that day; administrators enter it in the award catalogue"),
        Lack.WAGE: _("no base wage is known for that day"),
        Lack.ROUNDING: _("no rounding is known for that day"),
    }
    if answer.lack is not None:
        return words[answer.lack]
    assert answer.coefficient is not None
    product = f"{format_part(answer.coefficient)} × {format_number(answer.wage, 0)}"
    return product if answer.certain else _("%(product)s; rule not verified") % {"product": product}


# ── what a paper begins with ──────────────────────────────────────────────


def next_number(paper: Submission | Decision) -> str:
    """The number after the highest of the unit's papers of this year, in the form of that one; at the first 01."""
    rows: Any = Decision.objects.filter(outside=False) if isinstance(paper, Decision) else Submission.objects
    rows = rows.filter(unit=paper.unit, year=clock.today().year).exclude(number="")
    found = [m for text in rows.values_list("number", flat=True) if (m := re.match(r"(\d+)(.*)", text))]
    if not found:
        kind = KINDS["decision" if isinstance(paper, Decision) else "letter"]
        return issued_papers.next_number(paper.unit, clock.today().year, kind)
    last = max(found, key=lambda match: int(match[1]))
    return f"{int(last[1]) + 1:0{len(last[1])}}{last[2]}"


def cancelled_as(paper: Submission | Decision) -> IssuedPaper | None:
    """The row of the document register that says that nothing of a signed decision stands any more. One query."""
    if not isinstance(paper, Decision) or paper.outside or paper.kind != Decision.Kind.AWARD or not paper.signed_at:
        return None
    rows = IssuedPaper.objects.filter(unit=paper.unit_id, address=paper.get_absolute_url())
    return rows.exclude(cancelled_at=None).select_related("cancelled_by").first()


def papers_of(line: Nomination, user: User) -> list[tuple[str, Submission | Decision]]:
    """(what it is, paper) of every letter, decision and revocation of the line that the user reads. Two queries."""
    letters = Submission.objects.visible_to(user).filter(lines=line).order_by("pk").distinct()
    decided = Q(lines=line) | Q(taken_back__nomination=line)
    decisions = Decision.objects.visible_to(user).filter(decided).order_by("pk").distinct()
    return [(_("Submission"), row) for row in letters] + [(row.get_kind_display(), row) for row in decisions]

"""Who is due, and why: the list of a branch, and one subject × award criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from awards import access as awards_access
from awards.criteria import Criterion as Rule
from awards.criteria import Rules, State
from awards.forms.due import AttestForm, DueFilter, WhatIfForm
from awards.models import Attestation, Award, Criterion, Decision, Grant
from awards.reach import reach_of
from awards.reports.around import Around, around, neighbours
from awards.reports.complete import gaps
from awards.reports.due import Leaf, Line, differences, last_day, leaves, tally_of, units_in, verdict_of
from awards.reports.due import Subject as Whom
from awards.reports.exports import caps_table
from awards.reports.facts import reach_for
from awards.reports.rules import rules_on
from awards.reports.sight import judges_by, resting_on
from awards.reports.silence import silences
from awards.reports.standing import HIDDEN, STATES, Row, Standing, standing_of
from awards.services.grants import attest
from awards.wording import label_of, text_of
from emulation.periods import YEARS
from emulation.reports.dashboard import latest_year
from emulation.states import STATES as STATE_WORDS
from units import access
from units.models import Person, Unit, User
from units.models.units import UnitQuerySet
from units.spreadsheets import Value
from units.views.downloads import asked_table, table_file
from units.views.pages import form_step

LINES = 50  # on a page
Subject = Person | Unit


def get_unit(user: User, pk: int) -> Unit:
    return get_object_or_404(Unit.objects.filter(access.figures_q(user)).select_related("kind"), pk=pk)


def get_subject(user: User, kind: str, pk: int) -> Subject:
    """The person or unit within the user's reach."""
    if kind == "unit":
        return get_unit(user, pk)
    if kind != "person":
        raise Http404
    return get_object_or_404(Person.objects.visible_to(user).select_related("unit", "group", "rank"), pk=pk)


def check_year(year: int) -> None:
    if year not in YEARS:
        raise Http404


@require_safe
def due_home(request: HttpRequest) -> HttpResponse:
    """To the most senior unit that the user reads, in the year of the latest movement."""
    units = [m.unit for m in request.user.active_memberships if m.role in access.READERS]
    access.require(bool(units))
    unit = min(units, key=lambda one: (len(one.path), one.order, one.code))
    return redirect("awards:due-list", unit.pk, latest_year())


@dataclass(frozen=True, slots=True)
class Listed:
    """The list of a unit and year as filtered: `lines` are numbers of lines of `standing`, `left_out` of others of
    which nothing is known yet.
    """

    place: Unit
    rules: Rules
    units: UnitQuerySet
    form: DueFilter
    standing: Standing
    around: Around
    lines: Sequence[int]
    left_out: Sequence[int]

    def shown(self, lines: Iterable[int]) -> list[tuple[Row, str, list[str], bool]]:
        """(line, award, what is missing, whether it is nominated) of some of the lines."""
        rows = ((self._row(line), self.standing.key(line) in self.around.nominated) for line in lines)
        return [
            (row, label_of(row.award), [_missing(one, unseen=row.unseen(one)) for one in row.lacking], known)
            for row, known in rows
        ]

    def _row(self, line: int) -> Row:
        """What could be proposed by the criteria is marked where the award of the year was taken back."""
        row = self.standing.row(line)
        return replace(row, state="revoked") if row.state == "eligible" and self._lost(line) else row

    def _lost(self, line: int) -> bool:
        return self.standing.key(line) in self.around.revoked

    @property
    def unasked(self) -> int:
        """How many could be proposed and are not, without those who have just lost the award."""
        return self.standing.unasked(self.around.nominated | self.around.revoked)

    @property
    def hidden(self) -> int:
        """Of how many people and units discipline and incidents are not shown, where the criteria look at them."""
        reach = reach_for(self.rules, [rule.code for rule in self.standing.awards])
        return self.standing.hidden if reach.discipline or reach.incidents else 0


def _missing(criterion: Rule, *, unseen: bool) -> str:
    """What is missing in words; of what the user may not see it says just that, whatever there is."""
    return _("%(text)s (not shown to you)") % {"text": text_of(criterion)} if unseen else text_of(criterion)


def get_list(request: HttpRequest, unit: int, year: int) -> Listed:
    """The list as filtered, all pages; 404 beyond the user's reach and for a filter that does not exist."""
    place = get_unit(request.user, unit)
    check_year(year)
    rules = rules_on(last_day(year))
    form = DueFilter(request.GET, awards=rules.values())
    if not form.is_valid():
        raise Http404
    award, units = form.cleaned_data["award"], units_in(place, year)
    standing = standing_of(place, units, year, rules, request.user, award=award)
    beside = around(place, year, rules, award)
    chosen = form.filter(standing, units, beside.nominated, beside.revoked)
    return Listed(place, rules, units, form, standing, beside, chosen, form.left_out(standing, units))


@require_safe
def due_list(request: HttpRequest, unit: int, year: int) -> HttpResponseBase:
    found = get_list(request, unit, year)
    place, standing, shares = found.place, found.standing, found.around.shares
    if kind := asked_table(request):
        return table_file(kind, f"den-han-{place.code}-{year}", _("Who is due"), *_due_table(found))
    page = Paginator(found.lines, LINES).get_page(request.GET.get("page"))
    if kind := asked_table(request, "caps"):
        name = f"ty-le-{place.code}-{year}"
        return table_file(kind, name, _("Caps and what they leave"), *caps_table(shares))
    superiors, below = neighbours(place, found.units, request.user)
    context = {
        "unit": place,
        "year": year,
        "years": range(year - 1, min(year + 2, YEARS.stop)),
        "form": found.form,
        "page": page,
        "rows": found.shown(page),
        "silences": silences(standing, found.left_out),
        "left_out": len(found.left_out),
        "eligible": len(standing.eligible - found.around.revoked),
        "unasked": found.unasked,
        "hidden": found.hidden,
        "shares": shares,
        "gaps": found.around.gaps,
        "may_state": access.administers_root(request.user),
        "may_propose": awards_access.drafts_dossiers(request.user, place),
        "superiors": superiors,
        "below": below,
    }
    return render(request, "awards/due/list.html", context)


def _due_table(found: Listed) -> tuple[list[str], Iterator[list[Value]]]:
    """Exactly the lines of the filter, all pages."""
    heads = [
        _("Person or unit"), _("Name"), _("Service number or code"), _("Unit"), _("Award"), _("State"),
        _("Missing for it"), _("Nominated"),
    ]  # fmt: skip
    kinds = {"person": _("Person"), "unit": _("Unit")}
    words = {state: str(STATE_WORDS["eligibility"][state][2]) for state in (*STATES, "revoked")}
    return heads, (
        [
            kinds[row.subject.kind], row.subject.name, row.subject.code, _unit_of(row.subject), award,
            words[row.state],
            "" if row.state == "held" else "; ".join(missing), _("yes") if known else "",
        ]
        for row, award, missing, known in found.shown(found.lines)
    )  # fmt: skip


def _unit_of(subject: Whom) -> str:
    """The unit served in, and that it does not exist any more."""
    if subject.dissolved is None:
        return subject.unit
    words = _("%(unit)s (dissolved on %(day)s)")
    return words % {"unit": subject.unit, "day": date_format(subject.dissolved, "SHORT_DATE_FORMAT")}


@require_safe
def due_detail(request: HttpRequest, kind: str, pk: int, award: str, year: int) -> HttpResponse:
    subject = get_subject(request.user, kind, pk)
    check_year(year)
    rules = rules_on(last_day(year))
    line = _line_of(request.user, subject, award, year, rules)
    if line is None:
        raise Http404
    unit = awards_access.unit_of(subject)
    lost = None if line.held else _lost(subject, award, year)
    grounds = awards_access.reads_grounds(request.user, unit)
    found = leaves(line.verdict, rules, line.subject, grounds=grounds)
    what_if = WhatIfForm(request.GET if "day" in request.GET else None)
    context: dict[str, Any] = {
        "subject": subject,
        "unit": unit,
        "line": line,
        "award": label_of(line.award),
        "year": year,
        "leaves": found,
        "tally": tally_of(found),
        "grants": subject.grants.select_related("award").order_by("-year")[:8],
        "lost": lost,
        "papers": _papers_of(lost, request.user) if lost else {},
        "may_attest": awards_access.attests(request.user, subject),
        "grounds": grounds,
        "hidden": HIDDEN if not access.sees_discipline(request.user, unit) else (),
        "gaps": gaps(reach_of(rules, [award], kind), year)
        if any(leaf.state == State.NO_DATA for leaf in found)
        else [],
        "may_state": access.administers_root(request.user),
        "what_if": what_if,
    }
    if what_if.is_valid():
        context |= _tried_out(request.user, subject, line, found, year, what_if.cleaned_data["day"])
    return render(request, "awards/due/detail.html", context)


def _lost(subject: Subject, award: str, year: int) -> Grant | None:
    """The award of the very year that was taken back."""
    rows = subject.grants.filter(award__code=award, year=year, period="").exclude(revoked_on=None)
    return rows.order_by("revoked_on").last()


def _papers_of(lost: Grant, user: User) -> dict[str, Decision]:
    """The decision that gave the award and the one that took it back (issued, revoking), as far as the user reads
    them. One query."""
    found = Decision.objects.visible_to(user).in_bulk([key for key in (lost.issued_id, lost.revoking_id) if key])
    keys = {"issued": lost.issued_id, "revoking": lost.revoking_id}
    return {name: found[key] for name, key in keys.items() if key in found}


def _tried_out(
    user: User, subject: Subject, line: Line, found: list[Leaf], year: int, day: date
) -> dict[str, object]:
    """The same subject and year under the rules of another day: nothing of it is kept."""
    rules = rules_on(day)
    other = _line_of(user, subject, line.award.code, year, rules)
    changed = differences(found, leaves(other.verdict, rules, other.subject)) if other else []
    return {"day": day, "other": other, "changed": changed}


def _line_of(user: User, subject: Subject, award: str, year: int, rules: Rules) -> Line | None:
    return verdict_of(
        subject, award, year, rules, shown=lambda one: access.sees_discipline(user, one),
        votes=awards_access.votes_q(user),
    )  # fmt: skip


@require_safe
def attestation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What was attested, by whom and when; what it rests on, for who reads such texts, or judges a line by it."""
    row = get_object_or_404(Attestation.objects.select_related("award", "criterion__award", "by"), pk=pk)
    kind, key = ("person", row.person_id) if row.person_id else ("unit", row.unit_id)
    subject = get_subject(request.user, kind, key or 0)
    context = {
        "row": row, "subject": subject, "kind": kind, "lines": resting_on(request.user, row),
        "grounds": awards_access.reads_grounds(request.user, awards_access.unit_of(subject))
        or judges_by(request.user, row),
        "may_attest": awards_access.attests(request.user, subject),
    }  # fmt: skip
    return render(request, "awards/due/attestation.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def due_attest(request: HttpRequest, kind: str, pk: int, award: str, year: int, criterion: int) -> HttpResponse:
    """Confirm a criterion by hand; criterion 0 is the whole of an award that has none."""
    subject = get_subject(request.user, kind, pk)
    check_year(year)
    row = get_object_or_404(Award, code=award, subject__in=["", kind])
    asked = get_object_or_404(Criterion, pk=criterion, kind=Criterion.Kind.ATTESTED) if criterion else None
    asked = asked and asked.attested_as
    access.require(awards_access.attests(request.user, subject))
    of = {"person": subject, "unit": None} if isinstance(subject, Person) else {"person": None, "unit": subject}
    named = {"award": asked.award if asked else row, "criterion": asked, "year": year}
    form = AttestForm(request.POST or None, asked=named | of)
    back = reverse("awards:due-detail", args=[kind, pk, award, year])
    heading = asked.label if asked else row.label
    crumbs = [(_("Who is due"), reverse("awards:due-home")), (f"{subject} · {row.label} {year}", back)]

    def save() -> Attestation:
        found = form.cleaned_data
        return attest(
            subject, asked.award if asked else row, asked, year, holds=found["holds"] == "1",
            evidence=found["evidence"], by=request.user,
        )  # fmt: skip

    done = _("The attestation has been saved.")
    return form_step(
        request, form, save, done=done, to=back, crumbs=crumbs, heading=heading, note=_attested(form.row)
    )


def _attested(row: Attestation) -> str:
    """By whom it was attested last, and what becomes of that."""
    if row.pk is None:
        return ""
    words = _("Attested by %(who)s on %(day)s. What you save takes its place; the former one stays in the audit log.")
    return words % {"who": row.by, "day": date_format(timezone.localtime(row.at), "d/m/Y")}

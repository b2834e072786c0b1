"""The award catalogue as it is shown: awards by category, and all that belongs to one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awards import wording
from awards.models import (
    Authority,
    Award,
    AwardBasis,
    BaseWage,
    Bonus,
    BonusRounding,
    Cap,
    Criterion,
    Grant,
    HighestOnly,
    Nomination,
    NoticeRule,
    VoteRule,
)
from awards.models.catalogue import NEWEST_FIRST
from awards.reports.rules import criteria_ever, rules_on
from awards.voting import share_words
from emulation.numbers import format_part

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of an award: what it says, where it stands, and whether it is in force on the day asked."""

    row: Model
    text: str
    detail: str
    clause: str
    certainty: str
    holds: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    key: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, both included; None: without an end on that side."""

    first: date | None
    last: date | None

    def since(self, day: date) -> Span:
        """The part from `day` on; it is `empty` where there is none."""
        return Span(max(day, self.first or date.min), self.last)

    def within(self, other: Span) -> Span:
        """What the two have in common; it is `empty` where there is nothing."""
        firsts, lasts = (self.first, other.first), (self.last, other.last)
        return Span(
            max((day for day in firsts if day), default=None), min((day for day in lasts if day), default=None)
        )

    @property
    def empty(self) -> bool:
        return bool(self.first and self.last and self.first > self.last)

    def without(self, other: Span) -> list[Span]:
        """What of it lies before and after the `other` one."""
        before = Span(self.first, min(self.last or date.max, other.first - DAY)) if other.first else None
        after = Span(max(self.first or date.min, other.last + DAY), self.last) if other.last else None
        return [part for part in (before, after) if part is not None and not part.empty]


def is_judging(row: Model) -> bool:
    """Whether dossiers are judged by the row of their rule day; of the others the day of the act decides."""
    return isinstance(row, (Criterion, Cap, VoteRule))


def dossiers_judged_by(row: Any, spans: Iterable[Span]) -> int:
    """Dossiers received that an award, or a row of one, judges, and whose rule day lies in one of the spans.

    An award and its criteria judge, beside who is proposed for it, whoever is proposed for an award that asks to
    meet it; caps and votes only the former. Two queries.
    """
    return _judged(row, spans).aggregate(n=Count("dossier", distinct=True))["n"]


def last_judged_by(row: Any, spans: Iterable[Span]) -> date | None:
    """The last rule day of the dossiers that `dossiers_judged_by` counts. Two queries."""
    return _judged(row, spans).aggregate(day=Max("dossier__rule_day"))["day"]


def _judged(row: Any, spans: Iterable[Span]) -> QuerySet[Nomination]:
    award = row if isinstance(row, Award) else row.award
    asking = _asking() if isinstance(row, (Award, Criterion)) else {}
    lines = Q(pk__in=[])
    for span in spans:
        for pk, part in _reaching(award.pk, span, asking, ()):
            days = Q(dossier__rule_day__gte=part.first or date.min, dossier__rule_day__lte=part.last or date.max)
            lines |= (Q(award=pk) | Q(asked=pk)) & days
    return Nomination.objects.exclude(stage=Nomination.Stage.WITHDRAWN).filter(lines)


def is_paying(row: Model) -> bool:
    """Whether bonuses are found by the row of the day of the decision."""
    return isinstance(row, (Bonus, BaseWage, BonusRounding, HighestOnly))


def decisions_paid_by(row: Any, spans: Iterable[Span]) -> int:
    """Signed decisions, dated within the row and one of the spans, that paid a bonus: for its award, where it is a
    coefficient; any, where it is a base wage or what bonuses are rounded or left out by. One query.
    """
    days = Q(pk__in=[])
    for span in spans:
        part = span.within(Span(row.valid_from, row.valid_until))
        if not part.empty:
            days |= Q(decided__gte=part.first or date.min, decided__lte=part.last or date.max)
    paid = Grant.objects.filter(days, bonus__isnull=False, issued__isnull=False)
    if isinstance(row, Bonus):
        paid = paid.filter(award=row.award_id)
        if row.subject:
            paid = paid.filter(**{f"{row.subject}__isnull": False})
    return paid.aggregate(n=Count("issued", distinct=True))["n"]


Asking = dict[int, list[tuple[int, Span]]]  # award → the awards that ask to meet it, and when


def _asking() -> Asking:
    rows = Criterion.objects.filter(kind=Criterion.Kind.MEETS_AWARD).order_by()
    found: Asking = defaultdict(list)
    for asked, award, first, last in rows.values_list("awards", "award", "valid_from", "valid_until"):
        found[asked].append((award, Span(first, last)))
    return found


def _reaching(award: int, span: Span, asking: Asking, seen: tuple[int, ...]) -> Iterator[tuple[int, Span]]:
    """The award in the span, and those that ask to meet it, or one that does, with the part in which they do."""
    if span.empty or award in seen:
        return
    yield award, span
    for other, period in asking.get(award, ()):
        yield from _reaching(other, span.within(period), asking, (*seen, award))


def award_rows(day: date) -> list[Award]:
    """Awards with `rules`, the number of their criteria in force on `day`, by category and precedence."""
    in_force = Q(criteria__valid_from=None) | Q(criteria__valid_from__lte=day)
    in_force &= Q(criteria__valid_until=None) | Q(criteria__valid_until__gte=day)
    counted = Count("criteria", filter=in_force & Q(criteria__parent=None))
    awards = Award.objects.select_related("category", "level").annotate(rules=counted)
    return list(awards.order_by("category__order", "order", "code"))


def belongings_of(award: Award, day: date) -> list[Part]:
    """Criteria, caps, bonuses, authorities, votes, public notice, legal bases; a fixed number of queries."""
    return [
        Part("criteria", _criteria(award, day)),
        Part("caps", [_cap(row, day) for row in award.caps.prefetch_related("awards")]),
        Part("bonuses", [_bonus(row, day) for row in award.bonuses.all()]),
        Part("authorities", [_authority(row, day) for row in award.authorities.select_related("level")]),
        Part("votes", [_vote(row, day) for row in award.votes.all()]),
        Part("notices", [_notice(row, day) for row in award.notice_rules.all()]),
        Part("bases", [_basis(row, day) for row in award.bases.select_related("document")]),
    ]


def _entry(
    row: Cap | Bonus | Authority | VoteRule | NoticeRule | AwardBasis | Criterion,
    day: date,
    text: str,
    detail: str,
    clause: str = "",
    depth: int = 0,
) -> Entry:
    return Entry(row, text, detail, wording.clause_text(clause), row.certainty, row.holds_on(day), depth)


def _criteria(award: Award, day: date) -> list[Entry]:
    """Groups before what stands in them; each with what it asks, in words, whether it is in force or not."""
    rows = list(award.criteria.order_by(NEWEST_FIRST, "order", "pk"))
    rules, asked = rules_on(day), criteria_ever(award.pk)
    found: list[Entry] = []

    def place(parent: int | None, depth: int) -> None:
        for row in rows:
            if row.parent_id == parent:
                rule = asked[row.pk]
                words = wording.required(rule, rules) if rule.kind in wording.REQUIRED else ""
                detail = words or str(row.get_kind_display())
                found.append(_entry(row, day, row.label, detail, row.clause, depth))
                place(row.pk, depth + 1)

    place(None, 0)
    return found


def _number(value: object) -> str:
    return format_part(value) if value is not None else "?"  # type: ignore[arg-type]


def text_of_row(row: Any) -> str:
    """What a row of an award says, in few words."""
    if isinstance(row, Cap):
        return f"≤ {_number(row.share)} %"
    if isinstance(row, Bonus):
        return f"× {_number(row.coefficient)}"
    if isinstance(row, VoteRule):
        known = f"≥ {share_words(row.share)}" if row.share else ""
        return known or _("as many votes as the council has fixed for itself")
    if isinstance(row, NoticeRule):
        return ngettext("%(n)s day", "%(n)s days", row.days) % {"n": row.days}
    return row.document.code if isinstance(row, AwardBasis) else row.label


def _cap(row: Cap, day: date) -> Entry:
    others = ", ".join(one.label for one in row.awards.all())
    detail = f"{others or row.get_of_display()}; {row.get_rounding_display()}"
    return _entry(row, day, text_of_row(row), detail, row.clause)


def _bonus(row: Bonus, day: date) -> Entry:
    return _entry(row, day, text_of_row(row), str(row.get_subject_display()), row.clause)


def _authority(row: Authority, day: date) -> Entry:
    return _entry(row, day, row.label, row.level.label)


def _vote(row: VoteRule, day: date) -> Entry:
    secret = VoteRule._meta.get_field("secret").verbose_name if row.secret else ""
    return _entry(row, day, text_of_row(row), str(secret), row.clause)


def _notice(row: NoticeRule, day: date) -> Entry:
    return _entry(row, day, text_of_row(row), str(NoticeRule._meta.get_field("days").verbose_name), row.clause)


def _basis(row: AwardBasis, day: date) -> Entry:
    return _entry(row, day, text_of_row(row), row.document.label, row.article)

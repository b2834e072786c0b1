"""The award catalogue as it is shown: awards by category, and all that belongs to one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Model, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awards import wording
from awards.criteria import Criterion as Rule
from awards.models import (
    Authority,
    Award,
    AwardBasis,
    Bonus,
    Cap,
    Criterion,
    Dossier,
    Nomination,
    NoticeRule,
    VoteRule,
)
from awards.models.catalogue import NEWEST_FIRST
from awards.reports.rules import rules_on
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


def dossiers_judged_by(award: Award, spans: Iterable[Span]) -> int:
    """Dossiers received that propose the award and whose rule day lies in one of the spans. One query."""
    days = Q(pk__in=[])
    for span in spans:
        if not span.empty:
            days |= Q(rule_day__gte=span.first or date.min) & Q(rule_day__lte=span.last or date.max)
    lines = Nomination.objects.exclude(stage=Nomination.Stage.WITHDRAWN).filter(Q(award=award) | Q(asked=award))
    return Dossier.objects.filter(days, pk__in=lines.values("dossier")).count()


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
    return Entry(row, text, detail, clause, row.certainty, row.holds_on(day), depth)


def _criteria(award: Award, day: date) -> list[Entry]:
    """Groups before what stands in them; each with what it asks, in words."""
    rows = list(award.criteria.order_by(NEWEST_FIRST, "order", "pk"))
    rules = rules_on(day)
    asked: dict[int, Rule] = {}

    def collect(criterion: Rule) -> None:
        asked[criterion.key] = criterion
        for child in criterion.children:
            collect(child)

    for criterion in rules[award.code].criteria if award.code in rules else ():
        collect(criterion)
    found: list[Entry] = []

    def place(parent: int | None, depth: int) -> None:
        for row in rows:
            if row.parent_id == parent:
                rule = asked.get(row.pk)
                words = wording.required(rule, rules) if rule and rule.kind in wording.REQUIRED else ""
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
    return _entry(row, day, row.decides, row.level.label)


def _vote(row: VoteRule, day: date) -> Entry:
    secret = VoteRule._meta.get_field("secret").verbose_name if row.secret else ""
    return _entry(row, day, text_of_row(row), str(secret), row.clause)


def _notice(row: NoticeRule, day: date) -> Entry:
    return _entry(row, day, text_of_row(row), str(NoticeRule._meta.get_field("days").verbose_name), row.clause)


def _basis(row: AwardBasis, day: date) -> Entry:
    return _entry(row, day, text_of_row(row), row.document.label, row.article)

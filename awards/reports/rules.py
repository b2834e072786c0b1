"""The rule set in force on a day, read at once: three queries for any number of awards and criteria."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction

from django.db.models import CharField, Value

from awards import criteria as rules
from awards.models import Award, Criterion, Dossier, RuleChoice
from units import clock
from units.models import Initiative, TaskRating


def rule_day(dossier: Dossier) -> date:
    """The day whose rules judge the dossier: fixed once it was received, else as if it were received today."""
    if dossier.rule_day is not None:
        return dossier.rule_day
    received = dossier.received_on or clock.today()
    choice = RuleChoice.objects.on(received).first()
    by_period = choice is not None and choice.by == RuleChoice.By.PERIOD
    return date(dossier.year, 12, 31) if by_period else received


def rules_on(day: date) -> dict[str, rules.AwardRule]:
    """code → award in force on `day` with its criteria in force on that day, in order of precedence."""
    groups, named = _chosen()
    rows = (
        Criterion.objects.on(day)
        .select_related("since_award", "indicator", "gravity", "incident_gravity")
        .order_by("order", "pk")
    )
    below: dict[tuple[int, int | None], list[Criterion]] = defaultdict(list)
    for row in rows:
        below[row.award_id, row.parent_id].append(row)
    return {
        award.code: rules.AwardRule(
            award.code, award.subject, frozenset(groups[award.pk]),
            tuple(_criterion(row, below, named) for row in below[award.pk, None]), award.name, award.name_en,
            award.once,
        )
        for award in Award.objects.on(day).order_by("order", "code")
    }  # fmt: skip


def _chosen() -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """Groups by award and other awards by criterion, in order of precedence. One query for both."""
    groups = Award.groups.through.objects.values_list(
        Value("group", CharField()), "award_id", "persongroup__order", "persongroup__code"
    )
    awards = Criterion.awards.through.objects.values_list(
        Value("award", CharField()), "criterion_id", "award__order", "award__code"
    )
    found: dict[str, dict[int, list[str]]] = {"group": defaultdict(list), "award": defaultdict(list)}
    for what, key, _order, code in sorted(groups.union(awards)):
        found[what][key].append(code)
    return found["group"], found["award"]


def _gravity(row: Criterion) -> int:
    """From which gravity on something counts: of incidents their own degree, else the form of discipline."""
    if row.kind == rules.Kind.NO_INCIDENT:
        return row.incident_gravity.rank if row.incident_gravity else 0
    return row.gravity.order if row.gravity else 0


def _criterion(
    row: Criterion, below: dict[tuple[int, int | None], list[Criterion]], named: dict[int, list[str]]
) -> rules.Criterion:
    return rules.Criterion(
        kind=rules.Kind(row.kind), key=row.pk, subject=row.subject, text=row.text, text_en=row.text_en,
        clause=row.clause, certainty=row.certainty,
        children=tuple(_criterion(child, below, named) for child in below[row.award_id, row.pk]),
        awards=tuple(named[row.pk]), since_award=row.since_award.code if row.since_award else "",
        rating=TaskRating.RANKS[TaskRating.Rating(row.rating)] if row.rating else 0,
        number=row.number, years=row.years, months=row.months, below_years=row.below_years, gap=row.gap,
        ending=row.ending, merit=row.merit,
        level=Initiative.RANKS[Initiative.Level(row.level)] if row.level else 0,
        indicator=row.indicator.code if row.indicator else "", comparator=row.comparator or ">=",
        value=None if row.value is None else Fraction(row.value),
        share=None if row.share is None else Fraction(row.share),
        strict=row.strict, gravity=_gravity(row),
    )  # fmt: skip

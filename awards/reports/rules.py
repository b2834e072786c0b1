"""The rule set in force on a day, read at once: one query for any number of awards and criteria."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from typing import Any

from awards import criteria as rules
from awards.models import Award, Criterion, Dossier, RuleChoice
from awards.reports.union import Texts, read_together, rows_of
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


# Columns of a criterion as they are read, in this order; shares and values are thousandths.
CRITERION = (
    "order", "pk", "award_id", "parent_id", "kind", "subject", "text", "text_en", "clause", "certainty",
    "continues_id", "since_award__code", "rating", "number", "years", "months", "below_years", "gap", "ending",
    "merit", "level", "indicator__code", "comparator", "value", "share", "strict", "gravity__order",
    "incident_gravity__rank",
)  # fmt: skip
AWARD = ("order", "code", "pk", "subject", "name", "name_en", "once")
Row = dict[str, Any]


def rules_on(day: date) -> dict[str, rules.AwardRule]:
    """code → award in force on `day` with its criteria in force on that day, in order of precedence. One query."""
    groups = Award.groups.through.objects.values_list("persongroup__order", "persongroup__code", "award_id")
    others = Criterion.awards.through.objects.values_list("award__order", "award__code", "criterion_id")
    texts = read_together({
        "groups": groups.order_by(), "others": others.order_by(),
        "criteria": Criterion.objects.on(day).order_by().values_list(*CRITERION),
        "awards": Award.objects.on(day).order_by().values_list(*AWARD),
    })  # fmt: skip
    of_award, named = _by_key(texts, "groups"), _by_key(texts, "others")
    below: dict[tuple[int, int | None], list[Row]] = defaultdict(list)
    for columns in sorted(rows_of(texts, "criteria"), key=lambda row: row[:2]):
        row = dict(zip(CRITERION, columns, strict=True))
        below[row["award_id"], row["parent_id"]].append(row)
    return {
        code: rules.AwardRule(
            code, subject, frozenset(of_award[pk]),
            tuple(_criterion(row, below, named) for row in below[pk, None]), name, name_en, bool(once),
        )
        for _order, code, pk, subject, name, name_en, once in sorted(rows_of(texts, "awards"))
    }  # fmt: skip


def criteria_ever(award: int) -> dict[int, rules.Criterion]:
    """Key → criterion of the award (key), whenever it is or was in force. One query."""
    others = Criterion.awards.through.objects.filter(criterion__award=award)
    texts = read_together({
        "others": others.order_by().values_list("award__order", "award__code", "criterion_id"),
        "criteria": Criterion.objects.filter(award=award).order_by().values_list(*CRITERION),
    })  # fmt: skip
    named = _by_key(texts, "others")
    found = (dict(zip(CRITERION, columns, strict=True)) for columns in rows_of(texts, "criteria"))
    return {row["pk"]: _criterion(row, defaultdict(list), named) for row in found}


def _by_key(texts: Texts, table: str) -> dict[int, list[str]]:
    """Codes by the key they belong to, in order of precedence."""
    found: dict[int, list[str]] = defaultdict(list)
    for _order, code, key in sorted(rows_of(texts, table)):
        found[key].append(code)
    return found


def _gravity(row: Row) -> int:
    """From which gravity on something counts: of incidents their own degree, else the form of discipline."""
    return (row["incident_gravity__rank"] if row["kind"] == rules.Kind.NO_INCIDENT else row["gravity__order"]) or 0


def _part(thousandths: int | None) -> Fraction | None:
    return None if thousandths is None else Fraction(thousandths, 1000)


def _criterion(
    row: Row, below: dict[tuple[int, int | None], list[Row]], named: dict[int, list[str]]
) -> rules.Criterion:
    return rules.Criterion(
        kind=rules.Kind(row["kind"]), key=row["pk"], attested_as=row["continues_id"] or row["pk"],
        subject=row["subject"], text=row["text"], text_en=row["text_en"], clause=row["clause"],
        certainty=row["certainty"],
        children=tuple(_criterion(child, below, named) for child in below[row["award_id"], row["pk"]]),
        awards=tuple(named[row["pk"]]), since_award=row["since_award__code"] or "",
        rating=TaskRating.RANKS[TaskRating.Rating(row["rating"])] if row["rating"] else 0,
        number=row["number"], years=row["years"], months=row["months"], below_years=row["below_years"],
        gap=row["gap"], ending=row["ending"], merit=row["merit"],
        level=Initiative.RANKS[Initiative.Level(row["level"])] if row["level"] else 0,
        indicator=row["indicator__code"] or "", comparator=row["comparator"] or ">=",
        value=_part(row["value"]), share=_part(row["share"]), strict=bool(row["strict"]), gravity=_gravity(row),
    )  # fmt: skip

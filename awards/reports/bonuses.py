"""Bonuses of the lines of a decision: each by its own rules, and only the highest where the rule says so; sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from awards.bonus import Answer
from awards.models import Award, Decision, Grant, HighestOnly, Nomination
from awards.reports.powers import Bonuses, is_certain
from units import clock

Achievement = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """What a line is paid: `amount` in dong (None: not known); by `answer`, or, with `beside`, nothing because that
    award for the same achievement has the higher bonus. `certain`: every rule of it has been read.
    """

    amount: int | None
    answer: Answer
    beside: Award | None = None
    certain: bool = True


class Bonus(NamedTuple):
    """A bonus for an achievement; the highest is paid. `line`: key of its nomination, 0 where it was paid before."""

    amount: int
    order: int
    code: str
    line: int
    award: Award


@dataclass(frozen=True, slots=True)
class Total:
    """Bonuses together: `amount` of the known ones in dong, how many are not known."""

    amount: int
    unknown: int


def total_of(amounts: Iterable[int | None]) -> Total:
    amounts = list(amounts)
    return Total(sum(amount or 0 for amount in amounts), sum(amount is None for amount in amounts))


@dataclass(frozen=True, slots=True)
class Paid:
    """What the lines of a decision are paid: of a signed one the `grants`, of a draft the `dues`, by line (key)."""

    grants: Mapping[int, Grant]
    dues: Mapping[int, Due]

    @property
    def amounts(self) -> dict[int, int | None]:
        """Line (key) → bonus in dong, None where it is not known."""
        given = {key: grant.bonus for key, grant in self.grants.items()}
        return given or {key: due.amount for key, due in self.dues.items()}

    @property
    def total(self) -> Total:
        return total_of(self.amounts.values())

    @property
    def unnumbered(self) -> int:
        """How many awards in force have no number in the book of honour yet."""
        return sum(not grant.register and grant.revoked_on is None for grant in self.grants.values())


def paid_by(decision: Decision, lines: Collection[Nomination]) -> Paid:
    """As given, one query; of a draft with these `lines` by the rules of its day (today without one), as `dues`."""
    if decision.signed_at is not None:
        rows = Grant.objects.filter(issued=decision)
        return Paid({grant.nomination_id: grant for grant in rows if grant.nomination_id is not None}, {})
    return Paid({}, dues(lines, decision.day or clock.today()))


def dues(lines: Collection[Nomination], day: date, rules: Bonuses | None = None) -> dict[int, Due]:
    """Line (key) → what it is paid by a decision of `day`. Two queries, and those of `Bonuses`.

    One achievement: the same person or unit, year, occasion and campaign, unless the line says for which other
    achievement it is proposed (`why_second`). What was paid for it by an earlier decision counts, too.
    """
    rules = rules or Bonuses()
    answers = {line.pk: rules.of(line.award_id, line.subject_key[0], day) for line in lines}
    found = {key: Due(answer.amount, answer, certain=answer.certain) for key, answer in answers.items()}
    highest = HighestOnly.objects.on(day).first()
    if highest is None:
        return found
    same: dict[Achievement, list[Bonus]] = defaultdict(list)
    for line in lines:
        if line.why_second == "" and (amount := answers[line.pk].amount) is not None:
            same[_achievement(line)].append(Bonus(amount, line.award.order, line.award.code, line.pk, line.award))
    for achievement, paid in _paid(lines).items():
        same[achievement] += paid
    for some in same.values():
        first = max(some, key=lambda one: one[:4])
        for one in some:
            if one.line and one.line != first.line:
                certain = answers[one.line].certain and is_certain(highest)
                found[one.line] = Due(0, answers[one.line], first.award, certain)
    return found


def unpaid_names(lines: Iterable[Nomination], found: Mapping[int, Due]) -> list[str]:
    """Names of the lines whose bonus is not known."""
    return [line.name for line in lines if found[line.pk].amount is None]


def _achievement(line: Nomination) -> Achievement:
    dossier = line.dossier
    return (*line.subject_key, dossier.year, dossier.occasion_id, dossier.campaign_id)


def _paid(lines: Iterable[Nomination]) -> dict[Achievement, list[Bonus]]:
    """What was paid before for the achievements of the lines; the key of none of them."""
    keys = [line.pk for line in lines]
    people = {line.person_id for line in lines if line.person_id}
    units = {line.unit_id for line in lines if line.unit_id}
    rows = Grant.objects.in_force().filter(Q(person__in=people) | Q(unit__in=units), nomination__why_second="")
    rows = rows.filter(bonus__gt=0, year__in={line.dossier.year for line in lines}).exclude(nomination__in=keys)
    found = defaultdict(list)
    for grant in rows.select_related("award", "nomination__dossier"):
        assert grant.nomination is not None
        paid = Bonus(grant.bonus or 0, grant.award.order, grant.award.code, 0, grant.award)
        found[_achievement(grant.nomination)].append(paid)
    return found

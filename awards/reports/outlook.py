"""The path to the next award of one person or unit: what comes next, what is missing, and when at the soonest."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from awards import wording
from awards.criteria import Rules
from awards.outlook import counts_years, soonest
from awards.reports.due import chosen_of, closeness, lines_of, missing, person_subject, unit_subject
from awards.reports.facts import EVERY_VOTE, Shown, facts_of
from units import clock
from units.models import Person, Unit

STEPS = 8  # awards that are shown


@dataclass(frozen=True, slots=True)
class Step:
    """An award that is still to come. `soonest` is a year, None where it is too far off or too little is known."""

    code: str
    award: str
    state: str
    missing: tuple[str, ...]
    soonest: int | None


def steps_of(subject: Person | Unit, year: int, rules: Rules, *, shown: Shown, votes: Q = EVERY_VOTE) -> list[Step]:
    """The awards that come next for the subject, the soonest and closest first: those whose criteria count years.

    Three queries, with figures nine.
    """
    people, units = Person.objects.none(), Unit.objects.none()
    if isinstance(subject, Person):
        people = Person.objects.filter(pk=subject.pk).select_related("unit", "group")
    else:
        units = Unit.objects.filter(pk=subject.pk)
    of_people, of_units = facts_of(people, units, year, rules, shown=shown, votes=votes)
    if not of_people + of_units:
        return []
    [facts] = of_people + of_units
    named = person_subject(subject) if isinstance(subject, Person) else unit_subject(subject)
    reached = soonest(facts, year, rules, over=year < clock.today().year)
    coming = [
        line
        for line in lines_of([(named, facts)], chosen_of(rules), year, rules)
        if not line.held and counts_years(line.award, facts)
    ]
    coming.sort(key=lambda line: (reached.get(line.award.code, 9999), closeness(line.verdict, held=line.held)))
    return [
        Step(
            line.award.code, wording.label_of(line.award), line.state, tuple(missing(line.verdict)),
            reached.get(line.award.code),
        )
        for line in coming[:STEPS]
    ]  # fmt: skip

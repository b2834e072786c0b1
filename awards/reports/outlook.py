"""The path to the next award of one person or unit: what comes next, what is missing, and when at the soonest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q
from django.utils.translation import gettext as _

from awards import wording
from awards.criteria import AwardRule, Rules
from awards.models import Cap
from awards.outlook import counts_years, outgrown, shut_by_caps, soonest
from awards.reports.due import chosen_of, closeness, last_day, lines_of, missing, person_subject, unit_subject
from awards.reports.facts import EVERY_VOTE, Shown, facts_of
from units import clock
from units.models import Person, Unit

STEPS = 8  # awards that are shown


@dataclass(frozen=True, slots=True)
class Step:
    """An award that is still to come. `soonest` is a year, None where it is too far off or too little is known.

    `shut` says why nobody can reach it under the rules in force, where they contradict each other.
    """

    code: str
    award: str
    state: str
    missing: tuple[str, ...]
    soonest: int | None
    shut: str = ""


def steps_of(subject: Person | Unit, year: int, rules: Rules, *, shown: Shown, votes: Q = EVERY_VOTE) -> list[Step]:
    """The awards that come next for the subject, the soonest and closest first: those whose criteria count years.

    Three queries, with figures nine; one more of units, for the caps.
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
        if not line.held and counts_years(line.award, facts) and not outgrown(line.award, facts, last_day(year))
    ]
    caps = _caps(year) if units else {}
    shut = {line.award.code: words for line in coming if (words := _shut(line.award, caps))}
    coming.sort(
        key=lambda line: (
            line.award.code in shut,
            reached.get(line.award.code, 9999),
            closeness(line.verdict, held=line.held),
        )
    )
    return [
        Step(
            line.award.code, wording.label_of(line.award), line.state, tuple(missing(line.verdict)),
            None if line.award.code in shut else reached.get(line.award.code), shut.get(line.award.code, ""),
        )
        for line in coming[:STEPS]
    ]  # fmt: skip


def _caps(year: int) -> dict[str, Fraction]:
    """Award → the lowest known share of the headcount that may be given it at the end of the year. One query."""
    rows = Cap.objects.on(last_day(year)).filter(of=Cap.Of.HEADCOUNT)
    found: dict[str, Fraction] = {}
    for code, share in rows.order_by().values_list("award__code", "share"):
        if share is not None:
            found[code] = min(found.get(code, Fraction(share)), Fraction(share))
    return found


def _shut(rule: AwardRule, caps: Mapping[str, Fraction]) -> str:
    found = shut_by_caps(rule, caps)
    if found is None:
        return ""
    words = _(
        "Out of reach under these rules: %(asked)s %% of the members have to hold a title that at most %(most)s %% "
        "of the headcount may be given. Both shares stand in the catalogue; ask the authority which is meant."
    )
    return words % {"asked": wording.number(found[0]), "most": wording.number(found[1])}

"""Later awards that rested on awards taken back: not touched, but listed for people to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from awards.models import Criterion, Grant
from units.paths import path_ids

Kind = Criterion.Kind
OWN = (Kind.MEETS_AWARD, Kind.PRIOR_AWARDS, Kind.QUALIFYING_YEARS)  # look at awards of the same subject
SAME_YEAR = (Kind.MEETS_AWARD,)


@dataclass(frozen=True, slots=True)
class Affected:
    """A `grant` in force whose `criterion` names an award taken back: `because`."""

    grant: Grant
    criterion: Criterion
    because: Grant


def affected(taken_back: Collection[Grant]) -> list[Affected]:
    """Awards of the same people and units, and of the units of the people, that rest on `taken_back`.

    Of the same subject: awards of a later year (of the same year where the award asks to meet the other one in its
    year) with a criterion, in force when they were decided, that names the award taken back; what rests on those
    in turn, too. Of units above a person: awards of the same year that count members who hold it. Of people of a
    unit: awards of the same year that ask for the unit's title. Four queries.
    """
    rules = _rules()
    keys = [grant.pk for grant in taken_back]
    candidates = list(_candidates(taken_back).exclude(pk__in=keys))
    found: dict[int, Affected] = {}
    queue = list(taken_back)
    while queue:
        lost = queue.pop(0)
        for grant in candidates:
            if grant.pk in found:
                continue
            rule = _resting(grant, lost, rules)
            if rule is not None:
                found[grant.pk] = Affected(grant, rule, lost)
                queue.append(grant)
    return sorted(found.values(), key=lambda row: (row.grant.year, row.grant.award.order, row.grant.pk))


def _rules() -> dict[int, list[tuple[Criterion, frozenset[int]]]]:
    """Award (key) → its criteria that name others, each with the keys of those. Two queries."""
    named: dict[int, set[int]] = defaultdict(set)
    for criterion, award in Criterion.awards.through.objects.values_list("criterion", "award"):
        named[criterion].add(award)
    found = defaultdict(list)
    for row in Criterion.objects.filter(Q(kind__in=Criterion.NAMING) | Q(since_award__isnull=False)):
        others = named[row.pk] | ({row.since_award_id} if row.since_award_id else set())
        found[row.award_id].append((row, frozenset(others)))
    return found


def _candidates(taken_back: Collection[Grant]):
    people = {grant.person_id for grant in taken_back if grant.person_id}
    units = {grant.unit_id for grant in taken_back if grant.unit_id}
    above = {pk for grant in taken_back if grant.person for pk in path_ids(grant.person.unit.path)}
    own = Q(person__in=people) | Q(unit__in=units | above) | Q(person__unit__in=units)
    first = min((grant.year for grant in taken_back), default=0)
    rows = Grant.objects.in_force().filter(own, year__gte=first)
    return rows.select_related("award", "person__unit", "unit", "issued")


def _resting(grant: Grant, lost: Grant, rules: dict[int, list[tuple[Criterion, frozenset[int]]]]) -> Criterion | None:
    same = (grant.person_id, grant.unit_id) == (lost.person_id, lost.unit_id)
    day = grant.decided or date(grant.year, 12, 31)
    for rule, others in rules.get(grant.award_id, ()):
        if lost.award_id not in others or not rule.holds_on(day):
            continue
        if same and _later(grant, lost, rule):
            return rule
        if grant.year == lost.year and _counts(grant, lost, rule):
            return rule
    return None


def _later(grant: Grant, lost: Grant, rule: Criterion) -> bool:
    if rule.kind in SAME_YEAR:
        return grant.year == lost.year
    own = rule.kind in OWN or rule.since_award_id == lost.award_id
    # Chains may end in the year considered itself: an award of the same year rests on its companion.
    return own and grant.year >= lost.year and grant.pk != lost.pk


def _counts(grant: Grant, lost: Grant, rule: Criterion) -> bool:
    """Whether the unit counts the person's award among its members', or the person rests on the unit's title."""
    if rule.kind == Kind.MEMBERS_HOLDING and grant.unit_id and lost.person:
        return grant.unit_id in path_ids(lost.person.unit.path)
    return rule.kind == Kind.UNIT_TITLE and bool(grant.person and grant.person.unit_id == lost.unit_id)

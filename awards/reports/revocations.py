"""Later awards that rested on awards taken back: not touched, but listed for people to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from awards.models import Criterion, Grant, GrantReview
from units.models import Posting
from units.reports.lineages import lineages_of

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
    year) with a criterion, in force when they were decided, that names the award taken back. Of units above a
    person: awards of the same year that count members who hold it. Of people of a unit: awards of the same year
    that ask for the unit's title. What rests on those in turn, too. A few queries for each step of such a chain.
    """
    rules, places = _rules(), _Places()
    known = {grant.pk for grant in taken_back}
    found: list[Affected] = []
    lost = list(taken_back)
    while lost:
        places.learn(lost)
        candidates = _candidates(lost, places).exclude(pk__in=known)
        fresh = []
        for grant in candidates:
            resting = ((rule, one) for one in lost if (rule := _resting(grant, one, rules, places)) is not None)
            for rule, one in resting:
                fresh.append(Affected(grant, rule, one))
                break
        known |= {row.grant.pk for row in fresh}
        found += fresh
        lost = [row.grant for row in fresh]
    return sorted(found, key=lambda row: (row.grant.year, row.grant.award.order, row.grant.pk))


def reviewed(taken_back: Collection[Grant]) -> list[tuple[Affected, GrantReview | None]]:
    """`affected` with what became of each: the review that the revocation asked for, None before it is signed.

    Those that were taken back meanwhile have their reviews still.
    """
    rows = GrantReview.objects.filter(because__in=[grant.pk for grant in taken_back])
    known = {row.grant_id: row for row in rows.select_related(
        "grant__award", "grant__person__unit", "grant__unit", "criterion", "because__award", "kept_by"
    )}  # fmt: skip
    found = [(row, known.pop(row.grant.pk, None)) for row in affected(taken_back)]
    return found + [(Affected(row.grant, row.criterion, row.because), row) for row in known.values()]


class _Places:
    """Where people stood at the end of a year, and what stood above them then."""

    def __init__(self) -> None:
        self._postings: dict[int, list[Posting]] = {}
        self._above: dict[tuple[int, int], list[int]] = {}  # (year, unit) → its superiors then, and itself
        self._titled: dict[tuple[int, int], set[int]] = {}

    def learn(self, grants: Iterable[Grant]) -> None:
        """Load what is asked of these grants: the postings of their people with what stood above them, and the people
        of their units.
        """
        grants = list(grants)
        people = {grant.person_id for grant in grants if grant.person_id} - self._postings.keys()
        self._postings |= {pk: [] for pk in people}
        for posting in Posting.objects.filter(person__in=people):
            self._postings[posting.person_id].append(posting)
        stood = {
            (grant.year, unit) for grant in grants if (unit := self._stood(grant)) is not None
        } - self._above.keys()
        trees = lineages_of({unit for _year, unit in stood}, {_end(year) for year, _unit in stood})
        self._above |= {(year, unit): trees[_end(year)].get(unit, [unit]) for year, unit in stood}
        for grant in grants:
            if grant.unit_id and (grant.unit_id, grant.year) not in self._titled:
                there = Posting.objects.on(_end(grant.year)).filter(unit=grant.unit_id)
                self._titled[grant.unit_id, grant.year] = set(there.values_list("person_id", flat=True))

    def above(self, grant: Grant) -> list[int]:
        """Keys of the units in which the person of the grant stood at the end of its year, root first."""
        unit = self._stood(grant)
        return [] if unit is None else self._above[grant.year, unit]

    def _stood(self, grant: Grant) -> int | None:
        """Key of the unit in which the person of the grant stood at the end of its year."""
        day = _end(grant.year)
        rows = self._postings.get(grant.person_id or 0, ())
        on_day = (row.unit_id for row in rows if (row.since or day) <= day <= (row.until or day))
        return next(on_day, None)

    def members(self, grant: Grant) -> set[int]:
        """Keys of the people who stood in the unit of the grant at the end of its year."""
        return self._titled.get((grant.unit_id or 0, grant.year), set())


def _end(year: int) -> date:
    return date(year, 12, 31)


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


def _candidates(lost: Collection[Grant], places: _Places) -> QuerySet[Grant]:
    people = {grant.person_id for grant in lost if grant.person_id}
    units = {grant.unit_id for grant in lost if grant.unit_id}
    above = {pk for grant in lost if grant.person_id for pk in places.above(grant)}
    members = {pk for grant in lost if grant.unit_id for pk in places.members(grant)}
    rows = Grant.objects.in_force().filter(Q(person__in=people | members) | Q(unit__in=units | above))
    rows = rows.filter(year__gte=min(grant.year for grant in lost)).order_by("year", "pk")
    return rows.select_related("award", "person__unit", "unit", "issued")


def _resting(
    grant: Grant, lost: Grant, rules: dict[int, list[tuple[Criterion, frozenset[int]]]], places: _Places
) -> Criterion | None:
    same = (grant.person_id, grant.unit_id) == (lost.person_id, lost.unit_id)
    day = grant.decided or _end(grant.year)
    for rule, others in rules.get(grant.award_id, ()):
        if lost.award_id not in others or not rule.holds_on(day):
            continue
        if same and _later(grant, lost, rule):
            return rule
        if grant.year == lost.year and _counts(grant, lost, rule, places):
            return rule
    return None


def _later(grant: Grant, lost: Grant, rule: Criterion) -> bool:
    if rule.kind in SAME_YEAR:
        return grant.year == lost.year
    # Of a unit, a title that is asked for is its own.
    own = rule.kind in OWN or rule.since_award_id == lost.award_id or (rule.kind == Kind.UNIT_TITLE and grant.unit_id)
    # Chains may end in the year considered itself: an award of the same year rests on its companion.
    return bool(own) and grant.year >= lost.year and grant.pk != lost.pk


def _counts(grant: Grant, lost: Grant, rule: Criterion, places: _Places) -> bool:
    """Whether the unit counted the person's award among its members', or the person rests on the unit's title."""
    if rule.kind == Kind.MEMBERS_HOLDING and grant.unit_id and lost.person_id:
        return grant.unit_id in places.above(lost)
    return rule.kind == Kind.UNIT_TITLE and bool(lost.unit_id) and grant.person_id in places.members(lost)

"""Every criterion of the shipped catalogue, met and not met by facts made for it; no database."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from awards.criteria import GROUPS, AwardRule, Criterion, Kind, State
from awards.eligibility import evaluate
from awards.facts import (
    Attested,
    Breach,
    Facts,
    Held,
    Members,
    Merit,
    Rating,
    Targets,
    Vote,
)
from awards.services.loading import FOLDER

YEAR = 2020
DAY = date(YEAR, 12, 31)
RATINGS = {"not": 1, "completed": 2, "well": 3, "excellent": 4}
LEVELS = {"base": 1, "region": 2, "ministry": 3, "nation": 4}
GRAVITIES = {"reprimand": 1, "warning": 2}
CATALOGUE = json.loads((FOLDER / "awards.json").read_text(encoding="utf-8"))["awards"]
KEPT = {"awards": 1990, "merits": 1990}
SINCE = date(1990, 1, 1)


def rule_of(entry, numbers):
    """A criterion as `reports.rules` makes it of the stored row."""
    key = next(numbers)
    plain = {"kind": Kind(entry["kind"]), "key": key, "attested_as": key, "awards": tuple(entry.get("awards", ()))}
    plain |= {name: entry[name] for name in ("subject", "number", "years", "months", "below_years", "gap", "ending",
                                             "merit", "strict", "clause", "text") if name in entry}  # fmt: skip
    plain["rating"] = RATINGS.get(entry.get("rating"), 0)
    plain["level"] = LEVELS.get(entry.get("level"), 0)
    plain["gravity"] = GRAVITIES[entry["gravity"]] if "gravity" in entry else 0
    plain |= {name: Fraction(str(entry[name])) for name in ("share", "value") if entry.get(name) is not None}
    return Criterion(**plain, children=tuple(rule_of(child, numbers) for child in entry.get("children", ())))


def leaves(criterion):
    if criterion.kind == Kind.MEETS_AWARD or criterion.kind not in GROUPS:
        yield criterion
    for child in criterion.children:
        yield from leaves(child)


def every_criterion():
    """(award, its subject, criterion) for every row of the catalogue that is no group, of all versions."""
    for entry in CATALOGUE:
        numbers = iter(range(1, 1000))
        for row in entry.get("criteria", ()):
            for leaf in leaves(rule_of(row, numbers)):
                yield entry["code"], leaf.subject or entry.get("subject") or "person", leaf


def years_of(criterion):
    return range(YEAR - (criterion.years or 1) + 1, YEAR + 1)


def chain(criterion):
    """Grants that just make the chain or the number."""
    last = YEAR - (criterion.ending == "before")
    years = range(last, last - criterion.number * criterion.gap, -criterion.gap)
    return tuple(Held(criterion.awards[0], year) for year in years)


def members(criterion, enough):
    """Ten members of whom enough hold or are rated; one fewer is too few."""
    least = criterion.number
    if criterion.share is not None:
        least = next(
            n for n in range(11) if n * 10 > criterion.share or (n * 10 == criterion.share and not criterion.strict)
        )
    count = least if enough else least - 1
    rated = {criterion.rating: count, 1: 10 - count} if criterion.kind == Kind.MEMBERS_RATED else {}
    return {"members": {YEAR: Members(10, rated, {criterion.awards[0]: count} if criterion.awards else {})}}


def task_rating(c, holds):
    years = [*years_of(c)]
    return {"ratings": tuple(Rating(year, c.rating - (not holds and year == years[0])) for year in years)}


def merits(c, holds):
    kind = c.merit or "science"
    return {"merits": tuple(Merit(kind, c.level, YEAR - n) for n in range(c.number))[not holds :]}


def qualifying(c, holds):
    years = [YEAR - n for n in range(c.years)]
    rated = tuple(Rating(year, c.rating) for year in years[1:])
    works = tuple(Merit("initiative", c.level, year) for year in years[1:] for _n in range(c.number))
    return {"held": (Held(c.awards[0], YEAR),) if holds else (), "ratings": (*rated, Rating(YEAR, c.rating - 1)),
            "merits": works}  # fmt: skip


def service(c, holds):
    if c.months:
        return {"began": date(YEAR, 13 - c.months, 1 if holds else 2)}
    return {"began": date(YEAR - c.years, 12, 31) if holds else date(YEAR - c.years + 1, 1, 1)}


MADE = {
    Kind.TASK_RATING: task_rating,
    Kind.PRIOR_AWARDS: lambda c, holds: {"held": chain(c)[not holds :]},
    Kind.QUALIFYING_YEARS: qualifying,
    Kind.MERIT: merits,
    Kind.MEETS_AWARD: lambda c, holds: {"ratings": (Rating(YEAR, 4 if holds else 1),)},
    Kind.NO_DISCIPLINE: lambda c, holds: {
        "clear": frozenset(years_of(c)),
        "breaches": () if holds else (Breach("discipline", YEAR, max(c.gravity, 1)),),
    },
    Kind.SERVICE_TIME: service,
    Kind.MEMBERS_HOLDING: members,
    Kind.MEMBERS_RATED: members,
    Kind.TARGETS_MET: lambda c, holds: {"targets": (Targets(YEAR, 4, 4, 4 if holds else 3),)},
    Kind.COUNCIL_VOTE: lambda c, holds: {"votes": (Vote("A", YEAR, 9 if holds else 8, 10, True),)},
    Kind.ATTESTED: lambda c, holds: {"attested": (Attested("A", c.attested_as, YEAR, holds),)},
}  # fmt: skip
TITLES = {code: AwardRule(code, criteria=(Criterion(Kind.TASK_RATING, rating=3),)) for code in ("CSTT", "LDTT")}


def state(criterion, subject, **known):
    rule = AwardRule("A", criteria=(criterion,))
    facts = Facts(**{"subject": subject, "began": SINCE, "kept": KEPT} | known)
    return evaluate(rule, facts, year=YEAR, day=DAY, rules=TITLES | {"A": rule}).state


ALL = [*every_criterion()]
NAMES = [f"{code}-{n}-{criterion.kind}" for n, (code, _subject, criterion) in enumerate(ALL)]


@pytest.mark.parametrize(("code", "subject", "criterion"), ALL, ids=NAMES)
def test_every_criterion_is_met_and_not_met(code, subject, criterion):
    found = tuple(state(criterion, subject, **MADE[criterion.kind](criterion, holds)) for holds in (True, False))
    assert found == (State.MET, State.NOT_MET)


@pytest.mark.parametrize(("code", "subject", "criterion"), ALL, ids=NAMES)
def test_of_whom_nothing_is_known_nothing_is_said(code, subject, criterion):
    assert state(criterion, subject, began=None, kept={}) is State.NO_DATA


@pytest.mark.parametrize("code", sorted({code for code, _subject, _criterion in ALL}))
def test_every_award_is_met_by_somebody_under_every_version_of_its_rules(code):
    """Facts made for all criteria of a version at once do not stand in each other's way."""
    [entry] = [entry for entry in CATALOGUE if entry["code"] == code]
    versions = {row.get("valid_from") or "" for row in entry["criteria"]}
    for first in versions:
        day = date.fromisoformat(first) if first else date(2004, 7, 1)
        numbers = iter(range(1, 1000))
        rows = [rule_of(row, numbers) for row in entry["criteria"] if holds_on(row, day)]
        for subject in {"person", "unit"} if not entry.get("subject") else {entry["subject"]}:
            own = [leaf for row in rows for leaf in leaves(row) if leaf.subject in ("", subject)]
            if not own:
                continue  # attested by hand
            rule = AwardRule("A", criteria=tuple(rows))
            facts = Facts(**{"subject": subject, "began": SINCE, "kept": KEPT} | together(own))
            found = evaluate(rule, facts, year=YEAR, day=DAY, rules=TITLES | {"A": rule})
            assert found.state is State.MET


def holds_on(row, day):
    since, until = row.get("valid_from"), row.get("valid_until")
    return (not since or since <= day.isoformat()) and (not until or day.isoformat() <= until)


def together(criteria):
    """Everything that meets each of the criteria; what only one record can say, said by the better one."""
    found = {}
    for criterion in criteria:
        for name, value in MADE[criterion.kind](criterion, True).items():
            if name == "members" and name in found:
                one, other = found[name][YEAR], value[YEAR]
                value = {
                    YEAR: replace(one, rated={**one.rated, **other.rated}, holding={**one.holding, **other.holding})
                }
            elif isinstance(value, tuple):
                value = (*found.get(name, ()), *value)
            elif isinstance(value, frozenset):
                value = found.get(name, frozenset()) | value
            found[name] = value
    return found


def test_catalogue_asks_of_every_kind_that_facts_are_made_for():
    assert {criterion.kind for _code, _subject, criterion in ALL} == set(MADE)


def test_every_coefficient_says_since_when_it_holds():
    """Else awards of years before it would be paid by the law of today."""
    undated = [
        entry["code"]
        for entry in CATALOGUE
        for row in entry.get("bonuses", ())
        if row["coefficient"] is not None and "valid_from" not in row
    ]
    assert undated == []


def test_who_decides_is_said_in_english_too():
    rows = [row for award in CATALOGUE for row in award.get("authorities", ())]
    assert len(rows) > 20
    assert [row["decides"] for row in rows if not row.get("decides_en") or row["decides_en"] == row["decides"]] == []

"""Criteria of awards with their parameters, and the findings that `eligibility` answers with. No database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from awards.facts import Facts, Source


class State(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"

    __hash__ = str.__hash__  # that of enumerations is slow, and asked for a million times


class Kind(StrEnum):
    """What a criterion looks at; which parameters it reads stands at its function below."""

    ALL_OF = "all_of"
    ANY_OF = "any_of"
    AT_LEAST = "at_least"
    MEETS_AWARD = "meets_award"
    TASK_RATING = "task_rating"
    PRIOR_AWARDS = "prior_awards"
    QUALIFYING_YEARS = "qualifying_years"
    MERIT = "merit"
    FIGURE = "figure"
    TARGETS_MET = "targets_met"
    NO_DISCIPLINE = "no_discipline"
    NO_INCIDENT = "no_incident"
    SERVICE_TIME = "service_time"
    MEMBERS_HOLDING = "members_holding"
    MEMBERS_RATED = "members_rated"
    UNIT_TITLE = "unit_title"
    COUNCIL_VOTE = "council_vote"
    ATTESTED = "attested"

    __hash__ = str.__hash__  # as of `State`


GROUPS = (Kind.ALL_OF, Kind.ANY_OF, Kind.AT_LEAST, Kind.MEETS_AWARD)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion with its parameters; those its kind does not read are empty.

    `key` is the record's, `attested_as` that by which attestations name it (0: the whole award). `ending` says in
    which year a chain may end: the year considered, the year before, or either.
    """

    kind: Kind
    key: int = 0
    attested_as: int = 0
    subject: str = ""  # person, unit; empty: both
    text: str = ""
    text_en: str = ""
    clause: str = ""
    certainty: str = ""
    children: tuple[Criterion, ...] = ()
    awards: tuple[str, ...] = ()
    since_award: str = ""
    rating: int = 0  # 1 not completed … 4 completed excellently
    number: int = 1
    years: int | None = None
    months: int | None = None
    below_years: int | None = None
    gap: int = 1
    ending: str = "year"  # year, before, either
    merit: str = ""  # initiative, science, combat; empty: any
    level: int = 0  # 1 base … 4 nation
    indicator: str = ""
    comparator: str = ">="
    value: Fraction | None = None
    share: Fraction | None = None  # per cent
    strict: bool = False  # more than the share, beats the target
    gravity: int = 1


@dataclass(frozen=True, slots=True)
class AwardRule:
    """An award with the criteria in force on the day.

    `groups`: personnel groups it is for; empty: all. `once`: nobody is given it twice.
    """

    code: str
    subject: str = ""
    groups: frozenset[str] = frozenset()
    criteria: tuple[Criterion, ...] = ()
    name: str = ""
    name_en: str = ""
    once: bool = False

    def suits(self, facts: Facts) -> bool:
        """Whether the award is for such a subject at all."""
        for_kind = self.subject in ("", facts.subject)
        return for_kind and (not self.groups or facts.group in self.groups or facts.subject != "person")


Rules = Mapping[str, AwardRule]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for a criterion. `actual` are the numbers found, in the order `wording` expects.

    `distance` sorts by closeness: 0 is met, 1 not known, more is further away.
    """

    criterion: Criterion
    state: State
    actual: tuple[object, ...] = ()
    sources: tuple[Source, ...] = ()
    children: tuple[Finding, ...] = ()
    distance: int = 0
    award: AwardRule | None = None  # for findings of another award that has to be met

    @property
    def begun(self) -> bool:
        """Whether it, or a criterion in the group, is met."""
        if self.children or self.criterion.kind in GROUPS:
            return any(child.begun for child in self.children)
        return self.state is State.MET

    def leaves(self, groups: tuple[Finding, ...] = ()) -> Iterator[tuple[Finding, tuple[Finding, ...]]]:
        """(finding, the groups it stands in) of every criterion that is no group."""
        if self.criterion.kind not in GROUPS:
            yield self, groups
        for child in self.children:
            yield from child.leaves((*groups, self))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for subject × award × year, with what it rests on."""

    award: AwardRule
    state: State
    findings: tuple[Finding, ...]
    distance: int
    before_council: State  # leaving out the council's vote, which follows the nomination

    @property
    def begun(self) -> bool:
        """Whether any criterion is met."""
        return any(finding.begun for finding in self.findings)

    def leaves(self) -> Iterator[tuple[Finding, tuple[Finding, ...]]]:
        for finding in self.findings:
            yield from finding.leaves()


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked: whose facts, for which year, on which day, under which rules."""

    facts: Facts
    year: int
    day: date
    rules: Rules = field(default_factory=dict)
    award: str = ""
    within: frozenset[str] = frozenset()  # awards being looked at: a rule that names itself is unknown

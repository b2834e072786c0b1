"""How far back the criteria of awards look: what has to be read to judge them, and no more. No database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from awards.criteria import Criterion, Kind, Rules


@dataclass(frozen=True, slots=True)
class Reach:
    """Years back to which facts count, the year considered included; 0: they are not asked for.

    Without `history` only grants of the year count. `figures`: indicators (codes) whose approved figures are
    asked for, `targets`: how many of their targets were met, `votes`: votes of councils, `titles`: what units were
    given, of their people.
    """

    ratings: int = 1
    merits: int = 0
    discipline: int = 0
    incidents: int = 0
    history: bool = False
    figures: frozenset[str] = frozenset()
    targets: bool = False
    votes: bool = False
    titles: bool = False

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            max(self.ratings, other.ratings), max(self.merits, other.merits), max(self.discipline, other.discipline),
            max(self.incidents, other.incidents),
            self.history or other.history, self.figures | other.figures, self.targets or other.targets,
            self.votes or other.votes, self.titles or other.titles,
        )  # fmt: skip


def reach_of(rules: Rules, awards: Iterable[str], subject: str) -> Reach:
    """What the criteria of `awards` for people or units (`subject`) look at, with those of awards they rest on."""
    awards = list(awards)
    found = Reach(history=any(rules[code].once for code in awards if code in rules))
    for criterion in _asked(rules, awards, subject):
        found |= _reach(criterion)
    return found


def _asked(rules: Rules, awards: Iterable[str], subject: str) -> Iterator[Criterion]:
    """Every criterion, also inside groups and of other awards that have to be met."""
    waiting, seen = list(awards), set()
    while waiting:
        code = waiting.pop()
        if code in seen or code not in rules:
            continue
        seen.add(code)
        inside = list(rules[code].criteria)
        while inside:
            criterion = inside.pop()
            if criterion.subject not in ("", subject):
                continue
            yield criterion
            inside += criterion.children
            if criterion.kind == Kind.MEETS_AWARD:
                waiting += criterion.awards


def _reach(criterion: Criterion) -> Reach:
    years = criterion.years or 1
    match criterion.kind:
        case Kind.TASK_RATING:
            return Reach(ratings=years)
        case Kind.NO_DISCIPLINE:  # without a rating nobody is known to be clear
            return Reach(ratings=years, discipline=years)
        case Kind.NO_INCIDENT:
            return Reach(incidents=years)
        case Kind.MERIT:
            return Reach(merits=years)
        case Kind.QUALIFYING_YEARS:  # the last of them may be the year before
            return Reach(ratings=years + 1, merits=years + 1, history=True)
        case Kind.UNIT_TITLE:
            return Reach(history=True, titles=True)
        case Kind.PRIOR_AWARDS | Kind.MEETS_AWARD:  # which says since when it is held
            return Reach(history=True)
        case Kind.FIGURE:
            return Reach(figures=frozenset([criterion.indicator]))
        case Kind.TARGETS_MET:
            return Reach(targets=True)
        case Kind.COUNCIL_VOTE:
            return Reach(votes=True)
        case _:
            return Reach()

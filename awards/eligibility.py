"""Whether somebody meets the criteria of an award: plain facts in, findings out. No database, no language.

Screen, list, import, nomination and council call `evaluate`. There are three answers, not two: what nobody
has recorded is neither met nor missed (Kleene's logic in the groups). A favourable fact never turns *met*
into *not met*, and the order of the facts does not matter; property-based tests prove both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction

from awards.criteria import GROUPS, AwardRule, Case, Criterion, Finding, Kind, Rules, State, Verdict
from awards.facts import Facts, Held, Merit, Source
from emulation.scoring import is_met

BY_HAND = Criterion(Kind.ATTESTED)  # what is asked where the catalogue says nothing


def evaluate(award: AwardRule, facts: Facts, *, year: int, day: date, rules: Rules) -> Verdict:
    """Whether the subject meets the award's criteria for `year` under the rules in force on `day`."""
    return evaluate_by(own_criteria(award, facts), award, facts, year=year, day=day, rules=rules)


def evaluate_by(
    criteria: Sequence[Criterion], award: AwardRule, facts: Facts, *, year: int, day: date, rules: Rules
) -> Verdict:
    """As `evaluate`, when the award's `own_criteria` for such a subject have been found already."""
    case = Case(facts, year, day, rules, award.code, frozenset([award.code]))
    findings = tuple([judge(criterion, case) for criterion in criteria])
    state = all_of(findings)
    before = [f for f in findings if f.criterion.kind is not Kind.COUNCIL_VOTE]
    nominable = state if len(before) == len(findings) else all_of(before) if before else State.NO_DATA
    return Verdict(award, state, findings, sum([f.distance for f in findings]), nominable)


def own_criteria(award: AwardRule, facts: Facts) -> tuple[Criterion, ...]:
    """The criteria for such a subject; an award without any is attested by hand."""
    found = tuple([c for c in award.criteria if c.subject in ("", facts.subject)])
    return found or (BY_HAND,)


def is_by_hand(award: AwardRule, facts: Facts) -> bool:
    """Whether everything asked of such a subject is attested by hand: without attestations all answer alike."""

    def by_hand(criterion: Criterion) -> bool:
        if criterion.kind in GROUPS and criterion.kind != Kind.MEETS_AWARD:
            return all(by_hand(child) for child in criterion.children)
        return criterion.kind == Kind.ATTESTED

    return all(by_hand(criterion) for criterion in own_criteria(award, facts))


def judge(criterion: Criterion, case: Case) -> Finding:
    return JUDGES[criterion.kind](criterion, case)


# ── groups ────────────────────────────────────────────────────────────────


def all_of(findings: Sequence[Finding]) -> State:
    return at_least(findings, len(findings))


def at_least(findings: Sequence[Finding], number: int) -> State:
    """Met when `number` are, missed when they cannot be any more whatever becomes known."""
    states = [f.state for f in findings]
    met = states.count(State.MET)
    if met >= number:
        return State.MET
    return State.NO_DATA if met + states.count(State.NO_DATA) >= number else State.NOT_MET


def group(criterion: Criterion, case: Case) -> Finding:
    """Children; for `at_least` the `number` of them."""
    suited = (c for c in criterion.children if c.subject in ("", case.facts.subject))
    return _gathered(criterion, [judge(child, case) for child in suited])


def _gathered(criterion: Criterion, found: Sequence[Finding], award: AwardRule | None = None) -> Finding:
    needed = {Kind.ALL_OF: len(found), Kind.ANY_OF: 1}.get(criterion.kind, criterion.number)
    state = at_least(found, needed)
    distance = sum(sorted(f.distance for f in found)[:needed]) + 2 * max(0, needed - len(found))
    met = sum(f.state is State.MET for f in found)
    return Finding(criterion, state, (met, len(found)), children=tuple(found), distance=distance, award=award)


def meets_award(criterion: Criterion, case: Case) -> Finding:
    """`awards`: one of them is held for the year, or its criteria are met."""
    held = [h for h in case.facts.held if h.award in criterion.awards and h.year == case.year]
    if held:
        holding = Criterion(Kind.PRIOR_AWARDS, criterion.key, awards=criterion.awards, clause=criterion.clause,
                            certainty=criterion.certainty, years=1)  # fmt: skip
        return _gathered(_any(criterion), [prior_awards(holding, case)])
    found = []
    for code in criterion.awards:
        rule = case.rules.get(code)
        if rule is None or code in case.within or not rule.suits(case.facts):
            continue
        inner = Case(case.facts, case.year, case.day, case.rules, code, case.within | {code})
        parts = [judge(child, inner) for child in own_criteria(rule, case.facts)]
        found.append(_gathered(Criterion(Kind.ALL_OF, text=rule.name, text_en=rule.name_en), parts, rule))
    if not found:
        unknown = Finding(Criterion(Kind.ATTESTED, criterion.key), State.NO_DATA, distance=1)
        return _gathered(_any(criterion), [unknown])
    return _gathered(_any(criterion), found)


def _any(criterion: Criterion) -> Criterion:
    return Criterion(Kind.ANY_OF, criterion.key, text=criterion.text, text_en=criterion.text_en,
                     clause=criterion.clause, certainty=criterion.certainty)  # fmt: skip


# ── leaves ────────────────────────────────────────────────────────────────


def _leaf(
    criterion: Criterion, state: State, actual: tuple[object, ...] = (), sources: Iterable[Source] = (), *,
    lacking: int = 1,
) -> Finding:  # fmt: skip
    """`lacking`: how many steps a criterion that is not met is away."""
    distance = 0 if state is State.MET else 1 if state is State.NO_DATA else 2 * max(lacking, 1)
    found = {source for source in sources if source}
    named = tuple(sorted(found)) if len(found) > 1 else tuple(found)
    return Finding(criterion, state, actual, named, (), distance)


def _known(holds: bool) -> State:
    return State.MET if holds else State.NOT_MET


def _window(criterion: Criterion, case: Case) -> range:
    """The last `years` years, the year considered included; one where nothing is said."""
    return range(case.year - (criterion.years or 1) + 1, case.year + 1)


def _ends(criterion: Criterion, year: int) -> tuple[int, ...]:
    """The years in which a chain may end."""
    if criterion.ending == "either":
        return year, year - 1
    return (year - 1,) if criterion.ending == "before" else (year,)


def task_rating(criterion: Criterion, case: Case) -> Finding:
    """`rating` or better in each of the last `years` years (one)."""
    ratings = case.facts.best_ratings
    found = [(year, ratings.get(year)) for year in _window(criterion, case)]
    known = [r for _year, r in found if r]
    bad = len([r for r in known if r.rank < criterion.rating])
    state = State.NOT_MET if bad else _known(True) if len(known) == len(found) else State.NO_DATA
    actual = tuple([(year, r.rank if r else None) for year, r in found])
    return _leaf(criterion, state, actual, [r.source for r in known], lacking=bad)


def prior_awards(criterion: Criterion, case: Case) -> Finding:
    """`number` grants of `awards`: running (`gap` years apart, ending as `ending` says) where `years` is
    empty and more than one is asked; otherwise within `years`, or ever. With `since_award` only those
    after its first grant count.
    """
    return _of_history(criterion, case, case.facts.held)


def unit_title(criterion: Criterion, case: Case) -> Finding:
    """As `prior_awards`, for the unit a person serves in."""
    return _of_history(criterion, case, case.facts.held if case.facts.subject == "unit" else case.facts.unit_held)


def _of_history(criterion: Criterion, case: Case, history: Sequence[Held]) -> Finding:
    years, count, possible = counted(criterion, case.facts, case.year)
    state = _known(True) if count >= criterion.number else _known(False)
    if state is State.NOT_MET and possible >= criterion.number:
        state = State.NO_DATA
    actual = (count, criterion.number, tuple(sorted(years)))
    sources = [h.source for h in history if h.award in criterion.awards and h.year in years]
    return _leaf(criterion, state, actual, sources, lacking=criterion.number - count)


def counted(criterion: Criterion, facts: Facts, year: int) -> tuple[set[int], int, int]:
    """The years of grants that count, how many they are, and how many with all that may not be recorded."""
    own = criterion.kind != Kind.UNIT_TITLE or facts.subject == "unit"
    held, began = (facts.years_held, facts.began) if own else (facts.unit_years_held, None)
    start = min(held.get(criterion.since_award, ()), default=0) if criterion.since_award else 0
    if criterion.since_award and not start:  # nothing counts before; where that is not known, anything may
        return set(), 0, criterion.number if facts.unknown_years("awards", year, began) else 0
    known = {one for award in criterion.awards for one in held.get(award, ()) if start < one <= year}
    unknown = facts.unknown_years("awards", year, began, start)
    reached = _reached(criterion, year, known)
    return reached, len(reached), len(_reached(criterion, year, known | unknown)) if unknown else len(reached)


def _reached(criterion: Criterion, year: int, known: set[int]) -> set[int]:
    if criterion.years is None and criterion.number > 1:
        return max([_chain(known, end, criterion.gap) for end in _ends(criterion, year)], key=len)
    first = year - criterion.years + 1 if criterion.years else 0
    before = year - 1 if criterion.ending == "before" else year
    return {one for one in known if first <= one <= before}


def _chain(years: set[int], end: int, gap: int) -> set[int]:
    """The chain of `years`, each at most `gap` after the one before, that ends at `end`.

    With a gap above 1 it may end that much earlier.
    """
    chain, missed = set(), 0
    while missed < gap:
        if end in years:
            chain.add(end)
            missed = 0
        else:
            missed += 1
        end -= 1
    return chain


def qualifying_years(criterion: Criterion, case: Case) -> Finding:
    """`years` years running, each with one of `awards`, or with `rating` or better and `number` merits of
    `level`: the two ways may be mixed (answer of the central committee on art. 74(1)(d), law 06/2022).
    """
    best: Finding | None = None
    for end in _ends(criterion, case.year):
        span = range(end - (criterion.years or 1) + 1, end + 1)
        states = [qualifies(criterion, case.facts, case.year, year) for year in span]
        state = State.NOT_MET if State.NOT_MET in states else State.NO_DATA if State.NO_DATA in states else State.MET
        actual = tuple((year, one) for year, one in zip(span, states, strict=True))
        sources = (source for year in span for source in _grounds(criterion, case.facts, year))
        leaf = _leaf(criterion, state, actual, sources, lacking=states.count(State.NOT_MET))
        if best is None or leaf.distance < best.distance:
            best = leaf
    assert best is not None
    return best


def qualifies(criterion: Criterion, facts: Facts, year: int, of: int) -> State:
    """Whether the year `of` does; `year` is the one considered."""
    if any(of in facts.years_held.get(award, ()) for award in criterion.awards):
        return State.MET
    rating = facts.best_ratings.get(of)
    if rating is None or rating.rank >= criterion.rating:
        enough = len(_merits(criterion, facts, of)) >= criterion.number
        if enough and rating:
            return State.MET
        if enough or of in facts.unknown_years("merits", year, None):
            return State.NO_DATA
    return State.NO_DATA if of in facts.unknown_years("awards", year, facts.began) else State.NOT_MET


def _merits(criterion: Criterion, facts: Facts, year: int) -> list[Merit]:
    return [m for m in facts.merits if m.year == year and _counts(criterion, m.kind, m.level)]


def _grounds(criterion: Criterion, facts: Facts, year: int) -> list[Source]:
    """The records by which the year qualifies, or does not."""
    held = [h.source for h in facts.held if h.award in criterion.awards and h.year == year]
    if held:
        return held
    rating = facts.best_ratings.get(year)
    return [m.source for m in _merits(criterion, facts, year)] + ([rating.source] if rating else [])


def _counts(criterion: Criterion, kind: str, level: int) -> bool:
    return criterion.merit in ("", kind) and level >= criterion.level


def merit(criterion: Criterion, case: Case) -> Finding:
    """`number` recognised initiatives or science works (`merit`) of `level` or higher within `years` (one)."""
    window = _window(criterion, case)
    found = [m for m in case.facts.merits if m.year in window and _counts(criterion, m.kind, m.level)]
    state = _known(len(found) >= criterion.number)
    if state is State.NOT_MET and not case.facts.unknown_years("merits", case.year, None).isdisjoint(window):
        state = State.NO_DATA
    lacking = criterion.number - len(found)
    return _leaf(criterion, state, (len(found), criterion.number), (m.source for m in found), lacking=lacking)


def _best(criterion: Criterion, found: Sequence[tuple[bool, tuple[object, ...], Source]]) -> Finding:
    """Of several records for one year the one that holds, if any does."""
    if not found:
        return _leaf(criterion, State.NO_DATA)
    holds, actual, source = max(found, key=lambda record: (record[0], repr(record[1:])))
    return _leaf(criterion, _known(holds), actual, [source])


def figure(criterion: Criterion, case: Case) -> Finding:
    """The year's approved figure of `indicator` stands to `value` as `comparator` says."""
    target = criterion.value
    if target is None:
        return _leaf(criterion, State.NO_DATA)
    rows = [f for f in case.facts.figures if (f.indicator, f.year) == (criterion.indicator, case.year)]
    return _best(criterion, [(is_met(criterion.comparator, target, f.value), (f.value,), f.source) for f in rows])


def targets_met(criterion: Criterion, case: Case) -> Finding:
    """`share` per cent of the year's targets are met; with `strict` they are beaten."""
    share = Fraction(100) if criterion.share is None else criterion.share
    rows = [t for t in case.facts.targets if t.year == case.year and t.targeted]
    return _best(
        criterion,
        [
            (reached * 100 >= share * t.targeted, (reached, t.targeted), t.source)
            for t in rows
            for reached in (t.exceeded if criterion.strict else t.met,)
        ],
    )


def no_breach(criterion: Criterion, case: Case) -> Finding:
    """Nothing of `gravity` or worse within `years` (one). Of a unit, its members' records count."""
    kind = "incident" if criterion.kind == Kind.NO_INCIDENT else "discipline"
    window = _window(criterion, case)
    found = [b for b in case.facts.breaches if b.kind == kind and b.year in window and b.gravity >= criterion.gravity]
    if found:
        return _leaf(criterion, State.NOT_MET, (len(found),), (b.source for b in found))
    clear = case.facts.clear if kind == "discipline" else case.facts.clear_of_incidents
    if not clear.issuperset(window):
        return _leaf(criterion, State.NO_DATA)
    return _leaf(criterion, State.MET, (0,), [_listed(case.facts, f"no_{kind}:{window[0]}:{window[-1]}")])


def _listed(facts: Facts, what: str) -> Source:
    """A list about the subject as source; none where the subject itself has none."""
    return (what, facts.key) if facts.source else ()


def service_time(criterion: Criterion, case: Case) -> Finding:
    """`months` served in the year; or `years` of service on the day, `below_years` not yet reached."""
    began = case.facts.began
    if began is None:
        return _leaf(criterion, State.NO_DATA)
    sources = [case.facts.source]
    if has_left(case.facts, case.day):
        return _leaf(criterion, State.NOT_MET, ("ended", case.facts.ended), sources)
    if criterion.months is not None:
        months = months_served(began, case.year)
        return _leaf(criterion, _known(months >= criterion.months), ("months", months), sources)
    years = full_years(began, case.day)
    least = criterion.years or 0
    fits = years >= least and (criterion.below_years is None or years < criterion.below_years)
    return _leaf(criterion, _known(fits), ("years", years), sources, lacking=least - years)


def has_left(facts: Facts, day: date) -> bool:
    """Whether service is over: of a person the last day still counts, a unit does not exist on the day it ends."""
    ended = facts.ended
    return ended is not None and (ended < day or (ended == day and facts.subject == "unit"))


def months_served(began: date, year: int) -> int:
    """Whole months from `began` to the end of `year`, twelve at most."""
    months = (year + 1 - began.year) * 12 + 1 - began.month - (began.day > 1)
    return max(0, min(12, months))


def full_years(began: date, day: date) -> int:
    return max(0, day.year - began.year - ((day.month, day.day) < (began.month, began.day)))


def members_holding(criterion: Criterion, case: Case) -> Finding:
    """`share` per cent of the members (`strict`: more than that), or `number` of them, hold one of `awards`."""
    members = case.facts.members.get(case.year)
    if members is None or not members.strength:
        return _leaf(criterion, State.NO_DATA)
    holding = sum(members.holding.get(code, 0) for code in criterion.awards)
    state = _known(_enough(criterion, holding, members.strength))
    if state is State.NOT_MET and case.year in case.facts.unknown_years("awards", case.year, None):
        state = State.NO_DATA
    what = ":".join(["holding", str(case.year), *(criterion.awards if len(criterion.awards) == 1 else ())])
    return _leaf(criterion, state, (holding, members.strength), [_listed(case.facts, what)])


def members_rated(criterion: Criterion, case: Case) -> Finding:
    """`share` per cent of the members are rated `rating` or better; who is not rated yet leaves it open."""
    members = case.facts.members.get(case.year)
    if members is None or not members.strength:
        return _leaf(criterion, State.NO_DATA)
    good = sum(count for rank, count in members.rated.items() if rank >= criterion.rating)
    unrated = members.strength - sum(members.rated.values())
    state = _known(_enough(criterion, good, members.strength))
    if state is State.NOT_MET and _enough(criterion, good + unrated, members.strength):
        state = State.NO_DATA
    return _leaf(criterion, state, (good, members.strength), [_listed(case.facts, f"rated:{case.year}")])


def _enough(criterion: Criterion, count: int, of: int) -> bool:
    if criterion.share is None:
        return count >= criterion.number
    return count * 100 > criterion.share * of if criterion.strict else count * 100 >= criterion.share * of


def council_vote(criterion: Criterion, case: Case) -> Finding:
    """`share` per cent of all members of the council voted for it; with `strict` in a secret ballot."""
    share = criterion.share
    if share is None:
        return _leaf(criterion, State.NO_DATA)
    rows = [v for v in case.facts.votes if (v.award, v.year) == (case.award, case.year) and v.members]
    return _best(
        criterion,
        [
            (
                v.votes * 100 >= share * v.members and (v.secret or not criterion.strict),
                (v.votes, v.members),
                v.source,
            )
            for v in rows
        ],
    )


def attested(criterion: Criterion, case: Case) -> Finding:
    """Somebody has confirmed it by hand, with evidence, for the award and year."""
    rows = [
        a
        for a in case.facts.attested
        if (a.award, a.criterion, a.year) == (case.award, criterion.attested_as, case.year)
    ]
    return _best(criterion, [(a.holds, (a.words,), a.source) for a in rows])


JUDGES: dict[Kind, Callable[[Criterion, Case], Finding]] = {
    Kind.ALL_OF: group,
    Kind.ANY_OF: group,
    Kind.AT_LEAST: group,
    Kind.MEETS_AWARD: meets_award,
    Kind.TASK_RATING: task_rating,
    Kind.PRIOR_AWARDS: prior_awards,
    Kind.QUALIFYING_YEARS: qualifying_years,
    Kind.MERIT: merit,
    Kind.FIGURE: figure,
    Kind.TARGETS_MET: targets_met,
    Kind.NO_DISCIPLINE: no_breach,
    Kind.NO_INCIDENT: no_breach,
    Kind.SERVICE_TIME: service_time,
    Kind.MEMBERS_HOLDING: members_holding,
    Kind.MEMBERS_RATED: members_rated,
    Kind.UNIT_TITLE: unit_title,
    Kind.COUNCIL_VOTE: council_vote,
    Kind.ATTESTED: attested,
}

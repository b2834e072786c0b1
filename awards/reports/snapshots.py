"""Findings of nominations as plain data: what the criteria said on a day, kept for good with the line.

Frozen in Vietnamese, the language of the dossier, with the English words beside, for who reads that. `full` is what
who judges people sees, `quiet` the same without incidents, which belong to the unit where they happened, `open`
without discipline as well; `offices` says for each office how its own criteria stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import get_language

from awards.criteria import Finding, Kind, Rules, State, Verdict
from awards.eligibility import evaluate
from awards.facts import Facts
from awards.models import Criterion, Nomination
from awards.reports.due import (
    Subject,
    Words,
    everything,
    last_day,
    leaves,
    missing,
    person_subject,
    unit_subject,
)
from awards.reports.facts import facts_of
from awards.reports.rules import rule_day, rules_on
from units.models import Person, Unit

Findings = dict[str, Any]  # see `findings_of`
# state, missing and missing_en (texts), tally (state → number), leaves (dicts of `due.Leaf` with office, and under
# «en» what of `WORDS` is said differently in English)
Side = dict[str, Any]
WORDS = ("text", "group", "required", "actual", "clause")
ORDER = (State.NOT_MET, State.NO_DATA, State.MET)  # the worst first


def office_key(office: int) -> str:
    """Key of an office in `offices`: a word, for bare numbers are places of a list in JSON paths."""
    return f"o{office}"


def findings_of(
    lines: Iterable[Nomination], year: int, day: date, *, as_handed_in: bool = False
) -> dict[int, Findings]:
    """Line (key) → what the rules in force on `day` find for its subject and award. A fixed number of queries.

    A dict of `at` (time), `rules` (day), `full`, `quiet` and `open` (`Side`) and `offices` (`office_key` → state).
    An award that is not in force then, or not for such a subject, yields a side without criteria, not met.
    `as_handed_in`: by the award whose criteria were frozen, which a council may have lowered since.
    """
    lines = list(lines)
    rules = rules_on(day)
    known = _facts([line.person_id for line in lines if line.person_id], [u for line in lines if (u := line.unit_id)],
                   year, rules)  # fmt: skip
    offices = offices_of_criteria()
    at = timezone.now().isoformat()
    with translation.override("vi"):
        return {
            line.pk: {"at": at, "rules": day.isoformat()}
            | _findings(
                _frozen_award(line) if as_handed_in else line.award.code,
                *known[line.subject_key],
                year,
                rules,
                offices,
            )
            for line in lines
        }


def changed_today(lines: Iterable[Nomination]) -> dict[int, Findings]:
    """Line (key) → what is found for it today, of the lines for which that is not what was frozen with them.

    A fixed number of queries, but for each year and set of rules among them. Lines come with award, `asked`, person,
    unit and dossier. A line that a council lowered is judged by the criteria it was handed in with.
    """
    found: dict[int, Findings] = {}
    for year, day, rules, some in _by_rules([line for line in lines if line.findings]):
        people, units = [p for line in some if (p := line.person_id)], [u for line in some if (u := line.unit_id)]
        known = _facts(people, units, year, rules)
        now, at = Words(rules), {"at": timezone.now().isoformat(), "rules": day.isoformat()}
        with translation.override("vi"):
            other = [line for line in some if _differs(line, *known[line.subject_key], year, rules, now)]
            offices = offices_of_criteria() if other else {}
            for line in other:
                found[line.pk] = at | _findings(_frozen_award(line), *known[line.subject_key], year, rules, offices)
    return found


def _by_rules(lines: Iterable[Nomination]) -> list[tuple[int, date, Rules, list[Nomination]]]:
    """(year, day, the rules in force then, lines judged by them): days of the same rules are taken together."""
    days = {line.dossier_id: rule_day(line.dossier) for line in {line.dossier_id: line for line in lines}.values()}
    rules: list[tuple[date, Rules]] = []
    place: dict[date, int] = {}
    for day in dict.fromkeys(days.values()):
        in_force = rules_on(day)
        same = [index for index, (_day, others) in enumerate(rules) if others == in_force]
        place[day] = same[0] if same else len(rules)
        rules += [] if same else [(day, in_force)]
    together: dict[tuple[int, int], list[Nomination]] = {}
    for line in lines:
        together.setdefault((line.dossier.year, place[days[line.dossier_id]]), []).append(line)
    return [(year, *rules[index], some) for (year, index), some in together.items()]


def _frozen_award(line: Nomination) -> str:
    """Code of the award whose criteria were frozen: a council may have lowered it to another one since."""
    assert line.findings is not None
    named = {leaf["award"] for leaf in line.findings["full"]["leaves"]}
    return line.asked.code if line.asked.code in named else line.award.code


def _differs(line: Nomination, subject: Subject, facts: Facts, year: int, rules: Rules, words: Words) -> bool:
    """Whether any criterion says something else: in Vietnamese, which is kept, and no more than is compared."""
    assert line.findings is not None
    rule = rules.get(_frozen_award(line))
    now: Side = {"leaves": []}
    if rule is not None and rule.suits(facts):
        verdict = evaluate(rule, facts, year=year, day=last_day(year), rules=rules)
        now["leaves"] = [
            {"award": leaf.award, "key": leaf.key, "group": leaf.group, "state": leaf.state, "actual": leaf.actual}
            for leaf in leaves(verdict, rules, subject, words=words)
        ]
    return bool(changed(line.findings["full"], now))


def _facts(
    people: Sequence[int], units: Sequence[int], year: int, rules: Rules
) -> dict[tuple[str, int], tuple[Subject, Facts]]:
    rows = Person.objects.filter(pk__in=people).select_related("unit", "group")
    places = Unit.objects.filter(pk__in=units).order_by("path")
    of_people, of_units = facts_of(rows, places, year, rules, shown=everything, votes=None)
    found = {("person", row.pk): (person_subject(row), facts) for row, facts in zip(rows, of_people, strict=True)}
    return found | {("unit", row.pk): (unit_subject(row), facts) for row, facts in zip(places, of_units, strict=True)}


def offices_of_criteria() -> dict[int, int]:
    """Criterion → office that appraises it: its own, else that of its indicator."""
    rows = Criterion.objects.values_list("pk", "office", "indicator__office")
    return {pk: own or of for pk, own, of in rows if own or of}


def _findings(
    code: str, subject: Subject, facts: Facts, year: int, rules: Rules, offices: Mapping[int, int]
) -> Findings:
    rule = rules.get(code)
    if rule is None or not rule.suits(facts):
        nothing: Side = {"state": str(State.NOT_MET), "missing": [], "tally": {}, "leaves": []}
        return {"full": nothing, "quiet": nothing, "open": nothing, "offices": {}}
    full = evaluate(rule, facts, year=year, day=last_day(year), rules=rules)
    quiet = replace(
        facts, breaches=tuple(one for one in facts.breaches if one.kind != "incident"), clear_of_incidents=frozenset()
    )
    without = replace(quiet, breaches=(), clear=frozenset())

    def side(known: Facts) -> Side:
        return _side(evaluate(rule, known, year=year, day=last_day(year), rules=rules), rules, subject, offices)

    return {
        "full": _side(full, rules, subject, offices),
        "quiet": side(quiet),
        "open": side(without),
        "offices": {office_key(pk): str(state) for pk, state in _by_office(full, offices).items()},
    }


def _side(verdict: Verdict, rules: Rules, subject: Subject, offices: Mapping[int, int]) -> Side:
    found = [asdict(leaf) | {"office": offices.get(leaf.key)} for leaf in leaves(verdict, rules, subject)]
    with translation.override("en"):
        for leaf, other in zip(found, leaves(verdict, rules, subject), strict=True):
            leaf["en"] = {name: words for name in WORDS if (words := getattr(other, name)) != leaf[name]}
        missing_en = missing(verdict)
    asked = [leaf for leaf in found if leaf["kind"] != Kind.COUNCIL_VOTE]
    return {
        "state": str(verdict.before_council),
        "missing": [] if verdict.before_council is State.MET else missing(verdict),
        "missing_en": [] if verdict.before_council is State.MET else missing_en,
        "tally": tally_of(asked),
        "leaves": found,
    }


def _by_office(verdict: Verdict, offices: Mapping[int, int]) -> dict[int, State]:
    """How the criteria of each office stand; in a group that is met a leaf that is not stands in nobody's way."""
    found: dict[int, State] = {}
    for top in verdict.findings:
        for leaf, _groups in top.leaves():
            office = offices.get(leaf.criterion.key)
            if office is not None:
                found[office] = min(found.get(office, State.MET), _weight(top, leaf), key=ORDER.index)
    return found


def _weight(top: Finding, leaf: Finding) -> State:
    return State.MET if top.state is State.MET else leaf.state


# ── reading them ──────────────────────────────────────────────────────────


def side_of(
    findings: Findings | None, *, discipline: bool, incidents: bool = True, offices: Collection[int] = ()
) -> Side | None:
    """What may be shown, in the reader's language: with discipline, and with incidents, or without. Who may not see
    discipline reads no grounds either, and of findings frozen before the two were told apart sees both or neither.

    Criteria that the reader judges for one of the `offices` (keys) are shown as they are, with their grounds.
    """
    if not findings:
        return None
    side = _side_shown(findings, discipline=discipline, incidents=incidents)
    if not offices:
        return side
    judged = {criterion_of(leaf): leaf for leaf in _in_words(findings["full"])["leaves"] if leaf["office"] in offices}
    return side | {"leaves": [judged.get(criterion_of(leaf), leaf) for leaf in side["leaves"]]}


def _side_shown(findings: Findings, *, discipline: bool, incidents: bool) -> Side:
    if discipline and incidents:
        return _in_words(findings["full"])
    if discipline and "quiet" in findings:
        return _in_words(findings["quiet"])
    shown = [leaf | {"actual": ""} if leaf["kind"] == Kind.ATTESTED else leaf for leaf in findings["open"]["leaves"]]
    return _in_words(findings["open"] | {"leaves": shown})


def _in_words(side: Side) -> Side:
    """The side in English for who reads that, where the words were kept; «vi» has what they stand for."""
    if get_language() != "en":
        return side
    found = [
        leaf | leaf["en"] | {"vi": {name: leaf[name] for name in leaf["en"]}} if leaf.get("en") else leaf
        for leaf in side["leaves"]
    ]
    return side | {"leaves": found, "missing": side.get("missing_en", side["missing"])}


def tally_of(leaves: Iterable[dict[str, Any]]) -> dict[str, int]:
    """State → number of criteria; alternatives left out that nothing depends on, for a group is met without them."""
    return dict(Counter(leaf["state"] for leaf in leaves if not is_spare(leaf)))


def is_spare(leaf: Mapping[str, Any]) -> bool:
    """Whether nothing depends on it, for a group is met without it. Findings frozen before such were marked know how
    the innermost group stands.
    """
    met = str(State.MET)
    return bool(leaf.get("spare", leaf["group_state"] == met != leaf["state"]))


def asks_incidents(findings: Findings | None) -> bool:
    """Whether a criterion looks at incidents."""
    return bool(findings) and any(leaf["kind"] == Kind.NO_INCIDENT for leaf in findings["full"]["leaves"])  # type: ignore[index]


def of_office(findings: Findings | None, office: int) -> Side | None:
    """The criteria of one office alone. Its own are shown in full: it has to judge them."""
    if not findings or office_key(office) not in findings["offices"]:
        return None
    own = [leaf for leaf in _in_words(findings["full"])["leaves"] if leaf["office"] == office]
    return {
        "state": findings["offices"][office_key(office)],
        "missing": [leaf["text"] for leaf in own if leaf["state"] != State.MET and not is_spare(leaf)],
        "tally": tally_of(own),
        "leaves": own,
        "spared": all(map(is_spare, own)),  # whatever the line has of it stands in nobody's way
    }


def concerned(findings: Findings | None) -> set[int]:
    """Offices (keys) whose criteria the line has."""
    return {int(key[1:]) for key in findings["offices"]} if findings else set()


def criterion_of(leaf: Mapping[str, Any]) -> tuple[str, int, str]:
    """Award, key and group, by which a criterion is known in whatever language."""
    return leaf["award"], leaf["key"], _own(leaf, "group")


def _own(leaf: Mapping[str, Any], name: str) -> str:
    """What was kept in Vietnamese."""
    return leaf.get("vi", {}).get(name, leaf[name])


def as_found_today(before: Side, now: Side) -> list[dict[str, Any]]:
    """The criteria as they were frozen. What says the very same today is taken from today: older findings lack
    the English words and the addresses of the very records.
    """
    fresh = {criterion_of(leaf): leaf for leaf in now["leaves"]}

    def same(leaf: dict[str, Any]) -> dict[str, Any]:
        other = fresh.get(criterion_of(leaf))
        if other is None or other["state"] != leaf["state"]:
            return leaf
        return other if all(_own(leaf, name) == _own(other, name) for name in WORDS) else leaf

    return [same(leaf) for leaf in before["leaves"]]


def changed(before: Side | None, now: Side | None) -> set[tuple[str, int, str]]:
    """Criteria (`criterion_of`) that say something else now."""

    def said(side: Side | None) -> dict[tuple[str, int, str], tuple[str, str]]:
        rows = side["leaves"] if side else []
        return {criterion_of(row): (row["state"], _own(row, "actual")) for row in rows}

    old, new = said(before), said(now)
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}

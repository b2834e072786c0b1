"""Sentences of the review report, chosen by rules from figures. No database; Vietnamese, as all paper.

What is said is data (`emulation.phrases`). A clause about a figure is a sentence on its value, what it is against
its target (`over`, `met`, `near`, `miss`; `open` before it can be judged, `plain` without one), against the same
period of last year, and how much has been reported. Where less is better the keys with `low_` before them come first,
where the value is on the wrong side of an exact target those with `exact_`. What has no value is said by `nil`,
`none` (not reported), `na` and `few` (too few sheets to reckon it; its value says how many there are).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from emulation.phrases import ONLY, Part, Phrases, fill

SILENT = ("nil", "none", "na", "few")  # no value: nothing to compare
NONE, NOT_YET = "không ", "chưa "
GOOD, BAD = ("over", "met"), ("near", "miss")


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in words. `state` is a result, `plain`, or one of `SILENT`; `trend` rises, falls, steady or empty.

    `value` and `target` carry their unit of measure; `coverage` («18/20») is empty when all have reported. `low`:
    less is better; `exact`: off an exact target, or above one that is not to be exceeded; `total`: a count or an
    amount; `zero`: one of 0; `nil`: one nobody had anything for, though it may have a result; `named`: the
    campaign has a name of its own for it, so the sentence of the indicator does not fit. `tone` is met where
    the trend is for the better, miss where it is for the worse. `until`: the quarter («quý II») with which its data
    end where that is before the period's end; `partly`: those of some units alone.
    """

    name: str
    state: str
    code: str = ""
    value: str = ""
    target: str = ""
    low: bool = False
    exact: bool = False
    total: bool = False
    graded: bool = False
    zero: bool = False
    nil: bool = False
    named: bool = False
    unit: str = ""
    trend: str = ""
    tone: str = ""
    delta: str = ""
    coverage: str = ""
    url: str = ""
    until: str = ""
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause about one figure, without a full stop."""

    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or a heading of `level` 1 or 2. `key` names it from one draft to the next."""

    key: str
    parts: tuple[Part, ...]
    level: int = 0

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


# A field of a figure is named by the code of its indicator, all but the value with what it is.
FIELDS = {"value": "", "target": "/chỉ tiêu", "delta": "/so cùng kỳ", "coverage": "/đã báo cáo"}


def sentence_key(fact: Fact, told: Phrases) -> str:
    """The key of the sentence on the value itself."""
    own = f"zero.{fact.code}" if fact.zero else f"say.{fact.code}"
    if fact.nil or fact.state in SILENT:
        return fact.state if fact.state in SILENT else "nil"
    if own in told and not fact.named and (fact.unit or fact.graded):  # its words count on the unit of measure
        return own
    if fact.zero:
        return "zero_low" if fact.low else "zero"
    if fact.graded:
        return "say_grade"
    return ("say_low_sum" if fact.total else "say_low") if fact.low else "say"


def main_key(fact: Fact, told: Phrases) -> str:
    """The key of what the value is against its target."""
    if fact.state in SILENT:
        return "plain"
    if (fact.zero or fact.nil) and fact.low and fact.state in ("met", "open"):
        return f"zero_{fact.state}"
    kind = "exact_" if fact.exact else "low_" if fact.low else ""
    return kind + fact.state if kind + fact.state in told else fact.state


def trend_key(fact: Fact) -> str:
    """The key of the comparison with last year; a trend against the result is said as one."""
    if fact.trend == "steady":
        return "steady" if fact.state in GOOD else "steady_miss"
    against = fact.state in GOOD and fact.tone == "miss" or fact.state in BAD and fact.tone == "met"
    return f"{'but_' if against else ''}{fact.trend}{'' if fact.delta else '_grade'}"


def clause(fact: Fact, told: Phrases) -> Clause:
    """The clause about a figure: result, comparison with last year, coverage, as of when, as far as they apply."""
    text = told[sentence_key(fact, told)].replace(f"{{{ONLY}}} ", f"{ONLY} " if _only(fact) else "")
    if fact.state == "open" and text.startswith(NONE):  # there may be some yet
        text = NOT_YET + text.removeprefix(NONE)
    fields = {name: field_of(fact, name) for name in ("name", "value", "target")}
    parts = fill(told[main_key(fact, told)], sentence=fill(text, **fields), **fields)
    if fact.state not in SILENT:
        parts += fill(told[trend_key(fact)], delta=field_of(fact, "delta")) if fact.trend else ()
        parts += fill(told["short"], coverage=field_of(fact, "coverage")) if fact.coverage else ()
    return Clause(parts + as_of(fact, told))


def as_of(fact: Fact, told: Phrases) -> tuple[Part, ...]:
    """«, số liệu đến hết quý II», where the figure does not reach to the end of the period."""
    return fill(told["until_some" if fact.partly else "until"], quarter=fact.until) if fact.until else ()


def _only(fact: Fact) -> bool:
    short = fact.state == "miss" or fact.state == "open" and fact.total
    return short and not fact.low and not fact.exact


def field_of(fact: Fact, name: str) -> Part:
    """A field of the figure: `name` is a key of `FIELDS`, or the name of the figure, which is no field."""
    text = str(getattr(fact, name))
    if name not in FIELDS:
        return Part(text)
    return Part(text, fact.url if name in ("value", "delta") else "", fact.code + FIELDS[name])


def paragraph(clauses: Iterable[Clause]) -> Clause:
    """Clauses as one sentence: joined by semicolons, beginning with a capital, ended by a full stop."""
    parts: list[Part] = []
    for one in clauses:
        parts += [Part("; "), *one.parts] if parts else one.parts
    return Clause((*capital(parts), Part("."))) if parts else Clause()


def capital(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The pieces with a capital at their beginning."""
    first, *rest = parts
    return (replace(first, text=first.text[:1].upper() + first.text[1:]), *rest)


# ── through the years ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Point:
    """A year of a figure: its value in words with its unit of measure, and to compare; none where there is none.

    `when` names the year, or the part of it that is reported. One that is not complete yet has its `coverage`
    («60/80»); such a one, and a part of a year (`whole` is False), are told and compared with nothing. `above`: the
    report has said the coverage once for most figures of the year. `few`: too few sheets to know the value.
    """

    year: int
    text: str = ""
    number: Fraction | int | None = None
    url: str = ""
    coverage: str = ""
    when: str = ""
    whole: bool = True
    above: bool = False
    few: bool = False

    @property
    def short(self) -> bool:
        """The sentence itself has to say how much has been reported."""
        return bool(self.coverage) and not self.above

    @property
    def said(self) -> str:
        return self.when or f"năm {self.year}"


@dataclass(frozen=True, slots=True)
class Course:
    """A figure through the years. From the year `before` on it is defined anew (0: always as now).

    `verb` is the end of the key of its verb: empty, `_grade`, `_low` or `_low_sum`.
    """

    code: str
    name: str
    points: tuple[Point, ...]
    before: int = 0
    verb: str = ""

    @property
    def known(self) -> list[Point]:
        """The whole years, which can be compared."""
        return [point for point in self.points if point.number is not None and point.whole and not point.coverage]


def course(one: Course, told: Phrases) -> Clause:
    """A sentence on how a figure went; years without a value, and a new definition, are said."""
    known = one.known
    part = [point for point in one.points if point.number is not None and point not in known]
    parts: tuple[Part, ...]
    if len(known) > 1:
        parts = _moved(one, known, told)
    elif known or part:
        first = known[0] if known else part.pop(0)
        parts = _at(one, first, told, "course_part_first" if first.short else "course_one")
    else:
        parts = fill(told["course_none"], name=one.name)
    for point in part:
        parts += _at(one, point, told, "course_part" if point.short else "course_then")
    return Clause((*capital((*parts, *_gaps(one, told))), Part(".")))


def _gaps(one: Course, told: Phrases) -> Iterator[Part]:
    first = one.before or one.points[0].year
    for point in one.points:
        if point.few:
            yield from fill(told["course_few"], when=point.said, coverage=point.coverage)
    silent = [
        str(point.year) for point in one.points if point.number is None and not point.few and point.year >= first
    ]
    if silent and len(silent) < sum(point.year >= first for point in one.points):
        yield from fill(told["course_silent"], years=", ".join(silent))
    if one.before:
        yield from fill(told["course_break"], year=str(one.before))


def _at(one: Course, point: Point, told: Phrases, key: str) -> tuple[Part, ...]:
    """A value and when it was; of what should not be, 0 is none."""
    none = one.verb == "_low_sum" and point.number == 0
    verb, value = told["verb_zero" if none else f"verb{one.verb}"], _point(one, point)
    values = (Part("("), value, Part(")")) if none else (value,)
    return fill(told[key], name=one.name, when=point.said, verb=verb, value=values, coverage=point.coverage)


def _point(one: Course, point: Point) -> Part:
    return Part(point.text, point.url, f"{one.code}/{point.year}")


def _moved(one: Course, known: list[Point], told: Phrases) -> tuple[Part, ...]:
    """From the first value to the last one, and how."""
    first, last = known[0], known[-1]
    steps = [after.number - before.number for before, after in zip(known, known[1:], strict=False)]  # type: ignore[operator]
    moved = last.number - first.number  # type: ignore[operator]
    if all(step == 0 for step in steps):
        key = "course_steady"
    elif moved == 0:
        key = "course_back"
    else:
        way = "up" if moved > 0 else "down"
        key = f"course_{way}{'_grade' if one.verb == '_grade' else ''}"
    parts = fill(
        told[key], name=one.name, first=_point(one, first), last=_point(one, last), to=last.said,
        **{"from": first.said},
    )  # fmt: skip
    uneven = any(step > 0 for step in steps) and any(step < 0 for step in steps)
    return parts + (fill(told["course_unsteady"]) if uneven else ())


def mostly(coverages: Iterable[str]) -> str:
    """The coverage («44/80») that at least half of the figures share, said once for all; empty where one is complete.

    `coverages`: of each figure that has a value; empty for a complete one.
    """
    known = list(coverages)
    if len(known) < 2 or "" in known:
        return ""
    coverage, times = Counter(known).most_common(1)[0]
    return coverage if times > 1 and 2 * times >= len(known) else ""


def listed(names: Iterable[str]) -> str:
    """«a; b; c»: names hold commas themselves."""
    return "; ".join(names)


def enumerated(items: Iterable[Iterable[Part]]) -> list[Part]:
    """As `listed`, of pieces of sentences."""
    found: list[Part] = []
    for item in items:
        found += [Part("; "), *item] if found else item
    return found


def told_apart(names: Sequence[str]) -> list[str]:
    """The names without the words with which all of them begin: narrow places would show nothing else."""
    words = [name.split() for name in names]
    same = 0
    while len(words) > 1 and all(len(one) > same + 1 and one[same] == words[0][same] for one in words):
        same += 1
    return [" ".join(one[same:]) for one in words]


def lower_first(text: str) -> str:
    """A name within a sentence: «Quân số khỏe» → «quân số khỏe»; abbreviations keep their capitals."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]

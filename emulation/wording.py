"""Sentences of the review report, chosen by rules from figures. No database; Vietnamese, as all paper.

A phrase is data (`data/phrases.json`): its key says when it is used, its text has named fields. Keys of the
main clause are a result (`over`, `met`, `near`, `miss`), `plain` without a target, `nil`, `none` (not
reported) and `na`; where less is better, those with `low_` before them come first. `rises`, `falls` and
`steady` compare with the same period of last year; `short` says how much has been reported.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

SILENT = ("nil", "none", "na")  # no value: nothing to compare


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in words. `state` is a key of a main clause; `trend` rises, falls, steady or empty.

    `value` carries its unit of measure; `target` its sign; `coverage` («18/20») is empty when all have reported.
    """

    name: str
    state: str
    code: str = ""
    value: str = ""
    target: str = ""
    low: bool = False
    trend: str = ""
    delta: str = ""
    year: int = 0
    coverage: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence. What comes from figures is a field, named by `field`; `url` leads to the figure."""

    text: str
    url: str = ""
    field: str = ""


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


PHRASE_FIELDS = ("name", *FIELDS)  # what a phrase may name


def unknown_fields(phrase: str) -> list[str]:
    """Fields of a phrase that do not exist; of a text that is no phrase at all the text itself."""
    try:
        pieces = list(string.Formatter().parse(phrase))
    except ValueError:
        return [phrase]
    return [
        f"{{{name}{':' + spec if spec else ''}}}"
        for _text, name, spec, conversion in pieces
        if name is not None and (name not in PHRASE_FIELDS or spec or conversion)
    ]


def main_key(fact: Fact, phrases: Mapping[str, str]) -> str:
    """The key of the main clause."""
    low = f"low_{fact.state}"
    return low if fact.low and low in phrases else fact.state


def clause(fact: Fact, phrases: Mapping[str, str]) -> Clause:
    """The clause about a figure: main clause, comparison with last year, coverage, as far as they apply."""
    texts = [phrases[main_key(fact, phrases)]]
    if fact.trend and fact.state not in SILENT:
        texts.append(phrases[fact.trend if fact.delta or fact.trend == "steady" else f"{fact.trend}_grade"])
    if fact.coverage and fact.state not in SILENT:
        texts.append(phrases["short"])
    return Clause(tuple(part for text in texts for part in _filled(text, fact)))


def _filled(text: str, fact: Fact) -> Iterable[Part]:
    """The pieces of a phrase; numbers lead to their figure."""
    for before, name, _spec, _conversion in string.Formatter().parse(text):
        if before:
            yield Part(before)
        if name:
            yield field_of(fact, name)


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
    if not parts:
        return Clause()
    first = parts[0]
    parts[0] = replace(first, text=first.text[:1].upper() + first.text[1:])
    return Clause((*parts, Part(".")))


# ── through the years ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Point:
    """A year of a figure: its value in words with its unit of measure, and to compare; none where there is none.

    One that is not complete yet has its `coverage` («60/80»): it is told and compared with nothing.
    """

    year: int
    text: str = ""
    number: Fraction | int | None = None
    url: str = ""
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """A figure through the years. From the year `before` on it is defined anew (0: always as now)."""

    code: str
    name: str
    points: tuple[Point, ...]
    before: int = 0
    graded: bool = False


def course(one: Course) -> Clause:
    """A sentence on how a figure went; years without a value, and a new definition, are said."""
    known = [point for point in one.points if point.number is not None and not point.coverage]
    part = [point for point in one.points if point.number is not None and point.coverage]
    parts: list[Part] = [Part(one.name[:1].upper() + one.name[1:])]
    if not known and not part:
        parts.append(Part(": chưa có số liệu trong các năm"))
    elif not known:
        parts.append(Part(": chưa có năm nào đủ số liệu"))
    elif len(known) == 1:
        parts += [Part(f" năm {known[0].year} đạt "), _point(one, known[0])]
    else:
        parts += _moved(one, known)
    first = one.before or one.points[0].year
    silent = [str(point.year) for point in one.points if point.number is None and point.year >= first]
    for point in part:
        parts += [Part(f"; năm {point.year} mới có {point.coverage} số liệu ("), _point(one, point), Part(")")]
    if (known or part) and silent:
        parts.append(Part(f"; không có số liệu năm {', '.join(silent)}"))
    if one.before:
        parts.append(Part(f"; trước năm {one.before} tính theo cách khác nên không so sánh"))
    return Clause((*parts, Part(".")))


def _point(one: Course, point: Point) -> Part:
    return Part(point.text, point.url, f"{one.code}/{point.year}")


def _moved(one: Course, known: list[Point]) -> list[Part]:
    """From the first value to the last one, and how."""
    first, last = known[0], known[-1]
    steps = [after.number - before.number for before, after in zip(known, known[1:], strict=False)]  # type: ignore[operator]
    if all(step == 0 for step in steps):
        return [Part(" giữ ổn định ở mức "), _point(one, last), Part(f" (từ năm {first.year} đến năm {last.year})")]
    moved = last.number - first.number  # type: ignore[operator]
    steady = all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
    way = "từ" if moved == 0 else "tăng từ" if moved > 0 else "giảm từ"
    if one.graded:
        way = "từ" if moved == 0 else "nâng lên, từ" if moved > 0 else "giảm, từ"
    name = "mức " if one.graded else ""
    to = "đến" if moved == 0 else "lên" if moved > 0 else "xuống"
    ends = "" if steady else ", có năm biến động"
    return [
        Part(f" {way} {name}"), _point(one, first), Part(f" (năm {first.year}) {to} {name}"), _point(one, last),
        Part(f" (năm {last.year}){ends}"),
    ]  # fmt: skip


def listed(names: Iterable[str]) -> str:
    """«a; b; c»: names hold commas themselves."""
    return "; ".join(names)


def enumerated(items: Iterable[Iterable[Part]]) -> list[Part]:
    """As `listed`, of pieces of sentences."""
    found: list[Part] = []
    for item in items:
        found += [Part("; "), *item] if found else item
    return found


def lower_first(text: str) -> str:
    """A name within a sentence: «Quân số khỏe» → «quân số khỏe»; abbreviations keep their capitals."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]

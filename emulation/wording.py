"""Sentences of the review report, chosen by rules from figures. No database; Vietnamese, as all paper.

A phrase is data (`data/phrases.json`): its key says when it is used, its text has named fields. Keys of the
main clause are a result (`over`, `met`, `near`, `miss`), `plain` without a target, `nil`, `none` (not
reported) and `na`; where less is better, those with `low_` before them come first. `rises`, `falls` and
`steady` compare with the same period of last year; `short` says how much has been reported.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SILENT = ("nil", "none", "na")  # no value: nothing to compare


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure in words. `state` is a key of a main clause; `trend` rises, falls, steady or empty.

    `value` carries its unit of measure; `target` its sign; `coverage` («18/20») is empty when all have reported.
    """

    name: str
    state: str
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
    """A piece of a sentence; `url` leads to the figure behind a number."""

    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause about one figure, without a full stop."""

    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


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
            yield Part(str(getattr(fact, name)), fact.url if name in ("value", "delta") else "")


def paragraph(clauses: Iterable[Clause]) -> Clause:
    """Clauses as one sentence: joined by semicolons, beginning with a capital, ended by a full stop."""
    parts: list[Part] = []
    for one in clauses:
        parts += [Part("; "), *one.parts] if parts else one.parts
    if not parts:
        return Clause()
    first = parts[0]
    parts[0] = Part(first.text[:1].upper() + first.text[1:], first.url)
    return Clause((*parts, Part(".")))


def listed(names: Iterable[str]) -> str:
    """«a; b; c»: names hold commas themselves."""
    return "; ".join(names)


def lower_first(text: str) -> str:
    """A name within a sentence: «Quân số khỏe» → «quân số khỏe»; abbreviations keep their capitals."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]

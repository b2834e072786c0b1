"""Paragraphs that people edit and figures keep true: text with fields. No database; Vietnamese, as all paper.

A field stands in the text as `{HL_QS: 98,6 %}`: its key, and what it said when somebody last looked. The value is
the system's, whatever is typed in its place; words around it are the officer's. When figures change, a paragraph
is marked until somebody has decided, so nothing is replaced or kept in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emulation.wording import Part

_FIELD = re.compile(r"\{\s*([^{}:]+?)\s*(?::\s*([^{}]*?)\s*)?\}")
_STRAY = re.compile(r"[{}]")

Values = Mapping[str, str]  # key of a field → what it says


class Unknown(ValueError):
    """Fields that do not exist, or braces that make none. `keys` are what stands in the text."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = list(dict.fromkeys(keys))
        super().__init__(", ".join(self.keys))


@dataclass(frozen=True, slots=True)
class Change:
    """A field whose figure differs from what somebody last saw; `after` is None where it is drafted no more."""

    key: str
    before: str
    after: str | None


def template_of(parts: Iterable[Part]) -> str:
    """A drafted paragraph as text with fields. Braces in names become parentheses: they would read as fields."""
    return "".join(f"{{{part.field}: {_bare(part.text)}}}" if part.field else _bare(part.text) for part in parts)


def _bare(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


def values_in(text: str) -> dict[str, str]:
    """Fields of a text: key → what it says there; of a key that stands there twice the last one."""
    return dict(_FIELD.findall(text))


def plain(text: str) -> str:
    """The text as it is read: fields by what they say."""
    return _FIELD.sub(lambda found: found[2] or "", text)


def typed(text: str, seen: Values, now: Values) -> str:
    """What an officer typed, every field with its true value: that of the version edited (`seen`), or today's.

    So a figure is not changed by typing over it. Raises `Unknown`.
    """
    known = {**now, **seen}
    wrong = [key for key in values_in(text) if key not in known]
    wrong += _STRAY.findall(_FIELD.sub("", text))
    if wrong:
        raise Unknown(wrong)
    return _FIELD.sub(lambda found: f"{{{found[1]}: {known[found[1]]}}}", text)


def renewed(text: str, now: Values) -> str:
    """The text with today's values; a field that is drafted no more keeps what it says."""
    return _FIELD.sub(lambda found: f"{{{found[1]}: {now.get(found[1], found[2] or '')}}}", text)


def changes(seen: Values, now: Values) -> list[Change]:
    """Fields that no longer say what was last seen."""
    return [Change(key, said, now.get(key)) for key, said in seen.items() if now.get(key) != said]


def parts_of(text: str, links: Mapping[str, str]) -> tuple[Part, ...]:
    """The text in pieces, fields with their links (key → address)."""
    found: list[Part] = []
    at = 0
    for field in _FIELD.finditer(text):
        found.append(Part(text[at : field.start()]))
        found.append(Part(field[2] or "", links.get(field[1], ""), field[1]))
        at = field.end()
    found.append(Part(text[at:]))
    return tuple(part for part in found if part.text)

"""The sentences of review reports as we ship them (`data/phrases.json`). No database; Vietnamese, as all paper.

A phrase has a key, which says when it is used, and a text with named fields. Beside the phrases of every report
stand those of single indicators: `name.CODE` is what a figure is called within a sentence, `say.CODE` how its value
is said, `zero.CODE` how a value of 0 is said. A unit may put its own words in the place of each (`models.Phrase`).
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from units.text import fold

FILE = Path(__file__).resolve().parent / "data" / "phrases.json"
OF_INDICATOR = ("name", "say", "zero")
ONLY = "mới"  # in a sentence about a figure: said where the target is missed, else left out
SUBJECT = ("name", ONLY, "value")
NEEDED = frozenset({"name", "value", "sentence"})
RESULT = ("sentence", "name", "value", "target")
Phrases = Mapping[str, str]  # key → text
# field → what it is called on the pages where phrases are written: they are Vietnamese, and so are their fields
WORDS = {
    "name": "tên chỉ tiêu", ONLY: ONLY, "value": "kết quả", "sentence": "câu số liệu", "target": "mức chỉ tiêu",
    "delta": "chênh lệch", "coverage": "số phiếu", "unit": "đơn vị", "campaign": "phong trào", "theme": "chủ đề",
    "drives": "các đợt thi đua", "approved": "phiếu đã duyệt", "missing": "phiếu chưa trình", "round": "kỳ báo cáo",
    "period": "thời gian báo cáo", "due": "hạn trình", "units": "các đơn vị", "year": "năm", "from": "từ lúc",
    "to": "đến lúc", "documents": "các văn bản", "met": "chỉ tiêu đạt", "names": "danh sách", "total": "tổng số",
    "count": "số lượng", "title": "thành tích nổi bật", "day": "ngày hạn", "point": "khâu yếu",
    "cause": "nguyên nhân", "measure": "biện pháp", "deadline": "thời hạn", "movements": "các phong trào",
    "when": "thời gian", "verb": "động từ", "first": "số đầu", "last": "số cuối", "years": "các năm",
    "awards": "khen thưởng", "quarter": "quý",
}  # fmt: skip
_FIELD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence. What comes from figures is a field, named by `field`; `url` leads to the figure."""

    text: str
    url: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Shipped:
    """A phrase of every report, and when it is used, in Vietnamese and in English."""

    key: str
    when: str
    when_en: str
    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases that belong together, under a heading."""

    code: str
    name: str
    name_en: str
    phrases: tuple[Shipped, ...]


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


@cache
def groups() -> tuple[Group, ...]:
    """The phrases of every report, in the order of the report."""
    return tuple(
        Group(row["code"], row["name"], row["name_en"], tuple(Shipped(**one) for one in row["phrases"]))
        for row in _data()["groups"]
    )


@cache
def shipped() -> dict[str, str]:
    """key → text, those of single indicators too."""
    found = {one.key: one.text for group in groups() for one in group.phrases}
    for code, words in _data()["indicators"].items():
        found |= {f"{kind}.{code}": words[kind] for kind in OF_INDICATOR if kind in words}
    return found


@cache
def _group_of() -> dict[str, str]:
    return {one.key: group.code for group in groups() for one in group.phrases}


def indicator_of(key: str) -> str:
    """The code of the indicator that the phrase is about; empty for those of every report."""
    kind, dot, code = key.partition(".")
    return code if dot and kind in OF_INDICATOR else ""


def fields_of(key: str) -> tuple[str, ...]:
    """What the phrase may name."""
    group = _group_of().get(key, "")
    if group == "subject" or indicator_of(key):
        return () if key.startswith("name.") else SUBJECT
    if group == "result":
        return RESULT
    return tuple(dict.fromkeys(name for _text, name, _spec, _how in _parsed(shipped().get(key, "")) if name))


def left_out(key: str, text: str) -> list[str]:
    """Fields without which the phrase says nothing of the figure where it seems to: those of the shipped words.

    The figure's own name goes without saying in the phrase of one indicator, the figure in that of a zero, and the
    sentence where the phrase says the figure itself.
    """
    kind, _dot, _code = key.partition(".")
    words = shipped().get(key) or shipped().get(kind, "")
    named = {name for _text, name, _spec, _how in _parsed(text)}
    needed = [name for _text, name, _spec, _how in _parsed(words) if name in NEEDED and name not in named]
    spared = {"name"} if indicator_of(key) else set()
    spared |= {"value"} if kind.startswith("zero") else set()
    spared |= {"sentence"} if "value" in named else set()
    return [f"{{{name}}}" for name in dict.fromkeys(needed) if name not in spared]


def unknown_fields(text: str, known: Iterable[str]) -> list[str]:
    """Fields of a text that do not exist; of a text that is no phrase at all the text itself."""
    known = set(known)
    try:
        pieces = _parsed(text)
    except ValueError:
        return [text]
    return [
        f"{{{name}{':' + spec if spec else ''}}}"
        for _text, name, spec, conversion in pieces
        if name is not None and (name not in known or spec or conversion)
    ]


def shown(text: str) -> str:
    """The text with its fields in the words of people: `{value}` becomes `{kết quả}`. Others stay as they are."""
    return _FIELD.sub(lambda found: f"{{{WORDS.get(found[1], found[1])}}}", text)


def stored(text: str) -> str:
    """The inverse of `shown`; capitals, blanks and missing diacritics do not matter. The keys themselves stay."""
    return _FIELD.sub(lambda found: f"{{{_keys().get(fold(found[1]).strip(), found[1])}}}", text)


@cache
def _keys() -> dict[str, str]:
    return {fold(word): key for key, word in WORDS.items()}


def _parsed(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    return list(string.Formatter().parse(text))


def fill(text: str, **fields: str | Part | Iterable[Part]) -> tuple[Part, ...]:
    """The pieces of a phrase, its fields filled in; one that is not given says nothing."""
    found: list[Part] = []
    for before, name, _spec, _conversion in _parsed(text):
        if before:
            found.append(Part(before))
        value = fields.get(name, "") if name else ""
        found += [Part(value)] if isinstance(value, str) else [value] if isinstance(value, Part) else value
    return tuple(part for part in found if part.text)

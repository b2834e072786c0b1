"""What a review report is made of: the paper, its paragraphs, and the phrases that a unit says them in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from emulation.models import Phrase
from emulation.phrases import Part, Phrases, fill, shipped
from emulation.wording import Paragraph
from units.models import Unit
from units.paths import path_ids

COLUMNS = ("Chỉ tiêu", "Đơn vị tính", "Chỉ tiêu đề ra", "Kết quả", "Đánh giá", "Cùng kỳ năm trước")


@dataclass(frozen=True, slots=True)
class Annex:
    """A row of the annex; an area's name alone heads its rows."""

    area: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What goes on paper. `body` are headings and paragraphs; `annex` rows have `columns`.

    Number, day and signer are empty until the report is signed off.
    """

    unit: Unit
    superior: Unit | None
    year: int
    period: str
    kind: str
    about: str
    body: tuple[Paragraph, ...]
    annex: tuple[Annex, ...]
    dashboard_url: str
    number: str = ""
    place: str = ""
    day: date | None = None
    signer: str = ""
    signer_post: str = ""
    title: str = ""
    columns: tuple[str, ...] = COLUMNS

    @property
    def fields(self) -> dict[str, str]:
        """Every field of the draft: key → what it says."""
        return {part.field: part.text for one in self.body for part in one.parts if part.field}

    @property
    def links(self) -> dict[str, str]:
        return {part.field: part.url for one in self.body for part in one.parts if part.field}

    @property
    def paragraphs(self) -> list[str]:
        """Every paragraph as plain text."""
        return [part.text for part in self.body]


def phrases_of(unit: Unit) -> dict[str, str]:
    """key → phrase: the unit's own, else those of the nearest unit above, else ours. One query."""
    above = path_ids(unit.path)
    own = Phrase.objects.filter(unit__in=above).values_list("unit", "key", "text")
    nearest = sorted(own, key=lambda row: above.index(row[0]))
    return shipped() | {key: text for _unit, key, text in nearest}


def heading(key: str, text: str, level: int = 1) -> Paragraph:
    """A heading of level 1 or 2."""
    return Paragraph(key, (Part(text),), level)


def headed(told: Phrases, key: str, phrase: str, level: int = 1) -> Paragraph:
    """A heading in the unit's words."""
    return Paragraph(key, fill(told[phrase]), level)


def said(told: Phrases, key: str, phrase: str, **fields: str | Part | Iterable[Part]) -> Paragraph:
    """A paragraph: a phrase with its fields, which are texts, fields of the report, or lists of them."""
    return Paragraph(key, fill(told[phrase], **fields))

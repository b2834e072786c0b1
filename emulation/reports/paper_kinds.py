"""Kinds of official papers: what their numbers are called, the template shipped for them, and their fields.

Higher apps add their own kinds to `KINDS`. The fields are what an officer may write into a Word template.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.folders import DATA
from emulation.typesetting import Column, Row, Table

FOLDER = DATA / "documents"
TABLE = "table"


@dataclass(frozen=True)
class Field:
    """A field: what it stands for. A list has `each`, the fields of one of its items ("" for the item itself).

    The table is a field of its own, `is_table`: it stands alone in its paragraph; `is_item` marks one item of a list.
    """

    words: str | Promise
    each: dict[str, Field] = field(default_factory=dict)
    is_table: bool = False
    is_item: bool = False

    @property
    def is_list(self) -> bool:
        return bool(self.each) and not self.is_item

    @property
    def item(self) -> Field:
        """What a loop over the list yields."""
        return self.each[""] if "" in self.each else Field(self.words, self.each, is_item=True)


HEAD = {
    "superior": Field(_("line of the superior, in capitals")),
    "issuer": Field(_("line of the unit, in capitals")),
    "number": Field(_("number of the paper, with its abbreviation")),
    "place_and_date": Field(_("place and day")),
    "signer_post": Field(_("post of the signer, in capitals")),
    "signer": Field(_("name of the signer")),
    "recipients": Field(_("recipients, one per line"), {"": Field(_("a recipient"))}),
}
BODY = {
    "title": Field(_("what the paper is, or is about")),
    "about": Field(_("period or subject")),
    "body": Field(
        _("headings and paragraphs"),
        {"text": Field(_("the words")), "level": Field(_("1 and 2 for headings, 0 for paragraphs"))},
    ),
}
WHOLE = {TABLE: Field(_("the whole table, with its head repeated on every page"), is_table=True)}

ANNEX = {"attached": Field(_("the line under the heading of the annex"))}


# Without these a paper names no subject, loses what it says, or nobody signs it.
SUBJECT = (("title", "about"),)
WORDS = (("body",),)
LINES = ((TABLE,),)
SIGNED = (("signer",),)


@dataclass(frozen=True)
class PaperKind:
    """A kind of paper. `code` is what its numbers hold («BC»); `stem` the shipped templates without their ending.

    `ended` says how such a paper is undone where the register does not cancel it; empty: the register does. `needed`
    are the fields without which it says nothing, each with those that may stand for it.
    """

    key: str
    label: str | Promise
    code: str
    stem: Path
    fields: dict[str, Field]
    ended: str | Promise = ""
    needed: tuple[tuple[str, ...], ...] = SUBJECT + WORDS + LINES + SIGNED

    @property
    def word(self) -> Path:
        return self.stem.with_suffix(".docx")

    @property
    def typst(self) -> Path:
        return self.stem.with_suffix(".typ")


SIDES = {
    "left_post": Field(_("post of the signer on the left, where two sides sign")),
    "left_signer": Field(_("name of the signer on the left")),
}
PAPER = FOLDER / "paper"
PLAIN = HEAD | BODY | WHOLE | SIDES

KINDS: dict[str, PaperKind] = {
    kind.key: kind
    for kind in (
        PaperKind("report", _("Review report"), "BC", FOLDER / "review_report", HEAD | BODY | WHOLE | ANNEX),
        PaperKind("plan", _("Launch plan"), "KH", PAPER, PLAIN),
        PaperKind("pledge", _("Registration and pledge"), "GƯ", PAPER, PLAIN),
        PaperKind("list", _("List"), "DS", PAPER, PLAIN, needed=SUBJECT + LINES + SIGNED),
        PaperKind("statistics", _("Statistics table"), "TK", PAPER, PLAIN, needed=SUBJECT + LINES + SIGNED),
    )
}


def sample_of(fields: dict[str, Field]) -> dict[str, object]:
    """Data of a paper that does not exist, to try a template with."""
    return {name: _sample(name, one) for name, one in fields.items() if not one.is_table}


def _sample(name: str, one: Field) -> object:
    if one.is_list:
        item: object = "…" if "" in one.each else {key: _sample(key, part) for key, part in one.each.items()}
        return [item, item]
    return 1 if name == "level" else "…"


SAMPLE_TABLE = Table((Column("…"), Column("…")), [Row(("…", "…"))])

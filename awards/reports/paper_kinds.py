"""Letters and decisions among the kinds of paper: their templates, and what may stand in them."""

from django.utils.translation import gettext_lazy as _

from awards.reports.papers import FOLDER
from emulation.reports.paper_kinds import ANNEX, HEAD, PLAIN, SIGNED, SUBJECT, WORDS, Field, PaperKind

FIELDS = (
    HEAD
    | ANNEX
    | {
        "title": Field(_("what the paper is, or is about")),
        "about": Field(_("period or subject")),
        "to": Field(_("who is asked; empty in a decision")),
        "authority": Field(_("who decides; empty in a letter")),
        "basis": Field(_("documents the paper rests on"), {"": Field(_("a document"))}),
        "order": Field(_("the word before the articles; empty in a letter")),
        "body": Field(
            _("articles and paragraphs"),
            {"0": Field(_("the bold beginning, such as “Điều 1.”")), "1": Field(_("the words"))},
        ),
        "annex": Field(_("heading of the list")),
        "amounts": Field(_("whether the fifth column holds sums of money")),
        "columns": Field(_("heads of the columns"), {"": Field(_("a head"))}),
        "rows": Field(
            _("rows of the list"),
            {
                "section": Field(_("a heading over all columns, empty for a row")),
                "cells": Field(_("the cells of the row, from 0"), {"": Field(_("a cell"))}),
            },
        ),
    }
)
NEEDED = SUBJECT + WORDS + (("rows",),) + SIGNED
STEM = FOLDER / "award_paper"
PAPERS = (
    PaperKind("minutes", _("Minutes of the council"), "BB", FOLDER / "council_paper", PLAIN),
    PaperKind(
        "letter", _("Letter (tờ trình)"), "TTr", STEM, FIELDS, _("A letter that was sent is never cancelled."), NEEDED
    ),
    PaperKind(
        "decision", _("Decision"), "QĐ", STEM, FIELDS,
        _("A decision on awards is undone by a decision on revocation."), NEEDED,
    ),
)  # fmt: skip

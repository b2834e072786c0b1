"""Papers of awards as files: Word from a template that officers may change, PDF set by typst."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from awards.reports.minutes import COLUMNS, Paper
from emulation.typesetting import pdf, word

FOLDER = Path(__file__).resolve().parent.parent / "data" / "documents"
HEADS = tuple(f"{number}." for number in range(1, 10))
MINUTES = FOLDER / "council_paper"


def _data(paper: Paper) -> dict[str, Any]:
    """What the templates may use: the paper's own parts, and the heads of the columns."""
    heads = [{"text": text, "head": text.startswith(HEADS)} for text in paper.body]
    return asdict(paper) | {"body": heads, "columns": list(COLUMNS)}


WRITERS = {
    "docx": lambda paper: word(MINUTES.with_suffix(".docx"), _data(paper)),
    "pdf": lambda paper: pdf(MINUTES.with_suffix(".typ"), _data(paper)),
}

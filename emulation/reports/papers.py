"""The review report on paper: as plain text, as Word from a template, as PDF."""

from __future__ import annotations

import io
import json
from typing import Any

import typst
from docxtpl import DocxTemplate

from emulation.reports.review_report import COLUMNS, Paper
from emulation.services.catalogue import DATA

FOLDER = DATA / "documents"
FORMATS = ("docx", "pdf", "txt")


def title_of(report: Paper) -> str:
    return f"{report.kind.capitalize()} phong trào thi đua quyết thắng {report.about}"


def _data(report: Paper) -> dict[str, Any]:
    """What the templates may use."""
    return {
        "title": title_of(report),
        "about": report.about,
        "issuer": report.unit.name.upper(),
        "superior": report.superior.name.upper() if report.superior else "",
        "number": report.number or "……/BC",
        "place_and_date": _place_and_date(report),
        "signer_post": (report.signer_post or "CHỈ HUY ĐƠN VỊ").upper(),
        "signer": report.signer,
        "body": [{"level": p.level, "text": p.text} for p in report.body],
        "annex": [{"area": row.area, "cells": list(row.cells)} for row in report.annex],
        "columns": list(COLUMNS),
    }


def _place_and_date(report: Paper) -> str:
    """Days below 10 and the months 1 and 2 with a zero before them, as Decree 30/2020 writes them."""
    place = report.place or "……"
    if report.day is None:
        return f"{place}, ngày …… tháng …… năm {report.year}"
    month = f"{report.day.month:02}" if report.day.month < 3 else str(report.day.month)
    return f"{place}, ngày {report.day.day:02} tháng {month} năm {report.day.year}"


def as_text(report: Paper) -> bytes:
    """One paragraph a line, never wrapped; the annex as tab-separated rows."""
    lines = ["BÁO CÁO", title_of(report), report.unit.name, *report.paragraphs, "Phụ lục", "\t".join(COLUMNS)]
    lines += [row.area or "\t".join(row.cells) for row in report.annex]
    return ("\n".join(lines) + "\n").encode()


def as_word(report: Paper) -> bytes:
    """From the template `data/documents/review_report.docx`."""
    document = DocxTemplate(FOLDER / "review_report.docx")
    document.render(_data(report), autoescape=True)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def as_pdf(report: Paper) -> bytes:
    """Set by typst in the fonts of the machine: Times New Roman, else Liberation Serif, else typst's own."""
    inputs = {"data": json.dumps(_data(report), ensure_ascii=False)}
    return typst.compile(str(FOLDER / "review_report.typ"), sys_inputs=inputs)


WRITERS = {"txt": as_text, "docx": as_word, "pdf": as_pdf}

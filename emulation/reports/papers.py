"""Official papers as files: the unit's own Word template or the shipped one, PDF, and plain text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from jinja2 import TemplateError

from emulation.models import PaperTemplate
from emulation.official import Layout
from emulation.reports.display import NBSP
from emulation.reports.layouts import layout_of
from emulation.reports.paper_kinds import KINDS, PaperKind
from emulation.reports.review_paper import COLUMNS, Paper
from emulation.typesetting import Column, Row, Table, pdf, word
from units.errors import Refused
from units.models import Unit
from units.paths import path_ids

FORMATS = ("docx", "pdf", "txt")
WIDE = (34, 12, 13, 11, 15, 13)  # shares of the width that the columns of the annex take
YEARS_WIDE = (36, 13, *[11] * 5)


def template_of(unit: Unit, kind: str) -> PaperTemplate | None:
    """The Word template in force: the unit's own, else that of the nearest unit above; None for ours. One query."""
    above = path_ids(unit.path)
    newest: dict[int, PaperTemplate] = {}
    for row in PaperTemplate.objects.filter(unit__in=above, kind=kind).select_related("unit").order_by("at", "pk"):
        newest[row.unit_id] = row
    return next((newest[pk] for pk in reversed(above) if pk in newest and newest[pk].file), None)


def word_file(
    kind: PaperKind, unit: Unit, data: dict[str, Any], layout: Layout, *, table: Table | None = None,
    landscape: bool = False, annex: bool = False, widths: Sequence[int] = (),
) -> bytes:  # fmt: skip
    """By the template in force for the unit. Raises `Refused` when that one can no longer be filled in."""
    own = template_of(unit, kind.key)
    if own is None:
        return word(kind.word, data, layout, table=table, landscape=landscape, annex=annex, widths=widths)
    try:
        with own.file.open("rb") as file:
            return word(io.BytesIO(file.read()), data, table=table)
    except (TemplateError, OSError, ValueError, TypeError, LookupError) as error:
        raise Refused(
            _("The template “%(name)s” of %(unit)s cannot be filled in. Upload it again, or use the shipped one.")
            % {"name": own.name, "unit": own.unit.short}
        ) from error


# ── the review report ─────────────────────────────────────────────────────


def title_of(report: Paper) -> str:
    return report.title or f"{report.kind.capitalize()} phong trào thi đua quyết thắng {report.about}"


def _data(report: Paper, layout: Layout) -> dict[str, Any]:
    """What the templates may use."""
    head = layout.head(
        KINDS["report"].code, number=report.number, place=report.place, day=report.day, year=report.year,
        signer=report.signer, signer_post=report.signer_post,
    )  # fmt: skip
    return head | {
        "title": title_of(report),
        "about": report.about,
        "attached": _attached(report, head),
        "recipients": layout.sent_to(otherwise=("Cấp trên trực tiếp", "Lưu: VT")),
        "body": [{"level": p.level, "text": p.text} for p in report.body],
    }


def _attached(report: Paper, head: dict[str, str]) -> str:
    """Which paper the annex belongs to; with gaps until it is signed off."""
    day = head["place_and_date"].rpartition(", ")[2]
    return f"(Kèm theo Báo cáo số {head['number']} {day} của {report.unit.name})"


def _annex(report: Paper) -> Table:
    """The annex; the name of the indicator takes the room that the figures leave."""
    sides = ("left", "left")
    widths = YEARS_WIDE if len(report.columns) > len(COLUMNS) else WIDE
    columns = tuple(
        Column(text.replace("đề ra", f"đề{NBSP}ra"), widths[at], sides[at] if at < len(sides) else "center")
        for at, text in enumerate(report.columns)
    )
    return Table(columns, [Row(row.cells, row.area) for row in report.annex])


def as_text(report: Paper) -> bytes:
    """One paragraph a line, never wrapped; the annex as tab-separated rows."""
    lines = ["BÁO CÁO", title_of(report), report.unit.name, *report.paragraphs, "Phụ lục", "\t".join(report.columns)]
    lines += [row.area or "\t".join(row.cells) for row in report.annex]
    return ("\n".join(lines) + "\n").encode()


def as_word(report: Paper) -> bytes:
    """From the Word template in force. Raises `Refused`."""
    layout = layout_of(report.unit, report.superior)
    return word_file(KINDS["report"], report.unit, _data(report, layout), layout, table=_annex(report))


def as_pdf(report: Paper) -> bytes:
    layout = layout_of(report.unit, report.superior)
    return pdf(KINDS["report"].typst, _data(report, layout), layout, table=_annex(report))


WRITERS = {"txt": as_text, "docx": as_word, "pdf": as_pdf}

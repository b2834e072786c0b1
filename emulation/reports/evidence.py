"""Evidence files of a sheet, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from emulation.models import Evidence, Report, ReportEvent
from emulation.numbers import format_number
from units.files import KINDS, PICTURES

KB = 1024
ICONS = {"pdf": "file-earmark-pdf", "docx": "file-earmark-word", "doc": "file-earmark-word",
         "xlsx": "file-earmark-excel", "xls": "file-earmark-excel"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    """A file with what it proves (`about` is empty for the whole sheet). `fixed`: handed in with the sheet."""

    key: int
    indicator: int | None
    about: str
    name: str
    url: str
    icon: str
    kind: str
    size: str
    by: str
    at: datetime
    fixed: bool
    removed_by: str
    removed_at: datetime | None
    removed_why: str


def size_text(size: int) -> str:
    """ "350 kB", "2,4 MB"."""
    if size < KB * KB:
        return f"{max(1, round(size / KB))} kB"
    return f"{format_number(Decimal(size) / (KB * KB), 1)} MB"


def files_of(
    report: Report, *, indicator: int | None = None, names: Mapping[int, str] | None = None
) -> tuple[list[File], list[File]]:
    """(present, removed) files of the sheet, or of one figure; `names` are the sheet's own for its lines.

    Two queries.
    """
    rows = report.evidence.select_related("indicator", "by", "removed_by")
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    last = report.events.filter(kind=ReportEvent.Kind.SUBMITTED).order_by("-at").values_list("at", flat=True).first()
    files = [_file(row, last, names or {}) for row in rows]
    return [file for file in files if not file.removed_at], [file for file in files if file.removed_at]


def _file(row: Evidence, last: datetime | None, names: Mapping[int, str]) -> File:
    about = names.get(row.indicator_id, row.indicator.label) if row.indicator_id and row.indicator else ""
    return File(
        row.pk, row.indicator_id, about, row.name, row.get_absolute_url(), icon_of(row.kind), KINDS[row.kind][1],
        size_text(row.size), str(row.by), row.at, last is not None and last >= row.at,
        str(row.removed_by or ""), row.removed_at, row.removed_why,
    )  # fmt: skip


def icon_of(kind: str) -> str:
    """Bootstrap icon of a kind of file."""
    return "file-earmark-image" if kind in PICTURES else ICONS[kind]

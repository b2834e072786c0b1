"""A report that people work on, beside today's draft: what is written, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulation import drafting
from emulation.drafting import Change
from emulation.models import Indicator, IssuedPaper, ReviewParagraph, ReviewReport
from emulation.reports.drafts import draft_of
from emulation.reports.review_paper import Annex, Paper
from emulation.wording import Paragraph, Part
from units.models import Unit
from units.written import Written

Named = tuple[str, str, str | None]  # what a field is called, and what it said before and says now


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph on the page. `row` is None for one that the draft has and the report has not.

    `changes` are its figures that differ from what was last seen, `fresh` today's draft where its words differ from
    the draft last seen; `gone` says that it is drafted no more. `names` code → name of the indicators among them.
    """

    key: str
    level: int
    row: ReviewParagraph | None
    parts: tuple[Part, ...]
    changes: list[Change]
    fresh: tuple[Part, ...] | None
    gone: bool
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes_named(self) -> list[Named]:
        return [_named(one, self.names) for one in self.changes]

    @property
    def kept_named(self) -> list[Named]:
        return [_named(one, self.names) for one in self.kept]

    @property
    def is_marked(self) -> bool:
        return bool(self.changes) or self.fresh is not None or self.gone

    @property
    def kept(self) -> list[Change]:
        """Figures that somebody decided to keep although they have changed."""
        if self.row is None:
            return []
        said = drafting.values_in(self.row.text)
        return [Change(key, said[key], now) for key, now in self.row.seen.items() if key in said and said[key] != now]


SUMMED = "tổng hợp/"  # the beginning of fields that sum figures up


def name_of(key: str, names: Mapping[str, str]) -> str:
    """What a field is called for people: the indicator with what is said of it, else what is summed up or told of."""
    if key.startswith(SUMMED):
        return key.removeprefix(SUMMED)
    code, _slash, what = key.partition("/")
    if code in names:
        return f"{names[code]} ({what})" if what else names[code]
    return key.rstrip("0123456789").strip() or key  # «khâu yếu 12»


def _named(change: Change, names: Mapping[str, str]) -> Named:
    return name_of(change.key, names), change.before, change.after


def rows_of(report: ReviewReport, draft: Paper) -> list[Row]:
    """All paragraphs in order, those left out too; new ones of the draft where they belong. Two queries at most."""
    drafts = {one.key: one for one in draft.body}
    found = [_row(row, drafts.get(row.key), draft) for row in report.paragraphs.all()]
    known = {row.key for row in found}
    order = [one.key for one in draft.body]
    for one in draft.body:
        if one.key not in known:
            before = set(order[: order.index(one.key)])
            at = max((place for place, row in enumerate(found) if row.key in before), default=-1)
            found.insert(at + 1, Row(one.key, one.level, None, (), [], one.parts, gone=False))
            known.add(one.key)
    return _with_names(found)


def _with_names(rows: list[Row]) -> list[Row]:
    """One query, or none where no figure is another one."""
    codes = {one.key.partition("/")[0] for row in rows for one in (*row.changes, *row.kept)}
    names = {row.code: row.label for row in Indicator.objects.filter(code__in=codes)} if codes else {}
    return [replace(row, names=names) for row in rows] if names else rows


def _row(row: ReviewParagraph, drafted: Paragraph | None, draft: Paper) -> Row:
    now = drafting.template_of(drafted.parts) if drafted else ""
    left_out = row.left_out
    changed = [] if left_out else drafting.changes(row.seen, draft.fields)
    fresh = drafted.parts if drafted and now != row.drafted else None
    if fresh and left_out:
        changed = []
    gone = drafted is None and bool(row.drafted) and not left_out
    return Row(row.key, row.level, row, drafting.parts_of(row.text, draft.links), changed, fresh, gone)


def pending(report: ReviewReport, draft: Paper) -> list[Row]:
    """Paragraphs about which somebody has to decide."""
    return [row for row in rows_of(report, draft) if row.is_marked]


def annex_rows(draft: Paper) -> list[dict[str, Any]]:
    """The annex as it is kept with a signed report: texts, and numbers as written."""
    return [{"area": row.area, "cells": [_kept(cell) for cell in row.cells]} for row in draft.annex]


def _kept(cell: str) -> str | dict[str, str]:
    return cell.as_json() if isinstance(cell, Written) else cell


def paper_of(report: ReviewReport, draft: Paper) -> Paper:
    """The report as it goes on paper; a signed one with the annex it was signed with."""
    written = (row for row in report.paragraphs.all() if not row.left_out)
    body = tuple(Paragraph(row.key, drafting.parts_of(row.text, draft.links), row.level) for row in written)
    annex = draft.annex if report.annex is None else tuple(_annex(report.annex))
    return replace(
        draft, body=body, annex=annex, number=report.number, place=report.place, day=report.day,
        signer=report.signer, signer_post=report.signer_post,
    )  # fmt: skip


def saved_report(unit: Unit, year: int, period: str) -> ReviewReport | None:
    """The report that people work on; None while there is only the draft."""
    return ReviewReport.objects.filter(unit=unit, year=year, period=period).first()


def paper_for(unit: Unit, year: int, period: str) -> Paper:
    """What goes on paper: the report that people work on, else today's draft."""
    draft, saved = draft_of(unit, year, period), saved_report(unit, year, period)
    return paper_of(saved, draft) if saved else draft


def issued_with(unit: Unit, year: int, period: str, kind: str) -> IssuedPaper | None:
    """The issued paper that keeps the signed report as a docx or pdf: no later layout changes it."""
    files = {"docx": "word", "pdf": "pdf"}
    if kind not in files:
        return None
    of = {"report__unit": unit, "report__year": year, "report__period": period}
    rows = IssuedPaper.objects.filter(cancelled_at=None, **of)  # opening it again cancels what was issued
    return rows.exclude(**{files[kind]: ""}).first()


def _annex(rows: Iterable[dict[str, Any]]) -> Iterable[Annex]:
    return (Annex(row["area"], tuple(map(_cell, row["cells"]))) for row in rows)


def _cell(kept: str | dict[str, str]) -> str:
    """A number as it was written; where the report was signed when texts alone were kept, its text."""
    return kept if isinstance(kept, str) else Written.from_json(kept)

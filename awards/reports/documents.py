"""What rests on a legal document: the rows of awards that name it, so that they end and go on with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst

from awards.models import AwardBasis, Bonus, Cap, Criterion, LegalDocument, NoticeRule, VoteRule
from awards.models.catalogue import NEWEST_FIRST
from awards.reports.catalogue import text_of_row

PARTS: dict[str, Any] = {
    "criteria": Criterion,
    "caps": Cap,
    "bonuses": Bonus,
    "votes": VoteRule,
    "notices": NoticeRule,
}
BASES = "bases"


@dataclass(frozen=True, slots=True)
class Resting:
    """A row of an award that names the document: `part` is its kind as in the award's page, `what` in words."""

    part: str
    row: Any
    what: str
    text: str
    clause: str

    @property
    def key(self) -> str:
        return f"{self.part}-{self.row.pk}"


def number_of(document: LegalDocument) -> str:
    """The number alone, as clauses name it: the catalogue puts the kind of document before some."""
    return re.sub("^(Chỉ thị|[A-ZĐ]+) ", "", document.code)


def resting_on(document: LegalDocument) -> list[Resting]:
    """Rows that rest on the document, the newest first within an award; of criteria the outermost. Six queries."""
    found = list(_rows(document))
    return sorted(found, key=lambda one: (one.row.award.order, one.row.award.code, _newest(one.row.valid_from)))


def _newest(day: date | None) -> int:
    return -(day or date.min).toordinal()


def _rows(document: LegalDocument) -> Iterator[Resting]:
    number = number_of(document)
    for part, model in PARTS.items():
        rows = model.objects.filter(clause__contains=number).select_related("award").order_by(NEWEST_FIRST, "pk")
        if model is Criterion:
            rows = rows.filter(parent=None)
        what = capfirst(str(model._meta.verbose_name))
        for row in rows:
            yield Resting(part, row, what, text_of_row(row), row.clause)
    for row in AwardBasis.objects.filter(document=document).select_related("award", "document"):
        yield Resting(BASES, row, capfirst(str(AwardBasis._meta.verbose_name)), text_of_row(row), row.article)

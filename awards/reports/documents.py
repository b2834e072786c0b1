"""What rests on a legal document: the rows that name it, so that they end and go on with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst

from awards.models import (
    AwardBasis,
    BaseWage,
    Bonus,
    BonusRounding,
    Cap,
    Criterion,
    HighestOnly,
    LegalDocument,
    NoticeRule,
    RevocationGround,
    RuleChoice,
    VoteRule,
)
from awards.models.catalogue import NEWEST_FIRST
from awards.reports.catalogue import text_of_row
from units.counting import count_all

# Rows of awards by their part of its page.
PARTS: dict[str, Any] = {
    "criteria": Criterion,
    "caps": Cap,
    "bonuses": Bonus,
    "votes": VoteRule,
    "notices": NoticeRule,
}
# Rules of procedure by the name of their catalogue.
PROCEDURE: dict[str, Any] = {
    "base-wages": BaseWage,
    "bonus-roundings": BonusRounding,
    "highest-bonus": HighestOnly,
    "revocation-grounds": RevocationGround,
    "rule-choices": RuleChoice,
}
BASES = "bases"


@dataclass(frozen=True, slots=True)
class Resting:
    """A row that names the document: `part` is its part of the award's page or its catalogue, `what` in words."""

    part: str
    row: Any
    what: str
    text: str
    clause: str

    @property
    def key(self) -> str:
        return f"{self.part}-{self.row.pk}"

    @property
    def of_award(self) -> bool:
        return self.part not in PROCEDURE

    @property
    def address(self) -> str:
        """Where the row is changed."""
        name = "awards:row-update" if self.of_award else "emulation:catalogue-update"
        return reverse(name, args=[self.part, self.row.pk])


def number_of(document: LegalDocument) -> str:
    """The number alone, as clauses name it: people put the kind of document before it in words or letters."""
    found = re.search(r"\d.*", document.code)
    return found[0] if found else document.code


def is_named(document: LegalDocument, clause: str) -> bool:
    """Whether the clause names the document: its whole number, not the end of a longer one."""
    return re.search(rf"(?<![\w/]){re.escape(number_of(document))}(?!\w)", clause) is not None


def resting_on(document: LegalDocument) -> list[Resting]:
    """Rows that rest on the document: of awards in their order, the newest first, then those of procedure.

    Of criteria the outermost that name it. A query for each kind of row that names it, and two.
    """
    found = list(_rows(document))
    return sorted(found, key=lambda one: (not one.of_award, *_place(one), _newest(one.row.valid_from)))


def outliving(resting: Iterable[Resting], last_day: date) -> list[Resting]:
    """The rows that are in force after the last day of their document."""
    return [one for one in resting if one.row.valid_until is None or one.row.valid_until > last_day]


def _place(one: Resting) -> tuple[int, str]:
    return (one.row.award.order, one.row.award.code) if one.of_award else (0, one.part)


def _newest(day: date | None) -> int:
    return -(day or date.min).toordinal()


def _rows(document: LegalDocument) -> Iterator[Resting]:
    naming = {part: _naming(document, model) for part, model in (PARTS | PROCEDURE).items()}
    for (part, rows), count in zip(naming.items(), count_all(*naming.values()), strict=True):
        named = {row.pk: row for row in rows if is_named(document, row.clause)} if count else {}
        what = capfirst(str(rows.model._meta.verbose_name))
        for row in named.values():
            if part != "criteria" or not _stands_in(row, named):
                yield Resting(part, row, what, text_of_row(row) if part in PARTS else str(row), row.clause)
    for row in AwardBasis.objects.filter(document=document).select_related("award", "document"):
        yield Resting(BASES, row, capfirst(str(AwardBasis._meta.verbose_name)), text_of_row(row), row.article)


def _naming(document: LegalDocument, model: Any) -> Any:
    rows = model.objects.filter(clause__contains=number_of(document)).order_by(NEWEST_FIRST, "pk")
    if model in PROCEDURE.values():
        return rows
    return rows.select_related("award", "parent__parent") if model is Criterion else rows.select_related("award")


def _stands_in(row: Criterion, named: dict[int, Criterion]) -> bool:
    above = row.parent
    while above is not None and above.pk not in named:
        above = above.parent
    return above is not None

"""A legal document ends, or another takes its place: what rests on it ends with it, or goes on to be checked."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from awards.models import AwardBasis, Criterion, LegalDocument
from awards.reports.documents import Resting, number_of, resting_on
from awards.services.rows import save_row
from units.access import administers_root, require
from units.errors import Refused
from units.models import User

NOTE = "Chuyển tiếp từ {document}: đối chiếu văn bản mới."


@transaction.atomic
def end_document(
    document: LegalDocument, *, last_day: date, successor: LegalDocument | None, keys: Collection[str],
    slip: bool = False, by: User,
) -> int:  # fmt: skip
    """The document is in force until `last_day`; the rows of `keys` end with it. How many.

    With a `successor` they go on from the next day with what they say, unverified and without a clause, until
    somebody has compared them with the new text. Dossiers follow by their rule day; see `save_row` for `slip`.
    Raises `Refused` where a row has ended by then, or dossiers that were received would be judged otherwise.
    """
    require(administers_root(by))
    document = LegalDocument.objects.select_for_update().get(pk=document.pk)
    next_day = last_day + timedelta(days=1)
    if successor is not None and not successor.holds_on(next_day):
        raise Refused(_("“%(document)s” is not in force on the day after.") % {"document": successor}, "successor")
    chosen = [one for one in resting_on(document) if one.key in keys]
    over = [str(one.row) for one in chosen if not one.row.holds_on(last_day)]
    if len(chosen) != len(set(keys)) or over:
        raise Refused(
            _("Choose rows that are in force on the last day: %(rows)s.") % {"rows": ", ".join(over) or "…"}
        )
    document.valid_until = last_day
    document.full_clean()
    document.save()
    for one in chosen:
        _end(one, document, last_day, successor, slip, by)
    return len(chosen)


def _end(
    one: Resting, document: LegalDocument, last_day: date, successor: LegalDocument | None, slip: bool, by: User
) -> None:  # fmt: skip
    row = copy(one.row)
    many = {field.name: list(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    goes_on = row.valid_until is None or row.valid_until > last_day
    if successor is None or not goes_on:
        row.valid_until = last_day
        save_row(row, chosen={}, slip=slip, by=by)
        return
    _carry(row, document, successor)
    save_row(row, chosen=many, since=last_day + timedelta(days=1), slip=slip, by=by)
    if isinstance(row, Criterion):
        _carry_children(row, document, successor)


def _carry(row: Any, document: LegalDocument, successor: LegalDocument) -> None:
    """What the row says now rests on another document that nobody has compared with it."""
    if isinstance(row, AwardBasis):
        row.document, row.article = successor, ""
    else:
        row.clause = f"{successor.code} (chưa xác định điều khoản)"
    row.certainty, row.source, row.note = "U", "", NOTE.format(document=document.code)


def _carry_children(group: Criterion, document: LegalDocument, successor: LegalDocument) -> None:
    for child in group.children.filter(valid_from=group.valid_from):
        if number_of(document) in child.clause:
            _carry(child, document, successor)
            child.save()
        _carry_children(child, document, successor)

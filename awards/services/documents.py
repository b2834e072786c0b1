"""A legal document ends, or another takes its place: what rests on it ends with it, or goes on to be checked."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models.base import ModelState
from django.utils.translation import gettext as _

from awards.models import Award, AwardBasis, Criterion, LegalDocument, RevocationGround
from awards.reports.documents import Resting, is_named, resting_on
from awards.services.catalogue import lock_rules, save_row
from emulation.services import definitions
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
    somebody has compared them with the new text; also those that ended with the document before its successor was
    known. Dossiers follow by their rule day; see `save_row` for `slip`.
    Raises `Refused` where a row has ended by then, where something may have taken its place already, or dossiers
    that were received would be judged otherwise.
    """
    require(administers_root(by))
    document = LegalDocument.objects.select_for_update().get(pk=document.pk)
    lock_rules(Award.objects.all())  # the rows that rest on it are read after whoever changes a rule
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
    if successor is not None:
        _reopen([one for one in chosen if one.row.valid_until == last_day], next_day)
    for one in chosen:
        _end(one, document, last_day, successor, slip, by)
    return len(chosen)


def _reopen(ended: list[Resting], next_day: date) -> None:
    """Rows that ended with the document go on as if they had not, unless one of their kind begins in their place."""

    def is_replaced(one: Resting) -> bool:
        same = {"award": one.row.award} if one.of_award else {}
        return type(one.row).objects.filter(**same, valid_from=next_day).exists()

    if replaced := [one for one in ended if is_replaced(one)]:
        words = _("These rows have ended, and others of their kind begin on the next day: %(rows)s. Untick them.")
        raise Refused(words % {"rows": ", ".join(str(one.row) for one in replaced)}, "rows")
    for one in ended:
        _without_end(one.row)


def _without_end(row: Any) -> None:
    last_day, row.valid_until = row.valid_until, None
    row.save()
    for child in row.children.filter(valid_until=last_day) if isinstance(row, Criterion) else ():
        _without_end(child)


def _end(
    one: Resting, document: LegalDocument, last_day: date, successor: LegalDocument | None, slip: bool, by: User
) -> None:  # fmt: skip
    row = copy(one.row)
    if not one.of_award:
        _end_procedure(row, document, last_day, successor)
        return
    many = {field.name: list(getattr(row, field.name).all()) for field in row._meta.many_to_many}
    if successor is None:
        row.valid_until = last_day
        save_row(row, chosen={}, slip=slip, by=by)
        return
    _carry(row, document, successor)
    save_row(row, chosen=many, since=last_day + timedelta(days=1), slip=slip, by=by)
    if isinstance(row, Criterion):
        _carry_children(row, document, successor)


def _end_procedure(row: Any, document: LegalDocument, last_day: date, successor: LegalDocument | None) -> None:
    """A rule of procedure judges no dossier: it ends, and a copy of it goes on."""
    heir, row.valid_until = copy(row), last_day
    definitions.save_row(row)
    if successor is None:
        return
    heir.pk, heir._state, heir.valid_from = None, ModelState(), last_day + timedelta(days=1)
    if isinstance(heir, RevocationGround):  # codes are unique
        heir.code = f"{heir.code[:27]}-{heir.valid_from.year}"
    _carry(heir, document, successor)
    definitions.save_row(heir)


def _carry(row: Any, document: LegalDocument, successor: LegalDocument) -> None:
    """What the row says now rests on another document that nobody has compared with it."""
    if isinstance(row, AwardBasis):
        row.document, row.article = successor, ""
    else:
        row.clause = f"{successor.code} (chưa xác định điều khoản)"
    row.certainty, row.source, row.note = "U", "", NOTE.format(document=document.code)


def _carry_children(group: Criterion, document: LegalDocument, successor: LegalDocument) -> None:
    for child in group.children.filter(valid_from=group.valid_from):
        if is_named(document, child.clause):
            _carry(child, document, successor)
            child.save()
        _carry_children(child, document, successor)

"""The library of documents, and who has acknowledged receipt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Document, Receipt
from emulation.numbers import percent_of
from emulation.reports.deadlines import until
from emulation.reports.work import WRITERS, Task
from units import access, clock
from units.models import User
from units.spreadsheets import Value

SHOWN = 10  # receipts listed for one user; the library has all


def library(user: User) -> QuerySet[Document]:
    """Documents that the user reads, the newest first, with counts of receipts in the user's reach.

    `sent`, `received` and `late` count units; `mine` how many of the user's own units still owe receipt.
    """
    reach = access.figures_q(user, "receipts__unit__path") & Q(receipts__recalled_at=None)
    own = {m.unit_id for m in user.active_memberships if m.role in WRITERS}
    open_ = Q(receipts__acknowledged_at=None, receipts__recalled_at=None)
    return (
        Document.objects.visible_to(user)
        .select_related("unit")
        .annotate(
            sent=Count("receipts", filter=reach, distinct=True),
            received=Count("receipts", filter=reach & Q(receipts__acknowledged_at__isnull=False), distinct=True),
            late=Count("receipts", filter=reach & open_ & Q(receipts__due__lt=clock.today()), distinct=True),
            mine=Count("receipts", filter=open_ & Q(receipts__unit__in=own), distinct=True),
        )
        .order_by(F("issued_on").desc(nulls_last=True), "title", "pk")
    )


@dataclass(frozen=True, slots=True)
class Receipts:
    """Who has received a document, as far as the user reads. Counts are of units."""

    sent: int
    received: int
    late: int

    @property
    def percent(self) -> int:
        return percent_of(self.received, self.sent)


def receipts_of(document: Document, user: User) -> tuple[QuerySet[Receipt], Receipts]:
    """Receipts in the user's reach, open ones first, recalled ones last, and counts without these: one query."""
    rows = Receipt.objects.visible_to(user).filter(document=document)
    counts = rows.aggregate(
        sent=Count("pk", filter=Q(recalled_at=None)),
        received=Count("pk", filter=Q(acknowledged_at__isnull=False)),
        late=_late(),
    )
    shown = rows.select_related("unit", "sender", "acknowledged_by", "sent_by", "recalled_by")
    order: list[OrderBy | str] = [
        F("recalled_at").asc(nulls_first=True),
        F("acknowledged_at").asc(nulls_first=True),
        "due",
        "unit__path",
    ]
    return shown.order_by(*order), Receipts(**counts)


def own_receipts(document: Document, user: User) -> list[Receipt]:
    """Receipts that the user's own units still owe."""
    own = {m.unit_id for m in user.active_memberships if m.role in WRITERS}
    return list(document.receipts.open().filter(unit__in=own).select_related("unit", "sender"))


def summary(user: User) -> str:
    """How many documents, and what of them waits or is late, for the overview of the registers."""
    rows = Receipt.objects.visible_to(user)
    open_ = rows.aggregate(waiting=Count("pk", filter=Q(acknowledged_at=None, recalled_at=None)), late=_late())
    count = Document.objects.visible_to(user).count()
    words = [ngettext("%(count)d document", "%(count)d documents", count) % {"count": count}]
    if open_["waiting"]:
        said = ngettext("%(count)d receipt open", "%(count)d receipts open", open_["waiting"])
        words.append(said % {"count": open_["waiting"]})
    if open_["late"]:
        words.append(_("%(count)d overdue") % {"count": open_["late"]})
    return " · ".join(words)


def _late() -> Count:
    return Count("pk", filter=Q(acknowledged_at=None, recalled_at=None, due__lt=clock.today()))


def receipt_tasks(user: User) -> Iterator[Task]:
    """Receipts to acknowledge, for staff and commanders of the units addressed. One query, none for others."""
    own = {m.unit_id for m in user.active_memberships if m.role in WRITERS}
    if not own:
        return
    rows = Receipt.objects.open().filter(unit__in=own).select_related("document", "unit", "sender")
    for row in rows.order_by(F("due").asc(nulls_last=True), "pk")[:SHOWN]:
        title = _("Acknowledge receipt: %(document)s") % {"document": row.document}
        sender = _("sent by %(unit)s") % {"unit": row.sender}
        url = reverse("emulation:document-detail", args=[row.document_id])
        yield Task(
            title, f"{row.unit} · {sender}", url, _("Read and acknowledge"), row.state, "receipt",
            until(row.due) if row.due else None, None,
        )  # fmt: skip


def export_table(rows: Iterable[Document]) -> tuple[list[str], list[list[Value]]]:
    """Heads and rows of the list as a file."""
    heads = [
        _("Kind"), _("Number"), _("Title"), _("Issued by"), _("Issued on"), _("Level"), _("Kept by"),
        _("Units addressed"), _("Receipt acknowledged"), _("Overdue"),
    ]  # fmt: skip
    table: list[list[Value]] = []
    for row in rows:
        day: date | None = row.issued_on
        counts = [getattr(row, name) for name in ("sent", "received", "late")]
        table.append([
            row.get_kind_display(), row.number, row.title, row.issuer, day, row.get_level_display(),
            str(row.unit or ""), *counts,
        ])  # fmt: skip
    return heads, table

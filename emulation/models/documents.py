"""The library of documents that movements rest on, and who has acknowledged receipt of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.attachments import Attachment
from units import access, clock
from units.models import Unit
from units.paths import path_ids
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models import User


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> Self:
        """Documents for all; those of units in whose branch the user stands; those of branches the user reads."""
        above = {pk for m in user.active_memberships for pk in path_ids(m.unit.path)}
        return self.filter(Q(unit=None) | Q(unit__in=above) | access.figures_q(user, "unit__path"))

    def found_by(self, text: str) -> Self:
        """Documents whose number, title or issuer contains every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text))


class Document(models.Model):
    """A directive, resolution, plan or guideline that campaigns carry out.

    `unit` put it into the library; without one it belongs to all (what came before the library was kept).
    `level` says from how high it comes, whoever put it there.
    """

    class Kind(models.TextChoices):
        DIRECTIVE = "directive", _("Directive")
        RESOLUTION = "resolution", _("Resolution")
        PLAN = "plan", _("Plan")
        GUIDELINE = "guideline", _("Guideline")
        DECISION = "decision", _("Decision")

    class Level(models.TextChoices):
        STATE = "state", _("Party and State")
        ARMY = "army", _("Central Military Commission and Ministry of National Defence")
        REGION = "region", _("Military region")
        UNIT = "unit", _("Own unit")

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="documents", verbose_name=_("kept by")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    number = models.CharField(_("number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    level = models.CharField(_("level"), max_length=8, choices=Level, blank=True)
    summary = models.TextField(_("what it asks for"), blank=True, max_length=2000)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("files"))
    search = models.CharField(max_length=600, editable=False, default="")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["kind", "number", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "number", "issuer", "issued_on"],
                condition=~Q(number="") & Q(unit__isnull=False, issued_on__isnull=False),
                name="document_number_once_in_a_library",
                violation_error_message=_("The library already holds this document: same number, issuer and day."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip() if self.number else self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = fold(f"{self.number} {self.title} {self.issuer}")[:600]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("emulation:document-detail", args=[self.pk])


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User) -> Self:
        """Receipts of units whose figures the user reads: the own unit's and those below, never beside."""
        return self.filter(access.figures_q(user, "unit__path"))

    def standing(self) -> Self:
        """Not recalled."""
        return self.filter(recalled_at=None)

    def open(self) -> Self:
        """Not acknowledged yet."""
        return self.standing().filter(acknowledged_at=None)

    def overdue(self) -> Self:
        return self.open().filter(due__lt=clock.today())


class Receipt(models.Model):
    """A document sent to a unit, and that the unit has received it: who said so, when.

    `due` is the day until which receipt is to be acknowledged, inclusive. What went to a wrong unit is recalled, with
    its reason, as long as it has not been acknowledged; the row stays, and the document can be sent there anew.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="receipts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("unit"))
    sender = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("sent by"))
    due = models.DateField(_("to be acknowledged until"), null=True, blank=True)
    sent_by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"))
    acknowledged_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    recalled_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    recalled_at = models.DateTimeField(_("recalled at"), null=True)
    recalled_why = models.CharField(_("why it was recalled"), max_length=300, blank=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("receipt of a document")
        ordering = ["unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "unit"], condition=Q(recalled_at=None), name="receipt_once_a_unit",
                violation_error_message=_("The document has been sent to this unit already."),
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_by=None, acknowledged_at=None)
                | Q(acknowledged_by__isnull=False, acknowledged_at__isnull=False),
                name="receipt_acknowledged_by_and_at",
                violation_error_message=_("An acknowledged receipt names who said so and when."),
            ),
            models.CheckConstraint(
                condition=Q(recalled_by=None, recalled_at=None, recalled_why="")
                | Q(recalled_by__isnull=False, recalled_at__isnull=False, acknowledged_at=None) & ~Q(recalled_why=""),
                name="receipt_recalled_by_at_and_why",
                violation_error_message=_("Only what has not been acknowledged is recalled: by whom, when and why."),
            ),
            models.CheckConstraint(
                condition=~Q(sender=models.F("unit")), name="receipt_from_another_unit",
                violation_error_message=_("A unit does not send a document to itself."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.document} → {self.unit}"

    @property
    def state(self) -> str:
        """A key of the states of a receipt."""
        if self.recalled_at:
            return "recalled"
        if self.acknowledged_at:
            return "acknowledged"
        return "overdue" if self.due and self.due < clock.today() else "waiting"


auditlog.register(Document, m2m_fields={"files"})
auditlog.register(Receipt)

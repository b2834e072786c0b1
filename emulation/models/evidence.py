"""Evidence files (*minh chứng*) on figures and sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Indicator
from emulation.models.reports import Report
from units.files import KINDS

if TYPE_CHECKING:
    from units.models import User


def random_name(evidence: Evidence, _name: str) -> str:
    """Where the file is kept: nothing of what the sender called it."""
    return f"evidence/{evidence.at:%Y}/{uuid4().hex}"


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, user: User) -> Self:
        """Files of the sheets that the user reads."""
        return self.filter(report__in=Report.objects.visible_to(user))

    def present(self) -> Self:
        """Those that have not been removed."""
        return self.filter(removed_at=None)


class Evidence(models.Model):
    """A file that proves a figure, or (`indicator` empty) the sheet as a whole.

    Never changed or overwritten. Removing marks it (`removed_*`); the file itself stays kept. The row is
    its own trace: who attached it and when, who removed it, when and why.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="evidence")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, related_name="+")
    file = models.FileField(_("file"), upload_to=random_name, max_length=100)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=4, choices=[(kind, word) for kind, (_type, word) in KINDS.items()])
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_why = models.CharField(_("reason"), max_length=300, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence file")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_by=None, removed_at=None, removed_why="")
                | (Q(removed_by__isnull=False, removed_at__isnull=False) & ~Q(removed_why="")),
                name="evidence_removed_by_at_and_why_together",
                violation_error_message=_("A removed file names who removed it, when and why."),
            ),
            models.UniqueConstraint(
                fields=["file"], name="evidence_file_once",
                violation_error_message=_("A file is kept under a name of its own."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Downloads the file."""
        return reverse("emulation:evidence-download", args=[self.pk])

    @property
    def content_type(self) -> str:
        """By what we found in the file, never by what the sender said."""
        return KINDS[self.kind][0]

"""Pictures and papers attached to what happens in a movement: documents, activities, weak points, examples …"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from units.files import KINDS, PICTURES


def random_name(attachment: Attachment, _name: str) -> str:
    """Where the file is kept: nothing of what the sender called it."""
    return f"attachments/{attachment.at:%Y}/{uuid4().hex}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def present(self) -> AttachmentQuerySet:
        """Those that have not been removed."""
        return self.filter(removed_at=None)


class Attachment(models.Model):
    """A file that belongs to the one thing whose `files` name it; whoever reads that thing reads the file.

    Never changed or overwritten; removing marks it, the file itself stays kept. The row is its own trace.
    """

    file = models.FileField(_("file"), upload_to=random_name, max_length=100)
    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=4, choices=[(kind, word) for kind, (_type, word) in KINDS.items()])
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    credit = models.CharField(_("picture by"), max_length=120, blank=True)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removed_why = models.CharField(_("reason"), max_length=300, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attached file")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_by=None, removed_at=None, removed_why="")
                | (Q(removed_by__isnull=False, removed_at__isnull=False) & ~Q(removed_why="")),
                name="attachment_removed_by_at_and_why_together",
                violation_error_message=_("A removed file names who removed it, when and why."),
            ),
            models.UniqueConstraint(
                fields=["file"], name="attachment_file_once",
                violation_error_message=_("A file is kept under a name of its own."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def content_type(self) -> str:
        """By what we found in the file, never by what the sender said."""
        return KINDS[self.kind][0]

    @property
    def is_picture(self) -> bool:
        """Whether browsers show it: these formats run no script."""
        return self.kind in PICTURES and self.kind not in ("tif", "bmp")

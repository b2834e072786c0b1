"""Filled-in forms that came back and wait for confirmation."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from emulation.models.reports import Report

if TYPE_CHECKING:
    from units.models import User

KEPT = timedelta(hours=24)


class WorkbookUploadQuerySet(models.QuerySet["WorkbookUpload"]):
    def current(self, user: User) -> Self:
        """What the user sent and has not confirmed yet; nobody else sees it."""
        return self.filter(by=user, at__gte=timezone.now() - KEPT)

    def expired(self) -> Self:
        return self.filter(at__lt=timezone.now() - KEPT)


class WorkbookUpload(models.Model):
    """A form filled in offline, between its upload and its confirmation. No figure yet.

    `rows` are [row number, [cells of the eleven columns]] as read from the file, `columns` the letters that these
    have there, `formulas` addresses of formulas without a number, `unread` names of tabs and columns that hold
    something and are no part of the form. A user has one for a sheet; a newer one takes its place.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="uploads")
    by = models.ForeignKey("units.User", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(_("name"), max_length=150)
    identity = models.JSONField()
    rows = models.JSONField()
    columns = models.JSONField(default=list)
    formulas = models.JSONField(default=list)
    unread = models.JSONField(default=list)

    objects = WorkbookUploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded form")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "by"], name="workbook_upload_once",
                violation_error_message=_("There is an uploaded form for this sheet already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

"""What the offices say of the lines of a sheet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Indicator
from emulation.models.reports import Report
from units.models import Office


class OfficeVerdict(models.Model):
    """An office agrees to a line of a sheet or objects to it, with the reason.

    Append-only: the last one of an office on a line is in force, as long as the line's figure is still
    `figure` (`services.cells.snapshot`); once it has changed, the office is asked again.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="office_verdicts")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    agreed = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    figure = models.JSONField(null=True)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("verdict of an office")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed=True, reason="") | (Q(agreed=False) & ~Q(reason="")),
                name="office_verdict_objects_with_reason",
                violation_error_message=_("An office that objects says why."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.indicator_id}: {self.agreed}"

"""Consolidated figures kept for speed. They always equal a recomputation from the results."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from emulation.models.campaigns import Campaign
from emulation.models.catalogue import Comparator, Indicator
from units.models import Unit


class Summary(models.Model):
    """Parts and counts of one indicator over the branch of a unit with subordinates, in one period.

    Two sets: *approved* sheets alone, and `all_…`: approved together with handed in. Parts are sums of
    whole thousandths as in the results; `samples` counts the scores behind a sum of scores, or the
    rounds behind the denominators of a flow over a stock. `classes` maps a grade's rank to [units, 0]
    and a checklist item's key to [sheets that meet it, sheets it applies to]. `target` is the branch's
    target in the period in quarters of a thousandth (a quarter of a year's target is then exact).
    Besides the standard periods, `N2` and `N3` hold the two quarters that make the nine months of a
    stock that some units are asked every quarter and others every half-year.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="summaries")
    year = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=2)
    drive = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="summaries")
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+")

    numerator = models.BigIntegerField(default=0)
    denominator = models.BigIntegerField(default=0)
    samples = models.PositiveIntegerField(default=0)
    reported = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(default=0)
    targeted = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)
    classes = models.JSONField(default=dict)

    all_numerator = models.BigIntegerField(default=0)
    all_denominator = models.BigIntegerField(default=0)
    all_samples = models.PositiveIntegerField(default=0)
    all_reported = models.PositiveIntegerField(default=0)
    all_expected = models.PositiveIntegerField(default=0)
    all_targeted = models.PositiveIntegerField(default=0)
    all_met = models.PositiveIntegerField(default=0)
    all_classes = models.JSONField(default=dict)

    target = models.BigIntegerField(null=True)
    comparator = models.CharField(max_length=2, choices=Comparator, blank=True)

    class Meta:
        verbose_name = _("consolidated figure")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "period", "indicator"], condition=models.Q(drive=None),
                name="summary_once_per_period",
                violation_error_message=_("The period already has its consolidated figure."),
            ),
            models.UniqueConstraint(
                fields=["unit", "drive", "indicator"], condition=models.Q(drive__isnull=False),
                name="summary_once_per_drive",
                violation_error_message=_("The drive already has its consolidated figure."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}-{self.period} {self.indicator_id}"

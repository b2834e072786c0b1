"""Consolidated figures kept for speed. They always equal a recomputation from the results."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connections, models
from django.utils.translation import gettext_lazy as _

from emulation.models.campaigns import Campaign
from emulation.models.catalogue import Comparator, Indicator
from units.models import Unit

BATCH = 500  # rows in a statement: SQLite takes 32,766 values


class SummaryQuerySet(models.QuerySet["Summary"]):
    def remove(self, keys: Collection[tuple[int, str, int]], *, year: int, drive: Campaign | None) -> None:
        """Delete the rows of some (unit, period, indicator)."""
        if not keys:
            return
        units, names, indicators = (set(column) for column in zip(*keys, strict=True))
        rows = self.filter(year=year, drive=drive, unit__in=units, period__in=names, indicator__in=indicators)
        found = rows.values_list("pk", "unit_id", "period", "indicator_id")
        gone = [pk for pk, *key in found if tuple(key) in keys]
        for at in range(0, len(gone), BATCH):
            self.filter(pk__in=gone[at : at + BATCH]).delete()

    def write(
        self, rows: Sequence[Iterable[Any]], columns: Sequence[str], *, year: int, drive: Campaign | None
    ) -> None:
        """Insert or overwrite rows of unit, period, indicator and `columns`, in one statement for each `BATCH`.

        An approval changes hundreds of rows: through the ORM, which passes SQLite fifty rows at a time and
        cannot name a partial index in ON CONFLICT, that would take ten times as long.
        """
        keys = "drive_id, indicator_id" if drive else "year, period, indicator_id"
        names = ["unit_id", "period", "indicator_id", *columns, "year", "drive_id"]
        ends = (year, drive.pk if drive else None)
        one = f"({', '.join(['%s'] * len(names))})"
        for at in range(0, len(rows), BATCH):
            batch = rows[at : at + BATCH]
            sql = (
                f"INSERT INTO {self.model._meta.db_table} ({', '.join(names)}) "
                f"VALUES {', '.join([one] * len(batch))} "
                f"ON CONFLICT (unit_id, {keys}) WHERE drive_id IS {'NOT NULL' if drive else 'NULL'} "
                f"DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in columns)}"
            )
            values = (json.dumps(v) if isinstance(v, dict) else v for row in batch for v in (*row, *ends))
            with connections[self.db].cursor() as cursor:
                cursor.execute(sql, list(values))


class Summary(models.Model):
    """Parts and counts of one indicator over the branch of a unit with subordinates, in one period.

    Two sets: *approved* sheets alone, and `all_…`: approved together with handed in. Parts are sums of
    whole thousandths as in the results; `samples` counts the scores behind a sum of scores, or the
    rounds behind the denominators of a flow over a stock. `classes` maps a grade's rank to [units, 0]
    and a checklist item's key to [sheets that meet it, sheets it applies to]. `target` is the branch's
    target in the period in quarters of a thousandth (a quarter of a year's target is then exact); `unsettled`: as
    units have moved, it is that of other units or quarters than the figure, and the two are not compared.
    Besides the standard periods, `N2` and `N3` hold the two quarters that make the nine months of a
    stock that some units are asked every quarter and others every half-year.
    """

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="summaries")
    year = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=2)
    # An index of its own would lead every search for rows without a drive through the rows of all years.
    drive = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="summaries", db_index=False)
    # No constraint of the database: it would lock the indicator after the units, where who changes a figure or
    # a definition holds the indicator first, and the two would wait for each other.
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="+", db_constraint=False)

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
    unsettled = models.BooleanField(default=False)

    objects = SummaryQuerySet.as_manager()

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
        indexes = [models.Index(fields=["drive"], condition=models.Q(drive__isnull=False), name="summary_of_drive")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}-{self.period} {self.indicator_id}"

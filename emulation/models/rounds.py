"""Rounds, and the tree as it was in each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation import periods
from emulation.models.campaigns import Campaign
from units import clock
from units.models import Unit

if TYPE_CHECKING:
    from datetime import date


class RoundQuerySet(models.QuerySet["Round"]):
    def quarters(self) -> Self:
        return self.filter(drive=None)


class Round(models.Model):
    """A reporting round (*kỳ báo cáo*): a quarter of a year, or the end of a peak drive.

    The period is what the figures speak of; the calendar (`opens`, `due`, `closes`, local dates, all
    days included) is when they are entered. An empty `closes` means that entry is not closed by date.
    """

    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1945), MaxValueValidator(2099)])
    quarter = models.PositiveSmallIntegerField(_("quarter"), null=True, blank=True)
    drive = models.OneToOneField(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="round", verbose_name=_("peak drive")
    )
    opens = models.DateField(_("opens"))
    due = models.DateField(_("due"))
    closes = models.DateField(_("closes"), null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["-year", F("quarter").desc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "quarter"], name="round_quarter_once",
                violation_error_message=_("This quarter already has its round."),
            ),
            models.CheckConstraint(
                # In SQL an empty quarter is in no list and in every one: it has to be said that there is one.
                condition=Q(quarter__isnull=False, quarter__in=[1, 2, 3, 4], drive=None)
                | Q(quarter=None, drive__isnull=False),
                name="round_quarter_or_drive",
                violation_error_message=_("A round belongs to a quarter or to a peak drive."),
            ),
            models.CheckConstraint(
                condition=Q(due__gte=F("opens")) & (Q(closes=None) | Q(closes__gte=F("due"))),
                name="round_calendar_in_order",
                violation_error_message=_("A round opens, is due and closes in this order."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("emulation:round-update", args=[self.pk])

    # Why an administrator changed the calendar so that sheets became late; kept with the trace of the change.
    reason_of_change = ""

    def get_additional_data(self) -> dict[str, str] | None:
        return {"reason": self.reason_of_change} if self.reason_of_change else None

    @property
    def label(self) -> str:
        return periods.quarter_label(self.year, self.quarter) if self.quarter else str(self.drive)

    @property
    def first_day(self) -> date:
        return periods.quarter_start(self.year, self.quarter) if self.quarter else self._drive_of().starts

    @property
    def last_day(self) -> date:
        """The day whose tree counts for the whole round."""
        return periods.quarter_end(self.year, self.quarter) if self.quarter else self._drive_of().ends

    def _drive_of(self) -> Campaign:
        """The drive of a round that is no quarter."""
        if self.drive is None:
            raise LookupError("a round is that of a quarter or of a drive")
        return self.drive

    @property
    def not_yet_open(self) -> bool:
        return clock.today() < self.opens

    @property
    def closed(self) -> bool:
        return self.closes is not None and clock.today() > self.closes


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def in_force(self) -> Self:
        """Those that were not ended early, whether their last day has come or not."""
        return self.filter(ended_at=None)


class Extension(models.Model):
    """More time for one unit in one round: it may enter up to `until` (that day included), and is due then.

    It is ended early, never deleted: a sheet handed in while it ran stays on time. Every question about the
    days of a sheet goes to `reports.extensions.terms_of`.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="extensions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="extensions")
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit"], condition=Q(ended_at=None), name="extension_one_in_force",
                violation_error_message=_("The unit already has an extension in this round."),
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None) | Q(ended_by__isnull=False, ended_at__isnull=False),
                name="extension_ended_by_and_at_together",
                violation_error_message=_("An extension that was ended names who and when."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit} – {self.round}: {self.until}"

    @property
    def passed(self) -> bool:
        return self.until < clock.today()


class Lineage(models.Model):
    """Where a unit stood in a round: its superior and path on the last day of the round's period.

    Derived from placements by `services.rounds.place_units`; `is_leaf` says that nothing stood below it.
    The path is made like today's (`units.paths`), but of that day's superiors. For a unit with
    subordinates `sheets`, `handed_in` (approved ones included) and `approved` count the sheets of its
    branch, its own included; like the consolidated figures they are kept by `services.summaries`.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="lineages")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="lineages")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    path = models.CharField(max_length=120)
    is_leaf = models.BooleanField(default=True)
    sheets = models.PositiveIntegerField(default=0)
    handed_in = models.PositiveIntegerField(default=0)
    approved = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("place in a round")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "round"], name="lineage_one_per_round",
                violation_error_message=_("The unit already has its place in this round."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["round", "parent"]), models.Index(fields=["round", "path"])]

    def __str__(self) -> str:
        return self.path


auditlog.register(Round)

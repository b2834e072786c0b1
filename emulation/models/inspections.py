"""Inspections (*kiểm tra, giám sát*): plan, findings item by item and unit by unit, conclusion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.models.attachments import Attachment
from emulation.models.campaigns import Campaign
from emulation.models.weak_points import WeakPoint
from units import access
from units.models import Person, Unit

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def inspected_by(self, user: User) -> Self:
        """Those of units whose branch the user reads: with every paper, also on others."""
        return self.filter(access.figures_q(user, "unit__path"))

    def visible_to(self, user: User) -> Self:
        """Those of units whose branch the user reads, and those in which such a unit is inspected.

        A surprise inspection does not exist for the inspected before it has been carried out.
        """
        theirs = InspectedUnit.objects.filter(access.figures_q(user, "unit__path")).values("inspection")
        hidden = Q(surprise=True, state__in=[Inspection.State.PLANNED, Inspection.State.CALLED_OFF])
        return self.filter(access.figures_q(user, "unit__path") | (Q(pk__in=theirs) & ~hidden))


class Inspection(models.Model):
    """A check of units by their superior `unit`. What was found is in the findings, which the inspected units read
    once it has been carried out; its `conclusion` is for all of them. Those who inspect are `people` of the register,
    and in `members`, one a line, whoever does not stand in it.
    """

    class Kind(models.TextChoices):
        INSPECTION = "inspection", _("Inspection")
        SUPERVISION = "supervision", _("Supervision")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CARRIED_OUT = "carried_out", _("Carried out")
        CONCLUDED = "concluded", _("Concluded")
        CALLED_OFF = "called_off", _("Called off")

    PUBLISHED = (State.CARRIED_OUT, State.CONCLUDED)  # the inspected units read what was found on them

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inspections", verbose_name=_("inspects"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.INSPECTION)
    surprise = models.BooleanField(_("surprise"), default=False)
    title = models.CharField(pgettext_lazy("inspection", "title"), max_length=200)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="inspections",
        verbose_name=_("campaign"),
    )  # fmt: skip
    starts = models.DateField(_("begins"))
    ends = models.DateField(_("ends"))
    people = models.ManyToManyField(Person, blank=True, related_name="+", verbose_name=_("members of the register"))
    members = models.TextField(_("other members"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PLANNED)
    conclusion = models.TextField(_("conclusion"), max_length=5000, blank=True)
    number = models.CharField(_("number of the conclusion"), max_length=60, blank=True)
    concluded_on = models.DateField(_("date of the conclusion"), null=True, blank=True)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("papers"))

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="inspection_ends_not_before_start",
                violation_error_message=_("An inspection does not end before it begins."),
            ),
            models.CheckConstraint(
                condition=~Q(state="concluded") & Q(conclusion="", number="", concluded_on=None)
                | Q(state="concluded", concluded_on__isnull=False) & ~Q(conclusion="") & ~Q(number=""),
                name="inspection_conclusion_with_number_and_date",
                violation_error_message=_("A conclusion has its text, number and date."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("emulation:inspection-detail", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.state in self.PUBLISHED


class InspectedUnit(models.Model):
    """A unit that an inspection looks at."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="inspected")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inspected")

    class Meta:
        verbose_name = _("inspected unit")
        ordering = ["unit__order", "unit__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "unit"], name="inspected_unit_once",
                violation_error_message=_("The inspection looks at this unit already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.unit)


class InspectionItem(models.Model):
    """What is looked at: in every inspected unit, or, as re-inspection of a weak point, in its unit alone."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="items")
    order = models.PositiveSmallIntegerField(_("order"))
    text = models.CharField(_("content"), max_length=300)
    point = models.ForeignKey(
        WeakPoint, on_delete=models.PROTECT, null=True, blank=True, related_name="reinspections"
    )

    class Meta:
        verbose_name = _("item of an inspection")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["inspection", "point"], condition=Q(point__isnull=False), name="inspection_item_point_once",
                violation_error_message=_("This weak point is re-inspected already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text


class InspectionFindingQuerySet(models.QuerySet["InspectionFinding"]):
    def visible_to(self, user: User) -> Self:
        """Findings of inspections by units whose branch the user reads; of others those on units that the user
        reads, once the inspection has been carried out.
        """
        published = Q(item__inspection__state__in=Inspection.PUBLISHED) & access.figures_q(user, "unit__path")
        return self.filter(access.figures_q(user, "item__inspection__unit__path") | published)


class InspectionFinding(models.Model):
    """What was found in one unit about one item. Corrected until the conclusion; the audit log keeps each version."""

    class Result(models.TextChoices):
        MET = "met", pgettext_lazy("finding", "Met")
        SHORTCOMING = "shortcoming", _("Shortcoming")
        STRENGTH = "strength", _("Strength")

    item = models.ForeignKey(InspectionItem, on_delete=models.PROTECT, related_name="findings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="findings", verbose_name=_("unit"))
    result = models.CharField(_("result"), max_length=12, choices=Result)
    words = models.TextField(_("what was found"), max_length=1000, blank=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("evidence"))

    objects = InspectionFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["item__order", "item", "unit__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "unit"], name="inspection_finding_once",
                violation_error_message=_("The unit has a finding on this item already."),
            ),
            models.CheckConstraint(
                condition=Q(result="met") | ~Q(words=""), name="inspection_finding_has_words",
                violation_error_message=_("A shortcoming or a strength is described in words."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item}: {self.get_result_display()}"

    def get_absolute_url(self) -> str:
        return reverse("emulation:inspection-finding", args=[self.pk])


class InspectionEvent(models.Model):
    """Append-only: a step in the life of an inspection. Who, when, and why."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CHANGED = "changed", _("Plan changed")
        CARRIED_OUT = "carried_out", _("Carried out")
        CONCLUDED = "concluded", _("Concluded")
        CALLED_OFF = "called_off", _("Called off")

    inspection = models.ForeignKey(Inspection, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("event of an inspection")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


auditlog.register(Inspection, m2m_fields={"people"})
for model in (InspectedUnit, InspectionItem, InspectionFinding):
    auditlog.register(model)

"""Targets: assigned by the superior, registered by the unit, agreed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.campaigns import Campaign, CampaignIndicator
from emulation.models.catalogue import Comparator
from emulation.models.documents import Document
from emulation.models.fields import PartField
from emulation.relations import Relative
from units import access
from units.models import Unit

if TYPE_CHECKING:
    from datetime import datetime

    from units.models import User


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def agreed_in(self, year: int) -> Self:
        """Targets of a year that figures are compared with."""
        return self.filter(campaign_indicator__campaign__year=year, agreed__isnull=False)


class Target(models.Model):
    """What a unit's branch is to reach for a campaign indicator in the year (or in a peak drive).

    Three values are kept; everything is compared with `agreed` alone. For grades a value is the rank
    of the class. Milestones are cumulative to the end of quarters I–III and belong to `agreed`.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="targets", verbose_name=_("unit"))
    campaign_indicator = models.ForeignKey(CampaignIndicator, on_delete=models.PROTECT, related_name="targets")
    # An index of its own would lead every search for targets without a drive through those of all years.
    drive = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="drive_targets", db_index=False
    )
    comparator = models.CharField(_("comparator"), max_length=2, choices=Comparator)
    assigned = PartField(_("assigned"), null=True, blank=True)
    registered = PartField(_("registered"), null=True, blank=True)
    agreed = PartField(_("agreed"), null=True, blank=True)
    milestone_1 = PartField(_("to the end of quarter I"), null=True, blank=True)
    milestone_2 = PartField(_("to the end of quarter II"), null=True, blank=True)
    milestone_3 = PartField(_("to the end of quarter III"), null=True, blank=True)
    # assigned, registered, agreed → {percent, base, year}, where the value was set as «−5 %» of last year's figure.
    relations = models.JSONField(default=dict, blank=True)
    source = models.ForeignKey(
        Document, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("source document")
    )

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "campaign_indicator"], condition=Q(drive=None), name="target_once_a_year",
                violation_error_message=_("The unit already has a target for this indicator."),
            ),
            models.UniqueConstraint(
                fields=["unit", "campaign_indicator", "drive"], condition=Q(drive__isnull=False),
                name="target_once_a_drive",
                violation_error_message=_("The unit already has a target for this indicator."),
            ),
            models.CheckConstraint(
                condition=Q(milestone_1=None, milestone_2=None, milestone_3=None)
                | Q(milestone_1__isnull=False, milestone_2__isnull=False, milestone_3__isnull=False),
                name="target_milestones_all_or_none",
                violation_error_message=_("Fill in the milestones of all three quarters or of none."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["drive"], condition=Q(drive__isnull=False), name="target_of_drive")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.campaign_indicator_id} {self.comparator} {self.agreed}"

    @property
    def milestones(self) -> list | None:
        values = [self.milestone_1, self.milestone_2, self.milestone_3]
        return None if values[0] is None else values

    def take_comparator(self, comparator: str) -> None:
        """Put another comparator into an unsaved target; a value beside last year's figure is rounded for it."""
        self.comparator = comparator
        for column in (TargetChange.Field.ASSIGNED, TargetChange.Field.REGISTERED):
            if relation := self.relation(column):
                setattr(self, column, relation.stored(comparator))

    def relation(self, column: str) -> Relative | None:
        """How a value was set beside last year's figure; None where it was typed as it stands."""
        return Relative.from_json(self.relations.get(column))

    def as_set(self, column: str) -> Decimal | Relative | None:
        """A value as it was set: beside last year's figure, or as it stands."""
        return self.relation(column) or getattr(self, column)

    def exact(self, column: str) -> Fraction | None:
        """A value as it was meant: what is relative to last year's figure is stored in thousandths only."""
        if relation := self.relation(column):
            return relation.exact
        value = getattr(self, column)
        return None if value is None else Fraction(value)


class TargetChange(models.Model):
    """Append-only trace of a target: which value, who, when, before, after, why."""

    class Field(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        REGISTERED = "registered", _("registered")
        AGREED = "agreed", _("agreed")

    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=12, choices=Field)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of a target")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


def _made_by(user: User) -> Q:
    """Whether the user took part in making a registration."""
    typed = TargetChange.objects.filter(
        by=user,
        field=TargetChange.Field.REGISTERED,
        target__unit=OuterRef("unit"),
        target__campaign_indicator__campaign__year=OuterRef("year"),
    )
    of_year = typed.filter(target__drive=None, target__campaign_indicator__campaign__kind__is_drive=False)
    own = Q(target__drive=None, target__campaign_indicator__campaign=OuterRef("drive"))
    of_drive = typed.filter(own | Q(target__drive=OuterRef("drive")))
    handed = RegistrationEvent.objects.filter(
        registration=OuterRef("pk"),
        by=user,
        kind__in=[RegistrationEvent.Kind.READY, RegistrationEvent.Kind.SUBMITTED],
    )
    return Q(drive=None) & Q(Exists(of_year)) | Q(Exists(of_drive)) | Q(Exists(handed))


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def made_by(self, user: User) -> Self:
        """Registrations in which the user registered a value or that they handed in, ever."""
        return self.filter(_made_by(user))

    def judged_by(self, user: User) -> Self:
        """Registrations that the user judges: responsible for the unit as reviewer, and no part in making them."""
        return self.filter(access.reviews_q(user, "unit__path"), ~_made_by(user))

    def with_last_step(self) -> Self:
        """Each with `last_by`, `last_at`, `last_reason` of the step that put it into its state.

        `now_kind`, `now_by`, `now_reason` are of its last step, with those that leave it in its state.
        """
        every = RegistrationEvent.objects.filter(registration=OuterRef("pk")).order_by("-pk")
        between = [RegistrationEvent.Kind.SUBMITTED, RegistrationEvent.Kind.WITHDRAWN]  # leave a return what it was
        steps = every.exclude(kind__in=RegistrationEvent.WITHIN)
        steps = steps.exclude(kind__in=between, registration__state=Registration.State.RETURNED)
        return self.annotate(
            last_by=Subquery(steps.values("by__full_name")[:1]),
            last_at=Subquery(steps.values("at")[:1]),
            last_reason=Subquery(steps.values("reason")[:1]),
            now_kind=Subquery(every.values("kind")[:1]),
            now_by=Subquery(every.values("by__full_name")[:1]),
            now_reason=Subquery(every.values("reason")[:1]),
        )


class Registration(models.Model):
    """A unit's registration of the targets of a year, or of a peak `drive` in it.

    Handed in by its commander and agreed by its reviewer. `year` of a drive's registration is that of the drive.
    `ready_*` says that the staff report it as complete to the commander; the next edit clears it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being filled in")
        SUBMITTED = "submitted", _("Handed in")
        RETURNED = "returned", _("Returned")
        AGREED = "agreed", _("Agreed")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="registrations")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1945), MaxValueValidator(2099)])
    drive = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="registrations",
        verbose_name=_("peak drive"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    ready_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True)

    OPEN = (State.DRAFT, State.RETURNED)  # the unit's own: filled in by its staff, handed in by its commander

    last_by: str | None  # `with_last_step`
    last_at: datetime | None
    last_reason: str | None
    now_kind: str | None
    now_by: str | None
    now_reason: str | None

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration of targets")
        ordering = ["-year", "unit__order", "unit__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"], condition=Q(drive=None), name="registration_once_a_year",
                violation_error_message=_("The unit already has its registration of this year."),
            ),
            models.UniqueConstraint(
                fields=["unit", "drive"], condition=Q(drive__isnull=False), name="registration_once_a_drive",
                violation_error_message=_("The unit already has its registration for this peak drive."),
            ),
            models.CheckConstraint(
                condition=Q(ready_by=None, ready_at=None) | Q(ready_by__isnull=False, ready_at__isnull=False),
                name="registration_ready_by_and_at_together",
                violation_error_message=_("A registration reported as ready names who and when."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit} – {self.drive or self.year}"

    def get_absolute_url(self) -> str:
        if self.drive_id is not None:
            return reverse("emulation:drive-targets", args=[self.drive_id, self.unit_id])
        return reverse("emulation:target-list", args=[self.unit_id, self.year])


class RegistrationEvent(models.Model):
    """A step on the timeline of a registration."""

    class Kind(models.TextChoices):
        READY = "ready", _("Reported as ready")
        LAPSED = "lapsed", _("No longer ready: changed since")
        GIVEN_BACK = "given_back", _("Given back to the staff")
        SUBMITTED = "submitted", _("Handed in")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        RETURNED = "returned", _("Returned")
        AGREED = "agreed", _("Agreed")
        CHANGED = "changed", _("Changed by the superior")
        AMENDED = "amended", _("Amended on request")

    WITHIN = (Kind.READY, Kind.LAPSED, Kind.GIVEN_BACK)  # steps that leave the registration in its state

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("event of a registration")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"

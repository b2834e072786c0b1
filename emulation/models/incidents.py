"""Incidents and violations (*vụ việc*): of safety and of discipline. Fewer people see them than read figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.models.attachments import Attachment
from emulation.models.fields import PartField
from units import access, clock
from units.models import CatalogueRow, Person, Unit
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"
MOST_PEOPLE = 1000  # dead, injured or at fault in one incident
OPEN_DAYS = 30  # after which an incident without conclusion waits in «My work»


class IncidentGravity(CatalogueRow):
    """How grave an incident is; a higher rank is graver."""

    rank = models.PositiveSmallIntegerField(
        _("rank"), unique=True, validators=[MinValueValidator(1)],
        error_messages={"unique": _("Another degree of gravity has this rank.")},
    )  # fmt: skip

    class Meta(CatalogueRow.Meta):
        verbose_name = _("gravity of incidents")
        verbose_name_plural = _("gravities of incidents")
        ordering = ["rank"]


class IncidentKind(CatalogueRow):
    """What happened: traffic accident, fire, loss of arms, violation of discipline, desertion …

    `counted_as` names the figures it belongs to: feeds of indicators choose by it (`emulation.feeds`).
    """

    class Field(models.TextChoices):
        SAFETY = "safety", _("Safety")
        DISCIPLINE = "discipline", _("Discipline")

    class CountedAs(models.TextChoices):
        TRAFFIC = "traffic", _("traffic accident")
        FIRE = "fire", _("fire, explosion, unsafe depot or station")
        LOSS = "loss", _("loss of arms, equipment, materiel, secret papers")
        DESERTION = "desertion", _("desertion, absence without leave")
        BREACH = "breach", _("violation of discipline or law")
        OTHER = "other", _("other loss of safety")

    field = models.CharField(_("field"), max_length=10, choices=Field)
    counted_as = models.CharField(_("counted as"), max_length=10, choices=CountedAs, default=CountedAs.OTHER)
    retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("kind of incident")
        verbose_name_plural = _("kinds of incident")


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User) -> Self:
        """Whose people's discipline the user sees, whose incidents as well; beyond that they do not exist."""
        return self.filter(unit__in=access.discipline_units(user))

    def counting(self) -> Self:
        """Those that happened, concluded or not."""
        return self.exclude(state=Incident.State.WITHDRAWN)

    def open(self) -> Self:
        """Those without conclusion."""
        return self.filter(state__in=Incident.OPEN)

    def overdue(self) -> Self:
        """Open ones that were reported too long ago."""
        return self.open().filter(reported_on__lt=clock.today() - timedelta(days=OPEN_DAYS))

    def found_by(self, text: str) -> Self:
        """Those whose words and place contain every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text))


class Incident(models.Model):
    """An incident of a unit. It counts from its report on, until it is withdrawn as none.

    `path` is the unit's place in the tree on the day it happened: the branches that answer for it, whatever moves
    later. `dead`, `injured` and `offenders` (people at fault) count people, also those who stand in no register;
    `damage` is in million VND, empty while unknown.
    """

    class State(models.TextChoices):
        REPORTED = "reported", pgettext_lazy("incident", "Reported")
        INVESTIGATED = "investigated", _("Being investigated")
        CONCLUDED = "concluded", pgettext_lazy("incident", "Concluded")
        WITHDRAWN = "withdrawn", _("Not an incident")

    OPEN = (State.REPORTED, State.INVESTIGATED)

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("unit"))
    path = models.CharField(max_length=120, editable=False, db_index=True)
    kind = models.ForeignKey(IncidentKind, on_delete=models.PROTECT, verbose_name=_("kind"))
    gravity = models.ForeignKey(IncidentGravity, on_delete=models.PROTECT, verbose_name=_("gravity"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REPORTED)
    happened_on = models.DateField(_("happened on"))
    reported_on = models.DateField(_("reported on"))
    place = models.CharField(_("place"), max_length=200)
    words = models.TextField(_("what happened"), max_length=4000)
    dead = models.PositiveSmallIntegerField(_("dead"), default=0, validators=[MaxValueValidator(MOST_PEOPLE)])
    injured = models.PositiveSmallIntegerField(_("injured"), default=0, validators=[MaxValueValidator(MOST_PEOPLE)])
    offenders = models.PositiveSmallIntegerField(
        _("people at fault"), default=0, validators=[MaxValueValidator(MOST_PEOPLE)]
    )
    damage = PartField(
        _("damage (million VND)"), null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(10_000_000)],
    )  # fmt: skip
    cause = models.TextField(_("cause"), blank=True, max_length=2000)
    conclusion = models.TextField(_("conclusion"), blank=True, max_length=4000)
    conclusion_number = models.CharField(_("number of the conclusion"), max_length=60, blank=True)
    concluded_on = models.DateField(_("concluded on"), null=True, blank=True)
    withdrawn_why = models.CharField(_("why it is none"), max_length=500, blank=True)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("pictures and papers"))
    search = models.CharField(max_length=600, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reported_on__gte=F("happened_on")), name="incident_reported_after_it_happened",
                violation_error_message=_("An incident is reported on the day it happened or later."),
            ),
            models.CheckConstraint(
                condition=Q(concluded_on=None) | Q(concluded_on__gte=F("reported_on")),
                name="incident_concluded_after_it_was_reported",
                violation_error_message=_("An incident is concluded on the day it was reported or later."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="concluded", concluded_on__isnull=False) & ~Q(conclusion_number="") & ~Q(conclusion="")
                )
                | (
                    Q(concluded_on=None, conclusion_number="", conclusion="")
                    & Q(state__in=["reported", "investigated", "withdrawn"])
                ),
                name="incident_conclusion_with_number_and_day",
                violation_error_message=_("A concluded incident has words, number and day, any other has none."),
            ),
            models.CheckConstraint(
                condition=(Q(state="withdrawn") & ~Q(withdrawn_why=""))
                | (~Q(state="withdrawn") & Q(withdrawn_why="")),
                name="incident_withdrawn_for_a_reason",
                violation_error_message=_("What is withdrawn as no incident says why, and nothing else does."),
            ),
            models.CheckConstraint(
                condition=Q(damage=None) | Q(damage__gte=0), name="incident_damage_not_below_zero",
                violation_error_message=_("A damage is not below 0."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit", "happened_on"])]

    def __str__(self) -> str:
        return f"{self.kind.label}, {self.happened_on:%d/%m/%Y}"

    def save(self, **kwargs: Any) -> None:
        self.search = fold(f"{self.place} {self.words}")[:600]
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("emulation:incident-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class IncidentPerson(models.Model):
    """Somebody of the register who is at fault in an incident, or its victim."""

    class Part(models.TextChoices):
        AT_FAULT = "at_fault", _("At fault")
        VICTIM = "victim", _("Victim")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="incidents", verbose_name=_("person"))
    part = models.CharField(_("part"), max_length=10, choices=Part)

    class Meta:
        verbose_name = _("person in an incident")
        verbose_name_plural = _("people in incidents")
        ordering = ["part", "person__sorting"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "person"], name="incidentperson_once",
                violation_error_message=_("This person is named already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.person_id} {self.part}"


class IncidentEvent(models.Model):
    """What was done to an incident: append-only. `before` and `after` hold the columns that changed, as shown."""

    class Kind(models.TextChoices):
        REPORTED = "reported", pgettext_lazy("incident", "Reported")
        CORRECTED = "corrected", _("Corrected")
        PEOPLE = "people", _("People named")
        INVESTIGATED = "investigated", _("Investigation begun")
        CONCLUDED = "concluded", pgettext_lazy("incident", "Concluded")
        REOPENED = "reopened", _("Conclusion taken back")
        WITHDRAWN = "withdrawn", _("Withdrawn as no incident")

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("step"), max_length=12, choices=Kind)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of an incident")
        verbose_name_plural = _("steps of incidents")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.kind}"


class StatementQuerySet(models.QuerySet["IncidentStatement"]):
    def in_force(self) -> Self:
        """Not taken back, and speaking of all that has passed of their year: those made before the year's end serve
        only as long as the year is not over (`until`).
        """
        whole = Q(until__month=12, until__day=31) | Q(year__gte=clock.today().year)
        return self.filter(whole, ended_at=None)


class IncidentStatement(models.Model):
    """A unit's commander states that its register of incidents of a year is complete `until` a day.

    Without it, absence of incidents says nothing. One made before the last day of the year is for the awards of the
    yearly review: it speaks of the year up to its day, and a new one is needed once the year is over. It ends by
    being taken back with a reason or by the new one; an incident reported afterwards counts all the same. The row is
    its own trace.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="incident_statements")
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1945), MaxValueValidator(2100)])
    until = models.DateField(_("complete until"))
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(_("reason"), max_length=300, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement of a complete register")
        verbose_name_plural = _("statements of complete registers")
        ordering = ["-year", "unit__path", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"], condition=Q(ended_at=None), name="incidentstatement_one_in_force",
                violation_error_message=_("The register of this year has been stated complete already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None, ended_at=None, ended_why="")
                | (Q(ended_by__isnull=False, ended_at__isnull=False) & ~Q(ended_why="")),
                name="incidentstatement_ended_by_at_and_why_together",
                violation_error_message=_("A statement taken back names who, when and why."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year}"

    @property
    def is_whole(self) -> bool:
        """Whether it speaks of the whole year."""
        return self.until == date(self.year, 12, 31)


auditlog.register(IncidentKind)
auditlog.register(IncidentGravity)

"""What people and units were given, and what was attested of them by hand."""

from __future__ import annotations

from typing import Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awards.models.catalogue import Award, AwardLevel
from awards.models.rules import Criterion
from units.access import figures_q
from units.models import Person, Unit, User

YEARS = (MinValueValidator(1945), MaxValueValidator(2100))
ONE_SUBJECT = Q(person__isnull=False, unit=None) | Q(person=None, unit__isnull=False)


class SubjectQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Rows of units, and of people in units, that `user` reads."""
        return self.filter(figures_q(user, "unit__path") | figures_q(user, "person__unit__path"))


class GrantQuerySet(SubjectQuerySet):
    def in_force(self) -> Self:
        """Grants that have not been revoked."""
        return self.filter(revoked_on=None)


class GrantImport(models.Model):
    """A file of awards of past years: kept until its sender confirms it, then the trace of everything it created.

    `rows` holds the lines as they were read: a list of [row of the file, {column: text}]. `taken` is empty until
    the awards have been entered.
    """

    name = models.CharField(_("file"), max_length=150)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    taken = models.DateTimeField(null=True)
    rows = models.JSONField()

    class Meta:
        verbose_name = _("import of awards")
        verbose_name_plural = _("imports of awards")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """An award that a person or a unit was given for a year. It stays when they move; it ends by revocation.

    Decision, date and signer are text of the decision as printed; imported ones may lack them. `name`, `rank`,
    `post` and `place` are the holder's at that time. `bonus` is in dong, empty where it is not known;
    `bonus_how` says in Vietnamese (and beside, for screens, in English) by which rules it was found when the decision
    was signed. Grants of our own decisions lead to it (`issued`) and to the line of the dossier; `revoking` is the
    decision that took the award back.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="grants", verbose_name=_("award"))
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="grants", verbose_name=_("person")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="grants", verbose_name=_("unit")
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    period = models.CharField(
        _("for what"), max_length=120, blank=True, help_text=_("A drive, a term, several years; empty: the year.")
    )
    level = models.ForeignKey(
        AwardLevel, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("level")
    )
    decision = models.CharField(_("decision number"), max_length=60, blank=True)
    decided = models.DateField(_("decided on"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    rank = models.CharField(_("military rank"), max_length=100, blank=True)
    post = models.CharField(_("post"), max_length=120, blank=True)
    place = models.CharField(_("unit served in"), max_length=200, blank=True)
    merit = models.CharField(_("for which merit"), max_length=500, blank=True)
    citation = models.CharField(_("sentence of merit"), max_length=300, blank=True)
    register = models.CharField(
        _("register number"), max_length=60, blank=True, help_text=_("In the book of honour.")
    )
    bonus = models.PositiveIntegerField(_("bonus (dong)"), null=True, blank=True)
    bonus_how = models.CharField(_("how the bonus was found"), max_length=300, blank=True, editable=False)
    bonus_how_en = models.CharField(
        _("how the bonus was found, in English"), max_length=300, blank=True, editable=False
    )
    issued = models.ForeignKey(
        "awards.Decision", on_delete=models.PROTECT, null=True, related_name="grants", editable=False
    )
    nomination = models.OneToOneField(
        "awards.Nomination", on_delete=models.PROTECT, null=True, related_name="grant", editable=False
    )
    revoking = models.ForeignKey(
        "awards.Decision", on_delete=models.PROTECT, null=True, related_name="revoked", editable=False
    )
    imported = models.ForeignKey(
        GrantImport, on_delete=models.PROTECT, null=True, related_name="grants", editable=False
    )
    revoked_on = models.DateField(_("revoked on"), null=True, blank=True)
    revoked_why = models.CharField(_("why it was revoked"), max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=ONE_SUBJECT, name="grant_to_a_person_or_a_unit",
                violation_error_message=_("An award goes to a person or to a unit."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_on=None, revoked_why="") | Q(revoked_on__isnull=False) & ~Q(revoked_why=""),
                name="grant_revoked_with_reason",
                violation_error_message=_("A revocation has a date and a reason."),
            ),
            models.UniqueConstraint(
                fields=["award", "person", "year", "period"], condition=Q(revoked_on=None, person__isnull=False),
                name="grant_once_to_a_person",
                violation_error_message=_("This person already holds this award for this year."),
            ),
            models.UniqueConstraint(
                fields=["award", "unit", "year", "period"], condition=Q(revoked_on=None, unit__isnull=False),
                name="grant_once_to_a_unit",
                violation_error_message=_("This unit already holds this award for this year."),
            ),
            models.UniqueConstraint(
                fields=["register"], condition=~Q(register=""), name="grant_register_number_once",
                violation_error_message=_("Another award has this number in the book of honour."),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["person", "year"]),
            models.Index(fields=["unit", "year"]),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.award} {self.year}"

    @property
    def subject(self) -> Person | Unit:
        """Who was given it: the table refuses a grant without one."""
        subject = self.person or self.unit
        assert subject is not None
        return subject


class Attestation(models.Model):
    """What somebody confirms, or denies, of a criterion of an award for a person or unit and year.

    `criterion` is empty for an award that has no criteria: then the whole is attested.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="attestations")
    criterion = models.ForeignKey(
        Criterion, on_delete=models.PROTECT, null=True, blank=True, related_name="attestations"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="attestations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="attestations")
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    holds = models.BooleanField(_("it is so"), default=True)
    evidence = models.CharField(_("evidence"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=ONE_SUBJECT, name="attestation_of_a_person_or_a_unit",
                violation_error_message=_("A person or a unit is attested."),
            ),
            models.UniqueConstraint(
                "award", "year", Coalesce("criterion", 0), Coalesce("person", 0), Coalesce("unit", 0),
                name="attestation_once",
                violation_error_message=_("This has been attested already; change that attestation."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.evidence

    def get_absolute_url(self) -> str:
        return reverse("awards:attestation-detail", args=[self.pk])


class CompleteRegister(models.Model):
    """From which year on a register holds everything there was, so that what is not in it did not happen.

    Said by an administrator of the root, once the years before have been entered; without a year nothing is
    complete, and what is not found is «no data», never «not met». One old record says nothing of it. Task ratings
    need no row: a year without one is not known in any case.
    """

    class Register(models.TextChoices):
        AWARDS = "awards", _("awards granted")
        MERITS = "merits", _("initiatives and science works")
        DISCIPLINE = "discipline", _("discipline")

    register = models.CharField(_("register"), max_length=10, choices=Register)
    since = models.PositiveSmallIntegerField(
        _("complete since the year"), null=True, blank=True, validators=YEARS,
        help_text=_("Empty: it is not complete, and what is not found in it is not known."),
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("complete register")
        verbose_name_plural = _("complete registers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["register"], name="completeregister_once",
                violation_error_message=_("This register stands in the list already: change its row."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.get_register_display()


auditlog.register(Grant)
auditlog.register(Attestation)
auditlog.register(CompleteRegister)

"""Submissions (*tờ trình*), decisions (*quyết định*) and what they need: grounds, rounding of bonuses."""

from __future__ import annotations

from typing import Self

from auditlog.registry import auditlog
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awards.models.catalogue import NEWEST_FIRST, AwardLevel, Dated
from awards.models.dossiers import Nomination, Occasion
from awards.models.grants import YEARS
from units.access import figures_q
from units.models import CatalogueRow, Unit, User


class RevocationGround(CatalogueRow, Dated):
    """A legal ground on which an award is taken back."""

    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(CatalogueRow.Meta, Dated.Meta):
        abstract = False
        verbose_name = _("ground of revocation")
        verbose_name_plural = _("grounds of revocation")


class BonusRounding(Dated):
    """How a bonus is rounded: to whole multiples of `step` dong, up or to the nearest."""

    step = models.PositiveIntegerField(_("to whole multiples of (dong)"), validators=[MinValueValidator(1)])
    up = models.BooleanField(_("always up"), default=True)
    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("rounding of bonuses")
        verbose_name_plural = _("roundings of bonuses")
        ordering = [NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return f"{self.step:,}".replace(",", ".")


class HighestOnly(Dated):
    """While it holds, of several awards for one achievement only the highest bonus is paid."""

    clause = models.CharField(_("clause"), max_length=200, blank=True)

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("rule of the highest bonus")
        verbose_name_plural = _("rules of the highest bonus")
        ordering = [NEWEST_FIRST, "pk"]

    def __str__(self) -> str:
        return self.clause or str(self._meta.verbose_name)


class PaperQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Papers of units that `user` reads, and signed ones that name somebody of such a unit.

        Of the latter only the head, and what concerns the own people, is shown: see `own_q`, `own_grants_q`.
        """
        rows = self.model._default_manager.exclude(signed_at=None)
        named = rows.filter(own_q(user, "lines__")) | rows.filter(own_grants_q(user, "taken_back__"))
        return self.filter(figures_q(user, "unit__path") | Q(pk__in=named.values("pk")))


def own_q(user: User, prefix: str = "") -> Q:
    """Lines that units which `user` reads have proposed, or that are about them or their people, then or now."""
    return _any_q(user, prefix, "dossier__unit__path", "served_in__path", "person__unit__path", "unit__path")


def own_grants_q(user: User, prefix: str = "") -> Q:
    """Awards of people and units that `user` reads, or that their units proposed."""
    return _any_q(user, prefix, "person__unit__path", "unit__path", "nomination__dossier__unit__path")


def _any_q(user: User, prefix: str, *paths: str) -> Q:
    found = figures_q(user, prefix + paths[0])
    for path in paths[1:]:
        found |= figures_q(user, prefix + path)
    return found


class SubmissionQuerySet(PaperQuerySet):
    def visible_to(self, user: User) -> Self:
        """Letters of units that `user` reads, and those sent to such a unit."""
        return self.filter(
            figures_q(user, "unit__path") | figures_q(user, "to_unit__path") & Q(sent_at__isnull=False)
        )


class Submission(models.Model):
    """The letter that asks the person with power to decide: one for each deciding level.

    `recipient` is who is asked, in words; `to_unit` that unit where it is in the tree. It is a draft until `sent_at`.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="submissions", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    occasion = models.ForeignKey(Occasion, on_delete=models.PROTECT, related_name="+", verbose_name=_("occasion"))
    level = models.ForeignKey(
        AwardLevel, on_delete=models.PROTECT, related_name="+", verbose_name=_("level that decides")
    )
    to_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit asked")
    )
    recipient = models.CharField(_("to"), max_length=200)
    number = models.CharField(_("number"), max_length=60, blank=True)
    day = models.DateField(_("day"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_post = models.CharField(_("post of the signer"), max_length=120, blank=True)
    place = models.CharField(_("place of signing"), max_length=120, blank=True)
    basis = models.TextField(_("legal basis"), max_length=4000, blank=True)
    lines = models.ManyToManyField(Nomination, related_name="submissions", verbose_name=_("nominations"))
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_by=None, sent_at=None)
                | (
                    Q(sent_by__isnull=False, sent_at__isnull=False, day__isnull=False)
                    & ~Q(number="") & ~Q(signer="")
                ),
                name="submission_sent_with_number_day_and_signer",
                violation_error_message=_("A submission that was sent has number, day and signer."),
            ),
            models.UniqueConstraint(
                fields=["unit", "year", "number"], condition=~Q(number=""), name="submission_number_once_a_year",
                violation_error_message=_("Another submission of this year has this number."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or self.recipient

    def get_absolute_url(self) -> str:
        return reverse("awards:submission-detail", args=[self.pk])


class Decision(models.Model):
    """A decision that awards, or takes awards back: unique number of its year, day, signer, legal basis.

    `unit` is the unit whose commander decides, or, with `outside`, the unit that records what a higher authority
    (`issuer`) decided: every unit records of such a decision what concerns its lines. A draft until `signed_at`;
    then its grants exist, and it is never changed, but that a unit records more lines of an outside decision.
    `lines` are those that are given an award; what was refused says so in its own trace. `number_repeated`: the
    unit, then of another name, had given the number of the year before numbers were counted by unit.
    """

    class Kind(models.TextChoices):
        AWARD = "award", _("Decision on awards")
        REVOCATION = "revocation", _("Decision on revocation")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="decisions", verbose_name=_("unit"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.AWARD)
    outside = models.BooleanField(_("decided by a higher authority"), default=False)
    issuer = models.CharField(_("who decides"), max_length=200)
    giver = models.CharField(
        _("in whose name"), max_length=200, blank=True,
        help_text=_("As it stands over decision and certificates, e.g. Cục trưởng Cục Kỹ thuật."),
    )  # fmt: skip
    year = models.PositiveSmallIntegerField(_("year of the number"), validators=YEARS)
    number = models.CharField(_("number"), max_length=60, blank=True)
    number_repeated = models.BooleanField(default=False, editable=False)
    day = models.DateField(_("day"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_post = models.CharField(_("post of the signer"), max_length=120, blank=True)
    place = models.CharField(_("place of signing"), max_length=120, blank=True)
    title = models.CharField(_("about"), max_length=300)
    basis = models.TextField(_("legal basis"), max_length=4000, blank=True)
    ground = models.ForeignKey(
        RevocationGround, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("ground of revocation"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    lines = models.ManyToManyField(Nomination, related_name="decisions", verbose_name=_("nominations"))
    taken_back = models.ManyToManyField("awards.Grant", related_name="+", verbose_name=_("awards taken back"))
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    signed_at = models.DateTimeField(null=True, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(auto_now_add=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-year", "-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None)
                | (
                    Q(signed_by__isnull=False, signed_at__isnull=False, day__isnull=False)
                    & ~Q(number="") & ~Q(signer="")
                ),
                name="decision_signed_with_number_day_and_signer",
                violation_error_message=_("A signed decision has number, day and signer."),
            ),
            models.CheckConstraint(
                condition=Q(kind="award", ground=None, reason="")
                | (Q(kind="revocation", ground__isnull=False) & ~Q(reason="")),
                name="decision_on_revocation_has_ground_and_reason",
                violation_error_message=_("A revocation has a legal ground and a reason."),
            ),
            models.UniqueConstraint(
                fields=["unit", "year", "number"],
                condition=~Q(number="") & Q(outside=False, number_repeated=False),
                name="decision_number_once_a_year",
                violation_error_message=_("Another decision of the unit in this year has this number."),
            ),
            models.UniqueConstraint(
                fields=["unit", "issuer", "year", "number"], condition=~Q(number="") & Q(outside=True),
                name="decision_recorded_once",
                violation_error_message=_("This unit has recorded this decision already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or self.title

    def get_absolute_url(self) -> str:
        return reverse("awards:decision-detail", args=[self.pk])


for _model in (RevocationGround, BonusRounding, HighestOnly):
    auditlog.register(_model)
auditlog.register(Submission, m2m_fields={"lines"})
auditlog.register(Decision, m2m_fields={"lines", "taken_back"})

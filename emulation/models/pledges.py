"""What stands beside a unit's targets: titles aimed at, versions kept, amendments, and clusters of units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.targets import Registration
from units import access
from units.models import Role, Unit

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


class RegisteredTitle(models.Model):
    """A title that the unit aims at: for itself, or for a number or share (per cent) of its people.

    `code` is that of the catalogue of awards where the title was chosen there; `title` its words at that time.
    """

    class Subject(models.TextChoices):
        UNIT = "unit", _("the unit")
        PEOPLE = "people", _("people of the unit")

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="titles")
    code = models.CharField(_("code"), max_length=32, blank=True)
    title = models.CharField(_("title"), max_length=200)
    subject = models.CharField(_("for"), max_length=8, choices=Subject)
    number = models.PositiveSmallIntegerField(_("number of people"), null=True, blank=True)
    share = models.PositiveSmallIntegerField(_("per cent of the people"), null=True, blank=True)

    class Meta:
        verbose_name = _("title aimed at")
        ordering = ["-subject", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "title", "subject"], name="registered_title_once",
                violation_error_message=_("This title is registered already."),
            ),
            models.CheckConstraint(
                condition=Q(subject="unit", number=None, share=None)
                | Q(subject="people", number__isnull=False, number__gte=1, share=None)
                | Q(subject="people", number=None, share__isnull=False, share__gte=1, share__lte=100),
                name="registered_title_for_how_many",
                violation_error_message=_(
                    "A title of people says for how many or for what share, 1 to 100 per cent; "
                    "one of the unit says neither."
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class RegistrationVersion(models.Model):
    """What was agreed, as it stood then. Never changed; every version after the first says why it was made.

    `content`: `targets`, a list of lines as `reports.versions.content_of` writes them, and `titles`.
    """

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField()
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("version of a registration")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "number"], name="registration_version_number",
                violation_error_message=_("This version is kept already."),
            ),
            models.CheckConstraint(
                condition=Q(number=1) | (Q(number__gt=1) & ~Q(reason="")), name="registration_version_says_why",
                violation_error_message=_("A new version says why it was made."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.registration} – {self.number}"


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "registration__unit__path"))

    def open(self) -> Self:
        return self.filter(state__in=Amendment.OPEN)

    def waiting_for(self, user: User) -> Self:
        """Those that the user decides as reviewer, or sends as commander of the unit."""
        commanded = [m.unit_id for m in user.active_memberships if m.role == Role.COMMANDER]
        judged = access.reviews_q(user, "registration__unit__path")
        decided = Q(judged, state=Amendment.State.SENT) & ~Q(asked_by=user) & ~Q(sent_by=user)
        return self.filter(decided | Q(state=Amendment.State.PROPOSED, registration__unit__in=commanded))


class Amendment(models.Model):
    """A unit asks to change what was agreed: staff propose it, the commander sends it, the reviewer decides.

    `lines`: campaign indicator (as text) → what is to be agreed (None: no target any more); `titles`: the
    titles as they are to be, None where they stay. Made upon version `base`, and accepted only while that
    is the newest.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("With the commander")
        SENT = "sent", _("Waiting for the reviewer")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (State.PROPOSED, State.SENT)

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="amendments")
    base = models.PositiveSmallIntegerField(_("version"))
    lines = models.JSONField(default=dict)
    titles: Any = models.JSONField(null=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    sent_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(_("reason of the decision"), max_length=500, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment of a registration")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(state__in=["proposed", "sent"]), name="amendment_one_open",
                violation_error_message=_("An amendment of this registration is waiting already."),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", sent_by=None, sent_at=None)
                | Q(state="withdrawn")
                | Q(state__in=["sent", "accepted", "refused"], sent_by__isnull=False, sent_at__isnull=False),
                name="amendment_sent_by_commander",
                violation_error_message=_("An amendment that was sent names who and when."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "sent"], decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & Q(state__in=["accepted", "refused", "withdrawn"]),
                name="amendment_ended_by_whom",
                violation_error_message=_("An amendment that has ended names who and when."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reason

    def get_absolute_url(self) -> str:
        return reverse("emulation:amendment-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def visible_to(self, user: User) -> Self:
        """Of superiors within reach, and those in which somebody of the user's branch is a member.

        Members sign one paper together, so each reads that paper; nothing else of their fellows.
        """
        ours = Cluster.members.through.objects.filter(access.figures_q(user, "unit__path"), cluster=OuterRef("pk"))
        return self.filter(access.figures_q(user, "keeper__path") | Q(Exists(ours)))


class Cluster(models.Model):
    """Units of one level that compete in a year and sign one pledge together (*cụm, khối thi đua*).

    Kept by the staff of `keeper`, the superior below which all members stand. `lead` is one of them.
    """

    keeper = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("kept by"))
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1945), MaxValueValidator(2099)])
    name = models.CharField(_("name"), max_length=120)
    lead = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("lead unit"))
    members = models.ManyToManyField(Unit, related_name="clusters", verbose_name=_("members"))

    objects = ClusterQuerySet.as_manager()

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["-year", "keeper__order", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["keeper", "year", "name"], name="cluster_name_once_a_year",
                violation_error_message=_("There is a cluster of this name in the year already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} – {self.year}"

    def get_absolute_url(self) -> str:
        return reverse("emulation:cluster-detail", args=[self.pk])


auditlog.register(RegisteredTitle)
auditlog.register(Cluster, m2m_fields={"members"})

"""The register of initiatives (*sáng kiến*): works from the proposal to recognition at a level, use and value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.attachments import Attachment
from emulation.models.fields import PartField
from units import access
from units.models import CatalogueRow, Initiative, Person, Unit
from units.search import words_q

if TYPE_CHECKING:
    from units.models import User

YEARS = (MinValueValidator(1945), MaxValueValidator(2100))
Level = Initiative.Level


class ScoreTemplate(CatalogueRow):
    """The score sheet of an initiative council: criteria with most points, and the points needed to be recognised.

    No official table is known to us: the one that comes along is an example to be edited.
    """

    threshold = models.PositiveSmallIntegerField(_("points needed"), validators=[MinValueValidator(1)])
    active = models.BooleanField(_("active"), default=True)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("score sheet of the initiative council")
        verbose_name_plural = _("score sheets of the initiative council")


class ScoreCriterion(models.Model):
    """What members of the council give points for, up to `most`."""

    template = models.ForeignKey(
        ScoreTemplate, on_delete=models.PROTECT, related_name="criteria", verbose_name=_("score sheet")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=200)
    most = models.PositiveSmallIntegerField(_("most points"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("criterion of a score sheet")
        verbose_name_plural = _("criteria of score sheets")
        ordering = ["template", "order", "pk"]

    def __str__(self) -> str:
        return self.name


class WorkQuerySet(models.QuerySet["InitiativeWork"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def found_by(self, text: str) -> Self:
        """Works whose title or authors contain every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text))

    def waiting(self) -> Self:
        """Works that the council has not decided."""
        return self.filter(state__in=[InitiativeWork.State.SUBMITTED, InitiativeWork.State.SCORED])


class InitiativeWork(models.Model):
    """One work of a unit: an initiative, a science work or a feat of resourcefulness, with its life.

    What awards read is `units.Initiative`, one row an author; the service writes these when the work is
    recognised, so that nothing is typed twice. `saved` is money in million dong that the use of it saved.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Just proposed")
        SUBMITTED = "submitted", _("With the council")
        SCORED = "scored", _("Scored")
        RECOGNISED = "recognised", _("Recognised")
        REFUSED = "refused", _("Not recognised")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="works", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    title = models.CharField(_("title of the work"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Initiative.Kind, default=Initiative.Kind.INITIATIVE)
    problem = models.TextField(_("the problem"), max_length=4000, blank=True)
    solution = models.TextField(_("the solution"), max_length=4000, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PROPOSED)
    why_refused = models.CharField(_("why it was not recognised"), max_length=500, blank=True)
    template = models.ForeignKey(ScoreTemplate, on_delete=models.PROTECT, null=True, editable=False)
    applied_where = models.CharField(_("where it is used"), max_length=300, blank=True)
    applied_since = models.DateField(_("in use since"), null=True, blank=True)
    saved = PartField(_("saved (million dong)"), null=True, blank=True)
    effect = models.CharField(_("other effects"), max_length=500, blank=True)
    search = models.CharField(max_length=900, editable=False)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+")

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative of a unit")
        verbose_name_plural = _("initiatives of units")
        ordering = ["-year", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(why_refused="") | ~Q(state="refused") & Q(why_refused=""),
                name="work_refused_with_reason",
                violation_error_message=_("Say why the work is not recognised."),
            ),
            models.CheckConstraint(
                condition=Q(applied_since=None, applied_where="", saved=None, effect="")
                | Q(applied_since__isnull=False) & ~Q(applied_where=""),
                name="work_applied_where_and_since",
                violation_error_message=_("Say where the work is used and since when."),
            ),
            models.CheckConstraint(
                condition=Q(saved=None) | Q(saved__gte=0), name="work_saved_not_negative",
                violation_error_message=_("Savings are not below zero."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit", "year"]), models.Index(fields=["state"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("emulation:initiative-detail", args=[self.pk])

    @property
    def stage(self) -> str:
        """Key of `states.STATES["work"]`: its state, or that it is in use."""
        return "applied" if self.state == self.State.RECOGNISED and self.applied_since else self.state


class WorkAuthor(models.Model):
    """An author of a work: somebody of the register, or a name from outside. `share` in per cent, where known.

    `record` is the plain row about the person that awards read; it is kept in step with the work.
    """

    work = models.ForeignKey(InitiativeWork, on_delete=models.CASCADE, related_name="authors")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="works")
    name = models.CharField(_("name"), max_length=120)
    share = models.PositiveSmallIntegerField(_("own share (%)"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    record = models.OneToOneField(Initiative, on_delete=models.SET_NULL, null=True, related_name="authorship")

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "person"], name="author_once_per_work",
                violation_error_message=_("The person is named as author already."),
            ),
            models.CheckConstraint(
                condition=Q(share=None) | Q(share__gte=1, share__lte=100), name="author_share_is_a_percentage",
                violation_error_message=_("A share is a percentage from 1 to 100."),
            ),
            models.CheckConstraint(
                condition=Q(record=None) | Q(person__isnull=False), name="author_record_of_a_person",
                violation_error_message=_("Only people of the register have a record."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class Recognition(models.Model):
    """A work was recognised at a level by a decision. Levels rise later: each is a row of its own."""

    work = models.ForeignKey(InitiativeWork, on_delete=models.PROTECT, related_name="recognitions")
    level = models.CharField(_("level"), max_length=12, choices=Level)
    decision = models.CharField(_("decision number"), max_length=60)
    day = models.DateField(_("recognised on"))
    issuer = models.CharField(_("recognised by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "level"], name="recognition_once_per_level",
                violation_error_message=_("The work is recognised at this level already; correct that row."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_level_display()} · {self.decision}"


class ScoreSheet(models.Model):
    """The score sheet of one member of the council, as it was handed over on paper."""

    work = models.ForeignKey(InitiativeWork, on_delete=models.PROTECT, related_name="sheets")
    member = models.CharField(_("member of the council"), max_length=120)
    remark = models.CharField(_("remark"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("score sheet of a member")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "member"], name="scoresheet_once_per_member",
                violation_error_message=_("The sheet of this member is recorded already; correct that one."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.member

    @property
    def total(self) -> Decimal:
        return sum((score.points for score in self.scores.all()), Decimal(0))


class Score(models.Model):
    """The points that a member gives for a criterion."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(ScoreCriterion, on_delete=models.PROTECT)
    points = PartField(_("points"))

    class Meta:
        verbose_name = _("points for a criterion")
        ordering = ["criterion"]
        constraints = [
            models.UniqueConstraint(
                fields=["sheet", "criterion"], name="score_once_per_criterion",
                violation_error_message=_("The criterion has its points already."),
            ),
            models.CheckConstraint(
                condition=Q(points__gte=0), name="score_not_negative",
                violation_error_message=_("Points are not below zero."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.criterion_id}: {self.points}"


class ContestEntry(models.Model):
    """A work in one round of a contest (*hội thi sáng kiến*, *Tuổi trẻ sáng tạo*), and what became of it."""

    class Stage(models.TextChoices):
        ENTERED = "entered", _("Entered")
        PRELIMINARY = "preliminary", _("Preliminary round")
        FINAL = "final", _("Final round")

    work = models.ForeignKey(InitiativeWork, on_delete=models.PROTECT, related_name="contests")
    contest = models.CharField(_("contest"), max_length=200)
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    stage = models.CharField(_("round of the contest"), max_length=12, choices=Stage, default=Stage.ENTERED)
    result = models.CharField(_("result or prize"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("contest entry")
        verbose_name_plural = _("contest entries")
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "contest", "year", "stage"], name="contest_once_per_round",
                violation_error_message=_("This round of the contest is recorded already; correct that row."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.contest} {self.year}"


class WorkEvent(models.Model):
    """A step in the life of a work. Append-only; `text` repeats what people typed, so it has one language."""

    class Kind(models.TextChoices):
        CREATED = "created", _("Proposal made")
        CHANGED = "changed", _("Changed")
        SUBMITTED = "submitted", _("Submitted to the council")
        TAKEN_BACK = "taken_back", _("Taken back")
        SCORED = "scored", _("Score sheet recorded")
        RECOGNISED = "recognised", _("Recognised")
        CORRECTED = "corrected", _("Recognition corrected")
        REVOKED = "revoked", _("Recognition revoked")
        REFUSED = "refused", _("Not recognised")
        APPLIED = "applied", _("Put to use")
        CONTEST = "contest", _("In a contest")

    OWN = (Kind.CREATED, Kind.CHANGED, Kind.SUBMITTED)  # steps of those who propose it

    work = models.ForeignKey(InitiativeWork, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.CharField(_("what"), max_length=600, blank=True)

    class Meta:
        verbose_name = _("step of an initiative")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


def days_of(work: InitiativeWork) -> set[date]:
    """The days on which the work counts somewhere: recognitions and the beginning of its use."""
    days = {row.day for row in work.recognitions.all()}
    return days | ({work.applied_since} if work.applied_since else set())


auditlog.register(InitiativeWork, exclude_fields=["search"])
for _model in (ScoreTemplate, ScoreCriterion, WorkAuthor, Recognition, ScoreSheet, Score, ContestEntry):
    auditlog.register(_model)

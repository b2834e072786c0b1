"""Units, party cells and people assessed by checklists of their own, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Checklist, ChecklistItem, ChecklistTemplate
from emulation.models.fields import PartField
from emulation.periods import period_label
from units import access
from units.models import Person, Role, Unit
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"
PERIODS = ("Q1", "Q2", "Q3", "Q4", "H1", "Y")  # what somebody is assessed for


class PartyCellQuerySet(models.QuerySet["PartyCell"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def existing(self) -> Self:
        return self.filter(ended=None)

    def found_by(self, text: str) -> Self:
        """Cells whose name contains every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text))


class PartyCell(models.Model):
    """A party cell (*chi bộ*) of a unit. It ends by date: `ended` is the first day on which it no longer exists."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cells", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=120)
    established = models.DateField(_("established"), null=True, blank=True)
    ended = models.DateField(_("ended"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    search = models.CharField(max_length=200, editable=False)

    objects = PartyCellQuerySet.as_manager()

    class Meta:
        verbose_name = _("party cell")
        verbose_name_plural = _("party cells")
        ordering = ["unit__path", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="partycell_name_once",
                violation_error_message=_("The unit has a party cell of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(ended=None) | Q(established=None) | Q(ended__gt=F("established")),
                name="partycell_ended_after_established",
                violation_error_message=_("A party cell ends after it was established."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = fold(self.name)[:200]
        super().save(*args, **kwargs)


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def visible_to(self, user: User) -> Self:
        """Those of units and party cells whose figures, and of people whom, the user reads.

        What is said about a person goes with the person, as every record of theirs does. Until it is confirmed,
        it is read where it is worked on, too.
        """
        by_unit, by_person = access.figures_q(user, "unit__path"), access.figures_q(user, "person__unit__path")
        here = Q(person=None) | ~Q(state=Assessment.State.CONFIRMED)
        return self.filter((by_unit & here) | by_person)

    def found_by(self, text: str) -> Self:
        """Those whose unit, party cell or person is found by every word of `text`."""
        return self.filter(words_q(text, "unit__search", "cell__search", "person__search"))

    def judged_by(self, user: User) -> Self:
        """Those that the user confirms or sends back."""
        return self.filter(access.reviews_q(user, "unit__path"))

    def waiting_for(self, user: User) -> Self:
        """Those handed in to the user as reviewer, those to be filled in by the user, those to be handed in.

        What the staff have reported as ready waits for the commander alone.
        """
        units = {role: [m.unit_id for m in user.active_memberships if m.role == role] for role in Role}
        State = Assessment.State
        open_here = Q(state__in=[State.DRAFT, State.RETURNED])
        mine = Q(unit__in=units[Role.STAFF], ready_at=None) | Q(unit__in=units[Role.COMMANDER])
        found = open_here & mine
        if units[Role.REVIEWER]:
            found |= Q(state=State.SUBMITTED) & access.reviews_q(user, "unit__path")
        return self.visible_to(user).filter(found)


class Assessment(models.Model):
    """A unit, party cell or person assessed for a period by the version of the checklist then in force.

    `unit` is the unit of record: the assessed unit, that of the cell, or where the person served. Its staff answer,
    its commander hands in, the reviewer responsible confirms or sends single items back. Confirmed, it stands still;
    `meets` is then what the answers come to (None: nothing applies), and empty in every other state. `ready_*` says
    that the staff report it as complete to the commander; the next edit clears it.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Being filled in")
        SUBMITTED = "submitted", _("Handed in")
        RETURNED = "returned", _("Returned")
        CONFIRMED = "confirmed", _("Confirmed")

    OPEN = (State.DRAFT, State.RETURNED)

    checklist = models.ForeignKey(
        Checklist, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("checklist")
    )
    template = models.ForeignKey(ChecklistTemplate, on_delete=models.PROTECT, related_name="assessments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("unit"))
    cell = models.ForeignKey(
        PartyCell, on_delete=models.PROTECT, null=True, related_name="assessments", verbose_name=_("party cell")
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="assessments", verbose_name=_("person")
    )
    key_cadre = models.BooleanField(_("key cadre"), default=False)
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.CharField(_("period"), max_length=4, choices=[(code, code) for code in PERIODS])
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    meets = models.BooleanField(_("meets the model"), null=True)
    version = models.PositiveIntegerField(default=1)
    ready_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        ordering = ["-year", "period", "unit__path", "cell__order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cell=None) | Q(person=None), name="assessment_of_one_body",
                violation_error_message=_("A party cell or a person is assessed, not both."),
            ),
            models.UniqueConstraint(
                fields=["checklist", "unit", "year", "period"], condition=Q(cell=None, person=None),
                name="assessment_of_unit_once_a_period",
                violation_error_message=_("This unit is assessed for the period already."),
            ),
            models.UniqueConstraint(
                fields=["checklist", "cell", "year", "period"], condition=Q(cell__isnull=False),
                name="assessment_of_cell_once_a_period",
                violation_error_message=_("This party cell is assessed for the period already."),
            ),
            models.UniqueConstraint(
                fields=["checklist", "person", "year", "period"], condition=Q(person__isnull=False),
                name="assessment_of_person_once_a_period",
                violation_error_message=_("This person is assessed for the period already."),
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed") | Q(meets=None), name="assessment_meets_when_confirmed",
                violation_error_message=_("Whether the model is met is said of confirmed assessments alone."),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(key_cadre=False), name="assessment_key_cadre_is_person",
                violation_error_message=_("Only a person is a key cadre."),
            ),
            models.CheckConstraint(
                condition=Q(ready_by=None, ready_at=None) | Q(ready_by__isnull=False, ready_at__isnull=False),
                name="assessment_ready_by_and_at_together",
                violation_error_message=_("An assessment reported as ready names who and when."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.body_name} – {self.checklist} – {self.period_name}"

    def get_absolute_url(self) -> str:
        return reverse("emulation:assessment-detail", args=[self.pk])

    @property
    def body_name(self) -> str:
        """Who is assessed."""
        return str(self.person or self.cell or self.unit)

    @property
    def period_name(self) -> str:
        return period_label(self.year, self.period)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class AssessmentAnswer(models.Model):
    """What the unit says of one item, and beside it what the reviewer says: both are kept.

    A checklist of scores has `score` where others have `answer`; not applicable is an answer in both. `judged`
    and `judged_score` hold what stands once the assessment is confirmed, also where the reviewer agrees.
    `returned` is why the item was sent back.
    """

    class Answer(models.TextChoices):
        MET = "met", _("met")
        NOT_MET = "not_met", _("not met")
        NOT_APPLICABLE = "na", _("not applicable")

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="assessed")
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, blank=True)
    score = PartField(_("score"), null=True, blank=True)
    words = models.CharField(_("in words"), max_length=500, blank=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    judged = models.CharField(_("answer of the reviewer"), max_length=8, choices=Answer, blank=True)
    judged_score = PartField(_("score of the reviewer"), null=True, blank=True)
    judged_words = models.CharField(_("reviewer's words"), max_length=500, blank=True)
    returned = models.CharField(_("sent back because"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("answer of an assessment")
        verbose_name_plural = _("answers of assessments")
        ordering = ["assessment", "item__order", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "item"], name="assessmentanswer_once",
                violation_error_message=_("The item has an answer already."),
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(score=None), name="assessmentanswer_answer_or_score",
                violation_error_message=_("An item is answered or scored, not both."),
            ),
            models.CheckConstraint(
                condition=Q(judged="") | Q(judged_score=None), name="assessmentanswer_judged_or_score",
                violation_error_message=_("An item is judged or scored, not both."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.item_id}"


class AnswerChange(models.Model):
    """Append-only trace of an answer of the unit: who said what, when, before and after.

    `before` and `after` hold answer, score and words; `before` is None for the first answer. `version` is that of the
    assessment that the change made. Rows with version 0 were taken over when this trace began: of some of these only
    the author is known, and no day.
    """

    answer = models.ForeignKey(AssessmentAnswer, on_delete=models.PROTECT, related_name="changes")
    version = models.PositiveIntegerField(default=0)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of an answer")
        verbose_name_plural = _("changes of answers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.answer_id}: {self.before} → {self.after}"


class AssessmentEvent(models.Model):
    """A step of an assessment: append-only. `lines` are the answers as they were, or what was sent back:
    dicts of item (key), answer, score, words, reason."""

    class Kind(models.TextChoices):
        READY = "ready", _("Reported as ready")
        LAPSED = "lapsed", _("No longer ready: changed since")
        GIVEN_BACK = "given_back", _("Given back to the staff")
        HANDED_IN = "handed_in", _("Handed in")
        RETURNED = "returned", _("Sent back")
        CONFIRMED = "confirmed", _("Confirmed")
        REOPENED = "reopened", _("Reopened")

    WITHIN = (
        Kind.READY,
        Kind.LAPSED,
        Kind.GIVEN_BACK,
    )  # between the staff and the commander, before the assessment leaves the unit

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    lines = models.JSONField(default=list)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of an assessment")
        verbose_name_plural = _("steps of assessments")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.kind}"


auditlog.register(PartyCell, exclude_fields=["search"])
auditlog.register(AssessmentAnswer)

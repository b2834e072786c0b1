"""The review report (*báo cáo sơ kết, tổng kết*) of a unit, once somebody works on it; and its phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation import phrases
from units import access
from units.models import Unit

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


class ReviewReportQuerySet(models.QuerySet["ReviewReport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))


class ReviewReport(models.Model):
    """The report of a unit's branch for a period. Its paragraphs are drafted from figures and edited by people.

    A draft until the commander signs it off with number and day; then its words and its annex (`annex`, rows as
    they were; numbers are kept as such, in those signed before as texts) stand still. Reopening makes it a draft
    again.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNED = "signed", _("Signed off")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="review_reports")
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.CharField(_("period"), max_length=12)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    number = models.CharField(_("number"), max_length=60, blank=True)
    day = models.DateField(_("day"), null=True, blank=True)
    place = models.CharField(pgettext_lazy("paper", "place"), max_length=80, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signer_post = models.CharField(_("post of the signer"), max_length=120, blank=True)
    annex = models.JSONField(null=True, blank=True)  # an empty list where nothing was asked
    signed_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)

    objects = ReviewReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("review report")
        verbose_name_plural = _("review reports")
        ordering = ["-year", "period", "unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "period"], name="reviewreport_one_a_period",
                violation_error_message=_("Somebody has begun this report already."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", signed_by=None, signed_at=None, annex=None)
                | (
                    Q(state="signed", signed_by__isnull=False, signed_at__isnull=False, day__isnull=False)
                    & ~Q(number="") & ~Q(signer="")
                ),
                name="reviewreport_signed_with_number_day_and_signer",
                violation_error_message=_("A report that is signed off has number, day and signer."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit} {self.year} {self.period}"

    def get_absolute_url(self) -> str:
        return reverse("emulation:review-report", args=[self.unit_id, self.year, self.period])

    @property
    def is_signed(self) -> bool:
        return self.state == self.State.SIGNED

    @property
    def last_step(self) -> int:
        """Grows with everything done to the report, so that a page that is out of date is known. One query."""
        return self.events.order_by("-pk").values_list("pk", flat=True).first() or 0


class ReviewParagraph(models.Model):
    """A paragraph or heading. `text` and `drafted` hold fields (`emulation.drafting`).

    `drafted` is the draft last looked at, empty for a paragraph of the officer's own; `seen` what every field of
    `text` said when somebody last decided about it. A paragraph left out stays here, so that it is not offered
    again as long as its draft is the same. `version` grows with every change: two people do not overwrite each other.
    """

    report = models.ForeignKey(ReviewReport, on_delete=models.PROTECT, related_name="paragraphs")
    key = models.CharField(max_length=120)
    order = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(_("text"), max_length=8000)
    drafted = models.TextField(blank=True)
    seen = models.JSONField(default=dict)
    left_out = models.BooleanField(_("left out"), default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("paragraph of a report")
        verbose_name_plural = _("paragraphs of reports")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "key"], name="reviewparagraph_once",
                violation_error_message=_("This paragraph is in the report already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key

    @property
    def is_edited(self) -> bool:
        return self.text != self.drafted


class ReviewEvent(models.Model):
    """What somebody did to a report: append-only. `before` and `after` are texts of the paragraph `key`."""

    class Kind(models.TextChoices):
        BEGUN = "begun", _("Begun")
        EDITED = "edited", _("Edited")
        ADDED = "added", _("Paragraph added")
        LEFT_OUT = "left_out", _("Paragraph left out")
        FIGURES = "figures", _("New figures taken over")
        DRAFT = "draft", _("New draft taken over")
        KEPT = "kept", _("Kept although figures changed")
        SIGNED = "signed", _("Signed off")
        REOPENED = "reopened", _("Reopened")

    report = models.ForeignKey(ReviewReport, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("step"), max_length=8, choices=Kind)
    key = models.CharField(max_length=120, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of a report")
        verbose_name_plural = _("steps of reports")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.kind}"


class Phrase(models.Model):
    """A sentence of the report in a unit's own words; else that of the nearest unit above, else ours, is used."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="phrases")
    key = models.CharField(_("used when"), max_length=40)
    text = models.CharField(_("text"), max_length=300)

    class Meta:
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["unit__path", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "key"], name="phrase_once",
                violation_error_message=_("The unit has its own words for this already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        """Only fields that exist, and those that carry the figure."""
        super().clean()
        known = phrases.fields_of(self.key)
        wrong = phrases.unknown_fields(self.text, known)
        if wrong and not known:
            raise ValidationError({"text": _("These words have no fields: write them without braces.")})
        if wrong:
            raise ValidationError(
                {
                    "text": _("There is no field %(wrong)s. Known are: %(known)s.")
                    % {"wrong": ", ".join(wrong), "known": phrases.shown(", ".join(f"{{{name}}}" for name in known))}
                }
            )
        left_out = phrases.left_out(self.key, self.text) if self.text.strip() else []
        if left_out:
            text = _("Keep %(fields)s: without it the sentence says nothing of the figure.")
            raise ValidationError({"text": text % {"fields": phrases.shown(", ".join(left_out))}})


auditlog.register(Phrase)

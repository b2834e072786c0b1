"""Weak points (*khâu yếu, mặt yếu, việc khó*) of units, and breakthrough fields (*khâu đột phá*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.models.attachments import Attachment
from emulation.models.campaigns import Campaign
from emulation.models.catalogue import Indicator
from emulation.models.reports import Report, ReportEvent
from emulation.terms import tone_of
from units import access, clock
from units.models import Person, Unit
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"
YEARS = (MinValueValidator(1945), MaxValueValidator(2099))
AHEAD = 14  # days before its deadline in which a weak point stands on «My work»


class WeakPointQuerySet(models.QuerySet["WeakPoint"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def unsettled(self) -> Self:
        """Those that no superior has closed."""
        return self.exclude(state=WeakPoint.State.CLOSED)

    def with_unit(self) -> Self:
        """Those that wait for the unit itself: what it reported as settled waits for the superior."""
        return self.filter(state__in=WeakPoint.WITH_UNIT)

    def overdue(self) -> Self:
        """Those with the unit whose deadline has passed."""
        return self.with_unit().filter(deadline__lt=clock.today())

    def repeated(self) -> Self:
        return self.filter(repeats__isnull=False)

    def found_by(self, text: str) -> Self:
        """Those whose title contains every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text, "key"))


class WeakPoint(models.Model):
    """Something in which a unit lags and that it undertakes to settle for good (*giải quyết dứt điểm*).

    `grounds` is what the system knew when it was raised: the missed figure, the reviewer's remark, the finding.
    `from_above`: a superior set the task, so a superior moves its deadline. `repeats` is the earlier point of the
    unit that came back, `times` how often it has been raised by now (1: the first time), `since_year` the year of
    the first. The life is in its events.
    """

    class Kind(models.TextChoices):
        LINK = "weak_link", _("Weak link")
        AREA = "weak_area", _("Weak area")
        TASK = "hard_task", _("Hard task")

    class Source(models.TextChoices):
        MISS = "miss", _("Missed target")
        REMARK = "remark", _("Reviewer's remark")
        FINDING = "finding", _("Inspection finding")
        HAND = "hand", _("By hand")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("weak point", "Open")
        PLANNED = "planned", _("Measure set")
        RETURNED = "returned", _("Sent back")
        REPORTED = "reported", _("Reported settled")
        CLOSED = "closed", pgettext_lazy("weak point", "Settled")

    WITH_UNIT = (State.OPEN, State.PLANNED, State.RETURNED)
    WORKED_ON = (State.PLANNED, State.RETURNED)  # with a measure: can be reported as settled

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="weak_points", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LINK)
    title = models.CharField(pgettext_lazy("weak point", "title"), max_length=200)
    key = models.CharField(max_length=200, editable=False)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.HAND)
    grounds = models.CharField(_("grounds"), max_length=700, blank=True)
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("indicator")
    )
    period = models.CharField(_("period"), max_length=2, blank=True)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, blank=True, related_name="weak_points")
    event = models.ForeignKey(ReportEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    finding = models.ForeignKey(
        "InspectionFinding", on_delete=models.PROTECT, null=True, blank=True, related_name="weak_points"
    )
    repeats = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="repeated_by", verbose_name=_("repeats")
    )
    times = models.PositiveSmallIntegerField(default=1, editable=False)
    since_year = models.PositiveSmallIntegerField(editable=False)
    from_above = models.BooleanField(default=False, editable=False)
    raised_by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    owner = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person in charge")
    )
    owner_post = models.CharField(_("post in charge"), max_length=120, blank=True)
    measure = models.TextField(pgettext_lazy("weak point", "measure"), max_length=2000, blank=True)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    reported_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    closed_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("evidence"))

    objects = WeakPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("weak point")
        verbose_name_plural = _("weak points")
        ordering = [F("deadline").asc(nulls_last=True), "-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "key"], condition=~Q(state="closed"), name="weak_point_title_once_open",
                violation_error_message=_("The unit has an unsettled weak point with this title already."),
            ),
            models.UniqueConstraint(
                fields=["unit", "indicator"], condition=Q(source="miss") & ~Q(state="closed"),
                name="weak_point_indicator_once_open",
                violation_error_message=_("The unit has an unsettled weak point for this missed target already."),
            ),
            models.UniqueConstraint(
                fields=["finding"], condition=Q(finding__isnull=False), name="weak_point_finding_once",
                violation_error_message=_("This finding is followed up already."),
            ),
            models.CheckConstraint(
                condition=Q(source="miss", indicator__isnull=False, report=None, finding=None) & ~Q(period="")
                | Q(source="remark", report__isnull=False, finding=None)
                | Q(source="finding", finding__isnull=False, report=None)
                | Q(source="hand", report=None, finding=None),
                name="weak_point_source_names_what",
                violation_error_message=_("A weak point names what it arose from."),
            ),
            models.CheckConstraint(
                condition=Q(repeats=None, times=1) | Q(repeats__isnull=False, times__gt=1),
                name="weak_point_counts_its_chain",
                violation_error_message=_("A repeated weak point counts how often it was raised."),
            ),
            models.CheckConstraint(
                # An inspection may find a point settled before the unit has planned anything.
                condition=Q(state__in=["open", "closed"]) | (~Q(measure="") & Q(deadline__isnull=False)) & (
                    Q(owner__isnull=False) | ~Q(owner_post="")
                ),
                name="weak_point_measure_owner_deadline",
                violation_error_message=_("Settling needs a measure, somebody in charge, and a deadline."),
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None, closed_at=None) & ~Q(state="closed")
                | Q(state="closed", closed_by__isnull=False, closed_at__isnull=False),
                name="weak_point_closed_by_and_at",
                violation_error_message=_("A settled weak point names who closed it and when."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit", "state"]), models.Index(fields=["state", "deadline"])]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key = fold(self.title)[:200]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("emulation:weak-point-detail", args=[self.pk])

    def clean(self) -> None:
        self.key = fold(self.title)[:200]  # constraints are checked before it is saved

    @property
    def in_charge(self) -> str:
        """Who settles it: the person with their post, or the post alone."""
        names = [str(self.owner)] if self.owner else []
        return ", ".join([*names, *([self.owner_post] if self.owner_post else [])])

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_overdue(self) -> bool:
        return self.state in self.WITH_UNIT and self.deadline is not None and self.deadline < clock.today()

    @property
    def tone(self) -> str:
        """Colour of the deadline: miss once it has passed, near shortly before, else none."""
        return "none" if self.days_left is None or self.state not in self.WITH_UNIT else tone_of(self.days_left)

    @property
    def days_left(self) -> int | None:
        """Days to the deadline, below 0 once it has passed."""
        return None if self.deadline is None else (self.deadline - clock.today()).days


class WeakPointEvent(models.Model):
    """Append-only: a step in the life of a weak point. Who, when, what stood before and after, and why.

    `before` and `after` hold the columns that changed, as text. `finding` is that of a re-inspection.
    """

    class Kind(models.TextChoices):
        RAISED = "raised", _("Raised")
        MEASURED = "measured", _("Measure set")
        MOVED = "moved", _("Deadline moved")
        REPORTED = "reported", pgettext_lazy("step", "Reported settled")
        SENT_BACK = "sent_back", _("Sent back after re-inspection")
        CLOSED = "closed", _("Closed after re-inspection")

    point = models.ForeignKey(WeakPoint, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    finding = models.ForeignKey("InspectionFinding", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("event of a weak point")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


# ── breakthroughs ─────────────────────────────────────────────────────────


class BreakthroughQuerySet(models.QuerySet["Breakthrough"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def of_year(self, year: int) -> Self:
        return self.filter(since__lte=year, until__gte=year)


class Breakthrough(models.Model):
    """A field in which a unit concentrates its effort (*khâu đột phá*) for a year or a term, both years included."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="breakthroughs", verbose_name=_("unit"))
    name = models.CharField(_("name"), max_length=200)
    goal = models.TextField(_("what is to be achieved"), max_length=2000)
    since = models.PositiveSmallIntegerField(_("from year"), validators=YEARS)
    until = models.PositiveSmallIntegerField(_("to year"), validators=YEARS)
    indicators = models.ManyToManyField(Indicator, blank=True, related_name="+", verbose_name=_("indicators"))
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="breakthroughs",
        verbose_name=_("campaign"),
    )  # fmt: skip
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = BreakthroughQuerySet.as_manager()

    class Meta:
        verbose_name = _("breakthrough field")
        verbose_name_plural = _("breakthrough fields")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="breakthrough_until_not_before_since",
                violation_error_message=_("The last year is not before the first."),
            ),
            models.UniqueConstraint(
                fields=["unit", "name", "since"], name="breakthrough_once",
                violation_error_message=_("The unit has this breakthrough field from this year already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def years(self) -> str:
        return str(self.since) if self.since == self.until else f"{self.since}–{self.until}"


auditlog.register(Breakthrough, m2m_fields={"indicators"})

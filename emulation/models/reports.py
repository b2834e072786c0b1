"""Sheets (*phiếu*) and the figures on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.models.catalogue import ChecklistItem, Grade, Indicator
from emulation.models.fields import PartField
from emulation.models.rounds import Extension, Lineage, Round
from emulation.numbers import LIMIT
from units import access, clock
from units.models import Role, Unit
from units.paths import branches_q

if TYPE_CHECKING:
    from datetime import datetime

    from units.models import User


def _made_by(user: User) -> Q:
    """Whether the user took part in making a sheet; what a register wrote because of them does not count."""
    typed = ResultChange.objects.filter(report=OuterRef("pk"), by=user).exclude(way=ResultChange.Way.REGISTER)
    handed = ReportEvent.objects.filter(
        report=OuterRef("pk"), by=user, kind__in=[ReportEvent.Kind.READY, ReportEvent.Kind.SUBMITTED]
    )
    return Q(Exists(typed) | Exists(handed))


def _shut() -> Q:
    """Whether entry of a sheet has closed: its round's last day has passed, and its unit has no more time."""
    today = clock.today()
    longer = Extension.objects.in_force().filter(round=OuterRef("round"), unit=OuterRef("unit"), until__gte=today)
    return Q(~Exists(longer), round__closes__lt=today)


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> Self:
        """Sheets of units whose figures the user reads now, or read in the sheet's lineage."""
        mine = [m.unit_id for m in user.active_memberships if m.role in access.READERS]
        then = Lineage.objects.filter(unit__in=mine).values_list("path", flat=True).distinct()
        now = access.figures_q(user, "unit__path")
        return self.filter(now | branches_q(then, "lineage__path"))

    def owed_by(self, user: User) -> Self:
        """Sheets of the user's own units that wait for the user, or were never handed in before entry closed.

        Staff fill them in until they are ready, commanders hand in what is ready; what was returned, and what was
        missed, concerns both. Counted on every page: one question about what is shut.
        """
        staff, chief = (
            [m.unit_id for m in user.active_memberships if m.role == role] for role in (Role.STAFF, Role.COMMANDER)
        )
        if not staff and not chief:
            return self.none()
        return self.filter(
            Q(unit__in=staff, ready_at=None) | Q(unit__in=chief, ready_at__isnull=False)
            | Q(state=Report.State.RETURNED) | _shut(),
            unit__in=[*staff, *chief], state__in=Report.EDITABLE, round__opens__lte=clock.today(),
        )  # fmt: skip

    def to_do_by(self, user: User) -> Self:
        """Of what the user owes: what is open for entry, or returned."""
        return self.owed_by(user).filter(~_shut() | Q(state=Report.State.RETURNED))

    def handed_in(self) -> Self:
        return self.filter(state__in=Report.HANDED_IN)

    def with_last_step(self) -> Self:
        """Each with its place, and `last_by`, `last_at`, `last_reason`, `last_lines` of what led to its state.

        `now_kind`, `now_by`, `now_reason` are of its last step, with those that leave it in its state.
        """
        every = ReportEvent.objects.filter(report=OuterRef("pk")).order_by("-at", "-pk")
        between = [ReportEvent.Kind.SUBMITTED, ReportEvent.Kind.WITHDRAWN]  # leave a return what it was
        steps = every.exclude(kind__in=ReportEvent.WITHIN)
        steps = steps.exclude(kind__in=between, report__state=Report.State.RETURNED)
        now = every.exclude(kind__in=ReportEvent.ABOUT_FIGURES)
        return self.select_related("unit__kind", "round__drive", "lineage__parent", "ready_by").annotate(
            last_by=Subquery(steps.values("by__full_name")[:1]),
            last_at=Subquery(steps.values("at")[:1]),
            last_reason=Subquery(steps.values("reason")[:1]),
            last_lines=Subquery(steps.values("lines")[:1]),
            now_kind=Subquery(now.values("kind")[:1]),
            now_by=Subquery(now.values("by__full_name")[:1]),
            now_reason=Subquery(now.values("reason")[:1]),
        )

    def made_by(self, user: User) -> Self:
        """Sheets in which the user typed a figure, or that they reported as ready or handed in, ever."""
        return self.filter(_made_by(user))

    def judged_by(self, user: User) -> Self:
        """Sheets that the user judges: responsible for the unit as reviewer, and no part in making them."""
        return self.filter(access.reviews_q(user, "unit__path"), ~_made_by(user))

    def with_last_change(self) -> Self:
        """Each with `last_change` of its figures (see `services.sheets.last_change`), None without any."""
        changes = ResultChange.objects.filter(report=OuterRef("pk")).order_by("-pk")
        return self.annotate(last_change=Subquery(changes.values("pk")[:1]))

    def judged_by_office(self, user: User) -> Self:
        """Sheets waiting for a decision of which the user judges the lines of an office, and no part in making."""
        waiting = [Report.State.SUBMITTED, Report.State.IN_REVIEW]
        mine = access.reviews_q(user, "unit__path", for_office=True)
        return self.filter(mine, ~_made_by(user), state__in=waiting)

    def with_hand_in(self) -> Self:
        """Each with `handed_by` and `handed_at` of the last hand-in, and how many there were (`hand_ins`)."""
        steps = ReportEvent.objects.filter(report=OuterRef("pk"), kind=ReportEvent.Kind.SUBMITTED)
        steps = steps.order_by("-at", "-pk")
        return self.annotate(
            handed_by=Subquery(steps.values("by__full_name")[:1]),
            handed_at=Subquery(steps.values("at")[:1]),
            hand_ins=Subquery(steps.order_by().values("report").annotate(count=Count("pk")).values("count")),
        )


class Report(models.Model):
    """A sheet: what arose in one unit itself in one round, never totals of its subordinates.

    The sheets of a round are made when it is set up. `ready_*` says that the
    staff report it as complete to the commander; the next edit clears it. `handed_in_at` is the hand-in
    that counts as on time or late: the first one that the unit did not withdraw; a return leaves it.
    """

    class State(models.TextChoices):
        NOT_STARTED = "not_started", _("Not started")
        DRAFT = "draft", _("Being filled in")
        SUBMITTED = "submitted", _("Handed in")
        IN_REVIEW = "in_review", _("In review")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")

    HANDED_IN = (State.SUBMITTED, State.IN_REVIEW, State.APPROVED)
    EDITABLE = (State.NOT_STARTED, State.DRAFT, State.RETURNED)

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reports")
    lineage = models.OneToOneField(Lineage, on_delete=models.PROTECT, related_name="report")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.NOT_STARTED)
    state_since = models.DateTimeField(auto_now_add=True)
    ready_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    ready_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)

    last_by: str | None  # `with_last_step`
    last_at: datetime | None
    last_reason: str | None
    last_lines: list[dict[str, str]] | None
    now_kind: str | None
    now_by: str | None
    now_reason: str | None
    last_change: int | None  # `with_last_change`

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("sheet")
        verbose_name_plural = _("sheets")
        ordering = ["-round__year", "-round__quarter", "unit__order", "unit__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "round"], name="report_one_per_round",
                violation_error_message=_("The unit already has its sheet of this round."),
            ),
            models.CheckConstraint(
                condition=Q(ready_by=None, ready_at=None) | Q(ready_by__isnull=False, ready_at__isnull=False),
                name="report_ready_by_and_at_together",
                violation_error_message=_("A sheet reported as ready names who and when."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["round", "state"])]

    def __str__(self) -> str:
        return f"{self.unit} – {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("emulation:report-detail", args=[self.pk])

    @property
    def editable(self) -> bool:
        """Whether its state lets figures be typed (roles and calendar are checked elsewhere)."""
        return self.state in self.EDITABLE


class Result(models.Model):
    """A figure: one indicator on one sheet. A cell without a row has not been reported.

    Which parts are filled follows from the indicator's measure; `version` grows with every change, so
    that a save over somebody else's is noticed.
    """

    class Status(models.TextChoices):
        REPORTED = "reported", _("Reported")
        NIL = "nil", _("Nothing occurred")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="results")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="results")
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.REPORTED)
    numerator = PartField(_("numerator"), null=True, blank=True)
    denominator = PartField(_("denominator"), null=True, blank=True)
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("grade"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], name="result_once_per_sheet",
                violation_error_message=_("The sheet already has this figure."),
            ),
            models.CheckConstraint(
                condition=Q(status="reported", numerator__isnull=False, grade=None)
                | Q(status="reported", numerator=None, denominator=None, grade__isnull=False)
                | Q(status__in=["nil", "not_applicable"], numerator=None, denominator=None, grade=None),
                name="result_parts_follow_status",
                violation_error_message=_(
                    "A reported figure has a value; “Nothing occurred” and “Not applicable” have none."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(numerator=None) | Q(numerator__gte=0, numerator__lt=LIMIT))
                & (Q(denominator=None) | Q(denominator__gt=0, denominator__lt=LIMIT)),
                name="result_parts_in_range",
                violation_error_message=_("Parts are not below zero, a denominator is above zero."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.numerator}/{self.denominator} {self.status}"

    @property
    def mark(self) -> str:
        """Names this very state of the cell, also against one that was cleared and filled in again."""
        return f"{self.pk}.{self.version}"


class ResultItem(models.Model):
    """A checklist item on a sheet."""

    class State(models.TextChoices):
        MET = "met", _("Met")
        NOT_MET = "not_met", _("Not met")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT)
    state = models.CharField(_("state"), max_length=16, choices=State)

    class Meta:
        verbose_name = _("checklist answer")
        constraints = [
            models.UniqueConstraint(
                fields=["result", "item"], name="result_item_once",
                violation_error_message=_("The item already has its answer."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item_id}: {self.state}"


class ResultChange(models.Model):
    """Append-only trace of a figure: who, when, before, after, by which way, why.

    Successive changes of one cell by one person in a draft are one row (`services.cells`).
    `before` and `after` are what `services.cells.snapshot` makes of a figure; None where there was none.
    """

    class Way(models.TextChoices):
        FORM = "form", _("typed")
        PASTE = "paste", _("pasted")
        IMPORT = "import", _("imported")
        MIGRATION = "migration", _("migrated")
        CORRECTION = "correction", _("corrected")
        REGISTER = "register", _("from the register")

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="changes")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    way = models.CharField(_("way"), max_length=12, choices=Way)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    sealed = models.BooleanField(default=False)  # reported as ready or handed in since: nothing joins

    class Meta:
        verbose_name = _("change of a figure")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["report", "indicator"]), models.Index(fields=["report", "by"])]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class ReturnedLine(models.Model):
    """A line that a reviewer sent back. While a returned sheet has such lines, only they are open."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="returned_lines")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT)
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("returned line")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], name="returned_line_once",
                violation_error_message=_("The line has already been returned."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reason


class ReportEvent(models.Model):
    """A step on the timeline of a sheet."""

    class Kind(models.TextChoices):
        READY = "ready", _("Reported as ready")
        LAPSED = "lapsed", _("No longer ready: changed since")
        GIVEN_BACK = "given_back", _("Given back to the staff")
        SUBMITTED = "submitted", _("Handed in")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        TAKEN_UP = "taken_up", _("Taken up for review")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")
        REOPENED = "reopened", _("Reopened")
        MIGRATED = "migrated", _("Approved by migration")
        UNDONE = "undone", _("Approval undone")
        ASKED = "asked", _("Asked to correct a figure")
        ANSWERED = "answered", _("Answered about a figure")
        CORRECTED = "corrected", _("Figure corrected after approval")

    ABOUT_FIGURES = (Kind.ASKED, Kind.ANSWERED, Kind.CORRECTED)
    WITHIN = (Kind.READY, Kind.LAPSED, Kind.GIVEN_BACK, *ABOUT_FIGURES)  # steps that leave the sheet in its state
    APPROVALS = (Kind.APPROVED, Kind.MIGRATED)
    # Steps that date the figures: those a migration took over were approved in their own time, which nobody knows.
    DATING = (Kind.APPROVED, Kind.CORRECTED)

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    lines = models.JSONField(default=list)  # lines it is about: {"indicator": code, "reason": …}
    # At a hand-in `missing`: [unit, state] of sheets directly below that were not approved; at an approval
    # `offices`: [name, open lines, objections] of offices that had not agreed.
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


class ReportVersion(models.Model):
    """The figures of a sheet as they stood at a hand-in or an approval, numbered from 1.

    `figures` maps the indicator's code to `services.cells.snapshot` of the figure.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(pgettext_lazy("serial", "number"))
    event = models.OneToOneField(ReportEvent, on_delete=models.PROTECT, related_name="version")
    figures = models.JSONField()

    class Meta:
        verbose_name = _("version of a sheet")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "number"], name="report_version_number_once",
                violation_error_message=_("The sheet already has a version with this number."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number}"

"""Single figures that are corrected: on request while the sheet is in review, and after its approval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Indicator
from emulation.models.reports import Report
from units.models import Role

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


class FigureRequestQuerySet(models.QuerySet["FigureRequest"]):
    def open(self) -> Self:
        return self.filter(ended_at=None)


class FigureRequest(models.Model):
    """The reviewer asks the unit about one figure of a sheet in review, which stays in review.

    Until it has ended (answered, taken back, or the sheet approved or returned) the unit's staff may
    change this figure, and no other. What happened stands on the sheet's timeline too.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="requests")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    message = models.CharField(_("message"), max_length=500)
    asked_by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = FigureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to correct a figure")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], condition=Q(ended_at=None), name="figure_request_one_open",
                violation_error_message=_("The unit has been asked about this figure already."),
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None, answer="")
                | (Q(answered_by__isnull=False, ended_at__isnull=False) & ~Q(answer="")),
                name="figure_request_answered_by_whom",
                violation_error_message=_("An answer names who gave it, and ends the request."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.message

    def get_absolute_url(self) -> str:
        return reverse("emulation:figure-request", args=[self.report_id, self.indicator_id])


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(report__in=Report.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(state__in=Correction.OPEN)

    def waiting_for(self, user: User) -> Self:
        """Those that the user decides as reviewer, or sends as commander of the unit."""
        commanded = [m.unit_id for m in user.active_memberships if m.role == Role.COMMANDER]
        State = Correction.State
        judged = Report.objects.judged_by(user).values("pk")
        decided = Q(state=State.SENT, report__in=judged) & ~Q(asked_by=user) & ~Q(sent_by=user)
        return self.filter(decided | Q(state=State.PROPOSED, report__unit__in=commanded))


class Correction(models.Model):
    """A unit asks to correct one figure of an approved sheet.

    The unit's staff propose it, its commander sends it, the reviewer responsible accepts or refuses it.
    `before` is the approved figure and `entry` what it is to become (`services.cells.snapshot`); it is
    accepted only while the figure is still `before`.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("With the commander")
        SENT = "sent", _("Waiting for the reviewer")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN = (State.PROPOSED, State.SENT)

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="corrections")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    before = models.JSONField(null=True)
    entry = models.JSONField()
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    sent_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(_("reason of the decision"), max_length=500, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("correction of an approved figure")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], condition=Q(state__in=["proposed", "sent"]),
                name="correction_one_open",
                violation_error_message=_("A correction of this figure is waiting already."),
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", sent_by=None, sent_at=None)
                | Q(state="withdrawn")
                | Q(state__in=["sent", "accepted", "refused"], sent_by__isnull=False, sent_at__isnull=False),
                name="correction_sent_by_commander",
                violation_error_message=_("A correction that was sent names who and when."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "sent"], decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & Q(state__in=["accepted", "refused", "withdrawn"]),
                name="correction_ended_by_whom",
                violation_error_message=_("A correction that has ended names who and when."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reason

    def get_absolute_url(self) -> str:
        return reverse("emulation:correction-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

"""Notices: what happened to a sheet, an inspection or a weak point, told in the app to those whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length, Substr
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Indicator
from emulation.models.inspections import InspectedUnit, Inspection
from emulation.models.reports import Report
from emulation.models.rounds import Lineage
from emulation.models.weak_points import WeakPoint
from units import access

if TYPE_CHECKING:
    from units.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> Self:
        """The user's own notices, of what the user still reads.

        Says what `visible_to` of sheets, weak points and inspections that have taken place says, in one query and
        over the user's few rows.
        """
        mine = [m.unit_id for m in user.active_memberships if m.role in access.READERS]
        then = Lineage.objects.filter(
            unit__in=mine,
            round=OuterRef("report__round"),
            path=Substr(OuterRef("report__lineage__path"), 1, Length(F("path"))),
        )
        inspected = InspectedUnit.objects.filter(
            access.figures_q(user, "unit__path"), inspection=OuterRef("inspection")
        )
        sheets = access.figures_q(user, "report__unit__path") | Exists(then)
        return self.filter(sheets | access.figures_q(user, "point__unit__path") | Exists(inspected), user=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class ReminderMail(models.Model):
    """That a user was sent the reminders of a day by e-mail: never twice a day."""

    user = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("reminder by e-mail")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"], name="reminder_mail_once_a_day",
                violation_error_message=_("The user has been sent the reminders of this day already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"


class Notice(models.Model):
    """One user is told that something happened to a sheet, or to one figure of it (`indicator`); to an inspection of
    the unit, or to one of its weak points.

    Derived: the event itself stands on the timeline, whether the notice was read or not. `text` is
    what was said there, a reason or a comment. What is due is no row: `reports.reminders` computes it.
    """

    class Kind(models.TextChoices):
        RETURNED = "returned", _("Sheet returned")
        REOPENED = "reopened", _("Sheet reopened")
        APPROVED = "approved", _("Sheet approved")
        WITHDRAWN = "withdrawn", _("Sheet withdrawn by the commander")
        GIVEN_BACK = "given_back", _("Sheet given back by the commander")
        MENTIONED = "mentioned", _("You were mentioned")
        QUESTION = "question", _("Question about a figure")
        ANSWER = "answer", _("Question answered")
        CORRECTION_ASKED = "correction_asked", _("Correction asked")
        CORRECTION_ACCEPTED = "correction_accepted", _("Correction accepted")
        CORRECTION_REFUSED = "correction_refused", _("Correction refused")
        CORRECTION_DECIDED = "correction_decided", _("Correction decided")  # before the two above were told apart
        UNDONE = "undone", _("Approval taken back")
        EXTENDED = "extended", _("More time given")
        EXTENSION_ENDED = "extension_ended", _("Extension ended")
        INSPECTED = "inspected", _("Results of an inspection")
        CONCLUDED = "concluded", _("Inspection concluded")
        PAPER_OUTDATED = "paper_outdated", _("Figures of a signed paper changed")
        POINT_RETURNED = "point_returned", _("Weak point sent back")

    user = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, null=True, related_name="notices")
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, null=True, related_name="+")
    point = models.ForeignKey(WeakPoint, on_delete=models.CASCADE, null=True, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(report__isnull=False, inspection=None, point=None)
                | Q(report=None, inspection__isnull=False, point=None)
                | Q(report=None, inspection=None, point__isnull=False),
                name="notice_about_one_thing",
                violation_error_message=_("A notice is about a sheet, an inspection or a weak point."),
            ),
            models.CheckConstraint(
                condition=Q(indicator=None) | Q(report__isnull=False), name="notice_figure_is_of_a_sheet",
                violation_error_message=_("Only a notice about a sheet names one of its figures."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["user", "read_at"]), models.Index(fields=["user", "-at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"

    @property
    def about(self) -> Report | Inspection | WeakPoint:
        """What it speaks of."""
        found = self.report or self.inspection or self.point
        assert found is not None  # `notice_about_one_thing`
        return found

"""The document register (*sổ đăng ký văn bản đi*) of a unit: every number that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from emulation.models.review_reports import ReviewReport
from units import access
from units.models import Unit

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


def random_name(paper: IssuedPaper, _name: str) -> str:
    return f"papers/{paper.year}/{uuid4().hex}"


class IssuedPaperQuerySet(models.QuerySet["IssuedPaper"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))


class IssuedPaper(models.Model):
    """A paper with its number, as it was issued. Numbers run by unit, year and kind; none is given twice.

    Never changed: a cancelled one stays with its reason, and its number with it. `address` is the page that it was
    made from, `report` the review report where it is one. `outdated_at`: since when approved figures that it rests on
    are others than when it was issued. The row is its own trace.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="issued_papers", verbose_name=_("unit"))
    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(_("kind of paper"), max_length=20)
    serial = models.PositiveIntegerField(pgettext_lazy("serial", "number"))
    number = models.CharField(_("number"), max_length=60)
    title = models.CharField(_("title"), max_length=300)
    search = models.CharField(max_length=400, editable=False)
    day = models.DateField(_("day"))
    signer = models.CharField(_("signed by"), max_length=120)
    address = models.CharField(max_length=200, blank=True)
    report = models.ForeignKey(ReviewReport, on_delete=models.PROTECT, null=True, related_name="issued")
    word = models.FileField(upload_to=random_name, max_length=100, blank=True)
    pdf = models.FileField(upload_to=random_name, max_length=100, blank=True)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cancelled_by = models.ForeignKey(ME, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(_("reason"), max_length=500, blank=True)

    outdated_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = IssuedPaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("issued paper")
        verbose_name_plural = _("issued papers")
        ordering = ["-day", "-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "kind", "serial"], name="issuedpaper_number_once",
                violation_error_message=_("This number has been given already."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by=None, cancelled_at=None, cancelled_why="")
                | (Q(cancelled_by__isnull=False, cancelled_at__isnull=False) & ~Q(cancelled_why="")),
                name="issuedpaper_cancelled_by_at_and_why_together",
                violation_error_message=_("A cancelled paper names who cancelled it, when and why."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("emulation:paper-list")

"""Awards in force that have to be looked at again because what they rested on was taken back."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awards.models.grants import Grant
from awards.models.rules import Criterion
from units.access import figures_q
from units.models import Unit, User


class GrantReviewQuerySet(models.QuerySet["GrantReview"]):
    def visible_to(self, user: User) -> Self:
        """Those of units that the user reads: of who decides, and of who was awarded."""
        subject = figures_q(user, "grant__unit__path") | figures_q(user, "grant__person__unit__path")
        return self.filter(figures_q(user, "unit__path") | subject)

    def waiting(self) -> Self:
        """Nobody has said yet that the award stands, and it has not been taken back either."""
        return self.filter(kept_at=None, grant__revoked_on=None)


class GrantReview(models.Model):
    """A `grant` in force whose `criterion` rested on `because`, which was taken back: does it still stand?

    Nothing happens to it by itself. The commander of `unit`, which decided it, says that it stands (`kept_why`), or
    takes it back by a decision.
    """

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="reviews")
    because = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="doubts")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    at = models.DateTimeField(auto_now_add=True)
    kept_why = models.CharField(_("why it stands"), max_length=300, blank=True)
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    kept_at = models.DateTimeField(null=True)

    objects = GrantReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review of an award")
        verbose_name_plural = _("reviews of awards")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grant", "because"], name="grantreview_once",
                violation_error_message=_("This award is to be reviewed for this reason already."),
            ),
            models.CheckConstraint(
                condition=Q(kept_why="", kept_by=None, kept_at=None)
                | (Q(kept_by__isnull=False, kept_at__isnull=False) & ~Q(kept_why="")),
                name="grantreview_kept_by_at_and_why",
                violation_error_message=_("Who says that an award stands is named, with day and reason."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.grant)

    def get_absolute_url(self) -> str:
        return reverse("awards:grant-review", args=[self.pk])

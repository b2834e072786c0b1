"""What people say to each other about a line of a sheet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Indicator
from emulation.models.reports import Report


class Comment(models.Model):
    """A remark on one line of a sheet. Append-only: nobody changes what was said.

    `mentions` are the people whom the text names as @username; they could read the sheet when it was said.
    """

    LONGEST = 1000

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="comments")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    text = models.CharField(_("comment"), max_length=LONGEST)
    mentions = models.ManyToManyField("units.User", related_name="+", verbose_name=_("mentioned people"))

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text=""), name="comment_says_something",
                violation_error_message=_("A comment is not empty."),
            )
        ]  # fmt: skip
        indexes = [models.Index(fields=["report", "indicator"])]

    def __str__(self) -> str:
        return self.text

"""Rules that look at several figures, and what units say to what they found."""

from __future__ import annotations

from typing import Any

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from emulation.models.catalogue import Comparator, Indicator
from emulation.models.reports import Report
from emulation.plausibility import MEMORY
from units.models import CatalogueRow


class CheckRule(CatalogueRow):
    """A rule over several figures of a sheet or over quarters; which columns it needs follows from its kind.

    Without `indicator` it looks at every figure for which it makes sense.
    """

    class Kind(models.TextChoices):
        COMPARE = "compare", _("one figure against another")
        FALLS = "falls", _("counted from January, it falls")
        FAR = "far", _("far from the last quarters")
        WORSE = "worse", _("much worse than last quarter")
        UNCHANGED = "unchanged", _("unchanged for several quarters")
        FIRST_FULL = "first_full", _("full for the first time")
        AT_TARGET = "at_target", _("exactly at the target")
        TARGET_BELOW = "target_below", _("target below last year's result")

    class Level(models.TextChoices):
        ERROR = "error", _("error: blocks the hand-in")
        WARNING = "warning", _("warning: the unit gives a reason")
        REVIEW = "review", _("hint: the reviewer looks closely, the unit may give a reason")

    class Part(models.TextChoices):
        VALUE = "value", _("the result")
        NUMERATOR = "numerator", _("the numerator")
        DENOMINATOR = "denominator", _("the denominator")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    level = models.CharField(_("importance"), max_length=8, choices=Level)
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="rules", verbose_name=_("indicator"),
        help_text=_("Empty: every indicator."),
    )  # fmt: skip
    part = models.CharField(_("what of it"), max_length=12, choices=Part, default=Part.VALUE)
    comparator = models.CharField(_("comparator"), max_length=2, choices=Comparator, blank=True)
    other = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("other indicator"),
    )  # fmt: skip
    other_part = models.CharField(_("what of the other"), max_length=12, choices=Part, default=Part.VALUE)
    quarters = models.PositiveSmallIntegerField(
        _("quarters"), default=3, validators=[MinValueValidator(2), MaxValueValidator(MEMORY)],
        help_text=_("How many quarters are looked at."),
    )  # fmt: skip
    share = models.PositiveSmallIntegerField(
        _("change in per cent"),
        default=20,
        help_text=_("More than this is too much; for figures that are no percentage."),
    )
    points = models.PositiveSmallIntegerField(
        _("change in points"), default=1, help_text=_("More than this is too much; for percentages.")
    )
    active = models.BooleanField(_("in use"), default=True)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("plausibility rule")
        verbose_name_plural = _("plausibility rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="compare", indicator__isnull=False, other__isnull=False) & ~Q(comparator="")
                | ~Q(kind="compare") & Q(other=None, comparator=""),
                name="check_rule_compares_two_figures",
                violation_error_message=_(
                    "A comparison names two indicators and how they compare; other rules name neither a "
                    "comparator nor another indicator."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(kind="falls") | Q(indicator__isnull=False),
                name="check_rule_falls_names_its_indicator",
                violation_error_message=_("Say which indicator is counted from January."),
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["at_target", "target_below"]) | Q(level="review"),
                name="check_rule_targets_are_for_reviewers",
                violation_error_message=_("Rules about targets speak to the reviewer only."),
            ),
        ]

    def clean(self) -> None:
        """A denominator is compared only where there is one, and no figure with itself."""
        super().clean()
        wrong: dict[str, Any] = {}
        for column, name in (("indicator", "part"), ("other", "other_part")):
            row: Indicator | None = getattr(self, column)
            if row and getattr(self, name) == self.Part.DENOMINATOR and row.measure != Indicator.Measure.RATIO:
                wrong[name] = _("This indicator has no denominator.")
        same = (self.indicator_id, self.part) == (self.other_id, self.other_part)
        if self.kind == self.Kind.COMPARE and self.indicator_id is not None and same:
            wrong["other"] = _("A figure cannot be compared with itself. Choose another indicator or another part.")
        if wrong:
            raise ValidationError(wrong)


class Acknowledgement(models.Model):
    """What a unit says to a warning. `values` are the figures it speaks of: when they change it no longer holds."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="acknowledgements")
    rule = models.ForeignKey(CheckRule, on_delete=models.PROTECT, related_name="acknowledgements")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    values = models.CharField(max_length=200)
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("reason given to a warning")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.reason


auditlog.register(CheckRule)

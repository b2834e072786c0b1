"""Which indicators take their figures from a register."""

from __future__ import annotations

from typing import Self

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.feeds import SOURCES, Codes, Source, source_choices
from emulation.models.catalogue import ChecklistItem, Grade, Indicator
from emulation.models.corrections import Correction
from emulation.models.fields import PartField
from emulation.models.reports import Report, Result, ResultItem


class FeedQuerySet(models.QuerySet["Feed"]):
    def active(self) -> FeedQuerySet:
        return self.filter(active=True, register__in=list(SOURCES))


class Feed(models.Model):
    """An indicator is fed by a register: on sheets its figure is not typed but taken from there.

    Cells are fed that speak of days from `since` on; earlier ones stay as they were typed. `codes` narrows what
    is taken (kinds, a least level): words that the register knows, separated by spaces.
    """

    indicator = models.OneToOneField(
        Indicator, on_delete=models.PROTECT, related_name="feed", verbose_name=_("indicator"),
    )  # fmt: skip
    register = models.CharField(_("fed by the register"), max_length=40, choices=source_choices)
    codes = models.CharField(
        _("only what is named"), max_length=200, blank=True,
        help_text=_("Words the register knows (kinds, the least level), with spaces between; empty: everything."),
    )  # fmt: skip
    since = models.DateField(_("for rounds that begin on or after"))
    active = models.BooleanField(_("active"), default=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator fed by a register")
        verbose_name_plural = _("indicators fed by registers")
        ordering = ["indicator"]

    def __str__(self) -> str:
        return f"{self.indicator} ← {self.get_register_display()}"

    @property
    def source(self) -> Source | None:
        """None when nothing is taken: switched off, or a register that this version does not have."""
        return SOURCES.get(self.register) if self.active else None

    @property
    def wanted(self) -> Codes:
        return tuple(self.codes.split())

    def clean(self) -> None:
        wrong: dict[str, str | Promise] = {}
        if self.register in SOURCES and self.indicator.measure not in SOURCES[self.register].measures:
            wrong["register"] = _("This register holds no figures of the indicator's measure.")
        known = SOURCES[self.register].codes() if self.register in SOURCES else {}
        strange = [code for code in self.wanted if code not in known]
        if strange:
            words = "; ".join(f"{code} – {label}" for code, label in known.items()) or "–"
            text = _("The register does not know “%(code)s”. It knows: %(known)s.")
            wrong["codes"] = text % {"code": strange[0], "known": words}
        elif self.source and not wrong and (lacking := self.source.lacking(self.indicator, self.wanted)):
            text = _("Named otherwise in the register than at the indicator: %(names)s. Make the names equal first.")
            wrong["codes"] = text % {"names": "; ".join(lacking)}
        if wrong:
            raise ValidationError(wrong)


class UnfedQuerySet(models.QuerySet["Unfed"]):
    def open(self) -> Self:
        """Those whose sheet still says something else, and for which no correction is under way."""
        cell = {"report": OuterRef("report"), "indicator": OuterRef("indicator")}
        reported = Result.objects.filter(**cell, status=Result.Status.REPORTED)
        same = reported.filter(numerator=OuterRef("value"))
        whole = Q(of=None) & Exists(same) | Exists(same.filter(denominator=OuterRef("of")))
        answered = ResultItem.objects.filter(
            result__report=OuterRef("unfed__report"), result__indicator=OuterRef("unfed__indicator"),
            item=OuterRef("item"), state=OuterRef("state"),
        )  # fmt: skip
        unlike = UnfedItem.objects.filter(~Exists(answered), unfed=OuterRef("pk"))
        graded = Q(grade__isnull=False)
        differs = (
            Q(value__isnull=False) & (~whole | Exists(unlike))
            | graded & ~Exists(reported.filter(grade=OuterRef("grade")))
            | Q(value=None) & ~graded & Exists(reported)
        )  # fmt: skip
        asked = Correction.objects.open().filter(**cell)
        return self.filter(differs & ~Exists(asked))


class Unfed(models.Model):
    """What a register holds for a cell that stands still, as its sheet is handed in, approved or closed.

    Derived: written whenever an entry of the days `first` to `last`, of which the cell speaks, is written. `value`
    and `grade` are None without entries; a ratio has its whole in `of`, where the register knows it, a checklist its
    answers in `items`. It is settled when the sheet says the same (`open`).
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="unfed")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    value = PartField(null=True)
    of = PartField(null=True)
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, null=True, related_name="+")

    objects = UnfedQuerySet.as_manager()

    class Meta:
        verbose_name = _("figure of a register that a closed sheet does not have")
        ordering = ["report", "indicator"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "indicator"], name="unfed_once_a_cell",
                violation_error_message=_("What the register holds for this cell is kept already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.report_id}: {self.indicator_id}"


class UnfedItem(models.Model):
    """What the register says of one item of a checklist; derived like its row."""

    unfed = models.ForeignKey(Unfed, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(ChecklistItem, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=ResultItem.State)

    class Meta:
        verbose_name = _("answer of a register that a closed sheet does not have")
        ordering = ["unfed", "item__order", "item"]
        constraints = [
            models.UniqueConstraint(
                fields=["unfed", "item"], name="unfeditem_once",
                violation_error_message=_("What the register says of this item is kept already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.item_id}: {self.state}"


auditlog.register(Feed)

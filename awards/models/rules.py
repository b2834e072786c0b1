"""The criteria of awards: small typed records, nested, each with its clause and its own validity."""

from __future__ import annotations

from typing import Any

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from awards.criteria import GROUPS
from awards.criteria import Kind as RuleKind
from awards.models.catalogue import Award, Dated, Subject
from emulation.models import IncidentGravity, Indicator
from emulation.models.catalogue import Comparator
from emulation.models.fields import PartField
from units.models import DisciplineForm, Initiative, Office, TaskRating


class Criterion(Dated):
    """A criterion of an award. Which columns it needs follows from its kind (`NEEDED`); the others stay empty.

    `continues` is the first of the rows that asked somebody to attest the same words, one after another: what was
    attested holds on when only the document or the group around it changed.
    """

    class Kind(models.TextChoices):
        ALL_OF = RuleKind.ALL_OF, _("group: all of them")
        ANY_OF = RuleKind.ANY_OF, _("group: any of them")
        AT_LEAST = RuleKind.AT_LEAST, _("group: at least a number of them")
        MEETS_AWARD = RuleKind.MEETS_AWARD, _("meets the criteria of another award of the year, or holds it")
        TASK_RATING = RuleKind.TASK_RATING, _("task rating, in years running")
        PRIOR_AWARDS = RuleKind.PRIOR_AWARDS, _("earlier awards")
        QUALIFYING_YEARS = RuleKind.QUALIFYING_YEARS, _("years running with an award, or with rating and initiatives")
        MERIT = RuleKind.MERIT, _("recognised initiatives or science works")
        FIGURE = RuleKind.FIGURE, _("figure of an indicator")
        TARGETS_MET = RuleKind.TARGETS_MET, _("targets met")
        NO_DISCIPLINE = RuleKind.NO_DISCIPLINE, _("no discipline")
        NO_INCIDENT = RuleKind.NO_INCIDENT, _("no incident")
        SERVICE_TIME = RuleKind.SERVICE_TIME, _("time of service")
        MEMBERS_HOLDING = RuleKind.MEMBERS_HOLDING, _("members who hold an award")
        MEMBERS_RATED = RuleKind.MEMBERS_RATED, _("members with a task rating")
        UNIT_TITLE = RuleKind.UNIT_TITLE, _("title of the unit")
        COUNCIL_VOTE = RuleKind.COUNCIL_VOTE, _("vote of the council")
        ATTESTED = RuleKind.ATTESTED, _("attested by hand")

    class Ending(models.TextChoices):
        YEAR = "year", _("in the year considered")
        BEFORE = "before", _("in the year before")
        EITHER = "either", _("in either of them")

    # Columns that a kind cannot do without.
    NEEDED: dict[str, tuple[str, ...]] = {
        Kind.AT_LEAST: ("number",),
        Kind.TASK_RATING: ("rating",),
        Kind.QUALIFYING_YEARS: ("rating", "years"),
        Kind.FIGURE: ("indicator", "comparator", "value"),
        Kind.MEMBERS_RATED: ("rating",),
        Kind.NO_INCIDENT: ("incident_gravity",),
        Kind.TARGETS_MET: ("share",),
    }
    # Columns that a kind reads, beside those that every criterion has; what another one holds says nothing.
    READ: dict[str, tuple[str, ...]] = {
        Kind.ALL_OF: (),
        Kind.ANY_OF: (),
        Kind.AT_LEAST: ("number",),
        Kind.MEETS_AWARD: ("awards",),
        Kind.TASK_RATING: ("rating", "years"),
        Kind.PRIOR_AWARDS: ("awards", "since_award", "number", "years", "gap", "ending"),
        Kind.UNIT_TITLE: ("awards", "since_award", "number", "years", "gap", "ending"),
        Kind.QUALIFYING_YEARS: ("awards", "rating", "number", "years", "ending", "merit", "level"),
        Kind.MERIT: ("number", "years", "merit", "level"),
        Kind.FIGURE: ("indicator", "comparator", "value"),
        Kind.TARGETS_MET: ("share", "strict"),
        Kind.NO_DISCIPLINE: ("years", "gravity"),
        Kind.NO_INCIDENT: ("years", "incident_gravity"),
        Kind.SERVICE_TIME: ("years", "below_years", "months"),
        Kind.MEMBERS_HOLDING: ("awards", "number", "share", "strict"),
        Kind.MEMBERS_RATED: ("rating", "number", "share", "strict"),
        Kind.COUNCIL_VOTE: ("share", "strict"),
        Kind.ATTESTED: (),
    }
    # Kinds that name other awards.
    NAMING = (Kind.MEETS_AWARD, Kind.PRIOR_AWARDS, Kind.QUALIFYING_YEARS, Kind.MEMBERS_HOLDING, Kind.UNIT_TITLE)

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="criteria", verbose_name=_("award"))
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name=_("in the group"), help_text=_("Empty: must be met in any case."),
    )  # fmt: skip
    continues = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("goes on from"),
    )  # fmt: skip
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    text = models.CharField(_("text"), max_length=300)
    text_en = models.CharField(_("text in English"), max_length=300, blank=True)
    subject = models.CharField(_("for"), max_length=8, choices=Subject, blank=True)
    clause = models.CharField(_("clause"), max_length=200, blank=True)
    awards = models.ManyToManyField(
        Award, blank=True, related_name="+", verbose_name=_("other awards"), help_text=_("One of them is enough.")
    )
    since_award = models.ForeignKey(
        Award, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("only after the award"),
    )  # fmt: skip
    rating = models.CharField(_("task rating or better"), max_length=12, choices=TaskRating.Rating, blank=True)
    number = models.PositiveSmallIntegerField(
        pgettext_lazy("criterion", "number"), default=1, validators=[MinValueValidator(1)],
        help_text=_("How many times, how many of the group, how many members."),
    )  # fmt: skip
    years = models.PositiveSmallIntegerField(
        _("years"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Within how many years, or how many years running; years of service."),
    )  # fmt: skip
    below_years = models.PositiveSmallIntegerField(_("fewer years of service than"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(
        _("months served in the year"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )  # fmt: skip
    gap = models.PositiveSmallIntegerField(
        _("years from one time to the next"), default=1, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    ending = models.CharField(_("the last time"), max_length=8, choices=Ending, default=Ending.YEAR)
    merit = models.CharField(_("kind of initiative"), max_length=12, choices=Initiative.Kind, blank=True)
    level = models.CharField(_("level recognised or higher"), max_length=12, choices=Initiative.Level, blank=True)
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("indicator")
    )
    comparator = models.CharField(_("comparator"), max_length=2, choices=Comparator, blank=True)
    value = PartField(_("value"), null=True, blank=True)
    share = PartField(
        _("share (%)"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    strict = models.BooleanField(
        _("strictly"), default=False, help_text=_("More than the share; targets exceeded; a secret ballot.")
    )
    gravity = models.ForeignKey(
        DisciplineForm, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("from this form of discipline up"), help_text=_("Empty: any."),
    )  # fmt: skip
    incident_gravity = models.ForeignKey(
        IncidentGravity, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("from this gravity of incidents up"),
    )  # fmt: skip
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("office that appraises it"),
    )  # fmt: skip

    class Meta(Dated.Meta):
        abstract = False
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["award", "order", "pk"]
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(parent=models.F("pk")), name="criterion_not_in_itself",
                violation_error_message=_("A group does not stand in itself."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.award.code}: {self.label}"

    @property
    def label(self) -> str:
        return self.text_en if self.text_en and get_language() == "en" else self.text

    @property
    def attested_as(self) -> Criterion:
        """The row that attestations of it name."""
        return self.continues or self

    def follow(self, former: Criterion) -> None:
        """Take the place of another row: its attestations hold on where the same words are attested."""
        same = self.kind == former.kind == self.Kind.ATTESTED and self.text == former.text
        self.continues = former.attested_as if same else None

    def clean(self) -> None:
        """What a kind needs is there; groups hold criteria of their own award and no circle."""
        super().clean()
        wrong: dict[str, Any] = {
            name: _("This kind of criterion needs it.")
            for name in self.NEEDED.get(self.kind, ())
            if getattr(self, name) in (None, "")
        }
        if self.kind == self.Kind.SERVICE_TIME and self.years is None and self.months is None:
            wrong["years"] = _("Say how many years of service, or how many months of the year.")
        if self.parent is not None:
            wrong |= self._wrong_group(self.parent)
        if wrong:
            raise ValidationError(wrong)

    def _wrong_group(self, parent: Criterion) -> dict[str, Any]:
        if parent.award_id != self.award_id:
            return {"parent": _("The group belongs to another award.")}
        if parent.kind not in {kind.value for kind in GROUPS} - {self.Kind.MEETS_AWARD.value}:
            return {"parent": _("Only a group holds other criteria.")}
        above: Criterion | None = parent
        while above is not None:
            if above.pk is not None and above.pk == self.pk:
                return {"parent": _("A group does not stand in itself.")}
            above = above.parent
        return {}


auditlog.register(Criterion, m2m_fields={"awards"})

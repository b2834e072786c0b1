"""The permanent catalogue: what is measured, how, and how it adds up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from emulation.models.fields import PartField
from emulation.periods import quarter_start
from units.models import CatalogueRow, Office, Unit
from units.paths import branches_q, path_ids

if TYPE_CHECKING:
    from units.models import User


class Area(CatalogueRow):
    """An area of work by which sheets and tables are grouped."""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("area of work")
        verbose_name_plural = _("areas of work")


class GradeScale(CatalogueRow):
    """An ordered scale of classes, such as excellent – good – pass – fail."""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("grade scale")
        verbose_name_plural = _("grade scales")


class Grade(models.Model):
    """A class of a scale. `rank` orders the classes; the highest is the best."""

    scale = models.ForeignKey(GradeScale, on_delete=models.PROTECT, related_name="grades", verbose_name=_("scale"))
    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ["scale", "-rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["scale", "code"], name="grade_code_once_per_scale",
                violation_error_message=_("Another grade of the scale has this code."),
            ),
            models.UniqueConstraint(
                fields=["scale", "rank"], name="grade_rank_once_per_scale",
                violation_error_message=_("Another grade of the scale has this rank."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Asked(models.TextChoices):
    """The rounds of a year in which an indicator is asked."""

    QUARTER = "quarter", _("every quarter")
    HALF = "half", _("half-years")
    YEAR = "year", _("year end")


ASKED_QUARTERS: dict[str, tuple[int, ...]] = {"quarter": (1, 2, 3, 4), "half": (2, 4), "year": (4,)}


class Comparator(models.TextChoices):
    AT_LEAST = ">=", "≥"
    ABOVE = ">", ">"
    EXACTLY = "=", "="
    AT_MOST = "<=", "≤"
    BELOW = "<", "<"


class Indicator(CatalogueRow):
    """A quantity that is measured every year in the same way.

    Measure, scale, decimals, way of adding up and grade scale are fixed once a result exists: a new
    definition is a new indicator that names its predecessor.
    """

    class Measure(models.TextChoices):
        RATIO = "ratio", _("ratio")
        COUNT = "count", _("count")
        AMOUNT = "amount", _("amount")
        SCORE = "score", _("score")
        GRADE = "grade", _("grade")
        CHECKLIST = "checklist", _("checklist")

    class Accrual(models.TextChoices):
        FLOW = "flow", _("flow: the rounds of a period are added")
        STOCK = "stock", _("stock: the last round of a period holds")
        FLOW_OVER_STOCK = "flow_over_stock", _("flow over stock: added, over the mean of the whole")

    class Direction(models.TextChoices):
        HIGHER = "higher", _("higher is better")
        LOWER = "lower", _("lower is better")
        EXACT = "exact", _("exact is best")

    FIXED_BY_RESULTS = ("measure", "scale", "decimals", "accrual", "grade_scale", "headline_share")

    area = models.ForeignKey(Area, on_delete=models.PROTECT, verbose_name=_("area of work"))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("office"))
    measure = models.CharField(_("measure"), max_length=10, choices=Measure)
    scale = models.PositiveSmallIntegerField(
        _("scale"), default=1, choices=[(1, _("1 – a quotient")), (100, _("100 – a percentage"))]
    )
    accrual = models.CharField(_("over the rounds of a period"), max_length=16, choices=Accrual)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction, default=Direction.HIGHER)
    comparator = models.CharField(
        _("usual comparator"), max_length=2, choices=Comparator, default=Comparator.AT_LEAST
    )
    asked = models.CharField(_("usually asked"), max_length=8, choices=Asked, default=Asked.QUARTER)
    unit_of_measure = models.CharField(_("unit of measure"), max_length=40, blank=True)
    unit_of_measure_en = models.CharField(_("unit of measure in English"), max_length=40, blank=True)
    decimals = models.PositiveSmallIntegerField(
        _("decimals of what is entered"), default=0, validators=[MaxValueValidator(3)]
    )
    shown_decimals = models.PositiveSmallIntegerField(
        _("decimals shown"), default=0, validators=[MaxValueValidator(3)]
    )
    capped = models.BooleanField(_("numerator never above denominator"), default=False)
    numerator_label = models.CharField(_("what the numerator counts"), max_length=120, blank=True)
    numerator_label_en = models.CharField(_("the same in English"), max_length=120, blank=True)
    denominator_label = models.CharField(_("what the denominator counts"), max_length=120, blank=True)
    denominator_label_en = models.CharField(_("the same in English"), max_length=120, blank=True)
    grade_scale = models.ForeignKey(
        GradeScale, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("grade scale")
    )
    headline_share = models.PositiveSmallIntegerField(
        _("share of units for the headline (%)"), default=100,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("The headline is the best grade that this share of the units reaches; 100 is the worst grade."),
    )  # fmt: skip
    source = models.CharField(_("source"), max_length=300, blank=True)
    certainty = models.CharField(
        _("certainty"), max_length=2, default="U",
        choices=[("V", _("verified")), ("V2", _("verified by a second source")), ("U", _("unverified"))],
    )  # fmt: skip
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("predecessor"),
        help_text=_("The earlier definition that this one replaces; trends show the break."),
    )  # fmt: skip
    retired = models.BooleanField(_("no longer placed in campaigns"), default=False)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["area__order", "order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(measure="grade", grade_scale__isnull=False) | (~Q(measure="grade") & Q(grade_scale=None)),
                name="indicator_grade_scale_for_grades",
                violation_error_message=_("A grade needs a grade scale, and nothing else has one."),
            ),
            models.CheckConstraint(
                condition=~Q(accrual="flow_over_stock") | Q(measure="ratio"),
                name="indicator_flow_over_stock_is_ratio",
                violation_error_message=_("Only a ratio is a flow over a stock."),
            ),
            models.CheckConstraint(
                condition=Q(scale__in=[1, 100]), name="indicator_scale",
                violation_error_message=_("The scale is 1 or 100."),
            ),
        ]  # fmt: skip

    def get_absolute_url(self) -> str:
        return reverse("emulation:indicator-detail", args=[self.pk])

    @property
    def has_denominator(self) -> bool:
        """Whether two parts are entered."""
        return self.measure == self.Measure.RATIO

    def contradicts(self, comparator: str) -> bool:
        """Whether a target with the comparator would count the worse figure as reached."""
        wrong: dict[str, tuple[str, ...]] = {
            self.Direction.HIGHER: (Comparator.AT_MOST, Comparator.BELOW),
            self.Direction.LOWER: (Comparator.AT_LEAST, Comparator.ABOVE),
        }
        return comparator in wrong.get(self.direction, ())

    @property
    def is_sum(self) -> bool:
        """Counts and amounts: what nil adds nothing to, and what targets of units add up for."""
        return self.measure in (self.Measure.COUNT, self.Measure.AMOUNT)

    @property
    def unit_label(self) -> str:
        english = get_language() == "en"
        return self.unit_of_measure_en if english and self.unit_of_measure_en else self.unit_of_measure

    @property
    def numerator_name(self) -> str:
        english = get_language() == "en"
        return self.numerator_label_en if english and self.numerator_label_en else self.numerator_label

    @property
    def denominator_name(self) -> str:
        english = get_language() == "en"
        return self.denominator_label_en if english and self.denominator_label_en else self.denominator_label

    @property
    def target_decimals(self) -> int:
        """Decimals a target of this indicator may have."""
        return self.decimals if self.is_sum else 3


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    def visible_to(self, user: User) -> Self:
        """Lists for the whole house, those of units above the user's, and those of the user's branch."""
        units = {m.unit for m in user.active_memberships}
        above = {pk for unit in units for pk in path_ids(unit.path)}
        return self.filter(Q(owner=None) | Q(owner__in=above) | branches_q((u.path for u in units), "owner__path"))

    def in_use(self) -> Self:
        """Those with which somebody may still be assessed."""
        return self.filter(ended=None)


class Checklist(CatalogueRow):
    """A model or set of standards of its own (*“4 tốt, 3 không”*, VMTD) by which units, party cells or people are
    assessed, item by item. Its items stand in versions (`ChecklistTemplate`).

    The branch of `owner` uses it; without an owner, the whole house. A list that no longer holds has its last
    day in `ended`. The checklist of an indicator is another thing: it is filled in on the quarterly sheet.
    """

    class Body(models.TextChoices):
        UNIT = "unit", _("units")
        CELL = "cell", _("party cells")
        PERSON = "person", _("people (leaders)")

    class Answers(models.TextChoices):
        MET = "met", _("met – not met – not applicable")
        SCORE = "score", _("a score for each item")

    slogan = models.CharField(
        _("count words"), max_length=80, blank=True, help_text=_("As people say it: “4 tốt, 3 không”.")
    )
    body = models.CharField(_("assesses"), max_length=6, choices=Body)
    answers = models.CharField(_("is answered by"), max_length=5, choices=Answers, default=Answers.MET)
    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner unit"),
        help_text=_("The units of its branch use the list. Empty: every unit."),
    )  # fmt: skip
    ended = models.DateField(_("last day in use"), null=True, blank=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta(CatalogueRow.Meta):
        verbose_name = _("checklist of its own")
        verbose_name_plural = _("checklists of their own")

    def get_absolute_url(self) -> str:
        return reverse("emulation:assess-template-detail", args=[self.pk])


class ChecklistTemplate(models.Model):
    """A version of a checklist's items: of an indicator's or of a list of its own, never of both.

    In force from quarter `quarter` of the year `since` on, until the next version begins; an indicator's version
    begins with a year. As soon as something has been answered by it, it stands still.
    """

    class Wording(models.TextChoices):
        OFFICIAL = "official", _("official wording")
        UNCONFIRMED = "unconfirmed", _("wording not confirmed")
        PLACEHOLDER = "placeholder", _("placeholder")

    class Rule(models.TextChoices):
        ALL = "all", _("all items are met")
        LEAST = "least", _("at least a number of items is met")
        GROUP = "group", _("no item of one group is missed")
        MEAN = "mean", _("the mean score reaches a mark")

    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, null=True, blank=True, related_name="templates"
    )
    checklist = models.ForeignKey(Checklist, on_delete=models.PROTECT, null=True, blank=True, related_name="versions")
    since = models.PositiveSmallIntegerField(
        _("in force from the year"), validators=[MinValueValidator(1945), MaxValueValidator(2099)]
    )
    quarter = models.PositiveSmallIntegerField(
        _("from quarter"), default=1, choices=[(number, number) for number in (1, 2, 3, 4)]
    )
    wording = models.CharField(_("wording"), max_length=12, choices=Wording, default=Wording.UNCONFIRMED)
    source = models.CharField(_("source"), max_length=300, blank=True)
    rule = models.CharField(_("the model is met when"), max_length=6, choices=Rule, default=Rule.ALL)
    least = models.PositiveSmallIntegerField(_("number of items"), null=True, blank=True)
    rule_group = models.CharField(_("group of the rule"), max_length=80, blank=True)
    maximum = PartField(_("highest score"), null=True, blank=True)
    mark = PartField(_("mark of the mean"), null=True, blank=True)

    class Meta:
        verbose_name = _("checklist")
        ordering = ["indicator", "checklist", "-since", "-quarter"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "since"], name="checklist_one_version_a_year",
                violation_error_message=_("The checklist already has a version from this year on."),
            ),
            models.UniqueConstraint(
                fields=["checklist", "since", "quarter"], name="checklist_one_version_a_quarter",
                violation_error_message=_("The checklist already has a version from this quarter on."),
            ),
            models.CheckConstraint(
                condition=Q(indicator__isnull=False, checklist=None) | Q(indicator=None, checklist__isnull=False),
                name="checklist_of_indicator_or_own",
                violation_error_message=_("A version belongs to an indicator or to a checklist of its own."),
            ),
            models.CheckConstraint(
                condition=Q(quarter=1) | Q(indicator=None, quarter__gte=1, quarter__lte=4),
                name="checklist_begins_with_quarter",
                violation_error_message=_("A version begins with a quarter, that of an indicator with a year."),
            ),
            models.CheckConstraint(
                condition=Q(rule="all") | Q(rule="least", least__isnull=False, least__gte=1)
                | (Q(rule="group") & ~Q(rule_group="")) | Q(rule="mean", maximum__isnull=False, mark__isnull=False),
                name="checklist_rule_is_complete",
                violation_error_message=_("Say the number of items, the group or the mark that the rule needs."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.indicator or self.checklist} ({self.since})"

    @property
    def begins(self) -> date:
        """The first day on which the version is in force."""
        return quarter_start(self.since, self.quarter)


class ChecklistItem(models.Model):
    """One thing to be met, not met, or not applicable."""

    template = models.ForeignKey(ChecklistTemplate, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    group = models.CharField(_("group"), max_length=80, blank=True)
    group_en = models.CharField(_("group in English"), max_length=80, blank=True)
    text = models.CharField(_("text"), max_length=200)
    text_en = models.CharField(_("text in English"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("checklist item")
        ordering = ["template", "order", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.text_en if self.text_en and get_language() == "en" else self.text

    @property
    def group_label(self) -> str:
        return self.group_en if self.group_en and get_language() == "en" else self.group


class ChecklistClass(models.Model):
    """A class that a mean score reaches (*xếp loại*): the best one whose `least` is not above the mean."""

    template = models.ForeignKey(ChecklistTemplate, on_delete=models.PROTECT, related_name="classes")
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    least = PartField(_("from the mean"))

    class Meta:
        verbose_name = _("class of a checklist")
        verbose_name_plural = _("classes of checklists")
        ordering = ["template", "-least"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "least"], name="checklistclass_one_a_mean",
                violation_error_message=_("Two classes cannot begin at the same mean."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name


for model in (Area, GradeScale, Grade, Indicator, Checklist, ChecklistTemplate, ChecklistItem, ChecklistClass):
    auditlog.register(model)

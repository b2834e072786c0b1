"""Advanced examples (*điển hình tiên tiến*): people and units from discovery to being taken over by others.

Discover, foster, spread: law on emulation and commendation, art. 17(4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.assessments import PERIODS
from emulation.models.attachments import Attachment
from emulation.models.campaigns import Campaign
from emulation.models.catalogue import Area, Indicator
from units import access
from units.models import Initiative, Person, Role, Unit
from units.paths import branches_q, path_ids
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models import User

ME = "units.User"


class ExampleQuerySet(models.QuerySet["Example"]):
    def visible_to(self, user: User) -> Self:
        """Those of units whose figures the user reads, and those that a unit above spreads in its branch."""
        above = {pk for m in user.active_memberships if m.role in access.READERS for pk in path_ids(m.unit.path)}
        spread = Q(stage=Example.Stage.SPREAD, spread_in__in=above)
        return self.filter(access.figures_q(user, "unit__path") | spread)

    def found_by(self, text: str) -> Self:
        """Those whose title, name or task contains every word of `text`, blind to case and diacritics."""
        return self.filter(words_q(text))

    def waiting_for(self, user: User) -> Self:
        """Those fostered, to be recognised by the user as reviewer or commander of a superior."""
        judged = access.reviews_q(user, "unit__path")
        commanded = [m.unit for m in user.active_memberships if m.role == Role.COMMANDER]
        if commanded:
            own = Q(unit__in=[unit for unit in commanded if not unit.is_root])
            judged |= branches_q((unit.path for unit in commanded), "unit__path") & ~own
        return self.filter(judged, stage=Example.Stage.FOSTERED).exclude(by=user)


class Example(models.Model):
    """A person or a unit from whom others are to learn. `unit` keeps the record: the unit itself, or the person's.

    Its stages are steps (`ExampleStep`). Once it is spread, every unit in the branch of `spread_in` reads it and
    may take it over. Nothing is deleted: what does not hold any more is withdrawn with its reason.
    """

    class Stage(models.TextChoices):
        DISCOVERED = "discovered", _("Discovered")
        FOSTERED = "fostered", _("Being fostered")
        RECOGNISED = "recognised", _("Recognised")
        SPREAD = "spread", _("Being spread")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PATH = (Stage.DISCOVERED, Stage.FOSTERED, Stage.RECOGNISED, Stage.SPREAD)
    Level = Initiative.Level

    title = models.CharField(_("what it stands for"), max_length=200, help_text=_("In one line, as a headline."))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="examples", verbose_name=_("unit"))
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="examples", verbose_name=_("person")
    )
    collective = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("exemplary unit")
    )
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", verbose_name=_("area of work"))
    task = models.CharField(_("task"), max_length=200, blank=True)
    level = models.CharField(_("level recognised"), max_length=12, choices=Level, blank=True)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="examples", verbose_name=_("campaign")
    )
    story = models.TextField(_("story"), max_length=8000, blank=True)
    mentor = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("mentor")
    )
    mentor_words = models.CharField(_("mentor, in words"), max_length=200, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.DISCOVERED)
    spread_in = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    by = models.ForeignKey(ME, on_delete=models.PROTECT, editable=False, related_name="+")
    search = models.CharField(max_length=600, editable=False)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+")

    objects = ExampleQuerySet.as_manager()

    class Meta:
        verbose_name = _("advanced example")
        verbose_name_plural = _("advanced examples")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, collective=None) | Q(person=None, collective__isnull=False),
                name="example_person_or_unit",
                violation_error_message=_("An example is a person or a unit, exactly one of them."),
            ),
            models.CheckConstraint(
                condition=Q(stage="withdrawn") | Q(stage="spread", spread_in__isnull=False)
                | (Q(spread_in=None) & ~Q(stage="spread")),
                name="example_spread_where",
                violation_error_message=_("An example that is spread says in whose branch, no other does."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["discovered", "fostered", "withdrawn"]) | ~Q(level=""),
                name="example_recognised_at_level",
                violation_error_message=_("A recognised example says at which level."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search = fold(f"{self.title} {self.name} {self.task}")[:600]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("emulation:example-detail", args=[self.pk])

    @property
    def name(self) -> str:
        """Who the example is."""
        return str(self.person or self.collective)


class ExampleStep(models.Model):
    """A stage that an example reached on `day` and why: append-only. It may be written down later."""

    example = models.ForeignKey(Example, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(_("stage"), max_length=10, choices=Example.Stage)
    day = models.DateField(_("day"))
    reason = models.CharField(_("why"), max_length=500)
    by = models.ForeignKey(ME, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("step of an example")
        verbose_name_plural = _("steps of examples")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["example", "stage"], name="examplestep_once",
                violation_error_message=_("The example has reached this stage already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.example_id}: {self.stage}"


class ExamplePublicity(models.Model):
    """Where the public or a conference heard of an example. `link` is a text: nothing is fetched."""

    class Medium(models.TextChoices):
        PAPER = "paper", _("newspaper, journal")
        BROADCAST = "broadcast", _("radio, television")
        SITE = "site", _("website, network")
        INTERNAL = "internal", _("internal broadcast, bulletin, board")
        CONFERENCE = "conference", _("conference, meeting")

    example = models.ForeignKey(Example, on_delete=models.PROTECT, related_name="publicity")
    day = models.DateField(_("day"))
    medium = models.CharField(_("medium"), max_length=10, choices=Medium)
    where = models.CharField(_("which one"), max_length=120, help_text=_("Name of the paper, station, conference …"))
    title = models.CharField(_("title"), max_length=200)
    link = models.CharField(_("address or place of keeping"), max_length=300, blank=True)
    file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("file")
    )

    class Meta:
        verbose_name = _("publicity of an example")
        verbose_name_plural = _("publicity of examples")
        ordering = ["day", "pk"]

    def __str__(self) -> str:
        return self.title


class ExampleAdoption(models.Model):
    """A unit has taken an example over: since when, what it did, what came of it. Written by that unit's staff."""

    example = models.ForeignKey(Example, on_delete=models.PROTECT, related_name="adoptions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    day = models.DateField(_("since"))
    done = models.CharField(_("what the unit did"), max_length=500)
    result = models.CharField(_("result"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("example taken over")
        verbose_name_plural = _("examples taken over")
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["example", "unit"], name="exampleadoption_once",
                violation_error_message=_("The unit has taken this example over already; change that row."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.example_id}"


class ExampleFigure(models.Model):
    """A figure that shows what the example stands for: unit × indicator × period. Its value is read, never kept."""

    example = models.ForeignKey(Example, on_delete=models.PROTECT, related_name="figures")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", verbose_name=_("indicator"))
    year = models.PositiveSmallIntegerField(_("year"))
    period = models.CharField(_("period"), max_length=4, choices=[(code, code) for code in PERIODS])

    class Meta:
        verbose_name = _("figure of an example")
        verbose_name_plural = _("figures of examples")
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["example", "unit", "indicator", "year", "period"], name="examplefigure_once",
                violation_error_message=_("This figure is linked already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit_id} {self.indicator_id} {self.year}-{self.period}"


auditlog.register(Example, exclude_fields=["search"])
for _row in (ExamplePublicity, ExampleAdoption, ExampleFigure):
    auditlog.register(_row)

"""What takes place in a movement: launches, contests, study sessions, congresses, civil work, gifts for the poor …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from emulation.models.attachments import Attachment
from emulation.models.campaigns import Campaign
from emulation.models.fields import PartField
from units import access, clock
from units.models import CatalogueRow, PersonGroup, Unit
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models import User

LARGEST = 10_000_000  # workdays or things: more is a slip of the keyboard
LARGEST_AMOUNT = 10_000_000  # million VND
LARGEST_CROWD = 100_000  # people in one activity
CROWD = (MinValueValidator(0), MaxValueValidator(LARGEST_CROWD))
COUNTED = (MinValueValidator(0), MaxValueValidator(LARGEST))


class ActivityKind(CatalogueRow):
    """Launch, contest, publicity, political study, congress, civil work … and which numbers it asks for.

    `thing` is what its items are (houses, gifts, articles). An event of the year (`is_event`) stands on the tree of
    campaigns; it may have been organised at any level.
    """

    NUMBERS = ("participants", "amount", "workdays", "items")

    icon = models.CharField(_("icon"), max_length=40, blank=True)
    asks_participants = models.BooleanField(_("asks for participants"), default=True)
    asks_amount = models.BooleanField(_("asks for an amount"), default=False)
    asks_workdays = models.BooleanField(_("asks for workdays"), default=False)
    asks_items = models.BooleanField(_("asks for a number of things"), default=False)
    thing = models.CharField(_("the things"), max_length=60, blank=True)
    thing_en = models.CharField(_("the things in English"), max_length=60, blank=True)
    asks_medium = models.BooleanField(
        _("asks for the medium"), default=False, help_text=_("For publicity: the newspaper, the radio, the board …")
    )
    asks_product = models.BooleanField(
        _("asks for the product"), default=False, help_text=_("For effective models of production.")
    )
    is_event = models.BooleanField(
        _("event of the year"), default=False, help_text=_("It stands beside the campaigns of the year.")
    )
    retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("kind of activity")
        verbose_name_plural = _("kinds of activity")
        constraints = [
            models.CheckConstraint(
                condition=Q(asks_items=False) | ~Q(thing=""), name="activitykind_says_what_it_counts",
                violation_error_message=_("Say what the things are that are counted."),
            )
        ]  # fmt: skip

    @property
    def thing_label(self) -> str:
        return self.thing_en if self.thing_en and get_language() == "en" else self.thing

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns of an activity that the kind asks for."""
        return tuple(name for name in self.NUMBERS if getattr(self, f"asks_{name}"))


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(access.figures_q(user, "unit__path"))

    def in_year(self, year: int) -> Self:
        """Those that touch the year."""
        return self.filter(starts__year__lte=year, ends__year__gte=year)

    def held(self) -> Self:
        return self.filter(state=Activity.State.HELD)

    def overdue(self) -> Self:
        """Planned ones whose last day has passed: nobody has said what came of them."""
        return self.filter(state=Activity.State.PLANNED, ends__lt=clock.today())

    def found_by(self, text: str) -> Self:
        """Those whose title, place, organiser or organisations contain every word, blind to case and diacritics."""
        return self.filter(words_q(text))


class Activity(models.Model):
    """Something that a unit holds or takes part in, of a kind. Its numbers are entered once it has been held.

    `participants` counts people, `amount` million VND, `workdays` working days, `items` the things of the kind. What
    is not asked by the kind, or not known yet, is empty. `organiser` is named where it is another body than the unit.
    """

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("activity", "Planned")
        HELD = "held", pgettext_lazy("activity", "Held")
        CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="activities", verbose_name=_("unit"))
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT, verbose_name=_("kind"))
    title = models.CharField(_("title"), max_length=300)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="activities",
        verbose_name=_("part of the campaign"),
    )  # fmt: skip
    starts = models.DateField(_("begins"))
    ends = models.DateField(_("ends"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    organiser = models.CharField(
        _("organised by"), max_length=200, blank=True, help_text=_("Empty: the unit itself.")
    )
    organisations = models.CharField(
        _("organisations taking part"), max_length=300, blank=True,
        help_text=_("Youth union, women's association, trade union … separated by commas."),
    )  # fmt: skip
    content = models.TextField(_("content"), blank=True, max_length=4000)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True, validators=CROWD)
    amount = PartField(
        _("amount (million VND)"), null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST_AMOUNT)],
    )  # fmt: skip
    workdays = models.PositiveIntegerField(_("workdays"), null=True, blank=True, validators=COUNTED)
    items = models.PositiveIntegerField(_("number of things"), null=True, blank=True, validators=COUNTED)
    medium = models.CharField(_("medium"), max_length=200, blank=True)
    product = models.CharField(_("product"), max_length=200, blank=True)
    outcome = models.TextField(_("what came of it"), blank=True, max_length=4000)
    why_cancelled = models.CharField(_("why it was cancelled"), max_length=300, blank=True)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("pictures and papers"))
    search = models.CharField(max_length=900, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="activity_ends_after_start",
                violation_error_message=_("An activity ends on the day it begins or later."),
            ),
            models.CheckConstraint(
                condition=Q(state="held")
                | Q(participants=None, amount=None, workdays=None, items=None, outcome=""),
                name="activity_numbers_once_held",
                violation_error_message=_("What came of an activity is entered once it has been held."),
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(why_cancelled=""))
                | (~Q(state="cancelled") & Q(why_cancelled="")),
                name="activity_cancelled_for_a_reason",
                violation_error_message=_("A cancelled activity says why, and no other does."),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="activity_amount_not_below_zero",
                violation_error_message=_("An amount is not below 0."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit", "ends"]), models.Index(fields=["starts"])]

    def __str__(self) -> str:
        return self.title

    def save(self, **kwargs: Any) -> None:
        self.search = fold(f"{self.title} {self.place} {self.organiser} {self.organisations}")[:900]
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("emulation:activity-detail", args=[self.pk])

    @property
    def is_held(self) -> bool:
        return self.state == self.State.HELD


class ActivityGroup(models.Model):
    """How many of a personnel group took part in an activity; a part of its `participants`."""

    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="groups")
    group = models.ForeignKey(PersonGroup, on_delete=models.PROTECT, related_name="+", verbose_name=_("group"))
    people = models.PositiveIntegerField(_("people"), validators=CROWD)

    class Meta:
        verbose_name = _("participants of a group")
        verbose_name_plural = _("participants of groups")
        ordering = ["group__order", "group__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "group"], name="activitygroup_once",
                violation_error_message=_("The group has its number of participants already."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.activity_id} {self.group_id}: {self.people}"


auditlog.register(ActivityKind)
auditlog.register(Activity, m2m_fields={"files"}, exclude_fields=["search"])
auditlog.register(ActivityGroup)

"""The unit tree through time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from units import clock
from units.codes import refuse_wrong_code
from units.paths import branch_q, branches_q, parent_path, path_ids
from units.search import words_q
from units.text import fold

if TYPE_CHECKING:
    from units.models.people import User


class CatalogueRow(models.Model):
    """A row of a catalogue: data that an administrator changes without a programmer.

    `name` is Vietnamese; `name_en` is shown in the English interface when it is filled.
    """

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the interface."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class UnitKind(CatalogueRow):
    """What kind of unit: depot, workshop, office …"""

    class Block(models.TextChoices):
        STAFF = "staff", _("Offices")
        LINE = "line", _("Units")

    block = models.CharField(_("block"), max_length=8, choices=Block, default=Block.LINE)

    class Meta(CatalogueRow.Meta):
        verbose_name = _("kind of unit")
        verbose_name_plural = _("kinds of unit")


MEANT = 50  # units that a text in a filter may mean at once


class UnitQuerySet(models.QuerySet["Unit"]):
    def in_branch(self, unit: Unit) -> Self:
        """The unit itself and everything below it today."""
        return self.filter(branch_q(unit.path))

    def below(self, unit: Unit) -> Self:
        """Everything below the unit today, without the unit itself."""
        return self.in_branch(unit).exclude(pk=unit.pk)

    def children_of(self, unit: Unit) -> Self:
        """Direct subordinates today, and the dissolved ones that ended here."""
        return self.filter(placements__parent=unit, placements__until=None)

    def above(self, unit: Unit) -> Self:
        """Superiors of the unit today, root first."""
        return self.filter(pk__in=path_ids(unit.path)[:-1]).order_by("path")

    def existing_on(self, day: date) -> Self:
        """Units established by `day` and not yet dissolved on it."""
        return self.filter(Q(established=None) | Q(established__lte=day), Q(dissolved=None) | Q(dissolved__gt=day))

    def existed_in(self, year: int) -> Self:
        """Units that existed on some day of the year."""
        return self.filter(
            Q(established=None) | Q(established__lte=date(year, 12, 31)),
            Q(dissolved=None) | Q(dissolved__gt=date(year, 1, 1)),
        )

    def visible_to(self, user: User) -> Self:
        """Units within the branches of the user's memberships, whatever the role."""
        return self.filter(branches_q(m.unit.path for m in user.active_memberships))

    def found_by(self, text: str) -> Self:
        """Units whose code or name contains every word of `text`, blind to case and diacritics.

        What stands behind the first hundred characters is not read: a name is hardly longer.
        """
        return self.filter(words_q(text))

    def meant_by(self, text: str) -> list[Unit]:
        """The unit with exactly this code, else those found by it, at most `MEANT`."""
        exact = self.filter(code__iexact=text.strip()).first()
        return [exact] if exact else list(self.found_by(text)[:MEANT])


class Unit(models.Model):
    """A unit that takes part: office, depot, workshop … It ends by date; it is never deleted.

    `path` is today's place in the tree; the places through time are its placements.
    `dissolved` is the first day on which the unit no longer exists.
    """

    code = models.CharField(
        _("code"),
        max_length=32,
        unique=True,
        validators=[refuse_wrong_code],
        error_messages={"unique": _("Another unit has this code.")},
    )
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.ForeignKey(UnitKind, on_delete=models.PROTECT, verbose_name=_("kind"))
    order = models.PositiveIntegerField(_("order"), default=0, help_text=_("Place among the units beside it."))
    established = models.DateField(_("established"), null=True, blank=True)
    dissolved = models.DateField(_("dissolved"), null=True, blank=True)
    path = models.CharField(max_length=120, unique=True, editable=False)
    search = models.CharField(max_length=300, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dissolved=None) | Q(established=None) | Q(dissolved__gt=F("established")),
                name="unit_dissolved_after_established",
                violation_error_message=_("A unit is dissolved after it was established."),
            ),
            models.UniqueConstraint(
                Lower("code"), name="unit_code_once_in_any_case",
                violation_error_message=_("Another unit has this code; capitals make no difference."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.refresh_keys()
        super().save(**kwargs)

    def get_absolute_url(self) -> str:
        return reverse("units:unit-detail", args=[self.pk])

    def clean(self) -> None:
        """Raises ValidationError at the code that another unit has, in these letters or others."""
        twin = Unit.objects.filter(code__iexact=self.code).exclude(pk=self.pk).first()
        if twin is not None:
            words = _("The unit %(unit)s has the code “%(code)s” already; capitals make no difference.")
            raise ValidationError({"code": words % {"unit": twin, "code": twin.code}})

    def refresh_keys(self) -> None:
        """Write the search key; bulk writes call this too."""
        self.search = fold(f"{self.code} {self.name} {self.short_name}")[:300]

    @property
    def short(self) -> str:
        return self.short_name or self.name

    @property
    def is_root(self) -> bool:
        return parent_path(self.path) == ""

    @property
    def ended(self) -> bool:
        return self.dissolved is not None and self.dissolved <= clock.today()

    @property
    def last_day(self) -> date | None:
        """The last day on which a dissolved unit existed."""
        return self.dissolved - timedelta(days=1) if self.dissolved else None

    def exists_on(self, day: date) -> bool:
        return (self.established is None or self.established <= day) and (
            self.dissolved is None or self.dissolved > day
        )


class PlacementQuerySet(models.QuerySet["Placement"]):
    def on(self, day: date) -> Self:
        """Placements in force on `day`."""
        return self.filter(Q(since=None) | Q(since__lte=day), Q(until=None) | Q(until__gt=day))


class Placement(models.Model):
    """Where a unit stood: under `parent` from `since` (None: always) up to, not including, `until`."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="placements")
    parent = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="subordinate_placements")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(until=None), name="placement_one_open_per_unit",
                violation_error_message=_("A unit stands under one superior at a time."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(since=None) | Q(until__gt=F("since")),
                name="placement_until_after_since",
                violation_error_message=_("A placement ends after it began."),
            ),
            models.CheckConstraint(
                condition=~Q(unit=F("parent")), name="placement_not_under_itself",
                violation_error_message=_("A unit cannot stand under itself."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["parent", "until"])]

    def __str__(self) -> str:
        return f"{self.unit_id} < {self.parent_id} [{self.since} – {self.until})"


class UnitChange(models.Model):
    """A dated change of the tree with the decision behind it. The history of a unit is its changes.

    One recorded by mistake is taken back (`services.taking_back`): it stays, with who, when and why. `kept` is what a
    taking back needs and no other column says: `short_name`, the one before; `roles`, the memberships that ended
    with the unit, as [key, last day before (ISO) or None].
    """

    class Kind(models.TextChoices):
        CREATED = "created", _("Created")
        RENAMED = "renamed", _("Renamed")
        MOVED = "moved", _("Moved")
        DISSOLVED = "dissolved", _("Dissolved")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    effective = models.DateField(_("takes effect"), null=True, help_text=_("Empty: always."))
    decision = models.CharField(_("decision number"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    name_before = models.CharField(max_length=200, blank=True)
    name_after = models.CharField(max_length=200, blank=True)
    parent_before = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    parent_after = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    kept = models.JSONField(default=dict, editable=False)
    undone_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_why = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("unit change")
        ordering = [F("effective").desc(nulls_last=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None, undone_why="")
                | (Q(undone_by__isnull=False, undone_at__isnull=False) & ~Q(undone_why="")),
                name="unitchange_undone_by_at_and_why_together",
                violation_error_message=_("A change that was taken back names who took it back, when and why."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective or ''}"


class UnitPilotQuerySet(models.QuerySet["UnitPilot"]):
    def on(self, day: date) -> Self:
        """Those in force on `day`."""
        return self.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class UnitPilot(models.Model):
    """A unit built as a pilot (*đơn vị điểm*) of something, from `since` up to, not including, `until`."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="pilots", verbose_name=_("unit"))
    purpose = models.CharField(
        _("pilot of what"), max_length=200, help_text=_("Such as: comprehensively strong, “exemplary, typical”.")
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    decision = models.CharField(_("decision number"), max_length=60, blank=True)

    objects = UnitPilotQuerySet.as_manager()

    class Meta:
        verbose_name = _("pilot unit")
        verbose_name_plural = _("pilot units")
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "purpose"], condition=Q(until=None), name="unitpilot_once_at_a_time",
                violation_error_message=_("The unit is a pilot of this already."),
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="unitpilot_until_after_since",
                violation_error_message=_("A unit ends being a pilot after it began."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.purpose

    @property
    def in_force(self) -> bool:
        return self.since <= clock.today() and (self.until is None or self.until > clock.today())


auditlog.register(UnitPilot)
auditlog.register(UnitKind)
auditlog.register(Unit, exclude_fields=["path", "search"])

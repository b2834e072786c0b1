"""The tree of a year's campaigns: movement, peak drives, thematic movements, mobilisations, models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.models.attachments import Attachment
from emulation.models.catalogue import ASKED_QUARTERS, Asked, Comparator, Indicator
from emulation.models.fields import PartField
from units.models import CatalogueRow, Office, Unit, UnitKind
from units.paths import branches_q, path_ids

if TYPE_CHECKING:
    from units.models import User


class CampaignKind(CatalogueRow):
    """Movement, peak drive, thematic movement, mobilisation, model …"""

    icon = models.CharField(_("icon"), max_length=40, blank=True)
    is_drive = models.BooleanField(
        _("peak drive"), default=False, help_text=_("Its indicators are asked in a round of its own, at its end.")
    )

    class Meta(CatalogueRow.Meta):
        verbose_name = _("kind of campaign")
        verbose_name_plural = _("kinds of campaign")


class Document(models.Model):
    """A directive, resolution, plan or guideline that campaigns carry out."""

    class Kind(models.TextChoices):
        DIRECTIVE = "directive", _("Directive")
        RESOLUTION = "resolution", _("Resolution")
        PLAN = "plan", _("Plan")
        GUIDELINE = "guideline", _("Guideline")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    number = models.CharField(_("number"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["kind", "number", "title"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip() if self.number else self.title


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> Self:
        """Campaigns in which a unit of the user's branches takes part, or that one of them launches."""
        mine = [m.unit.path for m in user.active_memberships]
        above = {pk for path in mine for pk in path_ids(path)}
        scopes = CampaignScope.objects.filter(branches_q(mine, "unit__path") | Q(unit__in=above, with_branch=True))
        return self.filter(Q(pk__in=scopes.values("campaign")) | branches_q(mine, "launching_unit__path"))

    def launched(self) -> Self:
        """Campaigns that are no longer drafts: only these ask for figures."""
        return self.exclude(state=Campaign.State.DRAFT)


class Campaign(models.Model):
    """A launched programme with goal, content, targets and period. One tree a year."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LAUNCHED = "launched", _("Under way")
        PRELIMINARY = "preliminary", _("Preliminary review held")
        FINAL = "final", _("Final review held")
        CLOSED = "closed", _("Closed")

    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(1945), MaxValueValidator(2099)])
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    kind = models.ForeignKey(CampaignKind, on_delete=models.PROTECT, verbose_name=_("kind"))
    name = models.CharField(_("name"), max_length=200)
    theme = models.CharField(
        _("theme"), max_length=300, blank=True, help_text=_("Elements of the theme are separated by commas.")
    )
    content = models.TextField(_("content"), blank=True)
    launching_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="campaigns", verbose_name=_("launched by")
    )
    starts = models.DateField(_("begins"))
    ends = models.DateField(_("ends"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    documents = models.ManyToManyField(Document, blank=True, related_name="campaigns", verbose_name=_("carries out"))
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("pictures and papers"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-year", F("parent").asc(nulls_first=True), "kind__order", "order", "starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(parent=None), name="campaign_one_tree_a_year",
                violation_error_message=_("This year already has its movement; hang the new campaign below it."),
            ),
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")), name="campaign_ends_after_start",
                violation_error_message=_("A campaign ends on the day it begins or later."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", launched_on=None) | (~Q(state="draft") & Q(launched_on__isnull=False)),
                name="campaign_launch_date_with_state",
                violation_error_message=_("A campaign under way has its day of launch, a draft has none."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("emulation:campaign-detail", args=[self.pk])

    @property
    def theme_elements(self) -> list[str]:
        return [element.strip() for element in self.theme.split(",") if element.strip()]


class CampaignScope(models.Model):
    """A unit that takes part, with its whole branch or alone."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="scopes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, verbose_name=_("unit"))
    with_branch = models.BooleanField(_("with all units below"), default=True)

    class Meta:
        verbose_name = _("participating unit")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit"], name="campaign_scope_unit_once",
                violation_error_message=_("This unit already takes part."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.unit)


class CampaignIndicatorQuerySet(models.QuerySet["CampaignIndicator"]):
    def in_force(self, year: int) -> Self:
        """What the launched campaigns of a year ask for."""
        return self.filter(campaign__year=year).exclude(campaign__state=Campaign.State.DRAFT)


class CampaignIndicator(models.Model):
    """An indicator placed in a campaign of the year's tree: who is asked, when, and what is plausible.

    Margins are per cent of the target (`scoring.judge`); empty takes the default.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="indicators", verbose_name=_("campaign")
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="placements", verbose_name=_("indicator")
    )
    name = models.CharField(
        _("name in this year"), max_length=200, blank=True, help_text=_("Empty: the name in the catalogue.")
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("office"),
        help_text=_("Empty: the office in the catalogue."),
    )  # fmt: skip
    kinds = models.ManyToManyField(
        UnitKind, blank=True, verbose_name=_("kinds of unit asked"), help_text=_("None chosen: every kind.")
    )
    asked = models.CharField(_("asked"), max_length=8, choices=Asked, default=Asked.QUARTER)
    comparator = models.CharField(
        _("usual comparator"), max_length=2, choices=Comparator, default=Comparator.AT_LEAST
    )
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, null=True, blank=True)
    range_min = PartField(_("plausible from"), null=True, blank=True)
    range_max = PartField(_("plausible to"), null=True, blank=True)
    over_margin = PartField(_("over from (per cent of the target)"), null=True, blank=True)
    near_margin = PartField(_("near within (per cent of the target)"), null=True, blank=True)
    is_main = models.BooleanField(
        _("main indicator"), default=False, help_text=_("A column of the dashboard's table.")
    )
    is_tile = models.BooleanField(_("tile"), default=False, help_text=_("A tile at the top of the dashboard."))
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = CampaignIndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign indicator")
        verbose_name_plural = _("campaign indicators")
        ordering = ["indicator__area__order", "order", "indicator__order", "indicator__code"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "indicator"], name="campaign_indicator_once",
                violation_error_message=_("The campaign already asks for this indicator."),
            ),
            models.CheckConstraint(
                condition=Q(range_min=None) | Q(range_max=None) | Q(range_max__gte=F("range_min")),
                name="campaign_indicator_range",
                violation_error_message=_("The plausible range ends above its beginning."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return self.name or self.indicator.label

    @property
    def asked_quarters(self) -> tuple[int, ...]:
        return ASKED_QUARTERS[self.asked]


for model in (CampaignKind, Document, CampaignScope):
    auditlog.register(model)
auditlog.register(Campaign, m2m_fields={"documents", "files"})
auditlog.register(CampaignIndicator, m2m_fields={"kinds"})

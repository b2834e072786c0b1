"""The tree of a year's campaigns: movement, peak drives, thematic movements, mobilisations, models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from auditlog.registry import auditlog
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from emulation.models.attachments import Attachment
from emulation.models.catalogue import ASKED_QUARTERS, Asked, Comparator, Indicator
from emulation.models.documents import Document
from emulation.models.fields import PartField
from units import access
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
    needs_indicators = models.BooleanField(
        _("asks for figures"), default=False, help_text=_("It is not launched without an indicator or a target.")
    )

    class Meta(CatalogueRow.Meta):
        verbose_name = _("kind of campaign")
        verbose_name_plural = _("kinds of campaign")


class Organisation(CatalogueRow):
    """A mass organisation that takes part in campaigns as their shock force: youth union, women's union …"""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("mass organisation")
        verbose_name_plural = _("mass organisations")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, user: User) -> Self:
        """Campaigns in which a unit of the user's branches takes part, or that one of them launches.

        A draft is the work of the unit that prepares it: read by those who read that unit's figures (the unit
        itself, and above), not yet by the units below that it will address, and not by administrators, who have
        no rights over figures and need none: rounds of drives are made by the launch itself.
        """
        mine = [m.unit.path for m in user.active_memberships]
        above = {pk for path in mine for pk in path_ids(path)}
        scopes = CampaignScope.objects.filter(branches_q(mine, "unit__path") | Q(unit__in=above, with_branch=True))
        found = self.filter(Q(pk__in=scopes.values("campaign")) | branches_q(mine, "launching_unit__path"))
        return found.filter(~Q(state=Campaign.State.DRAFT) | access.figures_q(user, "launching_unit__path"))

    def nameable(self, user: User, present: int | None = None) -> Self:
        """Campaigns that a row of another register may name: launched ones, and the one that it names already.

        Whoever reads that row would else read the name of a draft. The newest year first.
        """
        known = self.visible_to(user).filter(~Q(state=Campaign.State.DRAFT) | Q(pk=present))
        return known.order_by("-year", "order", "pk")

    def to_join(self, unit: Unit) -> Self:
        """Campaigns under way that the unit is to join: it takes part itself, or through its direct superior.

        A campaign launched for a whole branch is joined by those directly below the launching unit; units
        further down join what these have taken over.
        """
        superior = path_ids(unit.path)[-2:-1]
        through = Q(unit__in=superior, with_branch=True, campaign__launching_unit__in=superior)
        named = Q(unit=unit) & ~Q(campaign__launching_unit=unit)
        scopes = CampaignScope.objects.filter(through | named)
        return self.filter(pk__in=scopes.values("campaign"), state__in=Campaign.RUNNING)

    def launched(self) -> Self:
        """Campaigns that are no longer drafts: only these ask for figures."""
        return self.exclude(state=Campaign.State.DRAFT)


class Campaign(models.Model):
    """A launched programme with goal, content, targets and period. One tree a year."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        LAUNCHED = "launched", _("Under way")
        PRELIMINARY = "preliminary", _("Interim review held")
        FINAL = "final", _("Final review held")
        CLOSED = "closed", _("Closed")

    RUNNING = (State.LAUNCHED, State.PRELIMINARY)

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
    leader = models.CharField(
        _("person responsible"), max_length=200, blank=True, help_text=_("Rank, name and post.")
    )
    takes_over = models.BooleanField(
        _("takes the campaign above over"), default=False,
        help_text=_("The launching unit carries on in its own branch what its superior launched."),
    )  # fmt: skip
    organisations = models.ManyToManyField(
        Organisation, blank=True, related_name="campaigns", verbose_name=_("mass organisations that take part")
    )
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
            models.UniqueConstraint(
                fields=["parent", "launching_unit"], condition=Q(takes_over=True), name="campaign_taken_over_once",
                violation_error_message=_("The unit has taken this campaign over already."),
            ),
            models.CheckConstraint(
                condition=Q(takes_over=False) | Q(parent__isnull=False), name="campaign_takes_over_one_above",
                violation_error_message=_("What is taken over is a campaign above."),
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


class CampaignJoinQuerySet(models.QuerySet["CampaignJoin"]):
    def visible_to(self, user: User) -> Self:
        """Joinings of units whose figures the user reads."""
        return self.filter(access.figures_q(user, "unit__path"))


class CampaignJoin(models.Model):
    """A unit joins (*hưởng ứng*) a campaign of its superior: on which day, in what words; its commander confirms.

    `files` hold the unit's own plan of joining.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="joins")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="joins", verbose_name=_("unit"))
    joined_on = models.DateField(_("joined on"))
    words = models.TextField(_("own content"), blank=True, max_length=2000)
    by = models.ForeignKey("units.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    confirmed_by = models.ForeignKey("units.User", on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    files = models.ManyToManyField(Attachment, blank=True, related_name="+", verbose_name=_("pictures and papers"))

    objects = CampaignJoinQuerySet.as_manager()

    class Meta:
        verbose_name = _("joining of a campaign")
        ordering = ["joined_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "unit"], name="campaign_joined_once",
                violation_error_message=_("The unit has joined this campaign already."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="campaign_join_confirmed_by_and_at",
                violation_error_message=_("A confirmed joining names who confirmed it and when."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.unit} → {self.campaign}"

    def get_absolute_url(self) -> str:
        return reverse("emulation:campaign-join", args=[self.campaign_id, self.unit_id])

    @property
    def state(self) -> str:
        """A key of the states of a joining."""
        return "confirmed" if self.confirmed_at else "recorded"


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
        """The year's own name is Vietnamese: in English the catalogue's is read, where it has one."""
        english = self.indicator.name_en if get_language() == "en" else ""
        return english or self.name or self.indicator.label

    @property
    def contradicts(self) -> bool:
        """Whether its comparator goes against the direction of the indicator."""
        return self.indicator.contradicts(self.comparator)

    @property
    def asked_quarters(self) -> tuple[int, ...]:
        return ASKED_QUARTERS[self.asked]


for model in (CampaignKind, CampaignScope, Organisation):
    auditlog.register(model)
auditlog.register(CampaignJoin, m2m_fields={"files"})
auditlog.register(Campaign, m2m_fields={"documents", "files", "organisations"})
auditlog.register(CampaignIndicator, m2m_fields={"kinds"})

"""Forms of campaigns: the campaign itself, its launch and life, what it asks for, copying a year."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.forms.evidence import ENDINGS, FilesField, FilesInput
from emulation.forms.fields import NumberField
from emulation.models import Area, Campaign, CampaignIndicator, CampaignKind, CampaignScope, Document, Indicator
from emulation.models.catalogue import Comparator
from emulation.periods import YEARS
from emulation.services.campaigns import Scope, next_states
from emulation.services.placements import placeable
from emulation.services.years import Extent
from units import clock
from units.forms.fields import DayField, RowsField, UnitField
from units.forms.seen import SeenForm
from units.models import Unit, UnitKind
from units.models.units import UnitQuerySet
from units.reports.seen import Change, logged_change

ALONE = "-alone"


class CampaignForm(SeenForm):
    """A campaign with the units that take part and the documents it carries out.

    Offered are the launching unit, its direct subordinates, and who takes part already; any other unit
    of the branch is added by search, one at a time; `documents` are those the user reads. After `is_valid`,
    `scope` holds what the service takes.
    """

    starts = DayField(label=gettext_lazy("Begins"))
    ends = DayField(label=gettext_lazy("Ends"))
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Units that take part, with all units below"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    more = UnitField(label=gettext_lazy("Another unit of the branch"), required=False)
    alone = forms.BooleanField(label=gettext_lazy("Only this unit, without those below"), required=False)
    documents = RowsField(
        label=gettext_lazy("Documents it carries out"),
        queryset=Document.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = Campaign
        fields = ["kind", "name", "theme", "content", "starts", "ends", "leader", "organisations"]
        field_classes = {"organisations": RowsField}
        widgets = {
            "content": forms.Textarea(attrs={"rows": 5}),
            "theme": forms.TextInput,
            "organisations": forms.CheckboxSelectMultiple,
        }
        labels = {
            "kind": gettext_lazy("Kind"),
            "name": gettext_lazy("Name"),
            "theme": gettext_lazy("Theme"),
            "content": gettext_lazy("Goal and content"),
            "leader": gettext_lazy("Person responsible"),
            "organisations": gettext_lazy("Mass organisations that take part"),
        }

    field_order = ["kind", "name", "theme", "content", "starts", "ends", "units", "more", "alone", "documents"]

    def __init__(self, *args: Any, documents: QuerySet[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaign = self.instance
        if campaign.pk:  # by keys: a join would show a document once for each campaign it belongs to
            chosen = Q(pk__in=documents.values("pk")) | Q(pk__in=campaign.documents.values("pk"))
            documents = Document.objects.filter(chosen)
        self.fields["documents"].queryset = documents
        branch = Unit.objects.in_branch(campaign.launching_unit).filter(dissolved=None)
        self.fields["more"].queryset = branch
        self.fields["kind"].empty_label = None
        if campaign.pk is None:
            kinds = CampaignKind.objects.filter(is_drive=False) if campaign.parent is None else CampaignKind.objects
            self.fields["kind"].queryset = kinds.all()
        self.known = self._offered(campaign, branch)
        self.fields["units"].choices = [(key, self._words(key, unit)) for key, unit in self.known.items()]
        if campaign.pk is not None:
            self.initial["documents"] = campaign.documents.all()
            self.initial |= self.beside(campaign)

    def beside(self, row: Campaign) -> dict[str, Any]:
        return {"units": [self._key(one.unit_id, one.with_branch) for one in row.scopes.order_by("pk")]}

    def change(self, row: Campaign, since: datetime) -> Change | None:
        """Units that take part are rows of their own, and leave the log of their own."""
        key = str(row.pk)
        scopes = LogEntry.objects.get_for_model(CampaignScope)
        scopes = scopes.filter(Q(changes__campaign__0=key) | Q(changes__campaign__1=key))
        found = [one for one in (super().change(row, since), logged_change(scopes, since)) if one]
        return max(found, key=lambda one: one.at, default=None)

    @staticmethod
    def _key(unit: int, with_branch: bool) -> str:
        return str(unit) if with_branch else f"{unit}{ALONE}"

    def _offered(self, campaign: Campaign, branch: UnitQuerySet) -> dict[str, Unit]:
        below = branch.children_of(campaign.launching_unit).order_by("order", "code")
        offered = {str(unit.pk): unit for unit in [campaign.launching_unit, *below]}
        if campaign.pk is not None:
            for row in campaign.scopes.select_related("unit"):
                offered[self._key(row.unit_id, row.with_branch)] = row.unit
        return offered

    @staticmethod
    def _words(key: str, unit: Unit) -> str:
        return _("%(unit)s (without units below)") % {"unit": unit} if key.endswith(ALONE) else str(unit)

    def _save_m2m(self) -> None:
        """Organisations are written with the rest, after the service has saved the campaign."""

    @property
    def scope(self) -> Scope:
        chosen = {self.known[key]: not key.endswith(ALONE) for key in self.cleaned_data["units"]}
        if self.cleaned_data.get("more"):
            chosen[self.cleaned_data["more"]] = not self.cleaned_data["alone"]
        return chosen


class DocumentForm(forms.ModelForm):
    """A document not on file yet; all fields empty means none."""

    issued_on = DayField(label=gettext_lazy("Issued on"), required=False)

    class Meta:
        model = Document
        fields = ["kind", "number", "title", "issuer", "issued_on"]
        labels = {
            "kind": gettext_lazy("Kind of document"),
            "number": gettext_lazy("Number"),
            "title": gettext_lazy("Title"),
            "issuer": gettext_lazy("Issued by"),
        }


class LaunchForm(forms.Form):
    """The day, and that open points have been read; the latter only where there are some (`advised`).

    `parts` are drafts below that may be launched with it: those that lack something stay drafts.
    """

    on = DayField(label=gettext_lazy("Launched on"))
    despite = forms.BooleanField(
        label=gettext_lazy("I have read the open points and launch the campaign despite them"), required=False
    )

    parts = forms.BooleanField(label=gettext_lazy("Launch its parts with it, on the same day"), required=False)

    def __init__(
        self, *args: Any, campaign: Campaign, advised: bool = True, parts: Sequence[Campaign] = (), **kwargs: Any
    ) -> None:  # fmt: skip
        kwargs["initial"] = {"on": usual_day(campaign)}
        super().__init__(*args, **kwargs)
        self.fields["parts"].help_text = "; ".join(str(part) for part in parts)
        if not parts:
            del self.fields["parts"]
        if not advised:
            del self.fields["despite"]


def usual_day(campaign: Campaign) -> date:
    """The day of a launch unless somebody says another: the first of the campaign, never in the future."""
    return min(max(campaign.starts, date(campaign.year, 1, 1)), clock.today())


class JoinForm(forms.Form):
    """When a unit joined, in what words, with which papers, and whether it takes the campaign over."""

    joined_on = DayField(label=gettext_lazy("Joined on"))
    words = forms.CharField(
        label=gettext_lazy("Own content"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What the unit undertakes itself: commitment, measures, drives."),
    )  # fmt: skip
    files = FilesField(  # type: ignore[assignment]  # not `BaseForm.files`: fields stand apart
        label=gettext_lazy("Plan of joining"), required=False, allow_empty_file=True,
        widget=FilesInput(attrs={"multiple": True, "accept": ENDINGS, "class": "form-control"}),
        help_text=gettext_lazy("The unit's own plan or resolution, where there is one; more can be attached later."),
    )  # fmt: skip
    take_over = forms.BooleanField(
        label=gettext_lazy("Take the campaign over: make a draft of the unit's own below it"), required=False,
        help_text=gettext_lazy("Theme, content and documents are carried over; add own indicators and drives."),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        day = min(max(campaign.launched_on or clock.today(), clock.today()), campaign.ends)
        kwargs["initial"] = {"joined_on": day}
        super().__init__(*args, **kwargs)


class AdvanceForm(forms.Form):
    """Offers only the states that lie ahead."""

    state = forms.ChoiceField(label=gettext_lazy("New state"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [(state.value, state.label) for state in next_states(campaign)]


class CampaignIndicatorForm(SeenForm):
    """How a campaign asks for an indicator. The indicator is chosen once; kinds of unit go to the service.

    A new row takes comparator and rhythm of the catalogue unless they are chosen; the script of the page shows them
    as soon as the indicator is chosen. A comparator against the indicator's direction is to be confirmed (`despite`).
    """

    despite = forms.BooleanField(label=gettext_lazy("The comparator is meant as chosen"), required=False)
    range_min = NumberField(label=gettext_lazy("Plausible from"), required=False)
    range_max = NumberField(label=gettext_lazy("Plausible to"), required=False)
    over_margin = NumberField(label=gettext_lazy("Over from (per cent of the target)"), at_least=0, required=False)
    near_margin = NumberField(label=gettext_lazy("Near within (per cent of the target)"), at_least=0, required=False)
    points = NumberField(label=gettext_lazy("Points"), decimals=2, at_least=0, required=False)

    class Meta:
        model = CampaignIndicator
        fields = [
            "indicator", "kinds", "asked", "comparator", "points", "range_min", "range_max", "over_margin",
            "near_margin", "name", "office", "is_main", "is_tile", "order",
        ]  # fmt: skip
        field_classes = {"kinds": RowsField}
        widgets = {"kinds": forms.CheckboxSelectMultiple}
        labels = {
            "indicator": gettext_lazy("Indicator"),
            "kinds": gettext_lazy("Kinds of unit asked"),
            "asked": gettext_lazy("Asked"),
            "comparator": gettext_lazy("Usual comparator"),
            "name": gettext_lazy("Name in this year"),
            "office": gettext_lazy("Office"),
            "is_main": gettext_lazy("Main indicator"),
            "is_tile": gettext_lazy("Tile"),
            "order": gettext_lazy("Order"),
        }

    class Media:
        js = (forms.Script("js/campaign-indicator.js", defer=True),)

    CATALOGUE = ("comparator", "asked")  # columns for which the catalogue has the usual value
    field_order = ["indicator", "kinds", "asked", "comparator", "despite"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        self.warning = warning_of(row.indicator, row.comparator) if row.pk else ""
        if not self.warning and not self.is_bound:
            del self.fields["despite"]
        if row.campaign.kind.is_drive:  # asked once, in the drive's own round
            del self.fields["asked"]
        if row.pk is not None:
            del self.fields["indicator"]
            return
        indicators = placeable(row.campaign)
        self.fields["indicator"].queryset = indicators
        self.fields["indicator"].choices = _by_area(indicators)
        self._offer_catalogue(indicators)

    def _offer_catalogue(self, indicators: QuerySet[Indicator]) -> None:
        usual = [name for name in self.CATALOGUE if name in self.fields]
        for name in usual:
            field = self.fields[name]
            field.choices = [("", _("as in the catalogue")), *field.choices]  # type: ignore[attr-defined]
            field.required, self.initial[name] = False, ""
        defaults = {one.pk: {name: getattr(one, name) for name in usual} for one in indicators}
        self.fields["indicator"].widget.attrs["data-defaults"] = json.dumps(defaults)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        indicator = self.instance.indicator if self.instance.pk else cleaned.get("indicator")
        for name in self.CATALOGUE:
            if indicator is not None and name in self.fields and cleaned.get(name) == "":
                cleaned[name] = getattr(indicator, name)
        self.warning = warning_of(indicator, cleaned.get("comparator", "")) if indicator is not None else ""
        if not self.warning:
            del self.fields["despite"]
        elif not cleaned.get("despite"):
            self.add_error("comparator", self.warning)
        return cleaned

    def _save_m2m(self) -> None:
        """Kinds are written by the service, in the same transaction as the row."""


def warning_of(indicator: Indicator, comparator: str) -> str:
    """What is wrong with a comparator against the direction of the indicator; else empty."""
    if not indicator.contradicts(comparator):
        return ""
    if indicator.direction == Indicator.Direction.LOWER:
        words = _("Of this indicator lower is better, but with “%(sign)s” a higher figure counts as reached.")
    else:
        words = _("Of this indicator higher is better, but with “%(sign)s” a lower figure counts as reached.")
    confirm = _("Choose another comparator, or confirm that it is meant so.")
    return f"{words % {'sign': Comparator(comparator).label}} {confirm}"


def _by_area(indicators: QuerySet[Indicator]) -> list[tuple[str, Any]]:
    groups: dict[str, list[tuple[int, str]]] = {}
    for row in indicators:
        groups.setdefault(row.area.label, []).append((row.pk, f"{row.label} ({row.code})"))
    return [("", "–"), *groups.items()]


class IndicatorsForm(forms.Form):
    """Several indicators at once, for the kinds of unit chosen. `groups`: what is offered by area, with its tick."""

    indicators = RowsField(
        label=gettext_lazy("Indicators"), queryset=Indicator.objects.none(), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one indicator.")},
    )  # fmt: skip
    kinds = RowsField(
        label=gettext_lazy("Kinds of unit asked"), queryset=UnitKind.objects.all(), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=gettext_lazy("None chosen: every kind."),
    )  # fmt: skip

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = placeable(campaign)
        self.fields["indicators"].queryset = self.offered

    def groups(self) -> list[tuple[Area, list[tuple[Indicator, bool]]]]:
        chosen = {str(key) for key in self["indicators"].value() or ()}
        found: dict[Area, list[tuple[Indicator, bool]]] = {}
        for row in self.offered:
            found.setdefault(row.area, []).append((row, str(row.pk) in chosen))
        return list(found.items())


class CopyYearForm(forms.Form):
    """The new year, and what comes along of the old one (`extent`)."""

    year = forms.IntegerField(label=gettext_lazy("New year"), min_value=YEARS.start, max_value=YEARS.stop - 1)
    lower = forms.BooleanField(
        label=gettext_lazy("Campaigns of the units below"), required=False,
        help_text=gettext_lazy("Usually not: they take the new movement over once it is launched."),
    )  # fmt: skip
    drives = forms.BooleanField(
        label=gettext_lazy("Peak drives"), required=False, help_text=gettext_lazy("Usually not: each is held once."),
    )  # fmt: skip
    documents = forms.BooleanField(
        label=gettext_lazy("Documents that the campaigns carry out"), required=False,
        help_text=gettext_lazy("Usually not: the new year has its own plans and resolutions."),
    )  # fmt: skip

    @property
    def extent(self) -> Extent:
        return Extent(**{key: self.cleaned_data[key] for key in ("lower", "drives", "documents")})

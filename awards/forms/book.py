"""The query strings of the book of honour, of its statistics and of the verification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from awards.forms.desk import KINDS
from awards.models import Award, AwardCategory, AwardLevel, Grant, Nomination, Occasion
from awards.reports.statistics import served
from units import clock
from units.access import figures_q
from units.forms.fields import BranchField, FileInput, branches_named
from units.keys import BIGGEST
from units.models import PersonGroup, Unit, User
from units.paths import branch_q
from units.search import words_q
from units.text import fold, normal

STATES = [("", _("In force and revoked")), ("held", _("Still in force")), ("revoked", _("Revoked"))]


def hidden_code() -> dict[str, Any]:
    """What the fields have in common that no page offers: a code in the address."""
    return {"required": False, "to_field_name": "code", "widget": forms.HiddenInput}


class BookFilter(forms.Form):
    """Name or number, unit with its branch, award, years, people or units, in force or revoked, one import."""

    q = forms.CharField(label=_("Name or number"), required=False, max_length=100)
    unit = BranchField(label=_("Unit"))
    award = forms.ModelChoiceField(
        Award.objects.all(), label=_("Award"), required=False, to_field_name="code", empty_label=_("Every award")
    )
    first = forms.IntegerField(label=_("From year"), required=False, min_value=1945, max_value=2100)
    last = forms.IntegerField(label=_("To year"), required=False, min_value=1945, max_value=2100)
    kind = forms.ChoiceField(label=_("For"), required=False, choices=KINDS)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    imported = forms.IntegerField(required=False, min_value=1, max_value=BIGGEST, widget=forms.HiddenInput)
    # where the statistics lead: what they count by; `alone` without the units below
    category = forms.ModelChoiceField(AwardCategory.objects.all(), **hidden_code())
    level = forms.ModelChoiceField(AwardLevel.objects.all(), **hidden_code())
    group = forms.ModelChoiceField(PersonGroup.objects.all(), **hidden_code())
    occasion = forms.ModelChoiceField(Occasion.objects.all(), **hidden_code())
    served = forms.ModelChoiceField(Unit.objects.none(), **hidden_code())
    alone = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        self.fields["served"].queryset = Unit.objects.filter(figures_q(viewer))

    def filter(self, rows: QuerySet[Grant]) -> QuerySet[Grant]:
        chosen = self.cleaned_data
        columns = {"award": chosen["award"], "year__gte": chosen["first"], "year__lte": chosen["last"],
                   "imported": chosen["imported"], "award__category": chosen["category"], "level": chosen["level"],
                   "person__group": chosen["group"],
                   "nomination__dossier__occasion": chosen["occasion"]}  # fmt: skip
        rows = rows.filter(**{name: value for name, value in columns.items() if value})
        if place := chosen["served"]:
            rows = rows.alias(path=served())
            rows = rows.filter(path=place.path) if chosen["alone"] else rows.filter(branch_q(place.path, "path"))
        if chosen["kind"]:
            rows = rows.filter(**{f"{chosen['kind']}__isnull": False})
        if chosen["state"]:
            rows = rows.filter(revoked_on__isnull=chosen["state"] == "held")
        if chosen["unit"]:
            rows = rows.filter(in_units(self.viewer, chosen["unit"]))
        text = normal(chosen["q"])
        named = words_q(text, "person__search", "unit__search")
        return rows.filter(named | Q(register__iexact=text) | Q(decision__iexact=text)) if text else rows


def in_units(viewer: User, text: str) -> Q:
    """Awards of the branches of the units that `text` means: the one with this code, else those found by name."""
    return branches_named(viewer, text, "unit__path", "person__unit__path")


class StatisticsFilter(forms.Form):
    """A year, and a unit with its branch."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    unit = BranchField(label=_("Unit"))

    def __init__(self, *args: Any, rows: QuerySet[Grant], viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        awarded = rows.order_by().values_list("year", Value(True))
        proposed = Nomination.objects.visible_to(viewer).exclude(stage=Nomination.Stage.DRAFT).order_by()
        found = set(awarded.union(proposed.values_list("dossier__year", Value(False))))
        self.years = sorted((year for year, given in found if given), reverse=True)
        years = sorted({year for year, _given in found}, reverse=True) or [clock.today().year]
        self.fields["year"].choices = [(year, str(year)) for year in years]

    @property
    def chosen_year(self) -> int:
        """The year asked for, else the newest for which there are awards, else proposals."""
        return self.cleaned_data["year"] or next(iter(self.years), self.fields["year"].choices[0][0])

    @property
    def text(self) -> str:
        return normal(self.cleaned_data["unit"])

    @cached_property
    def meant(self) -> list[Unit]:
        """Units within reach that the text may mean: the one of this code or whole name, else all found by it."""
        found = Unit.objects.filter(figures_q(self.viewer)).meant_by(self.text) if self.text else []
        named = [unit for unit in found if fold(unit.name) == fold(self.text)]
        return named if len(named) == 1 else found

    @property
    def place(self) -> Unit | None:
        """The unit that the text means; None where nothing was typed, or not one unit is meant."""
        return self.meant[0] if len(self.meant) == 1 else None

    def filter(self, rows: QuerySet[Grant]) -> QuerySet[Grant]:
        """Awards of the year, of the place's branch where there is one."""
        rows = rows.filter(year=self.chosen_year)
        if not self.place:
            return rows
        return rows.filter(branch_q(self.place.path, "unit__path") | branch_q(self.place.path, "person__unit__path"))


class VerifyForm(forms.Form):
    number = forms.CharField(label=_("Register number"), max_length=60, required=False)

    def clean_number(self) -> str:
        return normal(self.cleaned_data["number"])


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("The list of awards"), allow_empty_file=True,
        error_messages={"required": _("Choose the file."), "missing": _("Choose the file.")},
        widget=FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv", "class": "form-control"}),
    )  # fmt: skip

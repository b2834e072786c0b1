"""The query strings of the book of honour, of its statistics and of the verification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from awards.forms.desk import KINDS
from awards.models import Award, Grant
from units import clock
from units.access import figures_q
from units.forms.fields import BranchField, FileInput, branches_named
from units.keys import BIGGEST
from units.models import Unit, User
from units.search import words_q
from units.text import normal

STATES = [("", _("In force and revoked")), ("held", _("Still in force")), ("revoked", _("Revoked"))]


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

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer

    def filter(self, rows: QuerySet[Grant]) -> QuerySet[Grant]:
        chosen = self.cleaned_data
        columns = {"award": chosen["award"], "year__gte": chosen["first"], "year__lte": chosen["last"],
                   "imported": chosen["imported"]}  # fmt: skip
        rows = rows.filter(**{name: value for name, value in columns.items() if value})
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
        self.years = list(rows.order_by("-year").values_list("year", flat=True).distinct())
        self.fields["year"].choices = [(year, str(year)) for year in self.years or [clock.today().year]]

    @property
    def chosen_year(self) -> int:
        """The year asked for, else the newest for which there are awards."""
        return self.cleaned_data["year"] or next(iter(self.years), clock.today().year)

    @property
    def place(self) -> Unit | None:
        """The unit whose code was typed, within reach; None where a name or nothing was."""
        text = normal(self.cleaned_data["unit"])
        return Unit.objects.filter(figures_q(self.viewer), code__iexact=text).first() if text else None

    def filter(self, rows: QuerySet[Grant]) -> QuerySet[Grant]:
        rows = rows.filter(year=self.chosen_year)
        text = self.cleaned_data["unit"]
        return rows.filter(in_units(self.viewer, text)) if text else rows


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

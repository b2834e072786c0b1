"""Forms of the unit tree."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from units import access, clock
from units.codes import canonical
from units.forms.fields import DayField, UnitField
from units.forms.seen import SeenFields, SeenForm
from units.models import Unit, UnitChange, User
from units.models.units import UnitQuerySet
from units.paths import branches_q
from units.services.tree import too_early


def administered_units(user: User) -> UnitQuerySet:
    """Units of the user's own branches that have not been dissolved: what a form may offer."""
    return Unit.objects.filter(branches_q(access.administered_paths(user)), dissolved=None)


class UnitFilter(forms.Form):
    """Query string of the tree page."""

    q = forms.CharField(required=False)
    dissolved = forms.BooleanField(required=False)

    def filter(self, units: UnitQuerySet) -> UnitQuerySet:
        return units if self.cleaned_data["dissolved"] else units.filter(dissolved=None)


class OptionsFilter(forms.Form):
    """Query string of the search inside a unit field; `field` names the field."""

    field = forms.CharField(max_length=40, validators=[RegexValidator(r"\A[a-z_]+\Z")])
    scope = forms.ChoiceField(choices=[("reach", ""), ("administered", ""), ("people", "")])


class DecisionForm(forms.Form):
    """What every change of the tree has: the day, the decision, the reason."""

    effective = DayField(label=_("Takes effect on"))
    decision = forms.CharField(label=_("Decision number"), max_length=60)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def clean_effective(self) -> date:
        """Told before anything is shown or confirmed that follows from the day."""
        day: date = self.cleaned_data["effective"]
        if day > clock.today():
            raise forms.ValidationError(too_early())
        return day


class UnitCreateForm(forms.ModelForm):
    parent = UnitField(label=_("Superior"), scope="administered")
    established = DayField(label=_("Established on"))
    decision = forms.CharField(
        label=_("Decision number"), max_length=UnitChange._meta.get_field("decision").max_length
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=UnitChange._meta.get_field("reason").max_length, required=False
    )

    class Meta:
        model = Unit
        fields = ["code", "name", "short_name", "kind", "order"]

    field_order = ["parent", "code", "name", "short_name", "kind", "established", "decision", "reason", "order"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = administered_units(user)

    def clean_code(self) -> str:
        return canonical(self.cleaned_data["code"])


class UnitCorrectForm(SeenForm):
    class Meta:
        model = Unit
        fields = ["kind", "short_name", "order"]


class RenameForm(SeenFields, DecisionForm):
    name = forms.CharField(label=_("New name"), max_length=200)
    short_name = forms.CharField(label=_("New short name"), max_length=40, required=False)
    field_order = ["name", "short_name"]

    def beside(self, row: Unit) -> dict[str, Any]:
        return {"name": row.name, "short_name": row.short_name}


class MoveForm(DecisionForm):
    parent = UnitField(label=_("New superior"), scope="administered")
    field_order = ["parent"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = administered_units(user)


class DissolveForm(DecisionForm):
    """A dissolution is confirmed by who has read what it means on its very day (`foreseen`, as the page showed it).

    `keep_roles` is asked only where something is left that those with a role in the unit have to finish.
    """

    effective = DayField(
        label=_("Dissolved on"), initial=clock.today, help_text=_("The first day on which the unit no longer exists.")
    )
    keep_roles = forms.BooleanField(
        label=_("Leave the roles in force until the unfinished sheets are done; they are then ended by hand"),
        required=False,
        initial=True,
    )
    foreseen = forms.DateField(widget=forms.HiddenInput, required=False)
    confirmed = forms.BooleanField(label=_("I have read what it means and dissolve the unit"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get("effective")
        if day is None:
            return cleaned  # what it means is read, and confirmed, when the day is right
        if cleaned.get("foreseen") != day:
            self.add_error("confirmed", _("Read above what it means on that day, then confirm it."))
        elif not cleaned.get("confirmed"):
            self.add_error("confirmed", _("Confirm that you have read what it means."))
        return cleaned

    def foresee(self, day: date, *, unfinished: bool) -> None:
        """The page shows what it means on `day`; whoever confirmed another day has to confirm again. Of a wrong day
        nothing is shown, and nothing is to be confirmed.
        """
        if self.is_bound and self.data.get("foreseen") != day.isoformat():
            self.data = self.data.copy()
            self.data["foreseen"] = day.isoformat()
            self.data.pop("confirmed", None)
        self.initial["foreseen"] = day
        if not unfinished:
            del self.fields["keep_roles"]
        if "effective" in self.errors:
            del self.fields["confirmed"]

    @property
    def decided(self) -> dict[str, Any]:
        """What the service takes."""
        asked = ("effective", "decision", "reason", "keep_roles")
        return {name: self.cleaned_data[name] for name in asked if name in self.cleaned_data}


class TakeBackForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is taken back"), max_length=300, help_text=_("It stays in the history with this reason.")
    )

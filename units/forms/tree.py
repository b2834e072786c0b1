"""Forms of the unit tree."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from units import access
from units.forms.fields import DayField, UnitField
from units.forms.seen import SeenFields, SeenForm
from units.models import Unit, UnitChange, User
from units.models.units import UnitQuerySet
from units.paths import branches_q


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
    effective = DayField(label=_("Dissolved on"), help_text=_("The first day on which the unit no longer exists."))

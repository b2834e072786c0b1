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
from units.paths import branch_q, branches_q, parent_path, path_ids
from units.services.tree import too_early


def other_superiors(units: UnitQuerySet, unit: Unit) -> UnitQuerySet:
    """Those of the units below which the unit can be moved: not itself or in its branch, nor where it stands."""
    return units.exclude(branch_q(unit.path)).exclude(pk__in=path_ids(parent_path(unit.path))[-1:])


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
    without = forms.IntegerField(min_value=1, max_value=10**9, required=False)


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


class ForeseenForm(DecisionForm):
    """A change that is confirmed by who has read what it means, as the page showed it: `foreseen` names that."""

    foreseen = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def chosen(self) -> str:
        """What was typed of that which the meaning depends on; empty while it is not all there."""
        day = self.cleaned_data.get("effective")
        return day.isoformat() if day else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = self.chosen()
        if chosen and cleaned.get("foreseen") != chosen:
            self.add_error("confirmed", self.unread)
        elif chosen and not cleaned.get("confirmed"):
            self.add_error("confirmed", _("Confirm that you have read what it means."))
        return cleaned

    unread = _("Read above what it means on that day, then confirm it.")

    def show(self, foreseen: str) -> None:
        """The page shows what `foreseen` means; whoever confirmed something else has to confirm again."""
        if self.is_bound and self.data.get("foreseen") != foreseen:
            self.data = self.data.copy()
            self.data["foreseen"] = foreseen
            self.data.pop("confirmed", None)
        self.initial["foreseen"] = foreseen


class MoveForm(ForeseenForm):
    """What a move means is known once superior and day are chosen: it is shown then, to be confirmed."""

    parent = UnitField(label=_("New superior"), scope="administered")
    confirmed = forms.BooleanField(label=_("I have read what it means and move the unit"), required=False)
    field_order = ["parent"]
    unread = _("Read above what it means, then confirm it.")
    foreseen_first = False  # the page shows for the first time what it means

    def __init__(self, *args: Any, user: User, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        field.queryset = administered_units(user)
        field.widget.queryset = other_superiors(field.queryset, unit)
        field.widget.without = unit.pk
        self.unit = unit

    def clean_parent(self) -> Unit:
        """Raises ValidationError for a superior below which the unit cannot be moved (as `services.move_unit`)."""
        parent = self.cleaned_data["parent"]
        if parent.path.startswith(self.unit.path):
            words = _("A unit cannot stand below itself: %(unit)s lies in its branch.")
            raise forms.ValidationError(words % {"unit": parent})
        if parent.pk in path_ids(parent_path(self.unit.path))[-1:]:
            raise forms.ValidationError(_("The unit already stands under %(unit)s.") % {"unit": parent})
        return parent

    def chosen(self) -> str:
        parent, day = self.cleaned_data.get("parent"), super().chosen()
        return f"{parent.pk} {day}" if parent and day else ""

    def foresee(self) -> tuple[Unit, date] | None:
        """The superior and the day of which the page shows what it means; None while they are not chosen."""
        if self.is_bound:
            self.is_valid()
            asks_first = not self.data.get("foreseen") and list(self.errors) == ["confirmed"]
            if foreseen := self.chosen():
                self.show(foreseen)
                if asks_first:  # nothing is wrong: it was not known what to confirm
                    self.errors.clear()
                    self.foreseen_first = True
                return self.cleaned_data["parent"], self.cleaned_data["effective"]
        del self.fields["confirmed"]
        return None

    @property
    def decided(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: self.cleaned_data[name] for name in ("parent", "effective", "decision", "reason")}


class DissolveForm(ForeseenForm):
    """What a dissolution means depends on its day.

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
    confirmed = forms.BooleanField(label=_("I have read what it means and dissolve the unit"), required=False)

    def foresee(self, day: date, *, unfinished: bool) -> None:
        """The page shows what it means on `day`. Of a wrong day nothing is shown, and nothing is to be confirmed."""
        self.show(day.isoformat())
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

"""Forms of activities: the filter of the list, an activity with its numbers, the reason of a cancellation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from emulation.forms.fields import NumberField
from emulation.models import Activity, ActivityKind, Campaign
from emulation.models.activities import LARGEST_CROWD, ActivityQuerySet
from emulation.numbers import format_part
from emulation.plausibility import is_crowd
from emulation.services.activities import Groups, campaigns_for
from units.forms.fields import BranchField, DayField, JudgedReasonField, branches_named
from units.forms.layout import laid_out, pair
from units.forms.seen import SeenForm
from units.keys import key_of
from units.models import Person, PersonGroup, User
from units.paths import branch_q
from units.text import normal


class ActivityFilter(forms.Form):
    """Query string of the list. `very` and `of` come from a fed figure: exactly the entries that make it."""

    q = forms.CharField(label=_("Title, place, organiser"), required=False, max_length=100)
    unit = BranchField()
    kind = forms.ModelChoiceField(
        ActivityKind.objects.all(), label=_("Kind"), required=False, empty_label=_("Every kind")
    )
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(), label=_("Campaign"), required=False, empty_label=_("Every campaign")
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Planned and held")), *Activity.State.choices]
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    very = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    of = forms.MultipleChoiceField(required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer
        campaigns = Campaign.objects.visible_to(viewer).launched()
        self.fields["campaign"].queryset = campaigns.order_by("-year", "name")
        self.fields["of"].choices = [(code, code) for code in ActivityKind.objects.values_list("code", flat=True)]

    def filter(self, rows: ActivityQuerySet) -> ActivityQuerySet:
        """`rows` as chosen; a unit stands for its whole branch, a period for the day on which one ended."""
        chosen = self.cleaned_data
        conditions = {
            "kind": chosen["kind"], "campaign": chosen["campaign"], "ends__gte": chosen["since"],
            "ends__lte": chosen["until"], "unit": chosen["very"], "kind__code__in": chosen["of"],
        }  # fmt: skip
        rows = rows.filter(**{name: value for name, value in conditions.items() if value})
        cancelled = Activity.State.CANCELLED
        rows = rows.filter(state=chosen["state"]) if chosen["state"] else rows.exclude(state=cancelled)
        if chosen["unit"]:
            rows = rows.filter(branches_named(self.viewer, chosen["unit"]))
        return rows.found_by(chosen["q"])


class ActivityForm(SeenForm):
    """An activity of a kind; the numbers of the kind once it has been held (`held`)."""

    starts = DayField(label=_("Begins"))
    ends = DayField(label=_("Ends"), required=False, help_text=_("Empty: the day on which it begins."))
    sure = forms.BooleanField(label=_("The number of participants is right"), required=False)

    class Meta:
        model = Activity
        fields = [
            "title", "campaign", "starts", "ends", "place", "organiser", "organisations", "content", "medium",
            "product", "participants", "amount", "workdays", "items", "outcome",
        ]  # fmt: skip
        widgets = {"content": forms.Textarea({"rows": 3}), "outcome": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, viewer: User, held: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, self.held = self.instance.kind, held
        campaigns = campaigns_for(viewer, self.instance.unit)
        keys = {row.pk for row in campaigns} | ({self.instance.campaign_id} - {None})
        field = self.fields["campaign"]
        field.queryset = Campaign.objects.filter(pk__in=keys).order_by("-year", "name")
        field.empty_label = _("None")
        if kind.asks_amount:
            self.fields["amount"] = NumberField(
                label=_("Amount (million VND)"), required=False, decimals=3, at_least=0,
            )  # fmt: skip
        self.fields["items"].label = kind.thing_label or self.fields["items"].label
        for name in ("medium", "product"):
            if not getattr(kind, f"asks_{name}"):
                del self.fields[name]
        numbers = kind.numbers if held else ()
        for name in {*kind.NUMBERS, "outcome"} - {*numbers, *(["outcome"] if held else [])}:
            del self.fields[name]
        self.groups = list(PersonGroup.objects.all()) if "participants" in numbers else []
        for group in self.groups:
            self.fields[f"group_{group.pk}"] = forms.IntegerField(
                label=group.label, required=False, min_value=0, max_value=LARGEST_CROWD
            )
        self.initial |= self.beside(self.instance)
        self._lay_out()

    def beside(self, row: Activity) -> dict[str, Any]:
        known = dict(row.groups.values_list("group", "people")) if row.pk and self.groups else {}
        return {f"group_{group.pk}": known.get(group.pk) for group in self.groups}

    def _lay_out(self) -> None:
        plan = [
            "title", pair("starts", "ends"), pair("place", "campaign"),
            pair("organiser", "organisations"),
            *(name for name in ("medium", "product") if name in self.fields), "content",
        ]  # fmt: skip
        numbers = [name for name in self.instance.kind.NUMBERS if name in self.fields]
        groups = [f"group_{group.pk}" for group in self.groups]
        found: list[Any] = [Fieldset(_("The activity"), *plan)]
        if self.held:
            inner: list[Any] = [pair(*numbers)]
            if groups:
                inner.append(Fieldset(_("Of the participants (where told apart)"), pair(*groups)))
            found.append(Fieldset(_("What came of it"), *inner, "outcome"))
        self.helper = laid_out(*found)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned = {
            name: normal(value) if isinstance(value, str) and name not in ("content", "outcome") else value
            for name, value in cleaned.items()
        }
        cleaned["ends"] = cleaned.get("ends") or cleaned.get("starts")
        self._check_crowd(cleaned)
        return cleaned

    def _check_crowd(self, cleaned: dict[str, Any]) -> None:
        """More people than the unit can well have brought together are confirmed; the tick is asked for only then."""
        people = cleaned.get("participants")
        if not people or people == self.initial.get("participants"):
            return
        strength = Person.objects.filter(branch_q(self.instance.unit.path, "unit__path"), left=None).count()
        if not is_crowd(people, strength):
            return
        self.helper.layout.append("sure")
        if not cleaned.get("sure"):
            text = _("%(people)s participants are many for this unit. Check the number, or confirm it.")
            self.add_error("sure", text % {"people": format_part(Decimal(people))})

    def _get_validation_exclusions(self) -> set[str]:
        """Rules that rest on the state or on two days are the service's, which names the field."""
        return super()._get_validation_exclusions() | {"state", "ends"}  # type: ignore[misc]  # not in the stubs

    def chosen_groups(self) -> Groups:
        return {group: self.cleaned_data.get(f"group_{group.pk}") for group in self.groups}


class CancelForm(forms.Form):
    reason = JudgedReasonField(max_length=300)


def clean_year(text: str, today: date) -> int:
    """The year that a query string asks for; this year for anything else."""
    year = key_of(text) or 0
    return year if 1945 <= year <= 2100 else today.year

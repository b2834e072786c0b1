"""Forms of weak points and breakthrough fields, and the query string of their list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from emulation.models import Breakthrough, Campaign, Indicator, WeakPoint
from emulation.models.weak_points import WeakPointQuerySet
from emulation.services.weak_points import earlier_points
from units.forms.fields import BranchField, DayField, RowsField, UnitField, branches_named
from units.forms.seen import SeenFields, SeenForm
from units.models import Person, Unit, User
from units.models.units import UnitQuerySet

BOARD, LIST = "", "list"


class WeakPointFilter(forms.Form):
    """A wrong value leaves its filter out: the list never breaks."""

    q = forms.CharField(label=gettext_lazy("Words in the title"), required=False, max_length=100)
    unit = BranchField()
    kind = forms.ChoiceField(
        choices=[("", gettext_lazy("Every kind")), *WeakPoint.Kind.choices],
        label=gettext_lazy("Kind"),
        required=False,
    )
    state = forms.ChoiceField(
        choices=[("", gettext_lazy("Every state")), *WeakPoint.State.choices],
        label=gettext_lazy("State"),
        required=False,
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1945, max_value=2099)
    overdue = forms.BooleanField(label=gettext_lazy("Overdue only"), required=False)
    repeated = forms.BooleanField(label=gettext_lazy("Repeated only"), required=False)
    view = forms.ChoiceField(choices=[(BOARD, ""), (LIST, "")], required=False, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and is valid."""
        self.is_valid()
        return self.cleaned_data

    @property
    def narrowed(self) -> bool:
        return any(value for name, value in self.chosen.items() if name != "view")

    @property
    def as_list(self) -> bool:
        return self.chosen.get("view") == LIST

    def filter(self, points: WeakPointQuerySet, viewer: User) -> WeakPointQuerySet:
        chosen = self.chosen
        if chosen.get("unit"):
            points = points.filter(branches_named(viewer, chosen["unit"]))
        for name in ("kind", "state", "year"):
            if chosen.get(name):
                points = points.filter(**{name: chosen[name]})
        if chosen.get("overdue"):
            points = points.overdue()
        if chosen.get("repeated"):
            points = points.repeated()
        return points.found_by(chosen.get("q", ""))


class RaiseForm(forms.ModelForm):
    """A new weak point. `given` names the unit where it arose somewhere; then it cannot be chosen."""

    unit = UnitField(label=gettext_lazy("Unit"), scope="reach")
    deadline = DayField(label=gettext_lazy("Deadline"), required=False)
    repeats = forms.ModelChoiceField(
        WeakPoint.objects.none(),
        label=gettext_lazy("Repeats an earlier one"),
        required=False,
        empty_label=gettext_lazy("No, it is new"),
    )

    class Meta:
        model = WeakPoint
        fields = ["year", "kind", "title", "description", "deadline"]
        labels = {
            "year": gettext_lazy("Year"), "kind": gettext_lazy("Kind"), "title": pgettext_lazy("weak point", "Title"),
            "description": gettext_lazy("Description and cause"),
        }  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 4}), "kind": forms.RadioSelect}

    field_order = ["unit", "year", "kind", "title", "description", "deadline", "repeats"]

    def __init__(self, *args: Any, units: UnitQuerySet, given: Unit | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = WeakPoint.Kind.choices
        self.fields["unit"].queryset = units
        self.fields["deadline"].help_text = _("May be left to the unit, which sets it with its measure.")
        earlier = earlier_points(given, self.instance.year) if given else WeakPoint.objects.none()
        self.fields["repeats"].queryset = earlier
        if self.instance.source != WeakPoint.Source.HAND:
            del self.fields["year"]  # that of where it arose
        if given is not None:
            del self.fields["unit"]
            self.instance.unit = given
        if given is None or not earlier.exists():
            del self.fields["repeats"]

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("unit"):
            self.instance.unit = self.cleaned_data["unit"]
        return self.cleaned_data

    def _post_clean(self) -> None:
        """Constraints are checked by the service, which knows the rest of the row."""
        for name in self._meta.fields or ():
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])


class MeasureForm(SeenFields):
    """Who settles it, how, and until when; a deadline that stands is moved elsewhere, with a reason."""

    events = "events"

    owner = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Person in charge"), required=False,
        empty_label=gettext_lazy("Nobody by name"),
    )  # fmt: skip
    owner_post = forms.CharField(label=gettext_lazy("Post in charge"), required=False, max_length=120)
    measure = forms.CharField(
        label=pgettext_lazy("weak point", "Measure"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    deadline = DayField(label=gettext_lazy("Deadline"))

    def __init__(self, *args: Any, row: WeakPoint, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["owner"].queryset = Person.objects.serving().filter(unit=row.unit)
        if row.deadline:
            del self.fields["deadline"]

    def beside(self, row: WeakPoint) -> dict[str, Any]:
        return {
            "owner": row.owner_id, "owner_post": row.owner_post, "measure": row.measure, "deadline": row.deadline,
        }  # fmt: skip


class DeadlineForm(SeenFields):
    """The deadline that stands is shown by the page, not typed again."""

    events = "events"

    deadline = DayField(label=gettext_lazy("New deadline"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def beside(self, row: WeakPoint) -> dict[str, Any]:
        return {"deadline": row.deadline}


class SettledForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What was done and reached"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class JudgeForm(forms.Form):
    """The re-inspection: settled for good, or back to the unit."""

    CLOSE, BACK = "close", "back"

    verdict = forms.ChoiceField(
        label=gettext_lazy("Re-inspected"),
        choices=[
            (CLOSE, gettext_lazy("Settled for good: close it")),
            (BACK, gettext_lazy("Not settled: send it back")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("What the re-inspection found"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class BreakthroughForm(SeenForm):
    """A breakthrough field of one unit."""

    indicators = RowsField(
        label=gettext_lazy("Indicators that measure it"), queryset=Indicator.objects.all(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = Breakthrough
        fields = ["name", "goal", "since", "until", "campaign"]
        labels = {
            "name": gettext_lazy("Name"), "goal": gettext_lazy("What is to be achieved"),
            "since": gettext_lazy("From year"), "until": gettext_lazy("To year"),
            "campaign": gettext_lazy("Campaign"),
        }  # fmt: skip
        widgets = {"goal": forms.Textarea(attrs={"rows": 4})}

    field_order = ["name", "goal", "since", "until", "campaign", "indicators"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = Campaign.objects.nameable(user, self.instance.campaign_id)
        self.fields["campaign"].empty_label = _("None")
        if self.instance.pk:
            self.initial["indicators"] = self.instance.indicators.all()

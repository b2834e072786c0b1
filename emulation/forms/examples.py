"""Forms of advanced examples."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation.forms.assessments import YEARS, period_choices
from emulation.forms.catalogue import RowForm
from emulation.models import (
    Area,
    Campaign,
    Example,
    ExampleAdoption,
    ExampleFigure,
    ExamplePublicity,
    Indicator,
)
from emulation.models.examples import ExampleQuerySet
from units import clock
from units.forms.fields import BranchField, DayField, branches_named
from units.forms.layout import laid_out, pair
from units.models import Person, Role, Unit, User
from units.paths import branch_q


class ExampleFilter(forms.Form):
    """Query string of the list of examples."""

    q = forms.CharField(label=_("Name, title or task"), required=False, max_length=100)
    unit = BranchField()
    kind = forms.ChoiceField(
        label=_("Person or unit"), required=False,
        choices=[("", _("Both")), ("person", _("People")), ("unit", _("Units"))],
    )  # fmt: skip
    area = forms.ModelChoiceField(
        Area.objects.all(), label=_("Area of work"), required=False, empty_label=_("Every area")
    )
    level = forms.ChoiceField(
        label=_("Level recognised"), required=False, choices=[("", _("Every level")), *Example.Level.choices]
    )
    stage = forms.ChoiceField(
        label=_("Stage"), required=False, choices=[("", _("All but withdrawn")), *Example.Stage.choices]
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def filter(self, rows: ExampleQuerySet) -> ExampleQuerySet:
        """`rows` as chosen; a unit stands for its whole branch."""
        chosen = self.cleaned_data
        if chosen["unit"]:
            rows = rows.filter(branches_named(self.user, chosen["unit"]))
        if chosen["kind"]:
            rows = rows.filter(person__isnull=chosen["kind"] == "unit")
        for name in ("area", "level", "stage"):
            if chosen[name]:
                rows = rows.filter(**{name: chosen[name]})
        if not chosen["stage"]:
            rows = rows.exclude(stage=Example.Stage.WITHDRAWN)
        return rows.found_by(chosen["q"])


class ExampleForm(RowForm):
    """What is told about an example; `story` keeps its paragraphs."""

    class Meta:
        model = Example
        fields = ["title", "area", "task", "campaign", "mentor", "mentor_words", "story"]
        widgets = {"story": forms.Textarea(attrs={"rows": 10})}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staffed = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        self.fields["campaign"].queryset = Campaign.objects.nameable(user, self.instance.campaign_id)
        self.fields["mentor"].queryset = Person.objects.filter(unit__in=staffed)
        self.fields["mentor"].label_from_instance = named
        self.helper = laid_out(*self.places(), "title", pair("area", "campaign"), "task",
                             pair("mentor", "mentor_words"), "story", *self.endings())  # fmt: skip

    def places(self) -> list[Any]:
        return []

    def endings(self) -> list[Any]:
        return []

    def clean(self) -> dict[str, Any]:
        story = self.cleaned_data.get("story", "")
        return super().clean() | {"story": story.strip()}


def named(row: Person) -> str:
    """A person in a drop-down."""
    return f"{row.full_name}, {row.post}" if row.post else row.full_name


class DiscoverForm(ExampleForm):
    """A new example: of which unit, who, since when and why."""

    day = DayField(label=_("Discovered on"))
    reason = forms.CharField(
        label=_("Why it is an example"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta(ExampleForm.Meta):
        fields = ["unit", "person", *ExampleForm.Meta.fields]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        staffed = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=staffed)
        self.fields["person"].queryset = Person.objects.filter(unit__in=staffed).serving()
        self.fields["person"].label_from_instance = named
        self.fields["person"].help_text = _("Empty: the unit itself is the example.")
        self.initial.setdefault("day", clock.today())
        if len(set(staffed)) == 1:
            self.initial["unit"] = self.initial.get("unit") or staffed[0]

    def places(self) -> list[Any]:
        return [pair("unit", "person")]

    def endings(self) -> list[Any]:
        return ["day", "reason"]

    def _post_clean(self) -> None:
        """The unit is the example where nobody is chosen: the constraint looks at both."""
        self.instance.collective = None if self.cleaned_data.get("person") else self.cleaned_data.get("unit")
        super()._post_clean()  # type: ignore[misc]


class StepForm(forms.Form):
    """A stage: on which day and why; recognition says the level."""

    day = DayField(label=_("Date"), help_text=_("The day it happened, also where it is written down later."))
    level = forms.ChoiceField(label=_("Level recognised"), choices=[("", "–"), *Example.Level.choices])
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, levelled: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("day", clock.today())
        if not levelled:
            del self.fields["level"]


class PublicityForm(RowForm):
    day = DayField(label=_("Date"))

    class Meta:
        model = ExamplePublicity
        fields = ["day", "medium", "where", "title", "link", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].queryset = self.instance.example.files.present()
        self.fields["file"].help_text = _("Attach the file to the example first.")
        self.helper = laid_out(pair("day", "medium"), pair("where", "title"), pair("link", "file"))


class AdoptionForm(RowForm):
    day = DayField(label=_("Taken over since"))

    class Meta:
        model = ExampleAdoption
        fields = ["day", "done", "result"]
        widgets = {"done": forms.Textarea(attrs={"rows": 3}), "result": forms.Textarea(attrs={"rows": 3})}


class FigureForm(RowForm):
    period = forms.ChoiceField(label=_("Period"))
    year = forms.IntegerField(label=_("Year"), validators=YEARS)

    class Meta:
        model = ExampleFigure
        fields = ["unit", "indicator", "year", "period"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.instance.example.unit
        self.fields["unit"].queryset = Unit.objects.filter(branch_q(own.path))
        self.fields["indicator"].queryset = Indicator.objects.filter(retired=False).select_related("area")
        self.fields["period"].choices = period_choices("–")
        self.initial |= {"unit": own.pk, "year": clock.today().year}
        self.helper = laid_out("unit", "indicator", pair("year", "period"))

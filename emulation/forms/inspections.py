"""Forms of inspections: the plan, the findings in one unit, conclusion, calling off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from emulation.models import Campaign, Inspection, InspectionFinding, InspectionItem
from emulation.services.inspections import Answer, inspectable
from units.forms.fields import DayField, RowsField
from units.forms.seen import SeenFields, SeenForm
from units.models import Person, Unit, User
from units.reports.seen import Change
from units.text import fold, normal

Result = InspectionFinding.Result


class InspectionFilter(forms.Form):
    """A wrong value leaves its filter out."""

    kind = forms.ChoiceField(
        choices=[("", gettext_lazy("Every kind")), *Inspection.Kind.choices], label=gettext_lazy("Kind"),
        required=False,
    )  # fmt: skip
    state = forms.ChoiceField(
        choices=[("", gettext_lazy("Every state")), *Inspection.State.choices], label=gettext_lazy("State"),
        required=False,
    )  # fmt: skip
    year = forms.IntegerField(label=gettext_lazy("Year"), required=False, min_value=1945, max_value=2099)

    @property
    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def lookups(self) -> dict[str, Any]:
        """The filter as arguments of a queryset."""
        names = {"year": "starts__year"}
        return {names.get(name, name): value for name, value in self.chosen.items()}


def _both(person: Person) -> str:
    """A member as a line of the form: nobody knows people by their numbers alone."""
    return f"{person.service_number} {person.full_name}"


class PlanForm(SeenForm):
    """The plan. `items` are the content, one a line; weak points of the units are added by the service."""

    starts = DayField(label=gettext_lazy("Begins"))
    ends = DayField(label=gettext_lazy("Ends"))
    surprise = forms.TypedChoiceField(
        label=gettext_lazy("Announced or not"),
        choices=[("", gettext_lazy("Announced: the units read the plan")),
                 ("1", gettext_lazy("Surprise: the units see nothing before it has been carried out"))],
        coerce=bool, required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    units = RowsField(
        label=gettext_lazy("Units to inspect"), queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple,
        required=False,
    )  # fmt: skip
    items = forms.CharField(
        label=gettext_lazy("Content, one item a line"), widget=forms.Textarea(attrs={"rows": 6}), max_length=20_000,
        required=False,
        help_text=gettext_lazy("Unsettled weak points of the units are added, to be re-inspected."),
    )  # fmt: skip

    people = forms.CharField(
        label=gettext_lazy("Members from the register of people, one per line"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Service number, full name, or both, of somebody you can see."),
    )  # fmt: skip

    class Meta:
        model = Inspection
        fields = ["kind", "title", "campaign", "starts", "ends", "members"]
        labels = {
            "kind": gettext_lazy("Kind"), "title": pgettext_lazy("inspection", "Title"),
            "campaign": gettext_lazy("Campaign"),
            "members": gettext_lazy("Other members, one per line"),
        }  # fmt: skip
        widgets = {"members": forms.Textarea(attrs={"rows": 3}), "kind": forms.RadioSelect}

    field_order = ["kind", "surprise", "title", "campaign", "starts", "ends", "units", "items", "people", "members"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, plan = user, self.instance
        self.fields["kind"].choices = Inspection.Kind.choices
        self.fields["units"].queryset = inspectable(plan.unit).order_by("path")
        self.fields["campaign"].queryset = Campaign.objects.nameable(user, plan.campaign_id)
        self.fields["campaign"].empty_label = _("None")
        if plan.pk:
            self.initial |= self.beside(plan)
            self.initial["surprise"] = "1" if plan.surprise else ""

    def clean_people(self) -> list[Person]:
        """Every line that names nobody, or several, is told."""
        found, wrong = dict[int, Person](), []
        for line in filter(None, map(normal, self.cleaned_data["people"].splitlines())):
            same = self._people(line)
            if len(same) == 1:
                found[same[0].pk] = same[0]
            elif same:
                text = _("%(count)d people are called %(name)s: type the service number.")
                wrong.append(text % {"count": len(same), "name": line[:80]})
            else:
                wrong.append(_("Nobody you can see is “%(name)s”; name outsiders below.") % {"name": line[:80]})
        if wrong:
            raise forms.ValidationError(wrong)
        return list(found.values())

    def _people(self, line: str) -> list[Person]:
        """Of those whom the user sees, and those in the plan already: who has this number, this name, or both."""
        seen = Person.objects.visible_to(self.user) | Person.objects.filter(pk__in=self._known())
        seen = seen.select_related("unit").distinct()
        called = seen.filter(service_number__in={line, line.split()[0]})
        numbered = [row for row in called if line in (row.service_number, normal(_both(row)))]
        return numbered or [row for row in seen.found_by(line)[:20] if fold(row.full_name) == fold(line)]

    def _known(self) -> list[int]:
        return list(self.instance.people.values_list("pk", flat=True)) if self.instance.pk else []

    def beside(self, row: Inspection) -> dict[str, Any]:
        return {
            "units": sorted(row.inspected.values_list("unit", flat=True)),
            "items": "\n".join(row.items.filter(point=None).values_list("text", flat=True)),
            "people": "\n".join(map(_both, row.people.all())),
        }

    def clean(self) -> dict[str, Any]:
        self.instance.surprise = bool(self.cleaned_data.get("surprise"))
        return self.cleaned_data

    @property
    def content(self) -> list[str]:
        return str(self.cleaned_data["items"]).splitlines()


@dataclass(frozen=True, slots=True)
class Row:
    """An item as it stands in the form."""

    item: InspectionItem
    result: forms.BoundField
    words: forms.BoundField


class RecordForm(SeenFields):
    """What was found in one unit, item by item: `r<key>` the result, `w<key>` the words."""

    def __init__(self, *args: Any, items: Sequence[InspectionItem], unit: Unit, **kwargs: Any) -> None:
        self.items, self.unit = items, unit
        super().__init__(*args, **kwargs)
        choices = [("", _("Not recorded")), *Result.choices]
        for item in items:
            self.fields[f"r{item.pk}"] = forms.ChoiceField(
                label=item.text, choices=choices, required=False,
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )  # fmt: skip
            self.fields[f"w{item.pk}"] = forms.CharField(
                label=_("What was found: %(item)s") % {"item": item.text}, max_length=1000, required=False,
                widget=forms.Textarea(attrs={"rows": 2, "class": "form-control form-control-sm"}),
            )  # fmt: skip

    def beside(self, row: Inspection) -> dict[str, Any]:
        known = {found.item_id: found for found in self._findings()}
        results = {f"r{item.pk}": known[item.pk].result if item.pk in known else "" for item in self.items}
        return results | {f"w{item.pk}": known[item.pk].words if item.pk in known else "" for item in self.items}

    def change(self, row: Inspection, since: datetime) -> Change | None:
        found = self._findings().filter(at__gte=since).select_related("by").order_by("-at", "-pk").first()
        return Change(found.by, found.at) if found else None

    def _findings(self) -> QuerySet[InspectionFinding]:
        return InspectionFinding.objects.filter(item__in=self.items, unit=self.unit)

    def clean(self) -> dict[str, Any]:
        for item in self.items:
            result, words = self.cleaned_data.get(f"r{item.pk}", ""), self.cleaned_data.get(f"w{item.pk}", "")
            if result in (Result.SHORTCOMING, Result.STRENGTH) and not words:
                self.add_error(f"w{item.pk}", _("Describe the shortcoming or strength in words."))
            if words and not result:
                self.add_error(f"r{item.pk}", _("Choose what these words say: met, shortcoming or strength."))
        return self.cleaned_data

    @property
    def rows(self) -> Iterator[Row]:
        for item in self.items:
            yield Row(item, self[f"r{item.pk}"], self[f"w{item.pk}"])

    @property
    def answers(self) -> dict[int, Answer]:
        data = self.cleaned_data
        return {item.pk: (data[f"r{item.pk}"], data[f"w{item.pk}"]) for item in self.items}


class ConclusionForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Number of the conclusion"), max_length=60)
    day = DayField(label=gettext_lazy("Date of the conclusion"))
    conclusion = forms.CharField(
        label=gettext_lazy("Conclusion"), max_length=5000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Every inspected unit reads it; what concerns one alone belongs to its findings."),
    )  # fmt: skip


class CallOffForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

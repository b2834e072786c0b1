"""The grid of a unit's targets as one form: each role fills its own columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField
from django.forms.utils import ErrorDict, flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.forms.fields import NumberField
from emulation.models import Indicator, Target
from emulation.models.catalogue import Comparator
from emulation.reports.targets import Line, TargetSheet
from emulation.services.targets import Agreement, Place, wrong_milestones, wrong_value
from units.errors import Refused

ASSIGNED, REGISTERED, AGREED = "assigned", "registered", "agreed"
QUARTERS = (1, 2, 3)


class PlainInput(forms.TextInput):
    """An input without a template of its own: a grid has some two hundred of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        shown = self.format_value(value)
        attrs = self.build_attrs(self.attrs, {"type": "text", "name": name, "value": shown or "", **(attrs or {})})
        return format_html("<input{}>", flatatt(attrs))


class PlainSelect(forms.Select):
    """A choice without a template of its own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> str:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) == chosen else "", words) for key, words in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})})), options
        )


class GradeField(forms.ChoiceField):
    """A class of the indicator's scale; the value is its rank."""

    widget = PlainSelect

    def __init__(self, indicator: Indicator, **kwargs: Any) -> None:
        grades = [(str(grade.rank), grade.label) for grade in indicator.grade_scale.grades.all()]
        super().__init__(choices=[("", "–"), *grades], **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return str(int(value)) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        return Decimal(text) if text else None


@dataclass(frozen=True, slots=True)
class Cells:
    """The inputs of one line, None where the user has none."""

    assigned: BoundField | None
    registered: BoundField | None
    agreed: BoundField | None
    comparator: BoundField | None
    milestones: list[BoundField]

    @property
    def errors(self) -> list[str]:
        fields = [self.assigned, self.registered, self.agreed, self.comparator, *self.milestones]
        return [str(error) for field in fields if field is not None for error in field.errors]


class TargetsForm(forms.Form):
    """Fields are named `<column>-<campaign indicator>`. Offered as agreed is what is assigned, else registered.

    After `is_valid`, `values(column)` and `agreements` hold what the services take.
    """

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, places: list[Place], targets: dict[int, Target], columns: frozenset[str],
        milestones: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.quarters = QUARTERS if milestones else ()
        self.places = {place.row.pk: place for place in places}
        self.columns = columns
        for pk, place in self.places.items():
            target = targets.get(pk) or Target(campaign_indicator=place.row, comparator=place.row.comparator)
            self._add(pk, place.row.indicator, target)

    def _add(self, pk: int, indicator: Indicator, target: Target) -> None:
        if ASSIGNED in self.columns and target.agreed is None:
            self._value(f"{ASSIGNED}-{pk}", indicator, target.assigned, _("Assigned"))
        if REGISTERED in self.columns:
            self._value(f"{REGISTERED}-{pk}", indicator, target.registered, _("Registered"))
        if AGREED in self.columns:
            offered = (target.agreed, target.assigned, target.registered)
            value = next((value for value in offered if value is not None), None)
            self._value(f"{AGREED}-{pk}", indicator, value, _("Agreed"))
            self.fields[f"comparator-{pk}"] = forms.ChoiceField(
                choices=Comparator.choices, initial=target.comparator, label=_("Comparator"), widget=PlainSelect
            )
            self.fields[f"comparator-{pk}"].widget.attrs["aria-label"] = f"{indicator.label}, {_('Comparator')}"
            for quarter in self.quarters:
                milestone = getattr(target, f"milestone_{quarter}")
                self._value(f"m{quarter}-{pk}", indicator, milestone, self._milestone_label(quarter))

    @staticmethod
    def _milestone_label(quarter: int) -> str:
        return [_("to the end of quarter I"), _("to the end of quarter II"), _("to the end of quarter III")][
            quarter - 1
        ]

    def _value(self, name: str, indicator: Indicator, value: Decimal | None, column: str) -> None:
        label = f"{indicator.label}, {column}"
        if indicator.measure == Indicator.Measure.GRADE:
            field: forms.Field = GradeField(indicator, required=False, label=label)
        else:
            widget = PlainInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
            field = NumberField(decimals=indicator.target_decimals, required=False, label=label, widget=widget)
        field.widget.attrs["aria-label"] = label
        field.initial = value
        self.fields[name] = field

    def grid(self, sheet: TargetSheet) -> list[tuple[str, list[tuple[Line, Cells]]]]:
        """(area, lines with their inputs) of a sheet."""
        return [(group.area, [(line, self.cells(line.row.pk)) for line in group.lines]) for group in sheet.groups]

    def cells(self, pk: int) -> Cells:
        def bound(name: str) -> BoundField | None:
            return self[f"{name}-{pk}"] if f"{name}-{pk}" in self.fields else None

        milestones = [field for quarter in QUARTERS if (field := bound(f"m{quarter}")) is not None]
        return Cells(bound(ASSIGNED), bound(REGISTERED), bound(AGREED), bound("comparator"), milestones)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.agreements: dict[int, Agreement | None] = {}
        for pk, place in self.places.items():
            indicator = place.row.indicator
            for name in (ASSIGNED, REGISTERED, AGREED):
                value = cleaned.get(f"{name}-{pk}")
                for message in wrong_value(indicator, value) if value is not None else ():
                    self.add_error(f"{name}-{pk}", message)
            if AGREED in self.columns:
                self._clean_agreement(pk, indicator, cleaned)
        return cleaned

    def _clean_agreement(self, pk: int, indicator: Indicator, cleaned: dict[str, Any]) -> None:
        value = cleaned.get(f"{AGREED}-{pk}")
        milestones = [cleaned.get(f"m{quarter}-{pk}") for quarter in QUARTERS]
        given = [milestone for milestone in milestones if milestone is not None]
        if value is None:
            self.agreements[pk] = None
            if given and f"{AGREED}-{pk}" not in self.errors:
                self.add_error(f"{AGREED}-{pk}", _("Milestones belong to an agreed value."))
            return
        if 0 < len(given) < len(QUARTERS):
            empty = next(q for q in QUARTERS if cleaned.get(f"m{q}-{pk}") is None)
            if not any(f"m{quarter}-{pk}" in self.errors for quarter in QUARTERS):
                self.add_error(f"m{empty}-{pk}", _("Fill in the milestones of all three quarters or of none."))
            return
        first, second, third = milestones
        agreement = Agreement(value, cleaned[f"comparator-{pk}"], (first, second, third) if given else None)
        for quarter, message in wrong_milestones(indicator, agreement):
            self.add_error(f"m{quarter}-{pk}", message)
        self.agreements[pk] = agreement

    def show_only(self, error: Refused) -> None:
        """Make what a service refused the form's only errors; the columns were not asked for."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        for message in error.messages:
            self.add_error(error.field if error.field in self.fields else None, message)

    def values(self, column: str) -> dict[int, Decimal | None]:
        """campaign indicator → value of a column, for the lines where the user has an input."""
        return {
            pk: self.cleaned_data[f"{column}-{pk}"] for pk in self.places if f"{column}-{pk}" in self.cleaned_data
        }

    def wrong_lines(self) -> Iterator[tuple[str, str, str]]:
        """(id of the input, indicator, message) of every error, for the summary."""
        for name, errors in self.errors.items():
            pk = name.rpartition("-")[2]
            for error in errors:
                label = self.places[int(pk)].row.label if pk.isdecimal() else ""
                yield (f"id_{name}", label, str(error))

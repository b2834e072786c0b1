"""The grid of a unit's targets as one form: each role fills its own columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.utils import ErrorDict, flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from emulation.forms.fields import NumberField
from emulation.models import Indicator, Target, TargetChange
from emulation.models.catalogue import Comparator
from emulation.relations import Relative, percent_text, read_percent
from emulation.reports.places import Place
from emulation.reports.targets import Line, TargetSheet
from emulation.services.target_values import Agreement, Value, offered, plain, wrong_milestones, wrong_value
from units.errors import Refused
from units.forms.seen import Seen, SeenPage
from units.reports.seen import Change

ASSIGNED, REGISTERED, AGREED = "assigned", "registered", "agreed"
QUARTERS = (1, 2, 3)


class PlainInput(forms.TextInput):
    """An input without a template of its own: a grid has some two hundred of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        shown = self.format_value(value)
        attrs = self.build_attrs(self.attrs, {"type": "text", "name": name, "value": shown or "", **(attrs or {})})
        attrs.pop("maxlength", None)  # it would cut what is pasted; the server says the limit
        return format_html("<input{}>", flatatt(attrs))


class PlainSelect(forms.Select):
    """A choice without a template of its own."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, mark_safe(" selected") if str(key) == chosen else "", words) for key, words in self.choices),
        )
        return format_html(
            "<select{}>{}</select>", flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})})), options
        )


class TargetField(NumberField):
    """A value as it stands, or «−5 %» of last year's figure: then a `Relative`.

    `known` are relations that stood already: the same percentage typed again keeps their base. `base` is the
    figure to start from, or why there is none; None where percentages are not taken at all.
    """

    def __init__(self, *, base: Fraction | str | None, year: int, known: Iterable[Relative], **kwargs: Any) -> None:
        self.base, self.year, self.known = base, year, list(known)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Relative):
            text = percent_text(value.percent)
            return text.replace(".", ",") if get_language() == "vi" else text
        return super().prepare_value(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "")

    def clean(self, value: Any) -> Value | None:  # type: ignore[override]
        percent = None if self.base is None else read_percent(str(value or ""))
        if percent is None:
            return super().clean(value)
        found = next((relation for relation in self.known if relation.percent == percent), None)
        if found is None and isinstance(self.base, str):
            raise ValidationError(self.base)
        return found or Relative(percent, Fraction(self.base or 0), self.year - 1)


class GradeField(forms.ChoiceField):
    """A class of the indicator's scale; the value is its rank."""

    widget = PlainSelect

    def __init__(self, indicator: Indicator, **kwargs: Any) -> None:
        scale = indicator.grade_scale
        grades = [(str(grade.rank), grade.label) for grade in scale.grades.all()] if scale else []
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


class TargetsForm(Seen, forms.Form):
    """Fields are named `<column>-<campaign indicator>`. Offered as agreed is the better of what is assigned and
    registered (`services.target_values.offered`), unless `offers` is off. Where there are `bases` (campaign
    indicator → last year's figure, or why there is none), «−5 %» is taken, in the `year` of the targets.

    After `is_valid`, `values(column)` and `agreements` hold what the services take. `again` reads the targets anew,
    locked: what is typed beside values that somebody else has changed meanwhile is told (`Seen`).
    """

    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, places: list[Place], targets: dict[int, Target], columns: frozenset[str],
        milestones: bool = True, bases: Mapping[int, Fraction | str] | None = None, year: int = 0,
        offers: bool = True, again: Callable[[], dict[int, Target]] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.targets, self.again = targets, again
        self.bases, self.year, self.offers = bases or {}, year, offers
        self.quarters = QUARTERS if milestones else ()
        self.places = {place.row.pk: place for place in places}
        self.columns = columns
        for pk, place in self.places.items():
            self._add(pk, place.row.indicator, self._target(pk, targets))
        self.initial = self.beside(targets) | self.initial

    def _target(self, pk: int, targets: Mapping[int, Target]) -> Target:
        row = self.places[pk].row
        return targets.get(pk) or Target(campaign_indicator=row, comparator=row.comparator)

    def _add(self, pk: int, indicator: Indicator, target: Target) -> None:
        if ASSIGNED in self.columns and target.agreed is None:
            self._value(f"{ASSIGNED}-{pk}", indicator, _("Assigned"), target=target)
        if REGISTERED in self.columns:
            self._value(f"{REGISTERED}-{pk}", indicator, _("Registered"), target=target)
        if AGREED in self.columns:
            self._value(f"{AGREED}-{pk}", indicator, _("Agreed"), target=target)
            comparator = _("Comparator")
            self.fields[f"comparator-{pk}"] = forms.ChoiceField(
                choices=Comparator.choices, label=comparator, widget=PlainSelect
            )
            self.fields[f"comparator-{pk}"].widget.attrs["aria-label"] = f"{indicator.label}, {comparator}"
            for quarter in self.quarters:
                self._value(f"m{quarter}-{pk}", indicator, self._milestone_label(quarter))

    def beside(self, row: dict[int, Target]) -> dict[str, Any]:
        """Initial values of the fields for the targets `row`."""
        return {
            name: value
            for pk in self.places
            for name, value in self._starting(pk, self._target(pk, row)).items()
            if name in self.fields
        }

    def _starting(self, pk: int, target: Target) -> dict[str, Any]:
        known = {f"{column}-{pk}": target.as_set(column) for column in (ASSIGNED, REGISTERED, AGREED)}
        known |= {f"m{quarter}-{pk}": getattr(target, f"milestone_{quarter}") for quarter in QUARTERS}
        agreed = {f"{AGREED}-{pk}": offered(target)} if self.offers else {}
        return known | agreed | {f"comparator-{pk}": target.comparator}

    def _first(self) -> dict[str, Any] | None:
        return self.beside(self.targets) if self.again else None

    def stored(self) -> dict[int, Target] | None:
        return self.again() if self.again else None

    def change(self, row: dict[int, Target], since: datetime) -> Change | None:
        steps = TargetChange.objects.filter(target__in=[target.pk for target in row.values()], at__gte=since)
        last = steps.select_related("by").order_by("-at", "-pk").first()
        return Change(last.by, last.at) if last else None

    @staticmethod
    def _milestone_label(quarter: int) -> str:
        return [_("to the end of quarter I"), _("to the end of quarter II"), _("to the end of quarter III")][
            quarter - 1
        ]

    def _value(self, name: str, indicator: Indicator, column: str, *, target: Target | None = None) -> None:
        label = f"{indicator.label}, {column}"
        widget = PlainInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        options: dict[str, Any] = {
            "decimals": indicator.target_decimals,
            "required": False,
            "label": label,
            "widget": widget,
        }
        if indicator.measure == Indicator.Measure.GRADE:
            field: forms.Field = GradeField(indicator, required=False, label=label)
        elif target is not None and self.bases:
            del widget.attrs["inputmode"]  # a per-cent sign is not on the keyboard for numbers
            known = [found for column in (AGREED, ASSIGNED, REGISTERED) if (found := target.relation(column))]
            base = self.bases.get(target.campaign_indicator_id)
            field = TargetField(base=base, year=self.year, known=known, **options)
        else:
            field = NumberField(**options)
        field.widget.attrs["aria-label"] = label
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
        if f"comparator-{pk}" not in cleaned:  # it has its own error
            return
        relation, comparator = value if isinstance(value, Relative) else None, cleaned[f"comparator-{pk}"]
        agreement = Agreement(
            plain(value, comparator), comparator, (given[0], given[1], given[2]) if given else None, relation
        )
        for quarter, message in wrong_milestones(indicator, agreement):
            self.add_error(f"m{quarter}-{pk}", message)
        self.agreements[pk] = agreement

    def show_only(self, error: Refused) -> None:
        """Make what a service refused the form's only errors; the columns were not asked for."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        for message in error.messages:
            self.add_error(error.field if error.field in self.fields else None, message)

    def values(self, column: str) -> dict[int, Value | None]:
        """campaign indicator → value of a column, for the lines where the user has an input."""
        return {
            pk: self.cleaned_data[f"{column}-{pk}"] for pk in self.places if f"{column}-{pk}" in self.cleaned_data
        }

    def wrong_lines(self) -> Iterator[tuple[str, str, str]]:
        """(id of the input, indicator, message) of every error, for the summary: as they stand on the page, line by
        line, and the reason below them last.
        """
        areas = list(dict.fromkeys(place.row.indicator.area_id for place in self.places.values()))

        def area(name: str) -> int:
            pk = name.rpartition("-")[2]
            return areas.index(self.places[int(pk)].row.indicator.area_id) if pk.isdecimal() else len(areas)

        for name in sorted(self.fields, key=area):
            pk = name.rpartition("-")[2]
            for error in self.errors.get(name, ()):
                label = self.places[int(pk)].row.label if pk.isdecimal() else ""
                yield (f"id_{name}", label, str(error))


class HandInForm(SeenPage, forms.Form):
    """A registration handed in as the page shows it.

    Why less is asked for than was assigned or reached; empty where it is not.
    """

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2, "data-most": 500}),
    )

    def __init__(self, *args: Any, hold: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hold = hold  # type: ignore[method-assign]

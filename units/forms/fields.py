"""Form fields that several screens use, and what a service refuses shown beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units import access
from units.errors import Refused
from units.forms.seen import Seen
from units.keys import key_of
from units.models import Unit, User
from units.models.units import UnitQuerySet
from units.paths import branches_q
from units.reports import find_units, with_superiors
from units.text import normal


@contextmanager
def refusals(form: forms.BaseForm) -> Iterator[None]:
    """What a service refuses inside becomes an error of the form; afterwards ask `form.errors`.

    A form that knows what its page showed (`Seen`) is compared with what is stored, in the same transaction: where
    somebody else has changed that meanwhile, what was saved inside is rolled back, and what else is refused can wait.
    """
    try:
        with transaction.atomic() if isinstance(form, Seen) else nullcontext():
            unseen = form.unseen() if isinstance(form, Seen) else None
            try:
                yield
            except (Refused, ValidationError):
                if unseen is None:
                    raise
            if unseen is not None:
                raise unseen
    except Refused as error:
        _add_errors(form, error.by_field)
    except ValidationError as error:
        _add_errors(form, error.message_dict if hasattr(error, "error_dict") else {"": error.messages})


def _add_errors(form: forms.BaseForm, by_field: Mapping[Any, Iterable[str]]) -> None:
    """What is wrong with a field that the form has not is wrong with the form."""
    for field, messages in by_field.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, message)


def normal_texts(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, with runs of white space folded."""
    return {name: normal(value) if isinstance(value, str) else value for name, value in cleaned.items()}


class JudgedReasonField(forms.CharField):
    """A reason that is always asked for, and marked so (the form pack marks what is `required`), but judged by the
    service alone: it says what a reason has to be, also of an empty one.
    """

    def __init__(self, **kwargs: Any) -> None:
        known: dict[str, Any] = {"label": gettext_lazy("Reason"), "widget": forms.Textarea({"rows": 3})}
        super().__init__(**known | kwargs)

    def validate(self, value: Any) -> None:
        """Nothing is refused here."""


FIRST_DAY = date(1930, 1, 1)  # nothing that is kept here is older; an earlier year is a slip of the keys


class DayField(forms.DateField):
    """A date as people type it: dd/mm/yyyy."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": gettext_lazy("dd/mm/yyyy"), "autocomplete": "off"}
        super().__init__(**{"widget": forms.DateInput(attrs=attrs)} | kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value < FIRST_DAY:
            raise ValidationError(_("Check the year: the day lies before %(day)s.") % {"day": date_format(FIRST_DAY)})


def is_slip(form: forms.Form) -> bool:
    """Whether all that is wrong in a filter are days that people typed: a slip, not a crafted address."""
    return all(isinstance(form.fields.get(name), DayField) for name in form.errors)


CHOOSE_AGAIN = gettext_lazy("Choose the file again: the browser does not keep it when a form comes back.")


class FileInput(forms.FileInput):
    """A file input that says, where a form comes back with its faults, that the file has to be chosen once more."""

    template_name = "units/file_input.html"
    sent = False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        self.sent = name in files  # every form has a widget of its own
        return super().value_from_datadict(data, files, name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"again": CHOOSE_AGAIN if self.sent else ""}


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows. A key beyond every row is one choice more that is not offered, not a broken statement."""

    def clean(self, value: Any) -> Any:
        for key in value or []:
            if key_of(str(key)) is None:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": key}
                )
        return super().clean(value)


class BranchField(forms.CharField):
    """What people type into a filter for a unit: its code or words of its name; see `branches_named`."""

    def __init__(self, **kwargs: Any) -> None:
        label = gettext_lazy("Unit with branch (code or name)")
        known: dict[str, Any] = {"label": label, "required": False, "max_length": 100}
        super().__init__(**known | kwargs)


def branches_named(viewer: User, text: str, *columns: str) -> Q:
    """Rows whose path in any of `columns` (`unit__path` by default) lies in the branch of a unit that `text` means.

    Only units whose figures the viewer reads are meant; where there is none, no row is.
    """
    paths = [unit.path for unit in Unit.objects.filter(access.figures_q(viewer)).meant_by(text)]
    found = Q(pk__in=[])
    for column in columns or ("unit__path",):
        found |= branches_q(paths, column)
    return found


class UnitPicker(forms.Widget):
    """A search field, and below it the units found as a choice; htmx searches while one types.

    Its value is (key of the unit chosen, text typed), its initial value a key. It works without script
    too: what is typed is sent along and resolved by `UnitField`.
    """

    queryset: UnitQuerySet
    scope = "reach"
    without = 0  # the unit that is to be put below the chosen one

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return data.get(name, ""), data.get(f"{name}_text", "").strip()

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen, text = value if isinstance(value, tuple) else (str(value or ""), "")
        key = key_of(chosen)
        if key is not None:
            units, more = with_superiors(self.queryset.filter(pk=key)), False
        else:
            units, more = find_units(self.queryset, text)
            if self.is_required and not text and len(units) == 1:  # nothing else can be meant
                chosen = str(units[0].unit.pk)
        attrs = {**self.attrs, **(attrs or {})}
        return render_to_string(
            "units/unit_picker.html",
            {
                "name": name, "id": attrs.get("id", f"id_{name}"), "text": text, "units": units, "more": more,
                "chosen": chosen, "scope": self.scope, "without": self.without,
                "invalid": "is-invalid" in attrs.get("class", ""),
                "described_by": attrs.get("aria-describedby", ""),
            },
        )  # fmt: skip


class UnitField(forms.Field):
    """One unit of `queryset`, found by typing. `scope` says where the search looks: see `unit_options`."""

    widget = UnitPicker

    def __init__(self, *, scope: str = "reach", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.scope = scope
        self.queryset = Unit.objects.none()

    @property
    def queryset(self) -> UnitQuerySet:
        return self._queryset

    @queryset.setter
    def queryset(self, queryset: UnitQuerySet) -> None:
        self._queryset = self.widget.queryset = queryset

    def has_changed(self, initial: Any, data: Any) -> bool:
        return initial != key_of((data or ("", ""))[0])

    def shown(self, value: Any) -> str:
        """The name of the unit that a key, or what was chosen and typed, stands for."""
        chosen, text = value if isinstance(value, tuple) else (str(value or ""), "")
        unit = Unit.objects.filter(pk=key_of(chosen) or 0).first() if chosen else None
        return str(unit) if unit else text

    def clean(self, value: Any) -> Unit | None:
        chosen, text = value or ("", "")
        if chosen:
            unit = self.queryset.filter(pk=key_of(chosen) or 0).first()
            if unit is None:
                raise ValidationError(_("Choose a unit of your branch."))
            return unit
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        exact = self.queryset.filter(code__iexact=text).first()
        found = [exact] if exact else [*self.queryset.found_by(text)[:2]]
        if len(found) == 1:
            return found[0]
        raise ValidationError(
            _("Choose one of the units found.") if found else _("No unit of your branch has this name or code.")
        )

"""Form fields that several screens of the app use."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import get_language

from emulation.numbers import NumberError, format_part, input_number, parse_number
from emulation.services.issued_papers import gap_words


class NumberField(forms.CharField):
    """A number as people type it (98,6 · 1.275.000), read by the one parser; empty is None."""

    def __init__(self, *, decimals: int = 3, at_least: int | None = None, **kwargs: Any) -> None:
        self.decimals, self.at_least = decimals, at_least
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        known: dict[str, Any] = {"widget": widget, "max_length": 30}
        super().__init__(**known | kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A whole number in groups where only whole ones are taken: the parser reads it back without doubt."""
        if not isinstance(value, Decimal):
            return value
        written = input_number if self.decimals else format_part
        return str(written(value, get_language() or "vi"))

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.clean(data)
        except ValidationError:
            return True

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            number = parse_number(text, self.decimals)
        except NumberError as error:
            raise ValidationError(str(error)) from error
        if self.at_least is not None:
            MinValueValidator(self.at_least)(number)
        return number


def refuse_gaps(form: forms.BaseForm, names: Iterable[str]) -> None:
    """An error for each of the fields in which a placeholder stands where the paper needs words."""
    for name, words in gap_words({name: form.cleaned_data.get(name) or "" for name in names}).items():
        form.add_error(name, words)

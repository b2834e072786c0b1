"""Form fields that several screens of the app use."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from emulation.numbers import NumberError, input_number, parse_number


class NumberField(forms.CharField):
    """A number as people type it (98,6 · 1.275.000), read by the one parser; empty is None."""

    def __init__(self, *, decimals: int = 3, **kwargs: Any) -> None:
        self.decimals = decimals
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(**{"widget": widget, "max_length": 30} | kwargs)

    def prepare_value(self, value: Any) -> Any:
        return input_number(value, get_language() or "vi") if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_number(text, self.decimals)
        except NumberError as error:
            raise ValidationError(str(error)) from error

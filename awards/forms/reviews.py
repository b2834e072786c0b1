"""Whether an award stands that rested on one taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awards.forms.catalogue import WhyForm


class StandsForm(WhyForm):
    """Why it stands; of what a higher authority decided (`above`) also the paper in which that authority says so."""

    answer = forms.CharField(label=_("Answer of the authority that decided it: number and day"), max_length=100)
    field_order = ["answer", "reason"]

    def __init__(self, *args: Any, above: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not above:
            del self.fields["answer"]

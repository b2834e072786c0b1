"""A legal document that ends: when, what takes its place, and which rows follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awards.models import LegalDocument
from awards.reports.documents import Resting
from units.forms.fields import DayField


class EndForm(forms.Form):
    last_day = DayField(label=_("In force to the end of"))
    successor = forms.ModelChoiceField(
        LegalDocument.objects.none(), label=_("Replaced by"), required=False,
        empty_label=_("nothing: what is ticked ends"),
        help_text=_("What is ticked then goes on from the next day under this document, unverified, to be compared "
                    "with its text. Enter the new document first, with its first day."),
    )  # fmt: skip
    rows = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    slip = forms.BooleanField(
        label=_("A slip is corrected: dossiers received already are judged by it, too"), required=False
    )

    def __init__(self, *args: Any, document: LegalDocument, resting: Sequence[Resting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"last_day": document.valid_until}})
        self.fields["successor"].queryset = LegalDocument.objects.exclude(pk=document.pk)
        self.fields["rows"].choices = [(one.key, one.key) for one in resting]

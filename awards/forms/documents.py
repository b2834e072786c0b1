"""A legal document that ends: when, what takes its place, and which rows follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from awards.forms.catalogue import SLIP
from awards.models import LegalDocument
from awards.reports.documents import Resting, outliving
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
    stay = forms.BooleanField(
        label=_("Nothing goes on under the new document: what is not ticked stays as it is"), required=False
    )
    slip = forms.BooleanField(label=SLIP, required=False)

    def __init__(self, *args: Any, document: LegalDocument, resting: Sequence[Resting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": {"last_day": document.valid_until}})
        self.fields["successor"].queryset = LegalDocument.objects.exclude(pk=document.pk)
        self.fields["rows"].choices = [(one.key, one.key) for one in resting]
        self.resting = resting

    def clean(self) -> dict[str, Any]:
        """Ask where a successor is named and nothing goes on under it: most likely the ticks were forgotten."""
        typed = super().clean() or self.cleaned_data
        last_day, forgotten = (
            typed.get("last_day"),
            typed.get("successor") and not (typed.get("rows") or typed["stay"]),
        )
        if last_day and forgotten and not self.errors and (count := len(outliving(self.resting, last_day))):
            words = ngettext(
                "Nothing is ticked: %(count)d row would stay in force under a document that has ended. Tick what "
                "goes on under the new one above; or say here that nothing does.",
                "Nothing is ticked: %(count)d rows would stay in force under a document that has ended. Tick what "
                "goes on under the new one above; or say here that nothing does.", count,
            )  # fmt: skip
            self.add_error("stay", words % {"count": count})
        return typed

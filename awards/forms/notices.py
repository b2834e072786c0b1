"""Public notice of nominees, objections and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from awards.models import Nomination
from units.forms.fields import DayField, RowsField
from units.models import Unit


class NoticeForm(forms.Form):
    """Who is shown, where and how long."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label=None)
    place = forms.CharField(label=_("Where it is shown"), max_length=200)
    since = DayField(label=_("From"))
    until = DayField(label=_("Until"))
    lines = RowsField(
        Nomination.objects.none(), label=_("Nominees"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Only lines that stand at the unit."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, units: Sequence[Unit], lines: QuerySet[Nomination], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=[unit.pk for unit in units])
        self.fields["lines"].queryset = lines
        self.fields["since"].initial = today


class ObjectionForm(forms.Form):
    line = forms.ModelChoiceField(Nomination.objects.none(), label=_("Nominee"))
    whose = forms.CharField(label=_("Who objects"), max_length=200)
    text = forms.CharField(label=_("Objection"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    received = DayField(label=_("Received on"))

    def __init__(self, *args: Any, lines: QuerySet[Nomination], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = lines


class AnswerForm(forms.Form):
    upheld = forms.ChoiceField(
        label=_("Result"),
        choices=[
            ("", "---------"),
            ("0", _("Not upheld: the nominee goes on")),
            ("1", _("Upheld: the line is returned, corrected and handed in again")),
        ],
    )
    answer = forms.CharField(
        label=_("Answer"), max_length=1000, min_length=10, widget=forms.Textarea(attrs={"rows": 3})
    )

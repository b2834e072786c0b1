"""Forms of pilot units."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from units.forms.fields import DayField


class PilotForm(forms.Form):
    purpose = forms.CharField(
        label=_("Pilot of what"),
        max_length=200,
        help_text=_("Such as: comprehensively strong, “exemplary, typical”."),
    )
    since = DayField(label=_("From"))
    decision = forms.CharField(label=_("Decision number"), max_length=60, required=False)


class PilotEndForm(forms.Form):
    until = DayField(label=_("First day on which it is none any more"))

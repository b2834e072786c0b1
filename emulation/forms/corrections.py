"""What is typed about a single figure: a request, its answer, a correction, its decision."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation.forms.review import short_reason
from units.errors import LEAST_ORDER


class ReasonForm(forms.Form):
    """One text of some length; which one, the page says."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"]).strip()
        if len(reason) < LEAST_ORDER:
            raise forms.ValidationError(self.short())
        return reason

    @staticmethod
    def short() -> str:
        return _("Give a reason of at least %(count)d characters.") % {"count": LEAST_ORDER}


class AskForm(ReasonForm):
    """What the unit is asked to do."""

    @staticmethod
    def short() -> str:
        return short_reason()


class AnswerForm(forms.Form):
    """The unit's answer to a request."""

    reason = forms.CharField(label=_("Answer"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

"""The filter of the document register, what is typed when a paper is issued, and why one is cancelled."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from emulation.forms.coverage import CoverageForm
from emulation.models import IssuedPaper
from emulation.reports.paper_kinds import KINDS
from units.forms.fields import DayField, normal_texts
from units.search import words_q


class IssueForm(CoverageForm, forms.Form):
    """Number, day and signature; of what rests on sheets that are missing, that this is known."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=60)
    day = DayField(label=gettext_lazy("Day"))
    place = forms.CharField(label=pgettext_lazy("paper", "Place"), max_length=80)
    signer = forms.CharField(label=gettext_lazy("Signed by"), max_length=120)
    signer_post = forms.CharField(label=gettext_lazy("Post of the signer"), max_length=120)

    def clean(self) -> dict[str, Any]:
        return normal_texts(super().clean())


class CancelForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


class PaperFilter(forms.Form):
    """Year, kind, state, number or title."""

    STATES = [("", gettext_lazy("In force and cancelled")), ("valid", gettext_lazy("Still in force")),
              ("cancelled", gettext_lazy("Cancelled"))]  # fmt: skip

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of paper"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=STATES)
    q = forms.CharField(label=gettext_lazy("Number or title"), required=False, max_length=100)

    def __init__(self, *args: Any, rows: QuerySet[IssuedPaper], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = rows.order_by("-year").values_list("year", flat=True).distinct()
        self.fields["year"].choices = [("", _("Every year")), *((year, str(year)) for year in years)]
        kinds = ((kind.key, kind.label) for kind in KINDS.values())
        self.fields["kind"].choices = [("", _("Every kind")), *kinds]

    def filter(self, rows: QuerySet[IssuedPaper]) -> QuerySet[IssuedPaper]:
        chosen = self.cleaned_data
        if chosen["year"]:
            rows = rows.filter(year=chosen["year"])
        if chosen["kind"]:
            rows = rows.filter(kind=chosen["kind"])
        if chosen["state"]:
            rows = rows.filter(cancelled_at__isnull=chosen["state"] == "valid")
        return rows.filter(words_q(chosen["q"]))

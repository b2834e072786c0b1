"""The query string of the board: which round, and which of its sheets."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from emulation.models import Round
from emulation.models.reports import ReportQuerySet
from emulation.reports.board import LATE, ON_TIME, OVERDUE, PENDING, SHOWN, Board
from emulation.states import STATES
from units.models import Unit

WHEN = [
    (ON_TIME, _("On time")),
    (LATE, _("Late")),
    (OVERDUE, _("Overdue")),
    (PENDING, _("Not due yet")),
]


class BoardForm(forms.Form):
    """A wrong or empty filter leaves the list whole."""

    round = forms.ModelChoiceField(
        Round.objects.select_related("drive"), label=_("Round"), required=False, empty_label=None
    )
    unit = forms.CharField(label=_("Unit"), required=False, max_length=100)
    state = forms.ChoiceField(
        choices=[("", _("All states")), *((key, STATES["sheet"][key][2]) for key in SHOWN)],
        label=_("State"),
        required=False,
    )
    when = forms.ChoiceField(choices=[("", _("On time or not")), *WHEN], label=_("On time or not"), required=False)
    under = forms.IntegerField(required=False, min_value=1, max_value=999_999, widget=forms.HiddenInput)

    @property
    def chosen(self) -> dict:
        """What was chosen and is valid."""
        self.is_valid()
        return self.cleaned_data

    @property
    def narrowed(self) -> bool:
        return any(self.chosen.get(name) for name in ("unit", "state", "when", "under"))

    def filter(self, board: Board) -> ReportQuerySet:
        chosen = self.chosen
        text = chosen.get("unit", "").strip()
        return board.filter(
            text=Q(unit__in=Unit.objects.found_by(text)) if text else Q(),
            state=chosen.get("state", ""),
            when=chosen.get("when", ""),
            under=chosen.get("under"),
        )

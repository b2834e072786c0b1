"""Forms of rounds and their calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from emulation.models import Round
from emulation.periods import YEARS, period_short
from emulation.services.rounds import Calendar, usual_calendar
from units.forms.fields import DayField

DATES = ("opens", "due", "closes")


class YearForm(forms.Form):
    """Query string: the year."""

    year = forms.IntegerField(label=_("Year"), min_value=YEARS[0], max_value=YEARS[-1])


class RoundsForm(forms.Form):
    """The calendar of a year's rounds: three dates for each of `quarters`, filled with the usual ones."""

    def __init__(self, *args: Any, year: int, quarters: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quarters = list(quarters)
        usual = usual_calendar(year)
        for quarter in self.quarters:
            for name, day in zip(DATES, usual[quarter], strict=True):
                label = capfirst(str(Round._meta.get_field(name).verbose_name))
                self.fields[f"{name}_{quarter}"] = DayField(label=label, initial=day, required=name != "closes")

    def clean(self) -> dict[str, Any]:
        for quarter in self.quarters:
            opens, due, closes = (self.cleaned_data.get(f"{name}_{quarter}") for name in DATES)
            if opens and due and due < opens:
                self.add_error(f"due_{quarter}", _("A round is due on the day it opens or later."))
            elif due and closes and closes < due:
                self.add_error(f"closes_{quarter}", _("A round closes on the day it is due or later."))
        return self.cleaned_data

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """(quarter in words, its three fields)."""
        return [(period_short(f"Q{q}"), [self[f"{name}_{q}"] for name in DATES]) for q in self.quarters]

    def calendar(self) -> Calendar:
        return {quarter: self._dates(quarter) for quarter in self.quarters}

    def _dates(self, quarter: int) -> tuple[date, date, date | None]:
        opens, due, closes = (self.cleaned_data[f"{name}_{quarter}"] for name in DATES)
        return opens, due, closes


class RoundForm(forms.ModelForm):
    class Meta:
        model = Round
        fields = DATES
        field_classes = dict.fromkeys(DATES, DayField)
        help_texts = {"closes": _("Empty: entry is not closed by date.")}

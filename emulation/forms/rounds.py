"""Forms of rounds and their calendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from emulation.models import Report, Round
from emulation.periods import YEARS, period_short
from emulation.reports.extensions import made_late
from emulation.services.rounds import Calendar, usual_calendar
from units.errors import LEAST_REASON
from units.forms.fields import DayField, RowsField
from units.forms.seen import SeenForm
from units.models import Unit

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
        names = {field.name: field.verbose_name for field in Round._meta.fields}
        for quarter in self.quarters:
            for name, day in zip(DATES, usual[quarter], strict=True):
                label = capfirst(str(names[name]))
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


class RoundForm(SeenForm):
    """The calendar of a round. A change that makes sheets late or closes them asks for a reason and a tick."""

    reason = forms.CharField(label=_("Reason"), max_length=300, min_length=LEAST_REASON, required=False)
    sure = forms.BooleanField(required=False)

    class Meta:
        model = Round
        fields = DATES
        field_classes = dict.fromkeys(DATES, DayField)
        help_texts = {"closes": _("Empty: entry is not closed by date.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self._ask_nothing_more()

    def _ask_nothing_more(self) -> None:
        for name in ("reason", "sure"):
            del self.fields[name]
            if self.is_bound:
                self.errors.pop(name, None)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        dates = {"due", "closes"} <= given.keys()
        count = made_late(self.instance, given["due"], given["closes"]) if dates else 0
        if not count:
            self._ask_nothing_more()
            return given
        # Bound fields have taken their label already.
        self["sure"].label = self.fields["sure"].label = ngettext(
            "%(count)d sheet that has not been handed in becomes late or closed at once. I want this.",
            "%(count)d sheets that have not been handed in become late or closed at once. I want this.",
            count,
        ) % {"count": count}
        if not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Sheets become late by this change: say why."))
        if not given.get("sure"):
            self.add_error("sure", _("Confirm that you want this."))
        self.instance.reason_of_change = given.get("reason", "")
        return given


class ExtensionForm(forms.Form):
    """More time for the units that are ticked among those that have not handed in (`reports`)."""

    units = RowsField(
        Unit.objects.none(),
        label=_("Units"),
        error_messages={
            "required": _("Tick at least one unit."),
            "invalid_choice": _("A unit you ticked has handed in meanwhile or is not yours; look at the list again."),
        },
    )
    until = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, reports: QuerySet[Report], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["units"].queryset = Unit.objects.filter(pk__in=reports.order_by().values("unit"))

    @property
    def ticked(self) -> set[str]:
        return set(self.data.getlist("units")) if self.is_bound else set()


class ExtensionFilter(forms.Form):
    """Query string: which units to offer, by code or name."""

    q = forms.CharField(label=_("Code or name of a unit"), required=False, max_length=100)

    def filter(self, reports: QuerySet[Report]) -> QuerySet[Report]:
        text = self.cleaned_data["q"].strip() if self.is_valid() else ""
        if not text:
            return reports
        exact = reports.filter(unit__code__iexact=text)
        return exact if exact.exists() else reports.filter(unit__in=Unit.objects.found_by(text))


class EndExtensionForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)

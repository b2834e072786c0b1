"""The query strings of the dashboard and of a figure's page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation import periods


class PeriodQueryForm(forms.Form):
    """Which figures: a year, a period, approved sheets alone or handed-in ones as well."""

    year = forms.IntegerField(min_value=periods.YEARS.start, max_value=periods.YEARS.stop - 1)
    period = forms.ChoiceField(choices=[(period, period) for period in periods.QUARTERS])
    basis = forms.ChoiceField(choices=[("approved", _("Approved")), ("all", _("With handed in"))], required=False)

    @property
    def handed_in(self) -> bool:
        return self.cleaned_data["basis"] == "all"


class FigureQueryForm(PeriodQueryForm):
    """Also by what the parts of the figure are shown."""

    by = forms.ChoiceField(choices=[("unit", _("By unit")), ("quarter", _("By quarter"))], required=False)


class DashboardQueryForm(PeriodQueryForm):
    """Also the indicator whose trend is drawn; one that is not there gives the first."""

    trend = forms.CharField(max_length=32, required=False)

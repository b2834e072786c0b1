"""Forms of the yearly task ratings of units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from units import clock
from units.models import TaskRating, Unit
from units.models.units import UnitQuerySet
from units.services.unit_ratings import REMOVE

LEAVE = ("", "–")


class UnitRatingFilter(forms.Form):
    """Query string of the page: the year, and a unit's code or name."""

    year = forms.IntegerField(
        label=_("Year"), required=False, validators=[MinValueValidator(1945), MaxValueValidator(2100)],
        widget=forms.NumberInput(attrs={"placeholder": _("this year")}),
    )  # fmt: skip
    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)

    @property
    def chosen_year(self) -> int:
        return self.cleaned_data["year"] or clock.today().year

    def filter(self, units: UnitQuerySet) -> UnitQuerySet:
        text = self.cleaned_data["q"]
        return units.found_by(text) if text.strip() else units


class UnitRatingsForm(forms.Form):
    """The task rating of a year for some units, one field a unit; empty leaves things as they are."""

    fill = forms.ChoiceField(
        label=_("For every unit here without a rating"), required=False, choices=[LEAVE, *TaskRating.Rating.choices]
    )
    decision = forms.CharField(label=_("Decision or minutes"), max_length=120, required=False)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        """`units` have their `rating`: the code of that of the year, or None."""
        super().__init__(*args, **kwargs)
        self.units = {f"rating-{unit.pk}": unit for unit in units}
        for name, unit in self.units.items():
            remove = [(REMOVE, _("Remove: entered by mistake"))] if unit.rating else []  # type: ignore[attr-defined]
            # The initial value travels along: a rating that somebody else changes meanwhile is not undone.
            self.fields[name] = forms.ChoiceField(
                label=unit.name, required=False, choices=[LEAVE, *TaskRating.Rating.choices, *remove],
                initial=unit.rating or "", show_hidden_initial=True,  # type: ignore[attr-defined]
            )  # fmt: skip

    def rows(self) -> list[tuple[Unit, forms.BoundField]]:
        return [(unit, self[name]) for name, unit in self.units.items()]

    def ratings(self) -> dict[Unit, str]:
        """The ratings that were chosen, and the one for all where a unit has none."""
        found = {self.units[name]: self.cleaned_data[name] for name in self.changed_data if name in self.units}
        if fill := self.cleaned_data["fill"]:
            blank = (u for name, u in self.units.items() if not self.cleaned_data[name] and not u.rating)  # type: ignore[attr-defined]
            found |= dict.fromkeys(blank, fill)
        return {unit: rating for unit, rating in found.items() if rating}

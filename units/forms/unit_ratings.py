"""Forms of the yearly task ratings of units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from units import clock
from units.forms.seen import SeenChoices
from units.models import TaskRating, Unit
from units.models.units import UnitQuerySet
from units.services.unit_ratings import REMOVE
from units.text import fold, normal

LEAVE = ("", "–")
MOST_LINES = 500  # pasted at once


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


class UnitRatingsForm(SeenChoices):
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


class PastedRatingsForm(forms.Form):
    """Ratings of a year copied from Excel: a line for each unit, with its code or name and its rating."""

    year = forms.IntegerField(label=_("Year"), validators=[MinValueValidator(1945), MaxValueValidator(2100)])
    decision = forms.CharField(label=_("Decision or minutes"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Lines from Excel"), max_length=60_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Copy the columns with code or name and rating, and paste them here. "
                    "Other columns are not read."),
    )  # fmt: skip

    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        """`units` may be rated."""
        super().__init__(*args, **kwargs)
        self.units = units
        self.ratings: dict[Unit, str] = {}

    def clean_text(self) -> str:
        """All errors at once, each with the number of its line."""
        text = self.cleaned_data["text"]
        lines = [(number, [normal(cell) for cell in re.split(r"[\t;]", line)])
                 for number, line in enumerate(text.splitlines(), start=1) if line.strip()]  # fmt: skip
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("At most %(most)d lines at once."), params={"most": MOST_LINES})
        known, words = self._named({cell for _number, cells in lines for cell in cells}), rating_words()
        errors = []
        for number, cells in lines:
            unit = next((known[cell.upper()] for cell in cells if cell.upper() in known), None)
            rating = next((words[fold(cell)] for cell in cells if fold(cell) in words), None)
            if unit is None:
                errors.append(_("Line %(number)d: none of the units that you rate has this code or name.")
                              % {"number": number})  # fmt: skip
            elif rating is None:
                errors.append(_("Line %(number)d: no rating for %(unit)s.") % {"number": number, "unit": unit})
            elif unit in self.ratings:
                errors.append(_("Line %(number)d: %(unit)s stands there twice.") % {"number": number, "unit": unit})
            else:
                self.ratings[unit] = rating
        if errors:
            raise forms.ValidationError(errors)
        return text

    def _named(self, cells: set[str]) -> dict[str, Unit]:
        """Code or name in capitals → unit; a name that several units have says nothing."""
        units = list(self.units.filter(Q(code__in=cells | {cell.upper() for cell in cells}) | Q(name__in=cells)))
        names = Counter(unit.name.upper() for unit in units)
        found = {unit.name.upper(): unit for unit in units if names[unit.name.upper()] == 1}
        return found | {unit.code.upper(): unit for unit in units}


def rating_words() -> dict[str, str]:
    """What ratings are called in either language, folded, and their codes → code."""
    found = {rating.value: rating.value for rating in TaskRating.Rating}
    for language in ("en", "vi"):
        with override(language):
            found |= {fold(str(rating.label)): rating.value for rating in TaskRating.Rating}
    return found

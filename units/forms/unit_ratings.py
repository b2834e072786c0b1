"""Forms of the yearly task ratings of units."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from units import clock
from units.errors import Refused
from units.forms.seen import SeenChoices
from units.models import TaskRating, Unit, UnitRating
from units.models.units import UnitQuerySet
from units.reports.seen import digest_of
from units.services.unit_ratings import REMOVE
from units.text import fold, normal

LEAVE = ("", "–")
MOST_LINES = 500  # pasted at once
SHOWN = 80  # characters of a line that a message repeats
NUMBER = re.compile(r"[0-9.,]+")  # of the line in its list
HEADS = {  # folded words above the columns of such lists
    "don vi", "ten don vi", "ma", "ma don vi", "xep loai", "muc do hoan thanh nhiem vu", "ket qua", "tt", "stt",
    "unit", "code", "name", "name of unit", "unit code", "rating", "task rating", "no.",
}  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class PastedRating:
    """A line that was pasted: the unit with the code of its rating now (None: none) and that of the line."""

    unit: Unit
    before: str | None
    after: str

    @property
    def changes(self) -> bool:
        return self.before != self.after

    @property
    def words(self) -> tuple[str, str]:
        """Before and after; "–" where there is none."""
        return str(TaskRating.Rating(self.before).label) if self.before else "–", str(
            TaskRating.Rating(self.after).label
        )


class PastedRatingsForm(forms.Form):
    """Ratings of a year copied from Excel: a line for each unit, with its code or name and its rating.

    First it is shown what each line changes; `mark` stands for what was shown, and what is sent with it is saved.
    """

    year = forms.IntegerField(label=_("Year"), validators=[MinValueValidator(1945), MaxValueValidator(2100)])
    decision = forms.CharField(label=_("Decision or minutes"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Lines from Excel"), max_length=60_000, widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Copy the columns with code or name and rating alone, with or without their head, and paste them "
                    "here. “HTXS”, “HTT”, “HT” and “KHT” are understood, too."),
    )  # fmt: skip
    mark = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, units: UnitQuerySet, **kwargs: Any) -> None:
        """`units` may be rated."""
        super().__init__(*args, **kwargs)
        self.units = units
        self.ratings: dict[Unit, str] = {}
        self.rows: list[PastedRating] = []

    def clean_text(self) -> str:
        """All errors at once, each with the number of its line and what stands there."""
        text = self.cleaned_data["text"]
        lines = [(number, [found for cell in re.split(r"[\t;]", line) if (found := normal(cell))])
                 for number, line in enumerate(text.splitlines(), start=1) if line.strip()]  # fmt: skip
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(_("At most %(most)d lines at once."), params={"most": MOST_LINES})
        reader = _Reader(self.units)
        if lines and reader.is_head(lines[0][1]):
            lines = lines[1:]
        errors = []
        for number, cells in lines:
            try:
                unit, rating = reader.read(cells)
                if unit in self.ratings:
                    raise Refused(gettext("%(unit)s stands there twice.") % {"unit": unit})
                self.ratings[unit] = rating
            except Refused as refused:
                words = {"number": number, "text": " | ".join(cells)[:SHOWN], "message": str(refused)}
                errors.append(gettext("Line %(number)d “%(text)s”: %(message)s") % words)
        if errors:
            raise forms.ValidationError(errors)
        return text

    def clean(self) -> dict[str, Any]:
        """What each line changes; without a line there is nothing to show."""
        if not self.errors and not self.ratings:
            self.add_error("text", _("There is no line with a unit and its rating."))
        if not self.errors:
            stored = UnitRating.objects.filter(year=self.cleaned_data["year"], unit__in=[u.pk for u in self.ratings])
            before = dict(stored.values_list("unit_id", "rating"))
            self.rows = [PastedRating(unit, before.get(unit.pk), rating) for unit, rating in self.ratings.items()]
        return self.cleaned_data

    @property
    def shown(self) -> str:
        """What the mark has to be for these lines to be saved: the year, and each unit with both of its ratings."""
        return digest_of((self.cleaned_data["year"], [(row.unit.pk, row.before, row.after) for row in self.rows]))

    @property
    def confirmed(self) -> bool:
        """Whether what would be saved is what was shown."""
        return self.cleaned_data["mark"] == self.shown

    def show(self) -> None:
        """Let the page carry the mark of what it shows now."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["mark"] = self.shown

    @property
    def changing(self) -> int:
        return sum(row.changes for row in self.rows)


class _Reader:
    """What the cells of a line say; reads the units once."""

    def __init__(self, units: UnitQuerySet) -> None:
        self.words = rating_words()
        self.named: dict[str, list[Unit]] = defaultdict(list)
        for unit in units.only("code", "name"):
            for key in {fold(unit.code), fold(unit.name)}:
                self.named[key].append(unit)

    def is_head(self, cells: Sequence[str]) -> bool:
        """Whether a first line names its columns: no cell is a unit or a rating, and one is known as a head."""
        keys = {fold(cell) for cell in cells}
        return not any(key in self.named or key in self.words for key in keys) and bool(keys & HEADS)

    def read(self, cells: Sequence[str]) -> tuple[Unit, str]:
        """The unit and the rating of a line. Raises `Refused` for two of either, none, or what is neither."""
        units, ratings = self._units(cells), {self.words[fold(cell)] for cell in cells if fold(cell) in self.words}
        if not units:
            raise Refused(gettext("none of the units that you rate has this code or name."))
        if len(units) > 1:
            raise Refused(
                gettext("these are several units: %(units)s.") % {"units": ", ".join(u.code for u in units)}
            )
        if len(ratings) > 1:
            raise Refused(gettext("two different ratings stand there; leave one."))
        rest = [cell for cell in cells if fold(cell) not in self.named and fold(cell) not in self.words]
        if rest := [cell for cell in rest if not NUMBER.fullmatch(cell)]:
            raise Refused(
                gettext("“%(text)s” is neither a unit that you rate nor a rating. Copy only the columns of both.")
                % {"text": rest[0][:SHOWN]}
            )
        if not ratings:
            raise Refused(gettext("there is no rating."))
        return units[0], ratings.pop()

    def _units(self, cells: Sequence[str]) -> list[Unit]:
        """The units that are named; a code beside a name that several have says which of them."""
        found = [self.named[key] for cell in cells if (key := fold(cell)) in self.named]
        sure = list(dict.fromkeys(units[0] for units in found if len(units) == 1))
        loose = [units for units in found if len(units) > 1 and not set(units) & set(sure)]
        return [*sure, *dict.fromkeys(unit for units in loose for unit in units)]


def rating_words() -> dict[str, str]:
    """What ratings are called in either language, folded, their codes and usual abbreviations → code.

    «Hoàn thành xuất sắc» is also «Hoàn thành xuất sắc nhiệm vụ», HTXS and HTXSNV.
    """
    found = {rating.value: rating.value for rating in TaskRating.Rating}
    for language in ("en", "vi"):
        with override(language):
            found |= {fold(str(rating.label)): rating.value for rating in TaskRating.Rating}
    with override("vi"):
        for rating in TaskRating.Rating:
            label = fold(str(rating.label))
            short = "".join(word[0] for word in label.split())
            found |= dict.fromkeys((f"{label} nhiem vu", short, f"{short}nv"), rating.value)
    return found

"""What is typed on a sheet: one small form a cell, and the filter of the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.checks import Entry, missing_parts, needs_reason, out_of_range, remark, wrong_parts
from emulation.models import Indicator, Report, Result, ResultItem, Round
from emulation.models.reports import ReportQuerySet
from emulation.numbers import NumberError, parse_number
from emulation.reports.lines import Spec
from emulation.reports.sheets import Row, Typed, seen_token
from emulation.services.cells import CellChange
from units import clock
from units.models import Unit

MINE, THEIRS = "mine", "theirs"
SHORT = {"kps": Result.Status.NIL, "kad": Result.Status.NOT_APPLICABLE}  # không phát sinh, không áp dụng


class CellForm(forms.Form):
    """A cell as typed: its fields are named `c<indicator>-…`.

    After `is_valid` the cell stands in `entry` (None: cleared). `seen` holds the stored state the cell was
    shown with and a sum of its inputs, so that lines nobody touched are left alone; `now` and `choice`
    answer a conflict.
    """

    status = forms.ChoiceField(choices=Result.Status, required=False)
    numerator = forms.CharField(required=False)
    denominator = forms.CharField(required=False)
    grade = forms.CharField(required=False)
    reason = forms.CharField(
        required=False,
        max_length=300,
        error_messages={"max_length": gettext_lazy("The reason has at most %(limit_value)d characters.")},
    )
    note = forms.CharField(
        required=False,
        max_length=500,
        error_messages={"max_length": gettext_lazy("The note has at most %(limit_value)d characters.")},
    )
    seen = forms.CharField(required=False)
    now = forms.CharField(required=False)
    choice = forms.ChoiceField(choices=[(MINE, MINE), (THEIRS, THEIRS)], required=False)

    def __init__(self, data: Mapping[str, str], *, spec: Spec) -> None:
        super().__init__(data, prefix=f"c{spec.indicator.pk}")
        self.spec = spec
        self.entry: Entry | None = None

    @property
    def typed(self) -> Typed:
        """What stands in the inputs, whether it can be saved or not."""
        return Typed(
            self._text("status") or Result.Status.REPORTED, self._text("numerator"), self._text("denominator"),
            self._text("grade"), tuple(self._text(f"item-{item.pk}") for item in self.spec.items),
            remark(self._text("reason")), remark(self._text("note")),
        )  # fmt: skip

    def _text(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name), "")).strip()

    @property
    def sent(self) -> bool:
        return self.add_prefix("seen") in self.data

    @property
    def untouched(self) -> bool:
        """Whether the inputs stand as they were shown, or somebody else's figure was chosen."""
        if self._text("choice") == THEIRS:
            return True
        seen = self._text("seen")
        return not self._text("choice") and seen == seen_token(seen.partition(":")[0], self.typed)

    @property
    def change(self) -> CellChange:
        seen = self._text("now") if self._text("choice") == MINE else self._text("seen").partition(":")[0]
        return CellChange(self.spec.indicator.pk, self.entry, seen)

    @property
    def messages(self) -> list[str]:
        return [str(message) for messages in self.errors.values() for message in messages]

    def fields_of(self, typed: Typed) -> dict[str, str]:
        """Field name → what stands in it."""
        names = ["status", "numerator", "denominator", "grade", "reason", "note"]
        values = [typed.status, typed.numerator, typed.denominator, typed.grade, typed.reason, typed.note]
        names += [f"item-{item.pk}" for item in self.spec.items]
        return {self.add_prefix(name): value for name, value in zip(names, [*values, *typed.items], strict=True)}

    def token(self, mark: str) -> str:
        """What `seen` becomes once the cell has been saved as typed."""
        return seen_token(mark, self.typed)

    def clean(self) -> dict[str, Any]:
        typed = self.typed
        if not self.errors and self._empty(typed):
            self._refuse_unlike_register(None)
        if self.errors or self._empty(typed):
            return self.cleaned_data
        entry = self._entry(typed)
        if entry is None:
            return self.cleaned_data
        indicator = self.spec.indicator
        messages = [*missing_parts(indicator, entry), *wrong_parts(indicator, entry), *needs_reason(entry)]
        if not messages:
            low, high = self.spec.low, self.spec.high
            messages = [*out_of_range(indicator, entry, low, high, indicator.shown_decimals)]
        for message in dict.fromkeys(messages):
            self.add_error(None, message)
        if not messages:
            messages = self._refuse_unlike_register(entry)
        self.entry = None if messages else entry
        return self.cleaned_data

    def _refuse_unlike_register(self, entry: Entry | None) -> list[str]:
        """Every way of typing a figure passes here: a fed cell takes only what its register says."""
        messages = list(self.spec.fed.refusal(entry)) if self.spec.fed else []
        for message in messages:
            self.add_error(None, message)
        return messages

    @staticmethod
    def _empty(typed: Typed) -> bool:
        """Whether nothing at all is reported; a note alone is no figure, but is not thrown away either."""
        parts = (typed.numerator, typed.denominator, typed.grade, *typed.items, typed.note)
        return typed.status == Result.Status.REPORTED and not any(parts)

    def _entry(self, typed: Typed) -> Entry | None:
        """The figure that was typed; None, with errors added, where a number or an answer cannot be read."""
        numerator, denominator = self._number("numerator"), self._number("denominator")
        items = self._items(typed)
        if self.errors or items is None:
            return None
        if self._is_zero_of_empty_register(typed, numerator):
            typed, numerator = replace(typed, status=Result.Status.NIL, reason=""), None
        if items:
            states = list(items.values())
            numerator = Decimal(states.count(ResultItem.State.MET))
            denominator = Decimal(len(states) - states.count(ResultItem.State.NOT_APPLICABLE))
            if not denominator:
                self.add_error(None, _("No item applies. Choose “Not applicable” for the whole line."))
                return None
        if self._is_halved(typed) and numerator is None:
            numerator = self.spec.fed.value  # type: ignore[union-attr]
        grade = next((row.pk for row in self.spec.grades if str(row.pk) == typed.grade), None)
        reason = "" if typed.status == Result.Status.REPORTED else typed.reason
        fed = self.spec.fed
        if typed.status == Result.Status.NIL and fed is not None and not fed.holds:
            reason = reason or fed.nothing()  # the register stands behind it
        return Entry(typed.status, numerator, denominator, grade, items, reason, typed.note)

    def _is_zero_of_empty_register(self, typed: Typed, numerator: Decimal | None) -> bool:
        """Whether 0 was typed where a register counts and holds nothing: what the officer says is “nothing occurred”.

        Read so, it counts as reported and compares like 0; refused, one such cell would hold up a whole workbook.
        """
        fed = self.spec.fed
        counts = self.spec.indicator.measure in (Indicator.Measure.COUNT, Indicator.Measure.AMOUNT)
        reported = typed.status == Result.Status.REPORTED
        return fed is not None and not fed.holds and counts and reported and numerator == 0

    def _is_halved(self, typed: Typed) -> bool:
        """Whether the register knows the numerator, and the whole alone has to be typed."""
        fed = self.spec.fed
        return typed.status == Result.Status.REPORTED and fed is not None and fed.source.halved

    def _number(self, name: str) -> Decimal | None:
        text = self._text(name)
        if not text:
            return None
        try:
            return parse_number(text, self.spec.indicator.decimals)
        except NumberError as error:
            self.add_error(name, str(error))
            return None

    def _items(self, typed: Typed) -> dict[int, str] | None:
        """Answers by item; empty for other measures and for nil; None, with an error, when one is missing."""
        given = {item.pk: state for item, state in zip(self.spec.items, typed.items, strict=True) if state}
        if typed.status != Result.Status.REPORTED or not self.spec.items:
            return given
        if len(given) < len(self.spec.items) or not set(given.values()) <= set(ResultItem.State.values):
            self.add_error(None, _("Answer every item: met, not met or not applicable."))
            return None
        return given


def cell_forms(data: Mapping[str, str], rows: list[Row], specs: Mapping[int, Spec]) -> dict[int, CellForm]:
    """The forms of the open lines that were sent."""
    found = {row.key: CellForm(data, spec=specs[row.key]) for row in rows if row.open}
    return {key: form for key, form in found.items() if form.sent}


def round_of_today() -> int | None:
    """What a list shows until another round is chosen: the open one that is due next, else the one due last."""
    today = clock.today()
    opened = Round.objects.filter(opens__lte=today).values_list("pk", "due")
    return min(opened, key=lambda row: (row[1] < today, abs((row[1] - today).days), -row[0]), default=(None,))[0]


class ReportFilter(forms.Form):
    """Which sheets of the branch to list. An empty or wrong filter leaves the list whole."""

    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=100)
    round = forms.ModelChoiceField(
        Round.objects.select_related("drive"),
        label=gettext_lazy("Round"),
        required=False,
        empty_label=gettext_lazy("All rounds"),
    )
    state = forms.ChoiceField(
        choices=[("", gettext_lazy("All states")), *Report.State.choices], label=gettext_lazy("State"), required=False
    )

    def filter(self, reports: ReportQuerySet) -> ReportQuerySet:
        chosen = self.cleaned_data if self.is_valid() else {}
        if chosen.get("unit"):
            reports = reports.filter(unit__in=Unit.objects.found_by(chosen["unit"]))
        if chosen.get("round"):
            reports = reports.filter(round=chosen["round"])
        if chosen.get("state"):
            reports = reports.filter(state=chosen["state"])
        return reports


class WithdrawForm(forms.Form):
    """A word to the staff about a sheet or registration that is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Word to the staff (may stay empty)"), max_length=500, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class GiveBackForm(forms.Form):
    """What the staff are to do with what they reported as ready."""

    reason = forms.CharField(
        label=gettext_lazy("What the staff are to do"), max_length=500, widget=forms.Textarea({"rows": 3})
    )

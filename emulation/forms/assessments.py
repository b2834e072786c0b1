"""Forms of assessments: the filter, beginning one, its answers, the reviewer's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from emulation.models import PERIODS, Assessment, AssessmentAnswer, Checklist, ChecklistItem, PartyCell
from emulation.models.assessments import AssessmentQuerySet
from emulation.numbers import NumberError, input_number, parse_number
from emulation.periods import period_short
from emulation.reports.assessment_feeds import fed_rows
from emulation.services.assessments import Entry
from units import clock
from units.forms.fields import BranchField, branches_named
from units.forms.layout import laid_out
from units.forms.seen import SeenPage
from units.models import Person, Role, Unit, UnitPilot, User

YEARS = [MinValueValidator(1945), MaxValueValidator(2099)]
FORM = "%s-%d"


def period_choices(first: str) -> list[tuple[str, Any]]:
    return [("", first), *((code, period_short(code)) for code in PERIODS)]


class AssessmentFilter(forms.Form):
    """Query string of the list of assessments. `very` and `until` come from a fed figure: exactly what makes it."""

    q = forms.CharField(label=_("Unit, party cell or person"), required=False, max_length=100)
    checklist = forms.ModelChoiceField(
        Checklist.objects.none(), label=_("Checklist"), required=False, empty_label=_("Every checklist")
    )
    unit = BranchField()
    year = forms.IntegerField(label=_("Year"), required=False, validators=YEARS)
    period = forms.ChoiceField(label=_("Period"), required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Every state")), *Assessment.State.choices]
    )
    pilot = forms.BooleanField(label=_("Pilot units only"), required=False)
    very = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    until = forms.DateField(required=False, widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["checklist"].queryset = Checklist.objects.visible_to(user)
        self.fields["period"].choices = period_choices(gettext("Every period"))

    def filter(self, rows: AssessmentQuerySet) -> AssessmentQuerySet:
        """`rows` as chosen; a unit stands for its whole branch."""
        chosen = self.cleaned_data
        if chosen["unit"]:
            rows = rows.filter(branches_named(self.user, chosen["unit"]))
        for name in ("checklist", "year", "period", "state"):
            if chosen[name]:
                rows = rows.filter(**{name: chosen[name]})
        if chosen["very"]:
            rows = rows.filter(unit=chosen["very"])
        if chosen["until"]:
            rows = fed_rows(rows, chosen["until"])
        if chosen["pilot"]:
            rows = rows.filter(unit__in=UnitPilot.objects.on(clock.today()).values("unit"))
        return rows.found_by(chosen["q"])


class BeginForm(forms.Form):
    """Who is assessed by what and for which period. The fields follow from the checklist."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"))
    cell = forms.ModelChoiceField(PartyCell.objects.none(), label=_("Party cell"))
    person = forms.ModelChoiceField(Person.objects.none(), label=_("Person"))
    key_cadre = forms.BooleanField(
        label=_("Key cadre"), required=False, help_text=_("Heads and their deputies, secretaries: cán bộ chủ trì.")
    )
    year = forms.IntegerField(label=_("Year"), validators=YEARS)
    period = forms.ChoiceField(label=_("Period"))

    def __init__(self, *args: Any, user: User, checklist: Checklist, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staffed = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=staffed)
        self.fields["cell"].queryset = PartyCell.objects.filter(unit__in=staffed).select_related("unit")
        self.fields["cell"].label_from_instance = lambda row: f"{row.name} ({row.unit.short})"
        self.fields["person"].queryset = Person.objects.filter(unit__in=staffed).serving()
        self.fields["person"].label_from_instance = lambda row: (
            f"{row.full_name}{f', {row.post}' if row.post else ''}"
        )
        self.fields["period"].choices = period_choices("–")
        self.initial.setdefault("year", clock.today().year)
        if len(set(staffed)) == 1:
            self.initial.setdefault("unit", staffed[0])
        body = Checklist.Body
        unused = {body.UNIT: ["cell", "person", "key_cadre"], body.CELL: ["unit", "person", "key_cadre"],
                  body.PERSON: ["unit", "cell"]}  # fmt: skip
        for name in unused[body(checklist.body)]:
            del self.fields[name]
        self.helper = laid_out(*self.fields)

    def values(self) -> dict[str, Any]:
        """Arguments of `services.assessments.begin`."""
        data = self.cleaned_data
        body = data.get("cell") or data.get("person")
        names = ("cell", "person", "key_cadre", "year", "period")
        return {"unit": body.unit if body else data["unit"]} | {name: data[name] for name in names if name in data}


class AnswersForm:
    """The answers to items as fields `answer-KEY`, `score-KEY`, `words-KEY`. Read by hand: one row an item.

    `errors` are by item. What was typed is kept.
    """

    def __init__(self, data: Mapping[str, str] | None, *, row: Assessment, items: Sequence[ChecklistItem]) -> None:
        self.data, self.row, self.items = data, row, items
        self.scored = row.checklist.answers == Checklist.Answers.SCORE
        self.errors: dict[int, str] = {}
        self.entries: dict[int, Entry] = {}
        if data is not None:
            for item in items:
                self._read(item.pk)

    def _read(self, pk: int) -> None:
        answer, words = self.text("answer", pk), self.text("words", pk)
        if answer not in ("", *AssessmentAnswer.Answer.values):
            self.errors[pk] = gettext("Choose one of the answers.")
            return
        if len(words) > 500 or len(self.text("why", pk)) > 500:
            self.errors[pk] = gettext("At most 500 characters.")
            return
        score: Decimal | None = None
        typed = self.text("score", pk)
        if self.scored and typed and answer != AssessmentAnswer.Answer.NOT_APPLICABLE:
            try:
                score = parse_number(typed, 2)
            except NumberError as error:
                self.errors[pk] = str(error)
                return
            highest = self.row.template.maximum or Decimal(0)
            if not 0 <= score <= highest:
                words = gettext("A score lies between 0 and %(highest)s.")
                self.errors[pk] = words % {"highest": input_number(highest)}
                return
        if self.scored and answer != AssessmentAnswer.Answer.NOT_APPLICABLE:
            answer = ""
        self.entries[pk] = Entry(answer, score, words)

    def text(self, name: str, pk: int) -> str:
        return (self.data or {}).get(FORM % (name, pk), "").strip()

    @property
    def is_valid(self) -> bool:
        return not self.errors

    def fields(self, stored: Mapping[int, AssessmentAnswer], *, judging: bool = False) -> dict[int, dict[str, Any]]:
        """What stands in the fields of each item: what was typed, else what is stored."""
        found = {}
        for item in self.items:
            one = stored.get(item.pk)
            if self.data is not None:
                values = {name: self.text(name, item.pk) for name in ("answer", "score", "words")}
            else:
                values = {
                    "answer": one.answer if one else "", "score": input_number(one.score) if one else "",
                    "words": one.words if one and not judging else "",
                }  # fmt: skip
            said = {"error": self.errors.get(item.pk, ""), "why": self.text("why", item.pk)}
            differs = judging and one is not None and item.pk in self.entries and self._differs(item.pk, one)
            found[item.pk] = (
                values | said | {"open": bool(values["words"] or said["error"] or said["why"] or differs)}
            )
        return found

    def _differs(self, pk: int, one: AssessmentAnswer) -> bool:
        """Whether the reviewer chose another answer than the unit."""
        entry = self.entries[pk]
        return (entry.answer, entry.score) != (one.answer, one.score)

    def reasons(self) -> dict[int, str]:
        """Why items come back, by item."""
        return {item.pk: self.text("why", item.pk) for item in self.items if self.text("why", item.pk)}


class ConfirmForm(SeenPage, forms.Form):
    """An assessment handed in, or judged, as the page shows it."""


class PeriodForm(forms.Form):
    """Query string of the table of a branch."""

    year = forms.IntegerField(label=_("Year"), required=False, validators=YEARS)
    period = forms.ChoiceField(label=_("Period"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].choices = [(code, period_short(code)) for code in PERIODS]

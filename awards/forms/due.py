"""The query string of «Who is due», attestations, grants and their revocation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from awards.criteria import AwardRule
from awards.models import Attestation, Award, Grant
from awards.reports.standing import Key, Standing, place_of
from awards.wording import label_of
from units.forms.fields import BranchField, DayField
from units.forms.seen import Seen
from units.models import Unit
from units.reports.seen import Change
from units.text import fold, normal

STATES = [
    ("", _("Where something is known")),
    ("all", _("Every state")),
    ("eligible", _("Eligible, not yet granted")),
    ("unasked", _("Eligible and not nominated")),
    ("not_met", _("Not met")),
    ("no_data", _("No data")),
    ("unknown", _("Nothing known yet")),
    ("held", _("Granted")),
    ("revoked", _("Revoked")),
]
IN_STATE = {
    "unasked": ("eligible",),
    "revoked": ("eligible",),
}  # state chosen → states of lines, where it is not one of them
KINDS = [("", _("People and units")), ("person", _("People")), ("unit", _("Units"))]


class DueFilter(forms.Form):
    """Award, state, people or units, a unit of the branch, and a name."""

    award = forms.ChoiceField(label=_("Award"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    kind = forms.ChoiceField(label=_("For"), required=False, choices=KINDS)
    unit = BranchField()
    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)

    def __init__(self, *args: Any, awards: Iterable[AwardRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["award"].choices = [("", _("Every award")), *((a.code, label_of(a)) for a in awards)]  # type: ignore[attr-defined]

    def filter(
        self, standing: Standing, units: Iterable[Unit], nominated: Collection[Key], revoked: Collection[Key] = ()
    ) -> Sequence[int]:
        """The lines (numbers) that were chosen, in their order. `units` of the branch may be named.

        Without a state those that say something; of who is asked for by name, all. Who could be proposed but has
        lost the very award of the year (`revoked`) is not among the eligible.
        """
        chosen = self._state
        found = self._named(self._in_state(standing, chosen), standing, units)
        if chosen == "revoked":
            return [line for line in found if standing.key(line) in revoked]
        without = {"unasked": {*nominated, *revoked}, "eligible": revoked}.get(chosen, ())
        return [line for line in found if standing.key(line) not in without] if without else found

    def left_out(self, standing: Standing, units: Iterable[Unit]) -> Sequence[int]:
        """Lines of those chosen of which nothing is known yet, where no state was asked for."""
        return [] if self._state else self._named(standing.parted[1], standing, units)

    @property
    def _state(self) -> str:
        state: str = self.cleaned_data["state"]
        return state or ("all" if self.cleaned_data["q"].strip() else "")

    def _in_state(self, standing: Standing, chosen: str) -> Sequence[int]:
        said, silent = standing.parted
        whole = {"": said, "all": standing.lines, "unknown": silent}
        return whole[chosen] if chosen in whole else standing.in_states(IN_STATE.get(chosen, (chosen,)))

    def _named(self, lines: Sequence[int], standing: Standing, units: Iterable[Unit]) -> Sequence[int]:
        """Those of the lines that are of whom was chosen: people or units, of a unit, by name."""
        if not (self.cleaned_data["kind"] or self.cleaned_data["q"].strip() or self.cleaned_data["unit"]):
            return lines
        places = self._places(standing, units)
        return [line for line in lines if place_of(line) in places]

    def _places(self, standing: Standing, units: Iterable[Unit]) -> set[int]:
        """The places of the subjects that were chosen."""
        kind, words = self.cleaned_data["kind"], fold(self.cleaned_data["q"]).split()
        paths = self._paths(units)
        return {
            place
            for place, one in standing.shown.items()
            if kind in ("", one.subject.kind)
            and (paths is None or one.path.startswith(paths))
            and all(word in standing.words[place] for word in words)
        }

    def _paths(self, units: Iterable[Unit]) -> tuple[str, ...] | None:
        """Paths of the units meant by the code, else by words of the name; None where no unit was typed."""
        text = self.cleaned_data["unit"].strip()
        if not text:
            return None
        units = list(units)
        exact = [unit.path for unit in units if fold(unit.code) == fold(text)]
        words = fold(text).split()
        return tuple(exact or [unit.path for unit in units if all(word in unit.search for word in words)])


class WhatIfForm(forms.Form):
    """The day whose rules are tried out."""

    day = DayField(label=_("Rules in force on"))


class AttestForm(Seen, forms.Form):
    """One criterion confirmed or denied, with what proves it; what is attested already is shown and compared.

    `asked` are the columns that name what is attested of whom; the first attestation is compared, too.
    """

    holds = forms.ChoiceField(
        label=_("Finding"), choices=[("", "---------"), ("1", _("It is so")), ("0", _("It is not so"))]
    )
    evidence = forms.CharField(
        label=_("Evidence"), max_length=300, help_text=_("Minutes, decision, register: number and date.")
    )

    def __init__(self, *args: Any, asked: Mapping[str, Any], **kwargs: Any) -> None:
        self.asked = asked
        self.row = self._row(Attestation.objects.select_related("by"))
        super().__init__(*args, **kwargs | {"initial": self.beside(self.row)})

    def _row(self, rows: QuerySet[Attestation]) -> Attestation:
        return rows.filter(**self.asked).first() or Attestation(**self.asked)

    def beside(self, row: Attestation) -> dict[str, Any]:
        known = row.pk is not None
        return {"holds": ("1" if row.holds else "0") if known else "", "evidence": row.evidence}

    def stored(self) -> Attestation:
        subject = self.row.person or self.row.unit
        assert subject is not None
        type(subject)._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=subject.pk)
        return self._row(Attestation.objects.select_for_update(of=("self",)))

    def _first(self) -> dict[str, Any]:
        return self.beside(self.row)

    def change(self, row: Attestation, since: datetime) -> Change | None:
        return Change(row.by, row.at) if row.pk else None

    def clean_evidence(self) -> str:
        return normal(self.cleaned_data["evidence"])


class GrantForm(forms.ModelForm):
    """An award entered into the history of a person or unit."""

    decided = DayField(label=_("Decided on"), required=False)

    class Meta:
        model = Grant
        fields = ["award", "year", "period", "level", "decision", "decided", "signer", "merit", "bonus", "register"]

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["award"].queryset = Award.objects.filter(subject__in=["", kind])  # type: ignore[attr-defined]
        self.fields["decision"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return {name: normal(value) if isinstance(value, str) else value for name, value in cleaned.items()}


class RevokeForm(forms.Form):
    on = DayField(label=_("Revoked on"))
    why = forms.CharField(label=_("Why it was revoked"), max_length=300, min_length=10)

    def clean_why(self) -> str:
        return normal(self.cleaned_data["why"])

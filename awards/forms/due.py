"""The query string of «Who is due», attestations, grants and their revocation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from awards.criteria import AwardRule, State
from awards.models import Award, Grant
from awards.reports.due import Line
from awards.wording import label_of
from units.forms.fields import DayField
from units.text import fold, normal

STATES = [
    ("", _("Every state")),
    ("eligible", _("Eligible, not yet granted")),
    ("not_met", _("Not met")),
    ("no_data", _("No data")),
    ("held", _("Granted")),
]
KINDS = [("", _("People and units")), ("person", _("People")), ("unit", _("Units"))]


class DueFilter(forms.Form):
    """Award, state, people or units, and a name."""

    award = forms.ChoiceField(label=_("Award"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    kind = forms.ChoiceField(label=_("For"), required=False, choices=KINDS)
    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)

    def __init__(self, *args: Any, awards: Iterable[AwardRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["award"].choices = [("", _("Every award")), *((a.code, label_of(a)) for a in awards)]  # type: ignore[attr-defined]

    def filter(self, lines: list[Line]) -> list[Line]:
        chosen = self.cleaned_data
        words = fold(chosen["q"]).split()
        return [
            line
            for line in lines
            if self._in_state(line)
            and chosen["kind"] in ("", line.subject.kind)
            and all(word in fold(f"{line.subject.name} {line.subject.code}") for word in words)
        ]

    def _in_state(self, line: Line) -> bool:
        state = self.cleaned_data["state"]
        if state in ("", "eligible", "held"):
            return {"": True, "eligible": line.eligible, "held": line.held}[state]
        return not line.held and not line.eligible and line.verdict.state == State(state)


class AttestForm(forms.Form):
    """One criterion confirmed or denied, with what proves it."""

    holds = forms.ChoiceField(label=_("Finding"), choices=[("1", _("It is so")), ("0", _("It is not so"))])
    evidence = forms.CharField(
        label=_("Evidence"), max_length=300, help_text=_("Minutes, decision, register: number and date.")
    )

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

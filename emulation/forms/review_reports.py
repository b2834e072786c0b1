"""What is typed about a review report: a paragraph, the sign-off, the reopening, a phrase."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation import phrases
from emulation.forms.coverage import CoverageForm
from emulation.models import Phrase, ReviewReport
from emulation.numbers import format_number
from units.forms.fields import DayField, normal_texts
from units.forms.seen import SeenForm, SeenPage

LONGEST = 8000  # characters of a paragraph
ACTIONS = ("edit", "add", "leave_out", "put_back", "figures", "draft", "kept")


class ParagraphForm(forms.Form):
    """What is done to the paragraph `key`; `version` is the one that was on the screen."""

    action = forms.ChoiceField(choices=[(action, action) for action in ACTIONS])
    key = forms.CharField(max_length=120)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    text = forms.CharField(required=False)

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if len(text) > LONGEST:
            raise forms.ValidationError(
                _("A paragraph has at most %(most)s characters; this one has %(count)s. Divide it into several.")
                % {"most": format_number(LONGEST, 0), "count": format_number(len(text), 0)}
            )
        return text


# Another day asks for the number of its year: `views.review_reports.sign` answers with the field anew.
NUMBER_OF_DAY = {
    "hx-get": "", "hx-trigger": "change", "hx-include": "#id_number", "hx-target": "#div_id_number",
    "hx-swap": "outerHTML",
}  # fmt: skip


class SignForm(CoverageForm, SeenPage, forms.ModelForm):
    """A report signed off as the page shows it, and what it carries on paper beside its words."""

    day = DayField(label=_("Date"))

    class Meta:
        model = ReviewReport
        fields = ["number", "day", "place", "signer", "signer_post"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("number", "signer", "signer_post", "place"):
            self.fields[name].required = True
        self.fields["day"].widget.attrs |= NUMBER_OF_DAY

    def clean(self) -> dict[str, Any]:
        return normal_texts(super().clean())


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))


class PhraseField(forms.CharField):
    """The text of a phrase: its fields stand in it under their Vietnamese names."""

    def prepare_value(self, value: Any) -> Any:
        return phrases.shown(phrases.stored(value)) if isinstance(value, str) else value

    def to_python(self, value: Any) -> str:
        return phrases.stored(super().to_python(value) or "")


class PhraseForm(SeenForm):
    """A unit's own words; empty: those of the unit above."""

    keyed_by = ("unit", "key")

    class Meta:
        model = Phrase
        fields = ["text"]
        field_classes = {"text": PhraseField}
        widgets = {"text": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False
        self.fields["text"].strip = False
        self.fields["text"].help_text = _("Empty: the words of the unit above.")
        if phrases.fields_of(self.instance.key):
            self.fields["text"].help_text = _(
                "What stands in braces is filled in from the figures; the list below says with what. "
                "Empty: the words of the unit above."
            )

    def clean_text(self) -> str:
        """One line; a blank at its beginning stays where ours begins with one: what is said stands before it."""
        text = " ".join(self.cleaned_data["text"].splitlines()).rstrip()
        return text if phrases.shipped().get(self.instance.key, "").startswith(" ") else text.lstrip()

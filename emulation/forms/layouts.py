"""What is typed about the layout of papers, and the Word template that is sent."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation.forms.fields import refuse_gaps
from emulation.models import LayoutProfile
from emulation.official import MARGINS
from units.forms.fields import FileInput
from units.forms.seen import SeenForm
from units.text import normal

TEXTS = ("superior_line", "own_line", "abbreviation", "place", "signer", "signer_post")


class LayoutForm(SeenForm):
    """The profile of a unit; what is left empty is that of the unit above, or follows from the unit itself."""

    keyed_by = ("unit",)

    class Meta:
        model = LayoutProfile
        fields = [*TEXTS, "recipients", *MARGINS, "size"]
        help_texts = {
            "superior_line": _("Empty: the name of the unit above."),
            "own_line": _("Empty: the name of the unit."),
            "abbreviation": _("As in “12/BC-CKT”. Empty: the code of the unit."),
            "place": _("Empty: that of the unit above."),
            "signer": _("Rank and name, offered when a paper is signed."),
            "recipients": _("One a line, such as “Lưu: VT”. Empty: those of the unit above."),
        }
        widgets = {"recipients": forms.Textarea({"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (least, most, default) in MARGINS.items():
            field = self.fields[name]
            field.min_value, field.max_value = least, most
            field.validators += [_between(least, most)]
            words = _("%(least)d–%(most)d mm. Empty: that of the unit above, else %(default)d.")
            field.help_text = words % {"least": least, "most": most, "default": default}

    def clean_abbreviation(self) -> str:
        """It stands in every number of the unit: letters, digits, and what parts them."""
        found = normal(self.cleaned_data["abbreviation"])
        if not all(char.isalnum() or char in "-.–& " for char in found):
            raise forms.ValidationError(_("Use letters, digits and hyphens only."))
        return found

    def clean(self) -> dict[str, Any]:
        super().clean()
        refuse_gaps(self, ("place", "signer", "signer_post"))  # left empty they are asked for when a paper is signed
        cleaned = self.cleaned_data
        return {name: normal(value) if name in TEXTS else value for name, value in cleaned.items()}


def _between(least: int, most: int) -> Any:
    def check(value: int) -> None:
        if not least <= value <= most:
            raise forms.ValidationError(
                _("Between %(least)d and %(most)d mm.") % {"least": least, "most": most}, code="margin"
            )

    return check


class TemplateForm(forms.Form):
    file = forms.FileField(label=_("Word file"), widget=FileInput({"accept": ".docx"}))

"""The tick by which a commander signs although sheets are missing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.reports.progress import Coming


class CoverageForm(forms.BaseForm):
    """A form about a paper of a period that rests on `coverage`: where it is not complete, that is to be known."""

    def __init__(self, *args: Any, coverage: Coming | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if coverage is not None and not coverage.complete:
            self.fields["known"] = forms.BooleanField(
                label=known_words(coverage),
                error_messages={"required": _("Sheets are missing: tick that you know it, or wait for them.")},
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned.pop("known", None)  # it is no part of the paper
        return cleaned


def known_words(coverage: Coming) -> str:
    """How many sheets are missing, and of which rounds."""
    missing = coverage.sheets - coverage.counted
    words = ngettext(
        "I know that %(missing)d of %(sheets)d sheets is not approved yet: %(rounds)s.",
        "I know that %(missing)d of %(sheets)d sheets are not approved yet: %(rounds)s.",
        missing,
    )
    behind = (row for row in coverage.quarters if row.counted < row.sheets)
    rounds = "; ".join(f"{row.label} {row.sheets - row.counted}/{row.sheets}" for row in behind)
    return words % {"missing": missing, "sheets": coverage.sheets, "rounds": rounds}

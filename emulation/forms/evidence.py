"""Files that are attached, and the reason for which one is removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from units.files import KINDS
from units.forms.fields import FileInput, JudgedReasonField

ENDINGS = ",".join([*(f".{kind}" for kind in KINDS), ".jpeg", ".tiff"])


class FilesInput(FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files. What they are, and that there is one, the service checks."""

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(FilesField, self).clean(file, initial) for file in data or [] if file is not None]


class AttachForm(forms.Form):
    """Files, and what they prove: a line of the sheet, or the sheet as a whole."""

    indicator = forms.TypedChoiceField(
        label=_("What the files prove"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    files = FilesField(  # type: ignore[assignment]  # not `BaseForm.files`: fields stand apart
        label=_("Files"), required=False, allow_empty_file=True,
        widget=FilesInput(attrs={"multiple": True, "accept": ENDINGS, "class": "form-control"}),
    )  # fmt: skip

    def __init__(self, *args: Any, lines: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", _("The whole sheet")), *lines]


class RemoveForm(forms.Form):
    why = JudgedReasonField(
        label=_("Why is the file removed?"), max_length=300, widget=forms.TextInput(),
        help_text=_("The file stays kept, with your name and this reason in the history."),
    )  # fmt: skip

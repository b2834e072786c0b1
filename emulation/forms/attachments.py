"""Files attached to what happens in a movement."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from emulation.forms.evidence import ENDINGS, FilesField, FilesInput
from emulation.models import Attachment


class FilesForm(forms.ModelForm):
    """Files with one caption; what they are, and that there is one, the service checks."""

    files = FilesField(  # type: ignore[assignment]  # not `BaseForm.files`: fields stand apart
        label=_("Files"), required=False, allow_empty_file=True,
        widget=FilesInput(attrs={"multiple": True, "accept": ENDINGS, "class": "form-control"}),
    )  # fmt: skip

    class Meta:
        model = Attachment
        fields = ["caption", "credit"]

    field_order = ["files", "caption", "credit"]

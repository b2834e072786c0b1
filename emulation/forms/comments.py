"""What is said about a line of a sheet."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CommentForm(forms.Form):
    """One comment. That it is neither empty nor too long, and whom it mentions, is judged by the service."""

    text = forms.CharField(label=_("Comment"), required=False, widget=forms.Textarea({"rows": 3}))

"""How the fields of a form stand on its page."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout


def pair(*names: Any) -> Div:
    """Fields beside each other."""
    return Div(*names, css_class="qt-pair")


def laid_out(*layout: Any) -> FormHelper:
    """Fields in this order, within a form tag that the page writes."""
    helper = FormHelper()
    helper.form_tag, helper.disable_csrf = False, True
    helper.layout = Layout(*layout)
    return helper

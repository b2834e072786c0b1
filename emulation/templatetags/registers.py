"""The tabs of the registers of a movement."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.reports.registers import REGISTERS

register = template.Library()


@register.simple_tag(takes_context=True)
def register_tabs(context: template.Context) -> list[tuple[str, str | Promise, str]]:
    """Key, label and address of each register that the user reads, after the overview."""
    user = context["request"].user
    tabs = [(row.key, row.label, reverse(row.name)) for row in REGISTERS if row.shown(user)]
    return [("home", _("Overview"), reverse("emulation:register-home")), *tabs]

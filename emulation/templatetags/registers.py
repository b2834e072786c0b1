"""The tabs of the registers of a movement."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.reports.other_papers import MAKERS
from emulation.reports.registers import REGISTERS
from units.access import commands, reads_figures
from units.models import Unit

register = template.Library()


@register.simple_tag(takes_context=True)
def register_tabs(context: template.Context) -> list[tuple[str, str | Promise, str]]:
    """Key, label and address of each register that the user reads, after the overview; none for who reads none."""
    user = context["request"].user
    if not reads_figures(user):
        return []
    tabs = [(row.key, row.label, reverse(row.name)) for row in REGISTERS if row.shown(user)]
    return [("home", _("Overview"), reverse("emulation:register-home")), *tabs]


@register.inclusion_tag("emulation/issued/menu.html", takes_context=True)
def paper_menu(context: template.Context, unit: Unit, keys: str, what: object) -> dict[str, object]:
    """Papers of `MAKERS` (`keys`, parted by spaces) made from this page's data, in one menu.

    Each as Word and PDF; the unit's commander also gives it its number.
    """
    papers = [(key, MAKERS[key].label) for key in keys.split()]
    return {"unit": unit.pk, "papers": papers, "what": str(what), "issues": commands(context["request"].user, unit)}

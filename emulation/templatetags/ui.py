"""Pieces of the interface that many pages use: states, breadcrumbs."""

from decimal import Decimal
from typing import Any

from django import template
from django.forms import Form
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from emulation.cards import label_cells
from emulation.numbers import format_part
from emulation.reports import demo
from emulation.states import STATES
from units.models import Unit

register = template.Library()


@register.simple_tag
def state(key: str, kind: str = "result", label: str = "", bare: bool = False) -> SafeString:
    """A state as icon, word and colour: `{% state "met" %}`, `{% state sheet.state "sheet" bare=True %}`.

    `label` replaces the word; `bare` leaves the pill out, for tables.
    """
    icon, colour, word = STATES[kind][str(key)]
    return format_html(
        '<span class="qt-st qt-st--{}{}"><i class="bi bi-{}" aria-hidden="true"></i>{}</span>',
        colour,
        " qt-st--bare" if bare else "",
        icon,
        label or word,
    )


@register.inclusion_tag("includes/crumbs.html")
def crumbs(*parts: Any) -> dict[str, Any]:
    """Breadcrumbs: label, address, label, address, …, label of this page.

    An address is a path or the name of a route without arguments:
    `{% crumbs _("Campaigns") "emulation:campaign-tree" campaign.name %}`.
    """
    places = [
        (label, url if "/" in str(url) else reverse(url))
        for label, url in zip(parts[:-1:2], parts[1:-1:2], strict=True)
    ]
    return {"crumbs": [*places, (parts[-1], "")]}


@register.simple_block_tag
def cards(content: str) -> SafeString:
    """A table `qt-table--cards`: on a phone each row is a card, and each cell says which column it belongs to."""
    return mark_safe(label_cells(content))  # noqa: S308 – the template's own output, escaped already


# Parts of an address that look at a list in another way and filter nothing.
NO_FILTER = {"page", "sort", "view", "desk", "unit"}


@register.inclusion_tag("includes/filter_box.html", takes_context=True)
def filter_box(context: template.Context, form: Form | None = None) -> dict[str, int]:
    """Stands before the element `qt-filter`: on a phone it opens and closes it, and says how many filters are in use.

    `form` knows which fields filter and what they are when nobody has chosen; without it every parameter counts.
    """
    asked = context["request"].GET
    names = form.fields if form else set(asked) - NO_FILTER
    usual = (
        {name: str(form.get_initial_for_field(field, name)) for name, field in form.fields.items()} if form else {}
    )
    return {"used": sum(any(value not in ("", usual.get(name)) for value in asked.getlist(name)) for name in names)}


@register.filter
def part(value: Decimal | None) -> str:
    """A number as figures are written; a dash where there is none."""
    return "–" if value is None else format_part(value)


@register.simple_tag
def root_unit() -> Unit | None:
    """The unit at the top of the tree: whose system this is."""
    return Unit.objects.order_by("path").first()


@register.simple_tag
def superior_of(unit: Unit) -> Unit | None:
    """The unit directly above today, for a letterhead; None above the root. One query."""
    return Unit.objects.above(unit).last()


@register.simple_tag
def demo_logins() -> list[dict[str, Any]]:
    """Logins offered on the login page of a demonstration: dicts of username, password, title."""
    return demo.logins()


@register.inclusion_tag("includes/demo_notice.html")
def demo_notice() -> dict[str, bool]:
    """The word that figures are illustrative, on every page while demonstration data are loaded."""
    return {"demo": demo.loaded()}

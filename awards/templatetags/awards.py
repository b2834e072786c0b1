"""What pages of awards have in common: the tabs of the path, by role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from awards.access import has_desk
from awards.voting import share_words
from emulation.numbers import format_number
from units.access import anybody, reads_figures
from units.models import User

register = template.Library()


# key of the tab, label, URL name, who sees it; each part of the path adds its own
TABS: tuple[tuple[str, str | Promise, str, Callable[[User], bool]], ...] = (
    ("due", _("Who is due"), "awards:due-home", reads_figures),
    ("dossiers", _("Dossiers"), "awards:dossier-list", reads_figures),
    ("desk", _("Appraisal"), "awards:nomination-desk", has_desk),
    ("notices", _("Public notices"), "awards:notice-list", reads_figures),
    ("councils", _("Councils"), "awards:council-list", anybody),
    ("decisions", _("Decisions"), "awards:decision-list", reads_figures),
    ("book", _("Book of honour"), "awards:grant-book", reads_figures),
    ("catalogue", _("Award catalogue"), "awards:award-list", anybody),
)


@register.filter
def dong(amount: int | None) -> str:
    """An amount of money in the notation of the interface; a dash where it is not known."""
    return format_number(amount, 0)


register.filter("share", share_words)


@register.filter
def of(rows: Mapping[int, Any], key: int) -> Any:
    """What `rows` have under the key of a line; None where they have nothing."""
    return rows.get(key) if rows else None


@register.simple_tag(takes_context=True)
def award_tabs(context: template.Context) -> list[tuple[str, str | Promise, str]]:
    user = context["request"].user
    return [(key, label, reverse(name)) for key, label, name, shown in TABS if shown(user)]

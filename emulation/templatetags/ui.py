"""Pieces of the interface that many pages use: states, breadcrumbs."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emulation.reports import demo
from units.models import Unit

register = template.Library()

State = tuple[str, str, str | Promise]  # icon, colour class, word

# The one place that says how a state looks: kind → key → (icon, colour, word).
STATES: dict[str, dict[str, State]] = {
    # a result against its target, and cells without one
    "result": {
        "over": ("chevron-double-up", "over", _("Exceeded")),
        "met": ("check-circle-fill", "met", _("Met")),
        "near": ("exclamation-triangle-fill", "near", _("Nearly met")),
        "miss": ("x-octagon-fill", "miss", _("Not met")),
        "none": ("dash-circle-dotted", "none", _("Not reported")),
        "nil": ("slash-circle", "none", _("Nothing occurred")),
        "na": ("dash", "none", _("Not applicable")),
    },
    # a quarterly sheet
    "sheet": {
        "not_started": ("circle", "none", _("Not started")),
        "draft": ("pencil", "none", _("Being filled in")),
        "ready": ("person-check", "near", _("Ready for the commander")),
        "submitted": ("send-fill", "info", _("Handed in")),
        "in_review": ("hourglass-split", "info", _("In review")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
        "approved": ("patch-check-fill", "met", _("Approved")),
        "overdue": ("dash-circle-dotted", "miss", _("Overdue")),
    },
    # targets registered by a unit
    "registration": {
        "draft": ("pencil", "none", _("Being filled in")),
        "submitted": ("send-fill", "info", _("Handed in")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
        "agreed": ("patch-check-fill", "met", _("Agreed")),
    },
    # a campaign
    "campaign": {
        "draft": ("pencil", "none", _("Draft")),
        "launched": ("play-circle-fill", "info", _("Under way")),
        "preliminary": ("check-circle-fill", "met", _("Preliminary review held")),
        "final": ("archive-fill", "none", _("Final review held")),
        "closed": ("lock-fill", "none", _("Closed")),
    },
    # a cell of a sheet while it is filled in
    "cell": {
        "saved": ("check2", "met", _("Saved")),
        "saving": ("arrow-repeat qt-spin", "info", _("Saving")),
        "error": ("exclamation-octagon-fill", "miss", _("Error")),
        "unsaved": ("cloud-slash", "miss", _("Not saved")),
        "comment": ("chat-left-text-fill", "near", _("Has a comment")),
        "locked": ("lock-fill", "none", _("Locked")),
        "empty": ("circle", "none", _("Not filled in")),
        "returned": ("arrow-return-left", "miss", _("Returned")),
    },
}  # fmt: skip


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


@register.simple_tag
def root_unit() -> Unit | None:
    """The unit at the top of the tree: whose system this is."""
    return Unit.objects.order_by("path").first()


@register.simple_tag
def demo_logins() -> list[dict[str, Any]]:
    """Logins offered on the login page of a demonstration: dicts of username, password, title."""
    return demo.logins()


@register.inclusion_tag("includes/demo_notice.html")
def demo_notice() -> dict[str, bool]:
    """The word that figures are illustrative, on every page while demonstration data are loaded."""
    return {"demo": demo.loaded()}

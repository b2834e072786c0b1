"""How much time is left for a sheet, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Report, Round

SOON = 3  # days before the due date in which it is shown as near


@dataclass(frozen=True, slots=True)
class Deadline:
    """`tone` is a colour of the interface: none, near (soon), miss (passed); `text` says how long is left."""

    day: date
    days: int
    tone: str
    text: str


def deadline_of(round_: Round, state: str) -> Deadline:
    """The due date of a round for a sheet in `state`; one that has been handed in has no hurry."""
    days = round_.days_left
    if state in Report.HANDED_IN:
        return Deadline(round_.due, days, "none", "")
    if days < 0:
        late = ngettext("%(count)d day late", "%(count)d days late", -days) % {"count": -days}
        return Deadline(round_.due, days, "miss", late)
    tone = "near" if days <= SOON else "none"
    if days == 0:
        return Deadline(round_.due, days, tone, _("due today"))
    left = ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}
    return Deadline(round_.due, days, tone, left)

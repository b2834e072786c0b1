"""How much time is left for a sheet, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Report
from emulation.terms import Terms, tone_of
from units import clock


@dataclass(frozen=True, slots=True)
class Deadline:
    """`tone` is a colour of the interface: none, near (soon), miss (passed); `text` says how long is left.

    `day` is the due date that counts, `extended` says that it is the one of an extension; `closed` is the last
    day of entry once that has passed without a hand-in.
    """

    day: date
    days: int
    tone: str
    text: str
    extended: bool = False
    closed: date | None = None


def deadline_of(terms: Terms, state: str) -> Deadline:
    """The due date that counts for a sheet in `state`; one that has been handed in has no hurry, and is not overdue
    because it came back later: a return takes nothing from the hand-in.
    """
    days = terms.days_left(clock.today())
    if state in Report.HANDED_IN:
        return Deadline(terms.due, days, "none", "", terms.extended)
    closed = terms.closes if terms.closed(clock.today()) else None
    if days < 0 and state == Report.State.RETURNED:
        return Deadline(terms.due, days, "near", _("to be corrected"), terms.extended)
    if days < 0:
        return Deadline(terms.due, days, "miss", days_late(-days), terms.extended, closed)
    if closed:  # an extension was ended early today
        return Deadline(terms.due, days, "miss", _("entry has closed"), terms.extended, closed)
    left = until(terms.due)
    return Deadline(left.day, left.days, left.tone, left.text, terms.extended)


def until(day: date) -> Deadline:
    """The time left until a day, inclusive, for what is due then."""
    days = (day - clock.today()).days
    if days < 0:
        return Deadline(day, days, "miss", days_late(-days))
    tone = tone_of(days)
    if days == 0:
        return Deadline(day, days, tone, _("due today"))
    return Deadline(day, days, tone, ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days})


def days_late(days: int) -> str:
    return ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}

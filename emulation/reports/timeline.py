"""A timeline: what happened to something, one row a step. Shown by `includes/timeline.html`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Changed = tuple[str, str, str]  # name of a column, before, after


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, by whom, when and why; `icon` and `colour` as in `states`.

    `lines` are parts of it with what is said of each, `changes` columns that it changed, `more` whole sentences.
    `kept`: the reason is what the application wrote down, in Vietnamese. `day` is the day on which it took place,
    where it is written down later; `version` the number under which figures were kept.
    """

    icon: str
    colour: str
    word: str | Promise
    by: str
    at: datetime
    reason: str = ""
    lines: Sequence[tuple[str, str]] = ()
    changes: Sequence[Changed] = ()
    more: Sequence[str] = ()
    day: date | None = None
    version: int | None = None
    kept: bool = False


def step_of(event: Any, icon: str = "check2", colour: str = "met", **more: Any) -> Step:
    """A row of an append-only event model (kind, by, at, and a reason where it keeps one) as a step."""
    reason = getattr(event, "reason", "")
    return Step(icon, colour, event.get_kind_display(), str(event.by), event.at, reason, **more)


def back_with_staff(kind: str | None, who: object) -> str:
    """That the commander has put something into the staff's hands again, by the `kind` of its last step and who took
    it; empty where the last step was another one.
    """
    words = {"withdrawn": _("Withdrawn by %(who)s"), "given_back": _("Given back to the staff by %(who)s")}
    return words[kind] % {"who": who} if kind in words else ""


def unready(kind: str | None, who: object) -> str:
    """What the commander reads before handing in what the staff do not report as ready: that they have not done so,
    or that it has been changed since, by the `kind` of its last step and who took it.
    """
    if kind != "lapsed":
        return _("The staff have not reported it as ready.")
    words = _(
        "The staff had reported it as ready, but %(who)s has changed it since, so that no longer holds. Look through"
        " what was changed before you hand it in, or let the staff report it again."
    )
    return words % {"who": who}


def said(words: str, reason: str | None) -> str:
    """Words with the reason that was given, where there is one: «Withdrawn by …: “…”»."""
    return f"{words}: “{reason}”" if words and reason else words

"""A timeline: what happened to something, one row a step. Shown by `includes/timeline.html`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise

Changed = tuple[str, str, str]  # name of a column, before, after


@dataclass(frozen=True, slots=True)
class Step:
    """What was done, by whom, when and why; `icon` and `colour` as in `states`.

    `lines` are parts of it with what is said of each, `changes` columns that it changed, `more` whole sentences.
    `day` is the day on which it took place, where it is written down later; `version` the number under which figures
    were kept.
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


def step_of(event: Any, icon: str = "check2", colour: str = "met", **more: Any) -> Step:
    """A row of an append-only event model (kind, by, at, and a reason where it keeps one) as a step."""
    reason = getattr(event, "reason", "")
    return Step(icon, colour, event.get_kind_display(), str(event.by), event.at, reason, **more)

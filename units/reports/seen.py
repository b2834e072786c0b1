"""Two people on one page: who saves last does not overwrite unseen what the other has saved meanwhile.

A page carries a mark of what it shows; who saves sends it back, and the service or form compares it with what is
stored, the row locked. Forms do so by `units.forms.seen.SeenForm`; other pages raise `changed_meanwhile` themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from units.errors import Refused
from units.models import User


def digest_of(values: Any) -> str:
    """What stands for `values` in the mark of a page."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a row last, and when; `by` is None where the application did so itself."""

    by: User | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of a page that somebody puts their name to. `words` are what people read, in their language; `value`
    is what is compared.
    """

    label: str
    words: str
    value: Any


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows that somebody puts their name to without typing it: a hand-in, a signature.

    `row` is what everybody locks who changes any of it. `lines` reads, by key, what stands there now; `change` who
    changed any of it last since a time, and when.
    """

    row: Model
    lines: Callable[[], dict[str, Shown]]
    change: Callable[[datetime], Change | None]


def logged_change(entries: QuerySet[LogEntry], since: datetime | None = None) -> Change | None:
    """The newest of the entries of the audit log, later than `since`. One query."""
    if since is not None:
        entries = entries.filter(timestamp__gte=since)
    entry = entries.select_related("actor").order_by("-timestamp", "-pk").first()
    return Change(entry.actor, entry.timestamp) if entry else None


def last_change(rows: QuerySet[Model]) -> Change | None:
    """The newest change of the rows that the audit log knows."""
    return logged_change(LogEntry.objects.get_for_objects(rows))


def changed_meanwhile(change: Change | None) -> Refused:
    """What is said to who saves a page that no longer shows what is stored: who changed it when, and what to do."""
    if change is None or change.by is None:
        return Refused(_(
            "Somebody has changed this since you opened the page. Nothing of yours has been saved yet; it still "
            "stands below. Compare, then save again."
        ))  # fmt: skip
    return _told(change, _(
        "%(who)s changed this at %(time)s on %(day)s, after you had opened the page. Nothing of yours has been saved "
        "yet; it still stands below. Compare, then save again."
    ))  # fmt: skip


def changed_unread(change: Change | None) -> Refused:
    """What is said to who hands in or signs what no longer is what the page showed: who changed it when."""
    if change is None or change.by is None:
        return Refused(_(
            "What you confirm has changed since you opened the page. Nothing has been done yet. Read what has "
            "changed, then confirm again."
        ))  # fmt: skip
    return _told(change, _(
        "%(who)s changed this at %(time)s on %(day)s, after you had opened the page. Nothing has been done yet. Read "
        "what has changed, then confirm again."
    ))  # fmt: skip


def _told(change: Change, words: str) -> Refused:
    at = timezone.localtime(change.at)
    return Refused(words % {"who": change.by, "time": date_format(at, "H:i"), "day": date_format(at, "d/m/Y")})

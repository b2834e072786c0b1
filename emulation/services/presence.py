"""Who has a sheet open just now. Kept in the cache alone: nothing of it outlives a minute or needs a trace."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.core.cache import cache

from emulation.models import Report
from units.models import User

STAYS = 75  # seconds; a browser says so every 20, but every 60 while its tab is hidden

Entry = tuple[str, int | None, float]  # name, line, when


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody else on the sheet; `line` is the key of the indicator they stand on."""

    name: str
    line: int | None


def _key(report: Report) -> str:
    return f"present-{report.pk}"


def _entries(report: Report) -> dict[int, Entry]:
    now = time.time()
    return {pk: entry for pk, entry in cache.get(_key(report), {}).items() if now - entry[2] < STAYS}


def arrive(report: Report, *, by: User, line: int | None = None) -> None:
    """`by` is here. Of two who arrive in the same instant one may be lost; they are back with their next word."""
    cache.set(_key(report), _entries(report) | {by.pk: (str(by), line, time.time())}, STAYS)


def others(report: Report, user: User) -> list[Present]:
    """Everybody else on the sheet, by name."""
    found = [Present(name, line) for pk, (name, line, _at) in _entries(report).items() if pk != user.pk]
    return sorted(found, key=lambda present: present.name)

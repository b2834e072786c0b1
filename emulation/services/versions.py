"""Versions of a registration: what was agreed, kept as it stood."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from emulation.models import Registration, RegistrationEvent, RegistrationVersion
from emulation.reports.versions import content_of
from units.models import User


def keep_version(registration: Registration, *, by: User, reason: str, at: datetime | None = None) -> None:
    """Keep what stands now as the next version. The registration is locked."""
    number = latest_number(registration) + 1
    RegistrationVersion.objects.create(
        registration=registration, number=number, content=content_of(registration), by=by,
        at=at or timezone.now(), reason=reason if number > 1 else "",
    )  # fmt: skip


def keep_first(registration: Registration) -> None:
    """Keep, before it changes, what was agreed before versions were kept at all."""
    if registration.versions.exists():
        return
    agreed = registration.events.filter(kind=RegistrationEvent.Kind.AGREED).select_related("by").last()
    if agreed is not None:
        keep_version(registration, by=agreed.by, reason="", at=agreed.at)


def latest_number(registration: Registration) -> int:
    """Number of the newest version, 0 where there is none. One query."""
    return registration.versions.order_by("-number").values_list("number", flat=True).first() or 0

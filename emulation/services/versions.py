"""Versions of a registration: what was agreed, kept as it stood."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation

from emulation.models import Indicator, Registration, RegistrationEvent, RegistrationVersion, Target
from emulation.numbers import exact_text
from emulation.reports.places import stored_targets
from units.models import User


def content_of(registration: Registration, column: str = "agreed") -> dict[str, Any]:
    """The targets that have a value in `column`, and the titles, as they stand, ready for JSON. Three queries.

    Names are Vietnamese, as on paper. Targets of peak drives belong to the drive.
    """
    rows = stored_targets(registration.unit, registration.year, registration.drive)
    rows = rows.filter(**{f"{column}__isnull": False})
    rows = rows.select_related("campaign_indicator__indicator__area", "campaign_indicator__indicator__grade_scale")
    rows = rows.prefetch_related("campaign_indicator__indicator__grade_scale__grades")
    order = "campaign_indicator__indicator__area__order", "campaign_indicator__order"
    with translation.override("vi"):
        targets = rows.order_by(*order, "campaign_indicator__indicator__order", "pk")
        lines = [line_of(target, column) for target in targets]
    return {"targets": lines, "titles": titles_of(registration)}


def line_of(target: Target, column: str) -> dict[str, Any]:
    """One target by its value in `column`: `value` as text, `grade` its words where it is a class."""
    row, milestones = target.campaign_indicator, target.milestones if column == "agreed" else None
    value = getattr(target, column)
    return {
        "row": row.pk,
        "code": row.indicator.code,
        "area": row.indicator.area.label,
        "label": row.label,
        "unit": row.indicator.unit_label,
        "comparator": target.comparator,
        "value": exact_text(value),
        "grade": grade_words(row.indicator, value),
        "relation": target.relations.get(column),
        "milestones": [exact_text(found) for found in milestones] if milestones else None,
    }


def grade_words(indicator: Indicator, rank: Decimal) -> str:
    grades = indicator.grade_scale.grades.all() if indicator.grade_scale else ()
    return next((grade.label for grade in grades if grade.rank == rank), "")


def titles_of(registration: Registration) -> list[dict[str, Any]]:
    """The titles aimed at, as they stand."""
    return [
        {
            "code": row.code, "title": row.title, "subject": row.subject, "number": row.number, "share": row.share,
        }
        for row in registration.titles.all()
    ]  # fmt: skip


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

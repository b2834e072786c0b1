"""Sheets of which a reviewer judges the lines of an office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q

from emulation.models import Report
from emulation.reports.offices import OfficeState
from emulation.reports.review import Review
from units.models import User

LIMIT = 50  # sheets listed at once


def office_sheets(user: User) -> Iterable[Any]:
    """Sheets waiting for a decision that the user's offices speak of, by deadline, with `judged` lines so far."""
    offices = {m.office_id for m in user.active_memberships if m.office_id}
    if not offices:
        return []
    said = Count("office_verdicts__indicator", filter=Q(office_verdicts__office__in=offices), distinct=True)
    rows = Report.objects.judged_by_office(user).select_related("unit", "round__drive", "lineage")
    return rows.annotate(judged=said).order_by("round__due", "lineage__path", "pk")[:LIMIT]


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """What an office has said of a line: `chosen` agree, object or nothing yet."""

    key: int
    chosen: str
    reason: str


def of_offices(review: Review, lines: Iterable[int]) -> Review:
    """The review with these lines alone."""
    wanted = set(lines)
    groups = (replace(group, rows=tuple(row for row in group.rows if row.key in wanted)) for group in review.groups)
    return replace(review, groups=tuple(group for group in groups if group.rows))


def said_of(states: Iterable[OfficeState]) -> dict[int, OfficeLine]:
    """Line → what its office says."""
    found: dict[int, OfficeLine] = {}
    for state in states:
        found |= {pk: OfficeLine(pk, "approve", "") for pk in state.agreed}
        found |= {pk: OfficeLine(pk, "return", verdict.reason) for pk, verdict in state.objected.items()}
    return found

"""Awards of a year that were taken back: whoever lost one is not simply offered it again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from awards.models import Dossier, Grant, Nomination
from awards.reports.standing import Key
from units.models import Unit
from units.paths import branch_q


def taken_back(place: Unit, year: int, award: str = "") -> set[Key]:
    """(person or unit, key, award) of the branch whose award of the year was revoked. One query."""
    rows = taken_back_rows(place, year, award)
    return {("person", person, code) if person else ("unit", unit, code) for person, unit, code in rows}


def taken_back_rows(place: Unit, year: int, award: str = "") -> QuerySet[Grant, Any]:
    """The same as rows (person, unit, award), not read yet. What was given for a campaign is another matter."""
    rows = Grant.objects.filter(
        branch_q(place.path, "person__unit__path") | branch_q(place.path, "unit__path"),
        year=year, period="", revoked_on__isnull=False,
    )  # fmt: skip
    if award:
        rows = rows.filter(award__code=award)
    return rows.order_by().values_list("person", "unit", "award__code")


def lost_by(lines: Collection[Nomination], dossier: Dossier) -> dict[int, Grant]:
    """Line (key) → the award of its year that its subject lost. One query; none for a campaign."""
    if dossier.campaign_id is not None:
        return {}
    people, units = _keys(line.person_id for line in lines), _keys(line.unit_id for line in lines)
    rows = Grant.objects.filter(
        Q(person__in=people) | Q(unit__in=units), year=dossier.year, period="", revoked_on__isnull=False
    )
    lost = {(row.award_id, row.person_id, row.unit_id): row for row in rows}
    found = {line.pk: lost.get((line.award_id, line.person_id, line.unit_id)) for line in lines}
    return {key: row for key, row in found.items() if row is not None}


def _keys(keys: Iterable[int | None]) -> set[int]:
    return {key for key in keys if key}

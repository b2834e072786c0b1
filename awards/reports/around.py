"""What stands around the list of who is due: who is proposed, what caps leave, which registers fall short."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from awards.criteria import Rules
from awards.reports.caps import Share, share_tables, shares_from
from awards.reports.complete import Gap, complete_since, gaps_from
from awards.reports.due import last_day
from awards.reports.facts import reach_for
from awards.reports.standing import Key, nominated_from, nominated_rows
from awards.reports.taken_back import taken_back_rows
from awards.reports.union import read_together, rows_of
from units import access
from units.models import Unit, User
from units.paths import path_ids


@dataclass(frozen=True, slots=True)
class Around:
    """`nominated`: lines that somebody has proposed, `revoked`: of which the award was taken back.

    `shares` of the awards; `gaps` of registers.
    """

    nominated: set[Key]
    revoked: set[Key]
    shares: list[Share]
    gaps: list[Gap]


def around(place: Unit, year: int, rules: Rules, award: str = "") -> Around:
    """For a unit's branch and year, of all awards or of one. One query."""
    awards = [award] if award else None
    tables = {
        "proposed": nominated_rows(place, year, award), "revoked": taken_back_rows(place, year, award),
        "complete": complete_since(),
        **share_tables(place, year, last_day(year), awards),
    }  # fmt: skip
    texts = read_together(tables)
    stated = dict(rows_of(texts, "complete"))
    gaps = gaps_from(reach_for(rules, awards), year, stated)
    nominated, revoked = (nominated_from(rows_of(texts, name)) for name in ("proposed", "revoked"))
    return Around(nominated, revoked, shares_from(texts), gaps)


def neighbours(place: Unit, units: QuerySet[Unit], user: User) -> tuple[list[Unit], list[Unit]]:
    """(superiors that the user reads, root first; direct subordinates among `units`). One query."""
    above = path_ids(place.path)[:-1]
    below = units.children_of(place).order_by().values("pk")  # type: ignore[attr-defined]
    rows = Unit.objects.filter(Q(pk__in=below) | Q(access.figures_q(user), pk__in=above)).order_by("order", "code")
    found = list(rows)
    superiors = sorted((unit for unit in found if unit.pk in above), key=lambda unit: unit.path)
    return superiors, [unit for unit in found if unit.pk not in above]

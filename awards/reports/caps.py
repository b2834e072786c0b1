"""What the caps in force leave in a unit and year, counted live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awards.caps import Counted, Headroom, Limit, Of, Rounding, headroom, strictest
from awards.models import Award, Cap, Dossier, Grant, Nomination
from awards.reports.facts import people_of
from awards.reports.rules import rule_day
from awards.reports.union import Texts, among, read_together, rows_of
from awards.wording import number
from emulation.numbers import format_number, round_half_up
from units import clock
from units.models import Unit
from units.paths import branch_q

THOUSANDTHS = 1000  # shares are stored so


@dataclass(frozen=True, slots=True)
class Room:
    """A cap as it is shown: of what its share is taken, whether it is the strictest of the award's."""

    headroom: Headroom
    strictest: bool

    @property
    def share(self) -> str:
        return "" if self.headroom.limit.share is None else number(self.headroom.limit.share)

    @property
    def of_holders(self) -> bool:
        return self.headroom.limit.of == Of.HOLDERS


@dataclass(frozen=True, slots=True)
class Share:
    """People of the unit's branch who are nominated for an award or were granted it, and what its caps leave.

    `room` is how many more the strictest cap leaves, below 0 when it is exceeded, None where no cap is known.
    """

    code: str
    award: str
    proposed: int
    given: int
    headcount: int
    rooms: tuple[Room, ...]

    @property
    def percent(self) -> str:
        """Of the headcount, in per cent with one decimal."""
        if not self.headcount:
            return "–"
        return format_number(round_half_up(Fraction((self.proposed + self.given) * 100, self.headcount), 1), 1)

    @property
    def room(self) -> int | None:
        return next((one.headroom.left for one in self.rooms if one.strictest), None)


def shares_of(
    unit: Unit, year: int, day: date, awards: Iterable[str] | None = None, *, acted_on: Iterable[int] | None = None
) -> list[Share]:
    """The named awards, or those that have a cap on `day`, lowest first. Awards for units have none. One query.

    `acted_on`: lines (keys) that are being handed in or decided; what others have not handed in, or got back,
    counts for nothing beside them.
    """
    return shares_from(read_together(share_tables(unit, year, day, awards, acted_on=acted_on)))


def share_tables(
    unit: Unit, year: int, day: date, awards: Iterable[str] | None = None, *, acted_on: Iterable[int] | None = None
) -> dict[str, QuerySet[Any, Any]]:
    """What `shares_from` counts, not read yet."""
    names = None if awards is None else list(awards)
    people = people_of(branch_q(unit.path, "unit__path"), year, clock.today())
    caps = Cap.objects.on(day).exclude(award__subject="unit")
    alive = Nomination.objects.alive().exclude(stage=Nomination.Stage.DECIDED)
    alive = alive.filter(Q(person__in=among("people", 0)), dossier__year=year)
    if acted_on is not None:
        alive = alive.filter(~Q(stage__in=Nomination.EDITABLE) | Q(pk__in=list(acted_on)))
    granted = Grant.objects.in_force().filter(year=year, person__in=among("people", 0))
    labels = Award.objects.exclude(subject="unit").filter(
        Q(pk__in=caps.values("award")) if names is None else Q(code__in=names)
    )
    return {
        "awards": labels.order_by().values_list("order", "code", "name", "name_en"),
        "caps": caps.order_by().values_list(
            "pk", "award__code", "of", "share", "rounding", "clause", "certainty", "awards__code"
        ),
        "people": people.order_by().values_list("pk"),
        "nominated": alive.order_by().values_list("award__code", "person"),
        "granted": granted.order_by().values_list("award__code", "person"),
    }


def shares_from(texts: Texts) -> list[Share]:
    """The awards of `share_tables` with how many are proposed and granted, and what their caps leave."""
    limits = _limits(texts)
    counted = Counted(len([*rows_of(texts, "people")]), _by_award(texts, "granted"), _by_award(texts, "nominated"))
    english = get_language() == "en"
    found = []
    for _order, code, name, name_en in sorted(rows_of(texts, "awards")):
        rooms = [headroom(limit, counted) for limit in limits.get(code, ())]
        least = strictest(rooms)
        given = len(counted.granted.get(code, ()))
        found.append(Share(
            code, name_en if english and name_en else name, len(counted.having(code)) - given, given,
            counted.headcount, tuple(Room(one, one is least) for one in rooms),
        ))  # fmt: skip
    return found


def _limits(texts: Texts) -> dict[str, list[Limit]]:
    """Caps by award; a cap of the holders of several awards comes in as many rows."""
    columns: dict[int, tuple[str, Of, Fraction | None, Rounding, str, str]] = {}
    others: dict[int, set[str]] = defaultdict(set)
    for pk, code, of, share, rounding, clause, certainty, other in rows_of(texts, "caps"):
        known = None if share is None else Fraction(share, THOUSANDTHS)
        columns[pk] = code, Of(of), known, Rounding(rounding), clause, certainty
        if other:
            others[pk].add(other)
    found: dict[str, list[Limit]] = defaultdict(list)
    for pk, (code, of, known, rounding, clause, certainty) in sorted(columns.items()):
        found[code].append(Limit(code, of, known, frozenset(others[pk]), rounding, clause, certainty))
    return found


def _by_award(texts: Texts, name: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code, person in rows_of(texts, name):
        found[code].add(person)
    return found


@dataclass(frozen=True, slots=True)
class Excess:
    """A cap that is exceeded in a unit (key): of which award (code), and its numbers in words."""

    unit: int
    award: str
    text: str

    def concerns(self, line: Nomination, acting: Unit) -> bool:
        """Whether the line is one of those of which there are too many, where it is acted on or proposed."""
        return line.award.code == self.award and self.unit in (acting.pk, line.dossier.unit_id)


def exceeded(unit: Unit, lines: Iterable[Nomination]) -> list[Excess]:
    """Caps that are exceeded in `unit` or in the units that propose the lines, by these and by what is handed in.

    A query for every such unit and year.
    """
    lines = list(lines)
    keys = [line.pk for line in lines]
    awards: dict[tuple[Unit, int, date], set[str]] = defaultdict(set)
    for line in lines:
        if line.person_id:
            for place in (unit, line.dossier.unit):
                awards[place, line.dossier.year, rule_day(line.dossier)].add(line.award.code)
    return [
        excess
        for (place, year, day), codes in awards.items()
        for excess in excesses(place, shares_of(place, year, day, codes, acted_on=keys))
    ]


def excesses(unit: Unit, shares: Iterable[Share]) -> list[Excess]:
    """The caps among the unit's that are exceeded, each with its numbers."""
    words = _("%(unit)s, %(award)s: %(used)d proposed or granted, %(allowed)d allowed (%(share)s %% of %(base)d)")
    return [
        Excess(unit.pk, share.code, words % {
            "unit": unit.short, "award": share.award, "used": room.headroom.used,
            "allowed": room.headroom.allowed, "share": room.share, "base": room.headroom.base,
        })
        for share in shares
        for room in share.rooms
        if room.headroom.left is not None and room.headroom.left < 0
    ]  # fmt: skip


def shares(dossier: Dossier) -> list[Share]:
    """The awards for people in the dossier against their caps. Two queries."""
    lines = dossier.lines.alive().filter(person__isnull=False)
    wanted = list(lines.order_by().values_list("award__code", flat=True).distinct())
    return shares_of(dossier.unit, dossier.year, rule_day(dossier), wanted) if wanted else []

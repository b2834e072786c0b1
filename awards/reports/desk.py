"""The appraisal desk: lines that wait where the user reviews, for one office or as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import get_language

from awards import access
from awards.models import Appraisal, Nomination
from awards.reports.differences import Difference, differences
from awards.reports.dossiers import Row, lines_page, who_acts
from awards.reports.opinions import in_spite_of, opinions_of, took_part
from awards.reports.snapshots import of_office, office_key, side_of
from units.models import Office, Role, User

Stage = Nomination.Stage


@dataclass(frozen=True, slots=True)
class Desk:
    """As whom the user judges: for an office, or (None) as the reviewer who concludes."""

    user: User
    office: Office | None

    @property
    def key(self) -> str:
        return self.office.code if self.office else ""

    @property
    def state_path(self) -> str:
        """Where in the findings stands how the criteria are that this desk judges."""
        return f"findings__offices__{office_key(self.office.pk)}" if self.office else "findings__full__state"


def desks_of(user: User) -> list[Desk]:
    """The desks of the user: the whole first, then offices by their order. No query."""
    mine = [m for m in user.active_memberships if m.role == Role.REVIEWER]
    offices = {m.office_id: m.office for m in mine}
    found = sorted(offices.values(), key=lambda office: (office is not None, office.order if office else 0))
    return [Desk(user, office) for office in found]


def waiting(desk: Desk) -> QuerySet[Nomination]:
    """Lines handed in to the desk: `state` how its criteria stand, `said` what the office has said (None: nothing).

    An office gets the lines that have criteria of it. As a whole: `said` is False where an office refuses the line.
    """
    office = desk.office.pk if desk.office else None
    rows = Nomination.objects.filter(access.desk_q(desk.user, office), stage=Stage.SUBMITTED)
    rows = rows.annotate(state=Cast(KT(desk.state_path), CharField()))
    said = Appraisal.objects.filter(line=OuterRef("pk"), unit=OuterRef("holder"))
    if office is None:
        return rows.annotate(said=~Exists(said.filter(agrees=False)))
    said = said.filter(office=office)
    return rows.exclude(**{"state": None}).annotate(said=Subquery(said.values("agrees")[:1]))


def page_rows(desk: Desk, lines: Sequence[Nomination], differing: Iterable[Difference] | None = None) -> list[Row]:
    """Lines of a page with the criteria this desk judges, opinions, whether the user took part in them, and what
    records say otherwise today (`differing`, where that is known already).
    """
    if differing is None:
        differing = differences(desk.user, lines, office=desk.office)
    today = {one.line.pk: one.words for one in differing}
    opinions, own = opinions_of(lines), took_part(lines, desk.user)
    return [
        Row(
            line,
            of_office(line.findings, desk.office.pk) if desk.office else side_of(line.findings, discipline=True),
            who_acts(line), "", tuple(opinions.get(line.pk, ())), line.pk in own,
            "" if desk.office else in_spite_of(line, opinions.get(line.pk, ())), today.get(line.pk, ""),
        )
        for line in lines
    ]  # fmt: skip


def ordered(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    """Exceptions first: not met, then no data, then met; within them by unit and award."""
    page: QuerySet[Any] = lines_page(rows)
    return page.order_by("-state", "dossier__unit__path", "award__order", "order", "pk")


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of one award and year that an act on many touches."""

    award: str
    year: int
    count: int


def batches(rows: QuerySet[Nomination]) -> list[Batch]:
    """The lines of `rows` by award and year. One query."""
    columns = ("award__name", "award__name_en", "dossier__year")
    found = rows.order_by().values_list(*columns).annotate(count=Count("pk", distinct=True))
    english = get_language() == "en"
    return [
        Batch(name_en if english and name_en else name, year, count)
        for name, name_en, year, count in found.order_by("dossier__year", "award__name")
    ]


def mark_of(keys: Iterable[int]) -> str:
    """What a set of lines is known by: a confirmation holds for exactly these."""
    return sha256(",".join(map(str, sorted(keys))).encode()).hexdigest()[:20]


def meeting(rows: QuerySet[Nomination], desk: Desk) -> QuerySet[Nomination]:
    """Those to judge together: they meet the rule, as far as this desk judges it, and the office has not spoken yet;
    as a whole, no office refuses them.
    """
    return rows.filter(**{"state": "met", "said": None if desk.office else True})


def left_out(rows: QuerySet[Nomination], desk: Desk) -> QuerySet[Nomination]:
    """Those that meet the rule and are not judged together all the same: an office refuses them."""
    return rows.none() if desk.office else rows.filter(**{"state": "met", "said": False})


def waiting_count(user: User) -> int:
    """How many lines wait for the user, own ones left out. One query."""
    found = Q(pk__in=[])
    for desk in desks_of(user):
        rows = waiting(desk)
        if desk.office is not None:
            rows = rows.filter(**{"said": None})
        found |= Q(pk__in=rows.values("pk"))
    return Nomination.objects.filter(found).count()

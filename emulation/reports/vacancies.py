"""Units that take part but lack an officer, for the administrator who can appoint one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Campaign, CampaignScope, Report
from units import access, clock
from units.models import Membership, Role, Unit, User
from units.models.units import UnitQuerySet
from units.paths import MAX_DEPTH, WIDTH, branch_q, branches_q, outermost
from units.reports.officers import Lack, with_officers
from units.reports.tree import Remark

LOOK_BACK = timedelta(days=366)  # sheets due longer ago hold nobody up any more
SHOWN = 20
NAMED = 5  # units named in one sentence


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A unit and whom it lacks: staff and commander of its own, and a reviewer (`judge`) for the units below it."""

    unit: Unit
    lack: Lack
    judge: bool

    @property
    def who(self) -> str:
        return replace(self.lack, reviewer=self.lack.reviewer or self.judge).who

    @property
    def means(self) -> list[str]:
        judge = [_("Nobody here or above reviews what the units directly below hand in.")] if self.judge else []
        return [*self.lack.means, *judge]


def vacancies(user: User) -> tuple[list[Vacancy], bool]:
    """Vacant units for which the user is the nearest administrator at or above them; and whether there are more.

    Of the units that owe a sheet, or take part in a campaign that is prepared or under way: it is told before the
    launch. A missing reviewer is told once, of the unit that should have one. Computed whenever it is read, so that
    it disappears with the appointment. Two queries, none for users who administer nothing.
    """
    mine = [m.unit for m in user.active_memberships if m.role == Role.ADMINISTRATOR]
    if not mine:
        return [], False
    found = _marked(Unit.objects.filter(_nearest(mine)))
    rows = [_vacancy(unit, of_reviewer=False) for unit in found.filter(OWN | JUDGE).order_by(*ORDER)[: SHOWN + 1]]
    return rows[:SHOWN], len(rows) > SHOWN


OWN = Q(asked=True, no_staff=True) | Q(asked=True, no_commander=True)
JUDGE = Q(judges=True, no_judge=True)
ORDER = (
    F("asked").desc(),
    F("no_commander").desc(),
    F("no_staff").desc(),
    "path",
)  # whom the unit itself lacks comes first


def _marked(units: UnitQuerySet) -> UnitQuerySet:
    """The units with whom they lack, whether something is asked of them, and whether of units that they judge."""
    below = Q(placements__parent=OuterRef("pk"), placements__until=None)
    root = Q(pk=OuterRef("pk"), placements__parent=None, placements__until=None)
    return with_officers(units.existing_on(clock.today())).annotate(
        asked=Exists(concerned().filter(pk=OuterRef("pk"))), judges=Exists(concerned().filter(below | root))
    )


def _vacancy(unit: Any, *, of_reviewer: bool) -> Vacancy:
    """Of a unit as `_marked` reads it; `of_reviewer`: its own reviewer, too, is named where it lacks one."""
    lack = Lack(
        unit.asked and unit.no_staff, unit.asked and unit.no_commander,
        of_reviewer and unit.asked and unit.no_reviewer,
    )  # fmt: skip
    return Vacancy(unit, lack, unit.judges and unit.no_judge)


def concerned() -> UnitQuerySet:
    """Units that owe a sheet, or take part in a campaign that is prepared or under way."""
    today = clock.today()
    waiting = Report.objects.exclude(state=Report.State.APPROVED).filter(
        unit=OuterRef("pk"), round__due__gte=today - LOOK_BACK
    )
    prefixes = [Substr(OuterRef("path"), 1, end) for end in range(WIDTH, (MAX_DEPTH + 1) * WIDTH, WIDTH)]
    around = Q(unit=OuterRef("pk")) | Q(with_branch=True, unit__path__in=prefixes)
    states = [Campaign.State.DRAFT, *Campaign.RUNNING]
    scopes = CampaignScope.objects.filter(around, campaign__state__in=states, campaign__ends__gte=today)
    return Unit.objects.filter(Exists(waiting) | Exists(scopes)).existing_on(today)


def remarks(user: User, unit: Unit | None) -> Iterator[Remark]:
    """What the pages of the tree say: of a unit what it lacks, above the tree which units lack somebody.

    A query of a unit, two above the tree, and there none for who administers nothing.
    """
    if unit is None:
        yield from _of_branch(user)
        return
    for row in _marked(Unit.objects.filter(pk=unit.pk)):
        vacancy = _vacancy(row, of_reviewer=True)
        if vacancy.means:
            whom = [] if access.administers(user, unit) else [_("Tell the administrator.")]
            title = _("Missing: %(who)s") % {"who": vacancy.who}
            yield Remark(title, " ".join([*vacancy.means, *whom]), "", "")


def _of_branch(user: User) -> Iterator[Remark]:
    rows, more = vacancies(user)
    if not rows:
        return
    title = ngettext("%(count)d unit lacks an officer", "%(count)d units lack officers", len(rows))
    if more:
        title = _("More than %(count)d units lack officers")
    names = "; ".join(f"{row.unit.short}: {row.who}" for row in rows[:NAMED])
    words = f"{names} …" if len(rows) > NAMED else f"{names}."
    yield Remark(title % {"count": len(rows)}, words, reverse("emulation:my-work"), _("See all"))


def _nearest(mine: list[Unit]) -> Q:
    """Units of the branches of `mine` without what has an administrator further down. One query."""
    inside = Membership.objects.active().filter(
        branches_q((unit.path for unit in mine), "unit__path"), role=Role.ADMINISTRATOR
    )
    others = set(inside.values_list("unit__path", flat=True))
    found = Q(pk__in=[])
    for unit in mine:
        below = branch_q(unit.path)
        for path in outermost(path for path in others if path != unit.path and path.startswith(unit.path)):
            below &= ~branch_q(path)
        found |= below
    return found

"""Who has joined a campaign and who has not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignJoin
from emulation.numbers import percent_of
from emulation.reports.launch import participants, scope_q
from emulation.reports.work import Task
from units import access
from units.models import Role, Unit, User

SHOWN = 5  # campaigns listed for one unit


@dataclass(frozen=True, slots=True)
class Row:
    """A unit and its joining, None where it has not joined; `own` is what it has taken over."""

    unit: Unit
    join: CampaignJoin | None
    own: Campaign | None

    @property
    def state(self) -> str:
        return self.join.state if self.join else "none"


@dataclass(frozen=True, slots=True)
class Joins:
    """Units in the reader's reach. `joined` of `expected` counts all that are to join, by numbers alone."""

    rows: list[Row]
    joined: int
    expected: int
    offers: list[Unit]  # units of the user that may join now
    confirms: list[CampaignJoin]
    takes: list[Unit]  # units of the user that joined and may take it over

    @property
    def percent(self) -> int:
        return percent_of(self.joined, self.expected)


def joined(user: User, campaign: Campaign, unit: Unit) -> CampaignJoin | None:
    """The unit's joining of the campaign, as far as the user reads the unit. One query."""
    rows = CampaignJoin.objects.visible_to(user).filter(campaign=campaign, unit=unit)
    return rows.select_related("unit", "campaign", "by", "confirmed_by").first()


def joins_of(campaign: Campaign, user: User) -> Joins:
    """The joining of a campaign under way, as far as the user reads. A fixed number of queries."""
    units = {unit.pk: unit for unit in participants(campaign)}
    joins = {row.unit_id: row for row in campaign.joins.select_related("unit", "by", "confirmed_by")}
    taken = campaign.children.filter(takes_over=True, pk__in=Campaign.objects.visible_to(user))
    own = {row.launching_unit_id: row for row in taken}
    confirmed = {pk for pk, row in joins.items() if row.confirmed_at}
    expected, joined = len(units), len(units.keys() & confirmed)
    units |= {pk: row.unit for pk, row in joins.items()}
    rows = [
        Row(unit, joins.get(pk), own.get(pk)) for pk, unit in units.items() if access.can_read_figures(user, unit)
    ]
    running = campaign.state in Campaign.RUNNING
    mine = [m.unit for m in user.active_memberships if m.role == Role.STAFF]
    return Joins(
        rows=sorted(rows, key=lambda row: (row.join is not None, row.unit.path)),
        joined=joined,
        expected=expected,
        offers=[unit for unit in mine if running and unit.pk not in joins and takes_part(campaign, unit)],
        confirms=[row for row in joins.values() if not row.confirmed_at and access.commands(user, row.unit)],
        takes=[unit for unit in mine if running and unit.pk in joins and unit.pk not in own],
    )


def _to_join(units: Collection[Unit]) -> Iterator[tuple[Unit, list[Campaign]]]:
    """What each of the units is to join and has not joined, the newest first. One query, none without units."""
    if not units:
        return
    marks, any_of_them = {}, Q()
    for unit in units:
        mine = Campaign.objects.to_join(unit).exclude(joins__unit=unit)
        marks[f"open_to_{unit.pk}"] = Exists(mine.filter(pk=OuterRef("pk")))
        any_of_them |= Q(**{f"open_to_{unit.pk}": True})
    rows = Campaign.objects.annotate(**marks).filter(any_of_them).select_related("launching_unit")
    found = list(rows.order_by("-launched_on", "pk"))
    for unit in sorted(units, key=lambda unit: unit.path):
        yield unit, [row for row in found if getattr(row, f"open_to_{unit.pk}")]


def join_tasks(user: User) -> Iterator[Task]:
    """Campaigns to join, for staff; joinings to confirm, for commanders. A query for each role."""
    for unit, campaigns in _to_join(access.asked_units(user, Role.STAFF)):
        for campaign in campaigns[:SHOWN]:
            url = reverse("emulation:campaign-join", args=[campaign.pk, unit.pk])
            title = _("Join: %(campaign)s") % {"campaign": campaign}
            launched = _("launched by %(unit)s") % {"unit": campaign.launching_unit}
            place = f"{unit} · {launched}"
            yield Task(title, place, url, _("Record the joining"), "none", "join", None, None)
    commanded = access.asked_units(user, Role.COMMANDER)
    if commanded:
        rows = CampaignJoin.objects.filter(Q(unit__in=commanded), confirmed_at=None).select_related(
            "campaign", "unit"
        )
        for join in rows[:SHOWN]:
            title = _("Confirm the joining: %(campaign)s") % {"campaign": join.campaign}
            url = f"{join.campaign.get_absolute_url()}#joins"
            yield Task(title, str(join.unit), url, _("Confirm"), "recorded", "join", None, None)


def takes_part(campaign: Campaign, unit: Unit) -> bool:
    """Whether the unit exists and lies in the scope of a campaign that another unit launched."""
    return (
        unit.pk != campaign.launching_unit_id
        and not unit.ended
        and Unit.objects.filter(scope_q(campaign), pk=unit.pk).exists()
    )

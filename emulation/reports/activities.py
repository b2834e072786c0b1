"""Activities in lists: totals, months of a year, events beside the campaigns, export; and what feeds take."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emulation.feeds import Codes, Source, Taken
from emulation.models import Activity, ActivityKind
from emulation.models.activities import ActivityQuerySet
from emulation.reports.work import Task
from units import access
from units.counting import count_all
from units.models import Role, Unit, User
from units.paths import path_ids
from units.spreadsheets import Value

EVENTS = 20  # shown beside the campaigns of a year
TASKS = 10


@dataclass(frozen=True, slots=True)
class Totals:
    """What the held ones among some activities add up to; numbers that nobody was asked for are None."""

    held: int
    participants: int | None
    amount: Decimal | None
    workdays: int | None


def totals_of(rows: QuerySet[Activity]) -> Totals:
    """One query."""
    held = rows.filter(state=Activity.State.HELD).order_by()
    sums = held.aggregate(n=Count("pk"), p=Sum("participants"), a=Sum("amount"), w=Sum("workdays"))
    return Totals(sums["n"], sums["p"], sums["a"], sums["w"])


def months_of(rows: QuerySet[Activity], year: int) -> list[tuple[date, date, int]]:
    """(first day, last day, activities that end in it) of the year's twelve months. One query."""
    ended = rows.filter(ends__year=year).order_by().annotate(month=ExtractMonth("ends"))
    counts = dict(ended.values_list("month").annotate(Count("pk")))
    return [
        (date(year, month, 1), date(year, month, monthrange(year, month)[1]), counts.get(month, 0))
        for month in range(1, 13)
    ]


@dataclass(frozen=True, slots=True)
class Month:
    """Activities of a page that begin in the same month; `first` is its first day."""

    first: date
    rows: list[Activity]


def by_month(rows: Iterable[Activity]) -> list[Month]:
    found: dict[date, list[Activity]] = defaultdict(list)
    for row in rows:
        found[row.starts.replace(day=1)].append(row)
    return [Month(first, some) for first, some in found.items()]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the year; `address` is empty where the user does not read the unit that recorded it."""

    row: Activity
    address: str


def events_of(user: User, year: int) -> list[Event]:
    """Events of the year of the user's branches and of the superiors above them. One query.

    Those of superiors are no figures: only what they are and when, read like the campaigns one takes part in.
    """
    above = {pk for m in user.active_memberships for pk in path_ids(m.unit.path)}
    rows = Activity.objects.in_year(year).filter(
        access.figures_q(user, "unit__path") | Q(unit__in=above), kind__is_event=True
    )
    rows = rows.exclude(state=Activity.State.CANCELLED).select_related("unit", "kind").order_by("starts", "pk")
    return [
        Event(row, row.get_absolute_url() if access.can_read_figures(user, row.unit) else "") for row in rows[:EVENTS]
    ]


def summary(user: User) -> str:
    """ "12 activities · 1 to be recorded" for the overview; without the cancelled, as in the list. One query."""
    mine = Activity.objects.visible_to(user).exclude(state=Activity.State.CANCELLED)
    count, late = count_all(mine, mine.overdue())
    words = ngettext("%(count)d activity", "%(count)d activities", count) % {"count": count}
    waiting = _("%(count)d to be recorded") % {"count": late}
    return f"{words} · {waiting}" if late else words


def tasks(user: User) -> Iterator[Task]:
    """Activities of own units that have passed without a word of what came of them. One query, for staff alone."""
    units = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
    if not units:
        return
    rows = Activity.objects.overdue().filter(unit__in=units).select_related("unit").order_by("ends", "pk")
    for row in rows[:TASKS]:
        url = reverse("emulation:activity-hold", args=[row.pk])
        yield Task(
            _("Activity: %(title)s") % {"title": row.title}, str(row.unit), url, _("Record what came of it"),
            row.state, "activity", None, None,
        )  # fmt: skip


# ── export ────────────────────────────────────────────────────────────────


def export_heads() -> list[str]:
    return [
        _("Unit code"), _("Unit"), _("Kind"), _("Activity"), _("Campaign"), _("Begins"), _("Ends"), _("Place"),
        _("Organised by"), _("Organisations"), _("State"), _("Participants"), _("Amount (million VND)"),
        _("Workdays"), _("Number of things"), _("The things"), _("Medium"), _("Product"), _("What came of it"),
    ]  # fmt: skip


def export_rows(rows: QuerySet[Activity]) -> Iterator[list[Value]]:
    for row in rows.select_related("unit", "kind", "campaign"):
        yield [
            row.unit.code, row.unit.name, row.kind.label, row.title, row.campaign.name if row.campaign else "",
            row.starts, row.ends, row.place, row.organiser, row.organisations, row.get_state_display(),
            row.participants, row.amount, row.workdays, row.items,
            row.kind.thing_label if row.kind.asks_items else "", row.medium, row.product, row.outcome,
        ]  # fmt: skip


# ── feeds ─────────────────────────────────────────────────────────────────


def kind_codes() -> Mapping[str, str]:
    """Codes that narrow a feed: kinds of activity."""
    return {kind.code: kind.label for kind in ActivityKind.objects.all()}


def fed_rows(first: date, last: date, codes: Codes) -> ActivityQuerySet:
    """Held activities that ended in the days, of the kinds named."""
    rows = Activity.objects.held().filter(ends__gte=first, ends__lte=last)
    return rows.filter(kind__code__in=codes) if codes else rows


def _source(key: str, label: str | Promise, column: str) -> Source:
    def take(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
        rows = fed_rows(first, last, codes).filter(unit__in=list(units)).order_by()
        if column:
            rows = rows.filter(**{f"{column}__isnull": False})
        value = Sum(column) if column else Count("pk")
        found = rows.values_list("unit").annotate(value=value, entries=Count("pk"))
        return {unit: Taken(Decimal(total), entries) for unit, total, entries in found}

    def address(unit: Unit, first: date, last: date, codes: Codes) -> str:
        asked: list[tuple[str, object]] = [("very", unit.pk), ("since", first), ("until", last), ("state", "held")]
        return f"{reverse('emulation:activity-list')}?{urlencode([*asked, *(('of', code) for code in codes)])}"

    return Source(key, label, take, address, kind_codes)


FEEDS = (
    _source("activities", gettext_lazy("Activities (number)"), ""),
    _source("activities.participants", gettext_lazy("Activities (participants)"), "participants"),
    _source("activities.amount", gettext_lazy("Activities (million VND)"), "amount"),
    _source("activities.workdays", gettext_lazy("Activities (workdays)"), "workdays"),
    _source("activities.items", gettext_lazy("Activities (number of things)"), "items"),
)

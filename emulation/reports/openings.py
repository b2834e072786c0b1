"""What is to be begun, for «My work»: drafts that wait for their launch, and targets nobody has registered yet."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignIndicator, CampaignScope, Registration, Target
from emulation.reports.work import Task
from units import access
from units.models import Role, Unit, User
from units.paths import path_ids

SHOWN = 10


def launch_tasks(user: User) -> Iterator[Task]:
    """Drafts of the user's units, to their commanders, who launch them. One query, none for others.

    Parts of a draft wait until that has been launched: until then they are not named.
    """
    commanded = access.asked_units(user, Role.COMMANDER)
    if not commanded:
        return
    rows = Campaign.objects.filter(state=Campaign.State.DRAFT, launching_unit__in=commanded)
    rows = rows.exclude(parent__state=Campaign.State.DRAFT).select_related("launching_unit")
    for row in rows.order_by("starts", "pk")[:SHOWN]:
        url = reverse("emulation:campaign-launch", args=[row.pk])
        begins = _("begins on %(day)s") % {"day": date_format(row.starts, "SHORT_DATE_FORMAT")}
        title = _("Launch: %(campaign)s") % {"campaign": row}
        yield Task(
            title, f"{row.launching_unit} · {begins}", url, _("Check and launch"), row.state, "campaign", None, None
        )  # fmt: skip


def register_tasks(user: User) -> Iterator[Task]:
    """Years and peak drives for which nobody has begun to register targets, to the staff of the units asked.

    Once somebody has begun, the registration itself is the task. One query, none for others.
    """
    units = access.asked_units(user, Role.STAFF)
    for unit, campaigns in _unbegun(units):
        years = {row.year for row in campaigns if not row.kind.is_drive}
        rows = [Registration(unit=unit, year=year) for year in sorted(years, reverse=True)]
        drives = [row for row in campaigns if row.kind.is_drive]
        rows += [Registration(unit=unit, year=row.year, drive=row) for row in drives]
        for row in rows[:SHOWN]:
            about = {"what": row.drive or row.year}
            title, url = _("Register targets: %(what)s") % about, row.get_absolute_url()
            yield Task(title, str(unit), url, _("Begin"), row.state, "registration", None, None)


def _unbegun(units: Collection[Unit]) -> Iterator[tuple[Unit, list[Campaign]]]:
    """Campaigns under way that ask each of the units for figures, without a registration. One query."""
    if not units:
        return
    marks, any_of_them = {}, Q()
    for unit in units:
        marks[f"asks_{unit.pk}"] = Exists(_asking(unit).filter(pk=OuterRef("pk")))
        any_of_them |= Q(**{f"asks_{unit.pk}": True})
    rows = Campaign.objects.filter(state__in=Campaign.RUNNING)
    found = list(rows.annotate(**marks).filter(any_of_them).select_related("kind").order_by("starts", "pk"))
    for unit in sorted(units, key=lambda unit: unit.path):
        yield unit, [row for row in found if getattr(row, f"asks_{unit.pk}")]


def _asking(unit: Unit) -> QuerySet[Campaign]:
    """Those with indicators for the unit, or a drive for which it has been assigned targets on the year's figures."""
    around = Q(unit__in=path_ids(unit.path), with_branch=True)
    scopes = CampaignScope.objects.filter(around | Q(unit=unit)).values("campaign")
    asked = CampaignIndicator.objects.filter(Q(kinds=None) | Q(kinds=unit.kind_id)).values("campaign")
    assigned = Target.objects.filter(unit=unit, drive__isnull=False).values("drive")
    begun = Registration.objects.filter(unit=unit)
    of_year = Exists(begun.filter(drive=None, year=OuterRef("year")))
    rows = Campaign.objects.filter(Q(pk__in=asked) | Q(kind__is_drive=True, pk__in=assigned), pk__in=scopes)
    rows = rows.exclude(Q(of_year) & Q(kind__is_drive=False))
    return rows.exclude(pk__in=begun.filter(drive__isnull=False).values("drive"))

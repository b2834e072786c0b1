"""Writes of the catalogues: rows, indicators, checklists. What results rest on is not changed under them.

The audit log keeps who changed what (rows are saved one by one).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emulation.models import (
    Assessment,
    CampaignIndicator,
    CampaignKind,
    ChecklistItem,
    ChecklistTemplate,
    Grade,
    IncidentGravity,
    Indicator,
    ResultItem,
    ScoreCriterion,
)
from emulation.periods import QUARTERS
from emulation.services.summaries import rebuild
from units import clock
from units.errors import Refused
from units.locking import locked
from units.models import DisciplineForm

IN_FORCE = gettext_lazy(
    "“%(row)s” is or was in force, and lists, dossiers and decisions rest on it: let it end by date."
)


class Item(NamedTuple):
    """A line of a checklist, and the group under which it stands."""

    text: str
    text_en: str = ""
    group: str = ""
    group_en: str = ""


# Columns of catalogue rows that figures, rounds or criteria rest on: fixed as soon as something refers to the row.
FIXED: dict[type[models.Model], tuple[str, ...]] = {
    Grade: ("scale", "rank"),
    CampaignKind: ("is_drive",),
    ScoreCriterion: ("template", "most"),
    DisciplineForm: ("order",),  # criteria of awards ask from which one up
    IncidentGravity: ("rank",),
}


def is_referred(row: models.Model) -> bool:
    """Whether any other row names this one."""
    fields = row._meta.get_fields(include_hidden=True)
    relations = [field for field in fields if isinstance(field, models.ForeignObjectRel)]
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: row}).exists() for relation in relations
    )


@transaction.atomic
def save_row(row: models.Model) -> None:
    """Create or change a catalogue row; raises ValidationError for what breaks a rule of its table."""
    row.full_clean()
    if row.pk is not None:
        stored = locked(row)
        for name in FIXED.get(type(row), ()):
            if getattr(stored, name) != getattr(row, name) and is_referred(row):
                raise Refused(_("This is in use and cannot be changed any more. Make a new row."), name)
    row.save()


def was_in_force(row: Any) -> bool:
    """Whether a row that holds for a time (`valid_from`, `valid_until`) holds or held: what is of those days rests
    on it, also where no row names it. Not one that only begins, or that somebody entered within the last day by
    mistake; what the application brought along was entered by nobody. The audit log says who entered it when; where
    it has lost that, the row stays.
    """
    if not hasattr(row, "valid_until") or row.valid_from is not None and row.valid_from > clock.today():
        return False
    entries = LogEntry.objects.get_for_object(row).filter(action=LogEntry.Action.CREATE, actor__isnull=False)
    return not entries.filter(timestamp__gt=timezone.now() - timedelta(days=1)).exists()


@transaction.atomic
def delete_row(row: models.Model) -> None:
    """Delete a catalogue row that nothing refers to, and that was never in force. Raises `Refused`.

    Whoever begins to refer to it waits until it has gone.
    """
    row = locked(row)
    if is_referred(row):
        raise Refused(_("“%(row)s” is in use and stays. Only what nobody refers to can be deleted.") % {"row": row})
    if was_in_force(row):
        raise Refused(IN_FORCE % {"row": row})
    row.delete()


@transaction.atomic
def save_indicator(indicator: Indicator) -> None:
    """Create an indicator, or change what its results do not rest on.

    Raises `Refused` beside each of `Indicator.FIXED_BY_RESULTS` that would change although a result exists,
    and for a predecessor that comes back to the indicator itself.
    """
    indicator.full_clean()
    _check_predecessors(indicator)
    changed = []
    if indicator.pk is not None:
        stored = Indicator.objects.select_for_update().get(pk=indicator.pk)
        changed = [name for name in Indicator.FIXED_BY_RESULTS if getattr(stored, name) != getattr(indicator, name)]
        if changed and indicator.results.exists():
            raise Refused(
                _(
                    "Figures have been reported for it, so this is fixed. "
                    "Make a new indicator that names this one as predecessor."
                ),
                changed[0],
            )
    indicator.save()
    if changed:
        _rebuild_plans(indicator)


def _check_predecessors(indicator: Indicator) -> None:
    earlier = indicator.predecessor
    while earlier is not None:
        if earlier.pk == indicator.pk:
            raise Refused(_("An indicator cannot come before itself."), "predecessor")
        earlier = earlier.predecessor


def _rebuild_plans(indicator: Indicator) -> None:
    """Expected cells and targets of the years that ask for the indicator follow its definition."""
    placements = CampaignIndicator.objects.filter(indicator=indicator).select_related("campaign__kind")
    asked = {(row.campaign.year, row.campaign if row.campaign.kind.is_drive else None) for row in placements}
    for year, drive in asked:
        rebuild(year, drive=drive)


@transaction.atomic
def save_checklist(template: ChecklistTemplate, *, items: Sequence[Item]) -> None:
    """Write a version of a checklist with its items in order: in force from `since` and `quarter` on.

    Raises `Refused` when items have been judged in a round, or somebody has been assessed for a period, that the
    version would cover.
    """
    if not items:
        raise Refused(_("A checklist has at least one item."), "texts")
    begins = template.since, template.quarter
    if template.pk is not None:
        stored = ChecklistTemplate.objects.select_for_update().get(pk=template.pk)
        begins = min(begins, (stored.since, stored.quarter))
    if template.indicator:
        _check_not_judged(template.indicator, begins[0])
    else:
        _check_not_assessed(template, *begins)
    template.full_clean()
    template.save()
    for item in template.items.all():
        item.delete()
    for order, entry in enumerate(items, start=1):
        item = ChecklistItem(template=template, order=order, **entry._asdict())
        item.full_clean()
        item.save()


def _check_not_judged(indicator: Indicator, since: int) -> None:
    judged = ResultItem.objects.filter(result__indicator=indicator, result__report__round__year__gte=since)
    last = judged.aggregate(last=models.Max("result__report__round__year"))["last"]
    if last is not None:
        raise Refused(
            _("Items have been judged in %(year)d. Make a new version from a later year on.") % {"year": last},
            "since",
        )


def _check_not_assessed(template: ChecklistTemplate, since: int, quarter: int) -> None:
    """A period belongs to the version in force in its last quarter."""
    ending = [period for period, quarters in QUARTERS.items() if quarters[-1] >= quarter]
    covered = models.Q(year__gt=since) | models.Q(year=since, period__in=ending)
    last = Assessment.objects.filter(covered, checklist=template.checklist_id).order_by("-year").first()
    if last is not None:
        raise Refused(
            _("Somebody has been assessed by it for %(period)s. Make a new version from a later quarter on.")
            % {"period": last.period_name}, "since",
        )  # fmt: skip

"""Targets that nobody has agreed on have the comparator of their campaign indicator, also when it changes."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import CampaignIndicator, Target, TargetChange
from emulation.models.catalogue import Comparator
from emulation.numbers import exact_text
from units.models import User


def follow(row: CampaignIndicator, *, by: User) -> int:
    """Give the targets of the row that are not agreed its comparator, with a trace; returns how many changed.

    A value beside last year's figure is stored anew: how it is rounded depends on the comparator.
    """
    found = row.targets.filter(agreed=None).exclude(comparator=row.comparator)
    changed = list(found.select_for_update(of=("self",)).order_by("pk"))
    for target in changed:
        before, sign = _assigned(target), target.get_comparator_display()
        target.take_comparator(row.comparator)
        target.save(update_fields=["comparator", "assigned", "registered"])
        words = _("Comparator of the campaign indicator: %(before)s → %(after)s")
        TargetChange.objects.create(
            target=target, field=TargetChange.Field.ASSIGNED, before=before, after=_assigned(target), by=by,
            at=timezone.now(), reason=words % {"before": sign, "after": Comparator(row.comparator).label},
        )  # fmt: skip
    return len(changed)


def _assigned(target: Target) -> dict[str, Any] | None:
    """What is assigned, as it stands in traces."""
    if target.assigned is None:
        return None
    relation = target.relations.get(TargetChange.Field.ASSIGNED)
    found = {"value": exact_text(target.assigned), "comparator": target.comparator}
    return found | ({"relation": relation} if relation else {})

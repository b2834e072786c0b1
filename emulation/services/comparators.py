"""Agreed targets whose comparator is another than that of their campaign indicator, which has changed since.

They are changed in one step for all units that the reviewer judges, each as any other change of what was agreed: with
the reason, a trace and a new version. Targets that nobody has agreed on follow by themselves (`usual_comparator`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from emulation.models import Campaign, CampaignIndicator, Target
from emulation.reports.comparators import judged, kept, key_of_target
from emulation.services import targets
from emulation.services.summaries import hold_superiors
from emulation.services.target_values import Agreement, agreement_of, plain
from units import access
from units.errors import LEAST_ORDER, Refused, reason_of
from units.models import User


@transaction.atomic
def change_agreed(row: CampaignIndicator, *, by: User, reason: str) -> int:
    """Give agreed targets the row's comparator where the user judges their registration; returns how many.

    Raises `Refused` when there are none, and naming unit and line where a value does not fit the comparator.
    """
    access.require(access.judges_whole_sheets(by))
    reason = reason_of(reason, least=LEAST_ORDER)
    found = list(kept(row).select_related("unit", "drive").order_by("unit", "pk"))
    mine = judged(row, found, by)
    chosen = [target for target in found if key_of_target(target, row) in mine]
    if not chosen:
        raise Refused(_("None of these targets is for you to change: the reviewers responsible do it."))
    wrong: list[str] = []
    _hold(row, chosen)
    for target in chosen:
        drive = _drive(target, row)
        target.refresh_from_db(
            fields=["agreed", "comparator", "milestone_1", "milestone_2", "milestone_3", "relations"]
        )
        try:
            targets.agree(
                target.unit,
                row.campaign.year,
                {row.pk: _with(target, row.comparator)},
                by=by,
                reason=reason,
                drive=drive,
            )
        except Refused as error:
            wrong += [f"{target.unit.short} – {message}" for message in error.messages]
    if wrong:
        raise Refused(wrong)
    return len(chosen)


def _drive(target: Target, row: CampaignIndicator) -> Campaign | None:
    return target.drive or (row.campaign if row.campaign.kind.is_drive else None)


def _hold(row: CampaignIndicator, chosen: list[Target]) -> None:
    """Lock every registration, then every unit whose figures follow: in that order one alone is agreed, too."""
    year, drives = row.campaign.year, {target.pk: _drive(target, row) for target in chosen}
    for target in sorted(chosen, key=lambda one: ((drive := drives[one.pk]) and drive.pk or 0, one.unit_id)):
        targets.lock(target.unit, year, drives[target.pk])
    hold_superiors((target.unit_id for target in chosen), year, set(drives.values()))


def _with(target: Target, comparator: str) -> Agreement | None:
    """What is agreed, with another comparator."""
    now = agreement_of(target)
    if now is None:
        return None
    return Agreement(plain(now.relation or now.value, comparator), comparator, now.milestones, now.relation)

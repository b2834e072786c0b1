"""Reasons that a unit gives to warnings of the plausibility rules."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from emulation.models import Acknowledgement, CheckRule, Report
from emulation.reports.entry import refuse_unless_open
from emulation.reports.findings import all_findings
from emulation.services import sheets
from units import access
from units.errors import LEAST_ORDER, Refused, refuse_long
from units.models import User


def may_answer(user: User, report: Report) -> bool:
    """Whoever enters the unit's figures or hands them in says why they are odd."""
    return sheets.may_enter(user, report) or sheets.may_hand_in(user, report)


@transaction.atomic
def acknowledge(report: Report, reasons: Mapping[str, str], *, by: User) -> int:
    """Keep what the unit says to warnings and hints (`Finding.key` → reason); empty reasons are passed over.

    Returns how many were kept. Raises `Refused` when the sheet stands still, when a reason is too short,
    or when the warning is gone because its figures have changed meanwhile.
    """
    access.require(may_answer(by, report))
    if not any(text.strip() for text in reasons.values()):
        return 0
    report = sheets.lock(report)
    refuse_unless_open(report)
    found = {one.key: one for one in all_findings(report) if one.level != CheckRule.Level.ERROR}
    kept = 0
    for key, text in reasons.items():
        text = text.strip()
        if not text or (key in found and found[key].reason == text):
            continue
        if key not in found:
            raise Refused(_("The figures have changed meanwhile. Look at the warnings again."), f"why-{key}")
        refuse_long(text, f"why-{key}")
        if len(text) < LEAST_ORDER:
            raise Refused(
                _("“%(indicator)s”: say why the figure is right in at least %(count)d characters.")
                % {"indicator": found[key].name, "count": LEAST_ORDER},
                f"why-{key}",
            )
        one = found[key]
        Acknowledgement.objects.create(
            report=report, rule_id=one.rule, indicator_id=one.indicator, values=one.values, reason=text, by=by
        )
        kept += 1
    return kept

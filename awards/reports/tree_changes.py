"""What of awards rests on a change of the tree, so that it can no longer be taken back."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from awards.models import Decision, NominationEvent
from units.models import UnitChange
from units.paths import branch_q

NAMED = 3
OWN = (NominationEvent.Kind.CREATED, NominationEvent.Kind.CHANGED)  # steps that leave a line with its unit


def resting_on(change: UnitChange) -> Iterator[str]:
    """Decisions signed about the unit since; after a move or the end of the unit also steps of its nominations."""
    about = Q(unit=change.unit_id) | Q(lines__unit=change.unit_id)
    signed = Decision.objects.filter(about, signed_at__gt=change.at).order_by("signed_at").distinct()
    for row in signed[:NAMED]:
        yield _("Decision %(number)s was signed on %(day)s.") % {
            "number": row.number, "day": date_format(localdate(row.signed_at), "SHORT_DATE_FORMAT")
        }  # fmt: skip
    if change.kind == UnitChange.Kind.RENAMED:
        return
    steps = NominationEvent.objects.filter(branch_q(change.unit.path, "line__dossier__unit__path"), at__gt=change.at)
    for step in steps.exclude(kind__in=OWN).select_related("line__dossier__unit").order_by("at")[:NAMED]:
        yield _("%(unit)s, nomination of %(who)s: “%(step)s” on %(day)s.") % {
            "unit": step.line.dossier.unit, "who": step.line.subject, "step": step.get_kind_display(),
            "day": date_format(localdate(step.at), "SHORT_DATE_FORMAT"),
        }  # fmt: skip

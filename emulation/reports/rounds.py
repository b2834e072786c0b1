"""Of rounds: which of their sheets are untouched, and when papers about them may be dated."""

from __future__ import annotations

from datetime import date

from django.db.models import PROTECT, Exists, ForeignObjectRel, OuterRef, Q

from emulation import periods
from emulation.models import Campaign, Report, Round


def untouched() -> Q:
    """Empty sheets, made with their rounds: nobody wrote on them, and nothing else rests on them.

    Comments, evidence and weak points may come before the first figure; a sheet that has them is kept.
    """
    relations = Report._meta.get_fields(include_hidden=True)
    resting = [row for row in relations if isinstance(row, ForeignObjectRel) and row.on_delete is PROTECT]
    found = Q(state=Report.State.NOT_STARTED)
    for relation in resting:
        found &= Q(~Exists(relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})))
    return found


def summed_up_from(year: int, period: str, drive: Campaign | None = None) -> date:
    """The first day that a paper about the period, or the `drive`, may bear: that on which its last round opens, as
    reviews of a year are held in its last days; without a round its end. One query.
    """
    quarter = None if drive is not None else periods.QUARTERS.get(period, periods.QUARTERS["Y"])[-1]
    opens = Round.objects.filter(year=year, quarter=quarter, drive=drive).values_list("opens", flat=True).first()
    end = drive.ends if drive is not None else periods.quarter_end(year, quarter or 4)
    return min(opens, end) if opens is not None else end

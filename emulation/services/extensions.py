"""More time for single units in a round.

An extension is given by the administrators of the root, who set the calendar, and by the reviewers
responsible for the unit's sheets, who know why it is late.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import Extension, Notice, Report, Round
from emulation.reports.extensions import BEGUN
from emulation.services.notices import tell_unit
from units import access, clock
from units.errors import Refused, reason_of
from units.locking import locked
from units.models import Unit, User

# ── who ───────────────────────────────────────────────────────────────────


def may_extend(user: User, unit: Unit) -> bool:
    return access.administers_root(user) or access.reviews(user, unit)


def extends_anything(user: User) -> bool:
    """Whether the user is somebody who gives more time to some unit. No query."""
    return access.administers_root(user) or access.judges_whole_sheets(user)


def extended_by(user: User) -> Q:
    """Rows with a `unit` to which the user may give more time."""
    return ~Q(pk__in=[]) if access.administers_root(user) else access.reviews_q(user, "unit__path")


# ── giving and ending ─────────────────────────────────────────────────────


@transaction.atomic
def extend(round_: Round, units: Iterable[Unit], *, until: date, reason: str, by: User) -> list[Extension]:
    """More time for `units` in the round, up to and including `until`. All or none.

    One that a unit has already is replaced, with its trace. Raises `Refused` naming every unit that cannot have it.
    """
    units = list(units)
    for unit in units:
        access.require(may_extend(by, unit))
    reason, round_ = reason_of(reason, most=300), locked(round_, "drive")
    if not units:
        raise Refused(_("Choose at least one unit."), "units")
    if until < clock.today():
        raise Refused(_("The last day is today or later."), "until")
    if until <= round_.due:
        raise Refused(
            _("The round is due on %(date)s anyway; choose a later day.") % {"date": date_format(round_.due)}, "until"
        )
    sheets = {
        report.unit_id: report
        for report in Report.objects.select_for_update(of=("self",))
        .filter(round=round_, unit__in=units)
        .select_related("unit", "round", "lineage")
    }
    wrong = [message for unit in units if (message := _hindrance(unit, sheets.get(unit.pk)))]
    if wrong:
        raise Refused(wrong, "units")
    for former in Extension.objects.in_force().filter(round=round_, unit__in=units):
        _end(former, by=by, reason=reason)
    made = [
        Extension.objects.create(round=round_, unit=unit, until=until, reason=reason, by=by, at=timezone.now())
        for unit in units
    ]
    for unit in units:
        tell_unit(Notice.Kind.EXTENDED, sheets[unit.pk], by=by, text=f"{until:%d/%m/%Y} – {reason}")
    return made


def extendable(user: User, round_: Round) -> QuerySet[Report]:
    """Sheets of the round still to be handed in, of units to which the user may give more time, in tree order."""
    rows = Report.objects.filter(extended_by(user), round=round_, state__in=BEGUN)
    return rows.select_related("unit").order_by("lineage__path")


def _hindrance(unit: Unit, report: Report | None) -> str:
    if report is None:
        return _("%(unit)s has no sheet in this round.") % {"unit": unit}
    if report.state not in BEGUN:
        return _("%(unit)s has handed its sheet in already.") % {"unit": unit}
    return ""


def refuse_ended(extension: Extension) -> None:
    """Raises `Refused` where the extension no longer runs."""
    if extension.ended_at is not None or extension.passed:
        raise Refused(_("The extension has ended already."))


@transaction.atomic
def end_extension(extension: Extension, *, reason: str, by: User) -> None:
    """End an extension before its last day: the round's calendar holds again, from now on."""
    extension = locked(extension, "unit", "round")
    access.require(may_extend(by, extension.unit))
    reason = reason_of(reason, most=300)
    refuse_ended(extension)
    _end(extension, by=by, reason=reason)
    sheets = Report.objects.filter(round=extension.round, unit=extension.unit).select_related("unit", "lineage")
    for report in sheets:  # none where the unit is asked nothing any more
        tell_unit(Notice.Kind.EXTENSION_ENDED, report, by=by, text=reason)


def _end(extension: Extension, *, by: User, reason: str) -> None:
    extension.ended_by, extension.ended_at, extension.ended_reason = by, timezone.now(), reason
    extension.save(update_fields=["ended_by", "ended_at", "ended_reason"])

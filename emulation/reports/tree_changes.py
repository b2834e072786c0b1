"""What a dissolution means for sheets and targets, and what of them rests on a change of the tree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import IssuedPaper, Registration, RegistrationEvent, Report, ReportEvent, Target
from emulation.reports.feeds import entries_for
from emulation.reports.rounds import untouched
from units.models import Unit, UnitChange
from units.paths import branch_q, path_ids
from units.reports.dissolution import Consequence

NAMED = 3  # things that rest on a change that are named one by one


def of_dissolution(unit: Unit, day: date) -> Iterator[Consequence]:
    """Sheets that fall away, those that stay and are unfinished, and targets of the year in which it ends."""
    sheets = Report.objects.filter(unit=unit).select_related("unit", "round__drive", "lineage")
    later = [row for row in sheets.filter(untouched(), round__year__gte=day.year) if row.round.last_day >= day]
    gone = sorted((row for row in later if not entries_for(row)), key=lambda row: row.round.last_day)
    rounds = "; ".join(str(row.round) for row in gone)
    words = _("Empty sheets that fall away: %(rounds)s.") % {"rounds": rounds} if gone else _("None falls away.")
    yield Consequence(_("Sheets"), words)
    left = sheets.exclude(state=Report.State.APPROVED).exclude(pk__in=[row.pk for row in gone])
    if open_ := "; ".join(f"{row.round} ({row.get_state_display()})" for row in left):
        words = _("They stay and are to be finished, which takes the roles that are left in force below: %(sheets)s.")
        yield Consequence(_("Unfinished sheets"), words % {"sheets": open_}, unfinished=True)
    if targets := Target.objects.agreed_in(day.year).filter(unit=unit).count():
        words = ngettext(
            "%(count)d target agreed for %(year)d stays as it was agreed: it is not divided. Who reviews the unit may"
            " change it, with a reason.",
            "%(count)d targets agreed for %(year)d stay as they were agreed: they are not divided. Who reviews the"
            " unit may change them, with a reason.",
            targets,
        )
        yield Consequence(_("Targets"), words % {"count": targets, "year": day.year})


def resting_on(change: UnitChange) -> Iterator[str]:
    """What was done since on the strength of the change, a sentence each."""
    kind, unit = change.kind, change.unit
    since = localdate(change.at).year if change.effective is None else change.effective.year
    yield from _papers(change, since)
    if kind == UnitChange.Kind.MOVED:
        yield from _handed(change)
    if kind == UnitChange.Kind.DISSOLVED:
        above = Report.objects.filter(unit__in=path_ids(unit.path)[:-1], state=Report.State.APPROVED)
        approved = ReportEvent.objects.filter(
            report__in=above, report__round__year__gte=since, kind=ReportEvent.Kind.APPROVED, at__gt=change.at
        )
        for event in _some(approved.select_related("report__unit", "report__round__drive"), change):
            yield _("The sheet of %(unit)s for %(round)s was approved on %(day)s without this unit.") % {
                "unit": event.report.unit, "round": event.report.round, "day": _day(event.at)
            }  # fmt: skip


def _papers(change: UnitChange, since: int) -> Iterator[str]:
    """Papers issued since: of the unit under its new name, of those above it about what lay below them."""
    units = path_ids(change.unit.path)
    if change.kind == UnitChange.Kind.RENAMED:
        units = units[-1:]
    elif change.parent_before:
        units += path_ids(change.parent_before.path)
    papers = IssuedPaper.objects.filter(unit__in=units, at__gt=change.at, cancelled_at=None, day__year__gte=since)
    for paper in papers.select_related("unit").order_by("at")[:NAMED]:
        yield _("%(unit)s issued the paper %(number)s on %(day)s.") % {
            "unit": paper.unit, "number": paper.number, "day": date_format(paper.day, "SHORT_DATE_FORMAT")
        }  # fmt: skip


def _handed(change: UnitChange) -> Iterator[str]:
    """Sheets and registrations of the branch that went to the new superior."""
    inside = branch_q(change.unit.path, "report__unit__path")
    steps = ReportEvent.objects.filter(inside, at__gt=change.at).exclude(kind__in=ReportEvent.WITHIN)
    for event in _some(steps.select_related("report__unit", "report__round__drive"), change):
        yield _("%(unit)s, sheet of %(round)s: “%(step)s” on %(day)s.") % {
            "unit": event.report.unit, "round": event.report.round, "step": event.get_kind_display(),
            "day": _day(event.at),
        }  # fmt: skip
    mine = Registration.objects.filter(branch_q(change.unit.path, "unit__path"))
    agreed = RegistrationEvent.objects.filter(registration__in=mine, at__gt=change.at)
    agreed = agreed.exclude(kind__in=RegistrationEvent.WITHIN)
    for step in agreed.select_related("registration__unit").order_by("at")[:NAMED]:
        yield _("%(unit)s, targets of %(year)d: “%(step)s” on %(day)s.") % {
            "unit": step.registration.unit, "year": step.registration.year, "step": step.get_kind_display(),
            "day": _day(step.at),
        }  # fmt: skip


def _some(events: QuerySet[ReportEvent], change: UnitChange) -> list[ReportEvent]:
    """The first of those about rounds that end on or after the day of the change."""
    day = change.effective
    return [row for row in events.order_by("at") if day is None or row.report.round.last_day >= day][:NAMED]


def _day(at) -> str:
    return date_format(localdate(at), "SHORT_DATE_FORMAT")


def existed_until(unit: Unit, year: int) -> str:
    """The sentence for pages about a year in which the unit ended; empty for the others."""
    if unit.dissolved is None or unit.last_day is None or unit.dissolved.year != year:
        return ""
    return _(
        "%(unit)s existed until %(day)s. Its targets of %(year)d stand as they were agreed, for the whole year:"
        " judge them accordingly."
    ) % {"unit": unit, "day": date_format(unit.last_day, "SHORT_DATE_FORMAT"), "year": year}

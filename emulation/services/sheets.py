"""The life of a sheet: who may do what, and one function for every transition.

Every transition requires the role itself (`PermissionDenied`), then the state (`Refused`); views ask `may_…`
only in order to show. A reviewer who took part in making the sheet is refused with words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import CheckRule, Indicator, Notice, Report, ReportEvent, ReportVersion, ReturnedLine
from emulation.reports.entry import (
    entry_closed_reason,
    expected_indicators,
    missing_indicators,
    open_lines,
    refuse_unless_open,
)
from emulation.reports.findings import findings_of
from emulation.reports.offices import office_states
from emulation.reports.plain_figures import snapshot
from emulation.reports.plan import plan_of, slot
from emulation.services.feeds import settle
from emulation.services.notices import tell_unit
from emulation.services.outdated import outdate
from emulation.services.summaries import recompute
from units import access
from units.errors import LEAST_ORDER, Refused, order_of, reason_of
from units.locking import locked
from units.models import User

Kind = ReportEvent.Kind
State = Report.State
WARNINGS = "warnings"  # what `Refused` names where only reasons for warnings are missing


# ── who ───────────────────────────────────────────────────────────────────


def may_enter(user: User, report: Report) -> bool:
    """Staff enter for the very unit of their membership."""
    return access.enters(user, report.unit)


def may_hand_in(user: User, report: Report) -> bool:
    return access.commands(user, report.unit)


def may_review(user: User, report: Report) -> bool:
    """The responsible reviewers, but nobody judges a sheet they typed in or handed in."""
    return access.reviews(user, report.unit) and not took_part(user, report)


def took_part(user: User, report: Report) -> bool:
    """Whether the user typed a figure of the sheet, reported it as ready or handed it in, ever."""
    return Report.objects.filter(pk=report.pk).made_by(user).exists()


# ── transitions ───────────────────────────────────────────────────────────


def lock(report: Report) -> Report:
    """The sheet as it is now, locked until the end of the transaction."""
    return locked(report, "unit", "round", "lineage")


def require_state(report: Report, *states: str) -> None:
    if report.state not in states:
        raise Refused(
            _("This is not possible now: the sheet is “%(state)s” since %(when)s. Reload the page.")
            % {
                "state": report.get_state_display(),
                "when": date_format(timezone.localtime(report.state_since), "DATETIME_FORMAT"),
            }
        )


def log(
    report: Report, kind: str, *, by: User, reason: str = "", lines: list[dict[str, str]] | None = None,
    details: dict[str, Any] | None = None,
) -> ReportEvent:  # fmt: skip
    """Put a step on the sheet's timeline."""
    return ReportEvent.objects.create(
        report=report, kind=kind, by=by, at=timezone.now(), reason=reason, lines=lines or [], details=details or {}
    )


def follow(report: Report) -> None:
    """Bring the consolidated figures above the sheet up to date."""
    recompute([report.unit_id], year=report.round.year, drive=report.round.drive, quarter=slot(report.round))


def _enter(
    report: Report, state: str, kind: str, *, by: User, reason: str = "", lines: list[dict[str, str]] | None = None,
    details: dict[str, Any] | None = None,
) -> ReportEvent:  # fmt: skip
    """Put the sheet into `state` with an event, and bring the consolidated figures up to date.

    They follow only where the sheet counts differently: whoever takes it up changes none. No check of the role.
    """
    before, after = _counts(report.state), _counts(state)
    event = log(report, kind, by=by, reason=reason, lines=lines, details=details)
    report.state, report.state_since = state, event.at
    report.save(update_fields=["state", "state_since"])
    if before != after:
        follow(report)
    if before[1] != after[1]:
        outdate(report, by=by)
    return event


def _counts(state: str) -> tuple[bool, bool]:
    """Whether a sheet in `state` counts as handed in, and as approved."""
    return state in Report.HANDED_IN, state == State.APPROVED


def keep_version(report: Report, event: ReportEvent) -> None:
    """Number and keep the figures as they stand."""
    results = report.results.select_related("indicator").prefetch_related("items")
    last = report.versions.order_by("number").last()
    ReportVersion.objects.create(
        report=report,
        number=last.number + 1 if last else 1,
        event=event,
        figures={result.indicator.code: snapshot(result) for result in results},
    )


@transaction.atomic
def mark_ready(report: Report, *, by: User) -> Report:
    """Staff report the sheet as ready to the commander; it stays a draft, and the next edit clears the stamp.

    Raises `Refused` when an expected cell is empty or a plausibility rule is broken (`_refuse_findings`).
    """
    report = lock(report)
    access.require(may_enter(by, report))
    _refuse_unfinished(report, by)
    if report.ready_at is not None:
        return report
    report.ready_by, report.ready_at = by, timezone.now()
    report.save(update_fields=["ready_by", "ready_at"])
    report.changes.filter(sealed=False).update(sealed=True)
    log(report, Kind.READY, by=by)
    return report


def refuse_unless_ready(report: Report) -> None:
    """Raises `Refused` unless the staff have reported the sheet to the commander."""
    require_state(report, *Report.EDITABLE)
    if report.ready_at is None:
        raise Refused(_("The sheet is with the staff: they have not reported it as ready."))


@transaction.atomic
def give_back(report: Report, *, by: User, reason: str) -> Report:
    """The commander gives a sheet that was reported as ready back to the staff, with what is to be done.

    It stays in its state and is no longer ready; staff read the reason on the sheet, in their work and in a notice.
    """
    report = lock(report)
    access.require(may_hand_in(by, report))
    refuse_unless_ready(report)
    reason = order_of(reason)
    report.ready_by = report.ready_at = None
    report.save(update_fields=["ready_by", "ready_at"])
    log(report, Kind.GIVEN_BACK, by=by, reason=reason)
    tell_unit(Notice.Kind.GIVEN_BACK, report, by=by, text=reason)
    return report


@transaction.atomic
def hand_in(report: Report, *, by: User, missing: Collection[int] = (), reason: str = "") -> Report:
    """The commander hands the sheet in.

    Raises `Refused` as `mark_ready` does, and while a sheet directly below is not approved,
    unless it is named in `missing` (keys of sheets), with a `reason`.
    """
    report = lock(report)
    access.require(may_hand_in(by, report))
    _refuse_unfinished(report, by)
    details, reason = _named_missing(waiting_below(report), missing, reason)
    event = _enter(report, State.SUBMITTED, Kind.SUBMITTED, by=by, reason=reason, details=details)
    report.changes.filter(sealed=False).update(sealed=True)
    report.returned_lines.all().delete()
    report.ready_by = report.ready_at = None
    report.handed_in_at = report.handed_in_at or event.at
    report.save(update_fields=["ready_by", "ready_at", "handed_in_at"])
    keep_version(report, event)
    return report


def _refuse_unfinished(report: Report, by: User) -> None:
    """Take over what registers hold, then raise `Refused` unless the sheet can be handed in as it stands."""
    require_state(report, *Report.EDITABLE)
    refuse_unless_open(report)
    settle(report, open_lines(report), by=by)
    _refuse_incomplete(report)
    _refuse_findings(report)


def waiting_below(report: Report) -> list[Report]:
    """Sheets of the round directly below that are asked for something and not approved.

    The order of approval follows the tree as it stood in the round. Three queries, none for a leaf.
    """
    if report.lineage.is_leaf:
        return []
    rows = Report.objects.filter(round=report.round, lineage__parent=report.unit_id).exclude(state=State.APPROVED)
    rows = rows.select_related("unit__kind", "lineage").order_by("unit__order", "unit__code")
    plan, quarter = plan_of(report.round), slot(report.round)
    return [row for row in rows if plan.asks(row.unit.kind_id, row.lineage.path, quarter)]


def _named_missing(
    waiting: list[Report], missing: Collection[int], reason: str
) -> tuple[dict[str, list[list[str]]], str]:
    """What the event keeps of sheets below that are handed in without, and why."""
    if not waiting:
        return {}, ""
    unnamed = [str(row.unit) for row in waiting if row.pk not in missing]
    if unnamed:
        raise Refused(
            _("These units below are not approved yet: %(units)s. Wait, or name them as missing with a reason.")
            % {"units": ", ".join(unnamed)},
            "missing",
        )
    reason = reason_of(reason, least=LEAST_ORDER)
    return {"missing": [[str(row.unit), row.state] for row in waiting]}, reason


@transaction.atomic
def withdraw(report: Report, *, by: User, reason: str = "") -> Report:
    """The unit takes its sheet back, as long as no reviewer has taken it up.

    It is a draft again; where only returned lines had been open, these alone are again. Refused when the round is
    closed: the sheet could not be handed in again. Its staff are told, with the `reason` where there is one.
    """
    report = lock(report)
    access.require(may_hand_in(by, report))
    require_state(report, State.SUBMITTED)
    closed = entry_closed_reason(report)
    if closed:
        raise Refused([closed, _("Ask the reviewer to return the sheet.")])
    if report.handed_in_at == report.state_since:  # the very hand-in that is taken back
        report.handed_in_at = None
        report.save(update_fields=["handed_in_at"])
    lines = _lines_returned(report)
    _keep_returned(report, {line["indicator"]: line["reason"] for line in lines})
    state = State.RETURNED if lines else State.DRAFT
    reason = reason.strip()
    _enter(report, state, Kind.WITHDRAWN, by=by, reason=reason, lines=lines)
    tell_unit(Notice.Kind.WITHDRAWN, report, by=by, text=reason)
    return report


def _lines_returned(report: Report) -> list[dict[str, str]]:
    """The lines of the return that the last hand-in answered; none where the whole sheet had been open."""
    judged = (Kind.TAKEN_UP, Kind.APPROVED, Kind.UNDONE, Kind.MIGRATED, Kind.RETURNED, Kind.REOPENED)
    last = report.events.filter(kind__in=judged).last()
    return last.lines if last is not None and last.kind in (Kind.RETURNED, Kind.REOPENED) else []


def _keep_returned(report: Report, reasons: Mapping[str, str]) -> None:
    """Only these lines (code → reason) of a returned sheet are open; all where there are none."""
    rows = Indicator.objects.filter(code__in=reasons)
    ReturnedLine.objects.filter(report=report).delete()
    ReturnedLine.objects.bulk_create(
        ReturnedLine(report=report, indicator=row, reason=reasons[row.code]) for row in rows
    )


@transaction.atomic
def take_up(report: Report, *, by: User) -> Report:
    """A reviewer takes the sheet up; from now on its figures stand still."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    require_state(report, State.SUBMITTED)
    refuse_own(by, report)
    _enter(report, State.IN_REVIEW, Kind.TAKEN_UP, by=by)
    return report


@transaction.atomic
def approve(report: Report, *, by: User, seen: int | None = None) -> Report:
    """Approve the sheet, once and as a whole.

    Offices that have not agreed do not stand in the way; the event names them. `seen` is `last_change` of
    the figures the reviewer looked at: raises `Refused` when one has changed since.
    """
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    require_state(report, State.IN_REVIEW)
    refuse_own(by, report)
    if seen is not None and seen != (last_change(report) or 0):
        raise Refused(_("A figure has changed while you were reading. Look at the changed lines again."))
    offices = [
        [str(state.office), len(state.open), len(state.objected)]
        for state in office_states(report)
        if not state.content
    ]
    report.requests.open().update(ended_at=timezone.now())
    details = {"offices": offices} if offices else {}
    event = _enter(report, State.APPROVED, Kind.APPROVED, by=by, details=details)
    keep_version(report, event)
    tell_unit(Notice.Kind.APPROVED, report, by=by)
    return report


def last_change(report: Report) -> int:
    """Names the state of all figures of a sheet: the key of their last change, 0 without any."""
    return report.changes.aggregate(last=Max("pk"))["last"] or 0


@transaction.atomic
def undo_approval(report: Report, *, by: User, reason: str) -> Report:
    """Take one's own approval back: the sheet is in review again. Refused once the next level has acted."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    require_state(report, State.APPROVED)
    refuse_own(by, report)
    if not approved_by(report, by):
        raise Refused(_("Only who approved the sheet undoes the approval; you can open the sheet again instead."))
    reason = reason_of(reason, least=LEAST_ORDER)
    _refuse_settled(report)
    _enter(report, State.IN_REVIEW, Kind.UNDONE, by=by, reason=reason)
    tell_unit(Notice.Kind.UNDONE, report, by=by, text=reason)
    return report


def approved_by(report: Report, user: User) -> bool:
    """Whether the last approval of the sheet is the user's (nobody's own when figures were migrated)."""
    last = report.events.filter(kind__in=ReportEvent.APPROVALS).last()
    return last is not None and last.kind == Kind.APPROVED and last.by_id == user.pk


def _refuse_settled(report: Report) -> None:
    """Raise `Refused` when the approval stands: the next level has acted, or a correction waits."""
    above = Report.objects.select_for_update(of=("self",)).filter(
        unit=report.lineage.parent_id, round=report.round
    ).select_related("unit").first()  # fmt: skip
    if above is not None and above.state == State.APPROVED:
        raise Refused(
            _("The sheet of %(unit)s for this round is approved already; it has to be reopened first.")
            % {"unit": above.unit}
        )
    if report.corrections.open().exists():
        raise Refused(_("A correction of this sheet is waiting. It has to be decided or withdrawn first."))


@transaction.atomic
def send_back(report: Report, *, by: User, reason: str = "", lines: Mapping[int, str] | None = None) -> Report:
    """Return the whole sheet with `reason`, or single `lines` (indicator → reason): then only these open."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    require_state(report, State.IN_REVIEW)
    refuse_own(by, report)
    return _open_again(report, Kind.RETURNED, by=by, reason=reason, lines=lines)


@transaction.atomic
def reopen(report: Report, *, by: User, reason: str, lines: Mapping[int, str] | None = None) -> Report:
    """Open an approved sheet again, whole or single lines. Refused once the next level has acted."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    require_state(report, State.APPROVED)
    refuse_own(by, report)
    _refuse_settled(report)
    return _open_again(report, Kind.REOPENED, by=by, reason=reason, lines=lines)


def _open_again(report: Report, kind: str, *, by: User, reason: str, lines: Mapping[int, str] | None) -> Report:
    reasons = {pk: text.strip() for pk, text in (lines or {}).items()}
    reason = reason.strip()
    for text in [*reasons.values(), *([] if lines and kind == Kind.RETURNED else [reason])]:
        order_of(text)
    names = dict(lines_of(report).filter(pk__in=reasons).values_list("pk", "code"))
    if names.keys() != reasons.keys():
        raise Refused(_("Choose lines of this sheet."))
    report.requests.open().update(ended_at=timezone.now())
    ReturnedLine.objects.filter(report=report).delete()
    ReturnedLine.objects.bulk_create(ReturnedLine(report=report, indicator_id=pk, reason=reasons[pk]) for pk in names)
    logged = [{"indicator": code, "reason": reasons[pk]} for pk, code in names.items()]
    _enter(report, State.RETURNED, kind, by=by, reason=reason, lines=logged)
    tell_unit(Notice.Kind(kind), report, by=by, text=reason or " · ".join(reasons.values()))
    return report


def lines_of(report: Report) -> QuerySet[Indicator]:
    """Indicators that have a figure on the sheet or are asked on it."""
    return Indicator.objects.filter(Q(results__report=report) | Q(pk__in=expected_indicators(report))).distinct()


def _refuse_incomplete(report: Report) -> None:
    count = len(missing_indicators(report))
    if count:
        raise Refused(
            ngettext(
                "Fill in the missing figure first: %(count)d is empty.",
                "Fill in the missing figures first: %(count)d are empty.",
                count,
            )
            % {"count": count}
        )


def _refuse_findings(report: Report) -> None:
    """Errors of the plausibility rules block; warnings wait until the unit has said why the figure is right."""
    found = [one for one in findings_of(report) if one.open]
    errors = [f"{one.name}: {one.sentence}" for one in found if one.level == CheckRule.Level.ERROR]
    warnings = len(found) - len(errors)
    if warnings:
        errors.append(
            ngettext(
                "%(count)d warning still waits for your reason.",
                "%(count)d warnings still wait for your reasons.",
                warnings,
            )
            % {"count": warnings}
        )
    if errors:
        raise Refused(errors, None if len(errors) > 1 or not warnings else WARNINGS)


def refuse_own(by: User, report: Report) -> None:
    if took_part(by, report):
        raise Refused(_("You typed or handed in figures of this sheet; somebody else has to judge it."))

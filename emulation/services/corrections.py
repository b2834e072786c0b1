"""Correcting a single figure: on request while the sheet is in review, and after its approval."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.checks import Entry
from emulation.models import Correction, FigureRequest, Indicator, Notice, Report, ReportEvent, ResultChange
from emulation.reports.plain_figures import entry_of, entry_snapshot, snapshot
from emulation.services.cells import CellChange, apply_cells
from emulation.services.notices import officers, reviewers, tell, tell_unit
from emulation.services.outdated import outdate
from emulation.services.sheets import (
    follow,
    keep_version,
    lines_of,
    lock,
    log,
    may_enter,
    may_hand_in,
    refuse_own,
    require_state,
)
from units import access
from units.errors import LEAST_ORDER, Refused, order_of, reason_of
from units.locking import refuse_unless
from units.models import User

LEAST_ANSWER = 5  # characters: «đã sửa»
Kind = ReportEvent.Kind
State = Correction.State


# ── asked by the reviewer, while the sheet is in review ───────────────────


@transaction.atomic
def ask(report: Report, indicator: Indicator, message: str, *, by: User) -> FigureRequest:
    """Ask the unit to look at one figure again; the sheet stays in review."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    require_state(report, Report.State.IN_REVIEW)
    refuse_own(by, report)
    order_of(message)
    _refuse_stranger(report, indicator)
    if report.requests.open().filter(indicator=indicator).exists():
        raise Refused(_("The unit has been asked about this figure already."))
    row = FigureRequest.objects.create(
        report=report, indicator=indicator, message=message.strip(), asked_by=by, asked_at=timezone.now()
    )
    log(report, Kind.ASKED, by=by, lines=[_line(indicator, row.message)])
    tell(officers(report), Notice.Kind.QUESTION, report, by=by, text=row.message, indicator=indicator)
    return row


@transaction.atomic
def answer(request: FigureRequest, text: str, *, by: User, change: CellChange | None = None) -> FigureRequest:
    """The unit's staff answer, with or without a new figure; this figure alone may change.

    Raises `Conflict` when somebody else has changed it meanwhile.
    """
    report = lock(request.report)
    access.require(may_enter(by, report))
    row = _open_request(request)
    require_state(report, Report.State.IN_REVIEW)
    text = text.strip()
    if len(text) < LEAST_ANSWER:
        raise Refused(_("Answer the reviewer in a few words."), "answer")
    if change is not None and change.indicator != row.indicator_id:
        raise Refused(_("Only the figure you were asked about can be changed."))
    if change is not None and change.entry is None:
        raise Refused(_("A figure of a sheet in review cannot be cleared. Give the right one."))
    row.answer, row.answered_by, row.ended_at = text, by, timezone.now()
    row.save(update_fields=["answer", "answered_by", "ended_at"])
    if change is not None and apply_cells(
        report, [change], by=by, way=ResultChange.Way.CORRECTION, reason=row.message, seal=True
    ):
        follow(report)
    log(report, Kind.ANSWERED, by=by, lines=[_line(row.indicator, text)])
    people = [row.asked_by]
    tell(people, Notice.Kind.ANSWER, report, by=by, text=text, indicator=row.indicator)
    return row


@transaction.atomic
def take_back(request: FigureRequest, *, by: User) -> None:
    """The reviewers no longer wait for an answer."""
    report = lock(request.report)
    access.require(access.reviews(by, report.unit))
    row = _open_request(request)
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])


def _open_request(request: FigureRequest) -> FigureRequest:
    row = FigureRequest.objects.select_related("indicator", "asked_by").get(pk=request.pk)
    if row.ended_at is not None:
        raise Refused(_("This request has ended: it was answered or taken back, or the sheet was decided."))
    return row


def _line(indicator: Indicator, reason: str) -> dict[str, str]:
    return {"indicator": indicator.code, "reason": reason}


def _refuse_stranger(report: Report, indicator: Indicator) -> None:
    if not lines_of(report).filter(pk=indicator.pk).exists():
        raise Refused(_("Choose a line of this sheet."))


# ── asked by the unit, after the approval ─────────────────────────────────


@transaction.atomic
def propose(report: Report, indicator: Indicator, entry: Entry | None, reason: str, *, by: User) -> Correction:
    """Staff propose what an approved figure is to become. Checks of the figure belong to the form."""
    report = lock(report)
    access.require(may_enter(by, report))
    require_state(report, Report.State.APPROVED)
    _refuse_stranger(report, indicator)
    if entry is None:
        raise Refused(_("An approved figure cannot be cleared. Give the right figure, or “nil”."))
    reason_of(reason, least=LEAST_ORDER)
    before = snapshot(report.results.filter(indicator=indicator).first())
    after = entry_snapshot(entry)
    if after == before:
        raise Refused(_("This is the figure that stands already."))
    if report.corrections.open().filter(indicator=indicator).exists():
        raise Refused(_("A correction of this figure is waiting already."))
    return Correction.objects.create(
        report=report, indicator=indicator, before=before, entry=after, reason=reason.strip(), asked_by=by,
        asked_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def send(correction: Correction, *, by: User) -> Correction:
    """The unit's commander sends a proposed correction to the reviewer."""
    report, row = _locked(correction)
    access.require(may_hand_in(by, report))
    refuse_unless(row, State.PROPOSED)
    require_state(report, Report.State.APPROVED)
    row.state, row.sent_by, row.sent_at = State.SENT, by, timezone.now()
    row.save(update_fields=["state", "sent_by", "sent_at"])
    tell(reviewers(report), Notice.Kind.CORRECTION_ASKED, report, by=by, text=row.reason, indicator=row.indicator)
    return row


@transaction.atomic
def withdraw(correction: Correction, *, by: User) -> Correction:
    """The unit no longer wants the correction; its commander also does not send it this way."""
    report, row = _locked(correction)
    access.require(may_enter(by, report) or may_hand_in(by, report))
    refuse_unless(row, State.PROPOSED, State.SENT)
    return _end(row, State.WITHDRAWN, by=by)


@transaction.atomic
def refuse(correction: Correction, decision: str, *, by: User) -> Correction:
    """The reviewer refuses the correction with a reason: the figure stands."""
    report, row = _locked(correction)
    _require_judge(report, row, by)
    refuse_unless(row, State.SENT)
    reason_of(decision, least=LEAST_ORDER)
    _end(row, State.REFUSED, by=by, decision=decision.strip())
    tell_unit(Notice.Kind.CORRECTION_REFUSED, report, by=by, text=row.decision, indicator=row.indicator)
    return row


@transaction.atomic
def accept(correction: Correction, *, by: User) -> Correction:
    """The reviewer accepts: the figure is written, the sheet keeps a new version, and what rests on it follows.

    Raises `Refused` when the figure is no longer the one that was to be corrected.
    """
    report, row = _locked(correction)
    _require_judge(report, row, by)
    refuse_unless(row, State.SENT)
    require_state(report, Report.State.APPROVED)
    if snapshot(report.results.filter(indicator=row.indicator).first()) != row.before:
        raise Refused(_("The figure has changed since the correction was asked. Refuse it; the unit can ask again."))
    change = CellChange(row.indicator_id, entry_of(row.entry))
    apply_cells(report, [change], by=row.asked_by, way=ResultChange.Way.CORRECTION, reason=row.reason, seal=True)
    _end(row, State.ACCEPTED, by=by)
    event = log(report, Kind.CORRECTED, by=by, lines=[_line(row.indicator, row.reason)])
    keep_version(report, event)
    follow(report)
    outdate(report, by=by)
    tell_unit(Notice.Kind.CORRECTION_ACCEPTED, report, by=by, indicator=row.indicator)
    return row


def may_decide(user: User, correction: Correction) -> bool:
    """The responsible reviewers, but nobody who asked for it, sent it or made the sheet."""
    report = correction.report
    return (
        user.pk not in (correction.asked_by_id, correction.sent_by_id)
        and Report.objects.judged_by(user).filter(pk=report.pk).exists()
    )


def _require_judge(report: Report, row: Correction, by: User) -> None:
    access.require(access.reviews(by, report.unit))
    refuse_own(by, report)
    if by.pk in (row.asked_by_id, row.sent_by_id):
        raise Refused(_("You asked for this correction; somebody else has to decide it."))


def _locked(correction: Correction) -> tuple[Report, Correction]:
    """The sheet, locked, and the correction as it is now."""
    report = lock(correction.report)
    return report, Correction.objects.select_related("indicator", "asked_by").get(pk=correction.pk)


def _end(row: Correction, state: str, *, by: User, decision: str = "") -> Correction:
    row.state, row.decided_by, row.decided_at, row.decision = state, by, timezone.now(), decision
    row.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    return row

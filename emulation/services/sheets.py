"""The life of a sheet: who may do what, and one function for every transition.

Every transition requires the role itself (`PermissionDenied`), then the state (`Refused`); views ask `may_…`
only in order to show. A reviewer who took part in making the sheet is refused with words.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import CheckRule, Indicator, Notice, Report, ReportEvent, ReportVersion, ReturnedLine, Round
from emulation.reports.findings import findings_of
from emulation.services.cells import snapshot
from emulation.services.notices import tell_unit
from emulation.services.plan import plan_of_unit, slot
from emulation.services.summaries import recompute
from units import access
from units.errors import Refused
from units.models import Role, User
from units.paths import path_ids

LEAST_REASON = 20  # characters of a reason: enough to say what is to be done
Kind = ReportEvent.Kind
State = Report.State


# ── who ───────────────────────────────────────────────────────────────────


def may_enter(user: User, report: Report) -> bool:
    """Staff enter for the very unit of their membership."""
    return access.works_at(user, report.unit, Role.STAFF)


def may_hand_in(user: User, report: Report) -> bool:
    return access.works_at(user, report.unit, Role.COMMANDER)


def may_review(user: User, report: Report) -> bool:
    """The responsible reviewers, but nobody judges a sheet they typed in or handed in."""
    return access.reviews(user, report.unit) and not took_part(user, report)


def took_part(user: User, report: Report) -> bool:
    """Whether the user typed a figure of the sheet, reported it as ready or handed it in, ever."""
    return Report.objects.filter(pk=report.pk).made_by(user).exists()


# ── what is open ──────────────────────────────────────────────────────────


def entry_closed_reason(round_: Round) -> str:
    """Why figures of the round cannot be entered today; empty when they can."""
    if round_.not_yet_open:
        return _("The round opens on %(date)s.") % {"date": date_format(round_.opens)}
    if round_.closes and round_.closed:
        return _("The round closed on %(date)s.") % {"date": date_format(round_.closes)}
    return ""


def refuse_unless_open(report: Report) -> None:
    """Raise `Refused` when figures of the sheet cannot be changed now. A returned sheet has no deadline."""
    if not report.editable:
        raise Refused(_("The sheet is “%(state)s”: its figures stand still.") % {"state": report.get_state_display()})
    reason = "" if report.state == State.RETURNED else entry_closed_reason(report.round)
    if reason:
        raise Refused(reason)


def open_lines(report: Report) -> set[int] | None:
    """Indicators that may be changed on a sheet open for entry; None means all.

    When single lines were returned: these, and expected ones that have no figure yet.
    """
    returned = (
        {line.indicator_id for line in report.returned_lines.all()} if report.state == State.RETURNED else set()
    )
    return returned | set(missing_indicators(report)) if returned else None


def expected_indicators(report: Report) -> list[int]:
    """Indicators that the year's launched campaigns ask of the unit in this round, as they are now."""
    kind, path = report.unit.kind_id, report.lineage.path
    asked = plan_of_unit(report.round, kind, path_ids(path)).for_unit(kind, path)
    return [pk for pk, row in asked.items() if slot(report.round) in row.quarters]


def missing_indicators(report: Report) -> list[int]:
    """Expected indicators without a figure."""
    filled = set(report.results.values_list("indicator_id", flat=True))
    return [pk for pk in expected_indicators(report) if pk not in filled]


# ── transitions ───────────────────────────────────────────────────────────


def lock(report: Report) -> Report:
    """The sheet as it is now, locked until the end of the transaction."""
    return Report.objects.select_for_update(of=("self",)).select_related("unit", "round", "lineage").get(pk=report.pk)


def _require_state(report: Report, *states: str) -> None:
    if report.state not in states:
        raise Refused(
            _("This is not possible now: the sheet is “%(state)s” since %(when)s. Reload the page.")
            % {
                "state": report.get_state_display(),
                "when": date_format(timezone.localtime(report.state_since), "DATETIME_FORMAT"),
            }
        )


def _enter(
    report: Report, state: str, kind: str, *, by: User, reason: str = "", lines: list[dict[str, str]] | None = None
) -> ReportEvent:
    """Put the sheet into `state` with an event, and bring the consolidated figures up to date.

    They follow only where the sheet counts differently: whoever takes it up changes none. No check of the role.
    """
    counted = _counts(report.state) != _counts(state)
    report.state, report.state_since = state, timezone.now()
    report.save(update_fields=["state", "state_since"])
    event = ReportEvent.objects.create(
        report=report, kind=kind, by=by, at=report.state_since, reason=reason, lines=lines or []
    )
    if counted:
        recompute([report.unit_id], year=report.round.year, drive=report.round.drive, quarter=slot(report.round))
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
    _require_state(report, *Report.EDITABLE)
    refuse_unless_open(report)
    _refuse_incomplete(report)
    _refuse_findings(report)
    if report.ready_at is not None:
        return report
    report.ready_by, report.ready_at = by, timezone.now()
    report.save(update_fields=["ready_by", "ready_at"])
    ReportEvent.objects.create(report=report, kind=Kind.READY, by=by, at=report.ready_at)
    return report


@transaction.atomic
def hand_in(report: Report, *, by: User) -> Report:
    """The commander hands the sheet in. Raises `Refused` as `mark_ready` does."""
    report = lock(report)
    access.require(may_hand_in(by, report))
    _require_state(report, *Report.EDITABLE)
    refuse_unless_open(report)
    _refuse_incomplete(report)
    _refuse_findings(report)
    event = _enter(report, State.SUBMITTED, Kind.SUBMITTED, by=by)
    report.changes.filter(sealed=False).update(sealed=True)
    report.returned_lines.all().delete()
    report.ready_by = report.ready_at = None
    report.save(update_fields=["ready_by", "ready_at"])
    keep_version(report, event)
    return report


@transaction.atomic
def withdraw(report: Report, *, by: User, reason: str = "") -> Report:
    """The unit takes its sheet back, as long as no reviewer has taken it up.

    Refused when the round is closed: the sheet could not be handed in again.
    """
    report = lock(report)
    access.require(may_hand_in(by, report))
    _require_state(report, State.SUBMITTED)
    closed = entry_closed_reason(report.round)
    if closed:
        raise Refused([closed, _("Ask the reviewer to return the sheet.")])
    _enter(report, State.DRAFT, Kind.WITHDRAWN, by=by, reason=reason)
    return report


@transaction.atomic
def take_up(report: Report, *, by: User) -> Report:
    """A reviewer takes the sheet up; from now on its figures stand still."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    _require_state(report, State.SUBMITTED)
    _refuse_own(by, report)
    _enter(report, State.IN_REVIEW, Kind.TAKEN_UP, by=by)
    return report


@transaction.atomic
def approve(report: Report, *, by: User) -> Report:
    """Approve the sheet, once and as a whole."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    _require_state(report, State.IN_REVIEW)
    _refuse_own(by, report)
    event = _enter(report, State.APPROVED, Kind.APPROVED, by=by)
    keep_version(report, event)
    tell_unit(Notice.Kind.APPROVED, report, by=by)
    return report


@transaction.atomic
def send_back(report: Report, *, by: User, reason: str = "", lines: Mapping[int, str] | None = None) -> Report:
    """Return the whole sheet with `reason`, or single `lines` (indicator → reason): then only these open."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    _require_state(report, State.IN_REVIEW)
    _refuse_own(by, report)
    return _open_again(report, Kind.RETURNED, by=by, reason=reason, lines=lines)


@transaction.atomic
def reopen(report: Report, *, by: User, reason: str, lines: Mapping[int, str] | None = None) -> Report:
    """Open an approved sheet again, whole or single lines. Refused once the next level has acted."""
    report = lock(report)
    access.require(access.reviews(by, report.unit))
    _require_state(report, State.APPROVED)
    _refuse_own(by, report)
    above = Report.objects.filter(
        unit=report.lineage.parent_id, round=report.round, state=State.APPROVED
    ).select_related("unit").first()  # fmt: skip
    if above is not None:
        raise Refused(
            _("The sheet of %(unit)s for this round is approved already; it has to be reopened first.")
            % {"unit": above.unit}
        )
    return _open_again(report, Kind.REOPENED, by=by, reason=reason, lines=lines)


def _open_again(report: Report, kind: str, *, by: User, reason: str, lines: Mapping[int, str] | None) -> Report:
    reasons = {pk: text.strip() for pk, text in (lines or {}).items()}
    reason = reason.strip()
    for text in [*reasons.values(), *([] if lines and kind == Kind.RETURNED else [reason])]:
        if len(text) < LEAST_REASON:
            raise Refused(
                _("Give a reason of at least %(count)d characters that says what is to be done.")
                % {"count": LEAST_REASON},
                "reason",
            )
    names = dict(lines_of(report).filter(pk__in=reasons).values_list("pk", "code"))
    if names.keys() != reasons.keys():
        raise Refused(_("Choose lines of this sheet."))
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
                "%(count)d warning waits for your reason: open “Checks”.",
                "%(count)d warnings wait for your reasons: open “Checks”.",
                warnings,
            )
            % {"count": warnings}
        )
    if errors:
        raise Refused(errors)


def _refuse_own(by: User, report: Report) -> None:
    if took_part(by, report):
        raise Refused(_("You typed or handed in figures of this sheet; somebody else has to judge it."))

"""What of the award path waits for a user, for «My work»."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from awards.access import has_desk, paper_units
from awards.models import (
    AgendaItem,
    Attendance,
    CouncilMember,
    Decision,
    Dossier,
    GrantReview,
    Nomination,
    NominationEvent,
    Session,
    Submission,
)
from awards.reports.desk import waiting_count
from awards.reports.dossiers import with_counts
from awards.reports.ready import acting, ready, to_be_voted, waiting_counts
from emulation.reports.work import Task
from units import clock
from units.models import Membership, Role, User

SHOWN = 10  # sessions listed for one user
DOSSIERS = 20  # dossiers listed; their own list has all
LATELY = 14  # days for which the proposing unit is told what came out
# Steps that are told; what goes back within the judging unit is not returned to the proposing one.
HAPPENED = {
    "decided": Q(lines__events__kind="decided"),
    "rejected": Q(lines__events__kind="rejected"),
    "revoked": Q(lines__events__kind="revoked"),
    "returned": Q(lines__events__kind="returned", lines__events__stage="returned"),
}


def council_tasks(user: User) -> Iterator[Task]:
    """Ballots to cast, and counts by hand that another officer waits to see confirmed. One query."""
    mine = Attendance.objects.filter(
        session=OuterRef("pk"), member__user=user, how=Attendance.How.PRESENT, voted=False
    )
    secret = AgendaItem.objects.filter(session=OuterRef("pk"), secret=True)
    officer = CouncilMember.objects.on(clock.today()).filter(
        council=OuterRef("council"), user=user, function__in=CouncilMember.OFFICERS
    )
    counted = Q(counted_by__isnull=False, confirmed_by=None) & ~Q(counted_by=user) & Exists(officer)
    rows = Session.objects.filter(state=Session.State.OPEN)
    rows = rows.annotate(votes=Exists(mine) & Exists(secret), confirms=ExpressionWrapper(counted, BooleanField()))
    found = rows.filter(Q(votes=True) | Q(confirms=True)).select_related("council").order_by("day", "pk")
    for session in found[:SHOWN]:
        if session.votes:
            yield _task(session, _("Vote: %(session)s"), "awards:session-vote", _("Vote"))
        if session.confirms:
            yield _task(session, _("Confirm the counts: %(session)s"), "awards:session-confirm", _("Confirm"))


def agenda_tasks(user: User) -> Iterator[Task]:
    """Appraised lines that wait until the officers of a council put them on an agenda. One query; three for them."""
    seats = CouncilMember.objects.on(clock.today()).filter(user=user, function__in=CouncilMember.OFFICERS)
    councils = {seat.council.unit_id: seat.council for seat in seats.select_related("council__unit")}
    if not councils:
        return
    held = acting(council.unit for council in councils.values())
    rows = to_be_voted(held).order_by().values_list("holder").annotate(Count("pk"))
    waiting = Counter[int]()
    for holder, count in rows:
        waiting[held[holder].pk] += count
    for unit, count in waiting.items():
        title = ngettext(
            "%(count)d nomination to be put before the council", "%(count)d nominations to be put before the council",
            count,
        )  # fmt: skip
        council = councils[unit]
        yield Task(title % {"count": count}, str(council), council.get_absolute_url(), _("Plan a session"),
                   "appraised", "nomination", None, None)  # fmt: skip


def _task(session: Session, title: str, name: str, action: str) -> Task:
    url = reverse(name, args=[session.pk])
    return Task(title % {"session": session}, str(session.council), url, action, session.state, "session", None, None)


# ── dossiers ──────────────────────────────────────────────────────────────


def nomination_tasks(user: User) -> list[Task]:
    """Dossiers of own units, and lines to be appraised. Two queries at most."""
    units = {role: {m.unit_id for m in user.active_memberships if m.role == role} for role in Role}
    found = list(_dossiers(units[Role.STAFF], units[Role.COMMANDER]))
    if has_desk(user) and (count := waiting_count(user)):
        title = ngettext("%(count)d nomination to appraise", "%(count)d nominations to appraise", count)
        url = reverse("awards:nomination-desk")
        found.append(Task(title % {"count": count}, "", url, _("Appraise"), "submitted", "nomination", None, None))
    return found


def _dossiers(staff: set[int], commander: set[int]) -> Iterator[Task]:
    """Returned lines for both; what the staff say is ready for the commander, the rest for the staff."""
    if not staff | commander:
        return
    mine = Dossier.objects.filter(unit__in=staff | commander, lines__stage__in=Nomination.EDITABLE).distinct()
    back = NominationEvent.objects.filter(
        line__dossier=OuterRef("pk"), kind="returned", stage=Nomination.Stage.RETURNED
    )
    back = back.order_by("-at", "-pk")  # without what goes back within the judging unit
    rows: QuerySet[Any] = with_counts(mine).annotate(
        last_reason=Subquery(back.values("reason")[:1]), last_by=Subquery(back.values("by__full_name")[:1]),
        last_at=Subquery(back.values("at")[:1]),
    )  # fmt: skip
    for row in rows.order_by("-year", "pk")[:DOSSIERS]:
        if row.returned:
            # the name of a dossier without a title ends with the unit, which stands behind it as the place
            yield Task(
                row.title or f"{row.occasion} {row.year}", row.unit.short, row.get_absolute_url(), _("Correct"),
                "returned", "nomination", None, None, row.last_reason or "", row.last_by or "", row.returned,
                at=row.last_at,
            )  # fmt: skip
        elif row.read_at and row.unit_id in commander:
            url = reverse("awards:dossier-hand-in", args=[row.pk])
            yield Task(_("Ready to hand in: %(dossier)s") % {"dossier": row}, row.unit.short, url,
                       _("Check and hand in"), "draft", "nomination", None, None)  # fmt: skip
        elif row.unit_id in staff and not row.read_at:
            yield Task(str(row), row.unit.short, row.get_absolute_url(), pgettext("work", "Continue"), "draft",
                       "nomination", None, None)  # fmt: skip


def outcome_tasks(user: User) -> Iterator[Task]:
    """What was decided, rejected, revoked or returned to be corrected in own dossiers of late, by others. One query.

    For the staff and the commander of the proposing unit; a dossier is one task. It is computed of the steps, so
    nothing has to be ticked off: after `LATELY` days it goes by itself.
    """
    units = {m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.COMMANDER)}
    if not units:
        return
    since = clock.today() - timedelta(days=LATELY)
    steps = Q(lines__events__at__date__gte=since) & ~Q(lines__events__by=user)
    counts = {kind: Count("lines__events", filter=steps & happened) for kind, happened in HAPPENED.items()}
    # What happened to lines is looked at only where anything did: one range of the index of steps.
    of_late = NominationEvent.objects.filter(kind__in=HAPPENED, at__date__gte=since, line__dossier__unit__in=units)
    rows = Dossier.objects.filter(pk__in=of_late.values("line__dossier")).annotate(**{
        f"n_{kind}": count for kind, count in counts.items()
    }).select_related("unit", "occasion")  # fmt: skip
    for row in rows.order_by("-year", "pk")[:DOSSIERS]:
        told = {kind: count for kind in HAPPENED if (count := getattr(row, f"n_{kind}"))}
        if told.keys() - {"returned"}:  # what is only returned waits among what is to be corrected
            words = ", ".join(_outcome(kind, count) for kind, count in told.items())
            state = "rejected" if {"rejected", "revoked"} & told.keys() else "decided"
            title = _("Outcome: %(dossier)s") % {"dossier": row}
            place, url = f"{row.unit.short} · {words}", row.get_absolute_url()
            yield Task(title, place, url, _("View"), state, "nomination", None, None)


def _outcome(kind: str, count: int) -> str:
    words = {
        "decided": ngettext("%(count)d decided", "%(count)d decided", count),
        "rejected": ngettext("%(count)d rejected", "%(count)d rejected", count),
        "revoked": ngettext("%(count)d revoked", "%(count)d revoked", count),
        "returned": ngettext("%(count)d returned", "%(count)d returned", count),
    }
    return words[kind] % {"count": count}


def review_tasks(user: User) -> Iterator[Task]:
    """Awards that rested on what was taken back: for who decides whether they stand, and, to know it, for the unit
    of who holds them. One query.
    """
    judging = {m.unit_id for m in user.active_memberships if m.role == Role.COMMANDER}
    judging |= {m.unit_id for m in user.active_memberships if m.role == Role.REVIEWER and m.office_id is None}
    own = {m.unit_id for m in user.active_memberships if m.role in (Role.STAFF, Role.COMMANDER)}
    if not judging | own:
        return
    holder = Q(grant__person__unit__in=own) | Q(grant__unit__in=own) | Q(grant__nomination__dossier__unit__in=own)
    rows = GrantReview.objects.waiting().filter(Q(unit__in=judging) | holder)
    rows = rows.select_related("grant__award", "grant__person", "grant__unit", "because__award", "unit")
    for row in rows.distinct().order_by("pk")[:SHOWN]:
        grant = row.grant
        said = {"who": grant.name or str(grant.person or grant.unit), "award": str(grant)}
        place = _("%(unit)s · rested on “%(award)s”, revoked") % {"unit": row.unit.short, "award": row.because}
        title, action = (
            (_("Review after a revocation: %(who)s, %(award)s"), _("Review again"))
            if row.unit_id in judging
            else (_("To be reviewed after a revocation: %(who)s, %(award)s"), _("View"))
        )
        yield Task(title % said, place, row.get_absolute_url(), action, "held", "eligibility", None, None)


# ── letters and decisions ─────────────────────────────────────────────────


def paper_tasks(user: User) -> Iterator[Task]:
    """Drafts that the commander signs, passed lines that wait for a paper, outcomes to record. Six queries at most.

    Passed lines are named to staff and reviewers, who prepare, and to the commander of a unit that has none of them;
    outcomes to commanders and reviewers, who record.
    """
    units = {unit.pk: unit for unit in paper_units(user)}
    if not units:
        return
    roles = {role: {m.unit_id for m in user.active_memberships if m.role == role} for role in Role}
    commands = roles[Role.COMMANDER]
    if commands:
        yield from _drafts(commands)
    held = acting(units.values())
    waiting = Counter(held[key].pk for key in ready(held).values_list("holder", flat=True))
    preparing = _preparing(set(waiting), roles[Role.STAFF] | roles[Role.REVIEWER])
    if count := sum(waiting[pk] for pk in preparing):
        title = ngettext(
            "%(count)d passed nomination waits for its paper",
            "%(count)d passed nominations wait for their paper",
            count,
        )
        url = reverse("awards:decision-list")
        place = ", ".join(unit.short for unit in units.values() if unit.pk in preparing)
        yield Task(title % {"count": count}, place, url, _("Prepare the paper"), "passed", "nomination", None, None)
    recording = {key: unit for key, unit in held.items() if unit.pk in commands | roles[Role.REVIEWER]}
    for key, count in waiting_counts(recording).items() if recording else ():
        title = ngettext("%(count)d outcome to record", "%(count)d outcomes to record", count)
        url = reverse("awards:outcome-record", args=[key])
        yield Task(
            title % {"count": count}, units[key].short, url, _("Record"), "forwarded", "nomination", None, None
        )


def _preparing(units: set[int], own: set[int]) -> set[int]:
    """Of `units` where lines wait those for which the user prepares papers: `own` ones, and commanded ones where
    nobody else does. One query, where such wait.
    """
    commanded = units - own
    if not commanded:
        return units
    others = Membership.objects.active().filter(
        Q(role=Role.STAFF) | Q(role=Role.REVIEWER, office=None), unit__in=commanded
    )
    return (units - set(others.values_list("unit", flat=True))) | (units & own)


def _drafts(units: set[int]) -> Iterator[Task]:
    letters = Submission.objects.filter(unit__in=units, sent_at=None).select_related("unit")
    decisions = Decision.objects.filter(unit__in=units, signed_at=None).select_related("unit")
    for letter in letters.order_by("pk")[:SHOWN]:
        title = _("Letter to send: %(paper)s") % {"paper": letter.recipient}
        yield Task(title, letter.unit.short, letter.get_absolute_url(), _("Look and send"), "draft", "award_paper",
                   None, None)  # fmt: skip
    for decision in decisions.order_by("pk")[:SHOWN]:
        title = _("Decision to sign: %(paper)s") % {"paper": decision.title}
        yield Task(title, decision.unit.short, decision.get_absolute_url(), _("Look and sign"), "draft",
                   "award_paper", None, None)  # fmt: skip

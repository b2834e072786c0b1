"""What of the award path waits for a user, for «My work»."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awards.access import has_desk
from awards.models import AgendaItem, Attendance, CouncilMember, Dossier, Nomination, NominationEvent, Session
from awards.reports.desk import waiting_count
from awards.reports.dossiers import with_counts
from emulation.reports.work import Task
from units import clock
from units.models import Role, User

SHOWN = 10  # sessions listed for one user
DOSSIERS = 20  # dossiers listed; their own list has all


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
    back = NominationEvent.objects.filter(line__dossier=OuterRef("pk"), kind="returned").order_by("-at", "-pk")
    rows = with_counts(mine).annotate(
        last_reason=Subquery(back.values("reason")[:1]), last_by=Subquery(back.values("by__full_name")[:1])
    )
    for row in rows.order_by("-year", "pk")[:DOSSIERS]:
        if row.returned:
            yield Task(
                str(row), row.unit.short, row.get_absolute_url(), _("Correct"), "returned", "nomination", None, None,
                row.last_reason or "", row.last_by or "", row.returned,
            )  # fmt: skip
        elif row.read_at and row.unit_id in commander:
            url = reverse("awards:dossier-hand-in", args=[row.pk])
            yield Task(_("Ready to hand in: %(dossier)s") % {"dossier": row}, row.unit.short, url,
                       _("Check and hand in"), "draft", "nomination", None, None)  # fmt: skip
        elif row.unit_id in staff and not row.read_at:
            yield Task(str(row), row.unit.short, row.get_absolute_url(), _("Continue"), "draft", "nomination", None,
                       None)  # fmt: skip

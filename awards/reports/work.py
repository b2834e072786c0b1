"""What of the award path waits for a user, for «My work»."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from awards.models import AgendaItem, Attendance, CouncilMember, Session
from emulation.reports.work import Task
from units import clock
from units.models import User

SHOWN = 10  # sessions listed for one user


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

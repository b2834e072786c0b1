"""What of the award path waits for a user, for «My work»."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from awards.models import Attendance, CouncilMember, Session
from emulation.reports.work import Task
from units import clock
from units.models import User

SHOWN = 10  # sessions listed for one user


def council_tasks(user: User) -> Iterator[Task]:
    """Ballots to cast, and counts by hand that another officer waits to see confirmed. Two queries."""
    mine = Attendance.objects.filter(
        member__user=user, how=Attendance.How.PRESENT, voted=False, session__state=Session.State.OPEN,
        session__items__secret=True,
    )  # fmt: skip
    for row in mine.select_related("session__council__unit").distinct()[:SHOWN]:
        yield _task(row.session, _("Vote: %(session)s"), "awards:session-vote", _("Vote"))
    officer = CouncilMember.objects.on(clock.today()).filter(user=user, function__in=CouncilMember.OFFICERS)
    counted = Session.objects.filter(
        state=Session.State.OPEN, counted_by__isnull=False, confirmed_by=None, council__in=officer.values("council")
    )
    for session in counted.exclude(counted_by=user).select_related("council__unit")[:SHOWN]:
        yield _task(session, _("Confirm the counts: %(session)s"), "awards:session-confirm", _("Confirm"))


def _task(session: Session, title: str, name: str, action: str) -> Task:
    url = reverse(name, args=[session.pk])
    return Task(title % {"session": session}, str(session.council), url, action, session.state, "session", None, None)

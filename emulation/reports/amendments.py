"""Amendments that wait for a user, for «My work»."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from emulation.models import Amendment
from emulation.reports.work import Task
from units.access import has_role
from units.models import Role, User

SHOWN = 30


def amendment_tasks(user: User) -> Iterator[Task]:
    """To be sent as commander, or decided as reviewer. One query, none for others."""
    if not has_role(user, Role.COMMANDER, Role.REVIEWER):
        return
    rows = Amendment.objects.open().waiting_for(user).select_related("registration__unit", "registration__drive")
    for row in rows.order_by("asked_at", "pk")[:SHOWN]:
        year, drive = row.registration.year, row.registration.drive
        title = _("Amendment of the targets of %(year)d") % {"year": year}
        if drive is not None:
            title = _("Amendment of the targets of %(drive)s") % {"drive": drive}
        action = _("Send") if row.state == Amendment.State.PROPOSED else _("Decide")
        unit = str(row.registration.unit)
        yield Task(title, unit, row.get_absolute_url(), action, row.state, "amendment", None, None)

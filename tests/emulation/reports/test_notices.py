"""The number beside the quarterly sheets."""

from datetime import date
from itertools import product

import pytest
from django.utils import timezone

from emulation.models import Extension, Report, Round
from tests.factories import make_extension, make_report, make_rounds, make_user
from units.models import Role

TODAY = date(2020, 6, 30)
ROLES = ((Role.STAFF,), (Role.COMMANDER,), (Role.STAFF, Role.COMMANDER), (Role.REVIEWER,))


def asked_of(user, state, ready, opens, closes, until):
    """(owed, to do): the rules as a person says them, of a sheet of the user's own unit."""
    roles = {m.role for m in user.active_memberships}
    if not roles & {Role.STAFF, Role.COMMANDER} or state not in Report.EDITABLE or opens > TODAY:
        return False, False
    shut = closes is not None and closes < TODAY and until < TODAY
    waits = Role.COMMANDER in roles if ready else Role.STAFF in roles
    returned = state == Report.State.RETURNED
    return returned or waits or shut, returned or (waits and not shut)


@pytest.mark.django_db
def test_what_a_user_owes_waits_or_was_missed(depot, set_today):
    set_today(TODAY)
    sheet = make_report(depot, make_rounds()[1])
    make_extension(sheet)
    rows, rounds = Report.objects.filter(pk=sheet.pk), Round.objects.filter(pk=sheet.round_id)
    users = [make_user("", *((depot, role) for role in roles)) for roles in ROLES]
    before, after = date(2020, 6, 1), date(2020, 7, 1)
    now, days = timezone.now(), (before, after)
    for case in product(Report.State.values, (None, now), days, (None, *days), days):
        state, ready, opens, closes, until = case
        if closes and closes < opens:
            continue
        rows.update(state=state, ready_at=ready, ready_by=users[0] if ready else None)
        rounds.update(opens=opens, due=opens, closes=closes)
        Extension.objects.update(until=until)
        found = [(rows.owed_by(user).exists(), rows.to_do_by(user).exists()) for user in users]
        assert (case, found) == (case, [asked_of(user, *case) for user in users])

"""The number beside the quarterly sheets."""

from datetime import date
from itertools import product

import pytest
from django.utils import timezone

from emulation.models import Extension, Report, Round
from tests.factories import make_extension, make_report, make_rounds, make_user
from units.models import Role

ROLES = ((Role.STAFF,), (Role.COMMANDER,), (Role.STAFF, Role.COMMANDER), (Role.REVIEWER,))


@pytest.mark.once
@pytest.mark.django_db
def test_what_a_user_owes_is_what_waits_and_what_was_missed(depot, set_today):
    """Said in one piece for the sake of speed: the same as the two questions it is made of, whatever the sheet."""
    set_today(date(2020, 6, 30))
    sheet = make_report(depot, make_rounds()[1])
    make_extension(sheet)
    rows, rounds = Report.objects.filter(pk=sheet.pk), Round.objects.filter(pk=sheet.round_id)
    users = [make_user("", *((depot, role) for role in roles)) for roles in ROLES]
    owing = set()
    before, after = date(2020, 6, 1), date(2020, 7, 1)
    cases = product(
        Report.State.values, (None, timezone.now()), (before, after), (None, before, after), (before, after)
    )
    for state, ready, opens, closes, until in cases:
        rows.update(state=state, ready_at=ready, ready_by=users[0] if ready else None)
        if closes and closes < opens:
            continue
        rounds.update(opens=opens, due=opens, closes=closes)
        Extension.objects.update(until=until)
        for user in users:
            owed = rows.owed_by(user).exists()
            assert owed == (rows.to_do_by(user).exists() or rows.missed_by(user).exists())
            owing |= {user.pk} if owed else set()
    assert owing == {user.pk for user in users[:3]}

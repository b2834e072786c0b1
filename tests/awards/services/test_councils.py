"""Who sits in a council from when to when."""

from datetime import date

import pytest

from awards.services.councils import end_seat, seat_member
from tests.factories import make_council, make_user
from units.errors import Refused
from units.models import Role

DAY = date(2020, 12, 20)


@pytest.fixture
def council(department, set_today):
    set_today(DAY)
    return make_council(department, make_user("chair", (department, Role.STAFF)))


def test_nobody_sits_twice_on_one_day(council, reviewer):
    """Who changes the function begins on the day after the last one of the seat before."""
    old = council.members.get()
    with pytest.raises(Refused) as error:
        seat_member(council, old.user, since=DAY, by=reviewer)
    assert error.value.field == "user"
    end_seat(old, until=DAY, by=reviewer)
    with pytest.raises(Refused, match="21/12/2020") as error:
        seat_member(council, old.user, since=DAY, by=reviewer)
    assert (error.value.field, council.members.on(DAY).count()) == ("since", 1)
    seat_member(council, old.user, since=date(2020, 12, 21), by=reviewer)
    with pytest.raises(Refused) as error:
        end_seat(old, until=date(2020, 12, 31), by=reviewer)
    assert (error.value.field, council.members.on(date(2020, 12, 25)).count()) == ("until", 1)

"""What the tables of notices refuse."""

from datetime import date

from emulation.models import ReminderMail
from tests.constraints import assert_refused
from units.models import User


def test_reminders_of_a_day_are_mailed_once(staff: User) -> None:
    day = date(2020, 4, 10)
    ReminderMail.objects.create(user=staff, day=day)
    assert_refused(ReminderMail(user=staff, day=day), "reminder_mail_once_a_day")

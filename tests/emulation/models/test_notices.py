"""What the tables of notices refuse."""

from datetime import date

import pytest
from django.utils import timezone

from emulation.models import Notice, ReminderMail
from tests.constraints import assert_refused
from tests.factories import make_indicator, make_inspection, make_report, make_rounds, make_weak_point
from units.models import Unit, User


def test_reminders_of_a_day_are_mailed_once(staff: User) -> None:
    day = date(2020, 4, 10)
    ReminderMail.objects.create(user=staff, day=day)
    assert_refused(ReminderMail(user=staff, day=day), "reminder_mail_once_a_day")


@pytest.mark.parametrize("names", [(), ("report", "inspection"), ("report", "point"), ("inspection", "point")])
def test_a_notice_is_about_one_thing(
    department: Unit, depot: Unit, staff: User, reviewer: User, names: tuple[str, ...]
) -> None:
    about = {
        "report": make_report(depot, make_rounds()[1]),
        "inspection": make_inspection(department, reviewer, depot),
        "point": make_weak_point(depot, staff),
    }
    row = Notice(
        user=staff, kind="inspected", by=reviewer, at=timezone.now(), **{name: about[name] for name in names}
    )
    assert_refused(row, "notice_about_one_thing")


def test_only_of_a_sheet_is_a_figure_named(depot: Unit, staff: User, reviewer: User) -> None:
    row = Notice(
        user=staff, kind="point_returned", by=reviewer, at=timezone.now(), point=make_weak_point(depot, staff),
        indicator=make_indicator(),
    )  # fmt: skip
    assert_refused(row, "notice_figure_is_of_a_sheet")

from datetime import date

import pytest

from emulation.models import ActivityGroup, ActivityKind
from tests.constraints import assert_refused
from tests.factories import make_activity, make_person_group


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [
        ("activity_ends_after_start", {"ends": date(2020, 2, 2)}),
        ("activity_numbers_once_held", {"state": "planned", "participants": 40}),
        ("activity_cancelled_for_a_reason", {"state": "cancelled", "participants": None}),
        ("activity_cancelled_for_a_reason", {"why_cancelled": "Hoãn"}),
        ("activity_amount_not_below_zero", {"amount": -1}),
    ],
)
def test_activity_refuses_what_cannot_be(depot, constraint, columns):
    row = make_activity(depot)
    for name, value in columns.items():
        setattr(row, name, value)
    assert_refused(row, constraint)


def test_kind_that_counts_things_says_which(db):
    row = ActivityKind(code="gifts", name="Tặng quà", asks_items=True)
    assert_refused(row, "activitykind_says_what_it_counts")


def test_group_has_one_number(depot):
    activity, group = make_activity(depot), make_person_group()
    ActivityGroup.objects.create(activity=activity, group=group, people=3)
    assert_refused(ActivityGroup(activity=activity, group=group, people=4), "activitygroup_once")

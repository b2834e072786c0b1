from datetime import date

from awards.authority import Power, power_for

DAY = date(2020, 7, 1)
MATRIX = [
    Power(None, None, 3, "region"),
    Power(None, None, 2, "department", "", 1),
    Power(None, None, 4, "ministry", "unit"),
    Power(None, date(2020, 6, 30), 5, "state", "person", 1),
]


def decides(subject, level, day=DAY):
    found = power_for(MATRIX, subject, level, day)
    return found and found.decides


def test_narrowest_row_in_force_decides():
    assert decides("person", 1) == "department"
    assert decides("person", 2) == "region"
    assert decides("unit", 2) == "ministry"
    assert decides("person", 1, date(2020, 6, 30)) == "state"


def test_later_row_goes_before_an_earlier_one():
    rows = [Power(None, None, 1, "old"), Power(DAY, None, 2, "new")]
    assert [power_for(rows, "unit", 0, day).decides for day in (date(2020, 6, 30), DAY)] == ["old", "new"]


def test_nobody_decides_what_the_matrix_does_not_name():
    assert power_for([], "person", 1, DAY) is None

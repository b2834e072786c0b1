from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from emulation.readiness import ADVICE, MET, MISSING, Prepared, advice, missing, readiness

FULL = Prepared(
    content="Mục tiêu", theme="Đoàn kết", starts=date(2020, 1, 1), ends=date(2020, 12, 31), on=date(2020, 1, 1),
    scopes=1, units=3, indicators=2, from_above=0, needs_indicators=True, targeted=3, documents=1, files=1,
    leader="Đại tá A",
)  # fmt: skip


def state(draft, key):
    return {point.key: point.state for point in readiness(draft)}.get(key)


def test_a_complete_draft_has_nothing_open():
    points = readiness(FULL)

    assert {point.state for point in points} == {MET}
    assert (missing(points), advice(points)) == ([], [])


@pytest.mark.parametrize(
    ("key", "change", "found"),
    [
        ("content", {"content": "  "}, MISSING),
        ("scope", {"scopes": 0}, MISSING),
        ("dates", {"on": date(2021, 1, 1)}, MISSING),
        ("dates", {"on": date(2020, 12, 31)}, ADVICE),
        ("indicators", {"indicators": 0, "targeted": 0}, MISSING),
        ("indicators", {"indicators": 0, "targeted": 1}, MET),
        ("indicators", {"indicators": 0, "from_above": 5}, MET),
        ("indicators", {"indicators": 0, "targeted": 0, "needs_indicators": False}, ADVICE),
        ("targets", {"targeted": 2}, ADVICE),
        ("comparators", {"contrary": ("Vi phạm (≥)",)}, ADVICE),
        ("comparators", {"contrary": ()}, None),
        ("targets", {"indicators": 0, "targeted": 0}, None),
        ("parent", {"draft_above": "Gốc"}, MISSING),
        ("theme", {"theme": ""}, ADVICE),
        ("theme", {"same_theme": True}, ADVICE),
        ("content", {"same_content": True}, ADVICE),
        ("leader", {"leader": ""}, ADVICE),
        ("documents", {"documents": 0}, ADVICE),
        ("files", {"files": 0}, ADVICE),
        ("officers", {"vacant": "K1: trợ lý."}, ADVICE),
        ("officers", {"vacant": "K1: trợ lý.", "scopes": 0}, None),
    ],
)
def test_a_point_that_is_open_bars_the_launch_or_warns(key, change, found):
    assert state(replace(FULL, **change), key) == found


def test_what_is_open_says_what_to_do():
    with translation.override("en"):
        points = readiness(replace(FULL, targeted=1, content=""))

    assert [point.words for point in missing(points)] == [
        "Write the goal and the content: what is to be reached, and how."
    ]
    assert [point.words for point in advice(points)] == ["1 of 3 units have their target values"]

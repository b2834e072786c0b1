"""How names and values are shown."""

import pytest

from emulation.reports.display import name_with_unit


@pytest.mark.parametrize(
    ("name", "unit", "head"),
    [
        ("Quân số khỏe", "%", "Quân số khỏe (%)"),
        ("Tai nạn giao thông (số vụ)", "vụ", "Tai nạn giao thông (số vụ)"),
        ("Tai nạn (nghiêm trọng)", "vụ", "Tai nạn (nghiêm trọng) (vụ)"),
        ("Xếp loại", "", "Xếp loại"),
    ],
)
def test_a_head_says_the_unit_of_measure_once(name, unit, head):
    assert name_with_unit(name, unit) == head

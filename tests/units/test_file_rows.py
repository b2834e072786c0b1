"""Rows of files that commands load: nothing that stands in them is dropped silently."""

import pytest
from django.utils import translation

from units.errors import Refused
from units.file_rows import read_table


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_cells_beyond_the_columns_are_refused_by_row(tmp_path):
    file = tmp_path / "results.csv"
    file.write_text('unit,note\nK1,plain\nK2,ghi chú, có dấu phẩy\n\nK3,"quoted, kept"\nK4,a,b,c\n', encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_table(file, ["unit", "note"])
    words = "Put a text with a comma or semicolon into double quotes."
    assert refused.value.messages == [
        f"Row 3: 3 cells for 2 columns; “có dấu phẩy” belongs to none. {words}",
        f"Row 6: 4 cells for 2 columns; “b; c” belongs to none. {words}",
    ]


def test_empty_cells_beyond_the_columns_mean_nothing(tmp_path):
    file = tmp_path / "results.csv"
    file.write_text('unit,note,,\nK1,"quoted, kept",,\n', encoding="utf-8")
    assert read_table(file, ["unit", "note"]) == [(2, {"unit": "K1", "note": "quoted, kept"})]

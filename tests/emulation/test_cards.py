"""Tables that become cards on a phone: every cell says what its column is called."""

import re
from pathlib import Path

import pytest

from emulation.cards import label_cells

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
HEAD = '<table><thead><tr><th scope="col">Đơn vị</th><th class="n">Làm "lợi" <small>(đồng)</small></th>'

TWO = (
    '<table><thead><tr><th rowspan="2">Đơn vị</th><th colspan="2">Hôm nay</th><th rowspan="2">Muộn</th></tr>'
    "<tr><th>Đã trình</th><th>Đã duyệt</th></tr></thead>"
)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param(
            f'{HEAD}</tr></thead><tr><th scope="row">K1</th><td class="n">5</td></tr></table>',
            f'{HEAD}</tr></thead><tr><th scope="row">K1</th>'
            '<td class="n" data-label="Làm &quot;lợi&quot; (đồng)">5</td></tr></table>',
            id="the head's words, without marks",
        ),
        pytest.param(
            f"{HEAD}</tr></thead><tr><td>K1</td></tr><tr><td>–</td></tr></table>",
            f'{HEAD}</tr></thead><tr><td data-label="Đơn vị">K1</td></tr>'
            '<tr><td data-label="Đơn vị" data-none>–</td></tr></table>',
            id="each row begins again; a dash says nothing",
        ),
        pytest.param(
            f'{HEAD}<th><span class="visually-hidden">Chọn</span></th></tr></thead>'
            '<tr><th colspan="2">Cộng</th><td>1</td><td>2</td></tr></table>',
            f'{HEAD}<th><span class="visually-hidden">Chọn</span></th></tr></thead>'
            '<tr><th colspan="2">Cộng</th><td>1</td><td>2</td></tr></table>',
            id="no name: a head only read aloud, a column too many",
        ),
        pytest.param(
            f"{TWO}<tr><th>K1</th><td>2</td><td>3</td><td>4</td></tr></table>",
            f'{TWO}<tr><th>K1</th><td data-label="Đã trình">2</td><td data-label="Đã duyệt">3</td>'
            '<td data-label="Muộn">4</td></tr></table>',
            id="a second row names what stands under one head",
        ),
        pytest.param("<table><tr><td>K1</td></tr></table>", "<table><tr><td>K1</td></tr></table>", id="no head"),
    ],
)
def test_cells_are_named_after_their_column(given: str, shown: str) -> None:
    assert label_cells(given) == shown


def test_every_table_of_cards_names_its_cells() -> None:
    bare = [
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if re.search(r"(?<!{% cards %})<table[^>]*qt-table--cards", path.read_text(encoding="utf-8"))
    ]
    assert bare == []


def test_every_filter_can_be_folded_away_on_a_phone() -> None:
    bare = [
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if re.search(
            r'(?<!%})<form class="qt-card__head qt-filter[^"]*" method="get" role="search"',
            path.read_text(encoding="utf-8"),
        )
    ]
    assert bare == []

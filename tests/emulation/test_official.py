"""Head and foot of papers."""

from datetime import date

import pytest

from emulation.official import Layout, bare_line, gaps_in, is_gap, place_and_date

LAYOUT = Layout("Quân khu", "Cục Kỹ thuật", "CKT", place="Hà Nội", signer="Đại tá A", signer_post="Chủ nhiệm")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2020, 2, 5), "Hà Nội, ngày 05 tháng 02 năm 2020"),
        (date(2020, 3, 15), "Hà Nội, ngày 15 tháng 3 năm 2020"),
        (None, "Hà Nội, ngày …… tháng …… năm 2020"),
    ],
)
def test_days_are_written_as_the_decree_writes_them(day, words):
    assert place_and_date("Hà Nội", day, 2020) == words


def test_head_takes_from_the_profile_what_the_paper_does_not_say():
    empty = {"number": "", "place": "", "day": None, "year": 2020, "signer": "", "signer_post": ""}
    head = LAYOUT.head("BC", **empty)
    assert head == {
        "superior": "QUÂN KHU", "issuer": "CỤC KỸ THUẬT", "number": "……/BC-CKT",
        "place_and_date": "Hà Nội, ngày …… tháng …… năm 2020", "signer_post": "CHỦ NHIỆM", "signer": "Đại tá A",
    }  # fmt: skip
    said = LAYOUT.head("BC", **empty | {"number": "5/BC", "place": "Huế", "signer": "B", "signer_post": "Phó"})
    assert [said[key] for key in ("number", "signer", "signer_post")] == ["5/BC", "B", "PHÓ"]


def test_recipients_end_with_their_stops():
    assert LAYOUT.sent_to("Như trên") == ["Như trên;", "Lưu: VT."]
    assert [bare_line(line) for line in ("- Phòng A;", " – Lưu: VT, CT.", "")] == ["Phòng A", "Lưu: VT, CT", ""]


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("(địa danh)", True), (" [họ tên] ", True), ("<chức vụ>", True), ("……", True), ("...", True), ("__", True),
        ("……/BC-CKT", True), ("Hà Nội", False), ("12/BC-CKT (minh họa)", False), ("Q. Cục trưởng", False),
        ("TP. Hồ Chí Minh", False), ("", False),
    ],
)  # fmt: skip
def test_a_placeholder_is_told_from_words(text, gap):
    assert is_gap(text) == gap


def test_a_text_of_several_lines_is_looked_through():
    texts = {
        "title": "Về việc khen thưởng",
        "basis": "Căn cứ Luật;\n Căn cứ Quyết định số ……;",
        "place": "(địa danh)",
    }
    assert gaps_in(texts) == {"basis": "Căn cứ Quyết định số ……;", "place": "(địa danh)"}

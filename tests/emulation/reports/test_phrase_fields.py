"""What the fields of phrases mean, and the sentences that show it."""

import pytest

from emulation.phrases import WORDS, fields_of, shipped, shown, stored
from emulation.reports.phrase_fields import FIELDS, explained, sample_of
from tests.sentences import BROKEN
from units.catalogue import load_catalogue
from units.text import fold

pytestmark = pytest.mark.django_db


def test_every_field_of_every_phrase_is_explained():
    known = {name for key in shipped() for name in fields_of(key)}
    assert known == set(FIELDS) == set(WORDS)


def test_every_phrase_comes_back_from_its_vietnamese_fields():
    """No two fields share a name, whatever the capitals and diacritics."""
    assert len({fold(word) for word in WORDS.values()}) == len(WORDS)
    assert [text for text in shipped().values() if stored(shown(text)) != text or stored(text) != text] == []
    assert stored("{KET QUA} {kết quả} {value} {khác} { kết quả }") == "{value} {value} {value} {khác} {value}"


def test_every_shipped_phrase_has_a_sample_that_can_be_read(department):
    load_catalogue()
    department.name = "Cục Kỹ thuật"
    for key, text in shipped().items():
        said = sample_of(department, key, text)
        assert said, key
        assert not BROKEN.search(said.replace("()", "")), (key, said)
        assert "{" not in said


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("say.SK_SL", "{mới} có {value} rất hay", "Mới có 25 sáng kiến rất hay"),
        ("zero.AT_TNGT", "không có vụ nào ({value})", "Không có vụ nào (0 vụ)"),
        ("rises", ", hơn {delta}", "Quân số tham gia huấn luyện đạt 99,2\u00a0%, hơn 0,4 điểm phần trăm"),
        (
            "over",
            "{sentence}, vượt ({target})",
            "Quân số tham gia huấn luyện đạt 99,2\u00a0%, vượt (từ 98,6\u00a0% trở lên)",
        ),
        ("movement", "{unit} có {campaign}.", "Kho K1 có phong trào thi đua quyết thắng năm 2020."),
    ],
)
def test_a_sample_is_of_a_real_indicator_and_the_unit_itself(depot, key, text, said):
    load_catalogue()
    depot.name = "Kho K1"
    assert sample_of(depot, key, text) == said


def test_fields_are_shown_as_they_are_typed(depot):
    found = explained(depot, "short")
    assert [(one.typed, one.example) for one in found] == [("{số phiếu}", "44/80")]

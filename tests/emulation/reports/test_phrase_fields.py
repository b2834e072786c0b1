"""What the fields of phrases mean, and the sentences that show it."""

import pytest

from emulation.phrases import fields_of, shipped
from emulation.reports.phrase_fields import FIELDS, explained, sample_of
from emulation.services.catalogue import load_catalogue
from tests.sentences import BROKEN

pytestmark = pytest.mark.django_db


def test_every_field_of_every_phrase_is_explained():
    known = {name for key in shipped() for name in fields_of(key)}
    assert known == set(FIELDS)


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
    assert [(one.typed, one.example) for one in found] == [("{coverage}", "44/80")]

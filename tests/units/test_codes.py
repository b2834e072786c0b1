"""Codes of units and user names: what looks the same is the same, or is refused."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from units.codes import canonical, refuse_strange, refuse_wrong_code, strange

VIETNAMESE = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyzáàảãạỡụĐĂÂÊÔƠƯ"
USUAL = st.text(VIETNAMESE + "0123456789.@+-_", min_size=1)


@pytest.mark.parametrize(
    ("typed", "kept"), [("Ｋ１", "K1"), (" K1\u200b ", "K1"), ("K\ufeff1", "K1"), ("ﬁ", "fi"), ("a\u0323", "ạ")]
)
def test_what_can_only_mean_one_thing_is_taken_for_it(typed, kept):
    assert (canonical(typed), strange(canonical(typed))) == (kept, "")


@pytest.mark.parametrize(
    ("text", "place", "name"),
    [
        ("К1", 1, "CYRILLIC CAPITAL LETTER KA"),
        ("аdmin", 1, "CYRILLIC SMALL LETTER A"),
        ("admіn", 4, "CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),
        ("οng", 1, "GREEK SMALL LETTER OMICRON"),
        ("adm\u0131n", 4, "LATIN SMALL LETTER DOTLESS I"),
        ("K٣", 2, "ARABIC-INDIC DIGIT THREE"),
        ("K\u200b1", 2, "ZERO WIDTH SPACE"),
    ],
)
def test_what_only_looks_like_a_usual_character_is_named(settings, text, place, name):
    settings.LANGUAGE_CODE = "en"
    said = (
        f"Character {place}, “{text[place - 1]}” ({name}), is no usual letter or digit, though it may look like one."
    )
    assert strange(text) == f"{said} Type it anew."
    for refuse in (refuse_strange, refuse_wrong_code):
        with pytest.raises(ValidationError) as error:
            refuse(text)
        assert error.value.messages == [strange(text)]


@given(USUAL)
def test_vietnamese_names_are_nothing_strange(text):
    assert strange(text) == ""


@given(st.characters(categories=["L", "N"]))
def test_letters_and_digits_of_other_scripts_are_strange_unless_they_mean_usual_ones(char):
    kept = canonical(char)
    names = [unicodedata.name(part, "") for part in unicodedata.normalize("NFD", kept)]
    usual = all(name.startswith(("LATIN ", "DIGIT ", "COMBINING ")) for name in names)
    assert usual or kept.isascii() or strange(kept) != ""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.text import fold, name_sort_key, normal, person_sort_key, plain, sort_key, split_name, typed

LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyzàảãáạẳẵếệổỡụứĐĂÂÊÔƠƯ "


@pytest.mark.parametrize(
    "words",
    [
        ["Hà Giang", "Hà Nam", "Hà Nội", "Hà Tĩnh", "Hải Dương", "Hải Phòng", "Hậu Giang", "Hòa Bình", "Hưng Yên"],
        ["da", "dá", "Dạ", "dung", "Dũng", "đa", "Đặng", "đúng", "e", "ê"],
        ["a", "à", "ả", "ã", "á", "ạ", "ă", "â", "b"],
        ["Kho 1", "Kho 2", "Kho A"],
        ["an", "an ninh", "anh"],
    ],
)
def test_sort_key_follows_the_alphabet_then_the_tones(words):
    assert sorted(set(words), key=sort_key) == words


def test_person_sort_key_takes_given_then_middle_then_family_name():
    people = [
        "Lê Văn An", "Nguyễn Văn An", "Phạm Minh Ánh", "Nguyễn Thị Hồng Ân", "Đỗ Văn Ân", "Trần Thị Dung",
        "Võ Đình Dũng", "Nguyễn Văn Đức", "Ngọ Quang Trinh", "Lê Minh Trình",
    ]  # fmt: skip

    assert sorted(set(people), key=person_sort_key) == people


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đơn vị", "don vi"),
        ("Đặng Thị Ngọc Ánh", "dang thi ngoc anh"),
        ("ĐVQT", "dvqt"),
        ("Ngọ Quang Trinh", "ngo quang trinh"),
        ("hoà", fold("hòa")),
        ("Thượng uý", fold("Thượng úy")),
    ],
)
def test_fold_drops_case_and_diacritics(text, key):
    assert fold(text) == key


@given(st.text(alphabet=LETTERS))
def test_keys_do_not_depend_on_the_form_of_composition(text):
    other = unicodedata.normalize("NFD", text)

    assert (fold(other), sort_key(other), normal(other)) == (fold(text), sort_key(text), normal(text))


@given(st.text(alphabet=LETTERS))
def test_fold_leaves_plain_small_letters_and_is_stable(text):
    assert fold(text).replace(" ", "").isascii()
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_sort_key_orders_any_two_texts_the_same_way_whatever_their_form(one, two):
    decomposed = unicodedata.normalize("NFD", one)

    assert (sort_key(one) < sort_key(two)) == (sort_key(decomposed) < sort_key(two))


@given(st.lists(st.text(alphabet="aăâeêdđ", min_size=1), min_size=2, max_size=2))
def test_letters_decide_before_anything_else(words):
    alphabet = "aăâdđeê"
    expected = sorted(words, key=lambda word: [alphabet.index(letter) for letter in word])

    assert sorted(words, key=sort_key) == expected


WORD = st.text("aăâbcdđeêgiknouưxyáàảãạ", min_size=1, max_size=6)


@given(st.lists(WORD, min_size=1, max_size=5))
def test_the_key_of_a_split_name_is_that_of_the_whole_name(words):
    name = " ".join(words)

    family, middle, given_name = split_name(name)

    assert " ".join(part for part in (family, middle, given_name) if part) == name
    assert name_sort_key(family, middle, given_name) == person_sort_key(name)


INVISIBLE = "\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\x00\x1b\u3164\u2800\ufe0f\uffff\ud800"
LINES = st.text(alphabet=LETTERS + INVISIBLE + "\u00a0\u2003\n\r\t\u2028\x0b")


@given(st.text() | LINES)
def test_plain_leaves_nothing_that_nobody_sees_and_is_stable(text):
    found = plain(text)

    assert plain(found) == found == unicodedata.normalize("NFC", found)
    assert {unicodedata.category(char) for char in found if char not in "\r\n\t"}.isdisjoint({"Cc", "Cf", "Cs", "Zl"})
    assert {char for char in found if char.isspace()} <= set(" \r\n\t")
    found.encode("utf-8")  # no half of a pair: every base and every file takes it


@given(st.text(alphabet=LETTERS, min_size=1), st.lists(st.tuples(st.sampled_from(INVISIBLE), st.integers(0, 30))))
def test_texts_that_look_the_same_are_the_same(text, marks):
    other = unicodedata.normalize("NFD", text)
    for mark, place in marks:
        other = other[:place] + mark + other[place:]

    assert (plain(other), typed(other), normal(other)) == (plain(text), typed(text), normal(text))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Cụm\u00a0\u00a0\u200b 1", "Cụm 1"),
        ("dòng một\r\n  dòng  hai\u2028dòng ba\rdòng bốn", "dòng một\r\n  dòng  hai\ndòng ba\ndòng bốn"),
        ("K1\t\t95\u00a0%", "K1\t\t95 %"),
        ("１２ ٣ 👍\ufe0f", "１２ ٣ 👍"),
    ],
)
def test_typed_keeps_lines_tabs_and_everything_to_be_seen(sent, kept):
    assert typed(sent) == kept

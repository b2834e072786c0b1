import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from units.text import fold, name_sort_key, normal, person_sort_key, sort_key, split_name

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

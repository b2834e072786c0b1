"""Paragraphs with fields: words are the officer's, figures the system's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulation.drafting import Change, Unknown, changes, parts_of, plain, renewed, template_of, typed, values_in
from emulation.wording import Part

DRAFT = (
    Part("Quân số đạt "),
    Part("98,6%", "/a/", "HL_QS"),
    Part(", vượt "),
    Part("≥ 98", "", "HL_QS/chỉ tiêu"),
    Part("."),
)
TEXT = "Quân số đạt {HL_QS: 98,6%}, vượt {HL_QS/chỉ tiêu: ≥ 98}."
SEEN = {"HL_QS": "98,6%", "HL_QS/chỉ tiêu": "≥ 98"}
words = st.text(st.characters(exclude_characters="{}:", exclude_categories=["Cs", "Cc"]), max_size=12)
keys = st.from_regex(r"[A-Z]{2}_[A-Z]{2}(/chỉ tiêu)?", fullmatch=True)


def test_draft_becomes_text_with_fields_and_back():
    assert template_of(DRAFT) == TEXT
    assert (values_in(TEXT), plain(TEXT)) == (SEEN, "Quân số đạt 98,6%, vượt ≥ 98.")
    assert parts_of(TEXT, {"HL_QS": "/a/"}) == DRAFT


def test_braces_of_names_make_no_field():
    assert template_of([Part("Kho {K1}")]) == "Kho (K1)"


def test_figure_is_not_changed_by_typing_over_it():
    assert typed("Đạt {HL_QS: 99,9%} {HL_QS}.", SEEN, {"HL_QS": "97,0%"}) == "Đạt {HL_QS: 98,6%} {HL_QS: 98,6%}."
    assert typed("Thêm { SK_SL }.", SEEN, {"SK_SL": "25 sáng kiến"}) == "Thêm {SK_SL: 25 sáng kiến}."


@pytest.mark.parametrize(
    ("text", "wrong"), [("{XX: 1} {YY} {XX}", ["XX", "YY"]), ("mở {", ["{"]), ("{: 5}", ["{", "}"]), ("a } b", ["}"])]
)
def test_what_is_no_field_is_refused(text, wrong):
    with pytest.raises(Unknown) as error:
        typed(text, SEEN, {})
    assert error.value.keys == wrong


def test_changed_and_vanished_figures_are_found():
    now = {"HL_QS": "98,7%"}
    assert changes(SEEN, now) == [Change("HL_QS", "98,6%", "98,7%"), Change("HL_QS/chỉ tiêu", "≥ 98", None)]
    assert renewed(TEXT, now) == "Quân số đạt {HL_QS: 98,7%}, vượt {HL_QS/chỉ tiêu: ≥ 98}."
    assert changes(SEEN, SEEN) == []


@given(st.lists(st.tuples(words, keys, words), max_size=4), st.dictionaries(keys, words))
def test_words_stay_and_values_follow(pieces, now):
    text = "".join(f"{before}{{{key}: {said.strip()}}}" for before, key, said in pieces)
    new = renewed(text, now)
    assert values_in(new) == {key: now.get(key, said).strip() for key, said in values_in(text).items()}
    assert [one.text for one in parts_of(new, {}) if not one.field] == [b for b, _key, _said in pieces if b]
    assert renewed(new, now) == new

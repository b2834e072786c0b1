"""Numbers as people type and read them."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from emulation.numbers import (
    LIMIT,
    NumberError,
    difference,
    exact_text,
    format_number,
    format_part,
    input_number,
    parse_number,
    percent_of,
    round_half_up,
)

LANGUAGES = ["vi", "en"]


def parts(decimals: int) -> st.SearchStrategy[Decimal]:
    """Numbers that may be typed where `decimals` are allowed."""
    top = 10**14 - 1  # thousandths below the limit
    step = 10 ** (3 - decimals)
    return st.integers(-(top // step), top // step).map(lambda n: Decimal(n * step).scaleb(-3))


@pytest.mark.parametrize(
    ("text", "decimals", "number"),
    [
        ("98,6", 1, "98.6"),
        ("98.6", 1, "98.6"),
        ("98,6 %", 1, "98.6"),
        (" 98,6% ", 1, "98.6"),
        ("1.275.000", 0, "1275000"),
        ("1,275,000", 0, "1275000"),
        ("1.275.000,5", 1, "1275000.5"),
        ("1,275,000.5", 1, "1275000.5"),
        ("1 275 000", 0, "1275000"),
        ("- 1 275,5 %", 1, "-1275.5"),
        ("1\u00a0275\u202f000", 0, "1275000"),
        ("1.275", 0, "1275"),
        ("1,275", 0, "1275"),
        ("1.275.000", 3, "1275000"),
        ("1.275,5", 3, "1275.5"),
        ("1.275,500", 3, "1275.5"),
        ("0,275", 3, "0.275"),
        ("0.275", 3, "0.275"),
        ("1275,125", 3, "1275.125"),
        ("12,75", 3, "12.75"),
        ("12,5000", 3, "12.5"),
        ("-5", 0, "-5"),
        ("-1.275", 0, "-1275"),
        ("-0,5", 1, "-0.5"),
        ("0", 0, "0"),
        ("007", 0, "7"),
        ("5,0", 0, "5"),
        ("99999999999", 0, "99999999999"),
    ],
)
def test_parse_number_reads_what_people_type(text: str, decimals: int, number: str) -> None:
    assert parse_number(text, decimals) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "abc", "%", "-", ",", ".5", "5.", "1,2,3", "1.275,000.5", "1.27.500", "12.75.000,1,2", "1e5",
        "1_000", "++5", "5-", "١٢", "½", "∞", "nan", "1.2750.00", "0.275.000", "0,275,000.5", "98,6 %%",
        "9 8", "98 ,6", "1 2 3", "12 75", "1 275 00", "1275 000",
    ],
)  # fmt: skip
def test_parse_number_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(NumberError):
        parse_number(text, 3)


@pytest.mark.parametrize(
    ("text", "decimals"), [("98,65", 1), ("0,5", 0), ("98,6", 0), ("1,2345", 3), ("1.275,25", 1)]
)
def test_parse_number_refuses_too_many_decimals(text: str, decimals: int) -> None:
    with pytest.raises(NumberError):
        parse_number(text, decimals)


@pytest.mark.parametrize("text", ["100000000000", "100.000.000.000", "-100000000000", "9" * 400])
def test_parse_number_refuses_what_is_too_large(text: str) -> None:
    with pytest.raises(NumberError):
        parse_number(text, 3)


@pytest.mark.parametrize(
    ("text", "language", "thousands", "decimal"),
    [
        ("1.275", "vi", "1275", "1,2750"),
        ("1,275", "vi", "1275", "1,2750"),
        ("1,275", "en", "1275", "1.2750"),
        ("-12.500", "vi", "-12500", "-12,5"),
    ],
)
@pytest.mark.parametrize("decimals", [1, 2, 3])
def test_parse_number_with_three_digits_after_one_separator_names_both_readings(
    text: str, language: str, thousands: str, decimal: str, decimals: int
) -> None:
    with translation.override(language), pytest.raises(NumberError) as error:
        parse_number(text, decimals)
    assert [word.strip(".") for word in str(error.value).split() if word.strip(".") in (thousands, decimal)] == [
        thousands,
        decimal,
    ]


@pytest.mark.parametrize(
    ("text", "number"), [("1275", 1275), ("1,2750", Decimal("1.275")), ("-12,5", Decimal("-12.5"))]
)
def test_both_readings_of_an_ambiguous_number_can_be_typed_as_offered(text: str, number: Decimal | int) -> None:
    assert parse_number(text, 3) == number


@given(st.text(max_size=30), st.integers(0, 3))
def test_parse_number_reads_or_refuses_any_text(text: str, decimals: int) -> None:
    try:
        number = parse_number(text, decimals)
    except NumberError:
        return
    assert abs(number) < LIMIT
    assert (Fraction(number) * 10**decimals).denominator == 1


@given(st.data(), st.integers(0, 3), st.sampled_from(LANGUAGES))
def test_parse_number_reads_input_number_as_the_same_number(
    data: st.DataObject, decimals: int, language: str
) -> None:
    number = data.draw(parts(decimals))
    assert parse_number(input_number(number, language), decimals) == number


@given(st.data(), st.integers(0, 3), st.sampled_from(LANGUAGES))
def test_parse_number_reads_a_shown_number_or_asks(data: st.DataObject, decimals: int, language: str) -> None:
    """What is copied from a page is read as what it says, or refused as ambiguous: never as another number."""
    number = data.draw(parts(decimals))
    try:
        assert parse_number(format_part(number, language), decimals) == number
    except NumberError:
        assert decimals > 0


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (Decimal("98.65"), 1, "98.7"),
        (Decimal("98.649999"), 1, "98.6"),
        (Decimal("-98.65"), 1, "-98.7"),
        (Fraction(1, 2), 0, "1"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(1, 3), 3, "0.333"),
        (Fraction(2, 3), 3, "0.667"),
        (Fraction(296, 300) * 100, 1, "98.7"),
        (5, 2, "5.00"),
        (0, 1, "0.0"),
    ],
)
def test_round_half_up_rounds_away_from_zero(value: Fraction | Decimal | int, decimals: int, rounded: str) -> None:
    assert str(round_half_up(value, decimals)) == rounded


@given(st.fractions(-(10**18), 10**18), st.integers(0, 6))
def test_round_half_up_is_never_off_by_more_than_a_half(value: Fraction, decimals: int) -> None:
    off = abs(Fraction(round_half_up(value, decimals)) - value) * 10**decimals
    assert off <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("value", "decimals", "language", "text"),
    [
        (1275000, 0, "vi", "1.275.000"),
        (1275000, 0, "en", "1,275,000"),
        (Decimal("98.65"), 1, "vi", "98,7"),
        (Decimal("98.65"), 1, "en", "98.7"),
        (Fraction(1, 3), 3, "vi", "0,333"),
        (Decimal("-1234.5"), 1, "vi", "-1.234,5"),
        (0, 0, "vi", "0"),
        (None, 1, "vi", "–"),
    ],
)
def test_format_number_follows_the_language(
    value: Fraction | Decimal | int | None, decimals: int, language: str, text: str
) -> None:
    assert format_number(value, decimals, language) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("3137"), "3.137"),
        (Decimal("12.5"), "12,5"),
        (Decimal("1E+3"), "1.000"),
        (Decimal("0"), "0"),
        (None, ""),
    ],
)
def test_format_part_shows_just_the_decimals_it_has(value: Decimal | None, text: str) -> None:
    assert format_part(value) == text


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (Decimal("1275"), "vi", "1275"),
        (Decimal("1.275"), "vi", "1,2750"),
        (Decimal("1.275"), "en", "1.2750"),
        (Decimal("12.5"), "vi", "12,5"),
        (Decimal("1441.2"), "vi", "1.441,2"),
        (Decimal("1441.2"), "en", "1,441.2"),
        (Decimal("1275000"), "vi", "1.275.000"),
        (None, "vi", ""),
    ],
)
def test_input_number_is_plain_and_never_ambiguous(value: Decimal | None, language: str, text: str) -> None:
    assert input_number(value, language) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(493, 5), "98.6"),
        (Fraction(2, 3), "0.666667"),
        (Fraction(1000), "1000"),
        (Decimal("100.000"), "100"),
        (Fraction(0), "0"),
        (Fraction(1, 10**7), "0"),
        (None, None),
    ],
)
def test_exact_text_has_at_most_six_decimals_and_no_trailing_zeros(
    value: Fraction | Decimal | None, text: str | None
) -> None:
    assert exact_text(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "shown"), [(35, 39, 90), (28, 33, 85), (1, 8, 13), (999, 1000, 99), (3, 3, 100), (0, 0, 0)]
)
def test_share_of_a_whole_is_rounded_half_up_and_full_only_when_nothing_is_missing(part, whole, shown):
    assert percent_of(part, whole) == shown


@pytest.mark.parametrize(
    ("now", "places", "before", "places_before", "change"),
    [
        (Fraction(9375, 100), 1, Fraction(8333, 100), 1, "10.5"),  # 93,8 and 83,3; exactly 10,42
        (Fraction(9828, 100), 1, Fraction(9665, 100), 1, "1.6"),
        (Fraction(9858, 100), 2, 98, 1, "0.58"),
        (Fraction(12, 100), 1, Fraction(14, 100), 1, "0"),
    ],
)
def test_a_difference_is_that_of_what_is_shown(now, places, before, places_before, change):
    assert difference(now, places, before, places_before) == Decimal(change)


@given(st.fractions(0, 1000), st.fractions(0, 1000), st.integers(0, 3))
def test_what_was_and_the_difference_make_what_is(now, before, places):
    found = difference(now, places, before, places)
    assert round_half_up(before, places) + found == round_half_up(now, places)

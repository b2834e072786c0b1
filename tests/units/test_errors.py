"""How much a reason says at least, and how much of it is kept."""

from __future__ import annotations

import pytest

from units.errors import LEAST_ORDER, LEAST_REASON, LISTED, Refused, alternatives, reason_of, refuse_short


def test_what_others_act_on_says_more_than_why_something_ends():
    assert (LEAST_REASON, LEAST_ORDER) == (10, 20)


@pytest.mark.parametrize(
    ("text", "more"),
    [(" " * 9 + "x" * 10 + "\n", {}), ("x" * 20, {"least": LEAST_ORDER}), ("x" * 300, {"most": 300})],
)
def test_a_reason_comes_back_stripped(text, more):
    assert reason_of(text, **more) == text.strip()


@pytest.mark.parametrize(
    ("text", "more", "message"),
    [
        ("", {}, "Give a reason of at least 10 characters."),
        ("x" * 9 + " ", {}, "Give a reason of at least 10 characters."),
        ("x" * 19, {"least": LEAST_ORDER}, "Give a reason of at least 20 characters."),
        ("x", {"words": "Say it in %(count)d."}, "Say it in 10."),
        ("x" * 501, {}, "Ensure this value has at most 500 characters (it has 501)."),
        ("x" * 301, {"most": 300}, "Ensure this value has at most 300 characters (it has 301)."),
    ],
)
def test_a_reason_too_short_or_too_long_is_refused_at_its_field(text, more, message, settings):
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(Refused) as caught:
        reason_of(text, "why", **more)
    assert (caught.value.messages, caught.value.field) == ([message], "why")


def test_several_fields_are_told_at_once():
    found = Refused({"number": "Give it.", "day": "Say when."})
    assert (found.field, found.messages, str(found)) == ("number", ["Give it.", "Say when."], "Give it.\nSay when.")
    assert found.by_field == {"number": ["Give it."], "day": ["Say when."]}
    assert Refused(["One.", "Two."]).by_field == {None: ["One.", "Two."]}


def test_a_text_that_says_nothing_is_refused(settings):
    settings.LANGUAGE_CODE = "en"
    refuse_short("x" * 10, "measure")
    with pytest.raises(Refused) as caught:
        refuse_short("x" * 9 + "  ", "measure")
    assert (caught.value.messages, caught.value.field) == (["Write at least 10 characters."], "measure")


def test_alternatives_are_all_in_their_order_or_the_most_alike_as_far_as_they_fit():
    assert alternatives(["b", "a"], "x") == "b, a"
    assert alternatives([], "x") == "–"
    many = alternatives((f"CODE-{number:03d}" for number in range(900)), "code-0777")
    assert many.split(", ")[0] == "CODE-077"
    assert (many[-3:], "CODE-777" in many, LISTED - 12 < len(many) <= LISTED + 3) == (", …", True, True)

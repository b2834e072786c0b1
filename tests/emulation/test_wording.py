"""No combination of results makes a broken sentence."""

import json
import re
import string
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from emulation.wording import (
    SILENT,
    Clause,
    Course,
    Fact,
    Part,
    Point,
    clause,
    course,
    listed,
    lower_first,
    paragraph,
    unknown_fields,
)

PHRASES = json.loads((Path("emulation") / "data" / "phrases.json").read_text(encoding="utf-8"))
FACT = Fact(name="quân số khỏe", state="met", value="99,2%", target="≥ 99", year=2019, url="/figure/")
STATES = ["over", "met", "near", "miss", "plain", *SILENT]
TRENDS = [("", ""), ("rises", "0,2 điểm %"), ("falls", "0,2 điểm %"), ("rises", ""), ("falls", ""), ("steady", "")]


def test_phrases_name_only_fields_that_are_filled_in():
    named = {name for text in PHRASES.values() for _text, name, _spec, _how in string.Formatter().parse(text) if name}
    assert named == {"name", "value", "target", "delta", "coverage"}


@pytest.mark.parametrize(
    ("state", "low", "trend", "coverage"), list(product(STATES, [False, True], TRENDS, ["", "18/20"]))
)
def test_every_combination_reads_as_one_sentence(state, low, trend, coverage):
    fact = replace(FACT, state=state, low=low, trend=trend[0], delta=trend[1], coverage=coverage)
    if state in SILENT or state == "plain":
        fact = replace(fact, target="")
    if state in SILENT:
        fact = replace(fact, value="")
    text = paragraph([clause(fact, PHRASES)]).text
    assert re.fullmatch(r"Quân số khỏe[^.{}]*[^\s,;:(]\.", text)
    assert not re.search(r"\(\s*\)|  |,,|\s[,.;:]|: ?[,.;]|None", text)
    assert ("so với cùng kỳ" in text or "cùng kỳ" in text) == (bool(trend[0]) and state not in SILENT)
    assert ("18/20" in text) == (bool(coverage) and state not in SILENT)


def test_what_is_less_than_allowed_is_not_praised_as_reached():
    low = replace(FACT, low=True, state="miss", value="3 vụ", target="≤ 2")
    assert clause(low, PHRASES).text == "quân số khỏe: 3 vụ, vượt mức quy định (≤ 2)"
    assert clause(replace(FACT, state="nil"), PHRASES).text == "quân số khỏe: không phát sinh"


def test_numbers_lead_to_their_figure():
    parts = clause(replace(FACT, trend="rises", delta="0,2 điểm %"), PHRASES).parts
    assert [part.text for part in parts if part.url] == ["99,2%", "0,2 điểm %"]


def test_clauses_are_joined_into_one_sentence():
    two = [Clause((Part("đạn dược đạt 2"), Part(" tấn"))), Clause((Part("xe đạt 3"),))]
    assert paragraph(two).text == "Đạn dược đạt 2 tấn; xe đạt 3."
    assert paragraph([]).text == ""


@pytest.mark.parametrize(
    ("name", "inside"), [("Quân số khỏe", "quân số khỏe"), ("Đại hội", "đại hội"), ("VMTD", "VMTD"), ("", "")]
)
def test_names_begin_small_within_a_sentence(name, inside):
    assert lower_first(name) == inside


def test_lists_keep_names_with_commas_apart():
    assert listed(["a, b", "c"]) == "a, b; c"


@pytest.mark.parametrize(
    ("phrase", "wrong"),
    [
        ("{name} đạt {value} ({target}), {delta}, {coverage}", []),
        ("{name} {giá trị} {value:>9} {name!r} {}", ["{giá trị}", "{value:>9}", "{name}", "{}"]),
        ("{name", ["{name"]),
    ],
)
def test_phrases_name_fields_that_exist(phrase, wrong):
    assert unknown_fields(phrase) == wrong


@pytest.mark.parametrize(("before", "graded"), [(0, False), (0, True), (2018, False)])
def test_every_course_of_five_years_reads_as_one_sentence(before, graded):
    years = range(2016, 2021)
    for numbers in product([None, 0, 1, 2], repeat=5):
        known = {year: number for year, number in zip(years, numbers, strict=True) if number is not None}
        short = ("", "3/4")  # 1 stands for a year that is not complete
        points = tuple(
            Point(
                year, f"{known[year]} vụ" if year in known else "", known.get(year), "", short[known.get(year) == 1]
            )
            for year in years
        )
        text = course(Course("SK", "số vụ", points, before=before, graded=graded)).text
        assert re.fullmatch(r"Số vụ[^.{}]*[^\s,;:(]\.", text)
        assert not re.search(r"\(\s*\)|  |,,|\s[,.;:]|: ?[,.;]|None", text)
        assert ("chưa có số liệu" in text) == (not known)
        missing = [year for year in years if year not in known and year >= before]
        assert ("không có số liệu năm" in text) == bool(known and missing)


def test_course_says_where_it_began_and_ended():
    def told(*numbers, **more):
        points = tuple(Point(2016 + n, f"{number} vụ", number) for n, number in enumerate(numbers))
        return course(Course("SK", "số vụ", points, **more)).text

    part = (Point(2019, "9 vụ", 9), Point(2020, "5 vụ", 5, "", "3/4"))
    assert course(Course("SK", "số vụ", part)).text == "Số vụ năm 2019 đạt 9 vụ; năm 2020 mới có 3/4 số liệu (5 vụ)."
    assert told(1, 2, 4) == "Số vụ tăng từ 1 vụ (năm 2016) lên 4 vụ (năm 2018)."
    assert told(4, 1, 2) == "Số vụ giảm từ 4 vụ (năm 2016) xuống 2 vụ (năm 2018), có năm biến động."
    assert told(2, 2) == "Số vụ giữ ổn định ở mức 2 vụ (từ năm 2016 đến năm 2017)."
    assert told(2, 3, 2) == "Số vụ từ 2 vụ (năm 2016) đến 2 vụ (năm 2018), có năm biến động."

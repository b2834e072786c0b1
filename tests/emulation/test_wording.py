"""No combination of results makes a broken sentence."""

import re
from dataclasses import replace
from itertools import product

import pytest

from emulation import phrases
from emulation.phrases import Part, fields_of, fill, groups, indicator_of, shipped, unknown_fields
from emulation.wording import (
    SILENT,
    Clause,
    Course,
    Fact,
    Point,
    clause,
    course,
    listed,
    lower_first,
    paragraph,
    told_apart,
)
from tests.sentences import whole

PHRASES = shipped()
FACT = Fact(name="quân số khỏe", state="met", value="99,2%", target="từ 99% trở lên", unit="%", url="/figure/")
STATES = ["over", "met", "near", "miss", "plain", "open", *SILENT]
FEW = "chưa đủ phiếu để tính (25/48 phiếu)"
TRENDS = [("", ""), ("rises", "0,2 điểm %"), ("falls", "0,2 điểm %"), ("rises", ""), ("falls", ""), ("steady", "")]
KINDS = [{}, {"low": True}, {"exact": True}, {"low": True, "exact": True}, {"graded": True}]
SUMS = [
    {"total": True, "unit": "vụ", "value": "2 vụ", "target": "không quá 1 vụ"},
    {"total": True, "unit": "vụ", "value": "0 vụ", "target": "0 vụ", "zero": True},
    {"total": True, "unit": "vụ", "value": "không phát sinh", "target": "0 vụ", "nil": True},
]
CODES = ["", *sorted({indicator_of(key) for key in PHRASES} - {""})]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", [a | b for a, b in product(KINDS, [{}, *SUMS])])
def test_every_combination_reads_as_one_sentence(state, kind):
    silent = {"value": FEW if state == "few" else "", "target": "", "zero": False, "nil": False}
    silent = silent if state in SILENT else {}
    for (trend, delta), coverage, tone in product(TRENDS, ("", "18/20"), ("", "met", "miss")):
        fact = replace(FACT, **kind | silent, state=state, trend=trend, delta=delta, tone=tone,
                       coverage=coverage)  # fmt: skip
        text = paragraph([clause(fact, PHRASES)]).text
        assert whole(text), text
        assert ("cùng kỳ" in text) == (bool(trend) and state not in SILENT)
        assert ("18/20" in text) == (bool(coverage) and state not in SILENT)
        assert fact.value in text


def test_a_year_of_too_few_sheets_is_not_called_silent():
    points = (Point(2019), Point(2020, coverage="44/80", few=True))
    assert course(Course("KL", "vi phạm", points), PHRASES).text == (
        "Vi phạm chưa có số liệu trong các năm; năm 2020 chưa đủ phiếu để tính (44/80 phiếu); không có số liệu năm "
        "2019."
    )


@pytest.mark.parametrize("code", CODES)
def test_every_indicator_is_said_in_whole_sentences(code):
    for state, zero, low in product(STATES, (False, True), (False, True)):
        value = "0 vụ" if zero else "12 vụ"
        fact = Fact(
            name=PHRASES.get(f"name.{code}", "ngày công"), code=code, state=state, low=low, zero=zero, total=True,
            value=FEW if state == "few" else "" if state in SILENT else value, target="từ 9 vụ trở lên", unit="vụ",
        )  # fmt: skip
        text = paragraph([clause(fact, PHRASES)]).text
        assert whole(text), text
        assert (value in text) == (state not in SILENT)
        judged = re.search("đạt chỉ tiêu|, vượt", text) or "chưa đủ phiếu để kết luận" not in text
        assert (state == "open") <= (not judged)
        verb = not low and not zero and "{mới}" in PHRASES.get(f"say.{code}", PHRASES["say"])
        assert bool(re.search(r"\b[Mm]ới\b(?!\.|,)", text)) >= (verb and state in ("miss", "open"))


def told(**changed) -> str:
    return paragraph([clause(replace(FACT, **changed), PHRASES)]).text


NONE = {"total": True, "low": True, "unit": "vụ", "value": "0 vụ", "target": "0 vụ", "zero": True, "code": "AT_TNGT"}
FELL = {"trend": "falls", "tone": "met"}


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (
            {"code": "SK_SL", "value": "25 sáng kiến", "target": "từ 22 sáng kiến trở lên", "state": "over"},
            "Có 25 sáng kiến, cải tiến kỹ thuật được công nhận, vượt chỉ tiêu (từ 22 sáng kiến trở lên).",
        ),
        ({"state": "miss"}, "Quân số khỏe mới đạt 99,2%, chưa đạt chỉ tiêu (từ 99% trở lên)."),
        (
            {"state": "miss", "trend": "rises", "tone": "met", "delta": "1 điểm phần trăm"},
            "Quân số khỏe mới đạt 99,2%, chưa đạt chỉ tiêu (từ 99% trở lên), tuy nhiên tăng 1 điểm phần trăm so với "
            "cùng kỳ.",
        ),
        (
            NONE | FELL | {"delta": "1 vụ"},
            "Không để xảy ra tai nạn giao thông (0 vụ), đạt chỉ tiêu đề ra, giảm 1 vụ so với cùng kỳ.",
        ),
        (
            NONE | {"zero": False, "value": "2 vụ", "state": "miss", "trend": "steady"},
            "Để xảy ra 2 vụ tai nạn giao thông, vượt mức quy định (0 vụ), bằng cùng kỳ.",
        ),
        (
            {"nil": True, "value": "không phát sinh", "state": "miss", "target": "từ 5 ngày trở lên"},
            "Quân số khỏe không phát sinh, chưa đạt chỉ tiêu (từ 5 ngày trở lên).",
        ),
        ({"state": "miss", "exact": True}, "Quân số khỏe đạt 99,2%, chưa đúng chỉ tiêu (từ 99% trở lên)."),
        ({"code": "HL_DYC", "named": True}, "Quân số khỏe đạt 99,2%, đạt chỉ tiêu đề ra (từ 99% trở lên)."),
        ({"state": "nil"}, "Quân số khỏe không phát sinh."),
        (
            NONE | {"state": "open", "coverage": "44/80"},
            "Đến nay chưa để xảy ra tai nạn giao thông (0 vụ), chưa đủ phiếu để kết luận, theo 44/80 phiếu.",
        ),
        (
            {
                "code": "SK_SL",
                "value": "25 sáng kiến",
                "target": "từ 30 sáng kiến trở lên",
                "state": "open",
                "total": True,
            },
            "Mới có 25 sáng kiến, cải tiến kỹ thuật được công nhận, chưa đủ phiếu để kết luận (chỉ tiêu từ 30 sáng "
            "kiến trở lên).",
        ),
        (
            {"code": "KL_TT", "name": "tỷ lệ vi phạm kỷ luật", "state": "few", "value": FEW, "coverage": "25/48"},
            "Tỷ lệ vi phạm kỷ luật chưa đủ phiếu để tính (25/48 phiếu).",
        ),
        ({"state": "none"}, "Chưa có số liệu về quân số khỏe."),
        (
            {"code": "SK_SL", "value": "5", "state": "plain", "unit": ""},  # its words count on the unit of measure
            "Quân số khỏe đạt 5.",
        ),
    ],
)
def test_officers_would_write_it_so(changed, text):
    assert told(**changed) == text


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
    ("names", "short"),
    [
        (["Đợt cao điểm chào mừng Đảng", "Đợt cao điểm chào mừng Đại hội"], ["Đảng", "Đại hội"]),
        (["Đợt một", "Đợt một lần nữa"], ["một", "một lần nữa"]),
        (["Đợt cao điểm", "Đợt cao điểm"], ["điểm", "điểm"]),
        (["Đợt cao điểm"], ["Đợt cao điểm"]),
        ([], []),
    ],
)
def test_names_are_cut_to_what_tells_them_apart(names, short):
    assert told_apart(names) == short


# ── the phrases themselves ────────────────────────────────────────────────


@pytest.mark.parametrize("key", sorted(PHRASES))
def test_shipped_phrases_name_only_what_they_may(key):
    assert unknown_fields(PHRASES[key], fields_of(key)) == []


def test_every_phrase_says_when_it_is_used_and_none_is_there_twice():
    rows = [one for group in groups() for one in group.phrases]
    assert [one.key for one in rows if not (one.when and one.when_en and one.text)] == []
    assert len({one.key for one in rows}) == len(rows)


@pytest.mark.parametrize(
    ("phrase", "wrong"),
    [
        ("{name} đạt {value}", []),
        ("{name} {giá trị} {value:>9} {name!r} {}", ["{giá trị}", "{value:>9}", "{name}", "{}"]),
        ("{name", ["{name"]),
    ],
)
def test_phrases_name_fields_that_exist(phrase, wrong):
    assert unknown_fields(phrase, ("name", "value")) == wrong


def test_what_is_not_given_says_nothing():
    assert "".join(part.text for part in fill("{a} và {b}{c}", a="một", b=Part("hai"))) == "một và hai"


# ── through the years ─────────────────────────────────────────────────────


@pytest.mark.parametrize(("before", "verb"), list(product((0, 2018), ("", "_grade", "_low", "_low_sum"))))
def test_every_course_of_five_years_reads_as_one_sentence(before, verb):
    years = range(2016, 2021)
    for numbers in product([None, 0, 1, 2, 3], repeat=5):
        known = {year: number for year, number in zip(years, numbers, strict=True) if number is not None}
        points = tuple(  # 1 stands for a year that is not complete, 3 for its first half
            Point(
                year, f"{known[year]} vụ" if year in known else "", known.get(year), "",
                "3/4" if known.get(year) == 1 else "",
                f"6 tháng đầu năm {year}" if known.get(year) == 3 else "", known.get(year) != 3,
            )
            for year in years
        )  # fmt: skip
        text = course(Course("SK", "số vụ", points, before=before, verb=verb), PHRASES).text
        assert whole(text), text
        assert text.startswith("Số vụ")
        assert ("chưa có số liệu" in text) == (not known)
        missing = [year for year in years if year not in known and year >= before]
        some = any(year >= before for year in known)
        assert ("không có số liệu năm" in text) == bool(some and missing)


def test_course_says_where_it_began_and_ended():
    def told(*numbers, **more):
        points = tuple(Point(2016 + n, f"{number} vụ", number) for n, number in enumerate(numbers))
        return course(Course("SK", "số vụ", points, **more), PHRASES).text

    half = Point(2020, "5 vụ", 5, "", "", "6 tháng đầu năm 2020", whole=False)
    part = (Point(2019, "9 vụ", 9), Point(2020, "5 vụ", 5, "", "3/4"))
    assert course(Course("SK", "số vụ", part), PHRASES).text == (
        "Số vụ năm 2019 đạt 9 vụ; năm 2020 đạt 5 vụ (theo số liệu của 3/4 phiếu đã báo cáo)."
    )
    assert course(Course("SK", "tai nạn", (part[0], half), verb="_low_sum"), PHRASES).text == (
        "Tai nạn năm 2019 có 9 vụ; 6 tháng đầu năm 2020 có 5 vụ."
    )
    assert told(0, verb="_low_sum") == "Số vụ năm 2016 không có (0 vụ)."
    assert told(1, 2, 4) == "Số vụ tăng từ 1 vụ (năm 2016) lên 4 vụ (năm 2018)."
    assert told(4, 1, 2) == "Số vụ giảm từ 4 vụ (năm 2016) xuống 2 vụ (năm 2018), có năm biến động."
    assert told(2, 2) == "Số vụ giữ ổn định ở mức 2 vụ (từ năm 2016 đến năm 2017)."
    assert told(2, 3, 2) == "Số vụ là 2 vụ (năm 2016) và 2 vụ (năm 2018), có năm biến động."


@pytest.mark.parametrize(("key", "text", "lost"), [
    ("say", "{name} đạt {value}", []), ("say", "{name} tốt", ["{value}"]), ("say", "rất tốt", ["{name}", "{value}"]),
    ("say.HL_TG", "quân số huấn luyện đạt {value}", []), ("say.HL_TG", "đủ quân số", ["{value}"]),
    ("zero", "không để xảy ra {name}", []), ("zero.AT_TNGT", "tuyệt đối an toàn", []),
    ("met", "đạt chỉ tiêu", ["{sentence}"]), ("met", "{name} đạt {value}", []), ("met", "{sentence}, đạt", []),
    ("no_such_key", "x", []),
])  # fmt: skip
def test_a_phrase_keeps_what_carries_the_figure(key: str, text: str, lost: list[str]) -> None:
    assert phrases.left_out(key, text) == lost

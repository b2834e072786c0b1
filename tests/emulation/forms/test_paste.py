"""A pasted block: which figure goes where, and what is said of those that stay out."""

import pytest
from django.utils import translation

from emulation.forms.paste import preview, read_block
from emulation.models import Report, ReturnedLine
from emulation.reports.lines import SheetReading
from emulation.reports.sheets import read_sheet
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_result,
    make_rounds,
)
from tests.layers import built_once


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def lines(region):
    campaign = make_campaign(region)
    found = {
        "attendance": make_indicator("ratio", "A", capped=True),
        "prizes": make_indicator("count", "B"),
        "politics": make_indicator("grade", "C"),
        "water": make_indicator("amount", "D"),
        "checklist": make_indicator("checklist", "E"),
    }
    for indicator in found.values():
        make_campaign_indicator(campaign, indicator)
    return found


@built_once
def report(depot, lines):
    return make_rounds()[1].reports.get(unit=depot)


def look(report, block, names, lines, part="num", editing=True):
    report = Report.objects.with_last_step().get(pk=report.pk)
    reading = SheetReading(report)
    rows = {row.key: row for row in read_sheet(report, editing=editing, reading=reading).rows}
    return preview(read_block(block), [lines[name].pk for name in names], rows, reading, part=part)


def short(found):
    return [(line.state, line.texts, line.becomes, " ".join(line.why)) for line in found.lines]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1\t2\r\n3\t4\r\n", [["1", "2"], ["3", "4"]]),
        ("1\n\n2\n\n\n", [["1"], [], ["2"]]),
        ('"two\nlines"\t 5 \n6', [["two\nlines", "5"], ["6"]]),
        ("", []),
    ],
)
def test_block_is_read_as_excel_copies_it(text, rows):
    assert read_block(text) == rows


def test_rows_go_down_the_lines_in_both_formats(report, lines):
    found = look(report, "3.137\t3,166\n12\nKhá\t\n1,5", ["attendance", "prizes", "politics", "water"], lines)
    assert short(found) == [
        ("good", "3.137 · 3,166", "3,137 / 3,166", ""),
        ("good", "12", "12", ""),
        ("wrong", "Khá", "–", "“Khá” is no grade of this line. Grades: Excellent, Good, Pass, Fail."),
        ("good", "1,5", "1.5", ""),
    ]
    assert found.over == 0


@pytest.mark.parametrize(
    ("name", "block", "why"),
    [
        ("attendance", "3200\t3166", "The numerator (3,200) is larger than the denominator (3,166)."),
        ("attendance", "5", "Fill in the denominator."),
        ("attendance", "1\t2\t3", "This line takes a numerator and a denominator, but the block has 3 cells here."),
        ("prizes", "9 8", "“9 8” has a space inside: type one number without it."),
        ("prizes", "five", "“five” is not a number."),
        ("prizes", "5" * 60, f"“{'5' * 39}…” is too large; figures stay below 100 billion."),
        ("prizes", "KPS", "“KPS” needs a reason: open this line and choose it there."),
        ("prizes", "1\t2", "This line takes one figure, but the block has 2 cells here."),
        ("prizes", "-1", "A figure is not below zero."),
        ("water", "1.275", "“1.275” can be read as 1275 or as 1.2750. Type one of the two."),
        ("checklist", "4", "Answer the items of a checklist one by one."),
    ],
)
def test_bad_cell_says_why_and_has_nothing_to_save(report, lines, name, block, why):
    (line,) = look(report, block, [name], lines).lines
    assert (line.state, line.why, line.becomes, line.fields) == ("wrong", (why,), "–", ())


def test_ratio_in_one_cell_or_from_its_denominator_on(report, lines):
    assert short(look(report, "3137 / 3166", ["attendance"], lines))[0][2] == "3,137 / 3,166"
    make_result(report, lines["attendance"], (3137, 3166))
    assert short(look(report, "3200", ["attendance"], lines, part="den"))[0][:3] == ("good", "3200", "3,137 / 3,200")
    found = look(report, "3200\t1", ["attendance"], lines, part="den")
    assert found.lines[0].why == ("Only the denominator is left here, but the block has 2 cells.",)


@pytest.mark.parametrize(
    ("name", "block", "becomes"),
    [
        ("attendance", "Indicator A\t3137\t3166", "3,137 / 3,166"),
        ("attendance", "1\tindicator a\t3137\t3166", "3,137 / 3,166"),
        ("prizes", "Indicator B\t12", "12"),
        ("prizes", "B\t12\t", "12"),
        ("water", "Indicator D\ttấn\t1,5", "1.5"),
        ("water", "Indicator D (tấn)\t1,5", "1.5"),
        ("water", "4\tindicator d tấn\t1,5", "1.5"),
        ("politics", "Indicator C\tGood", "Good"),
        ("politics", "Indicator C", "–"),
    ],
)
def test_block_may_bring_the_names_of_its_lines(report, lines, name, block, becomes):
    type(lines["water"]).objects.filter(code="D").update(unit_of_measure="tấn")
    (line,) = look(report, block, [name], lines).lines
    assert (line.becomes, line.why) == (becomes, ())


def test_block_that_names_another_line_is_not_laid_over_this_one(report, lines):
    """Not every row bears a name, so the block goes down line by line."""
    found = look(report, "Indicator D\t12\n1,5", ["prizes", "water"], lines)
    assert [(line.state, line.becomes) for line in found.lines] == [("wrong", "–"), ("good", "1.5")]
    assert found.lines[0].why == (
        "The block says “Indicator D” here, but this line is “Indicator B”: begin at the line that it names.",
    )


@pytest.mark.parametrize(
    "block",
    [
        "Indicator D\t1,5\nIndicator A\t3137\t3166\nIndicator B\t12",
        "TT\tChỉ tiêu\tKết quả 2020\n3\tindicator d\t1,5\n\n1\tIndicator A\t3137\t3166\n2\tB\t12",
        "I. Training\nD\tIndicator D\t1,5\nA\tIndicator A\t3137\t3166\n2. Prizes\nB\tIndicator B\t12",
    ],
)
@pytest.mark.parametrize("part", ["num", "den"])
def test_rows_that_name_their_lines_find_them_whatever_their_order(report, lines, block, part):
    """Whatever line was chosen, and though there are fewer lines below it."""
    found = look(report, block, ["water"], lines, part=part)
    assert [(line.key, line.state, line.becomes) for line in found.lines] == [
        (lines[name].pk, "good", becomes)
        for name, becomes in (("water", "1.5"), ("attendance", "3,137 / 3,166"), ("prizes", "12"))
    ]
    assert (found.over, found.problems) == (0, ())


@pytest.mark.parametrize(
    ("block", "problems"),
    [
        ("Indicator D\t1\nIndicator B\t2\nD\t3", ["Rows 1, 3 name the same line, “Indicator D”. Leave one of them."]),
        (
            "Indicator D\t1\nIndicatr B\t2\nD\t3",
            [
                "Row 2: this sheet has no line “Indicatr B”.",
                "Rows 1, 3 name the same line, “Indicator D”. Leave one of them.",
            ],
        ),
        ("Indicator Z\t1", ["Row 1: this sheet has no line “Indicator Z”."]),
        ("D\tIndicator B\t2", ["Row 1: this sheet has no line “D · Indicator B”."]),
        ("Indicator E\t2", ["Row 1: “Indicator E” names several lines of this sheet. Put the code in its place."]),
    ],
)
def test_a_name_twice_or_of_several_lines_or_none_known_leaves_the_whole_block_out(report, lines, block, problems):
    type(lines["water"]).objects.filter(code="A").update(name="Indicator E")
    found = look(report, block, ["prizes", "water"], lines)
    assert (list(found.problems), found.lines) == (problems, ())


@pytest.mark.parametrize(
    ("block", "unknown"),
    [
        ("Indicator D\t1,5\nIndicatr B, 2 of 3\t2\t3", [(2, "Indicatr B, 2 of 3 · 2 · 3")]),
        ("Chỉ tiêu\tSố\nIndicatr B\t2\nD\t1,5", [(2, "Indicatr B · 2")]),
        ("1\tIndicatr A\t7\n2\tIndicator D\t1,5\n3\tOther\t8", [(1, "1 · Indicatr A · 7"), (3, "3 · Other · 8")]),
        ("Indicator D\t1,5\nA\tIndicator B\t2", [(2, "A · Indicator B · 2")]),
    ],
)
def test_rows_that_name_no_line_are_told_with_all_their_text_beside_the_others(report, lines, block, unknown):
    found = look(report, block, ["prizes", "water"], lines)
    assert [(line.key, line.state, line.becomes) for line in found.lines] == [(lines["water"].pk, "good", "1.5")]
    assert [(row.number, row.texts) for row in found.unknown] == unknown
    assert (found.problems, found.over) == ((), 0)


def test_denominators_by_name_begin_where_the_user_stood(report, lines):
    make_result(report, lines["attendance"], (3137, 3166))
    found = look(report, "Indicator B\t12\nIndicator A\t3200", ["attendance"], lines, part="den")
    assert [line.becomes for line in found.lines] == ["12", "3,137 / 3,200"]


@pytest.mark.parametrize("head", ["Chỉ tiêu\tTử số\tMẫu số", "TT\tChỉ tiêu\tTử số\tMẫu số", "Indicator\tFigure"])
def test_head_of_a_copied_table_is_no_line(report, lines, head):
    found = look(report, f"{head}\nIndicator A\t3137\t3166\nIndicator B\t12", ["attendance", "prizes"], lines)
    assert ([line.becomes for line in found.lines], found.over) == (["3,137 / 3,166", "12"], 0)


def test_grades_by_label_and_code_without_marks(report, lines):
    assert [line[2] for line in short(look(report, "GOOD", ["politics"], lines))] == ["Good"]


def test_block_longer_than_the_sheet_says_how_much_does_not_fit(report, lines):
    found = look(report, "1\n2\n3\n4", ["prizes", "water"], lines)
    assert (len(found.lines), found.over) == (2, 2)


def test_empty_cells_leave_their_lines_alone(report, lines):
    make_result(report, lines["prizes"], 3)
    found = look(report, "\n7", ["prizes", "water"], lines)
    assert [line.state for line in found.lines] == ["empty", "good"]


def test_locked_lines_are_skipped_and_keep_their_place(report, lines):
    make_result(report, lines["prizes"], 3)
    make_result(report, lines["water"], 3)
    make_report(report.unit, report.round, state="draft")
    report.state = "returned"
    report.save()
    ReturnedLine.objects.create(report=report, indicator=lines["water"], reason="Count again, all of it, please.")
    report.events.create(
        kind="returned", by_id=_somebody().pk, at=report.state_since,
        lines=[{"indicator": "D", "reason": "Count again, all of it, please."}],
    )  # fmt: skip
    found = look(report, "4\n5", ["prizes", "water"], lines)
    assert [(line.state, line.becomes) for line in found.lines] == [("locked", "–"), ("good", "5")]


def _somebody():
    from tests.factories import make_user

    return make_user()


def test_figure_that_stands_there_already_is_not_saved_again(report, lines):
    make_result(report, lines["prizes"], 1275)
    assert [line.state for line in look(report, "1.275", ["prizes"], lines).lines] == ["same"]


def test_note_is_kept_and_nil_becomes_a_figure(report, lines):
    make_result(report, lines["prizes"], "nil", note="Second half.")
    (line,) = look(report, "4", ["prizes"], lines).lines
    fields = {name.rpartition("-")[2]: text for name, text in line.fields}
    assert (fields["status"], fields["reason"], fields["note"]) == ("reported", "", "Second half.")


HEAD = "Mã\tChỉ tiêu\tĐơn vị tính\tChỉ tiêu giao\tTình trạng\tSố liệu\tMẫu số\tXếp loại\tLý do\tGhi chú"


def test_rows_of_the_own_workbook_bring_all_its_columns(report, lines):
    """Ten columns, whatever line was chosen: the target is no figure, an item no line, a band no row."""
    type(lines["water"]).objects.filter(code="D").update(unit_of_measure="tấn")
    block = [
        HEAD,
        "\t1. Training" + "\t" * 8,
        "A\tIndicator A\t%\t≥ 98,6\tReported\t3137\t3166\t\t\tTwo crews",
        "B\tIndicator B\t\t= 12\tKPS\t\t\t\tNo contest.\t",
        "C\tIndicator C\t\t\t\t\t\tGood\t\t",
        "D\tIndicator D\ttấn\t≤ 1.275\t\t1,5\t\t\t\t",
        "E\tIndicator E\t%\t\t\t\t\t\t\t",
        "E#1\t   – Item one\t\t\tMet\t\t\t\t\t",
    ]
    type(lines["attendance"]).objects.filter(code__in="AE").update(unit_of_measure="%")
    found = look(report, "\n".join(block), ["water"], lines)
    assert found.problems == ()
    assert [(line.name, line.state, line.becomes, line.why) for line in found.lines] == [
        ("Indicator A", "good", "3,137 / 3,166", ()), ("Indicator B", "good", "Nothing occurred – No contest.", ()),
        ("Indicator C", "good", "Good", ()), ("Indicator D", "good", "1.5", ()), ("Indicator E", "empty", "–", ()),
    ]  # fmt: skip
    assert [dict(line.fields)[f"c{line.key}-note"] for line in found.good] == ["Two crews", "", "", ""]
    assert dict(found.good[1].fields)[f"c{lines['prizes'].pk}-reason"] == "No contest."


def test_rows_of_the_own_workbook_may_lack_the_code(report, lines):
    block = "Indicator A\t\t≥ 98,6\t\t3137\t3166\nIndicator B\t\t= 12\t\t12\t"
    found = look(report, block, ["water"], lines)
    assert [(line.state, line.becomes) for line in found.lines] == [("good", "3,137 / 3,166"), ("good", "12")]


def test_a_row_of_the_own_workbook_is_refused_by_its_figures_alone(report, lines):
    block = "A\tIndicator A\t\t\t\t3200\t3166\t\t\nB\tIndicator B\t\t\tNothing occurred\t\t\t\t"
    found = look(report, block, ["water"], lines)
    assert [(line.state, line.why) for line in found.lines] == [
        ("wrong", ("The numerator (3,200) is larger than the denominator (3,166).",)),
        ("wrong", ("Say why: “Nothing occurred” and “Not applicable” need a reason.",)),
    ]

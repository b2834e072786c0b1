"""Figures loaded from files: every error with its row, all or nothing, the same file twice."""

from datetime import date

import pytest

from emulation.models import Report, ReportEvent, Result, ResultChange, Round, Summary
from emulation.services.migration import COLUMNS, Loaded, load_results
from tests.factories import make_grade_scale, make_indicator, make_report, make_unit
from units.errors import Refused
from units.models import Unit, User


def row(number: int = 2, **texts: str) -> tuple[int, dict[str, str]]:
    defaults = dict.fromkeys(COLUMNS, "") | {"unit": "K1", "year": "2020", "quarter": "1", "status": "reported"}
    return number, defaults | texts


def load(*rows: tuple[int, dict[str, str]], by: User, approved: bool = True, correct: str = "") -> Loaded:
    return load_results(rows, by=by, approved=approved, correct=correct)


def test_load_results_approved_makes_round_sheet_and_summaries(
    administrator: User, depot: Unit, department: Unit
) -> None:
    indicator = make_indicator("ratio", "HL_QS")
    loaded = load(row(indicator="HL_QS", numerator="3909", denominator="3956"), by=administrator)
    assert loaded == Loaded(rows=1, changed=1, approved=1)
    report = Report.objects.get(unit=depot, round__year=2020, round__quarter=1)
    assert report.state == Report.State.APPROVED
    assert [event.kind for event in report.events.all()] == [ReportEvent.Kind.MIGRATED]
    assert report.versions.get().figures == {
        "HL_QS": {"status": "reported", "numerator": "3909", "denominator": "3956"}
    }
    summary = Summary.objects.get(unit=department, year=2020, period="Q1", indicator=indicator)
    assert (summary.numerator, summary.denominator) == (3_909_000, 3_956_000)
    assert (summary.reported, summary.expected) == (1, 1)


def test_load_results_without_approved_leaves_drafts_that_do_not_count(
    administrator: User, depot: Unit, department: Unit
) -> None:
    make_indicator("count", "SK_SL")
    load(row(indicator="SK_SL", numerator="4"), by=administrator, approved=False)
    assert Report.objects.get(unit=depot).state == Report.State.DRAFT
    assert not Summary.objects.filter(unit=department, reported__gt=0).exists()


def test_load_results_twice_changes_nothing(administrator: User, depot: Unit) -> None:
    make_indicator("count", "SK_SL")
    rows = [row(indicator="SK_SL", numerator="4", note="as written")]
    load(*rows, by=administrator)
    assert load(*rows, by=administrator) == Loaded(rows=1, changed=0, approved=0)
    assert ResultChange.objects.count() == 1
    assert Report.objects.get(unit=depot).versions.count() == 1


def test_load_results_different_figure_on_an_approved_sheet_needs_correct(administrator: User, depot: Unit) -> None:
    make_indicator("count", "SK_SL")
    load(row(indicator="SK_SL", numerator="4"), by=administrator)
    with pytest.raises(Refused) as refused:
        load(row(7, indicator="SK_SL", numerator="5"), by=administrator)
    assert len(refused.value.messages) == 1
    assert "7" in refused.value.messages[0]
    assert Result.objects.get().numerator == 4


def test_load_results_correct_changes_an_approved_figure_and_says_why(
    administrator: User, depot: Unit, department: Unit
) -> None:
    indicator = make_indicator("count", "SK_SL")
    load(row(indicator="SK_SL", numerator="4"), by=administrator)
    load(row(indicator="SK_SL", numerator="5"), by=administrator, correct="counted once too few")
    change = ResultChange.objects.get(way=ResultChange.Way.CORRECTION)
    assert (change.before["numerator"], change.after["numerator"]) == ("4", "5")
    assert change.reason == "counted once too few"
    assert Summary.objects.get(unit=department, period="Y", indicator=indicator).numerator == 5000


def test_load_results_refuses_figures_that_stand_still_in_review(administrator: User, depot: Unit) -> None:
    indicator = make_indicator("count", "SK_SL")
    load(row(indicator="SK_SL", numerator="4"), by=administrator, approved=False)
    make_report(depot, Round.objects.get(), state=Report.State.SUBMITTED)
    with pytest.raises(Refused):
        load(row(indicator="SK_SL", numerator="5"), by=administrator, correct="no way round")
    assert Result.objects.get(indicator=indicator).numerator == 4


WRONG = [
    ({"unit": "K9"}, 1),
    ({"unit": "CHC"}, 0),
    ({"indicator": "NO"}, 1),
    ({"year": "20"}, 1),
    ({"quarter": "5"}, 1),
    ({"status": "maybe"}, 1),
    ({"status": ""}, 1),
    ({"numerator": ""}, 1),
    ({"denominator": ""}, 1),
    ({"denominator": "0"}, 1),
    ({"numerator": "-1"}, 1),
    ({"numerator": "1,5"}, 1),
    ({"numerator": "1e3"}, 1),
    ({"numerator": "12", "denominator": "11"}, 1),
    ({"numerator": "1.5"}, 1),
    ({"grade": "good"}, 1),
    ({"status": "nil"}, 1),
    ({"numerator": "100000000000", "denominator": "100000000001"}, 2),
    ({"unit": "K9", "indicator": "NO", "status": "maybe"}, 2),
]


@pytest.mark.parametrize(("texts", "errors"), WRONG)
def test_load_results_wrong_row_lists_each_error(
    administrator: User, depot: Unit, elsewhere: Unit, texts: dict[str, str], errors: int
) -> None:
    make_indicator("ratio", "HL_QS", capped=True)
    rows = [row(2, **{"indicator": "HL_QS", "numerator": "10", "denominator": "11"} | texts)]
    if errors == 0:
        assert load(*rows, by=administrator).changed == 1
        return
    with pytest.raises(Refused) as refused:
        load(row(3, indicator="HL_QS", numerator="1", denominator="2", quarter="2"), *rows, by=administrator)
    assert len(refused.value.messages) == errors
    assert all("2" in message for message in refused.value.messages)
    assert not Result.objects.exists()


def test_load_results_grades_scores_and_checklists(administrator: User, depot: Unit) -> None:
    make_grade_scale()
    for measure, code in (("grade", "HL_CT"), ("score", "XD_VMTD"), ("checklist", "CVD50")):
        make_indicator(measure, code)
    load(
        row(2, indicator="HL_CT", grade="excellent"),
        row(3, indicator="XD_VMTD", numerator="8.02"),
        row(4, indicator="CVD50", numerator="3", denominator="4"),
        by=administrator,
    )
    found = {r.indicator.code: r for r in Result.objects.select_related("indicator", "grade")}
    assert found["HL_CT"].grade.code == "excellent"
    assert str(found["XD_VMTD"].numerator) == "8.02"
    assert (found["CVD50"].numerator, found["CVD50"].denominator) == (3, 4)


def test_load_results_unknown_grade_and_indicator_name_those_there_are(administrator: User, depot: Unit) -> None:
    make_indicator("grade", "HL_CT")
    with pytest.raises(Refused) as refused:
        load(row(2, indicator="HL_CT", grade="splendid"), row(3, indicator="HL", grade="pass"), by=administrator)
    assert refused.value.messages == [
        "Hàng 2: Không có loại “splendid”. Các mã dùng được: excellent, good, pass, fail.",
        "Hàng 3: Không có chỉ tiêu “HL”. Các mã có trong danh mục: HL_CT.",
    ]


def test_load_results_doubled_row_names_the_first(administrator: User, depot: Unit) -> None:
    make_indicator("count", "SK_SL")
    with pytest.raises(Refused) as refused:
        load(row(2, indicator="SK_SL", numerator="1"), row(9, indicator="SK_SL", numerator="1"), by=administrator)
    assert len(refused.value.messages) == 1
    assert "9" in refused.value.messages[0]
    assert "2" in refused.value.messages[0]


def test_load_results_by_somebody_who_is_no_administrator_is_refused(commander: User, depot: Unit) -> None:
    make_indicator("count", "SK_SL")
    with pytest.raises(Refused):
        load(row(indicator="SK_SL", numerator="1"), by=commander)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("established", "dissolved", "accepted"),
    [
        (date(2020, 3, 31), None, True),
        (date(2020, 4, 1), None, False),
        (None, date(2020, 1, 2), True),
        (None, date(2020, 1, 1), False),
    ],
)
def test_load_results_only_for_quarters_in_which_the_unit_existed(
    administrator: User, department: Unit, established: date | None, dissolved: date | None, accepted: bool
) -> None:
    indicator = make_indicator("count", "SK_SL")
    unit = make_unit(department, "T1", established=established)
    Unit.objects.filter(pk=unit.pk).update(dissolved=dissolved)
    rows = [row(unit="T1", indicator="SK_SL", numerator="1")]
    if not accepted:
        with pytest.raises(Refused):
            load(*rows, by=administrator)
        return
    load(*rows, by=administrator)
    assert Summary.objects.get(unit=department, period="Q1", indicator=indicator).numerator == 1000


def test_load_results_keeps_a_note_whole_in_one_line_or_refuses_it(administrator: User, depot: Unit) -> None:
    make_indicator("count", "SK_SL")
    with pytest.raises(Refused) as refused:
        load(row(7, indicator="SK_SL", numerator="4", note="n" * 501), by=administrator, approved=False)
    assert ["501" in message and "7" in message for message in refused.value.messages] == [True]
    load(row(indicator="SK_SL", numerator="4", note="two\nlines"), by=administrator, approved=False)
    assert Result.objects.get().note == "two lines"

"""The draft of a review report says what the approved figures say."""

import io
import re
from datetime import UTC, date, datetime

import docx
import pytest
from django.utils import timezone

from emulation.consolidation import Parts, value_of
from emulation.models import Indicator, Phrase, Report, Round, WeakPoint
from emulation.reports.display import delta_of
from emulation.reports.drafts import draft_of
from emulation.reports.figures import Figure, rule_of
from emulation.reports.papers import as_pdf, as_text, as_word
from emulation.wording import mostly
from tests.factories import (
    make_area,
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_example,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
    make_weak_point,
)
from tests.sentences import whole
from units.models import Role

State = Report.State
IN_TIME = datetime(2020, 3, 1, tzinfo=UTC)


@pytest.fixture
def training(department, depot, set_today):
    set_today(date(2020, 7, 20))
    share = make_indicator("ratio", "A_SHARE", name="Quân số khỏe", shown_decimals=1, unit_of_measure="%")
    accidents = make_indicator("count", "B_ACC", name="Tai nạn", direction="lower", unit_of_measure="vụ")
    campaign = make_campaign(department, name="Phong trào năm 2020", theme="Dân chủ, đoàn kết")
    rows = {row: make_campaign_indicator(campaign, row, kinds=[depot.kind]) for row in (share, accidents)}
    before = make_campaign(department, year=2019)
    for row in rows:
        make_campaign_indicator(before, row, kinds=[depot.kind])
    return share, accidents, rows


def report(department, depot, training, *, now, then=(98, 100), accidents=0, target=99):
    share, second, rows = training
    make_target(depot, rows[share], target)
    make_target(department, rows[share], target)
    make_target(department, rows[second], 0, comparator="<=")
    make_report(depot, make_rounds(2019)[1], {share: then, second: 1}, state=State.APPROVED)
    rounds = make_rounds(2020)
    if now is not None:
        make_report(depot, rounds[1], {share: now, second: accidents}, state=State.APPROVED)
    return draft_of(department, 2020, "Q1")


def paragraphs(found) -> list[str]:
    return [part.text for part in found.body if not part.level]


def test_report_tells_results_against_plan_and_last_year(department, depot, training):
    found = report(department, depot, training, now=(991, 1000))
    assert (
        "Quân số khỏe đạt 99,1\u00a0%, đạt chỉ tiêu đề ra (từ 99\u00a0% trở lên), tăng 1,1 điểm phần trăm so với "
        "cùng kỳ; không có tai nạn (0 vụ), đạt chỉ tiêu đề ra, giảm 1 vụ so với cùng kỳ."
    ) in paragraphs(found)
    assert "Không có chỉ tiêu nào chưa đạt hoặc kém cùng kỳ." in paragraphs(found)


def test_report_names_what_was_missed_and_makes_it_a_task(department, depot, training):
    found = paragraphs(report(department, depot, training, now=(900, 1000), accidents=2))
    named = "quân số khỏe (90,0\u00a0%; chỉ tiêu từ 99\u00a0% trở lên); tai nạn (2 vụ; chỉ tiêu 0 vụ)"
    assert f"Còn 2 chỉ tiêu chưa đạt: {named}." in found
    assert "Chưa tốt bằng cùng kỳ năm 2019: quân số khỏe; tai nạn." in found
    assert [text for text in found if text.startswith("Tập trung")] != []


def test_the_counts_of_targets_add_up(department, depot, workshop, training):
    """Met, missed, not judged and without figure; what has no target is not counted."""
    share, accidents, rows = training
    placed = {
        name: make_campaign_indicator(rows[share].campaign, make_indicator("count", name, name=name), kinds=kinds)
        for name, kinds in (("C_OPEN", []), ("D_NONE", []), ("E_FREE", []), ("F_MISS", [depot.kind]))
    }
    for row in rows.values():
        row.kinds.add(workshop.kind)
    make_target(department, rows[share], 99)
    make_target(department, rows[accidents], 0, comparator="<=")
    for name in ("C_OPEN", "D_NONE", "F_MISS"):
        make_target(department, placed[name], 40)
    figures = {share: (991, 1000), accidents: 0, placed["C_OPEN"].indicator: 3, placed["F_MISS"].indicator: 3}
    make_report(depot, make_rounds(2020)[1], figures, state=State.APPROVED)
    counts = re.compile(r"(Đạt và vượt|Còn) [0-9/]+ chỉ tiêu")
    assert [text for text in paragraphs(draft_of(department, 2020, "Q1")) if counts.match(text)] == [
        "Đạt và vượt 1/5 chỉ tiêu đã đăng ký.",
        "Còn 1 chỉ tiêu chưa đạt: f_MISS (3; chỉ tiêu từ 10 trở lên).",
        "Còn 2 chỉ tiêu chưa kết luận do chưa đủ phiếu hoặc không phát sinh: tai nạn; c_OPEN.",
        "Còn 1 chỉ tiêu chưa có số liệu: d_NONE.",
    ]


def test_targets_that_only_units_below_registered_are_called_theirs(region, department, depot, training):
    share, _accidents, rows = training
    make_target(department, rows[share], 99)
    second = training[1]
    make_target(department, rows[second], 0, comparator="<=")
    make_report(depot, make_rounds(2020)[1], {share: (991, 1000), second: 0}, state=State.APPROVED)
    assert "Đạt và vượt 1/1 chỉ tiêu cộng từ đăng ký của các đơn vị trực thuộc." in paragraphs(
        draft_of(region, 2020, "Q1")
    )


def test_drives_of_units_below_are_told_as_theirs(region, department, depot, training):
    make_report(depot, make_rounds(2020)[1], {}, state=State.APPROVED)
    make_drive(department, name="Đợt thi đua chào mừng đại hội", starts=date(2020, 2, 1), ends=date(2020, 3, 1))
    told = "Các đơn vị trực thuộc đã phát động đợt thi đua chào mừng đại hội (Unit CKT)."
    assert [told in paragraphs(draft_of(unit, 2020, "Q1")) for unit in (region, department)] == [True, False]
    for number in range(11):
        make_drive(department, name=f"Đợt {number}", starts=date(2020, 2, 2), ends=date(2020, 3, 1))
    assert any(text.endswith("(Unit CKT) và 2 đợt khác.") for text in paragraphs(draft_of(region, 2020, "Q1")))


def test_the_annex_has_the_full_names(department, depot, training):
    """Tables on the screen are narrow; paper has room for what the catalogue calls an indicator."""
    share, accidents, rows = training
    for placed, name in ((rows[share], "QS khỏe"), (rows[accidents], "Tai nạn giao thông trong đơn vị")):
        placed.name = name
        placed.save()
    found = report(department, depot, training, now=(991, 1000))
    assert [row.cells[0] for row in found.annex if row.cells] == ["Quân số khỏe", "Tai nạn giao thông trong đơn vị"]


def test_report_without_figures_says_so(department, depot, training):
    found = paragraphs(report(department, depot, training, now=None))
    assert "Đến nay 0/1 phiếu số liệu của quý I/2020 đã được duyệt; còn 1 phiếu chưa trình." in found
    assert "Chưa có số liệu về quân số khỏe; tai nạn." in found


def test_handed_in_figures_are_not_told(department, depot, training):
    share, second, _rows = training
    make_report(depot, make_rounds(2020)[1], {share: (9, 10), second: 7}, state=State.SUBMITTED)
    assert "7 vụ" not in " ".join(draft_of(department, 2020, "Q1").paragraphs)


def test_report_is_vietnamese_whatever_the_interface(department, depot, training, settings):
    settings.LANGUAGE_CODE = "en"
    found = report(department, depot, training, now=(991, 1000))
    assert (found.kind, found.about) == ("sơ kết", "quý I/2020")
    assert draft_of(department, 2020, "Y").kind == "tổng kết"


def test_papers_hold_the_same_words(department, depot, training, tmp_path):
    found = report(department, depot, training, now=(991, 1000))
    text = as_text(found).decode()
    assert text.splitlines()[1] == "Sơ kết phong trào thi đua quyết thắng quý I/2020"
    assert all(paragraph in text.splitlines() for paragraph in found.paragraphs)
    (tmp_path / "report.docx").write_bytes(as_word(found))
    words = [paragraph.text for paragraph in docx.Document(tmp_path / "report.docx").paragraphs]
    assert [p for p in found.paragraphs if p not in words] == []
    assert as_pdf(found)[:5] == b"%PDF-"


def test_signature_keeps_the_last_words_with_it_and_the_annex_names_its_report(department, depot, training):
    found = report(department, depot, training, now=(991, 1000))
    document = docx.Document(io.BytesIO(as_word(found)))
    kept = {one.text for one in document.paragraphs if one.paragraph_format.keep_with_next}
    assert found.paragraphs[-1] in kept
    assert found.paragraphs[1] not in kept
    attached = "(Kèm theo Báo cáo số ……/BC-CKT ngày …… tháng …… năm 2020 của Unit CKT)"
    assert attached in [one.text for one in document.paragraphs]


def test_report_tells_who_is_silent_why_and_who_sets_an_example(department, depot, workshop, training):
    planner = make_user("planner", (department, Role.STAFF))
    share, _second, rows = training
    for row in rows.values():
        row.kinds.add(workshop.kind)
    make_weak_point(
        depot, planner, at=IN_TIME, title="Chưa đạt", source="miss", indicator=share, period="Q1", grounds="90 %",
        description="Kho thiếu người.  Trực nhiều.", measure="Bổ sung quân số.",
    )  # fmt: skip
    own = make_weak_point(
        department,
        planner,
        at=IN_TIME,
        title="Thiếu kho",
        description="Chưa có kinh phí",
        measure="Lập dự án.",
        deadline=None,
    )
    for day in (date(2020, 3, 1), date(2020, 5, 1)):
        example = make_example(depot, planner, title=f"Gương tháng {day.month}", stage="recognised", level="base")
        example.steps.update(day=day)
    make_drive(department, name="Đợt Quý III", starts=date(2020, 8, 1), ends=date(2020, 9, 30))
    said = paragraphs(report(department, depot, training, now=(900, 1000)))
    assert "Các đơn vị chưa trình phiếu số liệu quý I/2020 (hạn trình 31/12/2020): Unit X1." in said
    assert "Về “quân số khỏe chưa đạt chỉ tiêu” của Unit K1: Kho thiếu người. Trực nhiều." in said
    assert f"Về “{own.title}”: Chưa có kinh phí." in said
    assert f"Giải quyết dứt điểm “{own.title}”: Lập dự án." in said
    assert "Tổ chức thực hiện đợt Quý III (từ ngày 01/08/2020 đến ngày 30/09/2020)." in said
    assert "Điển hình tiên tiến được công nhận, nhân rộng: Unit K1 – gương tháng 3." in said
    assert [text for text in said if text.startswith("Trong năm đã phát động")] == []


def test_names_are_no_markup_in_papers(department, depot, training):
    department.name = "Cục <b>&{{ 7 }}#[x]"
    department.save()
    found = report(department, depot, training, now=(991, 1000))
    assert as_word(found)[:2] == b"PK"
    assert as_pdf(found)[:5] == b"%PDF-"
    assert "Cục <b>&{{ 7 }}#[x]" in as_text(found).decode()


def test_report_names_unsettled_weak_points_of_the_unit_as_fields(department, depot, training):
    planner = make_user("planner", (department, Role.STAFF))
    point = make_weak_point(department, planner, title="Thiếu {phụ tùng}", at=IN_TIME, deadline=date(2020, 8, 31))
    make_weak_point(depot, planner, title="Của kho", at=IN_TIME)
    make_weak_point(department, planner, title="Năm sau", year=2021, at=IN_TIME)
    found = report(department, depot, training, now=(991, 1000))
    said = "Khâu yếu, mặt yếu, việc khó chưa giải quyết dứt điểm: Thiếu (phụ tùng) (thời hạn 31/08/2020)."
    assert [text for text in paragraphs(found) if text.startswith("Khâu yếu")] == [said]
    assert found.fields[f"khâu yếu {point.pk}"] == "Thiếu (phụ tùng)"
    assert found.links[f"khâu yếu {point.pk}"] == point.get_absolute_url()


@pytest.mark.parametrize(
    ("raised", "closed", "fields", "named"),
    [
        ((3, 31), None, {}, True),
        ((4, 1), None, {}, False),  # only after the quarter
        ((3, 1), (3, 31), {}, False),  # settled by then
        ((3, 1), (4, 1), {}, True),  # open then, settled since
        ((4, 10), None, {"source": "miss", "period": "Q1", "grounds": "90 %"}, True),  # of its figures
        ((4, 10), None, {"source": "miss", "period": "H1", "grounds": "90 %"}, False),
        ((8, 10), None, {"source": "miss", "period": "Q1", "grounds": "90 %"}, False),  # long after its report
    ],
)
def test_report_names_the_weak_points_of_the_end_of_its_period(
    department, depot, training, raised, closed, fields, named
):
    def late(day):
        return timezone.make_aware(datetime(2020, *day, 23, 30))

    planner = make_user("planner", (department, Role.STAFF))
    about = {"deadline": date(2020, 12, 31)} | ({"indicator": training[0]} if fields else {})
    point = make_weak_point(department, planner, description="Thiếu người", at=late(raised), **fields, **about)
    if closed:
        WeakPoint.objects.update(state="closed", closed_by=planner, closed_at=late(closed))
    found = report(department, depot, training, now=(991, 1000))
    assert (f"khâu yếu {point.pk}" in found.fields) is named


@pytest.mark.parametrize(("due", "named"), [(date(2021, 12, 31), " (hạn trình 31/12/2021)"), (date(2022, 1, 1), "")])
def test_report_names_no_day_to_hand_in_by_that_lies_years_later(department, depot, workshop, training, due, named):
    for row in training[2].values():
        row.kinds.add(workshop.kind)
    report(department, depot, training, now=(900, 1000))
    Round.objects.filter(year=2020, quarter=1).update(due=due)
    said = paragraphs(draft_of(department, 2020, "Q1"))
    assert f"Các đơn vị chưa trình phiếu số liệu quý I/2020{named}: Unit X1." in said


@pytest.mark.parametrize(
    ("deadline", "named"),
    [
        (date(2019, 12, 31), False),  # over before the period began
        (date(2020, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 12, 18), False),  # set years after, when somebody looks back
    ],
)
def test_report_names_deadlines_of_its_own_time_alone(department, depot, training, deadline, named):
    planner = make_user("planner", (department, Role.STAFF))
    make_weak_point(department, planner, title="Thiếu phụ tùng", measure="Mua thêm.", at=IN_TIME)
    WeakPoint.objects.update(deadline=deadline)
    found = paragraphs(report(department, depot, training, now=(991, 1000)))
    told = [text for text in found if "Thiếu phụ tùng" in text]
    assert [f"(thời hạn {deadline:%d/%m/%Y})" in text for text in told] == [named, named]


# ── figures that are not complete ─────────────────────────────────────────


@pytest.mark.parametrize(
    ("covered", "most"),
    [
        (["1/4", "1/4", "2/3"], "1/4"),
        (["1/4", "2/3", "2/4"], ""),  # none that most have
        (["1/4", "1/4", ""], ""),  # one is complete: the sentence would be false of it
        (["1/4", "2/3"], ""),
        (["1/4"], ""),
        ([], ""),
    ],
)
def test_what_most_figures_rest_on_is_said_once(covered, most):
    assert mostly(covered) == most


def half_reported(depot, workshop, training, whole_too=""):
    """Two units, of which one has reported: 1/2 sheets behind every figure, but for one in the area `whole_too`."""
    share, second, rows = training
    for row in rows.values():
        row.kinds.add(workshop.kind)
    results = {share: (991, 1000), second: 3}
    if whole_too:
        third = make_indicator(
            "count", "C_ALL", area=make_area(whole_too), name="Sáng kiến", unit_of_measure="sáng kiến"
        )
        make_campaign_indicator(rows[share].campaign, third, kinds=[depot.kind])
        results[third] = 4
    make_report(depot, make_rounds(2020)[1], results, state=State.APPROVED)


def test_an_unfinished_report_says_once_what_it_rests_on(department, depot, workshop, training):
    half_reported(depot, workshop, training)
    said = paragraphs(draft_of(department, 2020, "Q1"))
    assert [text for text in said if "1/2" in text and text[:3] != "Đến"] == [
        "Số liệu dưới đây được tổng hợp từ 1/2 phiếu đã báo cáo, trừ những chỉ tiêu có ghi số phiếu khác."
    ]
    assert [text for text in said if not whole(text)] == []


def test_five_years_say_once_what_an_unfinished_year_rests_on(department, depot, workshop, training):
    half_reported(depot, workshop, training)
    said = paragraphs(draft_of(department, 2020, "5Y"))
    assert [text for text in said if "1/8" in text] == [
        "Số liệu năm 2020 được tổng hợp từ 1/8 phiếu đã báo cáo, trừ những chỉ tiêu có ghi số phiếu khác."
    ]
    assert [text for text in said if not whole(text)] == []


def test_an_area_says_once_what_its_figures_rest_on(department, depot, workshop, training):
    """Where other areas are complete."""
    half_reported(depot, workshop, training, whole_too="Z")
    said = paragraphs(draft_of(department, 2020, "Q1"))
    assert [text for text in said if "1/2" in text and text[:3] != "Đến"] == [
        "Quân số khỏe đạt 99,1\u00a0%; tai nạn có 3 vụ; các số liệu trên tổng hợp từ 1/2 phiếu đã báo cáo."
    ]
    assert [text for text in said if not whole(text)] == []


def test_figures_of_an_area_that_rest_on_different_sheets_say_so_each(department, depot, workshop, training):
    """In few words, explained once; the complete one says nothing."""
    half_reported(depot, workshop, training, whole_too="training")
    said = paragraphs(draft_of(department, 2020, "Q1"))
    assert [text for text in said if "theo 1/2 phiếu" in text or text.startswith("Số phiếu")] == [
        "Số phiếu ghi sau kết quả là số phiếu đã báo cáo trên tổng số phiếu phải báo cáo; "
        "chỉ tiêu không ghi số phiếu là đã đủ số liệu.",
        "Quân số khỏe đạt 99,1\u00a0%, theo 1/2 phiếu; tai nạn có 3 vụ, theo 1/2 phiếu; sáng kiến đạt 4 sáng kiến.",
    ]
    assert [text for text in said if not whole(text)] == []


def test_an_area_says_once_what_most_of_its_figures_rest_on(department, depot, workshop, training):
    """With three units: one reports two figures, two report the third; another area is complete."""
    half_reported(depot, workshop, training, whole_too="Z")
    third = make_indicator("count", "D_ODD", name="Giải thưởng", unit_of_measure="giải")
    extra = make_unit(department, kind="company")
    kinds = [extra.kind, depot.kind, workshop.kind]
    make_campaign_indicator(training[2][training[0]].campaign, third, kinds=kinds)
    make_report(extra, make_rounds(2020)[1], {third: 2}, state=State.APPROVED)
    said = paragraphs(draft_of(department, 2020, "Q1"))
    assert [text for text in said if "giải" in text] == [
        "Quân số khỏe đạt 99,1\u00a0%; tai nạn có 3 vụ; giải thưởng đạt 2 giải, theo 1/3 phiếu; "
        "các số liệu trên tổng hợp từ 1/2 phiếu đã báo cáo, trừ chỉ tiêu có ghi số phiếu khác."
    ]


@pytest.mark.parametrize(
    ("reported", "before", "compared"), [(1, 80, False), (39, 80, False), (40, 80, True), (80, 39, False)]
)
def test_less_than_half_of_the_figures_is_compared_with_nothing(reported, before, compared):
    """1 of 80 sheets says nothing about how a year goes."""
    share = Indicator(code="A", measure="ratio", accrual="stock", direction="higher", scale=100, shown_decimals=1)
    now, then = (figure(share, count, high) for count, high in ((reported, 891), (before, 989)))
    assert (delta_of(share, now, then) is not None) == compared


def test_what_adds_up_over_the_rounds_is_compared_when_it_is_whole():
    value = Indicator(code="A", measure="ratio", accrual="flow_over_stock", direction="higher", scale=100)
    assert delta_of(value, figure(value, 60, 500), figure(value, 80, 989)) is None
    assert delta_of(value, figure(value, 80, 500), figure(value, 80, 989)) is not None


@pytest.mark.parametrize(("now", "then", "compared"), [(80, 80, True), (60, 80, False), (80, 60, False)])
def test_sum_is_compared_where_both_years_are_whole(now, then, compared):
    """More accidents than a year ago are none where a quarter of last year's sheets is missing."""
    count = Indicator(code="A", measure="count", accrual="flow", direction="lower")
    assert (delta_of(count, figure(count, now, 9000), figure(count, then, 6000)) is not None) == compared


def figure(indicator: Indicator, reported: int, numerator: int) -> Figure:
    parts = Parts(numerator * 1000, 1000_000, 1, reported, 80)
    value = value_of(rule_of(indicator), parts, branch=True)
    return Figure(1, 1, 2020, "Y", True, value, parts, reported, 80, 0, 0, None, "", None)


def test_headings_are_in_the_words_of_the_unit(department, depot, training):
    Phrase.objects.create(unit=department, key="heading_strong", text="a) Mặt mạnh")
    found = report(department, depot, training, now=(991, 1000))
    heads = [part.text for part in found.body if part.level and part.key[:3] != "II."]
    assert heads[-4:] == [
        "III. Đánh giá chung",
        "a) Mặt mạnh",
        "2. Hạn chế, khuyết điểm",
        "IV. Nhiệm vụ thời gian tới",
    ]

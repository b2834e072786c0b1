"""Reports of a drive and of five years."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from emulation.consolidation import NOTHING, Parts, value_of
from emulation.models import Area, Campaign, CampaignIndicator, Indicator, Report, Result, Round, Target
from emulation.periods import DRIVE, FIVE_YEARS, drive_period, parse_report_period
from emulation.phrases import shipped
from emulation.reports import drive_report
from emulation.reports.dashboard import Dashboard
from emulation.reports.display import Delta
from emulation.reports.drafts import draft_of
from emulation.reports.drives import drive_lines
from emulation.reports.figures import Figure, rule_of
from emulation.reports.papers import as_pdf, as_word
from emulation.reports.review_judgement import strong, tasks, weak
from emulation.reports.review_report import results
from emulation.services.rounds import set_up_drive_round
from emulation.services.summaries import rebuild
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_document,
    make_drive,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
)
from tests.sentences import whole
from units.models import Unit

APPROVED = Report.State.APPROVED


def paragraphs(found) -> list[str]:
    return [part.text for part in found.body if not part.level]


@pytest.fixture
def years(department, depot, set_today):
    """Five years: initiatives 1 … 5, a share measured anew from 2019 on; nothing of 2017."""
    set_today(date(2021, 1, 20))
    count = make_indicator("count", "A_SK", name="Sáng kiến", unit_of_measure="sáng kiến")
    old = make_indicator("ratio", "B_OLD", name="Quân số khỏe", shown_decimals=1, unit_of_measure="%")
    new = make_indicator(
        "ratio", "B_NEW", name="Quân số khỏe", shown_decimals=1, unit_of_measure="%", predecessor=old
    )
    for number, year in enumerate(range(2016, 2021), start=1):
        campaign = make_campaign(department, year=year, name=f"Phong trào năm {year}")
        share = new if year >= 2019 else old
        rows = [make_campaign_indicator(campaign, one, kinds=[depot.kind]) for one in (count, share)]
        make_target(department, rows[0], 3)
        if year != 2017:
            for quarter, round_ in make_rounds(year).items():
                amount = number if quarter == 1 else 0
                make_report(depot, round_, {count: amount, share: (90 + number, 100)}, state=APPROVED)
        rebuild(year)


def test_five_years_tell_the_course_of_every_figure_and_its_breaks(department, years):
    found = draft_of(department, 2020, FIVE_YEARS)
    said = paragraphs(found)
    assert "Sáng kiến tăng từ 1 sáng kiến (năm 2016) lên 5 sáng kiến (năm 2020); không có số liệu năm 2017." in said
    assert (
        "Quân số khỏe tăng từ 94,0\u00a0% (năm 2019) lên 95,0\u00a0% (năm 2020); trước năm 2019 tính theo cách khác "
        "nên không so sánh."
    ) in said
    assert (
        "Số chỉ tiêu đạt và vượt theo từng năm: năm 2016 có 0/1 chỉ tiêu; năm 2018 có 1/1 chỉ tiêu; năm 2019 có 1/1 "
        "chỉ tiêu; năm 2020 có 1/1 chỉ tiêu."
    ) in said
    assert "Tiến bộ so với năm đầu có số liệu: sáng kiến; quân số khỏe." in said
    assert found.columns == ("Chỉ tiêu", "Đơn vị tính", "2016", "2017", "2018", "2019", "2020")
    cells = [row.cells for row in found.annex if row.cells]
    assert cells[0][2:] == ("1", "–", "3", "4", "5")
    assert cells[1][2:] == ("91,0 (*)", "–", "93,0 (*)", "94,0", "95,0")
    assert as_word(found)[:2] == b"PK"
    assert as_pdf(found)[:5] == b"%PDF-"


def test_five_years_show_what_was_measured_anew_twice(department, years):
    middle = Indicator.objects.get(code="B_OLD")
    first = make_indicator("ratio", "B_FIRST", name="Quân số khỏe", shown_decimals=1, unit_of_measure="%")
    Indicator.objects.filter(pk=middle.pk).update(predecessor=first)
    CampaignIndicator.objects.filter(indicator=middle, campaign__year=2016).update(indicator=first)
    Result.objects.filter(indicator=middle, report__round__year=2016).update(indicator=first)
    rebuild(2016)
    cells = [row.cells for row in draft_of(department, 2020, FIVE_YEARS).annex if row.cells]
    assert [row[2:] for row in cells[1:]] == [("91,0 (*)", "–", "93,0 (*)", "94,0", "95,0")]


def test_five_years_cost_the_same_whatever_is_kept(
    department, depot, years, django_assert_max_num_queries, set_today
):
    with django_assert_max_num_queries(14):
        draft_of(department, 2020, FIVE_YEARS)


def test_five_years_without_anything_say_so(department):
    assert "Chưa có số liệu được duyệt trong 5 năm." in paragraphs(draft_of(department, 2020, FIVE_YEARS))


@pytest.fixture
def drive(department, depot, set_today):
    """A drive with a count of its own, and a target on a share of the year: 98 of 100 in the quarter it ends in."""
    set_today(date(2020, 7, 20))
    share = make_indicator("ratio", "A_SHARE", name="Quân số khỏe", shown_decimals=1, unit_of_measure="%")
    placed = make_campaign_indicator(make_campaign(department), share, kinds=[depot.kind])
    drive = make_drive(
        department, name="Đợt cao điểm Quý II", starts=date(2020, 4, 1), ends=date(2020, 6, 30)
    )  # fmt: skip
    own = make_indicator("count", "B_OWN", name="Ngày công", unit_of_measure="ngày")
    row = make_campaign_indicator(drive, own, kinds=[depot.kind])
    for unit in (depot, department):
        make_target(unit, row, 100)
        make_target(unit, placed, 99, drive=drive)
    make_report(depot, make_rounds()[2], {share: (98, 100)}, state=APPROVED)
    return drive, own


def of_drive(drive, depot, own, days, state=APPROVED):
    round_ = set_up_drive_round(drive, opens=date(2020, 6, 20), due=date(2020, 7, 10), closes=None)
    make_report(depot, round_, {own: days}, state=state)
    rebuild(2020, drive=drive)


@pytest.mark.parametrize("whose", ["department", "depot"])
def test_drive_is_judged_on_its_round_and_on_the_quarter_in_which_it_ends(whose, department, depot, drive):
    campaign, own = drive
    of_drive(campaign, depot, own, 120)
    found = draft_of(department if whose == "department" else depot, 2020, drive_period(campaign.pk))
    said = paragraphs(found)
    assert (found.title, found.period) == ("Sơ kết đợt cao điểm Quý II", f"D{campaign.pk}")
    told = " ".join(said).replace("mới đạt", "đạt")
    assert (
        "Ngày công đạt 120 ngày, vượt chỉ tiêu (từ 100 ngày trở lên); quân số khỏe đạt 98,0\u00a0%, chưa đạt" in told
    )
    assert "Đạt và vượt 1/2 chỉ tiêu đã đăng ký, trong đó vượt chỉ tiêu: ngày công." in said
    assert [row.cells[0] for row in found.annex if row.cells] == ["Ngày công", "Quân số khỏe"]
    assert {len(row.cells) for row in found.annex if row.cells} == {len(found.columns)}
    assert as_pdf(found)[:5] == b"%PDF-"
    assert as_word(found)[:2] == b"PK"


def test_drive_is_not_judged_while_sheets_are_missing_as_on_its_page(department, depot, workshop, drive):
    campaign, own = drive
    row = campaign.indicators.get()
    row.kinds.add(workshop.kind)
    of_drive(campaign, depot, own, 120)
    found = draft_of(department, 2020, drive_period(campaign.pk))
    cells = {row.cells[0]: row.cells for row in found.annex if row.cells}
    (line,) = drive_lines(campaign, department, [row])
    assert (line.value, line.result, line.short) == ("120", "", "1/2")
    assert cells["Ngày công"][3] == "120"
    assert not any(word in cells["Ngày công"][4].lower() for word in ("đạt", "vượt"))
    assert "Chưa có chỉ tiêu nào đạt trong 2 chỉ tiêu đã đăng ký." in paragraphs(found)
    make_report(workshop, Round.objects.get(drive=campaign), {own: "nil"}, state=APPROVED)
    rebuild(2020, drive=campaign)
    assert "Đạt và vượt 1/2 chỉ tiêu đã đăng ký, trong đó vượt chỉ tiêu: ngày công." in paragraphs(
        draft_of(department, 2020, drive_period(campaign.pk))
    )
    (figure,) = [f for r, f in drive_report._rows(workshop, campaign) if r == row]
    assert figure.nil


def test_drive_counts_approved_figures_alone(department, depot, drive):
    campaign, own = drive
    of_drive(campaign, depot, own, 120, Report.State.SUBMITTED)
    for unit in (department, depot):
        text = " ".join(draft_of(unit, 2020, drive_period(campaign.pk)).paragraphs)
        assert ("120" in text, "Chưa có số liệu về ngày công" in text) == (False, True)


def test_drive_is_worked_on_and_written_by_the_command(client, depot, staff, drive, tmp_path):
    campaign, own = drive
    of_drive(campaign, depot, own, 120)
    period = drive_period(campaign.pk)
    client.force_login(staff)
    address = reverse("emulation:review-report-begin", args=[depot.pk, 2020, period])
    assert client.post(address).status_code == 302
    page = client.get(reverse("emulation:review-report", args=[depot.pk, 2020, period]))
    assert page.context["saved"].period == period
    file = tmp_path / "r.txt"
    call_command("review_report", unit="K1", period=f"2020-{period}", format="txt", output=file)
    assert file.read_text().splitlines()[1] == "Sơ kết đợt cao điểm Quý II"
    assert client.get(f"/reports/{depot.pk}/2020/D{campaign.pk + 99}/").status_code == 404
    with pytest.raises(CommandError):
        call_command("review_report", unit="K1", period="2020-D999999", format="txt", output=file)


@pytest.mark.parametrize(("text", "found"), [("2020-5Y", (2020, "5Y")), ("2020-D12", (2020, "D12")),
                                             ("2020-H1", (2020, "H1")), ("2020", (2020, "Y"))])  # fmt: skip
def test_command_reads_every_period(text, found):
    assert parse_report_period(text) == found


@pytest.mark.parametrize("text", ["2020-D0", "2020-5y", "20205Y", "1200-5Y", "2020-D"])
def test_command_refuses_other_periods(text):
    with pytest.raises(ValueError, match="not a period"):
        parse_report_period(text)


# ── every combination of results ──────────────────────────────────────────

AMOUNTS = (None, 0, 1, 50, 99, 100, 101, 200)  # reached of a target of 100; None: nothing has been handed in
TRENDS = [
    None, Delta("=", "", "", None),
    *(Delta("1,0", "", tone, rises) for tone in ("met", "miss", "") for rises in (True, False)),
]  # fmt: skip
UNITS = {"count": "ngày", "ratio": "%", "amount": "tấn", "score": "điểm", "checklist": "%"}
SIGNS = {"lower": "<=", "higher": ">=", "exact": "="}


def placed_in(drive: Campaign, measure: str, direction: str, code: str) -> CampaignIndicator:
    """An indicator of the drive, of which nothing is stored."""
    indicator = Indicator(
        pk=1, code=code, name="Ngày công", measure=measure, direction=direction, scale=100,
        decimals=0, shown_decimals=1, unit_of_measure=UNITS[measure], area=Area(code="A", name="Lĩnh vực"),
    )  # fmt: skip
    return CampaignIndicator(campaign=drive, indicator=indicator, comparator=SIGNS[direction])


def reached(row: CampaignIndicator, amount: int | None, *, complete: bool, target: int | None, own: bool) -> Figure:
    parts = Parts(reported=0, expected=2)
    if amount is not None:
        reported = 2 if complete else 1
        parts = Parts(amount * 1000, 200_000, 1, reported, 2, {1: [amount, 100]})
    value = value_of(rule_of(row.indicator), parts, branch=True) or NOTHING
    figure = Figure(
        1, 1, 2020, DRIVE if own else "Q2", True, value, parts, parts.reported, 2, 0, 0, None, "", None
    )  # fmt: skip
    goal = None if target is None else Target(agreed=Decimal(target), comparator=row.comparator)
    return drive_report.judged(row, figure, goal)


def with_trend(page: Dashboard, trend: Delta | None) -> Dashboard:
    """The page, with a change since last year where there is a value."""
    silent = ("none", "nil", "na")
    areas = [
        (area, [line if line.mark.key in silent else replace(line, delta=trend) for line in lines])
        for area, lines in page.areas
    ]
    return replace(page, areas=areas)


@pytest.mark.parametrize(
    ("measure", "direction", "code"), [*product(UNITS, SIGNS, ["A"]), ("count", "lower", "AT_TNGT")]
)
def test_every_combination_reads_as_whole_sentences(measure, direction, code):
    """Missing, nil, exceeded, met, not met, half met × better, worse, steady, nothing before × complete or not."""
    unit, drive, told = Unit(pk=1, name="Kho K1"), Campaign(pk=1, year=2020, ends=date(2020, 6, 30)), shipped()
    row = placed_in(drive, measure, direction, code)
    figures = [
        reached(row, amount, complete=complete, target=target, own=True)
        for amount, complete, target in product(AMOUNTS, (True, False), (None, 0, 100))
    ]
    figures += [replace(figure, nil=True) for figure in figures if figure.parts.numerator == 0]
    seen = set()
    for one, other, trend in [*product(figures, [None], TRENDS), *product(figures, figures[::17], TRENDS[:1])]:
        rows = [(row, one)] if other is None else [(row, one), (row, other)]
        page = with_trend(drive_report._page(unit, drive, rows, None), trend)
        found = [*results(page, told), *strong(page, told), *weak(page, told), *tasks(page, told, sheets=True)]
        seen |= {line.mark.key for _area, lines in page.areas for line in lines}
        for text in (part.text for part in found if not part.level):
            assert whole(text), text
            assert ("cùng kỳ" in text) <= (trend is not None), text
    assert seen >= {"met", "miss", "none"}


@pytest.mark.parametrize(("theme", "documents"), list(product(("", "Sạch, đẹp"), (0, 1, 3))))
def test_what_a_drive_was_reads_as_whole_sentences(department, depot, drive, theme, documents):
    campaign, own = drive
    Campaign.objects.filter(pk=campaign.pk).update(theme=theme)
    for number in range(documents):
        campaign.documents.add(make_document(department, title=f"Kế hoạch số {number}"))
    of_drive(campaign, depot, own, 120)
    for unit in (department, depot):
        for text in paragraphs(draft_of(unit, 2020, drive_period(campaign.pk))):
            assert whole(text), text


def test_every_period_reads_as_whole_sentences(department, depot, years):
    for period, year, unit in product(("Q1", "Q4", "H1", "9M", "Y", FIVE_YEARS), (2017, 2020), (department, depot)):
        for text in paragraphs(draft_of(unit, year, period)):
            assert whole(text), text

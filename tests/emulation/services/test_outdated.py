"""Papers in force are marked, and their commanders told, when approved figures that they rest on change."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from emulation.checks import Entry
from emulation.models import Campaign, Indicator, IssuedPaper, Notice, Report, ReviewReport, Round
from emulation.periods import drive_period
from emulation.reports.paper_kinds import KINDS
from emulation.reports.resting import papers_on, statistics_address
from emulation.services import corrections, sheets
from emulation.services.issued_papers import cancel, issue
from emulation.services.migration import COLUMNS, load_results
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_issued_paper,
    make_report,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from units.models import Role, Unit, User

REASON = "The log of March was counted twice."
State = Report.State


@built_once
def prizes(region: Unit) -> Indicator:
    indicator = make_indicator("count", "PRIZES")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


@built_once
def report(depot: Unit, prizes: Indicator) -> Report:
    return make_report(depot, make_rounds()[1], {prizes: 5}, state=State.APPROVED)


@built_once
def head(department: Unit) -> User:
    return make_user("head", (department, Role.COMMANDER))


def statistics(unit: Unit, period: str, number: str, by: User) -> IssuedPaper:
    address = statistics_address(unit.pk, 2020, period)
    return issue(
        unit, KINDS["statistics"], number=number, day=date(2020, 7, 5), title="Bảng thống kê", signer="A", files={},
        by=by, address=address,
    )  # fmt: skip


def signed(unit: Unit, period: str, number: str, by: User, year: int = 2020) -> IssuedPaper:
    row = ReviewReport.objects.create(
        unit=unit, year=year, period=period, state="signed", number=number, day=date(2020, 7, 5), signer="A",
        annex=[], signed_by=by, signed_at="2020-07-05T00:00+07:00",
    )  # fmt: skip
    return issue(
        unit, KINDS["report"], number=number, day=date(2020, 7, 5), title="Báo cáo", signer="A", files={}, by=by,
        report=row,
    )  # fmt: skip


def marked() -> set[str]:
    return set(IssuedPaper.objects.exclude(outdated_at=None).values_list("number", flat=True))


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind=Notice.Kind.PAPER_OUTDATED).order_by("pk")
    return [(row.user.username, row.text) for row in rows.select_related("user")]


def test_reopening_marks_the_papers_of_the_periods_and_units_that_hold_the_sheet(
    report: Report, region: Unit, depot: Unit, workshop: Unit, commander: User, reviewer: User, head: User
) -> None:
    beside = make_user("beside", (workshop, Role.COMMANDER))
    region_head = make_user("region-head", (region, Role.COMMANDER))
    statistics(report.unit, "Q1", "1/TK", commander)
    statistics(head.active_memberships[0].unit, "H1", "2/TK", head)
    statistics(head.active_memberships[0].unit, "Q2", "3/TK", head)  # another quarter
    statistics(workshop, "H1", "4/TK", beside)  # another unit
    signed(region, "5Y", "5/BC", region_head, year=2022)
    signed(region, "Y", "6/BC", region_head, year=2021)  # another year
    make_issued_paper(depot, commander, "7/DS")
    cancel(statistics(region, "Y", "8/TK", region_head), why="Ban hành nhầm bảng", by=region_head)
    assert [paper.number for paper in papers_on(report)] == ["5/BC", "2/TK", "1/TK"]
    sheets.reopen(report, by=reviewer, reason=REASON)
    assert marked() == {"1/TK", "2/TK", "5/BC"}
    assert dict(told()) == {
        "commander": "1/TK, 05/07/2020 – Bảng thống kê", "head": "2/TK, 05/07/2020 – Bảng thống kê",
        "region-head": "5/BC, 05/07/2020 – Báo cáo",
    }  # fmt: skip


def test_what_changes_later_is_no_news(
    report: Report, prizes: Indicator, staff: User, commander: User, reviewer: User, head: User, department: Unit
) -> None:
    statistics(department, "H1", "2/TK", head)
    row = corrections.propose(report, prizes, Entry(numerator=Decimal(7)), REASON, by=staff)
    corrections.send(row, by=commander)
    assert marked() == set()
    corrections.accept(row, by=reviewer)
    assert (marked(), len(told())) == ({"2/TK"}, 1)
    sheets.reopen(report, by=reviewer, reason=REASON)
    assert len(told()) == 1


@pytest.mark.parametrize("step", ["hand in", "approve"])
def test_a_sheet_that_comes_late_changes_a_paper_once_it_is_approved(
    depot: Unit, prizes: Indicator, commander: User, reviewer: User, head: User, department: Unit, step: str
) -> None:
    report = make_report(depot, make_rounds()[1], {prizes: 5}, state=State.DRAFT)
    statistics(department, "Q1", "2/TK", head)
    sheets.hand_in(report, by=commander)
    if step == "approve":
        sheets.take_up(report, by=reviewer)
        sheets.approve(report, by=reviewer)
    assert marked() == ({"2/TK"} if step == "approve" else set())


def test_a_drive_is_judged_on_the_quarter_in_which_it_ends(
    report: Report, prizes: Indicator, depot: Unit, commander: User
) -> None:
    drive = make_drive(depot, starts=date(2020, 2, 1), ends=date(2020, 3, 1))
    later = make_drive(depot)
    for number, row in enumerate((drive, later), start=1):
        signed(depot, drive_period(row.pk), f"{number}/BC", commander)
    assert [paper.number for paper in papers_on(report)] == ["1/BC"]
    own = Round.objects.create(
        drive=later, year=2020, opens=date(2020, 5, 1), due=date(2020, 6, 1), closes=None, quarter=None
    )
    sheet = make_report(depot, own, {}, state=State.APPROVED)
    assert [paper.number for paper in papers_on(sheet)] == ["2/BC"]
    assert Campaign.objects.filter(kind__is_drive=True).count() == 2


def test_figures_that_a_file_corrects_are_changed_too(
    report: Report, depot: Unit, prizes: Indicator, administrator: User, commander: User
) -> None:
    statistics(depot, "Q1", "1/TK", commander)
    cells = {"unit": "K1", "year": "2020", "quarter": "1", "indicator": "PRIZES", "status": "reported"}
    for number, papers in (("5", set()), ("6", {"1/TK"})):
        row = dict.fromkeys(COLUMNS, "") | cells | {"numerator": number}
        load_results([(2, row)], by=administrator, approved=True, correct=REASON)
        assert marked() == papers


def test_pages_say_what_rests_on_the_sheet_and_what_is_out_of_date(
    client, report: Report, department: Unit, reviewer: User, head: User
) -> None:
    statistics(department, "H1", "2/TK", head)
    client.force_login(reviewer)
    page = client.get(reverse("emulation:report-reopen", args=[report.pk])).text
    assert ("2/TK, 05/07/2020" in page, "dựa trên số liệu của phiếu này" in page) == (True, True)
    address = statistics_address(department.pk, 2020, "H1")
    assert 'id="outdated"' not in client.get(address).text
    sheets.reopen(report, by=reviewer, reason=REASON)
    day = f"{IssuedPaper.objects.get().outdated_at:%d/%m/%Y}"
    assert 'id="outdated"' in client.get(address).text
    assert f"số liệu đã thay đổi từ {day}" in client.get(reverse("emulation:paper-list")).text
    table = client.get(reverse("emulation:paper-list"), {"export": "csv"}).getvalue().decode("utf-8-sig")
    assert f"Còn hiệu lực; số liệu đã thay đổi từ {day}" in table

"""The register's page; papers made from data."""

import io
from datetime import date

import docx
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation

from emulation.models import Indicator, IssuedPaper, Report, Round
from emulation.reports.cancelled import PAGES
from emulation.reports.other_papers import statistics
from emulation.reports.paper_kinds import KINDS
from emulation.services.issued_papers import cancel, issue
from emulation.services.summaries import rebuild
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_document,
    make_indicator,
    make_issued_paper,
    make_person,
    make_recognition,
    make_report,
    make_rounds,
    make_target,
    make_user,
    make_weak_point,
    make_work,
    root_administrator,
)
from units.models import Role
from units.services import move_unit


def url(name, *args):
    return reverse(f"emulation:{name}", args=args)


@pytest.fixture
def movement(department, depot, set_today):
    set_today(date(2020, 7, 20))
    indicator = make_indicator("count", "SK", name="Sáng kiến <&>", unit_of_measure="sáng kiến")
    campaign = make_campaign(department, name="Phong trào năm 2020", theme="Đoàn kết", content="Nội dung một.")
    campaign.documents.add(make_document(department, title="Nghị quyết năm 2020"))
    row = make_campaign_indicator(campaign, indicator)
    make_target(depot, row, 12, registered=10)
    make_report(depot, make_rounds()[1], {indicator: 5}, state=Report.State.APPROVED)
    make_weak_point(depot, make_user("raiser", (depot, "staff")), title="Mái dột", measure="Lợp lại mái.")
    work = make_work(
        depot,
        make_user(),
        make_person(depot),
        title="Giá kê <b>",
        saved=12,
        applied_where="Kho",
        applied_since=date(2020, 3, 1),
    )
    make_recognition(work, date(2020, 2, 14))
    make_work(depot, make_user(), title="Năm khác", year=2019)
    return campaign


def words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([one.text for one in document.paragraphs] + cells)


def test_statistics_of_a_past_period_have_the_units_of_that_time(
    client, department, depot, workshop, elsewhere, movement, reviewer, staff, set_today
):
    """The depot leaves the department after the year: its column, and the sum, stay."""
    indicator = Indicator.objects.get(code="SK")
    make_report(workshop, Round.objects.get(year=2020, quarter=1), {indicator: 3}, state=Report.State.APPROVED)
    rebuild(2020)
    set_today(date(2021, 3, 1))
    move_unit(depot, parent=elsewhere, effective=date(2021, 2, 1), by=root_administrator(), decision="1/QĐ")

    def table(unit, what):
        with translation.override("vi"):
            found = statistics(reviewer, unit, what).table
        return [column.text for column in found.columns[2:]], [row.cells[2:] for row in found.rows if row.cells]

    assert table(department, "2020-Q1") == (["Toàn đơn vị", "Unit K1", "Unit X1"], [("8 (2/3)", "5", "3")])
    assert table(elsewhere, "2020-Q1")[0] == ["Toàn đơn vị"]


def test_statistics_say_what_they_rest_on_and_tell_not_asked_from_not_reported(
    client, department, depot, workshop, movement, commander, set_today
):
    """The workshop has reported nothing, and is not asked what only depots are asked."""
    of_depots = make_indicator("count", "ZK", name="Kho")
    make_campaign_indicator(movement, of_depots, kinds=[depot.kind])
    make_report(workshop, make_rounds()[1], {}, state=Report.State.DRAFT)
    rebuild(2020)
    with translation.override("vi"):
        found = statistics(commander, department, "2020-Q1")
    assert [row.cells[2:] for row in found.table.rows if row.cells] == [
        ("5 (1/3)", "5", "chưa báo cáo"), ("chưa báo cáo", "chưa báo cáo", "–"),
    ]  # fmt: skip
    assert [text for _level, text in found.body] == [
        "Số liệu tổng hợp từ 1/3 phiếu đã duyệt, tính đến ngày 20/07/2020.",
        "Ghi chú: “–”: không giao hoặc không áp dụng; “chưa báo cáo”: có giao, chưa có phiếu được duyệt; số trong "
        "ngoặc: số phiếu đã duyệt trên số phiếu phải báo cáo.",
    ]
    client.force_login(make_user("signer", (department, Role.COMMANDER)))
    address = url("paper-issue", department.pk, "statistics", "2020-Q1")
    typed = {"place": "Huế", "signer": "A", "signer_post": "CN", "number": "01/X", "day": "20/07/2020"}
    form = client.post(address, typed).context["form"]
    assert list(form.errors) == ["known"]
    assert form.fields["known"].label == "Đã biết còn 2/3 phiếu chưa được duyệt: quý I/2020 2/3."
    assert client.post(address, typed | {"known": "on"}).status_code == 302
    assert "1/3 phiếu đã duyệt" in words(
        client.get(url("paper-issued", IssuedPaper.objects.get().pk, "docx")).content
    )


@pytest.mark.parametrize(
    ("key", "whose", "what", "expected"),
    [
        ("targets", "depot", "2020", ["DANH SÁCH CHỈ TIÊU THI ĐUA", "Sáng kiến <&>", "12", "10"]),
        ("initiatives", "department", "2020", ["DANH SÁCH SÁNG KIẾN", "Giá kê <b>", "/QĐ, 14/02/2020", "12"]),
        ("pledge", "depot", "2020", ["BẢN ĐĂNG KÝ, GIAO ƯỚC THI ĐUA", "CẤP TRÊN UNIT CKT"]),
        (
            "weak-points",
            "department",
            "2020",
            ["DANH SÁCH KHÂU YẾU", "Mái dột", "Lợp lại mái.", "Deputy"],
        ),
        ("statistics", "department", "2020-Q1", ["BẢNG THỐNG KÊ", "Quý I/2020", "Toàn đơn vị", "Sáng kiến <&>"]),
        ("launch-plan", "department", "", ["KẾ HOẠCH", "Chủ đề: “Đoàn kết”.", "Nội dung một.", "Sáng kiến <&>"]),
        (
            "launch-plan",
            "department",
            "",
            ["Thực hiện Nghị quyết năm 2020, Unit CKT xây dựng Kế hoạch phát động phong trào năm 2020 như sau:"],
        ),
    ],
)
def test_papers_are_made_from_data(client, movement, department, depot, reviewer, key, whose, what, expected):
    client.force_login(reviewer)
    unit = depot if whose == "depot" else department
    what = what or str(movement.pk)
    content = client.get(url("paper-file", unit.pk, key, what, "docx")).content
    assert "Năm khác" not in words(content)
    assert [text for text in expected if text not in words(content)] == []
    assert client.get(url("paper-file", unit.pk, key, what, "pdf")).content[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "address",
    ["targets/20/draft.pdf", "nothing/2020/draft.pdf", "statistics/2020-H9/draft.pdf", "targets/2020/draft.exe",
     "launch-plan/999999/draft.pdf", "launch-plan/x/draft.pdf"],
)  # fmt: skip
def test_other_papers_do_not_exist(client, movement, department, reviewer, address):
    client.force_login(reviewer)
    assert client.get(f"/papers/{department.pk}/{address}").status_code == 404


def test_commander_issues_and_cancels_and_the_register_shows_and_exports_it(client, movement, depot, commander):
    client.force_login(commander)
    address = url("paper-issue", depot.pk, "targets", "2020")
    assert address in client.get(url("target-list", depot.pk, 2020)).content.decode()
    offered = client.get(address).context["form"].initial
    assert offered["number"] == "01/DS-K1"
    typed = {
        "number": "01/DS-K1",
        "day": "06/07/2020",
        "place": "Huế",
        "signer": "=Nguyễn Văn A",
        "signer_post": "CN",
    }
    wrong = client.post(address, typed | {"number": "DS"})
    assert list(wrong.context["form"].errors) == ["number"]
    gap = client.post(address, typed | {"place": "(địa danh)"})
    assert list(gap.context["form"].errors) == ["place"]
    client.post(address, typed)
    row = IssuedPaper.objects.get()
    issued = words(client.get(url("paper-issued", row.pk, "docx")).content)
    assert ("Số: 01/DS-K1" in issued, "Huế, ngày 06 tháng 7 năm 2020" in issued) == (True, True)
    listed = client.get(url("paper-list"), {"q": "danh sach"})
    assert [one.number for one, _label in listed.context["rows"]] == ["01/DS-K1"]
    csv = b"".join(client.get(url("paper-list"), {"export": "csv"})).decode("utf-8-sig")
    assert "'=Nguyễn Văn A" in csv.splitlines()[1]
    assert client.get(url("paper-list"), {"export": "xlsx"}).getvalue()[:2] == b"PK"
    client.post(url("paper-cancel", row.pk), {"why": "Ban hành nhầm danh sách"})
    assert [one for one, _label in client.get(url("paper-list"), {"state": "valid"}).context["rows"]] == []
    assert "Đã hủy" in client.get(url("paper-list")).content.decode()


STAMP = ["ĐÃ HỦY ngày 20 tháng 7 năm 2020\nLý do: Ban hành nhầm danh sách."]


def heads(content: bytes) -> list[list[str]]:
    """The stamp in the head of the first page, and in that of the others."""
    [section] = docx.Document(io.BytesIO(content)).sections
    found = [section.header, section.first_page_header][: 1 + section.different_first_page_header_footer]
    return [[one.text for one in head.paragraphs if "HỦY" in one.text] for head in found]


def test_a_cancelled_paper_goes_out_stamped_and_is_kept_as_issued(client, movement, depot, commander):
    commander.language = "en"
    commander.save()
    client.force_login(commander)
    typed = {"number": "01/DS-K1", "day": "06/07/2020", "place": "Huế", "signer": "A", "signer_post": "CN"}
    client.post(url("paper-issue", depot.pk, "targets", "2020"), typed)
    row = IssuedPaper.objects.get()
    files = {kind: client.get(url("paper-issued", row.pk, kind)).content for kind in ("docx", "pdf")}
    assert heads(files["docx"]) == [[], []]
    cancel(row, why="Ban hành nhầm danh sách.", by=commander)
    IssuedPaper.objects.update(cancelled_at="2020-07-20T03:00Z")
    answers = {kind: client.get(url("paper-issued", row.pk, kind)) for kind in ("docx", "pdf")}
    assert heads(answers["docx"].content) == [STAMP, STAMP]
    assert "Số: 01/DS-K1" in words(answers["docx"].content)
    assert (answers["pdf"].content[:5], PAGES.search(answers["pdf"].content)[1]) == (b"%PDF-", b"1")
    assert answers["pdf"].content != files["pdf"]
    assert answers["pdf"]["Content-Disposition"] == 'attachment; filename="01ds-k1-k1-da-huy.pdf"'
    row.refresh_from_db()
    for kind, field in (("docx", row.word), ("pdf", row.pdf)):
        with field.open("rb") as kept:
            assert kept.read() == files[kind]
    row.pdf.save("x", ContentFile(b"%PDF-1.4 of another make"))
    assert client.get(url("paper-issued", row.pk, "pdf")).status_code == 302
    row.word.storage.delete(row.word.name)  # a base restored without its files
    page = client.get(url("paper-issued", row.pk, "docx"), follow=True)
    assert [str(said) for said in page.context["messages"]][-1].startswith("The file of this paper is missing")


def test_register_costs_the_same_for_many(client, depot, commander, django_assert_num_queries):
    client.force_login(commander)
    make_issued_paper(depot, commander, "1/DS")
    with django_assert_num_queries(8):
        client.get(url("paper-list"))
    for number in (2, 3):
        make_issued_paper(depot, commander, f"{number}/DS")
    with django_assert_num_queries(8):
        client.get(url("paper-list"))


def test_register_is_read_within_reach(client, depot, commander, outsider, department):
    make_issued_paper(depot, commander)
    for user, count in ((outsider, 0), (make_user("above", (department, Role.STAFF)), 1)):
        client.force_login(user)
        assert len(client.get(url("paper-list")).context["rows"]) == count


def test_the_register_begins_with_the_newest_paper_of_whatever_kind(client, depot, commander, set_today):
    """By day, papers of one day by when they were entered; one kind alone where that is asked."""
    set_today(date(2020, 7, 31))
    papers = (("report", 1, 5), ("list", 1, 20), ("plan", 1, 10), ("report", 2, 20))
    for kind, serial, day in papers:
        issue(
            depot, KINDS[kind], number=f"{serial}/{kind}", day=date(2020, 7, day), title="A", signer="B", files={},
            by=commander,
        )  # fmt: skip
    client.force_login(commander)

    def numbers(**query):
        return [row.number for row, _label in client.get(url("paper-list"), query).context["rows"]]

    assert numbers() == ["2/report", "1/list", "1/plan", "1/report"]
    assert numbers(kind="report") == ["2/report", "1/report"]


@pytest.mark.parametrize(
    ("key", "what", "early", "day"),
    [
        ("targets", "2020", "30/09/2019", "01/10/2019"),
        ("pledge", "2020", "30/09/2019", "01/10/2019"),
        ("launch-plan", "", "30/09/2019", "01/10/2019"),
        ("statistics", "2020-Q1", "21/03/2020", "22/03/2020"),
        ("statistics", "2020", "20/07/2020", None),
    ],
)
def test_a_paper_bears_no_day_before_its_time(client, movement, depot, department, commander, key, what, early, day):
    for quarter, opens in ((1, date(2020, 3, 22)), (4, date(2020, 12, 22))):
        Round.objects.filter(quarter=quarter).update(opens=opens, due=opens, closes=None)
    place = department if key == "launch-plan" else depot
    signer = make_user("signer", (place, Role.COMMANDER))
    client.force_login(signer)
    address = url("paper-issue", place.pk, key, what or str(movement.pk))
    typed = {"place": "Huế", "signer": "A", "signer_post": "CN", "number": "01/X", "known": "on"}
    refused = client.post(address, typed | {"day": early})
    assert (list(refused.context["form"].errors), IssuedPaper.objects.count()) == (["day"], 0)
    if day:
        assert client.post(address, typed | {"day": day}).status_code == 302
        assert f"{IssuedPaper.objects.get().day:%d/%m/%Y}" == day

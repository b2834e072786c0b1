"""What a move means for sheets, lines, targets and desks, said before it is recorded."""

from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Registration, Report, Round
from emulation.reports.moves import of_move
from emulation.reports.work import with_progress
from emulation.services.rounds import make_sheets
from emulation.services.summaries import differences
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_unit,
    make_user,
    root_administrator,
)
from units.models import Role
from units.reports.moves import consequences
from units.services import move_unit

AUGUST = date(2020, 8, 15)


@pytest.fixture
def asked(region, department, depot, set_today):
    """The department asks two figures; the depot has handed in half a year and begun with quarter III."""
    set_today(date(2020, 10, 5))
    campaign = make_campaign(department)
    rows = [make_campaign_indicator(campaign, make_indicator()) for _ in range(2)]
    rounds = make_rounds()
    for quarter, state in ((1, Report.State.APPROVED), (2, Report.State.SUBMITTED), (3, Report.State.DRAFT)):
        make_report(depot, rounds[quarter], {rows[0].indicator: 5, rows[1].indicator: 2}, state=state)
    make_target(depot, rows[0], 60)
    return rounds


def words(unit, parent):
    return {row.about: row.words for row in of_move(unit, parent, AUGUST)}


def test_it_says_what_follows_where_nothing_is_asked_any_more(asked, region, department, depot):
    make_user("", (department, Role.REVIEWER))
    make_user("", (region, Role.REVIEWER))
    Registration.objects.create(unit=depot, year=2020, state=Registration.State.SUBMITTED)

    assert words(depot, region) == {
        "Số liệu": f"Từ quý III/2020 tính về {region}; các kỳ đã kết thúc trước đó vẫn thuộc {department}.",
        "Phiếu không còn nữa": f"{depot.short}, quý IV/2020",
        "Dòng không còn phải báo cáo": "Số đã nhập vẫn còn trên phiếu, có ghi rõ là không còn phải báo cáo, và được"
        " tính khi phiếu được duyệt; số nào không báo cáo thì xóa trước khi trình:"
        f" {depot.short}, quý III/2020 (Đang nhập): 2/2 số đã nhập.",
        "Chỉ tiêu": "1 chỉ tiêu đã thống nhất cho năm 2020 của đơn vị và cấp dưới giữ nguyên. Trong đó 1 chỉ tiêu"
        " không còn phải báo cáo: các kỳ có quý đó không đánh giá. Chỉ tiêu cộng từ cấp dưới tính theo quý như số"
        " liệu; chỉ tiêu thống nhất cho chính đơn vị cấp trên không chia lại: cơ quan thẩm định được sửa, có nêu lý"
        " do.",
        "Đăng ký chỉ tiêu": f"Đã trình, đang ở {department}, sau đó chuyển đến {region}: {depot} – 2020.",
        "Phiếu đã trình": f"Đang ở {department}, sau đó chuyển đến {region}: {depot.short}, quý II/2020 (Đã trình).",
    }


def test_it_says_what_is_newly_asked(asked, region, department, depot):
    """Seen from the other side: a unit that comes in has sheets and lines to fill in."""
    newcomer = make_unit(region, "N1")
    other = make_campaign_indicator(make_campaign(newcomer), make_indicator())
    make_sheets(Round.objects.all(), [newcomer.pk])
    make_report(newcomer, asked[3], {other.indicator: 1}, state=Report.State.DRAFT)
    found = words(newcomer, department)

    assert found["Dòng phải báo cáo thêm"] == f"{newcomer.short}, quý III/2020 (Đang nhập): 2 dòng"
    assert found["Phiếu không còn nữa"] == "Không phiếu nào mất đi."


def test_what_it_says_is_what_happens(asked, region, department, depot):
    said = words(depot, region)
    move_unit(depot, parent=region, effective=AUGUST, by=root_administrator(), decision="1")

    assert said["Phiếu không còn nữa"] == f"{depot.short}, quý IV/2020"
    left = Report.objects.filter(unit=depot).order_by("round__quarter").values_list("round__quarter", "state")
    assert list(left) == [(1, "approved"), (2, "submitted"), (3, "draft")]
    assert differences(2020)[1] == []


def test_queries_do_not_grow_with_the_branch(asked, region, department, django_assert_num_queries):
    other = make_unit(region, "K9", kind="department")
    for number in range(3):
        with django_assert_num_queries(18):
            consequences(department, other, AUGUST)
        make_unit(department, f"M{number}")


def test_what_was_entered_stays_visible_as_no_longer_asked(asked, region, department, depot, client):
    user = make_user("", (depot, Role.STAFF), (depot, Role.COMMANDER))
    move_unit(depot, parent=region, effective=AUGUST, by=root_administrator(), decision="1")
    report = Report.objects.get(unit=depot, round=asked[3])

    (item,) = with_progress([report])
    assert (item.filled, item.total, item.unasked) == (0, 0, 2)
    client.force_login(user)
    for page in (report.get_absolute_url(), reverse("emulation:report-hand-in", args=[report.pk])):
        response = client.get(page)
        assert [row.asked for row in response.context["sheet"].unasked] == [False, False]
        assert "2 dòng đã nhập số không còn phải báo cáo" in response.content.decode()
    assert "2 số đã nhập không còn phải báo cáo" in client.get(reverse("emulation:report-list")).content.decode()

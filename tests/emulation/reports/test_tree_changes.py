"""What the dissolution of a unit means for its sheets and targets, and what its staff are asked afterwards."""

from datetime import date

import pytest

from emulation.models import Report
from emulation.reports.dashboard import dashboard_of
from emulation.reports.joins import join_tasks
from emulation.reports.openings import register_tasks
from emulation.reports.tree_changes import existed_until, of_dissolution
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
    make_user,
    root_administrator,
)
from units.models import Role, Unit, User
from units.reports.dissolution import consequences
from units.services import dissolve_unit

DAY = date(2020, 5, 1)


@pytest.fixture
def asked(region, depot, set_today):
    set_today(date(2020, 7, 20))
    indicator = make_indicator()
    row = make_campaign_indicator(make_campaign(region, depot), indicator)
    rounds = make_rounds()
    make_report(depot, rounds[1], {indicator: 5}, state=Report.State.SUBMITTED)
    make_target(depot, row, 60)
    return rounds


def test_it_says_which_sheets_fall_away_which_wait_and_which_targets_stand(asked, depot):
    rows = {row.about: (row.words, row.unfinished) for row in of_dissolution(depot, DAY)}

    assert rows == {
        "Phiếu": ("Phiếu trống không còn nữa: quý II/2020; quý III/2020; quý IV/2020.", False),
        "Phiếu chưa xong": (
            "Vẫn còn và phải làm cho xong: giữ nguyên các vai trò ở bên dưới thì mới có người làm tiếp: quý I/2020"
            " (Đã trình).", True
        ),
        "Chỉ tiêu": (
            "1 chỉ tiêu đã thống nhất cho năm 2020 giữ nguyên như đã thống nhất: không chia theo thời gian. Cơ quan"
            " thẩm định của đơn vị được sửa, có nêu lý do.", False
        ),
    }  # fmt: skip


@pytest.mark.parametrize("tasks", [join_tasks, register_tasks])
def test_staff_of_a_unit_that_has_ended_are_asked_nothing_new(asked, depot, tasks):
    user = make_user("", (depot, Role.STAFF))
    assert [task.place for task in tasks(user)][0].startswith(str(depot))

    dissolve_unit(depot, effective=DAY, by=root_administrator(), decision="1", keep_roles=True)

    assert list(tasks(User.objects.get(pk=user.pk))) == []


def test_pages_of_the_year_say_until_when_the_unit_existed(asked, depot):
    assert dashboard_of(depot, 2020, "Y").existed == ""

    dissolve_unit(depot, effective=DAY, by=root_administrator(), decision="1")

    unit = Unit.objects.get(pk=depot.pk)
    assert dashboard_of(unit, 2020, "Y").existed.startswith(f"{unit} tồn tại đến hết ngày 30/04/2020.")
    assert [existed_until(unit, year) for year in (2019, 2021)] == ["", ""]


@pytest.mark.parametrize(("state", "unless"), [("submitted", " nếu không được giữ lại"), ("approved", "")])
def test_roles_may_be_left_in_force_where_a_sheet_is_unfinished(asked, depot, staff, state, unless):
    Report.objects.filter(state="submitted").update(state=state)
    words = {row.about: row.words for row in consequences(depot, DAY)}
    assert words["Vai trò của người dùng"] == f"Chấm dứt hết ngày 30/04/2020{unless}: {staff} (Trợ lý)."

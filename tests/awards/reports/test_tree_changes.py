"""Awards that rest on a change of the tree: it is then no longer taken back."""

from datetime import date

import pytest
from django.utils import timezone

from awards.models import NominationEvent
from awards.reports.tree_changes import of_move, resting_on
from tests.factories import make_award, make_dossier, make_nomination, make_person, make_signed_decision
from units.models import UnitChange
from units.services import dissolve_unit, rename_unit

DAY = date(2020, 7, 1)


@pytest.fixture
def line(depot, staff, set_today):
    set_today(date(2020, 7, 20))
    return make_nomination(make_dossier(depot, staff), make_award(), depot)


def renamed(depot, by) -> UnitChange:
    rename_unit(depot, name="Kho mới", short_name="", effective=DAY, by=by, decision="1")
    return depot.changes.get(kind="renamed")


def test_a_decision_signed_since_rests_on_a_new_name(administrator, commander, department, depot, line):
    make_signed_decision(department, commander, number="3/QĐ")
    change = renamed(depot, administrator)
    assert list(resting_on(change)) == []

    make_signed_decision(department, commander, line, number="4/QĐ")

    (words,) = resting_on(change)
    assert words.startswith("Quyết định 4/QĐ đã ký ngày")


def test_a_step_of_a_nomination_above_rests_on_the_end_of_a_unit(administrator, department, depot, line):
    dissolve_unit(depot, effective=DAY, by=administrator, decision="1")
    change = depot.changes.get(kind="dissolved")
    assert list(resting_on(change)) == []

    NominationEvent.objects.create(
        line=line, kind="submitted", stage="submitted", unit=department, by=administrator, at=timezone.now()
    )

    (words,) = resting_on(change)
    assert words.startswith(f"{depot}, đề nghị khen thưởng {depot}: “Đã trình” ngày")


def test_a_move_says_whose_desk_nominations_are_on_and_who_counts_where(region, department, depot, staff, line):
    make_nomination(line.dossier, make_award(), make_person(depot), stage="submitted", holder=department)

    assert {row.about: row.words for row in of_move(depot, region, DAY)} == {
        "Đề nghị khen thưởng đã trình": f"Giữ nguyên nơi đang thẩm định và được quyết định tại đó: {department}: 1.",
        "Đề nghị khen thưởng đang soạn": f"1 đề nghị chưa trình, khi trình sẽ chuyển đến {region}.",
        "Tỷ lệ khống chế": "1 người được tính vào tỷ lệ khống chế của cấp trên mới, không còn tính ở cấp trên cũ,"
        " kể cả với đề nghị vẫn do nơi cũ quyết định.",
    }

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import Campaign, CampaignIndicator, Document, Report, Round, Summary, Target
from emulation.reports.launch import launch_points, renewed
from emulation.services import campaigns, years
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_target,
    make_unit,
    make_unit_kind,
    make_user,
    root_administrator,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Role
from units.services import dissolve_unit


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def movement(department):
    return make_campaign(department, name="Phong trào năm 2020", theme="Dân chủ, kỷ cương")


def test_copy_year_makes_the_tree_as_drafts(movement, department, depot, planner):
    below = make_campaign(
        depot, parent=movement, launching_unit=department, starts=date(2020, 2, 29), ends=date(2020, 3, 31)
    )
    below.documents.add(Document.objects.create(kind="plan", title="Kế hoạch"))

    root = years.copy_year(movement, year=2021, by=planner, extent=years.Extent(documents=True))

    assert (root.name, root.theme, root.state, root.launched_on) == (
        "Phong trào năm 2021", "Dân chủ, kỷ cương", "draft", None,
    )  # fmt: skip
    copy = Campaign.objects.get(parent=root)
    assert (copy.year, copy.starts, copy.ends) == (2021, date(2021, 2, 28), date(2021, 3, 31))
    assert [scope.unit for scope in copy.scopes.all()] == [depot]
    assert [document.title for document in copy.documents.all()] == ["Kế hoạch"]


def test_copy_year_makes_campaign_indicators_and_leaves_retired_ones(movement, planner):
    row = make_campaign_indicator(
        movement,
        make_indicator(),
        kinds=[make_unit_kind("depot")],
        asked="half",
        points=4,
        range_min=50,
        is_main=True,
    )
    make_campaign_indicator(movement, make_indicator(retired=True))

    root = years.copy_year(movement, year=2021, by=planner)

    copy = CampaignIndicator.objects.get(campaign=root)
    assert copy.indicator == row.indicator
    assert (copy.asked, copy.points, copy.range_min, copy.is_main) == ("half", 4, 50, True)
    assert [kind.code for kind in copy.kinds.all()] == ["depot"]


def test_copy_year_proposes_what_was_agreed_last(movement, depot, planner):
    row = make_campaign_indicator(movement, make_indicator())
    make_target(depot, row, 8, comparator=">", milestones=(1, 3, 5), registered=7)

    root = years.copy_year(movement, year=2021, by=planner)

    target = Target.objects.get(campaign_indicator__campaign=root)
    assert (target.assigned, target.registered, target.agreed, target.comparator) == (8, None, None, ">=")
    change = target.changes.get()
    assert (change.field, change.after, change.by) == ("assigned", {"value": "8"}, planner)


def test_copy_year_names_targets_with_another_comparator_than_the_one_they_take(movement, depot, workshop, planner):
    row = make_campaign_indicator(movement, make_indicator(), comparator="<=")
    other = make_target(depot, row, 8, comparator=">=")
    make_target(workshop, row, 8)

    named = years.year_copy(movement, 2021).other_comparators
    years.copy_year(movement, year=2021, by=planner)

    assert named == [other]
    copies = Target.objects.filter(campaign_indicator__campaign__year=2021)
    assert set(copies.values_list("comparator", flat=True)) == {"<="}


def test_copy_year_leaves_units_that_have_ended(movement, department, depot, planner):
    gone = make_unit(department, "K9")
    row = make_campaign_indicator(movement, make_indicator())
    make_target(gone, row, 8)
    dissolve_unit(gone, effective=date(2020, 12, 1), by=root_administrator(), decision="1")

    preview = years.year_copy(movement, 2021)
    years.copy_year(movement, year=2021, by=planner)

    assert preview.left_units == ["Unit K9"]
    assert Target.objects.filter(campaign_indicator__campaign__year=2021).count() == 0


def test_copy_year_sets_up_rounds_that_ask_nothing_until_the_launch(movement, department, depot, planner):
    make_campaign_indicator(movement, make_indicator())

    root = years.copy_year(movement, year=2021, by=planner)

    assert Round.objects.filter(year=2021).count() == 4
    assert (Report.objects.count(), Summary.objects.count()) == (0, 0)
    chief = make_user("", (department, Role.COMMANDER))
    campaigns.launch_campaign(root, by=chief, on=date(2021, 1, 5), despite=True)
    assert Report.objects.filter(unit=depot).count() == 4


def test_copy_year_counts_in_the_preview_what_it_makes(movement, depot, planner):
    row = make_campaign_indicator(movement, make_indicator())
    left = make_campaign_indicator(movement, make_indicator(retired=True))
    make_target(depot, row, 8)

    preview = years.year_copy(movement, 2021)

    assert (len(preview.campaigns), preview.indicators, len(preview.targets)) == (1, [row], 1)
    assert (preview.left_indicators, preview.rounds) == ([left], 4)


def test_copy_year_into_a_year_with_a_movement_is_refused(movement, department, planner):
    make_campaign(department, year=2021)

    with translation.override("en"), pytest.raises(Refused) as caught:
        years.copy_year(movement, year=2021, by=planner)

    assert caught.value.messages == ["The year 2021 already has its movement."]


def test_copy_year_is_for_staff_of_the_launching_unit(movement, staff, commander):
    for user in (staff, commander):
        with pytest.raises(PermissionDenied):
            years.copy_year(movement, year=2021, by=user)


@pytest.mark.parametrize(
    ("extent", "names"),
    [
        ({}, {"Gốc", "Cuộc vận động"}),
        ({"lower": True}, {"Gốc", "Cuộc vận động", "Của kho"}),
        ({"drives": True}, {"Gốc", "Cuộc vận động", "Đợt"}),
        ({"lower": True, "drives": True}, {"Gốc", "Cuộc vận động", "Của kho", "Đợt", "Đợt của kho"}),
    ],
)
def test_copy_year_makes_what_was_chosen_and_names_the_rest(department, depot, planner, extent, names):
    root = make_campaign(department, name="Gốc")
    make_campaign(department, parent=root, name="Cuộc vận động")
    lower = make_campaign(depot, launching_unit=depot, parent=root, name="Của kho")
    drive = make_drive(department, parent=root, name="Đợt", launching_unit=department)
    make_drive(depot, parent=lower, name="Đợt của kho", launching_unit=depot)
    of_drive, of_year = (
        make_campaign_indicator(drive, make_indicator()),
        make_campaign_indicator(root, make_indicator()),
    )
    make_target(depot, of_drive, 1, drive=drive)
    make_target(depot, of_year, 2, drive=drive)
    make_target(depot, of_year, 3)
    chosen = years.Extent(**extent)

    left = years.year_copy(root, 2021, chosen).left_campaigns
    years.copy_year(root, year=2021, by=planner, extent=chosen)

    assert set(Campaign.objects.filter(year=2021).values_list("name", flat=True)) == names
    assert {row.name for row in left} == {"Gốc", "Cuộc vận động", "Của kho", "Đợt", "Đợt của kho"} - names
    copied = Target.objects.filter(campaign_indicator__campaign__year=2021).values_list("assigned", flat=True)
    assert set(copied) == ({1, 2, 3} if "drives" in extent else {3})


def test_copy_year_leaves_documents_unless_they_are_chosen(movement, planner):
    movement.documents.add(Document.objects.create(kind="plan", title="Kế hoạch"))
    assert list(years.copy_year(movement, year=2021, by=planner).documents.all()) == []


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("Phong trào thi đua năm 2020", "Phong trào thi đua năm 2021"),
        ("NĂM 2020: Năm 2020.", "NĂM 2021: Năm 2021."),
        (
            "giai đoạn năm 2020 – 2025, ngày 01/01/2020, năm 20201",
            "giai đoạn năm 2020 – 2025, ngày 01/01/2020, năm 20201",
        ),
        ("năm 2019", "năm 2019"),
    ],
)
def test_the_campaigns_own_year_is_renewed_and_nothing_else(text, after):
    assert renewed(text, 2020, 2021) == after


def test_copy_year_renews_name_and_goal_as_the_preview_says(movement, planner):
    movement.content = "Mục tiêu\nHoàn thành nhiệm vụ năm 2020."
    movement.save()

    lines = years.year_copy(movement, 2021).texts
    copy = years.copy_year(movement, year=2021, by=planner)

    assert [(line.before, line.after) for line in lines] == [
        ("Phong trào năm 2020", "Phong trào năm 2021"),
        ("Hoàn thành nhiệm vụ năm 2020.", "Hoàn thành nhiệm vụ năm 2021."),
    ]  # fmt: skip
    assert (copy.name, copy.content) == ("Phong trào năm 2021", "Mục tiêu\nHoàn thành nhiệm vụ năm 2021.")


def test_a_copy_says_before_its_launch_that_theme_and_content_are_of_the_old_year(movement, planner):
    movement.content = "Thực hiện Năm kỷ luật, kỷ cương.\nMục tiêu năm 2020: 100 % đơn vị an toàn."
    movement.save()
    root = years.copy_year(movement, year=2021, by=planner)

    def states():
        points = {point.key: point for point in launch_points(root, date(2021, 1, 1), planner)}
        return [points[key].state for key in ("theme", "content")], "2020" in points["theme"].words

    assert states() == (["advice", "advice"], True)
    root.theme, root.content = "Chủ đề mới", "Mục tiêu mới."
    root.save()
    assert states() == (["met", "met"], False)

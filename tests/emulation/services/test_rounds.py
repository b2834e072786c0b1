"""Sheets that follow the tree and the plan: an empty one goes, one that anything rests on stays."""

from datetime import date

import pytest

from emulation.models import CampaignIndicator, Report
from emulation.services.comments import add_comment
from emulation.services.placements import remove_indicator
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_evidence,
    make_indicator,
    make_rounds,
    make_user,
)
from units.models import Role
from units.services import dissolve_unit


@pytest.fixture
def sheet(region, depot, workshop, set_today):
    """The depot's empty sheet of a round that has opened."""
    set_today(date(2020, 3, 25))
    make_campaign_indicator(make_campaign(region), make_indicator("count"))
    return Report.objects.get(unit=depot, round=make_rounds()[1])


def comment(sheet, staff):
    add_comment(sheet, make_indicator("amount"), text="Xin hỏi cách tính", by=staff)


def evidence(sheet, staff):
    make_evidence(sheet, by=staff)


@pytest.mark.parametrize(("write", "kept"), [(comment, 1), (evidence, 1), (None, 0)])
def test_unit_is_dissolved_whatever_rests_on_its_empty_sheet(sheet, depot, staff, administrator, write, kept):
    if write:
        write(sheet, staff)
    dissolve_unit(depot, effective=date(2020, 3, 20), by=administrator, decision="12/QĐ")
    assert Report.objects.filter(unit=depot).count() == kept


def test_empty_sheet_that_is_asked_no_more_stays_with_its_comments(sheet, region, staff):
    comment(sheet, staff)
    remove_indicator(CampaignIndicator.objects.get(), by=make_user("planner", (region, Role.STAFF)))
    assert list(Report.objects.values_list("pk", flat=True)) == [sheet.pk]

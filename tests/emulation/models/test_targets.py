"""What the tables of targets refuse."""

from decimal import Decimal

from emulation.models import CampaignIndicator, Registration, Target
from tests.constraints import assert_refused
from tests.factories import make_campaign, make_campaign_indicator, make_drive, make_indicator, make_target
from tests.layers import built_once
from units.models import Unit, User


@built_once
def row(region: Unit) -> CampaignIndicator:
    return make_campaign_indicator(make_campaign(region), make_indicator())


def test_unit_has_one_target_a_year(region: Unit, row: CampaignIndicator) -> None:
    make_target(region, row, 5)
    assert_refused(Target(unit=region, campaign_indicator=row, comparator=">="), "target_once_a_year")


def test_unit_has_one_target_a_drive(region: Unit, row: CampaignIndicator) -> None:
    drive = make_drive(region)
    make_target(region, row, 5, drive=drive)
    again = Target(unit=region, campaign_indicator=row, comparator=">=", drive=drive)
    assert_refused(again, "target_once_a_drive")


def test_milestones_are_all_there_or_none(region: Unit, row: CampaignIndicator) -> None:
    target = Target(unit=region, campaign_indicator=row, comparator=">=", milestone_1=Decimal(1))
    assert_refused(target, "target_milestones_all_or_none")


def test_unit_registers_once_a_year(region: Unit) -> None:
    Registration.objects.create(unit=region, year=2020)
    assert_refused(Registration(unit=region, year=2020), "registration_once_a_year")


def test_unit_registers_once_a_drive_beside_the_year(region: Unit) -> None:
    drive, other = make_drive(region), make_drive(region)
    for row in (None, drive, other):
        Registration.objects.create(unit=region, year=2020, drive=row)
    assert_refused(Registration(unit=region, year=2020, drive=drive), "registration_once_a_drive")


def test_ready_registration_names_who_and_when(region: Unit, staff: User) -> None:
    assert_refused(Registration(unit=region, year=2020, ready_by=staff), "registration_ready_by_and_at_together")

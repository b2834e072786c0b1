"""A movement with one indicator, who writes and judges its targets, and a registration that was handed in."""

from decimal import Decimal

import pytest

from emulation.services import targets
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_user
from tests.layers import built_once
from units.models import Role


@built_once
def movement(department):
    return make_campaign(department)


@built_once
def row(movement, depot):
    return make_campaign_indicator(movement, make_indicator(name="Sáng kiến"))


@built_once
def superior(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def english(staff, commander, reviewer):
    for user in (staff, commander, reviewer):
        user.language = "en"
        user.save()


@pytest.fixture
def submitted(row, depot, staff, commander):
    targets.register(depot, 2020, {row.pk: Decimal(4)}, by=staff)
    return targets.hand_in_registration(depot, 2020, by=commander)

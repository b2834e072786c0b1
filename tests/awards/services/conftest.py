"""What decisions begin with: who signs, levels and awards, lines that have passed."""

from datetime import date

import pytest

from awards.models import DecidingLevel
from tests.factories import make_award, make_award_level, make_dossier, make_nomination, make_person, make_user
from tests.layers import built_once
from units.models import Role

DAY = date(2020, 12, 22)


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


@built_once
def clerk(department):
    return make_user("clerk", (department, Role.STAFF))


@built_once
def levels(department, region):
    """unit < base < region < ministry; the department decides base, the region its own level."""
    found = {code: make_award_level(code, order) for order, code in enumerate(("unit", "base", "region", "ministry"))}
    DecidingLevel.objects.create(kind=department.kind, level=found["base"])
    DecidingLevel.objects.create(kind=region.kind, level=found["region"])
    return found


@built_once
def award(levels):
    return make_award("CSTT", name="Chiến sĩ tiên tiến", level=levels["unit"])


@built_once
def flag(levels):
    return make_award("CO_BQP", name="Cờ thi đua", level=levels["ministry"])


@pytest.fixture
def passed(depot, staff, department):
    """A function: a passed line at the department for somebody of the depot."""

    def make(award, name="Lê An", **fields):
        dossier = fields.pop("dossier", None) or make_dossier(depot, staff, rule_day=DAY, received_on=DAY)
        place = {"stage": "passed", "holder": department, "rank": "Đại úy", "place": "Kho K1", "merit": "98,7 %"}
        return make_nomination(dossier, award, fields.pop("to", None) or make_person(depot, name), **place | fields)

    return make

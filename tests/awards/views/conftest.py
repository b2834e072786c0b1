"""What pages of papers and of dossiers begin with: who signs, awards, lines that have passed, a dossier."""

from datetime import date

import pytest

from awards.models import DecidingLevel
from tests.factories import (
    make_award,
    make_award_level,
    make_criterion,
    make_dossier,
    make_nomination,
    make_person,
    make_user,
)
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
def award(department):
    level = make_award_level("base", 2)
    DecidingLevel.objects.create(kind=department.kind, level=level)
    return make_award("CSTT", name="Chiến sĩ tiên tiến", level=level)


@built_once
def order(award):
    return make_award("HC", name="Huân chương", level=make_award_level("state", 5))


@pytest.fixture
def passed(depot, staff, department):
    """A function: passed lines at the department for people of the depot."""
    dossier = make_dossier(depot, staff, rule_day=DAY, received_on=DAY)

    def make(award, *names):
        place = {"stage": "passed", "holder": department, "place": "Kho K1"}
        return [make_nomination(dossier, award, make_person(depot, name), **place) for name in names]

    return make


@built_once
def title(db):
    award = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến")
    make_criterion(award, "task_rating", rating="well", text="Hoàn thành tốt")
    return award


@built_once
def dossier(depot, staff):
    return make_dossier(depot, staff)


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client

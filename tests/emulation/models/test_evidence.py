"""Constraints and reach of evidence files."""

from datetime import date

import pytest
from django.utils import timezone

from emulation.models import Evidence
from tests.constraints import assert_refused
from tests.factories import make_evidence, make_report, make_rounds, make_user
from units.models import Role


@pytest.fixture
def found(depot, staff, set_today):
    set_today(date(2020, 4, 8))
    return make_evidence(make_report(depot, make_rounds()[1]), by=staff)


def test_removal_names_who_when_and_why(found, staff):
    found.removed_by = staff
    assert_refused(found, "evidence_removed_by_at_and_why_together")
    found.removed_at = timezone.now()
    assert_refused(found, "evidence_removed_by_at_and_why_together")


def test_file_belongs_to_one_row(found):
    found.pk, found._state.adding = None, True
    assert_refused(found, "evidence_file_once")


def test_files_are_visible_to_readers_of_the_sheet(found, staff, reviewer, outsider, administrator, workshop):
    beside = make_user("beside", (workshop, Role.STAFF))
    people = (staff, reviewer, outsider, administrator, beside)
    assert [user for user in people if Evidence.objects.visible_to(user).exists()] == [staff, reviewer]

"""Constraints of attached files."""

from django.utils import timezone

from tests.constraints import assert_refused
from tests.factories import make_attachment, make_campaign
from tests.layers import built_once


@built_once
def found(department, staff):
    return make_attachment(make_campaign(department), staff)


def test_removal_names_who_when_and_why(found, staff):
    found.removed_by = staff
    assert_refused(found, "attachment_removed_by_at_and_why_together")
    found.removed_at = timezone.now()
    assert_refused(found, "attachment_removed_by_at_and_why_together")


def test_file_belongs_to_one_row(found):
    found.pk, found._state.adding = None, True
    assert_refused(found, "attachment_file_once")

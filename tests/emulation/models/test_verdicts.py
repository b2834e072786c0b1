"""What the table of verdicts refuses."""

import pytest
from django.utils import timezone

from emulation.models import OfficeVerdict
from tests.constraints import assert_refused
from tests.factories import make_indicator, make_office, make_report, make_rounds


@pytest.mark.parametrize(("agreed", "reason"), [(False, ""), (True, "Wrong.")])
def test_objection_has_a_reason_and_consent_has_none(depot, reviewer, agreed, reason):
    row = OfficeVerdict(
        report=make_report(depot, make_rounds()[1]), office=make_office(), indicator=make_indicator(), agreed=agreed,
        reason=reason, by=reviewer, at=timezone.now(),
    )  # fmt: skip
    assert_refused(row, "office_verdict_objects_with_reason")

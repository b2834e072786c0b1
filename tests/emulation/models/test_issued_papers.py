"""What the document register refuses."""

from datetime import date

from django.utils import timezone

from emulation.models import IssuedPaper
from tests.constraints import assert_refused
from tests.factories import make_issued_paper


def test_number_is_given_once_and_cancelled_whole(depot, commander):
    make_issued_paper(depot, commander)
    row = IssuedPaper(
        unit=depot, year=2020, kind="list", serial=1, number="1", title="x", day=date(2020, 1, 5), signer="A",
        by=commander, at=timezone.now(),
    )  # fmt: skip
    assert_refused(row, "issuedpaper_number_once")
    row.serial, row.cancelled_by = 2, commander
    assert_refused(row, "issuedpaper_cancelled_by_at_and_why_together")

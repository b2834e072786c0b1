"""Constraints of uploaded forms."""

from django.utils import timezone

from emulation.models import WorkbookUpload
from tests.constraints import assert_refused
from tests.factories import make_report, make_rounds


def test_one_upload_a_user_and_sheet(depot, staff):
    report = make_report(depot, make_rounds()[1])
    columns = {"report": report, "by": staff, "at": timezone.now(), "name": "a", "identity": {}, "rows": []}
    WorkbookUpload.objects.create(**columns)
    assert_refused(WorkbookUpload(**columns), "workbook_upload_once")

"""What the tables of layouts and templates refuse."""

from django.utils import timezone

from emulation.models import LayoutProfile, PaperTemplate
from tests.constraints import assert_refused


def test_layout_keeps_to_the_decree(depot):
    assert_refused(LayoutProfile(unit=depot, left=29), "layoutprofile_margins_of_the_decree")
    assert_refused(LayoutProfile(unit=depot, size=12), "layoutprofile_size_of_the_decree")
    LayoutProfile(unit=depot, top=25, bottom=20, left=35, right=15, size=14).full_clean()


def test_template_is_kept_whole(depot, staff):
    row = PaperTemplate(unit=depot, kind="report", file="x", by=staff, at=timezone.now())
    assert_refused(row, "papertemplate_file_with_name_and_sum")

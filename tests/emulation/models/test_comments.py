"""What the table of comments refuses."""

from emulation.models import Comment
from tests.constraints import assert_refused
from tests.factories import make_indicator, make_report, make_rounds


def test_comment_says_something(depot, staff):
    report = make_report(depot, make_rounds()[1])
    assert_refused(Comment(report=report, indicator=make_indicator(), by=staff, text=""), "comment_says_something")

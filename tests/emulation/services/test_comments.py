"""Who may say what about a line, and who is told."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import Comment, Notice
from emulation.services.comments import add_comment, mentioned
from tests.factories import make_indicator, make_report, make_rounds, make_user
from tests.layers import built_once
from units.errors import Refused
from units.models import Role


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def prizes(db):
    return make_indicator(name="Prizes")


@built_once
def report(depot, prizes):
    return make_report(depot, make_rounds()[1], {prizes: 5})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@an and @binh.", ["an", "binh"]),
        ("(@an), @an again", ["an"]),
        ("an@example.com costs 5 @ piece", []),
        ("@phòng-kt: see", ["phòng-kt"]),
        ("@", []),
    ],
)
def test_mentioned(text, names):
    assert mentioned(text) == names


def test_comment_mentions_people_and_tells_them(report, prizes, staff, reviewer):
    comment = add_comment(report, prizes, text="  Please look, @reviewer.  ", by=staff)
    assert (comment.text, comment.by, list(comment.mentions.all())) == ("Please look, @reviewer.", staff, [reviewer])
    found = Notice.objects.get()
    assert (found.user, found.kind, found.indicator, found.by) == (reviewer, "mentioned", prizes, staff)


@pytest.mark.parametrize("who", ["outsider", "nobody"])
def test_only_readers_of_the_sheet_are_mentioned(report, prizes, staff, outsider, who):
    with pytest.raises(Refused) as refused:
        add_comment(report, prizes, text=f"Ask @{who}", by=staff)
    assert refused.value.messages == [
        f"Nobody named @{who} can read this sheet. Correct the name, or leave out the @."
    ]
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  ", "Write what you want to say."),
        ("x" * 1001, "The comment has 1001 characters; at most 1000 are allowed."),
    ],
)
def test_comment_has_a_length(report, prizes, staff, text, message):
    with pytest.raises(Refused) as refused:
        add_comment(report, prizes, text=text, by=staff)
    assert refused.value.messages == [message]


def test_whoever_reads_the_sheet_comments_in_every_state(report, prizes, staff, commander, reviewer, department):
    chief = make_user("chief", (department, Role.COMMANDER))
    for state in ("draft", "approved"):
        report.state = state
        report.save()
        for user in (staff, commander, reviewer, chief):
            add_comment(report, prizes, text="Seen.", by=user)
    assert report.comments.count() == 8


def test_whoever_does_not_read_the_sheet_does_not_comment(report, prizes, outsider, administrator):
    for user in (outsider, administrator):
        with pytest.raises(PermissionDenied):
            add_comment(report, prizes, text="Seen.", by=user)

"""What the database refuses of kept files."""

import pytest
from django.utils import timezone

from awards.models import KeptPaper
from tests.constraints import assert_refused
from tests.factories import make_council, make_decision, make_session, make_submission, make_user
from tests.layers import built_once


@built_once
def owners(department):
    user = make_user()
    session = make_session(make_council(department, user), user)
    return {
        "submission": make_submission(department, user), "decision": make_decision(department, user),
        "session": session,
    }  # fmt: skip


def kept(what, number, **of):
    return KeptPaper(what=what, word=f"w{number}", pdf=f"p{number}", by=make_user(), at=timezone.now(), **of)


def test_a_file_is_of_one_paper(owners):
    for what, of in (
        ("letter", {}),
        ("letter", {"decision": owners["decision"]}),
        ("decision", {"decision": owners["decision"], "session": owners["session"]}),
        ("minutes", {"submission": owners["submission"]}),
    ):
        assert_refused(kept(what, 1, **of), "keptpaper_of_one_paper")


@pytest.mark.parametrize(
    ("owner", "what", "constraint"),
    [
        ("submission", "voteless", "keptpaper_once_of_submission"),
        ("decision", "decision", "keptpaper_once_of_decision"),
        ("session", "tally", "keptpaper_once_of_session"),
    ],
)
def test_a_paper_is_kept_once(owners, owner, what, constraint):
    kept(what, 1, **{owner: owners[owner]}).save()
    assert_refused(kept(what, 2, **{owner: owners[owner]}), constraint)

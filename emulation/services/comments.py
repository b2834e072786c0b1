"""Comments on the lines of a sheet, and the people they mention."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext as _

from emulation.models import Comment, Indicator, Notice, Report
from emulation.services import notices
from units import access
from units.errors import Refused
from units.models import User
from units.text import login_key

_MENTION = re.compile(r"(?<![\w.@+-])@([\w.@+-]+)")  # a user name as Django allows it, not an e-mail address


def mentioned(text: str) -> list[str]:
    """User names in `text`, in their order: "@an and @binh." names an and binh."""
    return list(dict.fromkeys(name.rstrip(".-+@") for name in _MENTION.findall(text) if name.strip(".-+@")))


@transaction.atomic
def add_comment(report: Report, indicator: Indicator, *, text: str, by: User) -> Comment:
    """Say something about a line. Whoever reads the sheet may, in every state of the sheet.

    Raises `Refused` for an empty or too long text, and for a mention of somebody who cannot read the sheet;
    `PermissionDenied` when `by` does not read it.
    """
    access.require(Report.objects.visible_to(by).filter(pk=report.pk).exists())
    text = text.strip()
    if not text:
        raise Refused(_("Write what you want to say."), "text")
    if len(text) > Comment.LONGEST:
        raise Refused(
            _("The comment has %(length)d characters; at most %(most)d are allowed.")
            % {"length": len(text), "most": Comment.LONGEST},
            "text",
        )
    people = _people(report, mentioned(text))
    comment = Comment.objects.create(report=report, indicator=indicator, by=by, text=text)
    comment.mentions.set(people)
    notices.tell(people, Notice.Kind.MENTIONED, report, by=by, text=text, indicator=indicator)
    return comment


def _people(report: Report, names: list[str]) -> list[User]:
    keys = {login_key(name): name for name in names}
    people = list(notices.readers(report).filter(login_key__in=keys)) if names else []
    strangers = [name for key, name in keys.items() if key not in {user.login_key for user in people}]
    if strangers:
        raise Refused(
            _("Nobody named %(names)s can read this sheet. Correct the name, or leave out the @.")
            % {"names": ", ".join(f"@{name}" for name in strangers)},
            "text",
        )
    return people

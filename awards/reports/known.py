"""What is known by now against lines that somebody judges, drafts a paper on or signs: said before it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from awards.models import Nomination, Objection
from awards.reports.differences import Difference, differences
from awards.reports.notices import notice_problems, standing
from units import clock
from units.models import User


@dataclass(frozen=True, slots=True)
class Known:
    """`difference`: what records say otherwise than at the hand-in, which may be gone on with knowingly; `stops`: an
    objection or a missing public notice, because of which the line is not decided as it is ("" where nothing does).
    """

    line: Nomination
    difference: Difference | None = None
    stops: str = ""


def known_of(user: User, lines: Iterable[Nomination], *, judges: bool = False) -> dict[int, Known]:
    """Line (key) → what is known against it, in the order of the lines; those without anything are left out.

    `judges`: for a member of a council, who reads all of it, objections with their text, and asks for no public
    notice. Ten queries at most beside those of `changed_today`.
    """
    lines = list(lines)
    differing = {one.line.pk: one for one in differences(user, lines, judges=judges)}
    stops = _objections(lines) if judges else notice_problems(lines, clock.today())
    return {
        line.pk: Known(line, differing.get(line.pk), stops.get(line.pk, ""))
        for line in lines
        if line.pk in differing or stops.get(line.pk)
    }


def _objections(lines: Iterable[Nomination]) -> dict[int, str]:
    return {key: _said(one) for key, one in standing(lines).items()}


def _said(objection: Objection) -> str:
    if objection.answered_at is None:
        return _("An objection to this nominee has not been answered.")
    day = date_format(localtime(objection.answered_at), "SHORT_DATE_FORMAT")
    words = _("An objection to this nominee was upheld on %(day)s: “%(text)s”")
    return words % {"day": day, "text": objection.text}

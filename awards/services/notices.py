"""Public notice of nominees: who is shown where and how long, objections and their answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awards import access
from awards.models import Nomination, Objection, PublicNotice
from awards.reports.notices import days_asked, length
from awards.reports.ready import acting
from awards.services.appraisals import refuse_own
from awards.services.steps import Stage, lock_lines
from units import clock
from units.access import require
from units.errors import Refused
from units.models import Unit, User
from units.text import normal

SHOWN = (Stage.SUBMITTED, Stage.APPRAISED, Stage.AT_COUNCIL, Stage.PASSED)  # stages in which nominees are shown


@transaction.atomic
def post_notice(
    unit: Unit, lines: Collection[int], *, place: str, since: date, until: date, by: User
) -> PublicNotice:
    """Show lines that stand at `unit` to the public. Raises `Refused` where it would be too short for an award."""
    require(access.keeps_notices(by, unit))
    found, held = lock_lines(lines), acting([unit])
    if not found:
        raise Refused(_("Choose at least one line."))
    wrong = [
        _("“%(line)s” does not stand here for judgement.") % {"line": line}
        for line in found
        if line.holder_id not in held or line.stage not in SHOWN
    ]
    days = max(days_asked(found, since).values())
    notice = PublicNotice(unit=unit, place=normal(place), since=since, until=until, by=by)
    notice.full_clean()
    if length(notice) < days:
        raise Refused(_("The notice has to last %(days)d days.") % {"days": days}, "until")
    if wrong:
        raise Refused(wrong)
    notice.save()
    notice.lines.set(found)
    return notice


@transaction.atomic
def record_objection(
    notice: PublicNotice, line: Nomination, *, whose: str, text: str, received: date, by: User
) -> Objection:
    """Write down what somebody objects to a nominee of the notice, as long as it changes something.

    The line is locked: who signs at the same moment sees the objection, or it is refused. Raises `Refused`.
    """
    require(access.keeps_notices(by, notice.unit))
    if not notice.lines.filter(pk=line.pk).exists():
        raise Refused(_("This nominee is not shown in the notice."), "line")
    [line] = lock_lines([line.pk])
    if line.stage in (Stage.DECIDED, *Nomination.OVER):
        raise Refused(
            _("“%(line)s” is “%(stage)s”: an objection changes nothing any more.")
            % {"line": line.name, "stage": line.get_stage_display()}, "line",
        )  # fmt: skip
    if received > clock.today() or received < notice.since:
        raise Refused(
            _("An objection is received on the first day of the notice or later, and not in the future."), "received"
        )
    objection = Objection(notice=notice, line=line, whose=normal(whose), text=normal(text), received=received, by=by)
    objection.full_clean(exclude=["upheld"])  # no answer yet
    objection.save()
    return objection


@transaction.atomic
def answer_objection(objection: Objection, *, upheld: bool, answer: str, by: User) -> Objection:
    """Settle an objection, once; nobody settles one to a line they wrote or handed in. Raises `Refused`."""
    require(access.concludes(by, objection.notice.unit))
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection.pk)
    if objection.upheld is not None:
        how = _("Upheld") if objection.upheld else _("Not upheld")
        words = _("This objection has been answered already. %(how)s: “%(answer)s”")
        raise Refused(words % {"how": how, "answer": objection.answer})
    refuse_own([objection.line], by)
    objection.upheld, objection.answer = upheld, normal(answer)
    objection.answered_by, objection.answered_at = by, timezone.now()
    objection.full_clean()
    objection.save()
    return objection

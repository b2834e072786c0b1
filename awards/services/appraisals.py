"""Appraisal where lines stand: opinions of offices in parallel, and the conclusion of the reviewer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards import access
from awards.models import Appraisal, Nomination
from awards.reports.opinions import in_spite_of, opinions_of, silent_offices, took_part
from awards.services.dossiers import refuse_short
from awards.services.steps import Kind, Stage, kept, lock_lines, refuse_differing, step
from units.access import require
from units.errors import LEAST_ORDER, Refused
from units.models import Office, User
from units.text import normal

APPRAISED, RETURNED, REJECTED = "appraised", "returned", "rejected"
STEPS = {APPRAISED: (Kind.APPRAISED, Stage.APPRAISED), RETURNED: (Kind.RETURNED, Stage.RETURNED),
         REJECTED: (Kind.REJECTED, Stage.REJECTED)}  # fmt: skip


def refuse_own(lines: Collection[Nomination], user: User) -> None:
    """Raises `Refused` where the user wrote or handed in one of the lines."""
    own = took_part(lines, user)
    if own:
        names = ", ".join(line.name for line in lines if line.pk in own)
        raise Refused(_("You wrote or handed in: %(names)s. Somebody else has to judge.") % {"names": names})


def _lines(keys: Collection[int]) -> list[Nomination]:
    found = lock_lines(keys)
    if not found:
        raise Refused(_("Choose at least one line."))
    return found


@transaction.atomic
def give_opinions(reasons: Mapping[int, str], office: Office, *, by: User) -> list[Nomination]:
    """Line (key) → why the office refuses it, "" where it agrees. A later opinion replaces the earlier one.

    Raises `Refused` for a refusal without a sufficient reason, lines that do not wait, and own lines.
    """
    lines = _lines(reasons)
    for line in lines:
        require(office.pk in access.speaks_for(by, line.holder))
        if line.stage != Stage.SUBMITTED:
            raise Refused(_("“%(line)s” does not wait for opinions: it is “%(stage)s”.")
                          % {"line": line.name, "stage": line.get_stage_display()})  # fmt: skip
        if reasons[line.pk]:
            refuse_short(reasons[line.pk])
    refuse_own(lines, by)
    now = timezone.now()
    for line in lines:
        reason = normal(reasons[line.pk])
        columns = {"agrees": not reason, "reason": reason, "by": by, "at": now}
        Appraisal.objects.update_or_create(line=line, unit=line.holder, office=office, defaults=columns)
        step(line, Kind.OPINION, line.stage, by=by, office=office, reason=reason, after={"agrees": not reason})
    return lines


@transaction.atomic
def conclude(
    keys: Collection[int], *, verdict: str, reason: str = "", known_changes: bool = False, by: User
) -> list[Nomination]:
    """As `conclude_each`, with one verdict and reason."""
    return conclude_each(dict.fromkeys(keys, (verdict, reason)), known_changes=known_changes, by=by)


@transaction.atomic
def conclude_each(
    verdicts: Mapping[int, tuple[str, str]], *, known_changes: bool = False, by: User
) -> list[Nomination]:
    """Conclude on lines (key → verdict, reason): appraised, returned to their unit for correction, or rejected.

    With the simplified procedure an appraised line has passed. A return and a rejection name a reason, and so
    does going on in spite of something (`in_spite_of`). That records say something else than at the hand-in is
    refused, unless it is known. The trace names offices that had not spoken.
    """
    lines = _lines(verdicts)
    for line in lines:
        _refuse_concluded(line, verdicts[line.pk][0], by)
    refuse_own(lines, by)
    opinions = opinions_of(lines)
    onwards = [line for line in lines if verdicts[line.pk][0] == APPRAISED]
    for verdict, reason in verdicts.values():
        if verdict != APPRAISED:
            refuse_short(reason)
    if wrong := unexplained({line: verdicts[line.pk][1] for line in onwards}, opinions):
        raise Refused(list(wrong.values()))
    differing = refuse_differing(onwards, known=known_changes, by=by)
    silent = silent_offices(lines, opinions)
    for line in lines:
        after = {"silent": silent[line.pk]} if silent[line.pk] else {}
        _conclude(line, *verdicts[line.pk], after=after | differing.get(line.pk, {}), by=by)
    return lines


def _refuse_concluded(line: Nomination, verdict: str, by: User) -> None:
    require(access.concludes(by, line.holder))
    if line.stage != Stage.SUBMITTED and (line.stage != Stage.APPRAISED or verdict == APPRAISED):
        words = _("“%(line)s” does not wait for a conclusion: it is “%(stage)s”.")
        raise Refused(words % {"line": line.name, "stage": line.get_stage_display()})


def _conclude(line: Nomination, verdict: str, reason: str, *, after: Mapping[str, Any], by: User) -> None:
    kind, stage = STEPS[verdict]
    home = line.dossier.unit if verdict == RETURNED else None
    step(line, kind, stage, by=by, at=line.holder, reason=normal(reason), holder=home, after=after)
    if verdict == RETURNED:
        forget_opinions(line)
    if verdict == APPRAISED and line.dossier.occasion.simplified:
        step(line, Kind.PASSED, Stage.PASSED, by=by, reason=kept(gettext_lazy("simplified procedure")))


@transaction.atomic
def conclude_many(
    keys: Collection[int], *, verdict: str, reason: str, known_changes: bool = False, by: User
) -> list[Nomination]:
    """As `conclude`. Where lines go on, the reason is written only on those that go on in spite of something."""
    if verdict != APPRAISED:
        return conclude(keys, verdict=verdict, reason=reason, by=by)
    lines = _lines(keys)
    opinions = opinions_of(lines)
    why = {line.pk: reason if in_spite_of(line, opinions.get(line.pk, ())) else "" for line in lines}
    verdicts = {key: (verdict, words) for key, words in why.items()}
    return conclude_each(verdicts, known_changes=known_changes, by=by)


def unexplained(
    reasons: Mapping[Nomination, str], opinions: Mapping[int, Sequence[Appraisal]]
) -> dict[Nomination, str]:
    """Lines that are to go on in spite of something, and whose reason is too short to say why; with the demand."""
    short = {line: in_spite_of(line, opinions.get(line.pk, ())) for line, reason in reasons.items()
             if len(normal(reason)) < LEAST_ORDER}  # fmt: skip
    words = _("“%(line)s”: %(what)s. Say in at least %(count)d characters why it goes on all the same.")
    return {
        line: words % {"line": line.name, "what": what.rstrip("."), "count": LEAST_ORDER}
        for line, what in short.items()
        if what
    }


def forget_opinions(line: Nomination) -> None:
    """A corrected line is judged anew by every office; what they said stays in the trace."""
    line.appraisals.all().delete()

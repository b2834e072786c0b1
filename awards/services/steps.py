"""Every step of a nomination: one function moves a line and writes the step into its trace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards.models import Award, Nomination, NominationEvent
from awards.reports.caps import exceeded
from awards.reports.differences import differences
from units.errors import Refused
from units.models import Office, Unit, User

Kind = NominationEvent.Kind
Stage = Nomination.Stage

# What is confirmed as known, by the box that is ticked for it: pages ask, services refuse to go on without.
CONFIRM = {
    "known_notices": gettext_lazy("Wait until it has ended, take these out, or confirm that you sign knowingly."),
    "over_caps": gettext_lazy("Confirm that the cap is exceeded knowingly, or take lines out."),
    "known_changes": gettext_lazy("Look at what has changed; return what no longer deserves it, or confirm that you "
                                  "go on knowingly."),
    "known_unpaid": gettext_lazy("Have the missing rule entered in the award catalogue, or confirm that you sign "
                                 "without these bonuses."),
    "known_signer": gettext_lazy("Correct the name, or confirm it."),
}  # fmt: skip

# From which stage a line may go where; the same stage again is a step that changes no stage.
NEXT: dict[str, frozenset[str]] = {
    Stage.DRAFT: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.SUBMITTED: frozenset({Stage.APPRAISED, Stage.RETURNED, Stage.REJECTED, Stage.WITHDRAWN}),
    Stage.APPRAISED: frozenset(
        {Stage.AT_COUNCIL, Stage.PASSED, Stage.SUBMITTED, Stage.RETURNED, Stage.REJECTED}
    ),
    Stage.RETURNED: frozenset({Stage.SUBMITTED, Stage.WITHDRAWN}),
    Stage.AT_COUNCIL: frozenset({Stage.PASSED, Stage.REJECTED, Stage.APPRAISED}),
    Stage.PASSED: frozenset({Stage.SUBMITTED, Stage.FORWARDED, Stage.DECIDED}),
    Stage.FORWARDED: frozenset({Stage.DECIDED, Stage.REJECTED, Stage.RETURNED}),
    Stage.WITHDRAWN: frozenset(),
    Stage.REJECTED: frozenset(),
    Stage.DECIDED: frozenset(),
}  # fmt: skip


def lock_lines(keys: Collection[int]) -> list[Nomination]:
    """The lines with what their services look at, locked in the order of their keys. In a transaction."""
    rows = Nomination.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return list(rows.select_related("dossier__unit", "dossier__occasion", "award", "holder", "person", "unit"))


def over_caps(unit: Unit, lines: Iterable[Nomination], *, known: bool) -> dict[int, str]:
    """Line (key) → what its trace says of the caps that it exceeds, in Vietnamese; "" where it exceeds none.

    Caps are data, some of doubtful source: nobody is stopped who says that it is `known`. Raises `Refused` otherwise.
    """
    lines = list(lines)
    found = exceeded(unit, lines)
    if found and not known:
        texts = [one.text for one in found]
        raise Refused([*texts, str(CONFIRM["over_caps"])], "over_caps")
    with translation.override("vi"):
        found = exceeded(unit, lines) if found else []
        words = _("Cap exceeded knowingly: %(caps)s")
    said = {line.pk: "; ".join(one.text for one in found if one.concerns(line, unit)) for line in lines}
    return {key: words % {"caps": text} if text else "" for key, text in said.items()}


def refuse_differing(
    lines: Iterable[Nomination], *, known: bool, by: User, judges: bool = False
) -> dict[int, dict[str, bool]]:
    """Refuse to go on with lines of which the records say something else today than when they were handed in, unless
    that is `known`; then line (key) → what its trace keeps of that (`after`). `judges`: as a member of a council.

    The trace does not say what differs: who reads it may not know of discipline.
    """
    found = differences(by, lines, judges=judges)
    if found and not known:
        raise Refused([*(one.text for one in found), str(CONFIRM["known_changes"])], "known_changes")
    return {one.line.pk: {"known_changes": True} for one in found}


def together(*said: str) -> str:
    """What the trace of a line says: of the paper, of a cap that it exceeds, of a public notice."""
    return "; ".join(filter(None, said))[:500]


def kept(words: Promise) -> str:
    """Words of the application as a trace keeps them: in Vietnamese, whatever the language of whoever does it."""
    with translation.override("vi"):
        return str(words)


def step(
    line: Nomination,
    kind: str,
    stage: str,
    *,
    by: User,
    at: Unit | None = None,
    reason: str = "",
    holder: Unit | None = None,
    award: Award | None = None,
    office: Office | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> NominationEvent:
    """Take a locked line to `stage`, with the reason, and hand it to `holder` or change its `award` where given.

    `at` is the level at which it happens: where the line stands unless said. Raises `Refused` where the line
    cannot go there from its present stage.
    """
    if stage != line.stage and stage not in NEXT[line.stage]:
        raise Refused(
            _("“%(line)s” is “%(stage)s”: it cannot become “%(next)s”.")
            % {"line": line.name, "stage": line.get_stage_display(), "next": Stage(stage).label}
        )
    event = NominationEvent.objects.create(
        line=line, kind=kind, stage=stage, unit=at or line.holder, office=office, reason=reason,
        before=dict(before or {}), after=dict(after or {}), by=by, at=timezone.now(),
    )  # fmt: skip
    line.stage, line.holder, line.award = stage, holder or line.holder, award or line.award
    line.save(update_fields=["stage", "holder", "award"])
    return event

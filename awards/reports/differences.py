"""What the records say today otherwise than when lines were handed in: a figure corrected, discipline decided since.

Findings are frozen at the hand-in and everybody judges by them; whoever takes a line further is told first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from awards.models import Nomination
from awards.reports.sight import discipline_shown, incidents_shown
from awards.reports.snapshots import Findings, Side, changed, changed_today, criterion_of, of_office, side_of
from awards.states import AWARD_STATES
from units.models import Office, User


@dataclass(frozen=True, slots=True)
class Difference:
    """A line whose criteria say something else today. `what`: which do, and what they said and say, as far as the
    reader may know; "" where the reader may read none of it.
    """

    line: Nomination
    what: str

    @property
    def words(self) -> str:
        return self.what or _("a record that you may not read says something else today")

    @property
    def text(self) -> str:
        return f"{self.line.name} ({self.line.award.label}): {self.words}"


def differences(
    user: User, lines: Iterable[Nomination], *, judges: bool = False, office: Office | None = None
) -> list[Difference]:
    """The lines that differ, in their order, as `user` may read it; `judges`: as a member of a council, in full.

    `office`: for who judges its criteria, those alone and in full; lines that differ in others alone are left out.

    Four queries at most beside those of `changed_today`; none where there are no lines.
    """
    keys = [line.pk for line in lines]
    if not keys:
        return []
    rows = Nomination.objects.filter(pk__in=keys).select_related(
        "award", "asked", "holder", "dossier", "person__unit", "unit"
    )
    now = changed_today(rows)
    place = {key: at for at, key in enumerate(keys)}
    found = sorted((row for row in rows if row.pk in now), key=lambda row: place[row.pk])
    if office is not None:
        told_of = ((row, _of_office(row.findings, now[row.pk], office.pk)) for row in found)
        return [Difference(row, words) for row, words in told_of if words]
    shown: Collection[int] = set(now) if judges else discipline_shown(user, found)
    told: Collection[int] = set(now) if judges else incidents_shown(user, found)
    return [
        Difference(row, _what(row.findings, now[row.pk], discipline=row.pk in shown, incidents=row.pk in told))
        for row in found
    ]


def _of_office(frozen: Findings | None, now: Findings, office: int) -> str:
    """The criteria of the office that differ."""
    before, after = of_office(frozen, office) or {"leaves": []}, of_office(now, office) or {"leaves": []}
    return _words(before, after, changed(before, after))


def _what(frozen: Findings | None, now: Findings, *, discipline: bool, incidents: bool) -> str:
    """The criteria that differ, of those that the reader sees, in the reader's language."""
    assert frozen is not None
    sight: dict[str, Any] = {"discipline": discipline, "incidents": incidents}
    before, after = side_of(frozen, **sight) or {"leaves": []}, side_of(now, **sight) or {"leaves": []}
    return _words(before, after, changed(frozen["full"], now["full"]) & changed(before, after))


def _words(before: Side, after: Side, told: Collection[tuple[str, int, str]]) -> str:
    old, new = ({criterion_of(leaf): leaf for leaf in side["leaves"]} for side in (before, after))
    words = [
        _("“%(criterion)s” – %(before)s, today %(today)s")
        % {
            "criterion": (new.get(key) or old[key])["text"],
            "before": said(old.get(key)),
            "today": said(new.get(key)),
        }
        for key in dict.fromkeys([*new, *old])
        if key in told
    ]
    return "; ".join(dict.fromkeys(words))


def said(leaf: Mapping[str, Any] | None) -> str:
    """How a criterion stands, with what was found; it may not have been asked."""
    if leaf is None:
        return _("not asked")
    state = str(AWARD_STATES["eligibility"][leaf["state"]][2])
    return f"{state.lower()} ({leaf['actual']})" if leaf["actual"] else state.lower()

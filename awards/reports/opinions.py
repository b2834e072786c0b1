"""Opinions of offices on lines, what speaks against a line, and who took part in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from awards.criteria import State
from awards.models import Appraisal, Nomination, NominationEvent
from awards.reports.snapshots import concerned, side_of
from units.models import Office, User

Kind = NominationEvent.Kind
WROTE = (Kind.CREATED, Kind.CHANGED, Kind.SUBMITTED)


def took_part(lines: Iterable[Nomination], user: User) -> set[int]:
    """Lines (keys) that the user wrote or handed in: others judge them. One query."""
    keys = [line.pk for line in lines]
    rows = NominationEvent.objects.filter(line__in=keys, by=user, kind__in=WROTE)
    return {line.pk for line in lines if line.by_id == user.pk} | set(rows.values_list("line_id", flat=True))


def wrote_q(user: User) -> Q:
    """The same for lists."""
    return Q(by=user) | Q(pk__in=NominationEvent.objects.filter(by=user, kind__in=WROTE).values("line"))


def in_spite_of(line: Nomination, opinions: Sequence[Appraisal]) -> str:
    """In spite of what the line would go on, in words: offices that refuse it, else criteria that are not met or
    not known and that not every office concerned has agreed to. "" where nothing speaks against it.
    """
    refusing = [one for one in opinions if not one.agrees]
    if refusing:
        return "; ".join(
            _("%(office)s refuses: “%(reason)s”") % {"office": one.office.label, "reason": one.reason}
            for one in refusing
        )
    side = side_of(line.findings, discipline=True)
    offices = concerned(line.findings)
    if side is None or side["state"] == State.MET or (offices and offices <= {one.office_id for one in opinions}):
        return ""
    texts = {"texts": "; ".join(side["missing"])}
    return _("Not met: %(texts)s") % texts if side["state"] == State.NOT_MET else _("No data yet: %(texts)s") % texts


def opinions_of(lines: Iterable[Nomination]) -> dict[int, list[Appraisal]]:
    """Line (key) → opinions at the level where it stands. One query."""
    holders = {line.pk: line.holder_id for line in lines}
    found: dict[int, list[Appraisal]] = defaultdict(list)
    for row in Appraisal.objects.filter(line__in=holders).select_related("office", "by"):
        if row.unit_id == holders[row.line_id]:
            found[row.line_id].append(row)
    return found


def silent_offices(
    lines: Iterable[Nomination], opinions: Mapping[int, Collection[Appraisal]]
) -> dict[int, list[str]]:
    """Line (key) → names of offices with criteria of it that have not spoken. One query."""
    names = {office.pk: office.label for office in Office.objects.all()}
    found = {}
    for line in lines:
        spoken = {row.office_id for row in opinions.get(line.pk, ())}
        found[line.pk] = [names[pk] for pk in names if pk in concerned(line.findings) - spoken]
    return found

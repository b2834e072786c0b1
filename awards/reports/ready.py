"""Lines that wait at a unit for its decision or its letter upwards, and those whose outcome is awaited."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.http import urlencode

from awards.models import (
    Award,
    AwardLevel,
    Council,
    Criterion,
    Decision,
    Nomination,
    Occasion,
    Submission,
    VoteRule,
)
from awards.reports.powers import Needed, Powers
from awards.succession import succeeded, superior_path
from units.models import Membership, Role, Unit

Stage = Nomination.Stage


Held = Mapping[int, Unit]


def acting(units: Iterable[Unit]) -> dict[int, Unit]:
    """Unit (key) → which of `units` acts for it: itself, and for dissolved direct subordinates their superior.

    One query.
    """
    units = list(units)
    by_path = {unit.path: unit for unit in units}
    found = {unit.pk: unit for unit in units}
    for unit in succeeded(units):
        found.setdefault(unit.pk, by_path[unit.superior])  # type: ignore[attr-defined]
    return found


def ready(held: Held) -> QuerySet[Nomination]:
    """Lines at units (of `acting`) that may be decided or forwarded now, in no draft of a paper.

    Passed ones; appraised ones where the unit has no council and the rules of the award ask for no vote; and those
    forwarded to the unit from below. Not those that the unit has sent on itself: their outcome is awaited.
    """
    rows = Nomination.objects.filter(holder__in=list(held))
    rows = rows.filter(Q(stage=Stage.PASSED) | unvoted_q() | Q(stage=Stage.FORWARDED) & ~Exists(sent_by_holder()))
    return rows.exclude(Exists(drafts_of(Submission, sent_at=None))).exclude(
        Exists(drafts_of(Decision, signed_at=None))
    )


def drafts_of(model: type[Submission] | type[Decision], **draft: None) -> QuerySet:
    return model.objects.filter(lines=OuterRef("pk"), **draft)


def unvoted_q() -> Q:
    """Appraised lines that pass without a vote: no council sits at their unit, and their rules ask for none."""
    council = Council.objects.active().filter(unit=OuterRef("holder"))
    vote = Q(Exists(_asked(VoteRule))) | Q(Exists(_asked(Criterion).filter(kind=Criterion.Kind.COUNCIL_VOTE)))
    return Q(stage=Stage.APPRAISED) & ~Q(Exists(council)) & ~vote


def to_be_voted(held: Held) -> QuerySet[Nomination]:
    """Appraised lines at units (of `acting`) with a council, by an occasion that needs one."""
    return Nomination.objects.filter(
        holder__in=list(held), stage=Stage.APPRAISED, dossier__occasion__simplified=False
    )


def _asked(model: type[VoteRule] | type[Criterion]) -> QuerySet:
    """Rules of the line's award in force on the day whose rules judge its dossier."""
    day = OuterRef("dossier__rule_day")
    return model.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=day), Q(valid_until=None) | Q(valid_until__gte=day),
        award=OuterRef("award"),
    )  # fmt: skip


def sent_by_holder() -> QuerySet[Submission]:
    return Submission.objects.filter(lines=OuterRef("pk"), unit=OuterRef("holder"), sent_at__isnull=False)


def awaited(held: Held, *, still: bool = False) -> QuerySet[Nomination]:
    """Forwarded lines that units (of `acting`) asked for by a letter, and whose outcome they record.

    Those that stand there still, and (not with `still`) those at a superior for which nobody decides here: who
    acts there decides or forwards them, and nobody below records in their place.
    """
    sent = Submission.objects.filter(lines=OuterRef("pk"), unit__in=list(held), sent_at__isnull=False)
    rows = Nomination.objects.filter(Exists(sent), stage=Stage.FORWARDED)
    stands = Exists(sent.filter(unit=OuterRef("holder")))
    if still:
        rows = rows.filter(stands)
    else:
        rows = rows.alias(superior=superior_path("holder")).filter(stands | ~Exists(deciders()))
    return rows.exclude(Exists(drafts_of(Submission, sent_at=None))).exclude(
        Exists(drafts_of(Decision, signed_at=None))
    )


def deciders() -> QuerySet[Membership]:
    """Who decides what stands at the holder, or at the `superior` (path) of a dissolved one: `access.signs` and
    `access.concludes` in one."""
    who = Q(role=Role.COMMANDER) | Q(role=Role.REVIEWER, office=None)
    return Membership.objects.active().filter(who, Q(unit=OuterRef("holder")) | Q(unit__path=OuterRef("superior")))


# The lines of a paper, on its page and in its list: the highest award first, then by dossier.
PAPER_ORDER = ("-award__order", "award__code", "dossier__unit__path", "dossier", "order", "pk")


def with_places(rows: QuerySet[Nomination]) -> QuerySet[Nomination]:
    """Lines with what papers and the authority matrix need of them; without the long texts."""
    return rows.select_related(
        "award__category", "holder", "person__unit", "served_in", "unit", "dossier__unit", "dossier__occasion",
        "dossier__campaign",
    ).defer("report", "achievements", "findings")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Ready lines of a unit with one occasion, year and who decides; `own`: the unit's commander decides them."""

    unit: Unit
    year: int
    occasion: Occasion
    needed: Needed
    own: bool
    count: int

    @property
    def query(self) -> str:
        """What the page of choosing lines is asked with."""
        query: dict[str, int | str] = {"year": self.year, "occasion": self.occasion.pk}
        if not self.own:
            query |= {"level": self.needed.level.code, "decides": self.needed.decides}
        return urlencode(query)


def groups(held: Held, powers: Powers) -> list[Group]:
    """Ready lines of units (of `acting`), counted by what goes into one paper. Three queries."""
    served = Coalesce("served_in__kind", "person__unit__kind")
    columns = ("holder", "dossier__year", "dossier__occasion", "award", served, "unit__kind")
    rows = list(ready(held).order_by().values_list(*columns).annotate(count=Count("pk")))
    awards = Award.objects.in_bulk({row[3] for row in rows})
    occasions = Occasion.objects.in_bulk({row[2] for row in rows})
    counts: Counter[tuple[int, int, int, Needed | None]] = Counter()
    for holder, year, occasion, award, person_kind, unit_kind, count in rows:
        subject, kind = ("unit", unit_kind) if person_kind is None else ("person", person_kind)
        needed = powers.needed(awards[award], subject, kind)
        # What the unit decides itself goes into one decision, whoever else might decide it.
        own = powers.decides(held[holder], needed)
        counts[held[holder].pk, year, occasion, None if own else needed] += count
    found = [
        Group(held[holder], year, occasions[key], needed or Needed(own_level(powers, held[holder]), ""),
              needed is None, count)
        for (holder, year, key, needed), count in counts.items()
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.unit.path, row.year, row.occasion.order, row.needed.level.order))


def own_level(powers: Powers, unit: Unit) -> AwardLevel:
    level = powers.own(unit)
    assert level is not None  # who decides something has a level
    return level


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready line with who decides it."""

    line: Nomination
    needed: Needed
    own: bool


def ready_lines(unit: Unit, powers: Powers) -> list[Ready]:
    """The unit's ready lines, in the order of papers. Two queries."""
    rows = with_places(ready(acting([unit]))).order_by(*PAPER_ORDER)
    return [Ready(line, needed := powers.of(line), powers.decides(unit, needed)) for line in rows]


def waiting_counts(held: Held) -> dict[int, int]:
    """Unit (key) → lines sent on by it whose outcome is to be recorded. One query."""
    return dict(Counter(held[key].pk for key in awaited(held, still=True).values_list("holder", flat=True)))

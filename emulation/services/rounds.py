"""Rounds: their calendar, the tree as it was in them, and the sheets they need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from emulation import periods
from emulation.models import Campaign, Lineage, Report, Result, Round
from emulation.services.plan import Plan, plan_of, slot
from emulation.services.summaries import rebuild, recompute
from units.models import Placement, Unit
from units.paths import segment
from units.services import TreeChange, lineage_on

Calendar = dict[int, tuple[date, date, date | None]]


def usual_calendar(year: int) -> Calendar:
    """quarter → opens, due, closes: open from the quarter's last ten days, due on the 10th after it."""
    found: Calendar = {}
    for quarter in (1, 2, 3, 4):
        end = periods.quarter_end(year, quarter)
        found[quarter] = (end - timedelta(days=9), end + timedelta(days=10), None)
    return found


@transaction.atomic
def set_up_rounds(year: int, calendar: Calendar | None = None) -> list[Round]:
    """The year's missing quarter rounds with their lineages and sheets. Existing rounds stay as they are."""
    calendar = calendar or usual_calendar(year)
    known = set(Round.objects.quarters().filter(year=year).values_list("quarter", flat=True))
    made = []
    for quarter, (opens, due, closes) in sorted(calendar.items()):
        if quarter not in known:
            made.append(Round(year=year, quarter=quarter, opens=opens, due=due, closes=closes))
            made[-1].full_clean()
            made[-1].save()
            place_units(made[-1])
    make_sheets(made)
    if made:
        rebuild(year)  # new rounds bring new expected cells for everybody
    return made


@transaction.atomic
def set_up_drive_round(drive: Campaign, *, opens: date, due: date, closes: date | None) -> Round:
    """The round at the end of a peak drive."""
    round_ = Round(year=drive.year, drive=drive, opens=opens, due=due, closes=closes)
    round_.full_clean()
    round_.save()
    place_units(round_)
    make_sheets([round_])
    return round_


def place_units(round_: Round) -> None:
    """Write where every unit stood on the last day of the round's period.

    A unit dissolved inside the period keeps its last place in it when it has figures of the round.
    """
    chains = lineage_on(round_.last_day)
    for unit, last_day in _ended_with_figures(round_, chains):
        chain = lineage_on(last_day).get(unit, [])
        for depth, superior in enumerate(chain, start=1):
            chains.setdefault(superior, chain[:depth])
    parents = {chain[-2] for chain in chains.values() if len(chain) > 1}
    wanted = {
        unit: (chain[-2] if len(chain) > 1 else None, "".join(map(segment, chain)), unit not in parents)
        for unit, chain in chains.items()
    }
    changed, gone = [], []
    for lineage in round_.lineages.all():
        place = wanted.pop(lineage.unit_id, None)
        if place is None:
            gone.append(lineage.pk)
        elif place != (lineage.parent_id, lineage.path, lineage.is_leaf):
            lineage.parent_id, lineage.path, lineage.is_leaf = place
            changed.append(lineage)
    Report.objects.filter(lineage__in=gone, state=Report.State.NOT_STARTED, results=None).delete()
    Lineage.objects.filter(pk__in=gone, report=None).delete()
    Lineage.objects.bulk_update(changed, ["parent", "path", "is_leaf"], batch_size=500)
    Lineage.objects.bulk_create(
        (
            Lineage(round=round_, unit_id=unit, parent_id=parent, path=path, is_leaf=is_leaf)
            for unit, (parent, path, is_leaf) in wanted.items()
        ),
        batch_size=1000,
    )


def _ended_with_figures(round_: Round, chains: dict[int, list[int]]) -> Iterable[tuple[int, date]]:
    """Units that ended inside the period and have figures in it, each with its last day."""
    ended = Unit.objects.filter(dissolved__gt=round_.first_day, dissolved__lte=round_.last_day)
    with_figures = Result.objects.filter(report__round=round_).values("report__unit")
    for unit, dissolved in ended.filter(pk__in=with_figures).values_list("pk", "dissolved"):
        if unit not in chains:
            yield unit, dissolved - timedelta(days=1)


def make_sheets(rounds: Iterable[Round], units: Iterable[int] | None = None) -> None:
    """The missing sheets of every unit that is asked something, in the state *not started*."""
    plans: dict[tuple[int, int | None], Plan] = {}
    for round_ in rounds:
        plan = plans.setdefault((round_.year, round_.drive_id), plan_of(round_))
        lineages = round_.lineages.filter(report=None)
        if units is not None:
            lineages = lineages.filter(unit__in=list(units))
        Report.objects.bulk_create(
            (
                Report(unit_id=unit, round=round_, lineage_id=lineage)
                for lineage, unit, kind, path in lineages.values_list("pk", "unit_id", "unit__kind_id", "path")
                if plan.asks(kind, path, slot(round_))
            ),
            batch_size=1000,
        )


def fit_sheets(rounds: Iterable[Round]) -> None:
    """Sheets for just the units that are asked something; a sheet on which something happened stays."""
    rounds = list(rounds)
    make_sheets(rounds)
    for round_ in rounds:
        plan = plan_of(round_)
        untouched = round_.reports.filter(state=Report.State.NOT_STARTED, results=None, changes=None, events=None)
        places = untouched.values_list("pk", "unit__kind_id", "lineage__path")
        unasked = [pk for pk, kind, path in places if not plan.asks(kind, path, slot(round_))]
        Report.objects.filter(pk__in=unasked).delete()


def follow_tree(change: TreeChange) -> None:
    """Bring rounds whose period ends on or after a change of the tree up to date (see `units.services`)."""
    quarters, drives = [], []
    for round_ in Round.objects.select_related("drive"):
        if change.since is None or round_.last_day >= change.since:
            (drives if round_.drive_id else quarters).append(round_)
    if not quarters and not drives:
        return
    touched = [*change.units, *change.superiors]
    for round_ in [*quarters, *drives]:
        place_units(round_)
    make_sheets([*quarters, *drives], change.units)
    for year in sorted({round_.year for round_ in quarters}):
        recompute(touched, year=year)
    for round_ in drives:
        recompute(touched, year=round_.year, drive=round_.drive)


def existed_in(unit: Unit, round_: Round) -> bool:
    """Whether the unit existed on any day of the round's period."""
    return (unit.established is None or unit.established <= round_.last_day) and (
        unit.dissolved is None or unit.dissolved > round_.first_day
    )


def place_of(unit: Unit, round_: Round) -> Lineage:
    """The unit's place in the round, made when it is missing (a unit that ended inside the period)."""
    found = Lineage.objects.filter(unit=unit, round=round_).first()
    if found is None:
        day = min(round_.last_day, unit.dissolved - timedelta(days=1)) if unit.dissolved else round_.last_day
        chain = lineage_on(day)[unit.pk]
        if len(chain) > 1:
            place_of(Unit.objects.get(pk=chain[-2]), round_)
            Lineage.objects.filter(round=round_, unit=chain[-2]).update(is_leaf=False)
        found = Lineage.objects.create(
            round=round_,
            unit=unit,
            parent_id=chain[-2] if len(chain) > 1 else None,
            path="".join(map(segment, chain)),
            is_leaf=not Placement.objects.on(day).filter(parent=unit).exists(),
        )
    return found

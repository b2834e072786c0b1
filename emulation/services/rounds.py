"""Rounds: their calendar, the tree as it was in them, and the sheets they need."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Q

from emulation import periods
from emulation.models import Campaign, Lineage, Report, Round
from emulation.reports.feeds import entries_for
from emulation.reports.plan import plans_of, slot
from emulation.reports.rounds import untouched
from emulation.services.summaries import rebuild, recompute
from units.models import Placement, Unit
from units.paths import branch_q, branches_q, segment
from units.reports.lineages import lineages_on
from units.services import TreeChange

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
            made[-1].clean_fields()
            made[-1].save()
    place_units(made)
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
    place_units([round_])
    make_sheets([round_])
    return round_


def place_units(rounds: Iterable[Round]) -> None:
    """Write where every unit stood on the last day of each round's period.

    A unit that has ended by then, or begins later, but on whose sheet of the round something happened, or for
    whose sheet registers hold entries, keeps its last place, or has its first one, below the nearest of its
    superiors that is placed in the round.
    """
    rounds = list(rounds)
    trees = lineages_on({round_.last_day for round_ in rounds})
    wanted = {round_.pk: dict(trees[round_.last_day]) for round_ in rounds}
    _add_ended(rounds, wanted)
    places = {
        (pk, unit): (chain[-2] if len(chain) > 1 else None, "".join(map(segment, chain)))
        for pk, chains in wanted.items()
        for unit, chain in chains.items()
    }
    inner = {(pk, parent) for (pk, _unit), (parent, _path) in places.items()}
    changed, gone = [], []
    for lineage in Lineage.objects.filter(round__in=rounds):
        key = (lineage.round_id, lineage.unit_id)
        place = places.pop(key, None)
        if place is None:
            gone.append(lineage.pk)
        elif (*place, key not in inner) != (lineage.parent_id, lineage.path, lineage.is_leaf):
            lineage.parent_id, lineage.path = place
            lineage.is_leaf = key not in inner
            changed.append(lineage)
    Report.objects.filter(lineage__in=gone).delete()
    Lineage.objects.filter(pk__in=gone).delete()
    Lineage.objects.bulk_update(changed, ["parent", "path", "is_leaf"], batch_size=500)
    Lineage.objects.bulk_create(
        (
            Lineage(round_id=key[0], unit_id=key[1], parent_id=parent, path=path, is_leaf=key not in inner)
            for key, (parent, path) in places.items()
        ),
        batch_size=1000,
    )


def _add_ended(rounds: Iterable[Round], wanted: dict[int, dict[int, list[int]]]) -> None:
    """Add to the rounds' chains the units that do not exist on the last day and have more than an empty sheet."""
    absent = Q(pk__in=[])
    last_days = {round_.pk: round_.last_day for round_ in rounds}
    for round_, day in last_days.items():
        absent |= (Q(unit__dissolved__lte=day) | Q(unit__established__gt=day)) & Q(round=round_)
    found = Report.objects.filter(absent)
    kept = set(found.exclude(untouched()).values_list("round_id", "unit_id"))
    empty = found.filter(untouched()).select_related("round__drive", "unit", "lineage")
    kept |= {(report.round_id, report.unit_id) for report in empty if entries_for(report)}
    ended = [(round_, unit) for round_, unit in kept if unit not in wanted[round_]]
    if not ended:
        return
    oldest_first = Placement.objects.order_by(F("since").asc(nulls_first=True))
    placements = list(oldest_first.values_list("unit_id", "parent_id"))
    latest, first = dict(placements), dict(reversed(placements))
    established = dict(Unit.objects.exclude(established=None).values_list("pk", "established"))

    def superior_of(round_: int, unit: int) -> int | None:
        begins = established.get(unit)
        return (first if begins is not None and begins > last_days[round_] else latest).get(unit)

    def chain_of(round_: int, unit: int) -> list[int]:
        chains = wanted[round_]
        if unit not in chains:
            superior = superior_of(round_, unit)
            while superior is not None and superior not in chains and (round_, superior) not in ended:
                superior = superior_of(round_, superior)
            chains[unit] = [*(chain_of(round_, superior) if superior is not None else []), unit]
        return chains[unit]

    for round_, unit in ended:
        chain_of(round_, unit)


def make_sheets(rounds: Iterable[Round], units: Iterable[int] | None = None) -> None:
    """The missing sheets of every unit that is asked something, in the state *not started*."""
    of_round = {round_.pk: round_ for round_ in rounds}
    plans = plans_of(of_round.values())
    lineages = Lineage.objects.filter(round__in=of_round, report=None)
    if units is not None:
        lineages = lineages.filter(unit__in=list(units))
    places = lineages.order_by("round", "path").values_list("pk", "round_id", "unit_id", "unit__kind_id", "path")
    Report.objects.bulk_create(
        (
            Report(unit_id=unit, round=of_round[round_], lineage_id=lineage)
            for lineage, round_, unit, kind, path in places
            if plans[round_].asks(kind, path, slot(of_round[round_]))
        ),
        batch_size=1000,
    )


def fit_sheets(rounds: Iterable[Round], units: Iterable[int] | None = None) -> None:
    """Sheets for just the units that are asked something; a sheet on which something happened stays."""
    of_round = {round_.pk: round_ for round_ in rounds}
    units = None if units is None else list(units)
    make_sheets(of_round.values(), units)
    plans = plans_of(of_round.values())
    empty = Report.objects.filter(untouched(), round__in=of_round)
    if units is not None:
        empty = empty.filter(unit__in=units)
    places = empty.values_list("pk", "round_id", "unit__kind_id", "lineage__path")
    unasked = [pk for pk, at, kind, path in places if not plans[at].asks(kind, path, slot(of_round[at]))]
    Report.objects.filter(pk__in=unasked).delete()


def hold_sheets(unit: Unit, since: date | None) -> None:
    """Lock the empty sheets that a change of the unit's branch may delete (see `units.services.tree.hold`)."""
    sheets = Report.objects.filter(branch_q(unit.path, "unit__path"), state=Report.State.NOT_STARTED)
    if since is not None:
        sheets = sheets.filter(round__year__gte=since.year)
    list(sheets.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def follow_tree(change: TreeChange) -> None:
    """Bring rounds whose period ends on or after a change of the tree up to date (see `units.services`)."""
    quarters: list[Round] = []
    drives: list[Round] = []
    for round_ in Round.objects.select_related("drive"):
        if change.since is None or round_.last_day >= change.since:
            (drives if round_.drive_id else quarters).append(round_)
    if not quarters and not drives:
        return
    place_units([*quarters, *drives])
    moved = _branches_of(change.units, [*quarters, *drives])
    fit_sheets([*quarters, *drives], moved)
    touched = moved | change.superiors  # what is asked may differ under another superior
    for year in sorted({round_.year for round_ in quarters}):
        recompute(touched, year=year)
    for round_ in drives:
        recompute(touched, year=round_.year, drive=round_.drive)


def _branches_of(units: Iterable[int], rounds: Iterable[Round]) -> set[int]:
    """The units and everything that stands below them in the rounds."""
    places = Lineage.objects.filter(round__in=list(rounds))
    paths = places.filter(unit__in=units).values_list("path", flat=True).distinct()
    return {*units, *places.filter(branches_q(paths)).values_list("unit_id", flat=True)}


def place_ended(units: Iterable[int], days: Iterable[date]) -> None:
    """Sheets of units that have ended for entries of registers that were written since, of days before their end.

    Called when the entries stand: of the rounds that speak of none of them, the places go again at once.
    """
    days = list(days)
    for unit in Unit.objects.filter(pk__in=units, dissolved__gt=min(days)):
        without = Round.objects.filter(year__in={day.year for day in days}).exclude(reports__unit=unit)
        rounds = [
            round_ for round_ in without.select_related("drive")
            if unit.dissolved and round_.last_day >= max(unit.dissolved, min(days))
        ]  # fmt: skip
        for round_ in rounds:
            place_of(unit, round_)
        make_sheets(rounds, [unit.pk])
        place_units(rounds)
        for round_ in rounds:
            recompute([unit.pk], year=round_.year, quarter=round_.quarter, drive=round_.drive)


def existed_in(unit: Unit, round_: Round) -> bool:
    """Whether the unit existed on any day of the round's period."""
    return (unit.established is None or unit.established <= round_.last_day) and (
        unit.dissolved is None or unit.dissolved > round_.first_day
    )


def place_of(unit: Unit, round_: Round) -> Lineage:
    """The unit's place in the round, made when it is missing: for a unit that has ended before the last day.

    Once its sheet has figures, `place_units` puts everything below it in order.
    """
    found = Lineage.objects.filter(unit=unit, round=round_).first()
    if found is not None:
        return found
    superior: Unit | None = unit
    above = None
    while above is None and superior is not None:
        superior = superior.placements.select_related("parent").get(until=None).parent
        above = Lineage.objects.filter(unit=superior, round=round_).first()
    if above is not None:
        Lineage.objects.filter(pk=above.pk).update(is_leaf=False)
    path = (above.path if above else "") + segment(unit.pk)
    return Lineage.objects.create(round=round_, unit=unit, parent=superior, path=path)

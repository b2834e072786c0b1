"""What the move of a unit means for sheets, figures and targets, before it is recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Lineage, Registration, Report, Result, Round, Target
from emulation.reports.plan import Plan, plans_of, slot
from emulation.reports.rounds import untouched
from units.models import Unit
from units.paths import branch_q, path_ids
from units.reports.dissolution import Consequence
from units.reports.moves import desks, moved_path, named, nobody


@dataclass
class Follows:
    """What becomes of the branch's sheets of rounds that end on or after the day; each in words.

    `dropped`: sheets on which something was entered that is no longer asked. `kept` counts sheets approved already.
    """

    kept: int = 0
    gone: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    no_longer: set[tuple[int, int]] = field(default_factory=set)  # unit, indicator


def of_move(unit: Unit, parent: Unit, day: date) -> Iterator[Consequence]:
    """Figures, sheets that go and come, lines that fall away, targets, registrations. Its queries do not grow."""
    rounds = [row for row in Round.objects.select_related("drive") if row.last_day >= day]
    follows = _follows(unit, parent, rounds)
    yield Consequence(_("Figures"), _figures(unit, parent, day, rounds, follows.kept))
    yield Consequence(_("Sheets that fall away"), named(follows.gone) or _("None falls away."))
    if follows.new:
        yield Consequence(_("New sheets"), named(follows.new))
    if follows.dropped:
        words = _(
            "What was entered stays on the sheet, marked as no longer asked, and counts once the sheet is approved;"
            " clear what is not to be reported before handing in: %(sheets)s."
        )
        yield Consequence(_("Lines no longer asked"), words % {"sheets": named(follows.dropped)})
    if follows.added:
        yield Consequence(_("Lines newly asked"), named(follows.added))
    yield from _targets(unit, parent, day, follows)


def _figures(unit: Unit, parent: Unit, day: date, rounds: list[Round], approved: int) -> str:
    """From which round on its figures count under the new superior."""
    first = min((row for row in rounds if row.year == day.year), key=lambda row: row.last_day, default=None)
    old = Unit.objects.get(pk=path_ids(unit.path)[-2]) if not unit.is_root else unit
    if first is None:
        return _("Rounds that ended before stay under %(old)s.") % {"old": old}
    words = _("From %(round)s on they count under %(parent)s; rounds that ended before stay under %(old)s.") % {
        "round": first, "parent": parent, "old": old
    }  # fmt: skip
    if approved:
        words += " " + ngettext(
            "%(count)d sheet that is approved already goes over, too.",
            "%(count)d sheets that are approved already go over, too.",
            approved,
        ) % {"count": approved}
    return words


def _follows(unit: Unit, parent: Unit, rounds: list[Round]) -> Follows:
    of_round, plans = {row.pk: row for row in rounds}, plans_of(rounds)
    above = dict(Lineage.objects.filter(unit=parent, round__in=rounds).values_list("round", "path"))
    rows = Lineage.objects.filter(branch_q(unit.path, "unit__path"), round__in=rounds)
    places = list(rows.select_related("unit", "report").order_by("round__year", "round__quarter", "path"))
    sheets = Report.objects.filter(lineage__in=[place.pk for place in places])
    empty = set(sheets.filter(untouched()).values_list("pk", flat=True))
    typed: dict[int, set[int]] = defaultdict(set)
    for report, indicator in Result.objects.filter(report__in=sheets.exclude(pk__in=empty)).values_list(
        "report_id", "indicator_id"
    ):
        typed[report].add(indicator)
    found = Follows()
    for place in places:
        if unit.pk in path_ids(place.path):
            round_ = of_round[place.round_id]
            path = moved_path(place.path, unit, above.get(round_.pk, parent.path))
            before, after = (_asked(plans[round_.pk], place.unit, p, slot(round_)) for p in (place.path, path))
            _one(found, place, round_, before, after, typed, empty)
    return found


def _asked(plan: Plan, unit: Unit, path: str, quarter: int) -> set[int]:
    """Indicators that the unit is asked at the place in the quarter."""
    return {pk for pk, row in plan.for_unit(unit.kind_id, path).items() if quarter in row.quarters}


def _one(
    found: Follows, place: Lineage, round_: Round, before: set[int], after: set[int], typed: dict[int, set[int]],
    empty: set[int],
) -> None:  # fmt: skip
    """What becomes of the sheet at one place."""
    report: Report | None = getattr(place, "report", None)
    name = f"{place.unit.short}, {round_}"
    found.no_longer |= {(place.unit_id, pk) for pk in before - after}
    if report is None:
        found.new += [name] if after else []
        return
    found.kept += report.state == Report.State.APPROVED
    if report.pk in empty:
        found.gone += [name] if not after else []
        return
    state, entered = report.get_state_display(), typed[report.pk]
    if lost := len(entered & (before - after)):
        words = _("%(sheet)s (%(state)s): %(lost)d of %(entered)d figures entered")
        found.dropped.append(words % {"sheet": name, "state": state, "lost": lost, "entered": len(entered)})
    if extra := len(after - before - entered):
        words = ngettext("%(sheet)s (%(state)s): %(count)d line", "%(sheet)s (%(state)s): %(count)d lines", extra)
        found.added.append(words % {"sheet": name, "state": state, "count": extra})


def _targets(unit: Unit, parent: Unit, day: date, follows: Follows) -> Iterator[Consequence]:
    inside = branch_q(unit.path, "unit__path")
    agreed = Target.objects.agreed_in(day.year).filter(inside, drive=None)
    pairs = list(agreed.values_list("unit_id", "campaign_indicator__indicator_id"))
    if pairs:
        words = ngettext(
            "%(count)d target agreed for %(year)d in the branch stays as it was agreed.",
            "%(count)d targets agreed for %(year)d in the branch stay as they were agreed.",
            len(pairs),
        )
        said = [words % {"count": len(pairs), "year": day.year}]
        if lost := sum(pair in follows.no_longer for pair in pairs):
            said.append(
                _("Of these, %(count)d are for figures no longer asked: periods with such rounds are not judged.")
                % {"count": lost}
            )
        said.append(
            _(
                "Sums of targets follow the quarters; targets agreed for the superiors themselves are not divided:"
                " who reviews them may change them, with a reason."
            )
        )
        yield Consequence(_("Targets"), " ".join(said))
    waiting = Registration.objects.filter(inside, state=Registration.State.SUBMITTED).select_related("unit", "drive")
    if rows := [str(row) for row in waiting]:
        now, then = desks(unit, parent)
        words = _("Handed in, at the desk of %(now)s, afterwards of %(then)s: %(rows)s.")
        yield Consequence(
            _("Registrations of targets"),
            words % {"now": now or nobody(), "then": then or nobody(), "rows": named(rows)},
        )
    open_ = Report.objects.filter(inside, state__in=Report.HANDED_IN).exclude(state=Report.State.APPROVED)
    open_ = open_.select_related("unit", "round__drive").order_by("round__year", "round__quarter", "unit__path")
    sheets = [f"{row.unit.short}, {row.round} ({row.get_state_display()})" for row in open_]
    if sheets:
        now, then = desks(unit, parent)
        words = _("At the desk of %(now)s, afterwards of %(then)s: %(rows)s.")
        yield Consequence(
            _("Sheets handed in"),
            words % {"now": now or nobody(), "then": then or nobody(), "rows": named(sheets)},
        )

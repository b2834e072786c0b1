"""Completeness and timeliness of a branch in one round: who has handed in, when, and who owes a sheet.

A sheet is *on time* or *late* by the first hand-in that the unit did not withdraw, against the due date
that counts for it (with its extension); a return takes nothing from that. *Overdue* is one that was never
handed in and whose due date has passed on the day shown; *pending* one that still has time. A sheet that
was approved without a hand-in (figures of earlier years) is none of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Substr
from django.utils import timezone

from emulation.models import Lineage, Report, Round
from emulation.models.reports import ReportQuerySet
from emulation.reports.extensions import BEGUN, extended_in, round_terms
from emulation.reports.progress import place_order
from emulation.reports.sheets import state_of
from emulation.terms import Terms
from units import clock
from units.models import User
from units.paths import WIDTH, branch_q
from units.reports.officers import Lack, lacks

State = Report.State
READY = "ready"  # reported by the staff: it waits for the unit's commander
ON_TIME, LATE, OVERDUE, PENDING, NONE = "on_time", "late", "overdue", "pending", ""


def timeliness(terms: Terms, state: str, handed_in: date | None, today: date) -> str:
    """on_time, late, overdue, pending, or empty; see above."""
    if handed_in is not None:
        return LATE if terms.late(handed_in) else ON_TIME
    if state not in BEGUN:
        return NONE
    return OVERDUE if today > terms.due else PENDING


def _timeliness_case(terms: Terms, today: date) -> Case:
    """The same in SQL, for sheets to which `terms` apply."""
    after = timezone.make_aware(datetime.combine(terms.due + timedelta(days=1), time.min))
    return Case(
        When(handed_in_at__gte=after, then=Value(LATE)),
        When(handed_in_at__isnull=False, then=Value(ON_TIME)),
        When(~Q(state__in=BEGUN), then=Value(NONE)),
        default=Value(OVERDUE if today > terms.due else PENDING),
        output_field=CharField(),
    )


def _shown_state() -> Case:
    """`reports.sheets.state_of` in SQL."""
    ready = When(ready_at__isnull=False, state__in=Report.EDITABLE, then=Value(READY))
    return Case(ready, default=F("state"), output_field=CharField())


@dataclass(slots=True)
class Counts:
    """Sheets by state, as it is shown, and by timeliness."""

    states: Counter[str] = field(default_factory=Counter)
    times: Counter[str] = field(default_factory=Counter)

    def add(self, state: str, when: str, count: int = 1) -> None:
        self.states[state] += count
        self.times[when] += count

    @property
    def sheets(self) -> int:
        return self.states.total()

    @property
    def handed_in(self) -> int:
        return sum(self.states[state] for state in Report.HANDED_IN)

    @property
    def cells(self) -> list[int]:
        """Counts in the order of `SHOWN`, then of `TIMES`."""
        return [*(self.states[state] for state in SHOWN), *(self.times[when] for when in TIMES)]

    @property
    def percent(self) -> str:
        return f"{self.handed_in * 100 / self.sheets:.2f}" if self.sheets else "0"


SHOWN = (State.NOT_STARTED, State.DRAFT, READY, *list(State)[2:])  # states in the order of a sheet's life
TIMES = (ON_TIME, LATE, OVERDUE)


@dataclass(frozen=True, slots=True)
class Row:
    """A direct subordinate with its branch; `unit` is its key, `own` says that it is the unit's own sheet."""

    unit: int
    name: str
    own: bool
    leaf: bool
    counts: Counts


@dataclass(frozen=True, slots=True)
class Line:
    """One sheet; `days` late (after the due date) when it was handed in, or until today when it was not."""

    report: Report
    terms: Terms
    when: str
    handed_in: date | None
    days: int
    lack: Lack | None = None  # whom the unit of an open sheet lacks

    @property
    def state(self) -> str:
        """Key of `ui.STATES["sheet"]`."""
        return state_of(self.report)


class Board:
    """The sheets of the branch of `place`, as it was in the round, of which `user` reads.

    The number of queries is fixed. Units with an extension are few: their sheets are read one by one, all
    others are counted by the database.
    """

    def __init__(self, user: User, place: Lineage) -> None:
        self.place, self.round, self.today = place, place.round, clock.today()
        self.reports: ReportQuerySet = Report.objects.visible_to(user).filter(
            branch_q(place.path, "lineage__path"), round=place.round_id
        )
        self.usual = round_terms(place.round)
        self.extended = extended_in(place.round)
        self._single: list[tuple[int, str, str, str]] = []
        if self.extended:
            rows = self.reports.filter(unit__in=list(self.extended)).select_related("lineage")
            for row in rows.only("state", "ready_at", "handed_in_at", "unit", "lineage__path"):
                when = timeliness(self.extended[row.unit_id], row.state, _day(row.handed_in_at), self.today)
                self._single.append((row.pk, row.lineage.path, state_of(row), when))

    def rows(self) -> tuple[Counts, list[Row]]:
        """The whole branch, and every direct subordinate with its own; subordinates without sheets are left out."""
        width = len(self.place.path) + WIDTH
        found: dict[str, Counts] = {}
        total = Counts()
        grouped = (
            self.reports.exclude(unit__in=list(self.extended))
            .annotate(under=Substr("lineage__path", 1, width), when=_timeliness_case(self.usual, self.today))
            .annotate(shown=_shown_state())
            .order_by()
            .values_list("under", "shown", "when")
            .annotate(count=Count("pk"))
        )
        single = ((path[:width], state, when, 1) for _pk, path, state, when in self._single)
        for under, state, when, count in [*grouped, *single]:
            found.setdefault(under, Counts()).add(state, when, count)
            total.add(state, when, count)
        below = Lineage.objects.filter(round=self.round, parent=self.place.unit_id).select_related("unit__kind")
        rows = [
            Row(row.unit_id, row.unit.name, own=False, leaf=row.is_leaf, counts=found[row.path])
            for row in sorted(below, key=place_order)
            if row.path in found
        ]
        if self.place.path in found:
            own = Row(self.place.unit_id, self.place.unit.name, own=True, leaf=True, counts=found[self.place.path])
            rows.insert(0, own)
        return total, rows

    def filter(self, *, text: Q = Q(), state: str = "", when: str = "", under: int | None = None) -> ReportQuerySet:  # noqa: B008
        """Sheets of the branch by unit, state, timeliness and direct subordinate, in the order of the tree."""
        reports = self.reports.filter(text)
        if state:
            reports = reports.annotate(shown=_shown_state()).filter(shown=state)
        if when:
            usual = reports.exclude(unit__in=list(self.extended)).annotate(
                when=_timeliness_case(self.usual, self.today)
            )
            single = [pk for pk, _path, _state, found in self._single if found == when]
            reports = reports.filter(Q(pk__in=usual.filter(when=when).values("pk")) | Q(pk__in=single))
        if under is not None:
            own = under == self.place.unit_id
            path = self.place.path if own else f"{self.place.path}{under:0{WIDTH}d}"
            reports = reports.filter(Q(lineage__path=path) if own else branch_q(path, "lineage__path"))
        return reports.select_related("unit", "lineage").order_by("lineage__path")

    def lines(self, reports: Iterable[Report]) -> list[Line]:
        """`reports` of this board as they are shown. No query."""
        return [self._line(report) for report in reports]

    def lines_with_lacks(self, reports: Iterable[Report]) -> list[Line]:
        """`lines` with whom units lack that have not handed in. One query."""
        lines = self.lines(reports)
        found = lacks(line.report.unit_id for line in lines if line.report.editable)
        return [replace(line, lack=found.get(line.report.unit_id)) for line in lines]

    def _line(self, report: Report) -> Line:
        terms, handed_in = self.extended.get(report.unit_id, self.usual), _day(report.handed_in_at)
        when = timeliness(terms, report.state, handed_in, self.today)
        days = ((handed_in or self.today) - terms.due).days if when in (LATE, OVERDUE) else 0
        return Line(report, terms, when, handed_in, days)


def place_in(round_: Round, unit: int) -> Lineage | None:
    """The unit's place in the round, with both. One query."""
    return Lineage.objects.filter(round=round_, unit=unit).select_related("unit", "round__drive").first()


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at is not None else None

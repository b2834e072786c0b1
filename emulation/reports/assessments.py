"""Assessments as pages show them: the sheet, the items of a branch with the weakest one, the list as a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from emulation.assessing import Outcome
from emulation.models import (
    Assessment,
    AssessmentAnswer,
    AssessmentEvent,
    Checklist,
    ChecklistItem,
    ChecklistTemplate,
    Lineage,
    PartyCell,
)
from emulation.models.assessments import AssessmentQuerySet
from emulation.numbers import format_number, format_part
from emulation.periods import QUARTERS, quarter_end
from emulation.reports.outcomes import outcome
from emulation.reports.timeline import Step, back_with_staff, said, step_of, unready
from emulation.reports.work import Task
from units import access
from units.counting import count_all
from units.models import Role, Unit, User
from units.paths import WIDTH, branch_q, segment
from units.spreadsheets import Value

State = Assessment.State
Kind = AssessmentEvent.Kind
TASKS = 20  # assessments named in «My work»; their own list has all


# ── one assessment ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Line:
    """An item with the unit's answer and the reviewer's. `group` is said where it begins."""

    number: int
    item: ChecklistItem
    group: str
    own: str
    own_state: str
    judged: str
    judged_state: str
    answer: AssessmentAnswer | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """An assessment to be read: its lines and what the answers come to, in words."""

    lines: list[Line]
    own: Outcome
    judged: Outcome
    mean: str
    reached: str

    @property
    def shown(self) -> Outcome:
        """That of the reviewer once there is one."""
        return self.judged if self.judged.asked else self.own


def sheet_of(row: Assessment) -> Sheet:
    """The assessment (with template) as a sheet. Four queries."""
    items = list(row.template.items.all())
    answers = {one.item_id: one for one in row.answers.select_related("by")}
    lines, group = [], ""
    for number, item in enumerate(items, start=1):
        one = answers.get(item.pk)
        head, group = (item.group_label if item.group != group else ""), item.group
        own, judged = (
            (one.answer, one.score) if one else ("", None),
            (one.judged, one.judged_score) if one else ("", None),
        )
        differs = any(judged) and judged != own
        lines.append(Line(number, item, head, *_said(*own, row), *_said(*judged, row), one, differs))
    mine, theirs = outcome(row, judged=False), outcome(row, judged=True)
    shown = theirs if theirs.asked else mine
    classes = {one.pk: str(one) for one in row.template.classes.all()}
    mean = format_number(shown.mean, 2) if shown.mean is not None else ""
    return Sheet(lines, mine, theirs, mean, classes.get(shown.reached or 0, ""))


def _said(answer: str, score: Any, row: Assessment) -> tuple[str, str]:
    """The words of an answer, and its state."""
    if score is not None:
        return f"{format_part(score)} / {format_part(row.template.maximum)}", ""
    return (str(AssessmentAnswer.Answer(answer).label), answer) if answer else ("", "")


STEPS = {  # kind of event → icon, colour
    AssessmentEvent.Kind.READY: ("person-check", "info"),
    AssessmentEvent.Kind.LAPSED: ("pencil", "near"),
    AssessmentEvent.Kind.GIVEN_BACK: ("arrow-return-left", "near"),
    AssessmentEvent.Kind.HANDED_IN: ("send-fill", "info"),
    AssessmentEvent.Kind.CONFIRMED: ("patch-check-fill", "met"),
}


def events_of(row: Assessment) -> list[AssessmentEvent]:
    """What happened, newest last. One query."""
    return list(row.events.select_related("by"))


def given_back(row: Assessment, events: Sequence[AssessmentEvent]) -> AssessmentEvent | None:
    """The step by which the commander gave it back to the staff, until it is ready or handed in."""
    last = events[-1] if events and row.is_open else None
    return last if last is not None and last.kind == Kind.GIVEN_BACK else None


def unready_text(row: Assessment, events: Sequence[AssessmentEvent]) -> str:
    """Why it is not ready, for whoever hands it in; empty where it is."""
    last = events[-1] if events else None
    if row.ready_at is not None or not row.is_open:
        return ""
    return unready(last.kind, last.by) if last else unready(None, "")


def steps_of(row: Assessment, events: Sequence[AssessmentEvent]) -> list[Step]:
    """Its `events`; of what was sent back, each item with its reason. One query."""
    numbers = {item.pk: f"{number}. {item.label}" for number, item in enumerate(row.template.items.all(), start=1)}
    return [
        step_of(
            event, *STEPS.get(AssessmentEvent.Kind(event.kind), ("arrow-return-left", "near")),
            lines=[(numbers.get(line["item"], ""), line["reason"]) for line in event.lines if "reason" in line],
        )
        for event in events
    ]  # fmt: skip


# ── a branch ──────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Column:
    """A unit beside others: of its branch, `meets` and `misses` bodies, `open` not confirmed yet, of `bodies`.

    `bodies` is None where nobody says how many there are: leaders are named by the unit.
    """

    unit: Unit
    url: str
    bodies: int | None = None
    meets: int = 0
    misses: int = 0
    open: int = 0
    cells: dict[int, tuple[int, int, Fraction]] = field(default_factory=dict)  # item → met, asked, sum of scores


@dataclass(frozen=True, slots=True)
class Cell:
    """Bodies that meet an item of those to which it applies, or their mean score. `level` colours the share."""

    text: str
    share: str
    level: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    number: int
    item: ChecklistItem
    group: str
    cells: list[Cell]
    total: Cell
    weakest: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Items × units of a branch in a period; figures of confirmed assessments alone."""

    template: ChecklistTemplate
    columns: list[Column]
    total: Column
    rows: list[ItemRow]
    scored: bool

    @property
    def weakest(self) -> list[ItemRow]:
        return [row for row in self.rows if row.weakest]

    @property
    def missing(self) -> int | None:
        total = self.total
        return None if total.bodies is None else max(0, total.bodies - total.meets - total.misses - total.open)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a branch stood on the last day of the period: rows that lead to a unit are grouped by the tree of then.

    Sheets and figures count a unit under the superior it has on that day (`Lineage`). Of a year without rounds,
    and of a unit that was not there, nothing is kept: `round` is None then, and today's tree stands in.
    """

    unit: Unit
    path: str
    last: date
    round: int | None

    def branch(self, unit: str) -> Q:
        """Rows of the branch; `unit` leads to their unit."""
        if self.round is None:
            return branch_q(self.path, f"{unit}__path")
        return Q(**{f"{unit}__lineages__round": self.round}) & branch_q(self.path, f"{unit}__lineages__path")

    def column(self, unit: str) -> Substr:
        """Of such a row, the path of its column: the unit itself or its direct subordinate of then."""
        field = f"{unit}__path" if self.round is None else f"{unit}__lineages__path"
        return Substr(field, 1, len(self.path) + WIDTH)


def place_of(unit: Unit, year: int, period: str) -> Place:
    """One query."""
    quarter = QUARTERS[period][-1]
    rows = Lineage.objects.filter(unit=unit, round__year=year, round__quarter=quarter)
    stood = rows.values_list("path", "round").first()
    path, round_ = stood or (unit.path, None)
    return Place(unit, path, quarter_end(year, quarter), round_)


def branch_table(
    checklist: Checklist, template: ChecklistTemplate, unit: Unit, year: int, period: str, user: User
) -> Table:
    """How the bodies of a branch stood item by item, by the tree of the period. Seven queries, whatever its size.

    Who reads the unit reads its sums, also of what stands elsewhere now; but what is said of a person goes with them.
    """
    place = place_of(unit, year, period)
    columns = _columns(place, checklist, year, period, user)
    about_people = checklist.body == Checklist.Body.PERSON
    seen = Assessment.objects.visible_to(user) if about_people else Assessment.objects.all()
    seen = seen.filter(checklist=checklist, year=year, period=period)
    _count_bodies(columns, checklist, place)
    found = seen.filter(place.branch("unit")).annotate(place=place.column("unit")).order_by()
    for path, state, meets, count in found.values_list("place", "state", "meets").annotate(n=Count("pk")):
        column = columns[path]
        if state != State.CONFIRMED:
            column.open += count
        elif meets:
            column.meets += count
        else:
            column.misses += count
    _count_items(columns, seen, place)
    total = _total(unit, columns.values())
    scored = checklist.answers == Checklist.Answers.SCORE
    shown = [one for one in columns.values() if one.bodies or one.meets or one.misses or one.open]
    return Table(template, shown, total, _rows(template, shown, total, scored), scored)


def _columns(place: Place, checklist: Checklist, year: int, period: str, user: User) -> dict[str, Column]:
    """The unit itself and its direct subordinates of then, by their paths of then; out of reach they lead nowhere."""
    below = Unit.objects.filter(lineages__round=place.round, lineages__parent=place.unit)
    children = Unit.objects.children_of(place.unit) if place.round is None else below
    query = f"?year={year}&period={period}"
    found = {}
    for one in [place.unit, *children.order_by("order", "code")]:
        address = reverse("emulation:assessment-table", args=[checklist.pk, one.pk]) + query
        path = place.path if one == place.unit else place.path + segment(one.pk)
        found[path] = Column(one, address if access.can_read_figures(user, one) else "")
    return found


def _count_bodies(columns: dict[str, Column], checklist: Checklist, place: Place) -> None:
    """How many units or party cells there were on the last day of the period."""
    if checklist.body == Checklist.Body.PERSON:
        return
    rows: QuerySet[Any]
    if checklist.body == Checklist.Body.UNIT and place.round is not None:
        column = Substr("path", 1, len(place.path) + WIDTH)
        rows = Lineage.objects.filter(branch_q(place.path), round=place.round).annotate(place=column)
    elif checklist.body == Checklist.Body.UNIT:
        column = Substr("path", 1, len(place.path) + WIDTH)
        rows = Unit.objects.in_branch(place.unit).existing_on(place.last).annotate(place=column)
    else:
        rows = cells_on(place.last).filter(place.branch("unit")).annotate(place=place.column("unit"))
    for one in columns.values():
        one.bodies = 0
    for path, count in rows.order_by().values_list("place").annotate(n=Count("pk")):
        if path in columns:
            columns[path].bodies = count


def cells_on(day: date) -> QuerySet[PartyCell]:
    """Party cells that existed on the day."""
    return PartyCell.objects.filter(Q(established=None) | Q(established__lte=day), Q(ended=None) | Q(ended__gt=day))


def _count_items(columns: dict[str, Column], seen: AssessmentQuerySet, place: Place) -> None:
    confirmed = seen.filter(state=State.CONFIRMED)
    answers = AssessmentAnswer.objects.filter(place.branch("assessment__unit"), assessment__in=confirmed)
    rows = answers.annotate(place=place.column("assessment__unit")).order_by()
    for path, item, met, asked, scores in rows.values_list("place", "item").annotate(
        met=Count("pk", filter=Q(judged="met")),
        asked=Count("pk", filter=~Q(judged="na")),
        scores=Sum("judged_score"),
    ):
        columns[path].cells[item] = (met, asked, Fraction(scores or 0))


def _total(unit: Unit, columns: Iterable[Column]) -> Column:
    total = Column(unit, "")
    sums: dict[int, tuple[int, int, Fraction]] = defaultdict(lambda: (0, 0, Fraction(0)))
    for one in columns:
        total.bodies = None if one.bodies is None else (total.bodies or 0) + one.bodies
        total.meets, total.misses, total.open = (
            total.meets + one.meets, total.misses + one.misses, total.open + one.open
        )  # fmt: skip
        for item, cell in one.cells.items():
            met, asked, scores = sums[item]
            sums[item] = met + cell[0], asked + cell[1], scores + cell[2]
    total.cells = dict(sums)
    return total


def _rows(template: ChecklistTemplate, columns: Sequence[Column], total: Column, scored: bool) -> list[ItemRow]:
    items = list(template.items.all())
    shares = {pk: _share(cell, scored, template) for pk, cell in total.cells.items()}
    known = [share for share in shares.values() if share is not None]
    least = min(known, default=None)
    found, group = [], ""
    for number, item in enumerate(items, start=1):
        head, group = (item.group_label if item.group != group else ""), item.group
        weakest = least is not None and least < 1 and shares.get(item.pk) == least
        cells = [_cell(one.cells.get(item.pk), scored, template) for one in columns]
        found.append(ItemRow(number, item, head, cells, _cell(total.cells.get(item.pk), scored, template), weakest))
    return found


def _share(cell: tuple[int, int, Fraction] | None, scored: bool, template: ChecklistTemplate) -> Fraction | None:
    """Between 0 and 1: bodies that meet the item, or the mean score of the highest one."""
    if cell is None or not cell[1]:
        return None
    met, asked, scores = cell
    return scores / asked / Fraction(template.maximum or 1) if scored else Fraction(met, asked)


def _cell(cell: tuple[int, int, Fraction] | None, scored: bool, template: ChecklistTemplate) -> Cell:
    share = _share(cell, scored, template)
    if cell is None or share is None:
        return Cell("–", "", "none")
    text = format_number(cell[2] / cell[1], 2) if scored else f"{cell[0]}/{cell[1]}"
    level = (
        "met"
        if share == 1 or (scored and share >= Fraction(8, 10))
        else "near"
        if share >= Fraction(1, 2)
        else "miss"
    )
    return Cell(text, f"{format_number(share * 100, 0)} %", level)


def table_heads(table: Table) -> list[str]:
    return [
        _("No."),
        pgettext("items", "Group"),
        _("Item"),
        *(one.unit.short for one in table.columns),
        _("Whole branch"),
    ]


def table_rows(table: Table) -> Iterator[list[Value]]:
    """Items × units, and below them the numbers of bodies."""
    for row in table.rows:
        cells = [*row.cells, row.total]
        yield [row.number, row.item.group_label, row.item.label, *(cell.text for cell in cells)]
    columns = [*table.columns, table.total]
    yield [None, "", _("Meet the model"), *(one.meets for one in columns)]
    yield [None, "", _("Do not meet it"), *(one.misses for one in columns)]
    yield [None, "", _("Not confirmed yet"), *(one.open for one in columns)]
    yield [None, "", _("All"), *(one.bodies for one in columns)]


# ── lists and what waits ──────────────────────────────────────────────────


def for_list(rows: AssessmentQuerySet) -> AssessmentQuerySet:
    """With all names, and how many items are met of those that apply: the reviewer's word once there is one."""
    met = Count("answers", filter=Q(answers__judged="met") | Q(answers__judged="", answers__answer="met"))
    na = Q(answers__judged="na") | Q(answers__judged="", answers__answer="na")
    related = rows.select_related("checklist", "template", "unit", "cell", "person")
    counted = related.annotate(met=met, asked=Count("answers", filter=~na))
    return counted.order_by("-year", "period", "unit__path", "cell__order", "pk")  # grouping drops the model's order


def export_heads() -> list[str]:
    return [
        _("Unit"), _("Who is assessed"), _("Checklist"), _("Wording"), _("Period"), _("State"), _("Items met"),
        _("Items that apply"), _("Meets the model"), _("Key cadre"),
    ]  # fmt: skip


def export_rows(rows: Iterable[Assessment]) -> Iterator[list[Value]]:
    words = {True: _("yes"), False: _("no"), None: ""}
    for row in rows:
        scored = row.checklist.answers == Checklist.Answers.SCORE
        yield [
            row.unit.short, row.body_name, row.checklist.label, row.template.get_wording_display(), row.period_name,
            row.get_state_display(), None if scored else row.met, row.asked,  # type: ignore[attr-defined]
            words[row.meets], words[True] if row.key_cadre else "",
        ]  # fmt: skip


def summary(user: User) -> str:
    """For the overview of the registers. One query."""
    rows = Assessment.objects.visible_to(user)
    total, waiting = count_all(rows, rows.waiting_for(user))
    return _("%(total)d assessments · %(waiting)d waiting for you") % {"total": total, "waiting": waiting}


def tasks(user: User) -> Iterator[Task]:
    """Assessments that wait for the user; why one came back, and to whom, stands with it. Two queries."""
    if not access.has_role(user, Role.STAFF, Role.COMMANDER, Role.REVIEWER):
        return
    rows = Assessment.objects.waiting_for(user).select_related("checklist", "unit", "cell", "person")
    rows = rows.prefetch_related(Prefetch("events", AssessmentEvent.objects.select_related("by"), to_attr="course"))
    commanded = {m.unit_id for m in user.active_memberships if m.role == Role.COMMANDER}
    for row in rows.order_by("-year", "pk")[:TASKS]:
        action = _("Judge") if row.state == State.SUBMITTED else _("Continue")
        if row.ready_at and row.unit_id in commanded:
            action = _("Check and hand in")
        title = _("Assessment: %(body)s") % {"body": row.body_name}
        place = f"{row.checklist.label} · {row.period_name}"
        course: list[AssessmentEvent] = row.course  # type: ignore[attr-defined]
        back = given_back(row, course)
        yield Task(
            title, place, row.get_absolute_url(), action, "ready" if row.ready_at else row.state, "assessment", None,
            None, **_why_returned(row, course),
            hint=said(back_with_staff(back.kind, back.by), back.reason) if back else "",
        )  # fmt: skip


def _why_returned(row: Assessment, course: Sequence[AssessmentEvent]) -> dict[str, Any]:
    """Why a returned assessment came back, who says so and when, as columns of `Task`."""
    steps = [event for event in course if event.kind in (Kind.RETURNED, Kind.REOPENED)]
    if not steps or row.state != State.RETURNED:
        return {}
    last = steps[-1]
    reason = last.reason or "; ".join(line["reason"] for line in last.lines)
    return {"reason": reason, "by": str(last.by), "at": last.at}

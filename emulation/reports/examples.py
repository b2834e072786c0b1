"""Advanced examples as pages show them: cards, the story with its figures and awards, the list as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from emulation.models import Attachment, Example, ExampleFigure, ExampleStep
from emulation.models.examples import ExampleQuerySet
from emulation.periods import period_label
from emulation.reports.display import Grades, Links, Mark, dated, mark_of, value_text, with_unit
from emulation.reports.figures import Figure, figures_of
from emulation.reports.timeline import Step
from emulation.reports.work import Task
from emulation.states import STATES
from units import access
from units.counting import count_all
from units.models import Person, Role, Unit, User
from units.spreadsheets import Value

TASKS = 20
Stage = Example.Stage


@dataclass(frozen=True, slots=True)
class AwardLine:
    """An award of whom an example is about: what, which decision, and its page."""

    label: str
    detail: str
    url: str


# Awards of a person or unit that the user reads, newest first. Higher apps add functions; this one knows no awards.
awards_of: list[Callable[[User, Person | Unit], Iterable[AwardLine]]] = []


def for_list(rows: ExampleQuerySet) -> ExampleQuerySet:
    """With names, the day of the newest step, how many units have taken them over, and their files. Two queries."""
    last = ExampleStep.objects.filter(example=OuterRef("pk")).order_by("-at", "-pk")
    related = rows.select_related("unit", "person", "collective", "area", "campaign")
    found = related.annotate(last_day=Subquery(last.values("day")[:1]), taken=Count("adoptions", distinct=True))
    files = Prefetch("files", queryset=Attachment.objects.present(), to_attr="kept")
    return found.prefetch_related(files).order_by("-pk")


def picture_of(row: Example) -> Attachment | None:
    """The first picture of an example of `for_list`."""
    return next((file for file in row.kept if file.is_picture), None)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A linked figure as it stands today; empty `value` and `url` where the user does not read it.

    A spread example is read by units beside, their figures are not.
    """

    pk: int
    name: str
    unit: str
    period: str
    value: str
    mark: Mark | None
    url: str


def figures_shown(row: Example, user: User) -> list[FigureLine]:
    """The figures linked to an example: consolidated, approved ones. A fixed number of queries for each year."""
    linked = list(row.figures.select_related("unit", "indicator"))
    grades, found = Grades(), []
    for year in sorted({one.year for one in linked}):
        rows = [one for one in linked if one.year == year]
        units = {one.unit_id: one.unit for one in rows}
        indicators = {one.indicator_id: one.indicator for one in rows}
        figures = figures_of(units.values(), year, {one.period for one in rows}, indicators=indicators.values())
        for one in rows:
            figure = figures.get((one.unit_id, one.indicator_id, one.period))
            found.append(_figure_line(one, figure, grades, readable=access.can_read_figures(user, one.unit)))
    return found


def _figure_line(one: ExampleFigure, figure: Figure | None, grades: Grades, *, readable: bool) -> FigureLine:
    said = one.pk, one.indicator.label, one.unit.short, period_label(one.year, one.period)
    if not readable:
        return FigureLine(*said, "", None, "")
    value = with_unit(value_text(one.indicator, figure, grades), one.indicator) if figure else ""
    value = dated(value, figure.until if figure else None)
    url = Links(one.year, one.period, handed_in=False).figure(one.unit_id, one.indicator)
    return FigureLine(*said, value or "–", mark_of(figure) if figure else None, url)


def awards_shown(row: Example, user: User) -> list[AwardLine]:
    """Awards of the person or unit, as far as the user reads them."""
    subject = row.person or row.collective
    place = row.person.unit if row.person else row.collective
    if subject is None or place is None or not access.can_read_figures(user, place):
        return []
    return [line for source in awards_of for line in source(user, subject)]


def steps_of(row: Example) -> list[Step]:
    """The stages it reached, the first one first. One query."""
    return [
        Step(*STATES["example"][step.stage], str(step.by), step.at, step.reason, day=step.day)
        for step in row.steps.select_related("by")
    ]


def export_heads() -> list[str]:
    return [
        _("What it stands for"), pgettext("example", "Who"), _("Person or unit"), _("Unit"), _("Area of work"),
        _("Task"), _("Stage"), _("Level recognised"), _("Campaign"), _("Newest step on"), _("Taken over by units"),
    ]  # fmt: skip


def export_rows(rows: Iterable[Example]) -> Iterator[list[Value]]:
    for row in rows:
        yield [
            row.title, row.name, _("Person") if row.person else _("Unit"), row.unit.short, row.area.label,
            row.task,
            row.get_stage_display(), row.get_level_display(), str(row.campaign or ""),
            row.last_day, row.taken,  # type: ignore[attr-defined]
        ]  # fmt: skip


def summary(user: User) -> str:
    """For the overview of the registers. One query."""
    rows = Example.objects.visible_to(user)
    total, spread, waiting = count_all(
        rows.exclude(stage=Stage.WITHDRAWN), rows.filter(stage=Stage.SPREAD), rows.waiting_for(user)
    )
    words = _("%(total)d examples · %(spread)d being spread") % {"total": total, "spread": spread}
    return words + (" · " + _("%(count)d to recognise") % {"count": waiting} if waiting else "")


def tasks(user: User) -> Iterator[Task]:
    """Examples that the user may recognise. One query, none for staff."""
    if not access.has_role(user, Role.COMMANDER, Role.REVIEWER):
        return
    rows = Example.objects.waiting_for(user).select_related("person", "collective", "unit")
    for row in rows.order_by("pk")[:TASKS]:
        title = _("Example to recognise: %(who)s") % {"who": row.name}
        place = f"{row.unit.short} · {row.title}"
        yield Task(
            title, place, row.get_absolute_url(), _("Look and recognise"), row.stage, "example", None, None
        )  # fmt: skip

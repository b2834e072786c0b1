"""What assessments feed: how many bodies meet the model, which items a unit meets, its class and its mean score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from emulation.assessing import MET, NOT_APPLICABLE, NOT_MET
from emulation.feeds import Codes, Source, Taken
from emulation.models import PERIODS, Assessment, Checklist, Feed, Indicator, ResultItem
from emulation.models.assessments import AssessmentQuerySet
from emulation.periods import QUARTERS, quarter_end
from emulation.reports.assessments import cells_on
from emulation.reports.outcomes import outcome
from units.models import Unit
from units.text import fold

Body = Checklist.Body
Answers = Checklist.Answers
WORDS = {
    MET: ResultItem.State.MET,
    NOT_MET: ResultItem.State.NOT_MET,
    NOT_APPLICABLE: ResultItem.State.NOT_APPLICABLE,
}


def _checklist(codes: Codes, **conditions: str) -> Checklist | None:
    """One checklist feeds an indicator."""
    return Checklist.objects.filter(code__in=codes, **conditions).exclude(body=Body.PERSON).first()


def periods_to(last: date) -> list[str]:
    """Periods that end on the day, the shortest first."""
    return [period for period in PERIODS if quarter_end(last.year, QUARTERS[period][-1]) == last]


def fed_rows(rows: AssessmentQuerySet, last: date) -> AssessmentQuerySet:
    """What counts for a figure that speaks of days until `last`."""
    return rows.filter(year=last.year, period__in=periods_to(last), state=Assessment.State.CONFIRMED)


def _shortest_last(rows: Iterable[Assessment]) -> list[Assessment]:
    """Of somebody assessed for the quarter and longer, the quarter holds."""
    return sorted(rows, key=lambda row: -PERIODS.index(row.period))


def _take_share(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    """Units or party cells that meet the model, of those to which it applies, for a period that ends on `last`.

    A unit is left out until every one of its bodies has been confirmed: part of them would be a wrong figure, and one
    not judged yet has not missed the model. Three queries.
    """
    checklist = _checklist(codes)
    if checklist is None:
        return {}
    rows = fed_rows(Assessment.objects.filter(checklist=checklist, unit__in=list(units)), last)
    found: dict[int, dict[int | None, bool | None]] = defaultdict(dict)
    for row in _shortest_last(rows):
        found[row.unit_id][row.cell_id] = row.meets
    bodies: dict[int, set[int | None]] = {unit: {None} for unit in units}
    if checklist.body == Body.CELL:
        bodies = defaultdict(set)
        for unit, cell in cells_on(last).filter(unit__in=list(units)).order_by().values_list("unit", "pk"):
            bodies[unit].add(cell)
    taken = {}
    for unit, judged in found.items():
        marks = [judged[body] for body in bodies[unit] if body in judged]
        applying = [mark for mark in marks if mark is not None]
        if applying and len(marks) == len(bodies[unit]):
            taken[unit] = Taken(Decimal(sum(applying)), len(marks), Decimal(len(applying)))
    return taken


def _judged(units: Collection[int], last: date, codes: Codes, answers: str) -> dict[int, Assessment]:
    """Unit → how it was judged itself for a period that ends on `last`. Five queries."""
    checklist = _checklist(codes, body=Body.UNIT, answers=answers)
    if checklist is None:
        return {}
    rows = fed_rows(Assessment.objects.filter(checklist=checklist, unit__in=list(units)), last)
    rows = rows.prefetch_related("answers__item", "template__items", "template__classes")
    return {row.unit_id: row for row in _shortest_last(rows)}


def _take_items(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    """Which items the unit meets, in the words of the version by which it was assessed."""
    return {
        unit: Taken(None, 1, items={one.item.text: WORDS[one.judged] for one in row.answers.all() if one.judged})
        for unit, row in _judged(units, last, codes, Answers.MET).items()
    }


def _take_class(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    """The class that the unit's mean score reaches."""
    taken = {}
    for unit, row in _judged(units, last, codes, Answers.SCORE).items():
        names = {one.pk: one.name for one in row.template.classes.all()}
        reached = outcome(row, judged=True).reached
        if reached is not None:
            taken[unit] = Taken(None, 1, grade=names[reached])
    return taken


def _take_mean(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    """The mean of the unit's scores."""
    taken = {}
    for unit, row in _judged(units, last, codes, Answers.SCORE).items():
        mean = outcome(row, judged=True).mean
        if mean is not None:
            taken[unit] = Taken(Decimal(mean.numerator) / mean.denominator, 1)
    return taken


def _address(unit: Unit, first: date, last: date, codes: Codes) -> str:
    checklist = _checklist(codes)
    query = {"very": unit.pk, "until": last.isoformat()} | ({"checklist": checklist.pk} if checklist else {})
    return f"{reverse('emulation:assessment-list')}?{urlencode(query)}"


def _codes(**conditions: str) -> Callable[[], dict[str, str]]:
    def read() -> dict[str, str]:
        rows = Checklist.objects.filter(**conditions).exclude(body=Body.PERSON)
        return {row.code: row.label for row in rows}

    return read


def _items_lacking(indicator: Indicator, codes: Codes) -> list[str]:
    """Items of the indicator, as they stand now, that the checklist does not ask for in the same words."""
    checklist = _checklist(codes, body=Body.UNIT, answers=Answers.MET)
    version = checklist.versions.first() if checklist else None
    known = {fold(item.text) for item in version.items.all()} if version else set()
    wanted = indicator.templates.order_by("-since").first()
    return [item.text for item in wanted.items.all() if fold(item.text) not in known] if wanted else []


def _classes_lacking(indicator: Indicator, codes: Codes) -> list[str]:
    """Classes of the checklist that are not called like a grade of the indicator."""
    checklist = _checklist(codes, body=Body.UNIT, answers=Answers.SCORE)
    version = checklist.versions.first() if checklist else None
    scale = indicator.grade_scale
    known = {fold(grade.name) for grade in scale.grades.all()} if scale else set()
    return [one.name for one in version.classes.all() if fold(one.name) not in known] if version else []


UNIT_MET, UNIT_SCORED = ({"body": Body.UNIT, "answers": answers} for answers in (Answers.MET, Answers.SCORE))

FEEDS = (
    Source(
        "assessments", _("assessments by checklists: share that meets the model"), _take_share, _address, _codes(),
        measures=("ratio",), typed_until=True,
    ),
    Source(
        "assessments.items", _("assessments by checklists: items met"), _take_items, _address, _codes(**UNIT_MET),
        measures=("checklist",), typed_until=True, lacking=_items_lacking,
    ),
    Source(
        "assessments.class", _("assessments by checklists: class reached"), _take_class, _address,
        _codes(**UNIT_SCORED), measures=("grade",), typed_until=True, lacking=_classes_lacking,
    ),
    Source(
        "assessments.mean", _("assessments by checklists: mean score"), _take_mean, _address,
        _codes(**UNIT_SCORED), measures=("score",), typed_until=True,
    ),
)  # fmt: skip


def unserved(checklist: Checklist) -> list[tuple[Indicator, str]]:
    """Indicators that take their figures from the checklist but call things otherwise, and what: they are typed."""
    feeds = Feed.objects.active().filter(register__in=[source.key for source in FEEDS])
    found = []
    for feed in feeds.select_related("indicator__grade_scale"):
        if checklist.code in feed.wanted and feed.source is not None:
            names = feed.source.lacking(feed.indicator, feed.wanted)
            found += [(feed.indicator, "; ".join(names))] if names else []
    return found

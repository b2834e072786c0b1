"""The draft of the report on five years: the year's figure of every indicator, and how it went.

A new definition is a new indicator that names its predecessor: the years before it are shown with a mark and
compared with nothing. What was not reported stays missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from django.db.models import Q
from django.utils import translation

from emulation.models import Campaign, Indicator
from emulation.numbers import round_half_up
from emulation.periods import FIVE_YEARS, period_label, period_short
from emulation.phrases import Phrases, fill
from emulation.reports.display import (
    GOOD,
    NBSP,
    Grades,
    Links,
    coverage_text,
    decimals_for,
    nil_text,
    paper_text,
    unit_text,
    value_text,
)
from emulation.reports.figures import Figure, Reading, Wanted
from emulation.reports.review_judgement import measured
from emulation.reports.review_paper import Annex, Paper, headed, heading, said
from emulation.scoring import half
from emulation.wording import Course, Paragraph, Part, Point, course, enumerated, listed, lower_first, mostly
from units.models import Unit

SPAN = 5
PARTS = ("Y", "9M", "H1", "Q1")  # the longest first
BROKEN = " (*)"

# What higher apps count in the years: (what, how many), in words. They register here.
COUNTED: list[Callable[[Unit, list[int]], list[tuple[str, int]]]] = []


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator through the years. `figures` year → figure; `old` those of its predecessors, before `figures`.

    `parts` year → period → figure: the year's own and those of its parts, for a year that is not complete.
    """

    indicator: Indicator
    figures: dict[int, Figure]
    old: dict[int, Figure]
    parts: dict[int, dict[str, Figure]] = field(default_factory=dict)


def five_years_draft(unit: Unit, year: int, told: Phrases) -> Paper:
    """The draft for the five years that end with `year`. A fixed number of queries."""
    years = list(range(year - SPAN + 1, year + 1))
    with translation.override("vi"):
        reading = Reading(Q(unit=unit, round__year__in=years), years)
        reading.load_plans(years)
        reading.load(*(Wanted((unit.pk,), one, tuple(PARTS)) for one in years))
        found, grades = list(_series(reading, unit, years)), Grades()
        first = min((year for one in found for year in (*one.figures, *one.old)), default=years[0])
        known = [one for one in years if one >= first]
        about = f"giai đoạn {years[0]}–{year}"
        courses, shared = _once([_course(unit, one, known, grades, told) for one in found])
        body = [
            headed(told, "I", "heading_situation"), *_situation(unit, years, known, told),
            headed(told, "II", "heading_results_years"), *_shared(shared, told), *_courses(found, courses, told),
            headed(told, "III", "heading_judgement"), *_judgement(unit, found, courses, years, told),
            headed(told, "IV", "heading_tasks_years"), said(told, "IV.1", "years_tasks"),
        ]  # fmt: skip
        return Paper(
            unit, Unit.objects.above(unit).last(), year, FIVE_YEARS, "tổng kết", about, tuple(body),
            tuple(_annex(found, years, grades, told)), Links(year, "Y", False).dashboard(unit.pk),
            columns=("Chỉ tiêu", "Đơn vị tính", *(str(one) for one in years)),
        )  # fmt: skip


def _series(reading: Reading, unit: Unit, years: list[int]) -> Iterable[Series]:
    """Every indicator with a figure, predecessors within their last successor."""
    known = {}
    for pk, indicator in reading.indicators.items():
        figures = {one: f for one in years if (f := reading.figure(unit.pk, pk, one, "Y")) is not None}
        if figures:
            known[pk] = indicator, figures
    earlier = {pk: _predecessors(row, reading.indicators) for pk, (row, _figures) in known.items()}
    replaced = {pk for chain in earlier.values() for pk in chain}
    rows = sorted(known.values(), key=lambda row: (row[0].area.order, row[0].area.code, row[0].order, row[0].code))
    for indicator, figures in rows:
        if indicator.pk not in replaced:
            old: dict[int, Figure] = {}
            for pk in earlier[indicator.pk]:  # the nearest first: its figure of a year counts
                old = known[pk][1] | old if pk in known else old
            parts = {one: _parts(reading, unit, indicator, one) for one in figures}
            yield Series(indicator, figures, {one: f for one, f in old.items() if one not in figures}, parts)


def _parts(reading: Reading, unit: Unit, indicator: Indicator, year: int) -> dict[str, Figure]:
    found = ((period, reading.figure(unit.pk, indicator.pk, year, period)) for period in PARTS)
    return {period: figure for period, figure in found if figure is not None}


def _predecessors(row: Indicator, indicators: Mapping[int, Indicator]) -> list[int]:
    """What the indicator replaced, and what that replaced: keys, the nearest first."""
    found: list[int] = []
    key = row.predecessor_id
    while key is not None and key not in found:
        found.append(key)
        key = indicators[key].predecessor_id if key in indicators else None
    return found


def _situation(unit: Unit, years: list[int], known: list[int], told: Phrases) -> Iterable[Paragraph]:
    movements = Campaign.objects.launched().filter(parent=None, year__in=years).order_by("year")
    named = [lower_first(row.name) + ("" if str(row.year) in row.name else f" (năm {row.year})") for row in movements]
    key = "years_movements" if named else "years_plain"
    yield said(told, "I.1", key, unit=unit.name, movements=listed(named))
    if len(known) < len(years):
        yield said(told, "I.2", "years_since", year=str(known[0]))


def _once(courses: list[Course]) -> tuple[list[Course], dict[int, str]]:
    """The courses, and by year the coverage that most figures share: it is said once and not with each of them."""
    by_year: dict[int, list[str]] = {}
    for point in (point for one in courses for point in one.points if point.number is not None and point.whole):
        by_year.setdefault(point.year, []).append(point.coverage)
    shared = {year: most for year, coverages in by_year.items() if (most := mostly(coverages))}
    return [
        replace(one, points=tuple(
            replace(point, above=point.whole and point.coverage == shared.get(point.year)) for point in one.points
        ))
        for one in courses
    ], shared  # fmt: skip


def _shared(shared: dict[int, str], told: Phrases) -> Iterable[Paragraph]:
    for year, coverage in shared.items():
        yield said(told, f"II.0.{year}", "years_short", year=str(year), coverage=coverage)


def _courses(found: list[Series], courses: list[Course], told: Phrases) -> Iterable[Paragraph]:
    area = ""
    number = 0
    for one, told_course in zip(found, courses, strict=True):
        if one.indicator.area.label != area:
            area, number = one.indicator.area.label, number + 1
            yield heading(f"II.{area}", f"{number}. {area}", 2)
        yield Paragraph(f"II.{one.indicator.code}", course(told_course, told).parts)
    if not found:
        yield said(told, "II.1", "years_none")


def _course(unit: Unit, one: Series, years: list[int], grades: Grades, told: Phrases) -> Course:
    row = one.indicator
    return Course(
        row.code, told.get(f"name.{row.code}") or lower_first(row.label),
        tuple(_point(unit, one, year, grades) for year in years), before=min(one.figures) if one.old else 0,
        verb=_verb(row),
    )  # fmt: skip


def _verb(row: Indicator) -> str:
    """A count of what should not be is not reached: «có 2 vụ»."""
    if row.measure == Indicator.Measure.GRADE:
        return "_grade"
    if row.direction == Indicator.Direction.LOWER:
        return "_low_sum" if row.is_sum else "_low"
    return ""


def _best(one: Series, year: int) -> tuple[str, Figure | None]:
    """The year's own figure when complete, else that of the longest part of it that is and whose end it reaches."""
    parts = one.parts.get(year, {})
    period = next((name for name in PARTS if name in parts and _known(parts[name])), "Y")
    return period, parts[period] if period != "Y" else one.figures.get(year)


def _point(unit: Unit, one: Series, year: int, grades: Grades) -> Point:
    """The year as it is known."""
    row = one.indicator
    period, figure = _best(one, year)
    return Point(
        year, *_value(row, figure, grades), Links(year, period, False).figure(unit.pk, row),
        "" if figure is None or figure.complete else coverage_text(figure),
        when="" if period == "Y" else period_label(year, period), whole=period == "Y",
        few=figure is not None and figure.skewed,
    )  # fmt: skip


def _known(figure: Figure) -> bool:
    return figure.complete and figure.until is None and bool(figure.reported) and figure.value.comparable is not None


def _value(row: Indicator, figure: Figure | None, grades: Grades) -> tuple[str, Fraction | int | None]:
    """The value in words, and as shown to compare; both empty where there is none."""
    if figure is None or figure.value.comparable is None or not figure.reported or figure.skewed:
        return "", None
    text = value_text(row, figure, grades)
    plain = figure.nil or row.measure == Indicator.Measure.GRADE
    number = Fraction(round_half_up(figure.value.comparable, decimals_for(row, figure)))
    return lower_first(text) if plain else measured(text, unit_text(row)), number


# ── III ───────────────────────────────────────────────────────────────────


def _judgement(
    unit: Unit, found: list[Series], courses: list[Course], years: list[int], told: Phrases
) -> Iterable[Paragraph]:
    judged = [row for year in years if (row := _judged(found, year, told))]
    if judged:
        yield said(told, "III.1", "years_judged", years=enumerated(judged))
    else:
        yield said(told, "III.1", "judged_none")
    better, worse = _moved(found, courses)
    if better:
        yield said(told, "III.3", "years_better", names=listed(better))
    if worse:
        yield said(told, "III.4", "years_worse", names=listed(worse))
    counted = [(what, number) for count in COUNTED for what, number in count(unit, years) if number]
    if counted:
        awards = listed(f"{number} {what}" for what, number in counted)
        yield said(told, "III.2", "years_awards", awards=awards)


def _judged(found: list[Series], year: int, told: Phrases) -> tuple[Part, ...]:
    """Targets met in the longest part of the year for which at least half of what is asked is complete."""
    for period in PARTS:
        figures = [one.parts[year][period] for one in found if period in one.parts.get(year, {})]
        targeted = [figure for figure in figures if figure.target is not None]
        if targeted and half(sum(figure.complete for figure in targeted), len(targeted)):
            met = sum(figure.outcome in GOOD for figure in targeted)
            when = f"năm {year}" if period == "Y" else period_label(year, period)
            return fill(told["years_judged_one"], when=when, met=f"{met}/{len(targeted)}")
    return ()


def _moved(found: list[Series], courses: list[Course]) -> tuple[list[str], list[str]]:
    """Names of what is better, and worse, in its last whole year than in its first one."""
    better: list[str] = []
    worse: list[str] = []
    for one, row in zip(found, courses, strict=True):
        known = [point.number for point in row.known if point.number is not None]
        sign = {Indicator.Direction.HIGHER: 1, Indicator.Direction.LOWER: -1}.get(one.indicator.direction, 0)  # type: ignore[call-overload]
        change = sign * (known[-1] - known[0]) if known else 0
        if change:
            (better if change > 0 else worse).append(row.name)
    return better, worse


def _annex(found: list[Series], years: list[int], grades: Grades, told: Phrases) -> Iterable[Annex]:
    area, broken = "", False
    for one in found:
        row = one.indicator
        if row.area.label != area:
            area = row.area.label
            yield Annex(area)
        broken = broken or bool(one.old)
        unit = "" if row.measure == Indicator.Measure.GRADE else unit_text(row)
        yield Annex("", (row.label, unit, *(_cell(one, year, grades) for year in years)))
    if broken:
        yield Annex("".join(part.text for part in fill(told["annex_broken"])))


def _cell(one: Series, year: int, grades: Grades) -> str:
    period, figure = _best(one, year)
    part = lower_first(period_short(period)).replace(" ", NBSP)
    mark = "" if period == "Y" else f" ({part})"
    if figure is None and year in one.old:
        figure, mark = one.old[year], BROKEN
    text = paper_text(one.indicator, figure, grades)
    short = "" if figure is None or figure.complete else coverage_text(figure)
    return (
        text
        if (figure and figure.skewed) or text in ("–", nil_text())
        else f"{text}{mark}{f' ({short})' if short else ''}"
    )

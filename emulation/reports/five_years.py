"""The draft of the report on five years: the year's figure of every indicator, and how it went.

A new definition is a new indicator that names its predecessor: the years before it are shown with a mark and
compared with nothing. What was not reported stays missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q
from django.utils import translation

from emulation.models import Campaign, Indicator
from emulation.periods import FIVE_YEARS
from emulation.reports.display import GOOD, Grades, Links, coverage_text, nil_text, unit_text, value_text
from emulation.reports.figures import Figure, Reading, Wanted
from emulation.reports.review_report import Annex, Paper, heading, said
from emulation.wording import Course, Paragraph, Point, course, listed, lower_first
from units.models import Unit

SPAN = 5
BROKEN = " (*)"
NOTE = "(*) Tính theo cách cũ, không so sánh với các năm sau."

# What higher apps count in the years: (what, how many), in words. They register here.
COUNTED: list[Callable[[Unit, list[int]], list[tuple[str, int]]]] = []


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator through the years. `figures` year → figure; `old` those of its predecessors, before `figures`."""

    indicator: Indicator
    figures: dict[int, Figure]
    old: dict[int, Figure]


def five_years_draft(unit: Unit, year: int) -> Paper:
    """The draft for the five years that end with `year`. A fixed number of queries."""
    years = list(range(year - SPAN + 1, year + 1))
    with translation.override("vi"):
        reading = Reading(Q(unit=unit, round__year__in=years), years)
        reading.load_plans(years)
        reading.load(*(Wanted((unit.pk,), one, ("Y",)) for one in years))
        found, grades = list(_series(reading, unit, years)), Grades()
        first = min((year for one in found for year in (*one.figures, *one.old)), default=years[0])
        known = [one for one in years if one >= first]
        about = f"giai đoạn {years[0]}–{year}"
        body = [
            heading("I", "I. Tình hình chung"), *_situation(unit, years, known),
            heading("II", "II. Kết quả thực hiện các chỉ tiêu qua 5 năm"), *_courses(unit, found, known, grades),
            heading("III", "III. Đánh giá chung"), *_judgement(unit, found, years),
            heading("IV", "IV. Phương hướng, nhiệm vụ"), said(
                "IV.1", "Phát huy kết quả đã đạt được, tập trung khắc phục những chỉ tiêu còn giảm hoặc chưa đạt; "
                "tiếp tục đổi mới nội dung, hình thức tổ chức phong trào thi đua.",
            ),
        ]  # fmt: skip
        return Paper(
            unit, Unit.objects.above(unit).last(), year, FIVE_YEARS, "tổng kết", about, tuple(body),
            tuple(_annex(found, years, grades)), Links(year, "Y", False).dashboard(unit.pk),
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
            yield Series(indicator, figures, {one: f for one, f in old.items() if one not in figures})


def _predecessors(row: Indicator, indicators: Mapping[int, Indicator]) -> list[int]:
    """What the indicator replaced, and what that replaced: keys, the nearest first."""
    found: list[int] = []
    key = row.predecessor_id
    while key is not None and key not in found:
        found.append(key)
        key = indicators[key].predecessor_id if key in indicators else None
    return found


def _situation(unit: Unit, years: list[int], known: list[int]) -> Iterable[Paragraph]:
    movements = Campaign.objects.launched().filter(parent=None, year__in=years).order_by("year")
    named = [lower_first(row.name) + ("" if str(row.year) in row.name else f" (năm {row.year})") for row in movements]
    if named:
        yield said("I.1", f"Trong 5 năm, {unit.name} đã tổ chức thực hiện: {listed(named)}.")
    else:
        yield said("I.1", f"Báo cáo tổng hợp số liệu đã được duyệt của {unit.name} trong 5 năm.")
    if len(known) < len(years):
        yield said("I.2", f"Số liệu có từ năm {known[0]}; các năm trước đó chưa có số liệu.")


def _courses(unit: Unit, found: list[Series], years: list[int], grades: Grades) -> Iterable[Paragraph]:
    area = ""
    number = 0
    for one in found:
        if one.indicator.area.label != area:
            area, number = one.indicator.area.label, number + 1
            yield heading(f"II.{area}", f"{number}. {area}", 2)
        yield Paragraph(f"II.{one.indicator.code}", course(_course(unit, one, years, grades)).parts)
    if not found:
        yield said("II.1", "Chưa có số liệu được duyệt trong 5 năm.")


def _course(unit: Unit, one: Series, years: list[int], grades: Grades) -> Course:
    row = one.indicator
    points = tuple(
        Point(
            year, *_value(row, one.figures.get(year), grades), Links(year, "Y", False).figure(unit.pk, row),
            _coverage(one.figures.get(year)),
        )
        for year in years
    )  # fmt: skip
    return Course(
        row.code, lower_first(row.label), points, before=min(one.figures) if one.old else 0,
        graded=row.measure == Indicator.Measure.GRADE,
    )  # fmt: skip


def _value(row: Indicator, figure: Figure | None, grades: Grades) -> tuple[str, Fraction | int | None]:
    """The value in words, and to compare; both empty where there is none."""
    if figure is None or figure.value.comparable is None or not figure.reported:
        return "", None
    text, unit = value_text(row, figure, grades), unit_text(row)
    if row.measure == Indicator.Measure.GRADE:
        return lower_first(text), figure.value.comparable
    ending = "%" if unit == "%" else f" {unit}" if unit and unit != "hệ số" else ""
    return f"{text}{ending}", figure.value.comparable


def _coverage(figure: Figure | None) -> str:
    return "" if figure is None or figure.complete else coverage_text(figure)


def _judgement(unit: Unit, found: list[Series], years: list[int]) -> Iterable[Paragraph]:
    told = []
    for year in years:
        judged = [f.outcome in GOOD for one in found if (f := one.figures.get(year)) and f.target is not None]
        if judged:
            told.append(f"năm {year}: {sum(judged)}/{len(judged)}")
    if told:
        yield said("III.1", f"Số chỉ tiêu đạt và vượt trong từng năm: {listed(told)}.")
    else:
        yield said("III.1", "Chưa có chỉ tiêu để đánh giá.")
    counted = [(what, number) for count in COUNTED for what, number in count(unit, years) if number]
    if counted:
        yield said("III.2", f"Khen thưởng trong 5 năm: {listed(f'{number} {what}' for what, number in counted)}.")


def _annex(found: list[Series], years: list[int], grades: Grades) -> Iterable[Annex]:
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
        yield Annex(NOTE)


def _cell(one: Series, year: int, grades: Grades) -> str:
    figure, mark = one.figures.get(year), ""
    if figure is None and year in one.old:
        figure, mark = one.old[year], BROKEN
    if figure is not None and figure.nil:
        return nil_text()
    text = value_text(one.indicator, figure, grades)
    short = _coverage(figure)
    return text if text == "–" else f"{text}{mark}{f' ({short})' if short else ''}"

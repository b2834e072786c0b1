"""The draft of a review report (*sơ kết, tổng kết*): a unit's branch in a period, from approved figures alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q
from django.utils import translation

from emulation.models import Campaign, Lineage, Report, Round
from emulation.periods import QUARTERS, period_label, quarter_end
from emulation.phrases import Part, Phrases, fill
from emulation.reports.dashboard import Dashboard, Line, dashboard_of
from emulation.reports.display import few_of_text
from emulation.reports.drives import drives_below, drives_of
from emulation.reports.review_judgement import counted, fact_of, judgement, lines_of, tasks, weak_points
from emulation.reports.review_paper import COLUMNS, Annex, Paper, headed, heading, phrases_of, said
from emulation.reports.targets import has_targets
from emulation.wording import SILENT, Clause, Fact, Paragraph, clause, listed, lower_first, mostly, paragraph
from units import clock
from units.models import Unit

MOST_UNITS = 30  # units that are named before the rest is only counted
MOST_DRIVES = 10  # of units below, likewise


def period_draft(unit: Unit, year: int, period: str) -> Paper:
    """The draft for a quarter or longer, from what is approved now.

    As many queries as the dashboard, and a fixed number for campaigns, missing sheets, weak points and examples.
    """
    told = phrases_of(unit)
    with translation.override("vi"):
        page = dashboard_of(unit, year, period)
        page = replace(page, reached=replace(page.reached, sums=not has_targets(unit, year)))
        about = period_label(year, period)
        kind = "tổng kết" if period == "Y" else "sơ kết"
        until = quarter_end(year, QUARTERS[period][-1])
        drives, points = list(drives_of(unit, year)), weak_points(page)
        silent = silent_units(unit, Q(round__year=year, round__quarter__in=QUARTERS[period]))
        coming = [drive for drive in drives if drive.starts > until]
        body = [
            headed(told, "I", "heading_situation"),
            *_situation(page, about, [drive for drive in drives if drive not in coming], told),
            *_drives_below(unit, until, told),
            *_silent(page, silent, told),
            headed(told, "II", "heading_results"), *results(page, told),
            headed(told, "III", "heading_judgement"), *judgement(page, told, until, points),
            headed(told, "IV", "heading_tasks"), *tasks(page, told, points, coming, sheets=bool(silent)),
        ]  # fmt: skip
        url = page.links.dashboard(unit.pk)
        return Paper(unit, page.superior, year, period, kind, about, tuple(body), annex_of(page), url)


# ── I ─────────────────────────────────────────────────────────────────────


def _situation(page: Dashboard, about: str, drives: Iterable[Campaign], told: Phrases) -> Iterable[Paragraph]:
    if page.campaign is not None:
        theme = page.campaign.theme
        yield said(
            told, "I.1", "movement_theme" if theme else "movement", unit=page.unit.name,
            campaign=lower_first(page.campaign.name), theme=theme,
        )  # fmt: skip
        names = listed(lower_first(drive.name) for drive in drives)
        if names:
            yield said(told, "I.2", "drives", drives=names)
    progress = page.progress
    if progress is None or not progress.sheets:
        yield said(told, "I.3", "sheets_none", period=about)
        return
    yield said(
        told, "I.3", "sheets_missing" if progress.missing else "sheets",
        approved=counted(page, "phiếu đã duyệt", f"{progress.approved}/{progress.sheets}"),
        missing=counted(page, "phiếu chưa trình", str(progress.missing)), round=str(progress.round),
    )  # fmt: skip
    if not page.coming.complete and len(page.coming.quarters) > 1:
        approved = counted(page, "phiếu đã duyệt trong kỳ", page.coming.text)
        yield said(told, "I.3.1", "sheets_period", approved=approved)


def _drives_below(unit: Unit, until: date, told: Phrases) -> Iterable[Paragraph]:
    """What units below launched on their own up to the end of the period, with whose it is. Two queries at most."""
    found = drives_below(unit, until.year).filter(starts__lte=until)
    named = [f"{lower_first(row.name)} ({row.launching_unit.name})" for row in found[:MOST_DRIVES]]
    more = found.count() - len(named) if len(named) == MOST_DRIVES else 0
    if named:
        text = f"{listed(named)} và {more} đợt khác" if more else listed(named)
        yield said(told, "I.2.1", "drives_below", drives=text)


@dataclass(frozen=True, slots=True)
class Silent:
    """Units of the branch whose sheet of a round that has opened has not been handed in."""

    round: Round
    units: tuple[str, ...]

    @property
    def text(self) -> str:
        more = len(self.units) - MOST_UNITS
        named = listed(self.units[:MOST_UNITS])
        return f"{named} và {more} đơn vị khác" if more > 0 else named


def silent_units(unit: Unit, rounds: Q) -> list[Silent]:
    """By round, the earliest first; `rounds` is a condition on places. Two queries."""
    opened = Lineage.objects.filter(rounds, unit=unit, round__opens__lte=clock.today())
    places = list(opened.select_related("round").order_by("round__quarter"))
    branch = Q(pk__in=[])
    for place in places:
        branch |= Q(round=place.round_id, lineage__path__startswith=place.path)
    rows = Report.objects.filter(branch).exclude(state__in=Report.HANDED_IN).order_by("unit__order", "unit__code")
    names: dict[int, list[str]] = {}
    for of, name in rows.values_list("round", "unit__name"):
        names.setdefault(of, []).append(name)
    return [Silent(place.round, tuple(names[place.round_id])) for place in places if place.round_id in names]


def _silent(page: Dashboard, rows: Iterable[Silent], told: Phrases) -> Iterable[Paragraph]:
    for row in rows:
        of = str(row.round)
        units = counted(page, f"đơn vị chưa trình {of}", row.text)
        if row.round.due.year > page.year + 1:  # a year entered long afterwards: its calendar is not of its time
            yield said(told, f"I.4.{row.round.quarter}", "silent_undated", round=of, units=units)
            continue
        yield said(told, f"I.4.{row.round.quarter}", "silent", round=of, due=f"{row.round.due:%d/%m/%Y}", units=units)


# ── II ────────────────────────────────────────────────────────────────────


def results(page: Dashboard, told: Phrases) -> Iterable[Paragraph]:
    """Clauses about every figure that applies, by area; those nobody has reported in a sentence of their own.

    How many sheets a figure rests on is said once for all where most share it, else once an area, else behind the
    figure, in few words that are explained at the beginning.
    """
    if any(line.delta for line in lines_of(page)):
        yield said(told, "II.0", "compared", year=str(page.last_year))
    found = [
        (area, facts)
        for area, lines in page.areas
        if (facts := [fact_of(line, told) for line in lines if line.mark.key != "na"])
    ]
    most = mostly(fact.coverage for _area, facts in found for fact in facts if fact.state not in SILENT)
    areas = [_area(name, [_said_above(fact, most) for fact in facts]) for name, facts in found]
    if most:
        yield said(told, "II.0.1", "short_most", coverage=counted(page, "phiếu đã báo cáo", most))
    elif any(fact.coverage for area in areas for fact in area.facts if fact.state not in SILENT):
        yield said(told, "II.0.2", "short_some")
    for quarter in dict.fromkeys(fact.until for area in areas for fact in area.facts if not fact.partly):
        if quarter:
            yield said(told, f"II.0.3.{quarter}", "until_known", quarter=quarter)
    for number, area in enumerate(areas, start=1):
        yield heading(f"II.{area.name}", f"{number}. {area.name}", 2)
        yield from _results(page, area, told)
    if not found:
        yield said(told, "II.1", "results_none")


@dataclass(frozen=True, slots=True)
class Area:
    """The figures of an area; those that rest on `coverage` sheets, said once behind the last one, have none."""

    name: str
    facts: tuple[Fact, ...]
    coverage: str = ""


def _area(name: str, facts: list[Fact]) -> Area:
    coverage = mostly(fact.coverage for fact in facts if fact.state not in SILENT)
    return Area(name, tuple(_said_above(fact, coverage) for fact in facts), coverage)


def _said_above(fact: Fact, coverage: str) -> Fact:
    return replace(fact, coverage="") if coverage and fact.coverage == coverage else fact


def _results(page: Dashboard, area: Area, told: Phrases) -> Iterable[Paragraph]:
    known = [fact for fact in area.facts if fact.state != "none"]
    if known:
        clauses = [clause(fact, told) for fact in known]
        end = _coverage(page, area, told)
        yield Paragraph(f"II.{area.name}.1", paragraph([*clauses[:-1], Clause(clauses[-1].parts + end)]).parts)
    silent = [fact for fact in area.facts if fact.state == "none"]
    if silent:
        names = listed(fact.name for fact in silent)
        whole = clause(Fact(name=names, state="none"), told)
        yield Paragraph(f"II.{area.name}.2", paragraph([whole]).parts)


def _coverage(page: Dashboard, area: Area, told: Phrases) -> tuple[Part, ...]:
    """The end of the area's sentence: how many sheets its figures rest on, all of them or all but those marked."""
    if not area.coverage:
        return ()
    others = any(fact.coverage for fact in area.facts if fact.state not in SILENT)
    coverage = counted(page, f"phiếu đã báo cáo, {area.name}", area.coverage)
    return fill(told["short_area_most" if others else "short_area"], coverage=coverage)


# ── annex ─────────────────────────────────────────────────────────────────


def annex_of(page: Dashboard, columns: int = len(COLUMNS)) -> tuple[Annex, ...]:
    """All figures of the page, under the names of their areas, in the first `columns` of `COLUMNS`."""
    rows = (row for area, lines in page.areas for row in (Annex(area), *map(_annex, lines)))
    return tuple(Annex(row.area, row.cells[:columns]) for row in rows)


def _annex(line: Line) -> Annex:
    value = few_of_text(line.coverage) if line.skewed else line.value
    return Annex("", (line.full or line.label, line.unit, line.target or "–", value, _verdict(line), line.before))


def _verdict(line: Line) -> str:
    """The result in a word, why a figure with a target has none, of how many sheets where some are missing, as of
    when where that is not the period's end."""
    word = str(line.mark.word)
    if not word and line.target:
        word = "Chưa kết luận"
    known = not (line.complete or line.skewed or line.mark.key in SILENT)
    notes = "; ".join(filter(None, [f"{line.coverage} phiếu" if known else "", line.as_of]))
    return " ".join(filter(None, [word, notes and f"({notes})"]))

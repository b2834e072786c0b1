"""The draft of a review report (*sơ kết, tổng kết*): a unit's branch in a period, from approved figures alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.utils import translation

from emulation.models import Campaign, Indicator
from emulation.periods import period_label
from emulation.reports.dashboard import Dashboard, Line, dashboard_of
from emulation.services.catalogue import DATA
from emulation.wording import Clause, Fact, Part, clause, listed, lower_first, paragraph
from units.models import Unit

MISSED = ("near", "miss")
NAMED = 8  # indicators that are named one by one
KEYS = {"": "plain"}  # a value without a target


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the first or second level."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Annex:
    """A row of the annex; an area's name alone heads its rows."""

    area: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """The draft. `body` are headings and paragraphs in order; `annex` rows have the columns of `COLUMNS`."""

    unit: Unit
    superior: Unit | None
    year: int
    period: str
    kind: str
    about: str
    body: tuple[Heading | Clause, ...]
    annex: tuple[Annex, ...]
    dashboard_url: str

    @property
    def paragraphs(self) -> list[str]:
        """Every paragraph as plain text."""
        return [part.text for part in self.body]


COLUMNS = ("Chỉ tiêu", "Đơn vị tính", "Chỉ tiêu đề ra", "Kết quả", "Đánh giá", "Cùng kỳ năm trước")


@cache
def phrases() -> dict[str, str]:
    return json.loads((DATA / "phrases.json").read_text(encoding="utf-8"))


def draft_of(unit: Unit, year: int, period: str) -> ReviewReport:
    """The draft from what is approved now. As many queries as the dashboard and one for the campaigns."""
    with translation.override("vi"):
        page = dashboard_of(unit, year, period)
        about = period_label(year, period)
        kind = "tổng kết" if period == "Y" else "sơ kết"
        body = [
            Heading("I. Tình hình chung"), *_situation(page, about),
            Heading("II. Kết quả thực hiện các chỉ tiêu thi đua"), *_results(page),
            Heading("III. Đánh giá chung"), *_judgement(page),
            Heading("IV. Nhiệm vụ thời gian tới"), *_tasks(page),
        ]  # fmt: skip
        annex = tuple(row for area, lines in page.areas for row in (Annex(area), *map(_annex, lines)))
        return ReviewReport(
            unit, page.superior, year, period, kind, about, tuple(body), annex, page.links.dashboard(unit.pk)
        )


def _said(*texts: str) -> Clause:
    return Clause(tuple(Part(text) for text in texts))


# ── I ─────────────────────────────────────────────────────────────────────


def _situation(page: Dashboard, about: str) -> Iterable[Clause]:
    if page.campaign is not None:
        theme = f" với chủ đề “{page.campaign.theme}”" if page.campaign.theme else ""
        yield _said(f"{page.unit.name} tổ chức thực hiện {lower_first(page.campaign.name)}{theme}.")
        drives = Campaign.objects.launched().filter(year=page.year, kind__is_drive=True).order_by("starts", "pk")
        names = [lower_first(drive.name) for drive in drives]
        if names:
            yield _said(f"Trong năm đã phát động {listed(names)}.")
    progress = page.progress
    if progress is None or not progress.sheets:
        yield _said(f"Trong {about}, chưa có phiếu số liệu nào của đơn vị.")
        return
    text = f"Đến nay {progress.approved}/{progress.sheets} phiếu số liệu của {progress.round} đã được duyệt"
    yield _said(f"{text}; còn {progress.missing} phiếu chưa trình." if progress.missing else f"{text}.")
    if progress.late:
        more = f" và {progress.more_late} đơn vị khác" if progress.more_late else ""
        yield _said(f"Các đơn vị quá hạn chưa báo cáo: {', '.join(progress.late)}{more}.")


# ── II ────────────────────────────────────────────────────────────────────


def _results(page: Dashboard) -> Iterable[Heading | Clause]:
    shown = 0
    if any(line.delta for line in _lines(page)):
        yield _said(f"Số liệu được so sánh với cùng kỳ năm {page.last_year}.")
    for area, lines in page.areas:
        told = [clause(fact_of(page, line), phrases()) for line in lines if line.mark.key != "na"]
        if told:
            shown += 1
            yield Heading(f"{shown}. {area}", 2)
            yield paragraph(told)
    if not shown:
        yield _said("Chưa có số liệu được duyệt trong kỳ báo cáo.")


def fact_of(page: Dashboard, line: Line) -> Fact:
    """A line of the dashboard as the wording needs it."""
    delta = line.delta
    trend = "" if delta is None else {True: "rises", False: "falls", None: "steady"}[delta.rises]
    return Fact(
        name=lower_first(line.label), state=KEYS.get(line.mark.key, line.mark.key),
        value=_lowered(line), target=line.target,
        low=line.direction == Indicator.Direction.LOWER, trend=trend,
        delta="" if delta is None or delta.rises is None or line.graded else _measured(delta.text, line, change=True),
        year=page.last_year, coverage="" if line.complete else line.coverage, url=line.url,
    )  # fmt: skip


def _lowered(line: Line) -> str:
    return lower_first(line.value) if line.graded else _measured(line.value, line)


def _measured(text: str, line: Line, *, change: bool = False) -> str:
    """«98,6%», «25 sáng kiến»; coefficients have no unit that is read out."""
    if line.unit == "%":
        return f"{text} điểm phần trăm" if change else f"{text}%"
    return f"{text} {line.unit}" if line.unit and line.unit != "hệ số" else text


# ── III, IV ───────────────────────────────────────────────────────────────


def _lines(page: Dashboard) -> list[Line]:
    return [line for _area, lines in page.areas for line in lines]


def _judgement(page: Dashboard) -> Iterable[Heading | Clause]:
    lines = _lines(page)
    yield Heading("1. Ưu điểm", 2)
    reached = page.reached
    over = [lower_first(line.label) for line in lines if line.mark.key == "over"]
    if reached.total:
        text = f"Đạt và vượt {reached.met}/{reached.total} chỉ tiêu đã đăng ký"
        yield _said(f"{text}, trong đó vượt chỉ tiêu: {listed(over)}." if over else f"{text}.")
    better = [lower_first(line.label) for line in lines if line.delta is not None and line.delta.tone == "met"]
    if better:
        named = f": {listed(better)}" if len(better) <= NAMED else ""
        yield _said(f"So với cùng kỳ năm {page.last_year}, tiến bộ ở {len(better)} chỉ tiêu{named}.")
    if not reached.total and not better:
        yield _said("Chưa có chỉ tiêu để đánh giá.")
    yield Heading("2. Hạn chế, khuyết điểm", 2)
    missed = [line for line in lines if line.mark.key in MISSED]
    if missed:
        named = listed(f"{lower_first(line.label)} ({_lowered(line)} so với {line.target})" for line in missed)
        yield _said(f"Còn {len(missed)} chỉ tiêu chưa đạt: {named}.")
    worse = [lower_first(line.label) for line in lines if line.delta is not None and line.delta.tone == "miss"]
    if worse:
        yield _said(f"Giảm so với cùng kỳ năm {page.last_year}: {listed(worse)}.")
    silent = [lower_first(line.label) for line in lines if line.mark.key == "none"]
    if silent:
        yield _said(f"Chưa có số liệu: {listed(silent)}.")
    if not missed and not worse and not silent:
        yield _said("Không có chỉ tiêu nào chưa đạt hoặc giảm so với cùng kỳ.")


def _tasks(page: Dashboard) -> Iterable[Clause]:
    missed = [line for line in _lines(page) if line.mark.key in MISSED]
    if missed:
        named = listed(f"{lower_first(line.label)} ({line.target})" for line in missed)
        yield _said(f"Tập trung lãnh đạo, chỉ đạo khắc phục các chỉ tiêu chưa đạt: {named}.")
    if page.progress is not None and page.progress.missing:
        yield _said("Đôn đốc các đơn vị chưa trình phiếu số liệu hoàn thành việc báo cáo đúng thời gian quy định.")
    yield _said(
        "Tiếp tục duy trì, giữ vững các chỉ tiêu đã đạt và vượt; nhân rộng cách làm hay, điển hình tiên tiến."
    )


def _annex(line: Line) -> Annex:
    return Annex("", (line.label, line.unit, line.target or "–", line.value, line.mark.word, line.before))

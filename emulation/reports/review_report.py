"""The draft of a review report (*sơ kết, tổng kết*): a unit's branch in a period, from approved figures alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from emulation.models import Indicator, Phrase, WeakPoint
from emulation.periods import period_label
from emulation.reports.dashboard import Dashboard, Line, dashboard_of
from emulation.reports.drives import drives_of
from emulation.services.catalogue import DATA
from emulation.wording import Fact, Paragraph, Part, clause, enumerated, field_of, listed, lower_first, paragraph
from units.models import Unit
from units.paths import path_ids

MISSED = ("near", "miss")
NAMED = 8  # indicators that are named one by one
KEYS = {"": "plain"}  # a value without a target


COLUMNS = ("Chỉ tiêu", "Đơn vị tính", "Chỉ tiêu đề ra", "Kết quả", "Đánh giá", "Cùng kỳ năm trước")


@dataclass(frozen=True, slots=True)
class Annex:
    """A row of the annex; an area's name alone heads its rows."""

    area: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What goes on paper. `body` are headings and paragraphs; `annex` rows have `columns`.

    Number, day and signer are empty until the report is signed off.
    """

    unit: Unit
    superior: Unit | None
    year: int
    period: str
    kind: str
    about: str
    body: tuple[Paragraph, ...]
    annex: tuple[Annex, ...]
    dashboard_url: str
    number: str = ""
    place: str = ""
    day: date | None = None
    signer: str = ""
    signer_post: str = ""
    title: str = ""
    columns: tuple[str, ...] = COLUMNS

    @property
    def fields(self) -> dict[str, str]:
        """Every field of the draft: key → what it says."""
        return {part.field: part.text for one in self.body for part in one.parts if part.field}

    @property
    def links(self) -> dict[str, str]:
        return {part.field: part.url for one in self.body for part in one.parts if part.field}

    @property
    def paragraphs(self) -> list[str]:
        """Every paragraph as plain text."""
        return [part.text for part in self.body]


# When a phrase is used, by its key (data/phrases.json; emulation.wording chooses).
WHEN = {
    "over": _("Target exceeded"),
    "met": _("Target met"),
    "near": _("Target nearly met"),
    "miss": _("Target not met"),
    "plain": _("No target"),
    "low_over": _("Lower is better: target exceeded"),
    "low_met": _("Lower is better: target met"),
    "low_near": _("Lower is better: target nearly met"),
    "low_miss": _("Lower is better: target not met"),
    "low_plain": _("Lower is better: no target"),
    "nil": _("Nothing occurred"),
    "none": _("Not reported"),
    "na": _("Not applicable"),
    "rises": _("Higher than a year before"),
    "falls": _("Lower than a year before"),
    "rises_grade": _("Grade above that of a year before"),
    "falls_grade": _("Grade below that of a year before"),
    "steady": _("As a year before"),
    "short": _("Not everybody has reported"),
}


@cache
def shipped_phrases() -> dict[str, str]:
    return json.loads((DATA / "phrases.json").read_text(encoding="utf-8"))


def phrases_of(unit: Unit) -> dict[str, str]:
    """key → phrase: the unit's own, else those of the nearest unit above, else ours. One query."""
    above = path_ids(unit.path)
    own = Phrase.objects.filter(unit__in=above).values_list("unit", "key", "text")
    nearest = sorted(own, key=lambda row: above.index(row[0]))
    return shipped_phrases() | {key: text for _unit, key, text in nearest}


def period_draft(unit: Unit, year: int, period: str) -> Paper:
    """The draft for a quarter or longer, from what is approved now.

    As many queries as the dashboard, and two for campaigns and phrases.
    """
    told = phrases_of(unit)
    with translation.override("vi"):
        page = dashboard_of(unit, year, period)
        about = period_label(year, period)
        kind = "tổng kết" if period == "Y" else "sơ kết"
        body = [
            heading("I", "I. Tình hình chung"), *_situation(page, about),
            heading("II", "II. Kết quả thực hiện các chỉ tiêu thi đua"), *results(page, told),
            heading("III", "III. Đánh giá chung"), *judgement(page), *unsettled(page),
            heading("IV", "IV. Nhiệm vụ thời gian tới"), *tasks(page),
        ]  # fmt: skip
        url = page.links.dashboard(unit.pk)
        return Paper(unit, page.superior, year, period, kind, about, tuple(body), annex_of(page), url)


def heading(key: str, text: str, level: int = 1) -> Paragraph:
    """A heading of level 1 or 2."""
    return Paragraph(key, (Part(text),), level)


def said(key: str, *pieces: str | Part | Iterable[Part]) -> Paragraph:
    """A paragraph of texts, fields and lists of them."""
    parts: list[Part] = []
    for piece in pieces:
        parts += [Part(piece)] if isinstance(piece, str) else [piece] if isinstance(piece, Part) else piece
    return Paragraph(key, tuple(parts))


def _counted(page: Dashboard, name: str, text: str) -> Part:
    """A field that sums up the figures of the dashboard."""
    return Part(text, page.links.dashboard(page.unit.pk), f"tổng hợp/{name}")


def _names(page: Dashboard, before: str, name: str, names: list[str]) -> list[str | Part]:
    return [before, _counted(page, name, listed(names))] if names else []


# ── I ─────────────────────────────────────────────────────────────────────


def _situation(page: Dashboard, about: str) -> Iterable[Paragraph]:
    if page.campaign is not None:
        theme = f" với chủ đề “{page.campaign.theme}”" if page.campaign.theme else ""
        yield said("I.1", f"{page.unit.name} tổ chức thực hiện {lower_first(page.campaign.name)}{theme}.")
        names = [lower_first(drive.name) for drive in drives_of(page.unit, page.year)]
        if names:
            yield said("I.2", f"Trong năm đã phát động {listed(names)}.")
    progress = page.progress
    if progress is None or not progress.sheets:
        yield said("I.3", f"Trong {about}, chưa có phiếu số liệu nào của đơn vị.")
        return
    approved = _counted(page, "phiếu đã duyệt", f"{progress.approved}/{progress.sheets}")
    missing = _counted(page, "phiếu chưa trình", str(progress.missing))
    rest = ["; còn ", missing, " phiếu chưa trình."] if progress.missing else ["."]
    yield said("I.3", "Đến nay ", approved, f" phiếu số liệu của {progress.round} đã được duyệt", *rest)
    if progress.late:
        more = f" và {progress.more_late} đơn vị khác" if progress.more_late else ""
        late = _counted(page, "đơn vị quá hạn", f"{', '.join(progress.late)}{more}")
        yield said("I.4", "Các đơn vị quá hạn chưa báo cáo: ", late, ".")


# ── II ────────────────────────────────────────────────────────────────────


def results(page: Dashboard, told: Mapping[str, str]) -> Iterable[Paragraph]:
    """Clauses about every figure that applies, by area."""
    shown = 0
    if any(line.delta for line in _lines(page)):
        yield said("II.0", f"Số liệu được so sánh với cùng kỳ năm {page.last_year}.")
    for area, lines in page.areas:
        clauses = [clause(fact_of(page, line), told) for line in lines if line.mark.key != "na"]
        if clauses:
            shown += 1
            yield heading(f"II.{area}", f"{shown}. {area}", 2)
            yield Paragraph(f"II.{area}.1", paragraph(clauses).parts)
    if not shown:
        yield said("II.1", "Chưa có số liệu được duyệt trong kỳ báo cáo.")


def fact_of(page: Dashboard, line: Line) -> Fact:
    """A line of the dashboard as the wording needs it."""
    delta = line.delta
    trend = "" if delta is None else {True: "rises", False: "falls", None: "steady"}[delta.rises]
    return Fact(
        code=line.code, name=lower_first(line.label), state=KEYS.get(line.mark.key, line.mark.key),
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


def judgement(page: Dashboard) -> Iterable[Paragraph]:
    """What was reached, and what was not."""
    yield heading("III.1", "1. Ưu điểm", 2)
    yield from _strong_points(page)
    yield heading("III.2", "2. Hạn chế, khuyết điểm", 2)
    yield from _weak_points(page)


def _strong_points(page: Dashboard) -> Iterable[Paragraph]:
    lines, reached = _lines(page), page.reached
    over = [lower_first(line.label) for line in lines if line.mark.key == "over"]
    if reached.total:
        met = _counted(page, "chỉ tiêu đạt", f"{reached.met}/{reached.total}")
        named = _names(page, ", trong đó vượt chỉ tiêu: ", "chỉ tiêu vượt", over)
        yield said("III.1.1", "Đạt và vượt ", met, " chỉ tiêu đã đăng ký", *named, ".")
    better = [lower_first(line.label) for line in lines if line.delta is not None and line.delta.tone == "met"]
    if better:
        count = _counted(page, "chỉ tiêu tiến bộ", str(len(better)))
        few = better if len(better) <= NAMED else []
        named = _names(page, ": ", "tên chỉ tiêu tiến bộ", few)
        text = f"So với cùng kỳ năm {page.last_year}, tiến bộ ở "
        yield said("III.1.2", text, count, " chỉ tiêu", *named, ".")
    if not reached.total and not better:
        yield said("III.1.3", "Chưa có chỉ tiêu để đánh giá.")


def _weak_points(page: Dashboard) -> Iterable[Paragraph]:
    lines = _lines(page)
    missed = [fact_of(page, line) for line in lines if line.mark.key in MISSED]
    if missed:
        count = _counted(page, "chỉ tiêu chưa đạt", str(len(missed)))
        named = enumerated(
            [Part(f"{fact.name} ("), field_of(fact, "value"), Part(" so với "), field_of(fact, "target"), Part(")")]
            for fact in missed
        )
        yield said("III.2.1", "Còn ", count, " chỉ tiêu chưa đạt: ", named, ".")
    worse = [lower_first(line.label) for line in lines if line.delta is not None and line.delta.tone == "miss"]
    if worse:
        named = [_counted(page, "chỉ tiêu giảm", listed(worse))]
        yield said("III.2.2", f"Giảm so với cùng kỳ năm {page.last_year}: ", named, ".")
    silent = [lower_first(line.label) for line in lines if line.mark.key == "none"]
    if silent:
        yield said("III.2.3", "Chưa có số liệu: ", _counted(page, "chưa có số liệu", listed(silent)), ".")
    if not missed and not worse and not silent:
        compared = any(line.delta is not None for line in lines)
        more = " hoặc giảm so với cùng kỳ" if compared else ""
        known = compared or page.reached.total
        yield said("III.2.4", f"Không có chỉ tiêu nào chưa đạt{more}." if known else "Chưa có chỉ tiêu để đánh giá.")


def unsettled(page: Dashboard) -> Iterable[Paragraph]:
    """The unit's own weak points that no superior has closed, raised up to the year of the report. One query."""
    rows = WeakPoint.objects.unsettled().filter(unit=page.unit, year__lte=page.year)[:NAMED]
    named = enumerated(
        [Part(_plain(point.title), point.get_absolute_url(), f"khâu yếu {point.pk}"), *_until(point)]
        for point in rows
    )
    if named:
        yield said("III.2.5", "Khâu yếu, mặt yếu, việc khó chưa giải quyết dứt điểm: ", named, ".")


def _until(point: WeakPoint) -> list[Part]:
    if point.deadline is None:
        return []
    day = Part(f"{point.deadline:%d/%m/%Y}", point.get_absolute_url(), f"thời hạn khâu yếu {point.pk}")
    return [Part(" (thời hạn "), day, Part(")")]


def _plain(text: str) -> str:
    """Braces would read as fields."""
    return text.replace("{", "(").replace("}", ")")


def tasks(page: Dashboard) -> Iterable[Paragraph]:
    """What follows for the time to come."""
    missed = [fact_of(page, line) for line in _lines(page) if line.mark.key in MISSED]
    if missed:
        named = enumerated([Part(f"{fact.name} ("), field_of(fact, "target"), Part(")")] for fact in missed)
        yield said("IV.1", "Tập trung lãnh đạo, chỉ đạo khắc phục các chỉ tiêu chưa đạt: ", named, ".")
    if page.progress is not None and page.progress.missing:
        yield said(
            "IV.2", "Đôn đốc các đơn vị chưa trình phiếu số liệu hoàn thành việc báo cáo đúng thời gian quy định."
        )
    yield said(
        "IV.3",
        "Tiếp tục duy trì, giữ vững các chỉ tiêu đã đạt và vượt; nhân rộng cách làm hay, điển hình tiên tiến.",
    )


def annex_of(page: Dashboard, columns: int = len(COLUMNS)) -> tuple[Annex, ...]:
    """All figures of the page, under the names of their areas, in the first `columns` of `COLUMNS`."""
    rows = (row for area, lines in page.areas for row in (Annex(area), *map(_annex, lines)))
    return tuple(Annex(row.area, row.cells[:columns]) for row in rows)


def _annex(line: Line) -> Annex:
    return Annex("", (line.label, line.unit, line.target or "–", line.value, line.mark.word, line.before))

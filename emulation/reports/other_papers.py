"""Papers besides the review report: launch plan, pledge, lists and tables, all in the official layout.

A page adds its list by one entry in `MAKERS` and two links; `list_paper` makes the paper from title, columns and
rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.models import Campaign, CampaignIndicator, Indicator, InitiativeWork, Registration, WeakPoint
from emulation.numbers import format_part
from emulation.official import Layout
from emulation.periods import QUARTERS, YEARS, parse_period, period_label
from emulation.reports.coverage import coverage_of
from emulation.reports.display import (
    Grades,
    coverage_text,
    dated,
    few_of_text,
    few_text,
    name_with_unit,
    paper_text,
    unit_text,
    until_text,
)
from emulation.reports.figures import Figure, Reading, Wanted
from emulation.reports.initiatives import for_list, row_of
from emulation.reports.launch import papers_since
from emulation.reports.layouts import layout_of
from emulation.reports.paper_kinds import KINDS, PaperKind
from emulation.reports.papers import word_file
from emulation.reports.partly import figure_under, partly_below, spans_under
from emulation.reports.places import places_for
from emulation.reports.pledges import unit_pledge
from emulation.reports.progress import Coming, subordinates
from emulation.reports.resting import statistics_address
from emulation.reports.rounds import summed_up_from
from emulation.reports.targets import Line, registration_of, target_sheet, targets_of
from emulation.scoring import SIGNS
from emulation.typesetting import Column, Row, Table, pdf
from emulation.wording import listed, lower_first
from units import clock
from units.keys import key_of
from units.models import Unit, User
from units.paths import branch_q

WIDE = 10  # subordinates that stand side by side
NOT_ASKED, UNREPORTED = "–", "chưa báo cáo"  # in the place of a figure


@dataclass(frozen=True, slots=True)
class OtherPaper:
    """A paper that is made anew from the data each time. `body` are (level, text); `left` signs beside the unit."""

    kind: str
    unit: Unit
    year: int
    title: str
    about: str
    body: tuple[tuple[int, str], ...] = ()
    table: Table | None = None
    landscape: bool = False
    left: tuple[str, str] = ("", "")
    first: tuple[str, ...] = ()  # recipients before those of the profile
    since: date | None = None  # of a paper that sums a period up: `summed_up_from`
    coverage: Coming | None = None  # the sheets that such a paper rests on

    @property
    def earliest(self) -> date:
        """The first day that it may bear once signed."""
        return self.since or papers_since(self.year)


@dataclass(frozen=True, slots=True)
class Signature:
    """Number, day and signature; empty while the paper is a draft."""

    number: str = ""
    day: date | None = None
    place: str = ""
    signer: str = ""
    signer_post: str = ""


@dataclass(frozen=True)
class Maker:
    """A paper that pages offer. `make` returns None where `what` names nothing that the user reads.

    `what` is a year, a period or a key: the last part of the address. `page` is the page it belongs to.
    """

    label: str | Promise
    make: Callable[[User, Unit, str], OtherPaper | None]
    page: Callable[[Unit, str], str]


def list_paper(
    unit: Unit, year: int, title: str, about: str, columns: Sequence[Column], rows: Iterable[Row], *,
    kind: str = "list", landscape: bool = False,
) -> OtherPaper:  # fmt: skip
    """A list: heading, table with a repeated head, official head and foot. Texts in Vietnamese."""
    return OtherPaper(kind, unit, year, title, about, table=Table(tuple(columns), list(rows)), landscape=landscape)


# ── files ─────────────────────────────────────────────────────────────────


def _data(paper: OtherPaper, kind: PaperKind, layout: Layout, signed: Signature) -> dict[str, Any]:
    head = layout.head(
        kind.code, number=signed.number, place=signed.place, day=signed.day, year=paper.year, signer=signed.signer,
        signer_post=signed.signer_post,
    )  # fmt: skip
    return head | {
        "title": paper.title, "about": paper.about, "recipients": layout.sent_to(*paper.first),
        "body": [{"level": level, "text": text} for level, text in paper.body],
        "left_post": paper.left[0], "left_signer": paper.left[1],
    }  # fmt: skip


def as_word(paper: OtherPaper, signed: Signature = Signature()) -> bytes:  # noqa: B008 – it is frozen
    """By the unit's own template, else the shipped one. Raises `Refused`."""
    kind, layout = KINDS[paper.kind], layout_of(paper.unit)
    data = _data(paper, kind, layout, signed)
    return word_file(kind, paper.unit, data, layout, table=paper.table, landscape=paper.landscape)


def as_pdf(paper: OtherPaper, signed: Signature = Signature()) -> bytes:  # noqa: B008 – it is frozen
    kind, layout = KINDS[paper.kind], layout_of(paper.unit)
    data = _data(paper, kind, layout, signed)
    return pdf(kind.typst, data, layout, table=paper.table, landscape=paper.landscape)


WRITERS = {"docx": as_word, "pdf": as_pdf}


# ── targets, pledge ───────────────────────────────────────────────────────


def _year(what: str) -> int | None:
    return int(what) if what.isascii() and what.isdecimal() and len(what) == 4 and int(what) in YEARS else None


def _target_rows(user: User, unit: Unit, year: int, values: Callable[[Any], tuple[str, ...]]) -> list[Row]:
    places = places_for(unit, year, user)
    sheet = target_sheet(unit, year, places, targets_of(unit, year, places))
    rows, number = [], 0
    for group in sheet.groups:
        rows.append(Row(section=group.area))
        for line in group.lines:
            number += 1
            rows.append(Row((str(number), line.row.label, unit_text(line.row.indicator), *values(line))))
    return rows


def target_list(user: User, unit: Unit, what: str) -> OtherPaper | None:
    year = _year(what)
    if year is None:
        return None
    columns = (
        Column("TT", 5, "center"), Column("Chỉ tiêu", 34), Column("Đơn vị tính", 11, "center"),
        Column(f"Kết quả năm {year - 1}", 12, "center"), Column("Cấp trên giao", 12, "center"),
        Column("Đơn vị đăng ký", 12, "center"), Column("Thống nhất", 12, "center"),
    )  # fmt: skip
    rows = _target_rows(user, unit, year, lambda line: (_last(line), line.assigned, line.registered, line.agreed))
    return list_paper(unit, year, "DANH SÁCH CHỈ TIÊU THI ĐUA", f"Năm {year}", columns, rows)


def _last(line: Line) -> str:
    """Last year's result; of how many reports where some are missing."""
    if line.last == few_text():
        return few_of_text(line.short)
    return f"{line.last} ({line.short})" if line.short else line.last


def pledge(user: User, unit: Unit, what: str) -> OtherPaper | None:
    """What the page of the pledge of a year shows, for signature by both sides."""
    year = _year(what)
    return None if year is None else _pledge(registration_of(unit, year))


def drive_pledge(user: User, unit: Unit, what: str) -> OtherPaper | None:
    """The pledge of a peak drive that the user reads; `what` is its key."""
    rows = Campaign.objects.visible_to(user).filter(kind__is_drive=True)
    drive = rows.filter(pk=key).first() if (key := key_of(what)) is not None else None
    return None if drive is None else _pledge(registration_of(unit, drive.year, drive))


def _pledge(registration: Registration) -> OtherPaper:
    found = unit_pledge(registration)
    widths: tuple[tuple[int, str], ...] = (
        (5, "center"),
        (38, "left"),
        (14, "center"),
        (18, "center"),
        (25, "center"),
    )
    columns = tuple(Column(name, *width) for name, width in zip(found.columns, widths, strict=False))
    rows = [Row(section=row.area) if row.area else Row(row.cells) for row in found.rows]
    if found.titles:
        rows.append(Row(section="Danh hiệu thi đua phấn đấu"))
        rows += [
            Row((str(number), title, *[""] * (len(columns) - 2)))
            for number, title in enumerate(found.titles, start=1)
        ]
    left = (f"{found.confirming.post} {found.confirming.unit}".upper(), "") if found.confirming.unit else ("", "")
    return OtherPaper(
        "pledge", registration.unit, registration.year, found.title, found.about,
        ((0, found.intro), (0, found.promise)),
        Table(columns, rows), left=left,
    )  # fmt: skip


# ── statistics ────────────────────────────────────────────────────────────


CellText = Callable[[int, Indicator], str]
NameText = Callable[[Indicator], str]
Names = dict[int, str]  # unit → its name, with since or until when it stood there
Statistics = tuple[tuple[Column, ...], list[Row]]


def statistics(_user: User, unit: Unit, what: str) -> OtherPaper | None:
    """Indicators × direct subordinates of that time, approved figures alone; more than `WIDE` stand in rows."""
    try:
        year, period = parse_period(what)
    except ValueError:
        return None
    below, figures = _figures(unit, year, period)
    rows = Indicator.objects.filter(pk__in={pk for _unit, pk in figures}).select_related("area", "grade_scale")
    indicators = list(rows.order_by("area__order", "area__code", "order", "code"))
    grades = Grades()

    whole = {row.pk: figures.get((unit.pk, row.pk)) for row in indicators}

    def cell(one: int, row: Indicator) -> str:
        figure, total = figures.get((one, row.pk)), whole[row.pk]
        if figure is None or not figure.expected:
            return NOT_ASKED
        if not figure.reported:
            return UNREPORTED
        notes = [] if figure.complete or figure.skewed else [coverage_text(figure)]
        notes += [until_text(figure.until)] if figure.until and total and total.mixed and figure is not total else []
        text = paper_text(row, figure, grades)
        return f"{text} ({'; '.join(notes)})" if notes else text

    def name(row: Indicator) -> str:
        total = whole[row.pk]
        return dated(row.label, total.until) if total else row.label

    about = period_label(year, period)
    if len(below) > WIDE:
        main = set(CampaignIndicator.objects.in_force(year).filter(is_main=True).values_list("indicator", flat=True))
        chosen = [row for row in indicators if row.pk in main][:WIDE] or indicators[:WIDE]
        columns, table = _units_in_rows(unit, below, chosen, name, cell)
    else:
        columns, table = _units_in_columns(unit, below, indicators, name, cell)
    paper = list_paper(
        unit, year, "BẢNG THỐNG KÊ KẾT QUẢ THI ĐUA", about[:1].upper() + about[1:], columns, table,
        kind="statistics", landscape=True,
    )  # fmt: skip
    coverage = coverage_of(unit, year, period)
    return replace(
        paper, since=summed_up_from(year, period), coverage=coverage, body=tuple(_rests_on(coverage, table))
    )


def _rests_on(coverage: Coming, table: list[Row]) -> Iterable[tuple[int, str]]:
    """On how many sheets the figures rest and as of which day, and what stands in the place of figures."""
    day = f"{clock.today():%d/%m/%Y}"
    yield 0, f"Số liệu tổng hợp từ {coverage.text} phiếu đã duyệt, tính đến ngày {day}."
    cells = [text for row in table for text in row.cells[1:]]
    keys = [f"“{NOT_ASKED}”: không giao hoặc không áp dụng"] if NOT_ASKED in cells else []
    keys += [f"“{UNREPORTED}”: có giao, chưa có phiếu được duyệt"] if UNREPORTED in cells else []
    keys += ["số trong ngoặc: số phiếu đã duyệt trên số phiếu phải báo cáo"] if not coverage.complete else []
    if keys:
        yield 0, f"Ghi chú: {listed(keys)}."


def _units_in_rows(
    unit: Unit, below: Names, indicators: list[Indicator], name: NameText, cell: CellText
) -> Statistics:
    columns = (Column("Đơn vị", 24), *(Column(_headed(row, name(row)), 10, "center") for row in indicators))
    named = {unit.pk: unit.short} | below
    return columns, [Row((text, *(cell(one, row) for row in indicators))) for one, text in named.items()]


def _units_in_columns(
    unit: Unit, below: Names, indicators: list[Indicator], name: NameText, cell: CellText
) -> Statistics:
    """Indicators in rows, under the heading of their area."""
    columns = (
        Column("Chỉ tiêu", 30), Column("Đơn vị tính", 10, "center"), Column("Toàn đơn vị", 10, "center"),
        *(Column(text, 10, "center") for text in below.values()),
    )  # fmt: skip
    table, area = [], ""
    for row in indicators:
        if row.area.label != area:
            area = row.area.label
            table.append(Row(section=area))
        values = (cell(one, row) for one in [unit.pk, *below])
        table.append(Row((name(row), "" if row.grade_scale_id else unit_text(row), *values)))
    return columns, table


def _figures(unit: Unit, year: int, period: str) -> tuple[Names, dict[tuple[int, int], Figure]]:
    """Who stood directly below the unit in the period, as on the dashboard, and what of its figures counts there."""
    reading = Reading(Q(unit=unit) | Q(parent=unit), [year])
    reading.complete(unit.pk, year)
    below = subordinates(reading, unit, year, period)
    partly = partly_below(reading, unit.pk, below, year, period)
    reading.load_plans([year])
    reading.load(
        Wanted((unit.pk, *(row.unit_id for row in below)), year, (period,)),
        Wanted(partly, year, tuple(f"Q{quarter}" for quarter in QUARTERS[period])),
    )
    found = {(unit.pk, pk): reading.figure(unit.pk, pk, year, period) for pk in reading.indicators}
    for row in below:
        for pk in reading.indicators:
            found[row.unit_id, pk] = figure_under(reading, unit.pk, row.unit_id, pk, year, period)
    spans = spans_under(unit, partly, year)
    names = {row.unit_id: " ".join(filter(None, (row.unit.short, _span(spans, row.unit_id)))) for row in below}
    return names, {key: figure for key, figure in found.items() if figure is not None}


def _span(spans: dict[int, str], unit: int) -> str:
    return f"({spans[unit]})" if spans.get(unit) else ""


def _headed(row: Indicator, name: str) -> str:
    return name_with_unit(name, "" if row.grade_scale_id else unit_text(row))


# ── launch plan ───────────────────────────────────────────────────────────


def launch_plan(user: User, unit: Unit, what: str) -> OtherPaper | None:
    """From what the campaign says of itself; nothing is added that nobody wrote."""
    key = int(what) if what.isascii() and what.isdecimal() and len(what) < 10 else 0
    rows = Campaign.objects.filter(pk=key, launching_unit=unit, pk__in=Campaign.objects.visible_to(user))
    campaign = rows.select_related("kind", "launching_unit").first()
    if campaign is None:
        return None
    about = f"Phát động {lower_first(campaign.name)}"
    body = [*_aims(campaign, about), *_asked(campaign), *_drives(campaign), *_carried_out(campaign)]
    return OtherPaper(
        "plan", unit, campaign.year, "KẾ HOẠCH", about, tuple(body),
        _plan_table(campaign),
    )  # fmt: skip


def _aims(campaign: Campaign, about: str) -> Iterable[tuple[int, str]]:
    basis = [str(row) for row in campaign.documents.all()]
    if basis:
        by = campaign.launching_unit.name
        yield 0, f"Thực hiện {listed(basis)}, {by} xây dựng Kế hoạch {lower_first(about)} như sau:"
    yield 1, "I. Mục đích, yêu cầu và nội dung"
    if campaign.theme:
        yield 0, f"Chủ đề: “{campaign.theme}”."
    for line in campaign.content.splitlines():
        if line.strip():
            yield 0, line.strip()
    if not campaign.theme and not campaign.content.strip():
        yield 0, "……"
    yield 1, "II. Thời gian và phạm vi"
    yield 0, f"Thời gian: từ ngày {campaign.starts:%d/%m/%Y} đến ngày {campaign.ends:%d/%m/%Y}."
    scopes = campaign.scopes.select_related("unit").order_by("unit__path")
    names = [f"{row.unit.name}{' và các đơn vị trực thuộc' if row.with_branch else ''}" for row in scopes]
    yield 0, f"Đơn vị tham gia: {listed(names)}." if names else "Đơn vị tham gia: ……"


def _asked(campaign: Campaign) -> Iterable[tuple[int, str]]:
    count = campaign.indicators.count()
    yield 1, "III. Chỉ tiêu thi đua"
    yield 0, f"Gồm {count} chỉ tiêu theo bảng kèm theo." if count else "……"


def _drives(campaign: Campaign) -> Iterable[tuple[int, str]]:
    yield 1, "IV. Các đợt thi đua, chuyên đề"
    parts = campaign.children.order_by("starts", "pk")
    for row in parts:
        yield 0, f"- {row.name}: từ ngày {row.starts:%d/%m/%Y} đến ngày {row.ends:%d/%m/%Y}."
    if not parts:
        yield 0, "……"


def _carried_out(campaign: Campaign) -> Iterable[tuple[int, str]]:
    yield 1, "V. Tổ chức thực hiện"
    yield (
        0,
        "Các cơ quan, đơn vị căn cứ Kế hoạch này đăng ký chỉ tiêu, tổ chức thực hiện và báo cáo kết quả theo quý.",
    )


def _plan_table(campaign: Campaign) -> Table | None:
    rows, area, number = [], "", 0
    once = "cuối đợt" if campaign.kind.is_drive else ""  # a drive has one round of its own
    for row in campaign.indicators.select_related("indicator__area"):
        if row.indicator.area.label != area:
            area = row.indicator.area.label
            rows.append(Row(section=area))
        number += 1
        sign = SIGNS[row.comparator]
        rows.append(Row((str(number), row.label, unit_text(row.indicator), sign, once or row.get_asked_display())))
    if not number:
        return None
    columns = (
        Column("TT", 5, "center"), Column("Chỉ tiêu", 50), Column("Đơn vị tính", 14, "center"),
        Column("So sánh", 10, "center"), Column("Kỳ báo cáo", 20, "center"),
    )  # fmt: skip
    return Table(columns, rows)


# ── initiatives ───────────────────────────────────────────────────────────


def initiatives(user: User, unit: Unit, what: str) -> OtherPaper | None:
    """Works of the unit's branch in a year, in the order in which they were proposed."""
    year = _year(what)
    if year is None:
        return None
    works = InitiativeWork.objects.visible_to(user).filter(branch_q(unit.path, "unit__path"), year=year)
    columns = (
        Column("TT", 5, "center"), Column("Tên sáng kiến, đề tài", 27), Column("Tác giả", 18), Column("Đơn vị", 12),
        Column("Cấp công nhận", 12, "center"), Column("Quyết định", 14, "center"),
        Column("Làm lợi (triệu đồng)", 12, "right"),
    )  # fmt: skip
    rows = []
    for number, row in enumerate(map(row_of, for_list(works).order_by("pk")), start=1):
        work, paper = row.work, row.recognised
        decision = f"{paper.decision}, {paper.day:%d/%m/%Y}" if paper else str(work.get_state_display())
        saved = format_part(work.saved) or "–"
        rows.append(Row((str(number), work.title, row.authors, work.unit.short, row.level or "–", decision, saved)))
    return list_paper(unit, year, "DANH SÁCH SÁNG KIẾN", f"Năm {year}", columns, rows, landscape=True)


# ── weak points ───────────────────────────────────────────────────────────


def weak_points(user: User, unit: Unit, what: str) -> OtherPaper | None:
    """Weak points of the unit's branch that were raised in a year, or earlier and are not settled."""
    year = _year(what)
    if year is None:
        return None
    points = WeakPoint.objects.visible_to(user).filter(branch_q(unit.path, "unit__path"), year__lte=year)
    points = points.filter(Q(year=year) | ~Q(state=WeakPoint.State.CLOSED)).select_related("unit", "owner")
    columns = (
        Column("TT", 5, "center"), Column("Đơn vị", 10), Column("Khâu yếu, mặt yếu, việc khó", 27),
        Column("Loại", 10, "center"), Column("Biện pháp", 22), Column("Người phụ trách", 13),
        Column("Thời hạn", 11, "center"), Column("Tình trạng", 12, "center"),
    )  # fmt: skip
    rows = [
        Row((
            str(number), point.unit.short, point.title, str(point.get_kind_display()), point.measure or "–",
            point.in_charge or "–", f"{point.deadline:%d/%m/%Y}" if point.deadline else "–",
            str(point.get_state_display()),
        ))
        for number, point in enumerate(points.order_by("unit__path", "year", "pk"), start=1)
    ]  # fmt: skip
    return list_paper(unit, year, "DANH SÁCH KHÂU YẾU, MẶT YẾU, VIỆC KHÓ", f"Năm {year}", columns, rows,
                      landscape=True)  # fmt: skip


def _weak_points_page(unit: Unit, what: str) -> str:
    return f"{reverse('emulation:weak-point-list')}?{urlencode({'view': 'list', 'unit': unit.code})}"


def _targets_page(unit: Unit, what: str) -> str:
    return reverse("emulation:target-list", args=[unit.pk, int(what)])


def _initiatives_page(unit: Unit, what: str) -> str:
    return f"{reverse('emulation:initiative-list')}?{urlencode({'year': what, 'unit': unit.code})}"


def _dashboard_page(unit: Unit, what: str) -> str:
    return statistics_address(unit.pk, *parse_period(what))


# key in the address → the paper; each page that offers one adds a line.
MAKERS: dict[str, Maker] = {
    "targets": Maker(_("List of targets"), target_list, _targets_page),
    "pledge": Maker(_("Registration and pledge"), pledge, _targets_page),
    "drive-pledge": Maker(
        _("Registration and pledge"),
        drive_pledge,
        lambda unit, what: reverse("emulation:drive-targets", args=[int(what), unit.pk]),
    ),
    "initiatives": Maker(_("List of initiatives"), initiatives, _initiatives_page),
    "weak-points": Maker(_("List of weak points"), weak_points, _weak_points_page),
    "statistics": Maker(_("Statistics table"), statistics, _dashboard_page),
    "launch-plan": Maker(
        _("Launch plan"), launch_plan, lambda unit, what: reverse("emulation:campaign-detail", args=[int(what)])
    ),
}


def paper_of(user: User, unit: Unit, key: str, what: str) -> OtherPaper | None:
    """The paper in Vietnamese; None where there is no such paper."""
    if key not in MAKERS:
        return None
    with translation.override("vi"):
        return MAKERS[key].make(user, unit, what)

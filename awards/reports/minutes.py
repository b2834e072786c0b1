"""The papers of a session, in Vietnamese: minutes (*biên bản họp*), minutes of the tally (*biên bản kiểm phiếu*)."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.text import Truncator

from awards.models import AgendaItem, Attendance, Council, CouncilMember, Session
from awards.reports.sessions import Entry, SessionPage
from emulation.official import BLANK, Layout, day_words
from emulation.reports.layouts import layout_of, name_with_rank
from emulation.wording import listed, lower_first
from units.models import Unit, User

PAPERS = ("minutes", "tally")
CODE = "BB"  # in the numbers of minutes
COUNCIL = "HĐTĐKT"  # who wrote them, as it stands there
COLUMNS = (
    "TT", "Cá nhân, tập thể được đề nghị", "Danh hiệu, hình thức", "Đồng ý", "Mức thấp hơn", "Không đồng ý",
    "Phiếu trắng", "% tổng số thành viên", "Kết quả",
)  # fmt: skip
RESULTS = {"passed": "Thông qua", "lowered": "Hạ mức", "failed": "Không thông qua", "": "–"}
How = Attendance.How
Function = CouncilMember.Function


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper to be printed: `body` paragraphs, `rows` as cells of text, signatures (title, name) left and right.

    Its head has no place and day, as minutes have none (Decree 30/2020): its words say them.
    """

    unit: Unit
    layout: Layout
    title: str
    about: str
    superior: str
    issuer: str
    number: str
    body: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: tuple[str, str]
    right: tuple[str, str]


def paper_of(page: SessionPage, kind: str) -> Paper:
    """The paper `kind` of `PAPERS` of a closed session, around it what its unit's papers have. Two queries.

    The council is an organ of its unit: the unit's own line stands above it. Secretary and chair sign, not whoever
    signs the unit's papers.
    """
    with translation.override("vi"):
        session, council = page.session, page.session.council
        tally = kind == "tally"
        entries = [entry for entry in page.entries if entry.item.secret or not tally]
        text = _tally_text(page) if tally else session.minutes or draft_minutes(page)
        layout = layout_of(council.unit)
        return Paper(
            council.unit, layout, "BIÊN BẢN KIỂM PHIẾU" if tally else "BIÊN BẢN", session.title,
            layout.issuer.upper(), council_lines(council), number_of(session, tally=tally),
            tuple(line for line in text.splitlines() if line.strip()),
            tuple(_row(number, entry) for number, entry in enumerate(entries, start=1)),
            ("NGƯỜI KIỂM PHIẾU" if tally else "THƯ KÝ", name_with_rank(_secretary(page))), _presides(page),
        )  # fmt: skip


def number_of(session: Session, *, tally: bool) -> str:
    """The number of the minutes, or a gap in its place before it has one. The tally's own is written in by hand.

    Both are papers of the council, so the gap of the one ends as the number of the other does.
    """
    if session.number and not tally:
        return session.number
    _number, _slash, ending = session.number.partition("/")
    return f"{BLANK}/{ending or f'{CODE}-{COUNCIL}'}"


GAP = re.compile("…|[.]{3,}|_{2,}")


def gaps_of(session: Session) -> list[str]:
    """What the saved minutes leave open: their number, and paragraphs in which dots wait for words, shortened."""
    found = [] if session.number else ["Số: ……"]
    return found + [Truncator(line.strip()).chars(90) for line in session.minutes.splitlines() if GAP.search(line)]


def council_lines(council: Council) -> str:
    """The council's name in capitals, broken where it may be: «HỘI ĐỒNG / THI ĐUA – KHEN THƯỞNG / CỤC KỸ THUẬT»."""
    name, unit = council.name.upper(), council.unit.name.upper()
    return name.replace(" THI ĐUA", "\nTHI ĐUA", 1).replace(f" {unit}", f"\n{unit}", 1)


def _row(number: int, entry: Entry) -> tuple[str, ...]:
    item, tally = entry.item, entry.tally
    line = item.line
    details = ", ".join(part for part in (line.rank, line.post, line.place) if part)
    who = f"{line.name}\n{details}".strip()
    award = item.award.paper_name + (f"\n(mức thấp hơn: {item.lower.paper_name})" if item.lower else "")
    if tally is None:
        return (str(number), who, award, "–", "–", "–", "–", "–", "–")
    lower = str(tally.lower) if item.lower_id else "–"
    counts = (str(tally.favour), lower, str(tally.against), str(tally.blank))
    return (str(number), who, award, *counts, entry.percent, RESULTS[item.result])


# ── who presides, who writes ──────────────────────────────────────────────


def _chair(page: SessionPage) -> User | None:
    """Chair, else deputy, of those who are present."""
    return _present(page, Function.CHAIR) or _present(page, Function.DEPUTY)


def _presides(page: SessionPage) -> tuple[str, str]:
    """Who signs on the right: the chair of the council, or the deputy in the chair's place."""
    chair = _present(page, Function.CHAIR)
    post = "CHỦ TỊCH HỘI ĐỒNG" if chair else "PHÓ CHỦ TỊCH HỘI ĐỒNG"
    return post, name_with_rank(_chair(page))


def _secretary(page: SessionPage) -> User | None:
    return _present(page, Function.SECRETARY)


def _present(page: SessionPage, function: str) -> User | None:
    there = (row for row in page.attendances if row.how == How.PRESENT and row.member.function == function)
    return next((row.member.user for row in there), None)


def _name(user: User | None) -> str:
    return str(user) if user else ""


# ── texts ─────────────────────────────────────────────────────────────────


def draft_minutes(page: SessionPage) -> str:
    """What the data say of the session; people finish it. One paragraph a line."""
    with translation.override("vi"):
        return "\n".join([*_opening(page), *_content(page), *_results(page)])


def _opening(page: SessionPage) -> list[str]:
    session = page.session
    names = [f"{row.member.user} ({row.member.get_function_display()})" for row in page.attendances]
    absent = [f"{row.member.user}" for row in page.attendances if row.how == How.ABSENT]
    written = [f"{row.member.user}" for row in page.attendances if row.how == How.WRITTEN]
    count = f"Tổng số thành viên Hội đồng: {page.members} đồng chí; có mặt {page.taking_part - page.written}"
    count += f"; vắng mặt, bỏ phiếu bằng văn bản {page.written}" + (f" ({listed(written)})" if written else "")
    count += f"; vắng mặt {len(absent)}" + (f" ({listed(absent)})" if absent else "")
    return [
        f"Thời gian bắt đầu: …… giờ ……, ngày {day_words(session.day)}.",
        f"Địa điểm: {session.place or '……'}.",
        f"{session.council.name} họp: {lower_first(session.title)}.",
        "1. Thành phần tham dự",
        f"{count}.",
        f"Thành viên: {listed(names)}.",
        f"Chủ trì: {_name(_chair(page)) or '……'}. Thư ký (người ghi biên bản): {_name(_secretary(page)) or '……'}.",
        f"Số thành viên tham gia đạt quy định (ít nhất {page.quorum_needed}/{page.members} thành viên).",
    ]


def _content(page: SessionPage) -> list[str]:
    awards = Counter(entry.item.award.paper_name for entry in page.entries)
    named = listed(f"{name}: {count} đề nghị" for name, count in awards.items())
    opened, closed = page.session.opened_at, page.session.closed_at
    times = f" Bắt đầu biểu quyết lúc {_time(opened)}, kết thúc lúc {_time(closed)}." if opened and closed else ""
    ways = []
    if page.secret:
        ways.append("bỏ phiếu kín")
    if page.open_items:
        ways.append("biểu quyết giơ tay")
    return [
        "2. Nội dung",
        f"Hội đồng xét {len(page.entries)} đề nghị khen thưởng, gồm {named}.",
        "Ý kiến thảo luận: ……",
        f"Hình thức: {listed(ways)}; kết quả tính trên tổng số thành viên Hội đồng. Phiếu đồng ý với mức đề nghị "
        f"cũng được tính là đồng ý với mức thấp hơn khi mức đề nghị không đạt.{times}",
    ]  # fmt: skip


def _results(page: SessionPage) -> list[str]:
    found = page.results
    said = [f"thông qua {found['passed']}", f"hạ mức {found['lowered']}", f"không thông qua {found['failed']}"]
    lowered = [
        f"{entry.item.line.name} (còn {entry.item.lower.paper_name})"
        for entry in page.entries
        if entry.item.result == AgendaItem.Result.LOWERED and entry.item.lower
    ]
    failed = [entry.item.line.name for entry in page.entries if entry.item.result == AgendaItem.Result.FAILED]
    lines = [
        "3. Kết quả biểu quyết",
        f"Trong {len(page.entries)} đề nghị: {', '.join(said)} (bảng kết quả kèm theo).",
    ]
    if lowered:
        lines.append(f"Hạ mức: {listed(lowered)}.")
    if failed:
        lines.append(f"Không thông qua: {listed(failed)}.")
    passed = found["passed"] + found["lowered"]
    return [
        *lines,
        "4. Kết luận",
        f"Hội đồng đề nghị cấp có thẩm quyền xét, quyết định khen thưởng {passed} trường hợp đã được thông qua.",
        f"Biên bản đã được đọc và thông qua tại phiên họp. Phiên họp kết thúc vào …… giờ ……, ngày "
        f"{day_words(page.session.day)}.",
    ]  # fmt: skip


def _tally_text(page: SessionPage) -> str:
    session = page.session
    issued, papers = page.taking_part, page.written
    came = page.voted
    lines = [
        f"Ngày {day_words(session.day)}, {session.council.name} tiến hành kiểm phiếu các đề nghị khen thưởng "
        "bỏ phiếu kín tại phiên họp.",
        f"Tổng số thành viên Hội đồng: {page.members}; số phiếu phát ra cho mỗi nội dung: {issued} "
        f"(trong đó bỏ phiếu bằng văn bản: {papers}); số phiếu thu về: {came}.",
        "Phiếu trắng và thành viên không bỏ phiếu không được tính là đồng ý; tỷ lệ tính trên tổng số thành viên.",
    ]  # fmt: skip
    if session.confirmed_by_id:
        by = f"{session.counted_by} nhập, {session.confirmed_by} xác nhận"
        lines.append(f"Phiếu giấy và biểu quyết giơ tay do {by}.")
    return "\n".join(lines)


def _time(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local.hour} giờ {local.minute:02}"

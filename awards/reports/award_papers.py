"""Letters (*tờ trình*) and decisions (*quyết định*) with their list on paper: Word and PDF, in Vietnamese.

Layout after Decree 30/2020, as far as it has been read (`data/documents/award_paper.typ`, `.docx`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.utils import translation

from awards import access
from awards.models import AgendaItem, Award, Decision, Grant, Nomination, Submission
from awards.reports.bonuses import paid_by
from awards.reports.ready import PAPER_ORDER, with_places
from emulation.numbers import format_number
from emulation.official import Layout
from emulation.reports.layouts import layout_of
from emulation.reports.paper_kinds import KINDS
from emulation.reports.papers import word_file
from emulation.typesetting import pdf
from emulation.wording import lower_first
from units.models import Unit, User

WHO = ("TT", "Họ và tên, tên tập thể", "Cấp bậc, chức vụ", "Đơn vị")
LETTER_ABOUT = "Về việc đề nghị tặng danh hiệu thi đua, hình thức khen thưởng"
Head = tuple[str, str]  # a paragraph: its bold beginning, its text


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list; with `section` a heading over all columns."""

    section: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwardPaper:
    """A letter or decision to be printed. `order` is the word before the articles; `authority` who decides.

    `widths` are the shares of the width that the columns of the list take, in Word as in PDF; `amounts`: the fifth
    column holds sums of money; `kind` is a key of `KINDS`.
    """

    title: str
    about: str
    superior: str
    issuer: str
    number: str
    place_and_date: str
    to: str
    authority: str
    basis: tuple[str, ...]
    order: str
    body: tuple[Head, ...]
    recipients: tuple[str, ...]
    signer_post: str
    signer: str
    annex: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    amounts: bool = False
    kind: str = ""
    unit: Unit | None = None
    layout: Layout | None = None


# ── letters ───────────────────────────────────────────────────────────────


def submission_paper(submission: Submission, user: User | None) -> AwardPaper:
    """The letter with its list; shares of votes where the user may see them (None: all). Five queries."""
    with translation.override("vi"):
        lines = _lines(submission)
        shares = _shares(submission, lines, user)
        columns = (*WHO, "Tóm tắt thành tích", "Phiếu của Hội đồng (%)")
        rows = _sections(lines, lambda line: (line.merit or "", shares.get(line.pk, "")))
        asked, awards = submission.recipient, counted(lines)
        body = [
            ("", f"{submission.unit.name} trình {asked} xét, quyết định tặng:"),
            *(("", f"- {text}{'.' if text == awards[-1] else ';'}") for text in awards),
            ("", f"Loại hình khen thưởng: {lower_first(submission.occasion.name)}."),
            ("", "Kèm theo: danh sách đề nghị, báo cáo thành tích, biên bản họp xét khen thưởng."),
            ("", f"Kính đề nghị {asked} xem xét, quyết định."),
        ]
        return _paper(
            submission, "TỜ TRÌNH", LETTER_ABOUT, "letter", to=asked, authority="", order="", body=body,
            columns=columns, widths=(9, 43, 39, 31, 103, 22), rows=rows,
            annex="DANH SÁCH ĐỀ NGHỊ TẶNG DANH HIỆU THI ĐUA, HÌNH THỨC KHEN THƯỞNG",
            recipients=("Như trên",),
        )  # fmt: skip


def without_votes(paper: AwardPaper) -> AwardPaper:
    """The letter for who may not see how the council voted: the last cell of every line is empty."""
    return replace(
        paper, rows=tuple(replace(row, cells=(*row.cells[:-1], "") if row.cells else ()) for row in paper.rows)
    )


def _shares(letter: Submission, lines: Sequence[Nomination], user: User | None) -> dict[int, str]:
    """Line (key) → per cent of all members of the council in favour of what was passed before the letter went out."""
    items = AgendaItem.objects.filter(line__in=[x.pk for x in lines], result__in=("passed", "lowered"))
    if user is not None:
        items = items.filter(access.votes_q(user))
    if letter.sent_at is not None:
        items = items.filter(session__closed_at__lte=letter.sent_at)
    found = {}
    for line, result, favour, lower, members in items.order_by("session__closed_at").values_list(
        "line", "result", "votes_for", "votes_lower", "members"
    ):
        votes = (favour or 0) + ((lower or 0) if result == "lowered" else 0)
        found[line] = format_number(Fraction(votes * 100, members), 1) if members else ""
    return found


# ── decisions ─────────────────────────────────────────────────────────────


def decision_paper(decision: Decision) -> AwardPaper:
    """The decision with its list. Five queries."""
    with translation.override("vi"):
        if decision.kind == Decision.Kind.REVOCATION:
            return _revocation(decision)
        lines = _lines(decision)
        amounts = paid_by(decision, lines).amounts
        known = [amount for amount in amounts.values() if amount is not None]
        rows = _sections(lines, lambda line: (money(amounts[line.pk]), ""))
        money_text = "Tiền thưởng kèm theo danh hiệu, hình thức khen thưởng thực hiện theo quy định hiện hành"
        if known and len(known) == len(lines):
            money_text += f"; tổng số {money(sum(known))} đồng"
        body = [
            ("Điều 1.", "Tặng danh hiệu thi đua, hình thức khen thưởng cho các cá nhân, tập thể (có danh sách kèm "
                        f"theo), gồm: {'; '.join(counted(lines))}."),
            ("Điều 2.", f"{money_text}."),
            ("Điều 3.", "Các cơ quan, đơn vị có liên quan và các cá nhân, tập thể có tên tại Điều 1 chịu trách nhiệm "
                        "thi hành Quyết định này. Quyết định có hiệu lực kể từ ngày ký."),
        ]  # fmt: skip
        return _paper(
            decision, "QUYẾT ĐỊNH", decision.title, "decision", to="", authority=_authority(decision),
            order="QUYẾT ĐỊNH:", body=body, columns=(*WHO, "Tiền thưởng (đồng)", "Ghi chú"), rows=rows,
            widths=(9, 40, 40, 30, 24, 17), amounts=True,
            annex="DANH SÁCH CÁ NHÂN, TẬP THỂ ĐƯỢC TẶNG DANH HIỆU THI ĐUA, HÌNH THỨC KHEN THƯỞNG",
            recipients=("Như Điều 3",),
        )  # fmt: skip


def _revocation(decision: Decision) -> AwardPaper:
    """Decisions that gave the awards, the ground, and what goes back: objects, and each bonus as it was paid."""
    rows = decision.taken_back.select_related("award", "person", "unit")
    grants = list(rows.order_by("-award__order", "award__code", "-year", "pk"))
    body = [
        ("Điều 1.", "Hủy bỏ quyết định tặng danh hiệu thi đua, hình thức khen thưởng đối với "
                    f"{len(grants)} trường hợp (có danh sách kèm theo). "
                    f"Lý do: {lower_first(str(decision.ground))}; {_running(decision.reason)}."),
        ("Điều 2.", recovery_words([grant.bonus for grant in grants])),
        ("Điều 3.", "Các cơ quan, đơn vị có liên quan và các cá nhân, tập thể có tên tại Điều 1 chịu trách nhiệm "
                    "thi hành Quyết định này. Quyết định có hiệu lực kể từ ngày ký."),
    ]  # fmt: skip
    return _paper(
        decision, "QUYẾT ĐỊNH", decision.title, "decision", to="", authority=_authority(decision),
        order="QUYẾT ĐỊNH:", body=body, columns=(*WHO, "Tiền thưởng thu hồi (đồng)", "Quyết định đã tặng"),
        rows=_taken_back(grants), widths=(9, 36, 35, 27, 25, 28), amounts=True,
        annex="DANH SÁCH THU HỒI DANH HIỆU THI ĐUA, HÌNH THỨC KHEN THƯỞNG", recipients=("Như Điều 3",),
    )  # fmt: skip


def recovery_words(amounts: Collection[int | None]) -> str:
    """What goes back: objects, and the bonuses (`amounts` in dong; None: not known, which is said). No database.

    Source: Law 06/2022/QH15, chapter VII: the object and the money received are recovered.
    """
    paid, unknown = sum(amount or 0 for amount in amounts), sum(amount is None for amount in amounts)
    if not paid and not unknown:
        return "Thu hồi hiện vật khen thưởng; không có tiền thưởng phải thu hồi."
    known = [f"tổng số tiền {money(paid)} đồng"] if paid else []
    lack = [f"{unknown} trường hợp chưa rõ số tiền đã nhận"] if unknown else []
    said = ", chưa kể ".join(known + lack)
    return f"Thu hồi hiện vật khen thưởng và tiền thưởng đã nhận theo quy định: {said}."


def _taken_back(grants: Iterable[Grant]) -> list[Row]:
    """Rows by award and year under their names, numbered through; an unknown bonus says so."""
    rows, number = [], 0
    for (award, year), part in groupby(grants, lambda grant: (grant.award, grant.year)):
        rows.append(Row(f"{award.paper_name}, năm {year}"))
        for grant in part:
            number += 1
            who = (grant.name or str(grant.person or grant.unit), _service(grant.rank, grant.post), grant.place)
            paid = "chưa rõ" if grant.bonus is None else money(grant.bonus)
            day = f" ngày {grant.decided:%d/%m/%Y}" if grant.decided else ""
            rows.append(Row("", (str(number), *who, paid, f"{grant.decision}{day}" or "–")))
    return rows


def _running(reason: str) -> str:
    """What somebody typed as the end of a sentence, without its full stop."""
    return lower_first(" ".join(reason.split())).rstrip(".;,: ")


def _authority(decision: Decision) -> str:
    """«CỤC TRƯỞNG CỤC KỸ THUẬT»: in whose name it is; of drafts and old ones by the post that signs."""
    if decision.giver:
        return decision.giver.upper()
    post = decision.signer_post or layout_of(decision.unit).signer_post or "Chỉ huy"
    return f"{post} {decision.issuer}".upper()


# ── what both have ────────────────────────────────────────────────────────


def _lines(paper: Submission | Decision) -> list[Nomination]:
    rows = with_places(paper.lines.all())
    return list(rows.order_by(*PAPER_ORDER))


def counted(lines: Iterable[Nomination]) -> list[str]:
    """«Giấy khen cho 12 cá nhân và 3 tập thể» for each award of the lines, the highest first."""
    found: dict[Award, list[int]] = {}
    for line in lines:
        found.setdefault(line.award, [0, 0])[line.person_id is None] += 1
    words = []
    for award, (people, units) in found.items():
        parts = [f"{people} cá nhân" if people else "", f"{units} tập thể" if units else ""]
        words.append(f"{award.paper_name} cho {' và '.join(part for part in parts if part)}")
    return words


def _sections(lines: Iterable[Nomination], ends: object) -> list[Row]:
    """Rows by award under its name, numbered through. `ends`: the last two cells of a line."""
    rows, number = [], 0
    for award, part in groupby(lines, lambda line: line.award):
        rows.append(Row(award.paper_name))
        for line in part:
            number += 1
            who = (str(number), line.name, _service(line.rank, line.post), line.place)
            rows.append(Row("", (*who, *ends(line))))  # type: ignore[operator]
    return rows


def _service(rank: str, post: str) -> str:
    return ", ".join(part for part in (rank, post) if part)


def _paper(
    paper: Submission | Decision, title: str, about: str, kind: str, *, body: Sequence[Head], rows: Sequence[Row],
    recipients: tuple[str, ...], **parts: object,
) -> AwardPaper:  # fmt: skip
    layout, known = layout_of(paper.unit), KINDS[kind]
    head = layout.head(
        known.code, number=paper.number, place=paper.place, day=paper.day, year=paper.year, signer=paper.signer,
        signer_post=paper.signer_post,
    )  # fmt: skip
    return AwardPaper(
        title=title, about=about, basis=tuple(row.strip() for row in paper.basis.splitlines() if row.strip()),
        body=tuple(body), rows=tuple(rows), recipients=tuple(layout.sent_to(*recipients)), kind=kind,
        unit=paper.unit, layout=layout, **head, **parts,  # type: ignore[arg-type]
    )  # fmt: skip


def money(amount: int | None) -> str:
    """Dong with points between the thousands; a dash where it is not known."""
    return "–" if amount is None else f"{amount:,}".replace(",", ".")


# ── files ─────────────────────────────────────────────────────────────────


def _data(paper: AwardPaper) -> dict[str, Any]:
    assert paper.unit is not None
    whole = asdict(replace(paper, unit=None, layout=None))
    day = paper.place_and_date.rpartition(", ")[2]
    attached = f"(Kèm theo {paper.title.capitalize()} số {paper.number} {day} của {paper.unit.name})"
    return {name: value for name, value in whole.items() if name not in AROUND} | {"attached": attached}


def _word(paper: AwardPaper) -> bytes:
    """The list of a letter lies: a long summary of merits wants the width of the page."""
    assert paper.unit is not None
    assert paper.layout is not None
    return word_file(
        KINDS[paper.kind], paper.unit, _data(paper), paper.layout, annex=bool(paper.to), widths=paper.widths
    )


def _pdf(paper: AwardPaper) -> bytes:
    return pdf(KINDS[paper.kind].typst, _data(paper), paper.layout)


AROUND = ("unit", "layout", "kind")
WRITERS = {"docx": _word, "pdf": _pdf}

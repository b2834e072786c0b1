"""Words of a paper that follow from its lines: title and legal basis, in Vietnamese, for people to finish."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date

from awards.models import AgendaItem, Award, AwardBasis, Grant, LegalDocument, Nomination, RevocationGround
from emulation.official import day_words
from emulation.wording import listed, lower_first
from units.models import Unit

# A law is cited by its name and its day alone; before the number of anything else stands what kind it is.
LAWS = ("Luật ", "Pháp lệnh ")
KINDS = re.compile("(Nghị định|Nghị quyết|Quyết định|Thông tư liên tịch|Thông tư|Chỉ thị|Hướng dẫn|Quy định) (.+)")


def title_of(lines: Iterable[Nomination]) -> str:
    """«Về việc tặng danh hiệu thi đua, hình thức khen thưởng năm 2020 (…)»: years and occasions of the lines."""
    lines = list(lines)
    years = listed(str(year) for year in sorted({line.dossier.year for line in lines}))
    occasions = "; ".join(dict.fromkeys(lower_first(line.dossier.occasion.name) for line in lines))
    return f"Về việc tặng danh hiệu thi đua, hình thức khen thưởng năm {years} ({occasions})"[:300]


def revocation_title(grants: Iterable[Grant]) -> str:
    """«Về việc hủy bỏ quyết định tặng và thu hồi …», with the numbers of the decisions that gave the awards."""
    numbers = ", ".join(dict.fromkeys(grant.decision for grant in grants if grant.decision))
    words = "Về việc hủy bỏ quyết định tặng và thu hồi danh hiệu thi đua, hình thức khen thưởng"
    return f"{words} (Quyết định {numbers})"[:300] if numbers else words


def revocation_basis(unit: Unit, ground: RevocationGround, grants: Iterable[Grant]) -> str:
    """The clause of the ground and the decisions that are taken back, one a line."""
    rows = [f"Căn cứ {ground.clause};"] if ground.clause else []
    for number, day in dict.fromkeys((grant.decision, grant.decided) for grant in grants if grant.decision):
        rows.append(f"Căn cứ Quyết định số {number}{_dated(day)};")
    rows.append(f"Theo đề nghị của cơ quan thường trực thi đua, khen thưởng {unit.name}.")
    return "\n".join(rows)


def basis_of(unit: Unit, lines: Collection[Nomination], day: date) -> str:
    """The documents in force on `day` on which the awards rest, and the sessions of councils, one a line."""
    rows = [document_words(document) for document in documents_of({x.award for x in lines}, day)]
    keys = [line.pk for line in lines]
    items = AgendaItem.objects.filter(line__in=keys, result__in=("passed", "lowered")).select_related(
        "session__council"
    )
    for session in dict.fromkeys(item.session for item in items.order_by("session__day", "session__pk")):
        rows.append(f"Căn cứ kết quả phiên họp ngày {day_words(session.day)} của {session.council.name};")
    rows.append(f"Theo đề nghị của cơ quan thường trực thi đua, khen thưởng {unit.name}.")
    return "\n".join(rows)


def document_words(document: LegalDocument) -> str:
    """«Căn cứ Thông tư số 118/2023/TT-BQP ngày 22 tháng 12 năm 2023 của …;», of a law its name and day alone.

    So does Circular 151/2018/TT-BQP cite its own bases. The catalogue puts the kind of document before some numbers.
    """
    day = _dated(document.issued)
    if day and document.name.startswith(LAWS):
        return f"Căn cứ {document.name}{day};"
    number = re.sub("^(Chỉ thị|[A-ZĐ]+) ", "", document.code)
    found = KINDS.fullmatch(document.name)
    kind, rest = found.groups() if found else (document.name, "")
    return f"Căn cứ {kind} số {number}{day}{f' {rest}' if rest else ''};"


def _dated(day: date | None) -> str:
    return f" ngày {day_words(day)}" if day else ""


def documents_of(awards: Iterable[Award], day: date) -> list[LegalDocument]:
    """Legal documents in force on `day` that the awards rest on, in the order of the catalogue. One query."""
    bases = AwardBasis.objects.on(day).filter(award__in=[award.pk for award in awards]).select_related("document")
    found = {basis.document for basis in bases if basis.document.holds_on(day)}
    return sorted(found, key=lambda document: (document.order, document.code))

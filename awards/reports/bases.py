"""Words of a paper that follow from its lines: title and legal basis, in Vietnamese, for people to finish."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from awards.models import AgendaItem, Award, AwardBasis, LegalDocument, Nomination
from emulation.wording import lower_first
from units.models import Unit


def title_of(lines: Iterable[Nomination]) -> str:
    """«Tặng danh hiệu thi đua, hình thức khen thưởng …»: occasions and years of the lines."""
    found = dict.fromkeys((line.dossier.occasion.name, line.dossier.year) for line in lines)
    occasions = "; ".join(f"{lower_first(name)}, năm {year}" for name, year in found)
    return f"Tặng danh hiệu thi đua, hình thức khen thưởng ({occasions})"[:300]


def basis_of(unit: Unit, lines: Collection[Nomination], day: date) -> str:
    """The documents in force on `day` on which the awards rest, and the sessions of councils, one a line."""
    rows = [f"Căn cứ {document.name} số {document.code};" for document in documents_of({x.award for x in lines}, day)]
    keys = [line.pk for line in lines]
    items = AgendaItem.objects.filter(line__in=keys, result__in=("passed", "lowered")).select_related(
        "session__council"
    )
    for session in dict.fromkeys(item.session for item in items.order_by("session__day", "session__pk")):
        rows.append(f"Căn cứ kết quả phiên họp ngày {session.day:%d/%m/%Y} của {session.council.name};")
    rows.append(f"Xét đề nghị của cơ quan thường trực thi đua, khen thưởng {unit.name}.")
    return "\n".join(rows)


def documents_of(awards: Iterable[Award], day: date) -> list[LegalDocument]:
    """Legal documents in force on `day` that the awards rest on, in the order of the catalogue. One query."""
    bases = AwardBasis.objects.on(day).filter(award__in=[award.pk for award in awards]).select_related("document")
    found = {basis.document for basis in bases if basis.document.holds_on(day)}
    return sorted(found, key=lambda document: (document.order, document.code))

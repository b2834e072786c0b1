"""How official papers are laid out: head, place and day, recipients. No database; Vietnamese, as all paper.

Source: Decree 30/2020/NĐ-CP, annex I, as far as it has been read (margins, font sizes, days and months with a
leading zero below 10 and 3). Whether the army's own circular still goes before it is not known: an organisation
therefore has a profile of its own (`emulation.models.LayoutProfile`), and these are the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

# name → (least, most, default) in millimetres
MARGINS = {"top": (20, 25, 20), "bottom": (20, 25, 20), "left": (30, 35, 30), "right": (15, 20, 18)}
SIZES = (13, 14)  # points of the body
BLANK = "……"
_GAP = re.compile(r"…|\.{3,}|_{2,}|^\(.*\)$|^\[.*\]$|^<.*>$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands around the words of a paper. Margins in millimetres, `size` in points.

    `abbreviation` ends the number of a paper («…/BC-CKT»); `recipients` are lines without dash and stop.
    """

    superior: str
    issuer: str
    abbreviation: str
    place: str = ""
    signer: str = ""
    signer_post: str = ""
    recipients: tuple[str, ...] = ()
    top: int = MARGINS["top"][2]
    bottom: int = MARGINS["bottom"][2]
    left: int = MARGINS["left"][2]
    right: int = MARGINS["right"][2]
    size: int = SIZES[0]

    def number(self, number: str, code: str) -> str:
        """The number of a paper; before it has one a gap in its place: «……/BC-CKT»."""
        return number or f"{BLANK}/{code}-{self.abbreviation}"

    def head(
        self, code: str, *, number: str, place: str, day: date | None, year: int, signer: str, signer_post: str
    ) -> dict[str, str]:
        """The fields that head and foot of every paper have; what the paper itself does not say is the profile's."""
        return {
            "superior": self.superior.upper(),
            "issuer": self.issuer.upper(),
            "number": self.number(number, code),
            "place_and_date": place_and_date(place or self.place, day, year),
            "signer_post": (signer_post or self.signer_post or "Chỉ huy đơn vị").upper(),
            "signer": signer or self.signer,
        }

    def sent_to(self, *first: str, otherwise: tuple[str, ...] = ("Lưu: VT",)) -> list[str]:
        """«Nơi nhận»: what the kind of paper begins with, then the profile's lines, each with its stop."""
        lines = [*first, *(self.recipients or otherwise)]
        return [f"{line}{';' if number < len(lines) else '.'}" for number, line in enumerate(lines, start=1)]

    @property
    def page(self) -> dict[str, Any]:
        """Margins and font size, for the PDF."""
        return {name: value for name, value in asdict(self).items() if name in (*MARGINS, "size")}


def bare_line(line: str) -> str:
    """A recipient as typed, without dash before and stop behind."""
    return line.strip().lstrip("-–—• ").rstrip(";. ").strip()


def day_words(day: date) -> str:
    """«05 tháng 7 năm 2020»: days below 10 and the months 1 and 2 with a zero before them."""
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"{day.day:02} tháng {month} năm {day.year}"


def is_gap(text: str) -> bool:
    """Whether a text only holds its place, as «(địa danh)» and «……» do: no paper is signed with it."""
    return bool(_GAP.search(text.strip()))


def gaps_in(texts: Mapping[str, str]) -> dict[str, str]:
    """Name → the first line of its text that only holds its place; names without one are left out."""
    found = {name: next(filter(is_gap, text.splitlines()), "") for name, text in texts.items()}
    return {name: line.strip() for name, line in found.items() if line}


def place_and_date(place: str, day: date | None, year: int) -> str:
    """«Hà Nội, ngày 05 tháng 7 năm 2020»; gaps for what is not known yet."""
    if day is None:
        return f"{place or BLANK}, ngày {BLANK} tháng {BLANK} năm {year}"
    return f"{place or BLANK}, ngày {day_words(day)}"

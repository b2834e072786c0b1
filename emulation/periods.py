"""Quarters and the periods made of them."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

# period → its quarters. "Y" is the whole year.
QUARTERS: dict[str, tuple[int, ...]] = {
    "Q1": (1,),
    "Q2": (2,),
    "Q3": (3,),
    "Q4": (4,),
    "H1": (1, 2),
    "9M": (1, 2, 3),
    "Y": (1, 2, 3, 4),
}
DRIVE = "D"  # the one period of a peak drive's round
ROMAN = ("", "I", "II", "III", "IV")
YEARS = range(1945, 2100)


def parse_period(text: str) -> tuple[int, str]:
    """`2020-H1` → (2020, "H1"); `2020` → (2020, "Y"). Raises ValueError for anything else."""
    match = re.fullmatch(r"([0-9]{4})(?:-(Q[1-4]|H1|9M))?", text)
    if match is None or int(match[1]) not in YEARS:
        raise ValueError(f"not a period: {text!r}; expected 2020-Q1 … 2020-Q4, 2020-H1, 2020-9M or 2020")
    return int(match[1]), match[2] or "Y"


def period_text(year: int, period: str) -> str:
    """The inverse of `parse_period`."""
    return str(year) if period == "Y" else f"{year}-{period}"


def quarter_start(year: int, quarter: int) -> date:
    return date(year, 3 * quarter - 2, 1)


def quarter_end(year: int, quarter: int) -> date:
    """The last day of the quarter."""
    following = date(year + 1, 1, 1) if quarter == 4 else date(year, 3 * quarter + 1, 1)
    return following - timedelta(days=1)


def quarter_of(day: date) -> int:
    return (day.month + 2) // 3


def making_quarters(quarters: Sequence[int], *, flow: bool, asked: Sequence[int]) -> tuple[int, ...]:
    """Those of a period's `quarters` whose rounds make its figure, for an indicator asked in the rounds `asked`.

    A flow adds up all of them. A stock is the figure of the last one in which it is asked, and of the
    period's last quarter where it is not asked in the period at all.
    """
    if flow:
        return tuple(quarters)
    return tuple(q for q in quarters if q in asked)[-1:] or tuple(quarters[-1:])


def quarter_label(year: int, quarter: int) -> str:
    return _("quarter %(roman)s/%(year)d") % {"roman": ROMAN[quarter], "year": year}


def quarter_name(quarter: int) -> str:
    """Where the year goes without saying."""
    return _("Quarter %(roman)s") % {"roman": ROMAN[quarter]}


def period_label(year: int, period: str) -> str:
    """In words: "quý II/2020", "6 tháng đầu năm 2020"."""
    if period == "H1":
        return _("first half of %(year)d") % {"year": year}
    if period == "9M":
        return _("nine months of %(year)d") % {"year": year}
    if period == "Y":
        return _("year %(year)d") % {"year": year}
    return quarter_label(year, int(period[1]))


def period_short(period: str) -> str:
    """For switches and table heads."""
    names = {"H1": _("6 months"), "9M": _("9 months"), "Y": _("Whole year")}
    return names.get(period) or quarter_name(int(period[1]))


# ── periods of review reports alone ───────────────────────────────────────

FIVE_YEARS = "5Y"  # the five years that end with the year


def drive_period(drive: int) -> str:
    """The period of a report on a peak drive (key of the campaign): «D12»."""
    return f"{DRIVE}{drive}"


def drive_in(period: str) -> int | None:
    """The drive of such a period; None for every other."""
    match = re.fullmatch(DRIVE + r"([1-9][0-9]{0,9})", period)
    return int(match[1]) if match else None


def parse_report_period(text: str) -> tuple[int, str]:
    """As `parse_period`, and `2020-5Y` (2016–2020), `2020-D12` (the drive with that key)."""
    match = re.fullmatch(r"([0-9]{4})-(5Y|D[1-9][0-9]{0,9})", text)
    if match and int(match[1]) in YEARS:
        return int(match[1]), match[2]
    return parse_period(text)

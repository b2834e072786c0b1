"""What a figure must be to be saved: one place for form, paste, import and migration. No database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from django.utils.translation import gettext as _

from emulation.numbers import LIMIT, format_number, format_part
from units.text import normal


class Measured(Protocol):
    """What the checks need to know of an indicator."""

    measure: str
    scale: int
    decimals: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure as entered. `grade` is the key of the class, `items` item key → state."""

    status: str = "reported"
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    grade: int | None = None
    items: dict[int, str] = field(default_factory=dict)
    reason: str = ""
    note: str = ""


def remark(text: str) -> str:
    """A reason or note as it is kept: in one line, as its field on the sheet has, through whichever door it came."""
    return normal(text)


def missing_parts(indicator: Measured, entry: Entry) -> Iterator[str]:
    """Parts that the measure needs and the entry lacks, or has although it should not."""
    if entry.status != "reported":
        if (entry.numerator, entry.denominator, entry.grade) != (None, None, None) or entry.items:
            yield _("“Nothing occurred” and “Not applicable” have no figure.")
        return
    if indicator.measure == "grade":
        if entry.grade is None:
            yield _("Choose a grade.")
        if entry.numerator is not None or entry.denominator is not None:
            yield _("A grade has no number.")
        return
    if entry.grade is not None:
        yield _("Only a graded indicator has a grade.")
    if entry.numerator is None:
        yield _("Fill in the figure.") if indicator.measure != "ratio" else _("Fill in the numerator.")
    if indicator.measure in ("ratio", "checklist"):
        if entry.denominator is None:
            yield _("Fill in the denominator.")
    elif entry.denominator is not None:
        yield _("This indicator has no denominator.")


def wrong_parts(indicator: Measured, entry: Entry) -> Iterator[str]:
    """Why the parts cannot be: below zero, too large, too many decimals, a zero denominator, above the whole."""
    for part in (entry.numerator, entry.denominator):
        if part is None:
            continue
        if part < 0:
            yield _("A figure is not below zero.")
        if part >= LIMIT:
            yield _("Figures stay below 100 billion.")
        allowed = 0 if indicator.measure == "checklist" else indicator.decimals
        if -int(part.normalize().as_tuple().exponent) > allowed:
            yield _("At most %(decimals)d decimals are allowed.") % {"decimals": allowed}
    if entry.denominator == 0:
        yield _("The denominator is 0. Choose “Nothing occurred” where that is so.")
    elif (
        entry.numerator is not None
        and entry.denominator is not None
        and (indicator.capped or indicator.measure == "checklist")
        and entry.numerator > entry.denominator
    ):
        yield _("The numerator (%(numerator)s) is larger than the denominator (%(denominator)s).") % {
            "numerator": format_part(entry.numerator),
            "denominator": format_part(entry.denominator),
        }


def out_of_range(
    indicator: Measured, entry: Entry, low: Decimal | None, high: Decimal | None, decimals: int = 1
) -> Iterator[str]:
    """Why the value is not plausible in this year's campaign. Grades have no range."""
    value = entry_value(indicator, entry)
    if value is None:
        return
    shown = format_number(value, decimals)
    if low is not None and value < Fraction(low):
        yield _("The value %(value)s is below the valid range, which begins at %(limit)s. Check the figure.") % {
            "value": shown,
            "limit": format_part(low),
        }
    if high is not None and value > Fraction(high):
        yield _("The value %(value)s is above the valid range, which ends at %(limit)s. Check the figure.") % {
            "value": shown,
            "limit": format_part(high),
        }


def entry_value(indicator: Measured, entry: Entry) -> Fraction | None:
    """The value of one figure in the indicator's scale; None for grades, nil and what is incomplete."""
    if entry.status != "reported" or entry.numerator is None:
        return None
    numerator = Fraction(entry.numerator)
    if indicator.measure in ("ratio", "checklist"):
        if not entry.denominator:
            return None
        scale = 100 if indicator.measure == "checklist" else indicator.scale
        return numerator * scale / Fraction(entry.denominator)
    return numerator


def needs_reason(entry: Entry) -> Iterator[str]:
    """Nil and not applicable are explained by whoever enters them."""
    if entry.status != "reported" and not entry.reason.strip():
        yield _("Say why: “Nothing occurred” and “Not applicable” need a reason.")

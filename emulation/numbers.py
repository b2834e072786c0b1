"""Numbers as people type and read them. The one parser for grid, paste, import and targets."""

import re
from decimal import Decimal
from fractions import Fraction

from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from units.written import Written

LIMIT = Decimal(10) ** 11  # parts and targets stay below it: sums of 20,000 units fit 64 bits

QUOTED = 40  # characters of what was typed that an error repeats

NBSP = "\u00a0"

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_SPACED = re.compile(r"-?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")  # "9 8" may be two numbers
_PLAIN = re.compile(r"-?[0-9]+")
_MARKED = re.compile(r"(-?)([0-9]+)([.,])([0-9]+)")
_GROUPED = re.compile(r"(-?)([0-9]{1,3})((?:\.[0-9]{3})+|(?:,[0-9]{3})+)(?:([.,])([0-9]+))?")


class NumberError(ValueError):
    """`text` is no number that can be accepted; the message says so in the user's words."""


def parse_number(text: str, decimals: int) -> Decimal:
    """The number in `text`, which may have Vietnamese or plain marks, spaces between thousands and a per-cent sign.

    One separator followed by exactly three digits means thousands where `decimals` is 0 ("1.275"),
    and is refused with both readings where decimals are allowed. Raises `NumberError` for what is no
    number, has more than `decimals` decimals, or is not below 10¹¹ in size.
    """
    typed = Truncator(text.strip()).chars(QUOTED)
    plain = _SPACES.sub(" ", text).strip().removesuffix("%").rstrip()
    plain = "-" + plain[2:] if plain.startswith("- ") else plain
    if " " in plain and any(char.isdigit() for char in plain) and not _SPACED.fullmatch(plain):
        raise NumberError(_("“%(text)s” has a space inside: type one number without it.") % {"text": typed})
    number = _read(plain.replace(" ", ""), decimals, typed)
    if abs(number) >= LIMIT:
        raise NumberError(_("“%(text)s” is too large; figures stay below 100 billion.") % {"text": typed})
    if (Fraction(number) * 10**decimals).denominator != 1:
        raise NumberError(
            _("“%(text)s”: enter a whole number.") % {"text": typed}
            if decimals == 0
            else _("“%(text)s” has too many decimals; at most %(decimals)d are allowed.")
            % {"text": typed, "decimals": decimals}
        )
    return number


def _read(plain: str, decimals: int, typed: str) -> Decimal:
    if _PLAIN.fullmatch(plain):
        return Decimal(plain)
    if match := _MARKED.fullmatch(plain):
        sign, whole, mark, rest = match.groups()
        if len(rest) == 3 and len(whole) <= 3 and not whole.startswith("0"):
            if decimals == 0:
                return Decimal(f"{sign}{whole}{rest}")
            raise NumberError(
                _("“%(text)s” can be read as %(thousands)s or as %(decimal)s. Type one of the two.")
                % {
                    "text": typed,
                    "thousands": f"{sign}{whole}{rest}",
                    "decimal": input_number(Decimal(f"{sign}{whole}.{rest}")),
                }
            )
        return Decimal(f"{sign}{whole}.{rest}")
    if match := _GROUPED.fullmatch(plain):
        sign, whole, groups, mark, rest = match.groups()
        if mark != groups[0] and not whole.startswith("0"):
            return Decimal(f"{sign}{whole}{re.sub('[.,]', '', groups)}" + (f".{rest}" if rest else ""))
    raise NumberError(_("“%(text)s” is not a number.") % {"text": typed})


Number = Fraction | Decimal | int


def round_half_up(value: Number, decimals: int) -> Decimal:
    """`value` rounded once, half up (away from zero), to `decimals` places: 98.65 → 98.7."""
    exact = Fraction(value) * 10**decimals
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    whole += rest * 2 >= exact.denominator
    return Decimal(-whole if exact < 0 else whole).scaleb(-decimals)


def difference(now: Number, places: int, before: Number, places_before: int) -> Decimal:
    """What lies between two figures as shown: both are rounded first, so whoever subtracts them finds the same."""
    return round_half_up(now, places) - round_half_up(before, places_before)


def percent_of(part: int, whole: int) -> int:
    """How much of the whole, in per cent, rounded half up; 100 only where nothing is missing, 0 of nothing."""
    if not whole:
        return 0
    shown = int(round_half_up(Fraction(part * 100, whole), 0))
    return 99 if shown == 100 and part < whole else shown


def format_number(value: Number | None, decimals: int, language: str | None = None) -> str:
    """`value` for the screen: 1.275.000 and 98,6 in Vietnamese, 1,275,000 and 98.6 else; None as "–".

    Without `language`, that of the interface.
    """
    if value is None:
        return "–"
    number = round_half_up(value, decimals)
    text = f"{number:,.{decimals}f}"
    return Written(
        text.translate(str.maketrans(",.", ".,")) if (language or get_language()) == "vi" else text, number
    )


def signed(text: str, rises: bool | None) -> str:
    """A change, written without its sign, with it: for where no arrow stands beside it. Of grades an arrow alone."""
    if rises is None:
        return text
    if isinstance(text, Written):
        return Written(f"{'+' if rises else '-'}{text}", text.number if rises else -text.number, "+{0};-{0};{0}")
    return "↑" if rises else "↓"


def compared(sign: str, text: str) -> str:
    """ "≥ 98,6": a target, or what else is written behind a comparator."""
    words = f"{sign}{NBSP}{text}"
    return Written(words, text.number, f'"{sign}{NBSP}"{{}}') if isinstance(text, Written) else words


def format_part(value: Decimal | None, language: str | None = None) -> str:
    """An entered part with just the decimals it has: 3.137 · 12,5; empty when there is none."""
    if value is None:
        return ""
    return format_number(value, max(0, -int(value.normalize().as_tuple().exponent)), language)


def input_number(value: Decimal | None, language: str | None = None) -> str:
    """`value` as it stands in an input: the parser reads it back as the same number, whatever its decimals."""
    if value is None:
        return ""
    places = max(0, -int(value.normalize().as_tuple().exponent))
    # "1.275" alone could be read in two ways: thousands are marked only beside a second mark.
    grouped = places or abs(value) >= 10**6
    text = (f"{value:,.{places}f}" if grouped else f"{value:.0f}") + ("0" if places == 3 else "")
    return text.translate(str.maketrans(",.", ".,")) if (language or get_language()) == "vi" else text


def exact_text(value: Fraction | Decimal | None) -> str | None:
    """`value` for machines: plain point, at most six decimals half up, no trailing zeros."""
    if value is None:
        return None
    text = f"{round_half_up(value, 6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

"""Numbers as they are written for people, which stay numbers where a program reads them. No database."""

from __future__ import annotations

from decimal import Decimal

CELL_DIGITS = 15  # of a number that a cell of a workbook keeps


class Written(str):
    """A number as the page writes it, rounded as written: a workbook gets the `number`, a csv file the text.

    `form` is how a workbook shows it, «{}» being the digits: with the sign of a change, the comparator of a
    target. What is put together from it in any other way is plain text again.
    """

    __slots__ = ("form", "number")

    number: Decimal
    form: str

    def __new__(cls, text: str, number: Decimal, form: str = "{}") -> Written:
        """`text` for people, which says just what `number` is."""
        self = super().__new__(cls, text)
        self.number, self.form = number, form
        return self

    def as_json(self) -> dict[str, str]:
        """How it is kept with what stands still; `from_json` reads it again."""
        return {"text": str(self), "number": str(self.number), "form": self.form}

    @classmethod
    def from_json(cls, kept: dict[str, str]) -> Written:
        return cls(kept["text"], Decimal(kept["number"]), kept["form"])

    def __getnewargs__(self) -> tuple[str, Decimal, str]:  # type: ignore[override]
        return str(self), self.number, self.form

    @property
    def exact(self) -> bool:
        """Whether a cell of a workbook keeps all digits."""
        return len(self.number.as_tuple().digits) <= CELL_DIGITS

    @property
    def num_format(self) -> str:
        """As many decimals as written, thousands apart: the program puts the marks of its own language."""
        places = max(0, -int(self.number.as_tuple().exponent))
        return self.form.format("#,##0" + ("." + "0" * places if places else ""))

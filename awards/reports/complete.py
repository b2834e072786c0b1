"""Registers that do not go back as far as criteria look: why much is «no data» although nothing is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from awards.models import CompleteRegister
from awards.reach import Reach

Register = CompleteRegister.Register


@dataclass(frozen=True, slots=True)
class Gap:
    """A `register` that criteria look into from the year `first` on and that is complete from `since`
    (None: nobody has said so of any year).
    """

    register: Register
    first: int
    since: int | None

    @property
    def label(self) -> str:
        return str(self.register.label)


def gaps(reach: Reach, year: int) -> list[Gap]:
    """The registers that are asked for `year` and are not stated complete so far back. One query.

    Of awards criteria mostly ask «ever»: there the year itself is the least. Shorter than it is said by `Facts.kept`,
    which the criteria themselves go by.
    """
    return gaps_from(reach, year, dict(complete_since()))


def complete_since() -> QuerySet[CompleteRegister, Any]:
    """Register with the year since which it is complete, not read yet."""
    return CompleteRegister.objects.order_by().values_list("register", "since")


def gaps_from(reach: Reach, year: int, since: Mapping[str, int | None]) -> list[Gap]:
    """The same with what is stated (register → year) known already."""
    asked = {
        Register.AWARDS: 1 if reach.history else 0, Register.MERITS: reach.merits,
        Register.DISCIPLINE: reach.discipline,
    }  # fmt: skip
    found = []
    for register, years in asked.items():
        first, known = year - years + 1, since.get(register)
        if years and (known is None or known > first):
            found.append(Gap(register, first, known))
    return found

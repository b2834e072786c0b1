"""Column types of our own."""

from decimal import Decimal
from typing import Any

from django.db import models


class PartField(models.BigIntegerField):
    """A part or target: `Decimal` in Python, whole thousandths in the database.

    SQLite keeps decimals as floating point; integers add up exactly on both engines.
    """

    # What django-stubs reads of a field: the types set and got.
    _pyi_private_set_type: Decimal | int | str | None  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]

    def from_db_value(self, value: int | None, *args: Any) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-3).normalize() + 0

    def to_python(self, value: Any) -> Decimal | None:
        return None if value is None else Decimal(value)

    def get_prep_value(self, value: Any) -> int | None:
        if value is None:
            return None
        thousandths = Decimal(value) * 1000
        if thousandths != int(thousandths):
            raise ValueError(f"{value} has more than three decimals")
        return int(thousandths)

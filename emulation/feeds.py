"""The registers that feed indicators: what each takes for a unit and some days, and where its entries are shown.

A figure is typed once, where it arises. Registers say here what they hold (`SOURCES`); which of them feeds
which indicator is catalogue data (`models.Feed`). No model is imported here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.functional import Promise

if TYPE_CHECKING:
    from emulation.models import Indicator
    from units.models import Unit, User

Codes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a register holds for a unit: the figure, and of how many entries it is made (at least 1).

    A ratio has its whole in `of`. Of a grade and of a checklist there is no number: `grade` is the name of the
    class, `items` the answers (states of `ResultItem`) by their words; both are found again as `units.text.fold`
    makes them.
    """

    value: Decimal | None
    entries: int
    of: Decimal | None = None
    grade: str = ""
    items: Mapping[str, str] = field(default_factory=dict)


def to_everybody(user: User, unit: Unit) -> bool:
    return True


def not_stated(unit: int, first: date, last: date) -> date | None:
    return None


def nothing_lacking(indicator: Indicator, codes: Codes) -> list[str]:
    return []


def no_codes() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Source:
    """One thing that is counted or summed in a register.

    `take(units, first, last, codes)` gives unit → `Taken` for entries that arose in that very unit from
    `first` to `last`, both included, in one query for any number of units; a unit without entries is left out.
    `address(unit, first, last, codes)` is the list of exactly these entries. `codes` are the narrowings that
    `Feed.codes` may name, with their words (kinds, a least level). `shown(user, unit)`: whether what the unit's
    register holds exists for the user; to others the figure is one like any other. `measures`: those of the
    indicators it may feed. `typed_until`: while it holds nothing for a cell, the figure is typed as ever.
    `halved`: of a ratio it holds the numerator alone; the whole is typed.
    `lacking(indicator, codes)`: names that register and indicator should share and do not; the figure needs all.
    `stated(unit, first, last)`: until when the unit's commander has stated the register complete, where that covers
    the days; one query.
    """

    key: str
    label: str | Promise
    take: Callable[[Collection[int], date, date, Codes], dict[int, Taken]]
    address: Callable[[Unit, date, date, Codes], str]
    codes: Callable[[], Mapping[str, str]] = field(default=no_codes)
    shown: Callable[[User, Unit], bool] = to_everybody
    measures: tuple[str, ...] = ("count", "amount")
    typed_until: bool = False
    halved: bool = False
    lacking: Callable[[Indicator, Codes], list[str]] = nothing_lacking
    stated: Callable[[int, date, date], date | None] = not_stated


SOURCES: dict[str, Source] = {}


def add_source(source: Source) -> None:
    """Called once by each register when the application starts."""
    SOURCES[source.key] = source


def source_choices() -> list[tuple[str, str]]:
    return [(key, str(source.label)) for key, source in SOURCES.items()]

"""What several commands ask for on their command line."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet

from emulation.periods import parse_period
from units.errors import alternatives
from units.models import Unit


def add_unit_and_period(parser: CommandParser) -> None:
    parser.add_argument("--unit", required=True, help="code of the unit")
    parser.add_argument("--period", required=True, help="2020-Q1 … 2020-Q4, 2020-H1, 2020-9M or 2020")


def unit_and_period(
    options: dict[str, Any], parse: Callable[[str], tuple[int, str]] = parse_period
) -> tuple[Unit, int, str]:
    """Unit, year and name of the period; raises `CommandError`."""
    try:
        year, period = parse(options["period"])
    except ValueError as error:
        raise CommandError(str(error)) from error
    return unit_of(options["unit"]), year, period


def unknown(what: str, rows: QuerySet[Any], code: str) -> str:
    """That no row of a catalogue has the code, and which codes there are."""
    return f"no {what} has the code {code!r}; known are: {alternatives(rows.values_list('code', flat=True), code)}"


def unit_of(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise CommandError(f"no unit has the code {code!r}")
    return unit

"""Write a unit's review report."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from emulation.periods import parse_period
from emulation.reports.papers import FORMATS, WRITERS
from emulation.reports.saved_reports import paper_for
from units.models import Unit


class Command(BaseCommand):
    help = "Writes the review report of a unit's branch in a period: the saved one, else a draft from figures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="code of the unit")
        parser.add_argument("--period", required=True, help="2020-Q1 … 2020-Q4, 2020-H1, 2020-9M or 2020")
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--output", required=True, type=Path, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            year, period = parse_period(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"no unit has the code {options['unit']!r}")
        content = WRITERS[options["format"]](paper_for(unit, year, period))
        try:
            options["output"].write_bytes(content)
        except OSError as error:
            raise CommandError(f"the file cannot be written: {error}") from error

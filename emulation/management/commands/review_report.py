"""Write a unit's review report."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from emulation.management.asked import add_unit_and_period, unit_and_period
from emulation.periods import drive_in, parse_report_period
from emulation.reports.drives import drive_of
from emulation.reports.papers import FORMATS, WRITERS
from emulation.reports.saved_reports import paper_for
from units.errors import Refused


class Command(BaseCommand):
    help = "Writes the review report of a unit's branch in a period: the saved one, else a draft from figures."

    def add_arguments(self, parser: CommandParser) -> None:
        add_unit_and_period(parser)
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument("--output", required=True, type=Path, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        unit, year, period = unit_and_period(options, parse_report_period)
        if drive_in(period) and drive_of(unit, year, period) is None:
            raise CommandError(f"no drive {period} was launched in {year}")
        try:
            content = WRITERS[options["format"]](paper_for(unit, year, period))
            options["output"].write_bytes(content)
        except Refused as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"the file cannot be written: {error}") from error

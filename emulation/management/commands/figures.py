"""Print consolidated figures for machines."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from emulation.models import Indicator
from emulation.periods import parse_period
from emulation.reports.figures import machine_rows
from units.models import Unit


class Command(BaseCommand):
    help = "Prints the approved figures of a unit's branch in a period, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="code of the unit")
        parser.add_argument("--period", required=True, help="2020-Q1 … 2020-Q4, 2020-H1, 2020-9M or 2020")
        parser.add_argument("--indicator", help="code of one indicator; without it all are printed")
        parser.add_argument("--format", choices=["json"], default="json")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            year, period = parse_period(options["period"])
        except ValueError as error:
            raise CommandError(str(error)) from error
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"no unit has the code {options['unit']!r}")
        indicator = None
        if options["indicator"]:
            indicator = Indicator.objects.filter(code=options["indicator"]).first()
            if indicator is None:
                raise CommandError(f"no indicator has the code {options['indicator']!r}")
        rows = machine_rows(unit, year, period, indicator)
        self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))

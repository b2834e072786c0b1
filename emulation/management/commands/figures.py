"""Print consolidated figures for machines."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from emulation.management.asked import add_unit_and_period, unit_and_period, unknown
from emulation.models import Indicator
from emulation.reports.machine_figures import machine_rows


class Command(BaseCommand):
    help = "Prints the approved figures of a unit's branch in a period, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        add_unit_and_period(parser)
        parser.add_argument("--indicator", help="code of one indicator; without it all are printed")
        parser.add_argument("--format", choices=["json"], default="json")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        unit, year, period = unit_and_period(options)
        indicator = None
        if options["indicator"]:
            indicator = Indicator.objects.filter(code=options["indicator"]).first()
            if indicator is None:
                raise CommandError(unknown("indicator", Indicator.objects.all(), options["indicator"]))
        rows = machine_rows(unit, year, period, indicator)
        self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))

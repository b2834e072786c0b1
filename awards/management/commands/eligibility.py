"""Print who meets the criteria of which award, for machines."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from awards.models import Award
from awards.reports.due import last_day, machine_rows
from awards.reports.rules import rules_on
from emulation.management.asked import unit_of, unknown
from emulation.periods import YEARS


class Command(BaseCommand):
    help = "Prints the eligibility of the people and units of a unit's branch in a year, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="code of the unit")
        parser.add_argument("--year", required=True, type=int)
        parser.add_argument("--award", default="", help="code of one award; without it all are printed")
        parser.add_argument("--format", choices=["json"], default="json")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        unit = unit_of(options["unit"])
        if options["year"] not in YEARS:
            raise CommandError(f"{options['year']} is no year from {YEARS.start} to {YEARS.stop - 1}")
        award = options["award"]
        if award and not Award.objects.filter(code=award).exists():
            raise CommandError(unknown("award", Award.objects.all(), award))
        rows = machine_rows(unit, options["year"], rules_on(last_day(options["year"])), award)
        self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))

"""Prove that every stored consolidated figure equals a recomputation from the results."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from emulation.models import Round
from emulation.services.summaries import differences, rebuild


class Command(BaseCommand):
    help = "Recomputes every stored summary from the results and lists those that differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, help="one year; without it all years are checked")
        parser.add_argument("--repair", action="store_true", help="rebuild the summaries, then check")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        rounds = Round.objects.select_related("drive").order_by("year", "pk")
        if options["year"] is not None:
            rounds = rounds.filter(year=options["year"])
        books = list(dict.fromkeys((round_.year, round_.drive) for round_ in rounds))
        total, wrong = 0, []
        for year, drive in books:
            if options["repair"]:
                rebuild(year, drive=drive)
            count, lines = differences(year, drive)
            total += count
            wrong += lines
        for line in wrong:
            self.stdout.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} of {total} summaries differ from their results")
        self.stdout.write(f"{total} summaries agree with their results")

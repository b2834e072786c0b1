"""Load figures from a file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from emulation.services.migration import COLUMNS, load_results
from units.catalogue import load_catalogue
from units.errors import Refused
from units.file_rows import read_table
from units.models import User


class Command(BaseCommand):
    help = "Loads figures from a CSV file or spreadsheet, all or nothing: " + ",".join(COLUMNS)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--by", required=True, help="user name of an administrator whose branch holds the units")
        parser.add_argument("--approved", action="store_true", help="record the sheets as approved by migration")
        parser.add_argument("--correct", default="", metavar="REASON", help="change figures of approved sheets")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["by"]).first()
        if user is None:
            raise CommandError(f"there is no user {options['by']!r}")
        load_catalogue()
        try:
            loaded = load_results(
                read_table(options["file"], COLUMNS),
                by=user,
                approved=options["approved"],
                correct=options["correct"],
            )
        except Refused as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(
            f"{loaded.rows} rows read, {loaded.changed} figures written, {loaded.approved} sheets approved"
        )

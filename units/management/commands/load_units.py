"""Load units from a file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from units.catalogue import load_catalogue
from units.errors import Refused
from units.file_rows import read_table
from units.loading import COLUMNS, load_units
from units.models import User


class Command(BaseCommand):
    help = "Loads units from a CSV file or spreadsheet, all or nothing: " + ",".join(COLUMNS)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--by", metavar="USER", help="user name of an administrator whose branch holds the units")
        parser.add_argument("--update", action="store_true", help="correct units that exist already")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        by = User.objects.filter(username=options["by"]).first()
        if options["by"] and by is None:
            raise CommandError(f"there is no user {options['by']!r}")
        load_catalogue()
        try:
            loaded = load_units(read_table(options["file"], COLUMNS), by=by, update=options["update"])
        except Refused as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{loaded.created} units created, {loaded.changed} changed, {loaded.unchanged} unchanged")

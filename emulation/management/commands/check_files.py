"""Say which files are missing, and which belong to nothing: after a restore, and now and then."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from emulation.reports.stored_files import compare_files


class Command(BaseCommand):
    help = (
        "Compares the base with the folder of files (var/files): lists rows whose file is missing, and files that no "
        "row names. Changes nothing; ends with an error where a file is missing."
    )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        found = compare_files()
        for file in found.missing:
            self.stdout.write(f"missing: {file.name} ({file.row})")
        for name in found.strays:
            self.stdout.write(f"of no row: {name}")
        if found.missing:
            raise CommandError(f"{len(found.missing)} of {found.named} files are missing")
        self.stdout.write(f"all {found.named} files are there; {len(found.strays)} more belong to no row")

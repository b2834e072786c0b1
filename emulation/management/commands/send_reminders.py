"""Send the day's reminders by e-mail; to be run once a day."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations

from emulation.services.reminders import MailHostDown, configured, send_reminders


class Command(BaseCommand):
    help = (
        "Sends each staff officer and commander who has an e-mail address the sheets that are due. Running it "
        "again on the same day sends nothing twice. Does nothing without EMAIL_HOST."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say who would be sent what; send nothing")

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if not configured() and not options["dry_run"]:
            self.stdout.write("EMAIL_HOST is not set: no e-mails are sent")
            return
        try:
            self._send(dry_run=options["dry_run"])
        except MailHostDown as down:
            host = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
            words = f"no e-mail was sent: the mail host {host} cannot be reached ({down}); the next run tries again"
            raise CommandError(words) from down

    def _send(self, *, dry_run: bool) -> None:
        sent = failed = 0
        for row in send_reminders(dry_run=dry_run):
            sent, failed = sent + (row.sheets > 0 and not row.error), failed + bool(row.error)
            if dry_run or row.error:
                self.stdout.write(f"{row.user.username}: {row.sheets} sheets due {row.error}".rstrip())
        self.stdout.write(f"{sent} e-mails {'would be sent' if dry_run else 'sent'}")
        if failed:
            raise CommandError(f"{failed} e-mails could not be sent; the next run tries again")

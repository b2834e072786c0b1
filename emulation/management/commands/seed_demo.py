"""Load the demonstration into an empty base."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from emulation.reports.demo import PASSWORD, logins
from emulation.services import demo
from units.errors import Refused


class Command(BaseCommand):
    help = "Loads demonstration data (the movement of 2020 and figures of 2019) into an empty base."

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo comes with logins that everybody knows: it is not loaded with PRODUCTION=1.")
        try:
            demo.seed()
        except Refused as error:
            raise CommandError("\n".join(error.messages)) from error
        names = ", ".join(login["username"] for login in logins())
        self.stdout.write(f"Demonstration data are loaded. Log in as {names}; password {PASSWORD}")

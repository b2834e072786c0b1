"""The first administrator of an empty base."""

import getpass
import os
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import transaction

from units.catalogue import load_catalogue
from units.codes import canonical
from units.errors import Refused
from units.models import Unit, User
from units.services import first_administrator


class Command(BaseCommand):
    help = "Creates an administrator of a unit; the password is asked for or taken from ADMIN_PASSWORD"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--unit", required=True, metavar="CODE", help="normally the root of the tree")

    @no_translations
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        username = canonical(options["username"])
        unit = Unit.objects.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"there is no unit {options['unit']!r}; load units first (load_units)")
        password = os.environ.get("ADMIN_PASSWORD") or self._ask()
        load_catalogue()
        try:
            user = User(username=username, full_name=username)
            user.full_clean(
                exclude=["password", "search", "sorting"], validate_unique=False, validate_constraints=False
            )
            validate_password(password, user)
            first_administrator(username=username, password=password, unit=unit)
        except (ValidationError, Refused) as error:
            raise CommandError("\n".join(error.messages)) from error
        self.stdout.write(f"{username} administers {unit.code}")

    def _ask(self) -> str:
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Password, once more: "):
            raise CommandError("the two passwords differ")
        return password

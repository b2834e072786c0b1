"""A user name or the code of a unit in other letters, where two cannot be told apart (migration units.0006)."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser, no_translations
from django.db import connection, transaction

from units.codes import canonical
from units.models import Unit, User
from units.text import fold, login_key


class Command(BaseCommand):
    """Writes single columns: the base may stand before a migration that waits for the new name."""

    help = "Gives a user another user name, or a unit another code; the audit log keeps both"
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["user", "unit"])
        parser.add_argument("old", help="exactly as it is stored")
        parser.add_argument("new")

    @no_translations
    @transaction.atomic
    def handle(self, *args: Any, what: str, old: str, new: str, **options: Any) -> None:
        model, column = (User, "username") if what == "user" else (Unit, "code")
        try:
            new = model._meta.get_field(column).clean(canonical(new), None)  # type: ignore[union-attr]
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        rows = dict(model._default_manager.select_for_update().values_list(column, "pk"))
        if old not in rows:
            raise CommandError(f"there is no {what} {old!r}")
        taken = [name for name in rows if name != old and login_key(name) == login_key(new)]
        if taken:
            raise CommandError(f"there is a {what} {taken[0]!r} already; capitals make no difference")
        stored = model._default_manager.filter(pk=rows[old])
        stored.update(**{column: new})
        self._refresh(stored, what)
        LogEntry.objects.create(
            content_type=ContentType.objects.get_for_model(model), object_pk=str(rows[old]), object_id=rows[old],
            object_repr=new, action=LogEntry.Action.UPDATE, changes={column: [old, new]},
        )  # fmt: skip
        self.stdout.write(f"{what} {old} is now {new}")

    def _refresh(self, stored: Any, what: str) -> None:
        """The keys of search and login; the latter where it is there already."""
        parts = ("username", "full_name") if what == "user" else ("code", "name", "short_name")
        texts = stored.values_list(*parts).get()
        stored.update(search=fold(" ".join(texts))[:300])
        if what == "user" and self._has_key():
            stored.update(login_key=login_key(texts[0]))

    def _has_key(self) -> bool:
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(cursor, User._meta.db_table)
        return "login_key" in {column.name for column in columns}

"""The demonstration as a base to test on: built once, however many files and processes ask for it.

Building takes longer than most files of tests. On SQLite the first who asks keeps a copy of the base for the
others; on PostgreSQL, where one file asks, it lies in a transaction.
"""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import override_settings

from emulation.services import demo

RANGE = 5_000  # keys of a table on SQLite, so that none is that of a row elsewhere; those of units have six digits


@contextmanager
def demonstration(folder: Path) -> Iterator[None]:
    """The demonstration in an empty base, taken away in the end. `folder` is that of all processes together."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            demo.seed()
            yield
            transaction.set_rollback(True)
        return
    folder.mkdir(exist_ok=True)
    with override_settings(MEDIA_ROOT=folder / "files"), closing(sqlite3.connect(":memory:")) as empty:
        _connected().backup(empty)
        try:
            _load(folder)
            yield
        finally:
            empty.backup(_connected())
            ContentType.objects.clear_cache()


def _load(folder: Path) -> None:
    """Whoever comes first builds it; the others wait for that and take the copy. Where it fails, each says so."""
    base, unfinished = folder / "base", folder / "unfinished"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not base.exists():
            _set_keys_apart()
            demo.seed()
            _copy(_connected(), unfinished)
            unfinished.replace(base)
            return
        with closing(sqlite3.connect(base)) as copy:
            copy.backup(_connected())


def _copy(connected: sqlite3.Connection, path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        connected.backup(copy)


def _connected() -> sqlite3.Connection:
    connection.ensure_connection()  # a live server closes it
    return connection.connection


def _set_keys_apart() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
        tables = sorted(name for (name,) in cursor.fetchall())
        cursor.execute("DELETE FROM sqlite_sequence")
        rows = [(name, number * RANGE) for number, name in enumerate(tables, start=1)]
        cursor.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", rows)

"""The base and the folder of files side by side: after a restore one may be older than the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.core.files.storage import Storage, default_storage
from django.db.models import FileField


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that a row names; `row` as «emulation.Attachment 12»."""

    row: str
    name: str


@dataclass(frozen=True, slots=True)
class Compared:
    """How many files the rows name, those that are not there, and files that no row names."""

    named: int
    missing: list[KeptFile]
    strays: list[str]


def compare_files() -> Compared:
    """One query a column that names files."""
    kept, there = list(_kept()), set(_below(default_storage, ""))
    names = {file.name for file in kept}
    return Compared(len(kept), [file for file in kept if file.name not in there], sorted(there - names))


def _kept() -> Iterator[KeptFile]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, FileField):
                rows = model._default_manager.exclude(**{field.name: ""}).order_by("pk")
                for pk, name in rows.values_list("pk", field.name).iterator():
                    yield KeptFile(f"{model._meta.label} {pk}", name)


def _below(storage: Storage, folder: str) -> Iterator[str]:
    """Names of all files in the folder and below it; none where it does not exist."""
    if folder == "" and not storage.exists(""):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _below(storage, f"{folder}{name}/")

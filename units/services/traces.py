"""The audit log of rows that are written in bulk: auditlog itself listens to `save()` and sees nothing of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.db.models.signals import pre_save

from units.models import User

BATCH = 500


def log_rows(before: Iterable[Model], after: Iterable[Model], *, by: User, way: Mapping[str, Any]) -> None:
    """Log the rows `after` as saving each would have done: those without their copy in `before` were added.

    `way` says by which way they were written. Two queries, and one for each kind of row not met yet.
    """
    old = {(type(row), row.pk): row for row in before}
    entries = [_entry(old.get((type(row), row.pk)), row, by, way) for row in after]
    LogEntry.objects.bulk_create([entry for entry in entries if entry.changes], batch_size=BATCH)


def _entry(before: Model | None, after: Model, by: User, way: Mapping[str, Any]) -> LogEntry:
    more: Mapping[str, Any] = getattr(after, "get_additional_data", dict)()
    entry = LogEntry(
        content_type=ContentType.objects.get_for_model(after), object_pk=str(after.pk), object_id=after.pk,
        object_repr=str(after), action=LogEntry.Action.UPDATE if before else LogEntry.Action.CREATE,
        changes=model_instance_diff(before, after), additional_data={**more, **way}, actor=by, actor_email=by.email,
    )  # fmt: skip
    pre_save.send(LogEntry, instance=entry)  # the middleware of auditlog adds from where, as at every save
    return entry

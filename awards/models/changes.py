"""What has changed of the rows that «who is due» rests on: written by the base itself, whoever writes and however."""

from __future__ import annotations

from django.db import models


class Change(models.Model):
    """Something about `key` changed; what `kind` and `key` are says `awards.changes`, where the triggers are.

    On SQLite there is one row for each kind and key, its number that of the last change: writers come one after
    another, so what was written since has a higher number. On PostgreSQL writers never wait for each other here: rows
    are only added, once for each transaction, and `written` is that transaction, for numbers are not seen in their
    order. Now and then (`awards.changes.FORGOTTEN`) all are deleted for a single one that says *everything*.
    """

    kind = models.CharField(max_length=10)
    key = models.BigIntegerField()
    written = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["written", "kind", "key"], name="change_by_transaction")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

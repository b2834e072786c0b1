"""Forms of rows that several people change: nobody overwrites unseen what somebody else has saved meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from units.errors import Refused
from units.models import Unit
from units.services.seen import Change, logged_change, unseen

SEEN = "seen"  # the field of the page that carries the mark


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else has changed, or that is typed otherwise: as stored now, and as typed."""

    label: str
    stored: str
    typed: str


class SeenForm(forms.ModelForm):
    """A form that knows what its page showed.

    The page carries `seen`, a mark of the values it was made with and of the second in which that was;
    `units.forms.fields.refusals` asks whether they are `unseen` in the transaction that saves. Refused, the page
    comes back with what was typed, the `differences`, and the mark of what is stored now: who saves again knows
    what goes.
    A request without a mark comes from no page and is not compared.
    """

    differences: tuple[Difference, ...] = ()
    keyed_by: tuple[str, ...] = ()  # columns, `unit` among them, of a row that comes into being with its first save
    events = ""  # relation of rows with `by` and `at` that tell who changed it; "": the audit log does

    def beside(self, row: Any) -> dict[str, Any]:
        """Initial values, by field, of what the form changes besides the row's own columns."""
        return {}

    def stored(self) -> Any:
        """The row as it stands now, locked; None for a new one."""
        model = type(self.instance)
        if self.keyed_by:
            Unit.objects.select_for_update().get(pk=self.instance.unit_id)
            keys = {name: getattr(self.instance, name) for name in self.keyed_by}
            return model._base_manager.filter(**keys).first() or model(**keys)
        if self.instance.pk is None:
            return None
        return model._base_manager.select_for_update().filter(pk=self.instance.pk).first()

    def change(self, row: Any, since: datetime) -> Change | None:
        """Who changed the row after `since`, and when."""
        if self.events:
            later = getattr(row, self.events).filter(at__gte=since).select_related("by")
            event = later.order_by("-at", "-pk").first()
            return Change(event.by, event.at) if event else None
        if row.pk is None:
            return None
        return logged_change(LogEntry.objects.get_for_object(row), since)

    @property
    def seen(self) -> str:
        """The mark for the page; empty for a new row. What was sent stays until it has been compared."""
        if self.is_bound:
            return self._renewed or str(self.data.get(SEEN, ""))
        return self._mark(self._values(self.instance)) if self.instance.pk or self.keyed_by else ""

    _renewed = ""

    def unseen(self) -> Refused | None:
        """Why it is not to be saved: somebody has changed the row since the page was made. Locks the row."""
        digest, since = _parts(str(self.data.get(SEEN, "")))
        row = self.stored() if digest else None
        if row is None:
            return None
        values = self._values(row)
        if _digest(values) == digest:
            return None
        self.differences = tuple(self._differences(values))
        self._renewed = self._mark(values)
        return unseen(self.change(row, since)) if self.differences else None

    def _values(self, row: Model) -> dict[str, Any]:
        """What the fields of the form are for the row: its columns, rows it refers to, and what stands beside."""
        found = model_to_dict(row, fields=list(self.fields))
        lists = {name: sorted(one.pk for one in value) for name, value in found.items() if isinstance(value, list)}
        return found | lists | self.beside(row)

    def _mark(self, values: dict[str, Any]) -> str:
        return f"{_digest(values)}-{int(timezone.now().timestamp())}"

    def _differences(self, values: dict[str, Any]) -> Iterator[Difference]:
        for name, field in self.fields.items():
            if name not in values:
                continue
            bound = self[name]
            stored, typed = _words(field, values[name]), _words(field, bound.data)
            if stored != typed and field.has_changed(values[name], bound.data):
                yield Difference(str(bound.label), stored, typed)


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]


def _parts(mark: str) -> tuple[str, datetime]:
    """Digest and second of a mark; nonsense is a digest that nothing has."""
    digest, _sign, second = mark.partition("-")
    known = int(second) if second.isascii() and second.isdigit() and len(second) <= 10 else 0
    return digest, datetime.fromtimestamp(known, UTC)


def _words(field: forms.Field, value: Any) -> str:
    """A value of a field as people read it: a choice by its label, a day and a number as they are typed."""
    shown = getattr(field, "shown", None)  # fields with a picker
    if shown is not None:
        return str(shown(value))
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ChoiceField):
        chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
        return "; ".join(label for key, label in _choices(field) if key and key in chosen)
    if isinstance(value, date):
        return date_format(value, "d/m/Y")
    prepared = field.prepare_value(value)
    if isinstance(prepared, int | float) and not isinstance(prepared, bool):
        return number_format(prepared)
    return "" if prepared is None else str(prepared).replace("\r\n", "\n")


def _choices(field: forms.ChoiceField) -> Iterator[tuple[str, str]]:
    for key, label in field.choices:
        if isinstance(label, list | tuple):
            yield from ((str(one), str(words)) for one, words in label)
        else:
            yield str(key), str(label)

"""Forms of rows that several people change: nobody overwrites unseen what somebody else has saved meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from auditlog.models import LogEntry
from django import forms
from django.db import transaction
from django.db.models import Model
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from units.errors import Refused
from units.locking import locked
from units.models import Unit
from units.reports.seen import Change, Page, Shown, changed_meanwhile, changed_unread, digest_of, logged_change

SEEN = "seen"  # the field of the page that carries the mark
EXCERPT = 80  # characters of a line that a mark keeps to say what the page showed


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else has changed, or that is typed otherwise: as stored now, and as typed."""

    label: str
    stored: str
    typed: str


class Seen(forms.BaseForm):
    """A form that knows what its page showed.

    The page carries `seen`, a mark of the values it was made with and of the second in which that was. Before it
    saves, `units.forms.fields.refusals` asks in the same transaction whether they are `unseen`; a form with other
    faults asks at once, so that both are told together. Refused, the page comes back with what was typed, the
    `differences`, and the mark of what is stored now: who saves again knows what goes.
    A request without a mark comes from no page and is not compared.
    """

    differences: tuple[Difference, ...] = ()
    events = ""  # relation of rows with `by` and `at` that tell who changed it; "": the audit log does

    def beside(self, row: Any) -> dict[str, Any]:
        """Initial values, by field, of what the form changes besides the row's own columns."""
        return {}

    def stored(self) -> Any:
        """The row as it stands now, locked; None for a new one."""
        raise NotImplementedError

    def full_clean(self) -> None:
        super().full_clean()
        if self.is_bound and self.errors:
            with transaction.atomic():
                unseen = self.unseen()
            if unseen is not None:
                self.add_error(None, unseen.messages)  # type: ignore[arg-type]

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
        if not self._renewed and self.is_bound:
            return str(self.data.get(SEEN, ""))
        if not self._renewed and (shown := self._first()) is not None:
            self._renewed = self._mark(shown)
        return self._renewed

    _renewed = ""

    def _first(self) -> dict[str, Any] | None:
        """The values that the page shows; None for those of a new row."""
        raise NotImplementedError

    def unseen(self) -> Refused | None:
        """Why it is not to be saved: somebody has changed the row since the page was made. Locks the row."""
        digest, since = _parts(str(self.data.get(SEEN, "")))
        row = self.stored() if digest else None
        if row is None:
            return None
        values = self._values(row)
        if digest_of(sorted(values.items())) == digest:
            return None
        self.differences = tuple(self._differences(values))
        self._renewed = self._mark(values)
        return changed_meanwhile(self.change(row, since)) if self.differences else None

    def _values(self, row: Any) -> dict[str, Any]:
        """What the fields of the form are for the row."""
        return self.beside(row)

    def _mark(self, values: dict[str, Any]) -> str:
        return f"{digest_of(sorted(values.items()))}-{int(timezone.now().timestamp())}"

    def _differences(self, values: dict[str, Any]) -> Iterator[Difference]:
        for name, field in self.fields.items():
            if name not in values:
                continue
            bound = self[name]
            stored, typed = _words(field, values[name]), _words(field, bound.data)
            if stored != typed and field.has_changed(values[name], bound.data):
                yield Difference(str(bound.label), stored, typed)


class SeenForm(Seen, forms.ModelForm):
    """Such a form over columns of a row."""

    keyed_by: tuple[str, ...] = ()  # columns, `unit` among them, of a row that comes into being with its first save

    def __init__(self, *args: Any, instance: Model | None = None, **kwargs: Any) -> None:
        """What is typed goes into a copy of a stored row: the view's own still names it in heading and way back."""
        own = copy(instance) if instance is not None and instance.pk else instance
        kwargs["instance"] = own
        super().__init__(*args, **kwargs)

    def stored(self) -> Any:
        model = type(self.instance)
        if self.keyed_by:
            Unit.objects.select_for_update().get(pk=self.instance.unit_id)
            keys = {name: getattr(self.instance, name) for name in self.keyed_by}
            return model._base_manager.filter(**keys).first() or model(**keys)
        if self.instance.pk is None:
            return None
        return model._base_manager.select_for_update().filter(pk=self.instance.pk).first()

    def _first(self) -> dict[str, Any] | None:
        return self._values(self.instance) if self.instance.pk or self.keyed_by else None

    def _values(self, row: Model) -> dict[str, Any]:
        """The row's columns, rows it refers to, and what stands beside."""
        found = model_to_dict(row, fields=list(self.fields))
        lists = {name: sorted(one.pk for one in value) for name, value in found.items() if isinstance(value, list)}
        return found | lists | self.beside(row)


class SeenFields(Seen, forms.Form):
    """Such a form whose fields are no columns: `beside` says what they are for the `row` they belong to.

    The row is locked before that is read again; None where there is none yet. Fields given an `initial` by the view
    show that one instead.
    """

    def __init__(self, *args: Any, row: Model | None, **kwargs: Any) -> None:
        self.row = row
        self._known = self.beside(row) if row is not None else None
        kwargs["initial"] = (self._known or {}) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def stored(self) -> Any:
        if self.row is None:
            return None
        return type(self.row)._base_manager.select_for_update().filter(pk=self.row.pk).first()

    def _first(self) -> dict[str, Any] | None:
        return self._known


class SeenPage(Seen):
    """A form by which people put their name to what its page shows: they hand it in, they sign it.

    The mark carries a digest of every line and the beginning of its words, so that the refusal names the lines that
    have changed: what the page showed, and what stands there now. Confirmed again, it has been read.
    """

    unread = True  # for `includes/changed.html`: nothing was typed

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        self.page = page
        super().__init__(*args, **kwargs)

    def refuse_unread(self) -> None:
        """Raises `Refused` where the page no longer shows what stands there now. Locks the row; in a transaction."""
        if (unseen := self.unseen()) is not None:
            raise unseen

    def hold(self) -> None:
        """Nobody else changes what the page shows until the transaction ends."""
        locked(self.page.row)

    def unseen(self) -> Refused | None:
        sent = str(self.data.get(SEEN, ""))
        if not sent:
            return None
        self.hold()
        known, since = _lines_of(sent)
        now = self.page.lines()
        self.differences = tuple(_unread(known, now))
        if not self.differences:
            return None
        self._renewed = self._mark(now)
        return changed_unread(self.page.change(since))

    def _first(self) -> dict[str, Any]:
        return self.page.lines()

    def _mark(self, values: dict[str, Any]) -> str:
        lines = {key: [digest_of(line.value), line.words[:EXCERPT]] for key, line in values.items()}
        return json.dumps([int(timezone.now().timestamp()), lines], ensure_ascii=False, separators=(",", ":"))


def _lines_of(mark: str) -> tuple[dict[str, list[str]], datetime]:
    """Lines and second of the mark of a page; of nonsense, none."""
    try:
        second, lines = json.loads(mark)
        known = {str(key): [str(digest), str(words)] for key, (digest, words) in lines.items()}
        return known, datetime.fromtimestamp(int(second), UTC)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        return {}, datetime.fromtimestamp(0, UTC)


def _unread(known: Mapping[str, list[str]], now: Mapping[str, Shown]) -> Iterator[Difference]:
    """Lines that are no longer what the page showed, those that have gone last."""
    for key, line in now.items():
        digest, words = known.get(key, ("", ""))
        if digest != digest_of(line.value):
            yield Difference(line.label, line.words, words if len(words) < EXCERPT else f"{words}…")
    for key, (_digest, words) in known.items():
        if key not in now:
            yield Difference(_("No longer there"), "", words)


class SeenChoices(forms.Form):
    """A table of choices of which each travels with what the page showed (`show_hidden_initial`).

    Two people may fill in different rows at once. A row that both have changed is told, and replaced only when it
    is sent once more.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.changed_data:
            field, shown_by = self.fields[name], self.add_initial_prefix(name)
            now, typed = str(field.initial or ""), cleaned.get(name)
            if field.show_hidden_initial and typed not in (None, now) and self.data.get(shown_by, now) != now:
                stored = dict(_choices(field)).get(now, now)  # type: ignore[arg-type]
                words = _("Somebody has set “%(stored)s” meanwhile. Save again if your choice is to replace it.")
                self.add_error(name, words % {"stored": stored})
                self.data = self.data.copy()
                self.data[shown_by] = now
        return cleaned


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
        value = field.prepare_value(value)
        chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
        return "; ".join(label for key, label in _choices(field) if key and key in chosen)
    if isinstance(value, date):
        return date_format(value, "d/m/Y")
    prepared = field.prepare_value(value)
    if isinstance(prepared, int | float) and not isinstance(prepared, bool):
        return number_format(prepared)
    return "" if prepared is None else str(prepared).replace("\r\n", "\n")


def _choices(field: forms.ChoiceField) -> Iterator[tuple[str, str]]:
    choices: Any = field.choices  # an iterator by now, whatever was given
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from ((str(one), str(words)) for one, words in label)
        else:
            yield str(key), str(label)

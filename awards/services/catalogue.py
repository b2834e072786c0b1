"""Changes of the award catalogue by an administrator of the root; the audit log keeps who changed what.

Dossiers that were received are judged by the rows in force on their rule day, for good. So a rule changes from a day
on: its row ends the day before and a successor begins. What would change the past is refused, unless it is said to
be a slip that is corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awards.models import Award, BaseWage, Bonus, BonusRounding, Criterion
from awards.reports.catalogue import (
    Span,
    decisions_paid_by,
    dossiers_judged_by,
    is_judging,
    is_paying,
    last_judged_by,
)
from emulation.services.definitions import IN_FORCE, is_referred, was_in_force
from units.access import administers_root, require
from units.errors import Refused, reason_of
from units.locking import locked
from units.models import User
from units.text import normal

Chosen = Mapping[str, Iterable[models.Model]]
# What is written about a rule and decides nothing.
BESIDE = frozenset({"text_en", "decides_en", "clause", "certainty", "source", "note", "order"})


@transaction.atomic
def save_row(
    row: models.Model, *, chosen: Chosen, since: date | None = None, slip: bool = False, by: User
) -> None:  # fmt: skip
    """Create or change an award, a row of one, or a rule of bonuses, with the rows it chooses (column → rows).

    `since`: the change holds from that day; the stored row ends the day before, and `row` becomes its successor.
    `slip`: what was typed wrongly is corrected, also for dossiers that were received already.
    Raises ValidationError for what breaks a rule of its table, and `Refused` where the code of an award that was
    given would change, where dossiers that were received would be judged by another rule or a decision that was
    signed have paid by another one, or a second bonus, base wage or rounding would hold beside another one:
    contradicting each other, none is known.
    """
    require(administers_root(by))
    row.full_clean()
    if isinstance(row, Award) or is_judging(row):
        lock_rules(Award.objects.all())
    if isinstance(row, Award) and row.pk is not None:
        stored = Award.objects.select_for_update().get(pk=row.pk)
        if stored.code != row.code and stored.grants.exists():
            raise Refused(_("This award has been granted: its code is fixed."), "code")
        if not slip:
            _refuse_other_award(stored, row, chosen)
    if is_judging(row) and not slip:
        _refuse_past(row, chosen, since)
    if is_paying(row) and row.pk is not None and not slip:
        _refuse_paid(row, chosen, since)
    former = _end_former(row, since) if since is not None else None
    if isinstance(row, (Bonus, BaseWage, BonusRounding)):
        _refuse_second(row)
    row.save()
    for name, rows in chosen.items():
        getattr(row, name).set(rows)
    if isinstance(former, Criterion) and since is not None:
        _continue_children(former, row, since)


def lock_rules(awards: models.QuerySet[Award]) -> None:
    """Who judges by the rules of these awards, and who changes a rule of any, wait for each other. In a transaction.

    An award may ask to meet another one: rules are changed with all awards locked, those of a hand-in suffice there.
    """
    list(awards.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def _refuse_other_award(stored: Award, row: Award, chosen: Chosen) -> None:
    """For whom an award is and when it is in force judges dossiers as its criteria do; only these rows have dates."""
    before, typed = Span(stored.valid_from, stored.valid_until), Span(row.valid_from, row.valid_until)
    spans = before.without(typed) + typed.without(before)
    same = (stored.subject, stored.once) == (row.subject, row.once)
    if not same or any(set(getattr(stored, name).all()) != set(rows) for name, rows in chosen.items()):
        spans = [Span(None, None)]
    if count := dossiers_judged_by(row, spans):
        words = ngettext(
            "%(count)d dossier that was received proposes this award, or one that asks to meet it, and would be "
            "judged otherwise. Let it end after that day and add a new one; or say that a slip is corrected.",
            "%(count)d dossiers that were received propose this award, or one that asks to meet it, and would be "
            "judged otherwise. Let it end after that day and add a new one; or say that a slip is corrected.", count,
        )  # fmt: skip
        raise Refused(words % {"count": count}, "slip")


def _refuse_past(row: Any, chosen: Chosen, since: date | None) -> None:
    """No dossier that was received is judged by another rule than it was. Locks the stored row."""
    spans = _changed(row, chosen, since)
    if count := dossiers_judged_by(row, spans):
        words = ngettext(
            "%(count)d dossier that was received would be judged by another rule. Say from which day the change "
            "holds; or that a slip is corrected, also for it.",
            "%(count)d dossiers that were received would be judged by another rule. Say from which day the change "
            "holds; or that a slip is corrected, also for them.", count,
        )  # fmt: skip
        raise Refused(f"{words % {'count': count}} {_earliest(row, chosen, since, spans)}".strip(), "slip")


def _earliest(row: Any, chosen: Chosen, since: date | None, spans: Iterable[Span]) -> str:
    """From which day a change may hold: after the last dossier judged; "" where no change is meant, or too late."""
    if row.pk is None:
        return ""
    stored = type(row)._default_manager.get(pk=row.pk)
    last = last_judged_by(row, spans) if since is not None or _decides(stored, row, chosen) else None
    if last is None or (stored.valid_until is not None and last >= stored.valid_until):
        return ""
    return _("The earliest day is %(day)s.") % {"day": date_format(last + timedelta(days=1), "d/m/Y")}


def _changed(row: Any, chosen: Chosen, since: date | None) -> list[Span]:
    """When another rule holds than before the row is saved. Locks the stored row."""
    typed = Span(row.valid_from, row.valid_until)
    if row.pk is None:
        return [typed]
    stored = type(row)._default_manager.select_for_update().get(pk=row.pk)
    before = Span(stored.valid_from, stored.valid_until)
    if since is not None:
        return [before.since(since), Span(since, row.valid_until)]
    return [before, typed] if _decides(stored, row, chosen) else before.without(typed) + typed.without(before)


def _refuse_paid(row: Any, chosen: Chosen, since: date | None) -> None:
    """A bonus that a signed decision has paid by this row was not another one, unless it was a slip."""
    stored = type(row)._default_manager.get(pk=row.pk)
    if count := decisions_paid_by(stored, _changed(row, chosen, since)):
        words = ngettext(
            "%(count)d signed decision has paid bonuses by this row. Say from which day after it the change holds, "
            "or let the row end after it; or say that a slip is corrected: what was paid stays as it is.",
            "%(count)d signed decisions have paid bonuses by this row. Say from which day after them the change "
            "holds, or let the row end after them; or say that a slip is corrected: what was paid stays as it is.",
            count,
        )  # fmt: skip
        raise Refused(words % {"count": count}, "slip")


def _decides(stored: models.Model, row: models.Model, chosen: Chosen) -> bool:
    """Whether the two rows ask for something else, their time apart."""
    apart = BESIDE | {"valid_from", "valid_until"}
    columns = [field.attname for field in row._meta.concrete_fields if field.name not in apart]
    if any(getattr(stored, name) != getattr(row, name) for name in columns):
        return True
    return any(set(getattr(stored, name).all()) != set(rows) for name, rows in chosen.items())


def _end_former(row: Any, since: date) -> Any:
    """The stored row, ended the day before; `row` becomes a new one that begins."""
    former = type(row)._default_manager.select_for_update().get(pk=row.pk)
    if former.valid_from is not None and since <= former.valid_from:
        raise Refused(_("A change holds from a day after the first day of the row itself."), "since")
    if former.valid_until is not None and since > former.valid_until:
        raise Refused(_("The row has ended by then: add a new one instead."), "since")
    former.valid_until = since - timedelta(days=1)
    former.full_clean()
    former.save()
    row.pk, row._state.adding, row.valid_from = None, True, since
    if isinstance(row, Criterion):
        row.follow(former)
    row.full_clean()
    return former


def _continue_children(former: Criterion, successor: models.Model, since: date) -> None:
    """What stands in a group that goes on goes on in its successor."""
    for child in list(former.children.filter(Q(valid_until=None) | Q(valid_until__gte=since))):
        if child.valid_from is not None and child.valid_from >= since:
            child.parent = successor  # type: ignore[assignment]
            child.save()
            continue
        heir = copy(child)
        heir.pk, heir._state.adding = None, True
        heir.parent, heir.valid_from = successor, since  # type: ignore[assignment]
        heir.follow(child)
        heir.save()
        heir.awards.set(child.awards.all())
        child.valid_until = since - timedelta(days=1)
        child.save()
        _continue_children(child, heir, since)


def _refuse_second(row: Bonus | BaseWage | BonusRounding) -> None:
    """One coefficient, one base wage, one rounding at a time. Who writes another one meanwhile waits."""
    rows: Any = type(row)._default_manager.exclude(pk=row.pk)
    if isinstance(row, Bonus):
        Award.objects.select_for_update().get(pk=row.award_id)
        rows = rows.filter(award=row.award_id, subject=row.subject)
    else:
        lock_rules(Award.objects.all())
    others = rows.filter(Q(valid_until=None) | Q(valid_until__gte=row.valid_from or date.min))
    other = others.filter(Q(valid_from=None) | Q(valid_from__lte=row.valid_until or date.max)).first()
    if other is not None:
        words = _("“%(row)s” holds at the same time: give it its last day first, or change it.")
        raise Refused(words % {"row": other}, "valid_from")


def why_kept(row: Any) -> str:
    """Why the row of an award is not deleted; "" where it may be."""
    if is_referred(row):
        return _("“%(row)s” is in use and stays. Let it end by date.") % {"row": row}
    if is_judging(row) and dossiers_judged_by(row, [Span(row.valid_from, row.valid_until)]):
        words = _("Dossiers that were received are judged by “%(row)s”: it stays. Let it end by date.")
        return words % {"row": row}
    return str(IN_FORCE % {"row": row}) if was_in_force(row) else ""


@transaction.atomic
def delete_row(row: Any, *, reason: str, by: User) -> None:
    """Delete what was entered by mistake, with the reason; everything else ends by date. Raises `Refused`."""
    require(administers_root(by))
    why = reason_of(normal(reason), most=300)
    if is_judging(row):
        lock_rules(Award.objects.all())
    row = locked(row)  # its days may have changed since the page was shown
    if kept := why_kept(row):
        raise Refused(kept)
    row.why_removed = why
    row.delete()

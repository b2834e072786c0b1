"""What a paper rests on came before it: hand-ins, sessions of councils, letters, the documents that it cites."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awards.models import AgendaItem, LegalDocument, Nomination, NominationEvent, Submission
from awards.reports.bases import document_words, documents_of

SHOWN = 5  # of what came later, the latest


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened on `day`; `words` say what and when."""

    day: date
    words: str


def later_than(day: date, lines: Collection[Nomination]) -> list[Fact]:
    """What happened to the lines after `day`, though a paper of that day rests on it; the latest first, each once.

    Their last hand-in, the sessions that passed them, the letters that brought them. Three queries.
    """
    facts = [*_hand_ins(lines), *_sessions(lines), *_letters(lines)]
    found = {fact.words: fact for fact in facts if fact.day > day}
    return sorted(found.values(), key=lambda fact: fact.day, reverse=True)[:SHOWN]


def last_hand_ins(lines: Collection[Nomination]) -> dict[int, date]:
    """Line (key) → day on which it was handed in last, else on which its dossier was received. One query."""
    steps = NominationEvent.objects.filter(line__in=[x.pk for x in lines], kind=NominationEvent.Kind.SUBMITTED)
    last = dict(steps.order_by().values_list("line").annotate(Max("at")))
    found = {line.pk: line.dossier.received_on for line in lines if line.dossier.received_on}
    return found | {pk: timezone.localdate(at) for pk, at in last.items()}


def _hand_ins(lines: Collection[Nomination]) -> list[Fact]:
    days = last_hand_ins(lines)
    words = _("“%(line)s” was handed in on %(day)s.")
    return [
        Fact(day, words % {"line": line, "day": _shown(day)})
        for line in lines
        if (day := days.get(line.pk)) is not None
    ]


def _sessions(lines: Collection[Nomination]) -> list[Fact]:
    items = AgendaItem.objects.filter(line__in=[x.pk for x in lines], result__in=("passed", "lowered"))
    words = _("The council voted in its session of %(day)s: %(title)s.")
    rows = items.order_by().values_list("session__day", "session__title").distinct()
    return [Fact(day, words % {"day": _shown(day), "title": title}) for day, title in rows]


def _letters(lines: Collection[Nomination]) -> list[Fact]:
    letters = Submission.objects.filter(lines__in=[x.pk for x in lines], sent_at__isnull=False, day__isnull=False)
    words = _("Letter %(number)s is of %(day)s.")
    rows = letters.order_by().values_list("day", "number").distinct()
    return [Fact(day, words % {"day": _shown(day), "number": number}) for day, number in rows if day is not None]


def _shown(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


# ── documents that a paper cites ──────────────────────────────────────────


def basis_on(basis: str, lines: Collection[Nomination], day: date) -> str:
    """The legal basis of a paper of `day`: documents that it cites as drafted and that are not in force on that day
    give way to those that are. What people wrote themselves stays. Two queries at most.
    """
    rows = basis.splitlines()
    drafted = {document_words(document): document for document in LegalDocument.objects.all()}
    stale = [row for row in rows if row.strip() in drafted and not drafted[row.strip()].holds_on(day)]
    if not stale:
        return basis
    place = rows.index(stale[0])
    kept = [row for row in rows if row not in stale]
    words = [document_words(document) for document in documents_of({line.award for line in lines}, day)]
    kept[place:place] = [row for row in words if row not in kept]
    return "\n".join(kept)


def cited_too_early(text: str, day: date) -> list[Fact]:
    """Documents cited in `text` that were issued, or came into force, only after `day`. One query.

    Cited is a document by its number, or, as laws are, by its name and its day.
    """
    words = _("It cites %(document)s, in force from %(day)s.")
    found = []
    for document in LegalDocument.objects.all():
        began = max(filter(None, (document.issued, document.valid_from)), default=None)
        number = re.sub("^(Chỉ thị|[A-ZĐ]+) ", "", document.code)
        named = document_words(document).removeprefix("Căn cứ ").rstrip(";")
        cited = re.search(rf"(?<!\w){re.escape(number)}(?![\w-])", text) or document.issued and named in text
        if began is not None and began > day and cited:
            found.append(Fact(began, words % {"document": document.code, "day": _shown(began)}))
    return found

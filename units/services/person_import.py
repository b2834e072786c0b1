"""People from a file: kept until the sender confirms it, then created or updated all at once or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from units import access
from units.errors import Refused
from units.files import MB, clean_name
from units.lists import Cells, read_list
from units.locking import forget, waiting_file
from units.models import Person, PersonImport, Posting, RankChange, Role, User
from units.person_files import COLUMNS, Reading
from units.person_lines import Line
from units.person_updates import Update, still_holds
from units.reports.seen import digest_of
from units.services.persons import DAY
from units.services.traces import log_rows

KEPT = timedelta(hours=24)  # an upload that nobody confirms
BATCH = 500


def keep_file(name: str, file: IO[bytes], *, size: int, by: User) -> tuple[PersonImport, list[str]]:
    """Keep the rows of a spreadsheet or csv file for the preview; also what of the file is not read.

    Raises `Refused` for what is no spreadsheet, too large, or has no list of people, or several. A newer file takes
    the place of an older one.
    """
    access.require(access.has_role(by, Role.STAFF))
    rows, unread = read_list(name, file, COLUMNS, size=size, limit=settings.WORKBOOK_MB * MB)
    return _keep(clean_name(name), rows, by), unread


@transaction.atomic
def _keep(name: str, rows: list[tuple[int, Cells]], by: User) -> PersonImport:
    waiting = PersonImport.objects.filter(taken=None)
    forget(waiting.filter(by=by))
    forget(waiting.filter(at__lt=timezone.now() - KEPT, people=None))
    return PersonImport.objects.create(name=name, by=by, rows=rows)


def mark_of(reading: Reading) -> str:
    """What the changes of a preview are known by: a confirmation holds for exactly these."""
    return digest_of([(update.line.row, update.person.pk, update.changes) for update in reading.updates])


@transaction.atomic
def take_in(upload: PersonImport, reading: Reading, *, mark: str = "", by: User) -> int:
    """Create the people of a faultless reading and make its updates; returns how many were created.

    `upload` is the trace of those created, the audit log of what changed. `mark` is what the sender has seen of the
    updates: where the register has changed since, nothing is saved.
    """
    lines = [*reading.lines, *(update.line for update in reading.updates)]
    access.require(upload.by_id == by.pk and all(access.keeps_people(by, line.unit) for line in lines))
    waiting_file(upload)
    if reading.problems:
        raise Refused(_("The file has errors: nothing was saved."))
    if not reading.lines and not reading.updates:
        raise Refused(_("Nobody is left to be taken over."))
    if reading.updates and mark != mark_of(reading):
        raise _changed()
    try:
        with transaction.atomic():
            create_people(reading.lines, upload)
            for at in range(0, len(reading.updates), BATCH):
                _update(reading.updates[at : at + BATCH], upload, by)
    except IntegrityError as error:  # recorded by somebody else since the rows were compared
        raise Refused(_("Somebody else has just recorded one of these people. Look at the preview again.")) from error
    return len(reading.lines)


def _changed() -> Refused:
    return Refused(_("The register has changed since the preview. Look at the changes again before you confirm."))


def _update(updates: Sequence[Update], upload: PersonImport, by: User) -> None:
    """Correct the columns, add ranks and postings, in bulk: `Reading` has checked them. The trace names the file."""
    keys = [update.person.pk for update in updates]
    rows = Person.objects.whole().select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    stored = {person.pk: person for person in rows}
    before: list[Model] = []
    people, ended, fields = [], [], {"search", "sorting"}
    for update in updates:
        person = stored[update.person.pk]
        access.require(access.keeps_people(by, person.unit))
        if not still_holds(update, person):
            raise _changed()
        before.append(copy(person))
        since = update.line.since if update.adds_posting else None
        if since is not None and (present := next((p for p in person.postings.all() if p.until is None), None)):
            before.append(copy(present))
            present.until = since - DAY
            ended.append(present)
        columns = update.columns | _present(update)
        for name, value in columns.items():
            setattr(person, name, value)
        fields |= columns.keys()
        person.refresh_keys()
        people.append(person)
    Person.objects.bulk_update(people, sorted(fields), batch_size=BATCH)
    Posting.objects.bulk_update(ended, ["until"], batch_size=BATCH)
    added = _add([(stored[u.person.pk], u.line) for u in updates if u.adds_posting],
                 [(stored[u.person.pk], u.line) for u in updates if u.adds_rank])  # fmt: skip
    log_rows(before, [*people, *ended, *added], by=by, way={"import": upload.pk, "file": upload.name})


def _present(update: Update) -> dict[str, Any]:
    """What a person repeats of the rank and posting that the update adds."""
    line, found = update.line, dict[str, Any]()
    if update.adds_rank:
        found |= {"rank": line.rank, "group": line.columns["group"]}
    if update.adds_posting:
        found |= {"unit": line.unit, "post": line.post, "left": None}
    return found


def create_people(lines: Iterable[Line], imported: PersonImport) -> list[Person]:
    """The people of `lines` with their postings and ranks, in bulk; `imported` becomes their trace."""
    lines = list(lines)
    people = [
        Person(**line.columns, unit=line.unit, post=line.post, rank=line.rank, imported=imported) for line in lines
    ]
    for person in people:
        person.refresh_keys()
    people = Person.objects.bulk_create(people, batch_size=BATCH)
    pairs = list(zip(people, lines, strict=True))
    _add(pairs, [(person, line) for person, line in pairs if line.rank])
    imported.taken = timezone.now()
    imported.save(update_fields=["taken"])
    return people


def _add(posted: Iterable[tuple[Person, Line]], ranked: Iterable[tuple[Person, Line]]) -> list[Posting | RankChange]:
    """The postings and ranks that lines name, in bulk."""
    postings = (Posting(person=p, unit=x.unit, post=x.post, since=x.since, decision=x.decision) for p, x in posted)
    ranks = (RankChange(person=p, rank=x.rank, since=x.rank_since) for p, x in ranked)
    return [
        *Posting.objects.bulk_create(postings, batch_size=BATCH),
        *RankChange.objects.bulk_create(ranks, batch_size=BATCH),
    ]


@transaction.atomic
def discard(upload: PersonImport, *, by: User) -> None:
    """Forget a file that has not been taken over. Raises `Refused` where it has been: it is the trace of that."""
    access.require(upload.by_id == by.pk)
    waiting_file(upload).delete()

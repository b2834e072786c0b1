"""Awards of past years from a file: kept until the sender confirms it, then entered all at once or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import IO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awards import access
from awards.grant_files import COLUMNS, GrantReading
from awards.models import Grant, GrantImport
from units.access import has_role, require
from units.errors import Refused
from units.files import MB, clean_name
from units.lists import Cells, read_list
from units.locking import forget, waiting_file
from units.models import Person, Role, User

KEPT = timedelta(hours=24)  # an upload that nobody confirms
BATCH = 500


def keep_file(name: str, file: IO[bytes], *, size: int, by: User) -> tuple[GrantImport, list[str]]:
    """Keep the rows of a spreadsheet or csv file for the preview; also what of the file is not read.

    Raises `Refused` for what cannot be read. A newer file takes the place of an older one.
    """
    require(has_role(by, Role.REVIEWER))
    rows, unread = read_list(name, file, COLUMNS, size=size, limit=settings.WORKBOOK_MB * MB)
    return _keep(clean_name(name), rows, by), unread


@transaction.atomic
def _keep(name: str, rows: list[tuple[int, Cells]], by: User) -> GrantImport:
    waiting = GrantImport.objects.filter(taken=None)
    forget(waiting.filter(by=by))
    forget(waiting.filter(at__lt=timezone.now() - KEPT, grants=None))
    return GrantImport.objects.create(name=name, by=by, rows=rows)


@transaction.atomic
def take_in(upload: GrantImport, reading: GrantReading, *, by: User) -> int:
    """Enter the awards of a faultless reading; returns how many. `upload` is the trace of all of them."""
    require(upload.by_id == by.pk and all(access.records_grants(by, line.subject) for line in reading.lines))
    waiting_file(upload)
    if reading.problems:
        raise Refused(_("The file has errors: nothing was saved."))
    if not reading.lines:
        raise Refused(_("No award is left to be taken over."))
    try:
        with transaction.atomic():
            Grant.objects.bulk_create(_grants(upload, reading, by), batch_size=BATCH)
    except IntegrityError as error:  # recorded by somebody else since the rows were compared
        raise Refused(_("Somebody else has just recorded one of these awards. Look at the preview again.")) from error
    upload.taken = timezone.now()
    upload.save(update_fields=["taken"])
    return len(reading.lines)


def _grants(upload: GrantImport, reading: GrantReading, by: User) -> list[Grant]:
    rows = []
    for line in reading.lines:
        subject = {"person": line.subject} if isinstance(line.subject, Person) else {"unit": line.subject}
        rows.append(Grant(award=line.award, year=line.year, imported=upload, by=by, **subject, **line.columns))
    return rows


@transaction.atomic
def discard(upload: GrantImport, *, by: User) -> None:
    """Forget a file that has not been taken over. Raises `Refused` where it has been: it is the trace of that."""
    require(upload.by_id == by.pk)
    waiting_file(upload).delete()

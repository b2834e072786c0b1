"""Forms that come back from Excel: kept until they are confirmed, then saved all or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Report, ResultChange, WorkbookUpload
from emulation.reports.entry import refuse_unless_open
from emulation.reports.lines import SheetReading
from emulation.reports.workbook import IDENTITY, identity_of, read_identity
from emulation.reports.workbook_tabs import form_tab
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from emulation.services.sheets import may_enter
from units import access
from units.errors import Refused
from units.files import MB, clean_name
from units.locking import waiting_file
from units.models import User
from units.workbooks import read_workbook


def keep_upload(report: Report, name: str, file: IO[bytes], *, size: int, by: User) -> WorkbookUpload:
    """Read a filled-in form and keep what it says until the user confirms it.

    Raises `Refused` for what is no spreadsheet, too large, or no form of this very sheet as it is now.
    """
    access.require(may_enter(by, report))
    refuse_unless_open(report)
    book = read_workbook(name, file, size=size, limit=settings.WORKBOOK_MB * MB)
    identity = dict(read_identity(book.sheets.get(IDENTITY, [])))
    refuse_foreign(report, identity, SheetReading(report))
    form = form_tab(book)
    with transaction.atomic():
        WorkbookUpload.objects.expired().delete()
        upload, _created = WorkbookUpload.objects.update_or_create(
            report=report, by=by,
            defaults={
                "at": timezone.now(), "name": clean_name(name), "identity": identity, "rows": form.rows,
                "columns": form.columns, "unread": form.unread,
                "formulas": sorted(book.formulas.get(form.title, ())),
            },
        )  # fmt: skip
    return upload


def refuse_foreign(report: Report, identity: dict[str, str], reading: SheetReading) -> None:
    """Raise `Refused` when the form belongs to another unit, round, or version of the lines."""
    wanted = identity_of(report, reading.specs.values())
    if not wanted.keys() <= identity.keys() or identity.get("format") != wanted["format"]:
        raise Refused(
            _("This is no form of the sheet: its hidden marks are missing. Download the form here and fill in that.")
        )
    if identity["unit"] != wanted["unit"]:
        raise Refused(
            _("This is the form of another unit (%(theirs)s); this sheet belongs to %(ours)s.")
            % {"theirs": identity["unit"], "ours": wanted["unit"]}
        )
    if identity["round"] != wanted["round"]:
        raise Refused(
            _("This is the form of another round (%(theirs)s); this sheet is of %(ours)s.")
            % {"theirs": identity["round"], "ours": wanted["round"]}
        )
    if identity["lines"] != wanted["lines"]:
        raise Refused(
            _("The lines of the sheet have changed since this form was downloaded. Download the form again.")
        )


def refuse_unready(upload: WorkbookUpload, reading: SheetReading) -> None:
    """Raise `Refused` when the sheet no longer takes the uploaded form: it stands still, or has other lines."""
    refuse_unless_open(upload.report)
    refuse_foreign(upload.report, upload.identity, reading)


@transaction.atomic
def save_upload(upload: WorkbookUpload, changes: Iterable[CellChange], *, by: User) -> int:
    """Save the confirmed figures, all or nothing, and forget the upload; returns how many there are.

    Raises `Refused` when the sheet, its lines, or a line are not as they were, and for an upload that another has
    replaced or that was discarded; `Conflict` when somebody else has saved one of the cells since they were shown.
    """
    report = upload.report
    access.require(may_enter(by, report) and upload.by_id == by.pk)
    waiting_file(upload)
    refuse_unready(upload, SheetReading(report))
    changes = list(changes)
    save_cells(report, changes, by=by, way=ResultChange.Way.IMPORT)
    upload.delete()
    return len(changes)


@transaction.atomic
def discard_upload(upload: WorkbookUpload, *, by: User) -> None:
    """Forget what was sent. Raises `Refused` where another form has been sent since, or this one saved."""
    access.require(upload.by_id == by.pk)
    waiting_file(upload).delete()

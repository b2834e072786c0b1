"""Files of dossiers and their lines: attached once, never changed; removing marks them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from awards import access
from awards.models import Dossier, Nomination, NominationFile
from awards.services.dossiers import lock, refuse_unless_editable
from emulation.services.evidence import checked, keep, mark_removed, save_beside
from units.access import require
from units.errors import Refused
from units.models import User


def attach(
    dossier: Dossier, files: Sequence[UploadedFile], *, what: str, line: Nomination | None = None, by: User
) -> list[NominationFile]:
    """Keep files of a line, or of the whole dossier. All or none. Raises `Refused` with all that is wrong."""
    require(access.drafts_dossiers(by, dossier.unit))
    rows = [NominationFile(dossier=dossier, line=line, what=what, by=by, **columns) for columns in checked(files)]
    return keep(rows, files, lambda: _store(dossier, line, rows))


@transaction.atomic
def _store(dossier: Dossier, line: Nomination | None, rows: list[NominationFile]) -> None:
    dossier = lock(dossier)
    refuse_unless_open(dossier, line)
    save_beside(rows, NominationFile.objects.present().filter(dossier=dossier, line=line))


def refuse_unless_open(dossier: Dossier, line: Nomination | None) -> None:
    """A file goes to a line that can be changed, or to a dossier that has such a line or none yet."""
    if line is not None:
        line.refresh_from_db(fields=["stage"])
        refuse_unless_editable(line)
    elif dossier.lines.exists() and not dossier.lines.filter(stage__in=Nomination.EDITABLE).exists():
        raise Refused(_("The dossier has been handed in: its files stand."))


@transaction.atomic
def remove(row: NominationFile, *, why: str, by: User) -> NominationFile:
    """Mark the file as removed; it stays kept. What others have read already stays."""
    require(access.drafts_dossiers(by, row.dossier.unit))
    dossier = lock(row.dossier)
    row = NominationFile.objects.select_for_update(of=("self",)).select_related("line").get(pk=row.pk)
    refuse_removal(row, dossier)
    mark_removed(row, by=by, why=why)
    return row


def removable(dossier: Dossier, files: Collection[NominationFile], user: User) -> set[int]:
    """Which of the files (keys) `refuse_removal` lets the user remove. One query at most."""
    if not files or not access.drafts_dossiers(user, dossier.unit):
        return set()
    sent = Max("events__at", filter=Q(events__kind="submitted"))
    lines = {pk: (stage in Nomination.EDITABLE, at) for pk, stage, at in
             dossier.lines.order_by().values_list("pk", "stage").annotate(sent=sent)}  # fmt: skip
    found = set()
    for row in files:
        asked = [lines[row.line_id]] if row.line_id else list(lines.values())
        is_open = not asked or any(editable for editable, _at in asked)
        if is_open and not any(at is not None and at >= row.at for _editable, at in asked):
            found.add(row.pk)
    return found


def refuse_removal(row: NominationFile, dossier: Dossier) -> None:
    """What has been handed in with the file keeps it."""
    refuse_unless_open(dossier, row.line)
    lines = row.dossier.lines.filter(pk=row.line_id) if row.line_id else row.dossier.lines.all()
    if lines.filter(events__kind="submitted", events__at__gte=row.at).exists():
        raise Refused(_("It has been handed in with this file: it stays. Attach a better one beside it."))

"""Evidence files: attaching and removing. Files are written once and never touched again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _

from emulation.models import Evidence, Report, ReportEvent
from emulation.reports.entry import expected_indicators, open_lines, refuse_unless_open
from emulation.services.sheets import lock, may_enter
from emulation.services.stored_files import store_file, undoing_files
from units import access
from units.errors import Refused
from units.files import MB, clean_name, recognise, untaken_name
from units.locking import locked
from units.models import User
from units.pictures import forget_place
from units.text import normal

CHUNK = 64 * 1024


class Kept(Protocol):
    """A row that says of a file what `checked` found."""

    name: str
    sha256: str
    file: FieldFile

    def save(self) -> None: ...


Row = TypeVar("Row", bound=Kept)


def may_attach(user: User, report: Report) -> bool:
    """Whoever types the figures brings the proof."""
    return may_enter(user, report)


def attach(
    report: Report, files: Sequence[UploadedFile], *, by: User, indicator: int | None = None
) -> list[Evidence]:
    """Keep files as evidence of a figure, or of the whole sheet. All or none.

    Raises `Refused` with every file that is not accepted, or when the sheet or the line is not open.
    """
    access.require(may_attach(by, report))
    refuse_unless_open(report)
    rows = [Evidence(report=report, indicator_id=indicator, by=by, **columns) for columns in checked(files)]
    return keep(rows, files, lambda: _store(report, rows, indicator))


@undoing_files()
def keep(rows: list[Row], files: Sequence[UploadedFile], store: Callable[[], None]) -> list[Row]:
    """Write the files of `rows`, then `store` the rows. Where that fails, none of the files stays.

    The files come first, outside any lock: a slow disk keeps nobody waiting.
    """
    for row, file in zip(rows, files, strict=True):
        store_file(row.file, row.name, file)
    store()
    return rows


def save_new(rows: Iterable[Kept], known: dict[str, str]) -> None:
    """Save the rows, of two with one name the later as “anh (2).png”.

    Raises `Refused` for one whose content is among the `known` (sha256 → name), or comes twice.
    """
    for row in rows:
        if row.sha256 in known:
            raise Refused(
                _("“%(name)s” is attached here already, as “%(other)s”.")
                % {"name": row.name, "other": known[row.sha256]},
                "files",
            )
        row.name = known[row.sha256] = untaken_name(row.name, known.values())
        row.save()


def save_beside(rows: Sequence[Kept], present: QuerySet[Any]) -> None:
    """`save_new` beside the files that are `present`, of which there are not too many then."""
    known = dict(present.values_list("sha256", "name"))
    if len(known) + len(rows) > settings.EVIDENCE_FILES:
        raise Refused(_("At most %(limit)d files are kept here.") % {"limit": settings.EVIDENCE_FILES}, "files")
    save_new(rows, known)


def mark_removed(row: Any, *, by: User, why: str) -> None:
    """Mark the file of a locked row with `removed_at`, `removed_by` and `removed_why` as removed; it stays kept.

    Raises `Refused` without a reason, or the second time.
    """
    if row.removed_at:
        raise Refused(_("The file has been removed already."))
    if not normal(why):
        raise Refused(_("Say why the file is removed."), "why")
    row.removed_by, row.removed_at, row.removed_why = by, timezone.now(), normal(why)
    row.save(update_fields=["removed_by", "removed_at", "removed_why"])


def checked(files: Sequence[UploadedFile]) -> list[dict[str, Any]]:
    """Columns of a row for each file: name, kind, size, sha256, at. Raises `Refused` with all that is wrong.

    Where a picture was taken is no proof of a figure, and no business of those who read it: it is taken out first.
    """
    wrong: list[str] = []
    rows: list[dict[str, Any]] = []
    for file in files:
        name = clean_name(file.name or "")
        try:
            _refuse_size(name, file.size or 0)
            kind = recognise(name, file)
            if kind == "jpg":
                forget_place(file)
        except Refused as refused:
            wrong += refused.messages
            continue
        size = file.size or 0
        rows.append({"name": name, "kind": kind, "size": size, "sha256": _hash(file), "at": timezone.now()})
    if not files:
        wrong = [_("Choose a file.")]
    if wrong:
        raise Refused(wrong, "files")
    return rows


def _refuse_size(name: str, size: int) -> None:
    if not size:
        raise Refused(_("“%(name)s” is empty.") % {"name": name})
    if size > settings.EVIDENCE_MB * MB:
        raise Refused(
            _("“%(name)s” is larger than %(limit)d MB. Make it smaller, or attach only the pages that matter.")
            % {"name": name, "limit": settings.EVIDENCE_MB}
        )


def _hash(file: UploadedFile) -> str:
    digest = sha256()
    for chunk in file.chunks(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


@transaction.atomic
def _store(report: Report, rows: list[Evidence], indicator: int | None) -> None:
    report = lock(report)
    refuse_unless_open(report)
    _refuse_line(report, indicator)
    present = list(report.evidence.present())
    if len(present) + len(rows) > settings.EVIDENCE_FILES:
        raise Refused(
            _("A sheet has at most %(limit)d files; it has %(count)d already.")
            % {"limit": settings.EVIDENCE_FILES, "count": len(present)},
            "files",
        )
    save_new(rows, {old.sha256: old.name for old in present if old.indicator_id == indicator})


def _refuse_line(report: Report, indicator: int | None) -> None:
    """A file goes to a line of the sheet that is open, or to the sheet as a whole."""
    if indicator is None:
        return
    if indicator not in expected_indicators(report) and not report.results.filter(indicator=indicator).exists():
        raise Refused(_("Choose lines of this sheet."))
    allowed = open_lines(report)
    if allowed is not None and indicator not in allowed:
        raise Refused(_("Only the lines that were returned can be changed."))


def handed_in_with(evidence: Evidence) -> bool:
    """Whether the sheet has been handed in with the file: from then on it belongs to what others read."""
    return evidence.report.events.filter(kind=ReportEvent.Kind.SUBMITTED, at__gte=evidence.at).exists()


def refuse_removal(evidence: Evidence) -> None:
    """Raise `Refused` when the file can no longer be removed."""
    if evidence.removed_at:
        raise Refused(_("The file has been removed already."))
    refuse_unless_open(evidence.report)
    if handed_in_with(evidence):
        raise Refused(_("The sheet has been handed in with this file: it stays. Attach a better one beside it."))


@transaction.atomic
def remove(evidence: Evidence, *, by: User, why: str) -> Evidence:
    """Mark the file as removed; it stays kept. Raises `Refused` without a reason, or when it is too late."""
    access.require(may_attach(by, evidence.report))
    report = lock(evidence.report)
    evidence = locked(evidence)
    evidence.report = report
    refuse_removal(evidence)
    mark_removed(evidence, by=by, why=why)
    return evidence

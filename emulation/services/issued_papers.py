"""Giving numbers to papers, and cancelling them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from emulation.models import IssuedPaper, ReviewReport
from emulation.official import gaps_in
from emulation.reports.issued_papers import last_serial, next_number, next_serial
from emulation.reports.paper_kinds import KINDS, PaperKind
from emulation.services.stored_files import store_file, undoing_files
from units import clock
from units.access import commands, require
from units.errors import Refused, reason_of
from units.locking import locked
from units.models import Unit, User
from units.text import fold

SERIAL = re.compile(r"0*([1-9][0-9]{0,5})\b")


def gap_words(texts: Mapping[str, str]) -> dict[str, str]:
    """Name → what is wrong with its text, where a placeholder stands in it: no paper is signed with one."""
    words = _("“%(text)s” only holds the place: type what is to stand on the paper.")
    return {name: words % {"text": line} for name, line in gaps_in(texts).items()}


@undoing_files()
@transaction.atomic
def issue(
    unit: Unit, kind: PaperKind, *, number: str, day: date, title: str, signer: str, files: Mapping[str, bytes],
    by: User, signer_post: str = "", place: str = "", address: str = "", report: ReviewReport | None = None,
    earliest: date = date.min,
) -> IssuedPaper:  # fmt: skip
    """Enter a paper with its number, and keep it as issued (`files`: word, pdf). Raises `Refused`.

    A number is never given twice, and none before the last one: a gap is not filled in silence. Nor does it bear a
    day before that of an earlier number. `earliest` is the first day that such a paper may bear. Neither number nor
    signature (`signer`, `signer_post`, `place`, as they stand on the files) is a placeholder.
    """
    require(commands(by, unit))
    if gaps := gap_words({"number": number, "place": place, "signer": signer, "signer_post": signer_post}):
        raise Refused(gaps)
    locked(unit)
    refuse_day(day, earliest, _("A paper of this year or period bears no day before %(day)s."))
    before = IssuedPaper.objects.filter(unit=unit, kind=kind.key, address=address, cancelled_at=None)
    if address and (known := before.exclude(address="").first()):
        raise Refused(_("This paper has a number already: %(number)s. Cancel that one first.") % {"number": known})
    serial = _serial(unit, day.year, kind, number)
    _refuse_backwards(unit, kind, serial, day)
    row = _row(unit, kind, serial, number=number, day=day, title=title, signer=signer, address=address, by=by)
    row.report = report
    for name, content in files.items():
        store_file(getattr(row, name), name, ContentFile(content))
    row.save()
    return row


def refuse_day(day: date, earliest: date, words: str) -> None:
    """A paper bears no day to come, and none before `earliest`, of which `words` (with `%(day)s`) say why."""
    if day > clock.today():
        raise Refused(_("The day lies in the future."), "day")
    if day < earliest:
        raise Refused(words % {"day": date_format(earliest, "d/m/Y")}, "day")


def _row(
    unit: Unit, kind: PaperKind, serial: int, *, number: str, day: date, title: str, signer: str, address: str,
    by: User,
) -> IssuedPaper:  # fmt: skip
    """A row that may be saved. Raises `ValidationError`."""
    row = IssuedPaper(
        unit=unit, year=day.year, kind=kind.key, serial=serial, number=number, title=title[:300],
        search=fold(f"{number} {title}")[:400], day=day, signer=signer, address=address, by=by, at=timezone.now(),
    )  # fmt: skip
    row.full_clean(exclude=["word", "pdf", "report", "cancelled_by", "cancelled_at"])
    return row


@transaction.atomic
def enter(
    unit: Unit, kind: PaperKind, *, number: str, day: date, title: str, signer: str, address: str, by: User
) -> IssuedPaper:
    """Enter a paper that has just been signed elsewhere, with the number it has there; its page keeps the files.

    The number stays what was typed, also before the last one: such papers may share a series with others that the
    application does not know. Raises `Refused` when the running number of the year was given to another.
    """
    locked(unit)
    match = SERIAL.match(number)
    serial = int(match[1]) if match else next_serial(unit, day.year, kind)
    _refuse_taken(unit, day.year, kind, serial)
    row = _row(unit, kind, serial, number=number, day=day, title=title, signer=signer, address=address, by=by)
    row.save()
    return row


def _serial(unit: Unit, year: int, kind: PaperKind, number: str) -> int:
    """The running number with which `number` begins, when it may be given."""
    match = SERIAL.match(number)
    if match is None:
        raise Refused(
            _("A number begins with its running number, such as %(example)s.")
            % {"example": next_number(unit, year, kind)}, "number",
        )  # fmt: skip
    serial, last = int(match[1]), last_serial(unit, year, kind)
    _refuse_taken(unit, year, kind, serial)
    if serial < last:
        raise Refused(
            _("The last number of %(year)d is %(last)d: a gap before it is not filled. The next is %(next)s.")
            % {"year": year, "last": last, "next": next_number(unit, year, kind)}, "number",
        )  # fmt: skip
    return serial


def _refuse_taken(unit: Unit, year: int, kind: PaperKind, serial: int) -> None:
    """A running number is given once, also when its paper has been cancelled."""
    taken = IssuedPaper.objects.filter(unit=unit, year=year, kind=kind.key, serial=serial).first()
    if taken is not None:
        words = (
            _("The number %(number)d of %(year)d was given to “%(title)s”, since cancelled; it is not given again.")
            if taken.cancelled_at
            else _("The number %(number)d of %(year)d has been given already, to “%(title)s”.")
        ) % {"number": serial, "year": year, "title": taken.title}
        free = _("The next free one is %(next)s.") % {"next": next_number(unit, year, kind)}
        raise Refused(f"{words} {free}", "number")


def _refuse_backwards(unit: Unit, kind: PaperKind, serial: int, day: date) -> None:
    """A number bears no day before that of an earlier one of its year, also of one that has been cancelled."""
    before = IssuedPaper.objects.filter(unit=unit, year=day.year, kind=kind.key, serial__lt=serial)
    last = before.order_by("-day", "-serial").first()
    if last is not None:
        words = _("The number %(number)s bears the day %%(day)s: a later number bears no earlier day.")
        refuse_day(day, last.day, words % {"number": last.number.replace("%", "%%")})


@transaction.atomic
def cancel(paper: IssuedPaper, *, why: str, by: User) -> None:
    """Cancel a paper; it stays in the register, its number is not given again. Raises `Refused`."""
    require(commands(by, paper.unit))
    row = locked(paper, "report")
    if row.cancelled_at:
        raise Refused(_("The paper has been cancelled already."))
    if ended := ended_by(row):
        raise Refused(ended)
    if row.report is not None and row.report.is_signed and row.report.number == row.number:
        raise Refused(_("Reopen the review report: that cancels its number."))
    void(row, why=why, by=by)


def ended_by(row: IssuedPaper) -> str:
    """How the paper is undone where the register does not cancel it; else empty."""
    return str(KINDS[row.kind].ended) if row.kind in KINDS else ""


def void(row: IssuedPaper, *, why: str, by: User) -> None:
    """Mark a locked paper as cancelled, for a reason."""
    why = reason_of(why, "why")
    row.cancelled_by, row.cancelled_at, row.cancelled_why = by, timezone.now(), why
    row.save(update_fields=["cancelled_by", "cancelled_at", "cancelled_why"])

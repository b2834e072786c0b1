"""Files written with rows: none stays of what was not kept, also where the last step, the commit, fails."""

from collections.abc import Iterator
from datetime import date
from errno import ENOSPC
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from emulation.models import Attachment, Evidence, IssuedPaper, PaperTemplate
from emulation.services import attachments, evidence, review_reports
from emulation.services.stored_files import store_file, undoing_files
from tests.factories import (
    make_campaign,
    make_issued_paper,
    make_paper_template,
    make_report,
    make_rounds,
    make_upload,
)
from units.errors import Refused
from units.models import Unit

HEAD = {"number": "3/BC-K1", "day": date(2020, 7, 5), "signer": "A", "signer_post": "Chủ nhiệm", "place": "Huế"}


@pytest.fixture(autouse=True)
def july(set_today):
    set_today(date(2020, 7, 20))


def attach_evidence(depot, staff, commander):
    report = make_report(depot, make_rounds()[2])
    return lambda: evidence.attach(report, [make_upload()], by=staff)


def attach_to_campaign(depot, staff, commander):
    campaign = make_campaign(depot)
    return lambda: attachments.attach(campaign, [make_upload()], by=staff)


def upload_template(depot, staff, commander):
    return lambda: make_paper_template(depot, staff)


def issue(depot, staff, commander):
    return lambda: make_issued_paper(depot, commander)


def sign_off(depot, staff, commander):
    """Issues the paper in a transaction within its own."""
    report = review_reports.begin(depot, 2020, "H1", by=staff)
    return lambda: review_reports.sign_off(report, **HEAD, by=commander)


def join_with_a_plan(depot, staff, commander):
    """The view joins and attaches in one transaction."""
    page = reverse("emulation:campaign-join", args=[make_campaign(department_of(depot)).pk, depot.pk])
    client = Client()
    client.force_login(staff)
    return lambda: client.post(page, {"joined_on": "01/07/2020", "files": make_upload()})


def department_of(depot: Unit) -> Unit:
    return Unit.objects.above(depot).order_by("path").last()


def files_kept() -> list[Path]:
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def refuse_the_last_commit(monkeypatch):
    """The outermost transaction ends with an error; those within it end well. A test is a transaction itself."""
    around, commit = len(connection.savepoint_ids), connection.savepoint_commit
    ends = iter([OperationalError("disk full")])

    def refusing(savepoint: str) -> None:
        if len(connection.savepoint_ids) == around:
            for error in ends:  # once: rolling back ends the savepoint, too
                raise error
        commit(savepoint)

    monkeypatch.setattr(connection, "savepoint_commit", refusing)


@pytest.mark.parametrize(
    "writing", [attach_evidence, attach_to_campaign, join_with_a_plan, upload_template, issue, sign_off]
)
def test_a_commit_that_fails_leaves_neither_row_nor_file(writing, depot, staff, commander, monkeypatch):
    write, known = writing(depot, staff, commander), files_kept()
    with monkeypatch.context() as faulty:
        refuse_the_last_commit(faulty)
        with pytest.raises(OperationalError):
            write()
    assert [m.objects.count() for m in (Evidence, Attachment, PaperTemplate, IssuedPaper)] == [0, 0, 0, 0]
    assert files_kept() == known
    write()
    assert len(files_kept()) > len(known)


def test_files_go_where_what_stands_around_fails_later(depot, commander):
    known = files_kept()
    with pytest.raises(OperationalError), undoing_files():
        make_issued_paper(depot, commander)
        assert len(files_kept()) == len(known) + 2
        raise OperationalError("disk full")
    assert files_kept() == known


def test_a_file_that_cannot_be_removed_keeps_no_other_and_hides_no_error(depot, commander, monkeypatch, caplog):
    known, remove, refused = files_kept(), default_storage.delete, []

    def refusing_the_first(name: str) -> None:
        if not refused:
            refused.append(name)
            raise PermissionError("in use")
        remove(name)

    monkeypatch.setattr(default_storage._wrapped, "delete", refusing_the_first)
    with pytest.raises(OperationalError), undoing_files():
        make_issued_paper(depot, commander)
        raise OperationalError("disk full")
    assert len(files_kept()) == len(known) + 1
    assert [refused[0] in record.getMessage() for record in caplog.records] == [True]


class CutOff(ContentFile):
    """A file during which the disk becomes full."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"%PDF the first half"
        raise OSError(ENOSPC, "No space left on device")


def test_a_file_that_a_full_disk_has_cut_off_goes_and_is_told_in_words(depot, staff, caplog):
    known = files_kept()
    with translation.override("en"), pytest.raises(Refused) as refused, undoing_files():
        store_file(Attachment(by=staff, at=timezone.now()).file, "minutes.pdf", CutOff(b"x"))
    assert refused.value.messages == [
        "The server cannot store the file: its disk is full or cannot be written. Nothing has been saved.",
        "Tell the system administrator, then try again.",
    ]
    assert files_kept() == known
    assert [record.exc_info[1].errno for record in caplog.records] == [ENOSPC]

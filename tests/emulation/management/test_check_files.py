"""Base and files side by side, as after a restore of which one half is older."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_attachment, make_campaign, make_issued_paper


def check() -> str:
    out = StringIO()
    try:
        call_command("check_files", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}! {error}"
    return out.getvalue()


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def attachment(folder, depot, staff, commander):
    make_issued_paper(depot, commander)  # names two files, in columns that may be empty
    return make_attachment(make_campaign(depot), staff)


def test_a_base_without_files_is_in_order(folder, db):
    assert check() == "all 0 files are there; 0 more belong to no row\n"


def test_every_file_is_there(attachment):
    assert check() == "all 3 files are there; 0 more belong to no row\n"


def test_a_missing_file_is_named_with_its_row(attachment, folder):
    (folder / attachment.file.name).unlink()
    assert check() == (
        f"missing: {attachment.file.name} (emulation.Attachment {attachment.pk})\n! 1 of 3 files are missing"
    )


def test_a_file_of_no_row_is_named_and_stays(attachment, folder):
    stray = folder / "attachments" / "2019" / "old"
    stray.parent.mkdir(parents=True)
    stray.touch()
    assert check() == "of no row: attachments/2019/old\nall 3 files are there; 1 more belong to no row\n"
    assert stray.exists()

"""Attaching and removing evidence."""

from datetime import date
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import IntegrityError
from django.utils import translation

from emulation.models import Campaign, Evidence
from emulation.services import evidence as service
from emulation.services import sheets
from tests.factories import (
    PDF,
    make_campaign,
    make_campaign_indicator,
    make_evidence,
    make_indicator,
    make_report,
    make_rounds,
    make_upload,
)
from tests.layers import built_once
from tests.units.test_pictures import PLACE, notes, picture, segment
from units.errors import Refused
from units.pictures import EXIF


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@built_once
def indicator(region):
    row = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(make_campaign(region), row)
    return row


@pytest.fixture
def report(depot, indicator, set_today):
    set_today(date(2020, 4, 8))
    return make_report(depot, make_rounds()[1], {indicator: 5})


def content(found: Evidence) -> bytes:
    with found.file.open() as file:
        return file.read()


def kept() -> list[str]:
    from django.core.files.storage import default_storage

    folders, _files = default_storage.listdir("evidence") if default_storage.exists("evidence") else ([], [])
    return [name for folder in folders for name in default_storage.listdir(f"evidence/{folder}")[1]]


def refused(report, files, **more):
    with pytest.raises(Refused) as caught:
        service.attach(report, files, **more)
    return caught.value.messages


def test_attach_keeps_the_file_under_a_random_name(report, staff, indicator):
    [found] = service.attach(report, [make_upload("Biên bản.pdf")], by=staff, indicator=indicator.pk)
    found.refresh_from_db()
    assert (found.name, found.kind, found.size, found.by) == ("Biên bản.pdf", "pdf", len(PDF), staff)
    assert (found.indicator, found.content_type) == (indicator, "application/pdf")
    assert found.sha256 == sha256(PDF).hexdigest()
    assert content(found) == PDF
    assert "pdf" not in found.file.name


def test_same_name_does_not_overwrite(report, staff):
    first = make_evidence(report, by=staff)
    second = make_evidence(report, by=staff, content=PDF + b"2")
    assert first.file.name != second.file.name
    assert (first.name, second.name) == ("minutes.pdf", "minutes (2).pdf")
    assert content(first) == PDF


@pytest.mark.parametrize("large", [False, True])
def test_where_a_picture_was_taken_is_not_kept(report, staff, large):
    """Small files are sent in memory, large ones by way of the disk."""
    sent = picture(segment(0xE1, EXIF + notes("<")))
    with TemporaryUploadedFile("anh.jpg", "", len(sent), None) if large else make_upload("anh.jpg", sent) as upload:
        if large:
            upload.write(sent)
        [found] = service.attach(report, [upload], by=staff)
    assert (PLACE in sent, PLACE in content(found), found.size) == (True, False, len(sent))
    assert found.sha256 == sha256(content(found)).hexdigest()


def test_attach_is_all_or_none_with_every_error(report, staff):
    before = sorted(kept())
    files = [make_upload(), make_upload("a.html"), make_upload("b.pdf", b""), make_upload("c.png")]
    messages = refused(report, files, by=staff)
    assert [message.split("”")[0] for message in messages] == ["“a.html", "“b.pdf", "“c.png"]
    assert refused(report, [make_upload(), make_upload("same.pdf")], by=staff) == [
        "“same.pdf” is attached here already, as “minutes.pdf”."
    ]
    assert refused(report, [], by=staff) == ["Choose a file."]
    assert not Evidence.objects.exists()
    assert sorted(kept()) == before


def test_limits(report, staff, settings):
    settings.EVIDENCE_MB, settings.EVIDENCE_FILES = 0, 1
    assert "is larger than 0 MB" in refused(report, [make_upload()], by=staff)[0]
    settings.EVIDENCE_MB = 1
    make_evidence(report, by=staff)
    assert refused(report, [make_upload(content=PDF + b"2")], by=staff) == [
        "A sheet has at most 1 files; it has 1 already."
    ]


def test_only_staff_of_the_unit_attach_and_remove(report, staff, commander, reviewer, administrator):
    found = make_evidence(report, by=staff)
    for user in (commander, reviewer, administrator):
        with pytest.raises(PermissionDenied):
            make_evidence(report, by=user)
        with pytest.raises(PermissionDenied):
            service.remove(found, by=user, why="Wrong file.")


def test_file_goes_to_an_open_line_of_this_sheet(report, staff, commander, reviewer, indicator):
    other = make_indicator()
    assert refused(report, [make_upload()], by=staff, indicator=other.pk) == ["Choose lines of this sheet."]
    sheets.hand_in(report, by=commander)
    report.refresh_from_db()
    assert "figures stand still" in refused(report, [make_upload()], by=staff)[0]
    sheets.take_up(report, by=reviewer)
    second = make_indicator()
    make_campaign_indicator(Campaign.objects.get(), second)
    sheets.send_back(report, by=reviewer, lines={second.pk: "Count the prizes again, please."})
    report.refresh_from_db()
    assert refused(report, [make_upload()], by=staff, indicator=indicator.pk) == [
        "Only the lines that were returned can be changed."
    ]
    assert make_evidence(report, by=staff, indicator=second).indicator == second


def test_removed_file_is_marked_and_kept(report, staff):
    found = make_evidence(report, by=staff)
    with pytest.raises(Refused, match="Say why"):
        service.remove(found, by=staff, why="  ")
    service.remove(found, by=staff, why=" Wrong file. ")
    found.refresh_from_db()
    assert (found.removed_by, found.removed_why, found.removed_at is None) == (staff, "Wrong file.", False)
    assert content(found) == PDF
    assert not Evidence.objects.present().exists()
    with pytest.raises(Refused, match="removed already"):
        service.remove(found, by=staff, why="Again.")
    assert make_evidence(report, by=staff)


def test_file_stays_once_it_was_handed_in(report, staff, commander):
    early = make_evidence(report, by=staff)
    sheets.hand_in(report, by=commander)
    early.refresh_from_db()
    with pytest.raises(Refused, match="figures stand still"):
        service.remove(early, by=staff, why="Wrong file.")
    report.refresh_from_db()
    sheets.withdraw(report, by=commander)
    report.refresh_from_db()
    late = make_evidence(report, by=staff, content=PDF + b"2")
    with pytest.raises(Refused, match="handed in with this file"):
        service.remove(Evidence.objects.get(pk=early.pk), by=staff, why="Wrong file.")
    service.remove(late, by=staff, why="Wrong file.")


def test_file_is_thrown_away_when_the_row_cannot_be_written(report, staff, monkeypatch):
    before = sorted(kept())

    def fail(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Evidence, "save", fail)
    with pytest.raises(IntegrityError):
        service.attach(report, [make_upload()], by=staff)
    assert sorted(kept()) == before

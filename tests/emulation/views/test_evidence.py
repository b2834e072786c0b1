"""Pages of evidence files."""

from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Evidence
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


@built_once
def indicator(region):
    row = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(make_campaign(region), row, order=1)
    return row


@pytest.fixture
def report(depot, indicator, set_today):
    set_today(date(2020, 4, 8))
    return make_report(depot, make_rounds()[1], {indicator: 5})


@pytest.fixture
def page(report):
    return reverse("emulation:evidence-list", args=[report.pk])


def log_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def test_files_are_attached_and_listed_with_what_they_prove(client, page, staff, indicator):
    log_in(client, staff)
    answer = client.post(
        page, {"indicator": indicator.pk, "files": [make_upload(), make_upload("b.pdf", PDF + b"2")]}
    )
    assert answer["Location"] == f"{page}?indicator={indicator.pk}"
    text = client.get(answer["Location"]).content.decode()
    assert "2 files have been attached." in text
    assert text.count("minutes.pdf</a>") == text.count("b.pdf</a>") == 1
    assert f'<option value="{indicator.pk}" selected>Prizes</option>' in text
    assert [row.indicator for row in Evidence.objects.all()] == [indicator, indicator]


def test_what_is_wrong_is_said_for_every_file_and_nothing_is_kept(client, page, staff):
    text = log_in(client, staff).post(page, {"files": [make_upload(), make_upload("a.exe")]}).content.decode()
    assert "Nothing has been attached" in text
    assert "“a.exe” is not accepted" in text
    assert not Evidence.objects.exists()
    assert "Choose a file." in client.post(page, {}).content.decode()
    assert "Select a valid choice" in client.post(page, {"files": [make_upload()], "indicator": 0}).content.decode()


def test_upload_that_is_far_too_large_is_cut_and_refused(client, page, staff, settings):
    settings.EVIDENCE_MB, settings.WORKBOOK_MB = 1, 1
    text = log_in(client, staff).post(page, {"files": [make_upload(content=PDF + bytes(5_000_000))]}).content.decode()
    assert "“minutes.pdf” is larger than 1 MB." in text
    assert not Evidence.objects.exists()


def test_download_is_saved_and_never_run(client, report, staff, reviewer):
    found = make_evidence(report, by=staff, name="Biên bản.pdf")
    answer = log_in(client, reviewer).get(found.get_absolute_url())
    assert answer.content == PDF
    assert {name: answer[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control",
    )} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename*=utf-8''Bi%C3%AAn%20b%E1%BA%A3n.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }  # fmt: skip


def test_removed_and_lost_files_are_not_found(client, report, staff):
    found, lost = make_evidence(report, by=staff), make_evidence(report, by=staff, content=PDF + b"2")
    service.remove(found, by=staff, why="Wrong file.")
    lost.file.storage.delete(lost.file.name)
    log_in(client, staff)
    assert [client.get(row.get_absolute_url()).status_code for row in (found, lost)] == [404, 404]


def test_file_is_removed_with_a_reason_that_the_history_keeps(client, report, staff, page):
    found = make_evidence(report, by=staff)
    url = reverse("emulation:evidence-remove", args=[found.pk])
    log_in(client, staff)
    assert "Say why the file is removed." in client.post(url, {"why": " "}).content.decode()
    assert client.post(url, {"why": "Wrong <b>quarter</b>."})["Location"] == page
    text = client.get(page).content.decode()
    assert "“Wrong &lt;b&gt;quarter&lt;/b&gt;.”" in text
    history = client.get(reverse("emulation:report-history", args=[report.pk])).content.decode()
    assert "File attached" in history
    assert "File removed" in history
    assert "The whole sheet: minutes.pdf" in history
    assert client.get(url)["Location"] == page


def test_file_handed_in_stays(client, report, staff, commander, page):
    found = make_evidence(report, by=staff)
    sheets.hand_in(report, by=commander)
    text = log_in(client, staff).get(page).content.decode()
    assert "figures stand still" in text
    assert "handed in</span>" in text
    assert 'type="file"' not in text
    url = reverse("emulation:evidence-remove", args=[found.pk])
    assert client.post(url, {"why": "Wrong file."})["Location"] == page
    assert Evidence.objects.present().count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_page_runs_a_constant_number_of_queries(
    client, report, staff, page, indicator, rows, django_assert_num_queries
):
    for number in range(rows):
        make_evidence(report, by=staff, indicator=indicator, content=PDF + bytes([number]))
    log_in(client, staff)
    with django_assert_num_queries(13):
        client.get(page)

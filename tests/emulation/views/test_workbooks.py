"""Pages of the sheet in Excel and on paper."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from emulation.checks import Entry
from emulation.models import Campaign, Report, WorkbookUpload
from emulation.services.cells import CellChange
from emulation.services.entry import save_cells
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_result,
    make_rounds,
    make_user,
)
from tests.layers import built_once
from tests.workbooks import edited, post_seen, row_of
from units.models import Role


@built_once
def indicators(region):
    campaign = make_campaign(region)
    rows = [
        make_indicator("count", "PRIZES", name="<b>Prizes</b>"),
        make_indicator("count", "BOOKS", name="Books"),
        make_indicator("grade", "POLITICS", name="Politics"),
        make_indicator("checklist", "CVD50", name="Campaign 50", items=2),
    ]
    for order, row in enumerate(rows):
        make_campaign_indicator(campaign, row, order=order)
    return rows


@pytest.fixture
def report(depot, indicators, set_today) -> Report:
    set_today(date(2020, 4, 8))
    return make_report(depot, make_rounds()[1], {indicators[0]: 5, indicators[3]: [True, False]})


def log_in(client, user):
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


def url(report, name):
    return reverse(f"emulation:report-{name}", args=[report.pk])


def text(answer) -> str:
    return answer.content.decode()


def download(client, report) -> bytes:
    return client.get(url(report, "workbook-file")).content


def send(client, report, content: bytes, name: str = "phieu.xlsx"):
    return client.post(url(report, "workbook"), {"file": SimpleUploadedFile(name, content)})


def send_edited(client, report, **figures: object):
    """Download, type figures (by code), upload."""
    content = download(client, report)
    return send(client, report, edited(content, {f"F{row_of(content, code)}": figures[code] for code in figures}))


def test_file_is_downloaded_by_readers(client, report, reviewer):
    answer = log_in(client, reviewer).get(url(report, "workbook-file"))
    assert answer["Content-Disposition"] == 'attachment; filename="phieu-K1-2020-Q1.xlsx"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    page = text(client.get(url(report, "workbook")))
    assert "Download Excel" in page
    assert 'type="file"' not in page


def test_form_goes_through_the_preview_into_the_sheet(client, report, staff, indicators):
    log_in(client, staff)
    assert send_edited(client, report, PRIZES=7, BOOKS="3")["Location"] == url(report, "workbook-preview")
    page = text(client.get(url(report, "workbook-preview")))
    assert "2 figures change" in page
    assert "&lt;b&gt;Prizes&lt;/b&gt;" in page
    assert "has not been saved yet" in text(client.get(url(report, "workbook")))
    answer = post_seen(client, url(report, "workbook-preview"), follow=True)
    assert "2 figures have been taken over." in text(answer)
    assert {row.indicator.code: row.numerator for row in report.results.exclude(denominator__gt=0)} == {
        "PRIZES": 7, "BOOKS": 3,
    }  # fmt: skip


def test_errors_are_shown_and_cannot_be_confirmed(client, report, staff):
    log_in(client, staff)
    send_edited(client, report, PRIZES="nhiều", BOOKS=3)
    for answer in (client.get(url(report, "workbook-preview")), post_seen(client, url(report, "workbook-preview"))):
        assert "1 error to correct in the file" in text(answer)
        assert "“nhiều” is not a number." in text(answer)
    assert "The file has errors: nothing was saved." in text(answer)
    assert not report.changes.exists()
    assert WorkbookUpload.objects.count() == 1


def test_conflict_has_to_be_decided(client, report, staff, depot, indicators):
    log_in(client, staff)
    send_edited(client, report, PRIZES=7, BOOKS=3)
    other = make_user("other", (depot, Role.STAFF), full_name="Trần Văn Hai")
    save_cells(report, [CellChange(indicators[0].pk, Entry(numerator=Decimal(6)))], by=other)
    preview = url(report, "workbook-preview")
    page = text(client.get(preview))
    assert "1 figure was changed on the sheet since the download" in page
    assert "Trần Văn Hai" in page
    assert "Decide first which figure holds" in text(post_seen(client, preview))
    now, key = report.results.get(indicator=indicators[0]).mark, indicators[0].pk
    assert "Decide first" in text(post_seen(client, preview, {f"choice-{key}": "mine", f"now-{key}": "9.9"}))
    assert ("Save what was decided" in page, "Save 2 figures" in page) == (True, False)
    answer = post_seen(client, preview, {f"choice-{key}": "theirs", f"now-{key}": now})
    assert answer["Location"] == report.get_absolute_url()
    assert "1 figure has been taken over. 1 stays as it was stored." in text(client.get(report.get_absolute_url()))
    assert {row.indicator.code: row.numerator for row in report.results.filter(indicator__in=indicators[:2])} == {
        "PRIZES": 6, "BOOKS": 3,
    }  # fmt: skip


def test_preview_says_what_stays(client, report, staff, indicators):
    log_in(client, staff)
    send_edited(client, report, PRIZES=None)
    page = text(client.get(url(report, "workbook-preview")))
    assert "“&lt;b&gt;Prizes&lt;/b&gt;” keeps 5" in page
    assert "there is nothing to save" in page
    assert "Save 0" not in page


def test_wrong_file_is_refused_with_its_reason(client, report, staff):
    log_in(client, staff)
    answer = text(send(client, report, b"hello", "a.xlsx"))
    assert "The file was not accepted; nothing was changed" in answer
    assert "“a.xlsx” is not a spreadsheet." in answer
    assert "Choose the file." in text(client.post(url(report, "workbook")))


def test_upload_of_somebody_else_or_an_expired_one_is_not_shown(client, report, staff, depot):
    log_in(client, staff)
    send_edited(client, report, PRIZES=7)
    other = make_user("other", (depot, Role.STAFF))
    preview = url(report, "workbook-preview")
    assert log_in(client, other).get(preview)["Location"] == url(report, "workbook")
    WorkbookUpload.objects.update(at=timezone.now() - timedelta(hours=25))
    assert log_in(client, staff).post(preview)["Location"] == url(report, "workbook")
    assert not report.changes.exists()


def test_sheet_that_was_closed_meanwhile_says_so(client, report, staff, set_today):
    log_in(client, staff)
    send_edited(client, report, PRIZES=7)
    Report.objects.update(state=Report.State.SUBMITTED)
    page = text(post_seen(client, url(report, "workbook-preview")))
    assert "its figures stand still" in page
    assert 'type="file"' not in text(client.get(url(report, "workbook")))
    assert not report.changes.exists()


def test_file_can_be_discarded(client, report, staff):
    log_in(client, staff)
    send_edited(client, report, PRIZES=7)
    answer = post_seen(client, url(report, "workbook-preview"), {"discard": "1"}, follow=True)
    assert "The file has been discarded" in text(answer)
    assert not WorkbookUpload.objects.exists()


@pytest.mark.parametrize("act", [{}, {"discard": "1"}])
def test_what_is_done_on_the_page_of_another_form_holds_for_none(client, report, staff, indicators, act):
    log_in(client, staff)
    send_edited(client, report, PRIZES=7)
    seen = client.get(url(report, "workbook-preview")).context["file_mark"]
    send_edited(client, report, PRIZES=9)
    answer = client.post(url(report, "workbook-preview"), {"upload": seen, **act})
    assert "The page showed another file than “phieu.xlsx”" in text(answer)
    assert [row.new for row in answer.context["preview"].differences] == ["9"]
    assert (report.changes.exists(), WorkbookUpload.objects.count()) == (False, 1)


@pytest.mark.parametrize("rows", [1, 2])
def test_preview_runs_a_constant_number_of_queries(client, report, staff, rows, django_assert_num_queries):
    log_in(client, staff)
    send_edited(client, report, **dict([("PRIZES", 7), ("BOOKS", 3)][:rows]))
    with django_assert_num_queries(17):
        client.get(url(report, "workbook-preview"))


def test_paper_form_is_vietnamese_and_empty_or_filled(client, report, reviewer):
    log_in(client, reviewer)
    empty, filled = (text(client.get(url(report, "paper"), data)) for data in ({}, {"filled": "1"}))
    assert "PHIẾU SỐ LIỆU QUÝ I/2020" in empty
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in empty
    assert (empty.count("☒"), filled.count("☒"), filled.count("☐")) == (0, 2, 8)
    assert ('<td class="n">5</td>' in empty, '<td class="n">5</td>' in filled) == (False, True)
    assert "Chưa đạt" in filled


def test_title_says_once_that_no_file_was_chosen(client, report, staff):
    page = text(log_in(client, staff).post(url(report, "workbook"), {}))
    title = page[page.index("<title>") : page.index("</title>")]
    assert title.count("Error:") == 1


def test_older_file_is_not_said_to_be_the_same_where_the_sheet_was_changed_since(client, report, staff, indicators):
    log_in(client, staff)
    content = download(client, report)
    save_cells(report, [CellChange(indicators[0].pk, Entry(numerator=Decimal(6)))], by=staff)
    send(client, report, content)
    page = text(client.get(url(report, "workbook-preview")))
    assert "The file brings nothing new, and there is nothing to save." in page
    assert "was changed on the sheet since the download, and not in your file: it stays 6." in page
    assert "The file says what is stored already" not in page


def test_preview_names_what_is_not_read(client, report, staff):
    log_in(client, staff)
    send(client, report, edited(download(client, report), {"M8": "beside the form"}))
    page = text(client.get(url(report, "workbook-preview")))
    assert "Not read, because it is no part of the form: column M, which has no head" in page


def test_filled_form_writes_every_figure_with_its_thousands_apart(client, report, staff, region):
    """As papers do; the fields of the sheet leave them out where they could be read in two ways."""
    ratio = make_indicator("ratio", "KM", name="Km", decimals=1)
    make_campaign_indicator(Campaign.objects.get(), ratio)
    make_result(report, ratio, ("1441.2", 1860))
    page = text(log_in(client, staff).get(url(report, "paper"), {"filled": "1"}))
    assert '<td class="n">1.441,2</td><td class="n">1.860</td>' in page

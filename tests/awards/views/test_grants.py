"""Awards recorded without a decision: a list read from a file; those of a decision stay with it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from awards.models import Grant, GrantImport
from tests.awards.views.test_papers import DAY, url
from tests.factories import make_person, make_signed_decision
from tests.workbooks import post_seen


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


def test_import_is_previewed_settled_and_lands_on_its_rows(client, reviewer, depot, award):
    make_person(depot, service_number="15000001")
    client.force_login(reviewer)
    content = "Số hiệu,Danh hiệu,Năm\n15000001,Chiến sĩ tiên tiến giỏi,2018\n".encode()
    client.post(url("grant-import"), {"file": SimpleUploadedFile("cu.csv", content)})
    preview = url("grant-import-preview")
    page = client.get(preview)
    assert [p.address for p in page.context["reading"].problems] == ["B2"]
    choice = page.content.decode().partition('name="s0"')[2].partition("</select>")[0]
    assert ('value="CSTT"' in choice, " selected" in choice) == (True, False)
    assert post_seen(client, preview, {"take": "1"}).context["refusals"]
    assert post_seen(client, preview, {"settle": "1", "s0": "CSTT"}).context["reading"].problems == []
    answer = post_seen(client, preview, {"take": "1", "s0": "CSTT"})
    assert [row.year for row in client.get(answer["Location"]).context["page"]] == [2018]
    assert client.get(url("grant-import-template")).content.startswith(b"PK")


def test_preview_shows_everything_that_would_be_stored(client, reviewer, depot, award):
    make_person(depot, "Lê Văn An", service_number="15000001")
    client.force_login(reviewer)
    said = {
        "Số hiệu": "15000001", "Tên": "Lê Văn An", "Danh hiệu": "CSTT", "Năm": "2017", "Nội dung": "Đợt cao điểm 1",
        "Số quyết định": "125/QĐ-K1", "Ngày quyết định": "20/12/2018", "Người ký": "Trần B", "Cấp bậc": "Đại úy",
        "Chức vụ": "Trợ lý", "Đơn vị": "Kho cũ", "Thành tích": "Sửa xe", "Tiền thưởng": "1.490.000",
        "Số sổ vàng": "SV-17", "Ngày thu hồi": "05/06/2019", "Lý do thu hồi": "Khai không đúng",
    }  # fmt: skip
    content = "\n".join(";".join(cells) for cells in (said, said.values())).encode()
    client.post(url("grant-import"), {"file": SimpleUploadedFile("cu.csv", content)})
    page = client.get(url("grant-import-preview"))
    shown = page.text[page.text.index("<tbody>") :]
    assert (page.context["reading"].problems, [text for text in said.values() if text not in shown]) == ([], ["CSTT"])
    assert award.label in shown


@pytest.mark.parametrize("act", [{"take": "1", "s0": "CSTT"}, {"settle": "1", "s0": "CSTT"}, {"discard": "1"}])
def test_what_is_done_on_the_page_of_another_file_holds_for_none(client, reviewer, depot, award, act):
    make_person(depot, service_number="15000001")
    client.force_login(reviewer)
    preview = url("grant-import-preview")
    marks = []
    for name, year in (("a.csv", 2017), ("b.csv", 2018)):
        content = f"Số hiệu,Danh hiệu,Năm\n15000001,Chiến sĩ tiên tiến giỏi,{year}\n".encode()
        client.post(url("grant-import"), {"file": SimpleUploadedFile(name, content)})
        marks.append(client.get(preview).context["file_mark"])
    answer = client.post(preview, {"upload": marks[0], **act})
    assert "b.csv" in answer.context["refusals"][0]
    assert [one.chosen for one in answer.context["reading"].unknown] == [""]  # what was settled of the other file
    assert (Grant.objects.exists(), GrantImport.objects.get().name) == (False, "b.csv")


def test_award_of_a_decision_is_revoked_by_a_decision_alone(client, reviewer, chief, department, passed, award):
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    client.force_login(reviewer)
    answer = client.post(url("grant-revoke", Grant.objects.get().pk), {"on": "22/12/2020", "why": "Khai không đúng"})
    assert answer.context["form"].non_field_errors()
    assert Grant.objects.in_force().count() == 1

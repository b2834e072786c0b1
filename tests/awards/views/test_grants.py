"""Awards of a person or unit: their history and what comes next, entered one by one or read from a file."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from awards.models import Cap, Grant, GrantImport
from tests.awards.views.test_papers import DAY, url
from tests.factories import (
    make_award,
    make_criterion,
    make_dossier,
    make_grant,
    make_nomination,
    make_nomination_file,
    make_person,
    make_rating,
    make_signed_decision,
    make_user,
)
from tests.workbooks import post_seen
from units.models import Role


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


def test_history_shows_what_comes_next_and_when(client, staff, depot, title):
    army = make_award("CSTDTQ", subject="person", name="Chiến sĩ thi đua toàn quân")
    make_criterion(army, "prior_awards", awards=[title], number=3, ending="either", text="Ba lần")
    make_criterion(make_award("BY_HAND"), text="Kiểm tra")
    person = make_person(depot)
    make_rating(person, rating="well")
    for year in (2019, 2020):
        make_grant(title, person, year)
    client.force_login(staff)
    steps = client.get(reverse("awards:grant-list", args=["person", person.pk])).context["steps"]
    assert [(step.code, step.state, step.missing, step.soonest) for step in steps] == [
        ("CSTDTQ", "no_data", ("Ba lần",), 2021),
    ]  # fmt: skip


def test_path_says_where_rules_contradict_each_other(client, staff, depot, title):
    unit_title = make_award("DVTT", subject="unit")
    make_criterion(unit_title, "task_rating", rating="well")
    make_criterion(unit_title, "members_holding", awards=[title], share=50, strict=True)
    client.force_login(staff)

    def path():
        [step] = client.get(reverse("awards:grant-list", args=["unit", depot.pk])).context["steps"]
        return step.soonest, "40 %" in step.shut

    assert path() == (2020, False)
    Cap.objects.create(award=title, of="headcount", share=40)
    assert path() == (None, True)


def test_page_of_a_person_leads_to_the_awards_received(client, staff, depot):
    person = make_person(depot)
    client.force_login(staff)
    page = client.get(person.get_absolute_url())
    history = reverse("awards:grant-list", args=["person", person.pk])
    assert page.context["links"] == [("Khen thưởng đã nhận", "bi-award", history)]
    assert f'href="{history}"' in page.text


def test_reviewer_enters_and_revokes_an_award(client, reviewer, depot, title):
    person = make_person(depot)
    client.force_login(reviewer)
    columns = {"award": title.pk, "year": 2019, "decision": "125/QĐ", "decided": "20/12/2019", "signer": "Trần Văn B"}
    address = reverse("awards:grant-create", args=["person", person.pk])
    assert client.post(address, columns)["Location"] == reverse("awards:grant-list", args=["person", person.pk])
    grant = Grant.objects.get()
    assert (grant.person, grant.decided, grant.level, grant.by) == (person, date(2019, 12, 20), title.level, reviewer)
    again = client.post(address, columns).context["form"]
    assert again.non_field_errors() == ["Cá nhân này đã được tặng danh hiệu, hình thức này trong năm."]
    revoke = reverse("awards:grant-revoke", args=[grant.pk])
    assert list(client.post(revoke, {"on": "19/12/2019", "why": "Khai không đúng"}).context["form"].errors) == ["on"]
    client.post(revoke, {"on": "01/03/2020", "why": "Khai không đúng"})
    grant.refresh_from_db()
    assert (grant.revoked_on, grant.revoked_why) == (date(2020, 3, 1), "Khai không đúng")


@pytest.mark.parametrize(
    ("columns", "field"),
    [({"year": 2021}, "year"), ({"decided": "01/01/2021"}, "decided"), ({"decision": ""}, "decision")],
)
def test_impossible_grants_are_refused_beside_the_field(client, reviewer, depot, title, columns, field):
    client.force_login(reviewer)
    address = reverse("awards:grant-create", args=["person", make_person(depot).pk])
    answer = client.post(address, {"award": title.pk, "year": 2019, "decision": "1"} | columns)
    assert list(answer.context["form"].errors) == [field]
    assert not Grant.objects.exists()


def test_units_get_only_awards_for_units(client, reviewer, depot, title):
    client.force_login(reviewer)
    address = reverse("awards:grant-create", args=["unit", depot.pk])
    answer = client.post(address, {"award": title.pk, "year": 2019, "decision": "1"})
    assert list(answer.context["form"].errors) == ["award"]


def test_unit_reads_what_its_own_people_were_given_for_whoever_proposed_them(
    client, commander, department, depot, workshop
):
    planner = make_user("above", (department, Role.STAFF))
    dossier = make_dossier(department, planner)
    own, other = make_person(depot, "Lê An"), make_person(workshop, "Vũ Bình")
    award = make_award("GK")
    lines = [make_nomination(dossier, award, who) for who in (own, other)]
    file = make_nomination_file(lines[0], planner)
    client.force_login(commander)
    assert client.get(lines[0].get_absolute_url()).status_code == 404  # nothing has been decided
    make_signed_decision(department, planner, *lines)
    [row] = client.get(reverse("awards:grant-list", args=["person", own.pk])).context["rows"]
    assert row["nomination"] == lines[0].pk
    page = client.get(lines[0].get_absolute_url())
    assert [url for _label, url in page.context["crumbs"]] == [
        reverse("awards:grant-list", args=["person", own.pk]), ""
    ]  # fmt: skip
    shut = [lines[1].get_absolute_url(), dossier.get_absolute_url()]
    assert [client.get(address).status_code for address in shut] == [404, 404]
    assert client.get(reverse("awards:nomination-file", args=[file.pk]))["Content-Disposition"] != ""


def test_history_leads_to_no_nomination_that_does_not_open(client, region, depot, reviewer):
    man = make_person(depot)
    line = make_nomination(make_dossier(region, reviewer), make_award("GK"), man, stage="appraised")
    make_grant(line.award, man, nomination=line)
    client.force_login(make_user("near", (depot, Role.STAFF)))
    [row] = client.get(reverse("awards:grant-list", args=["person", man.pk])).context["rows"]
    assert row["nomination"] is None

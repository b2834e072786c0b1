from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.core.management import CommandError, call_command
from django.urls import reverse

from emulation.models import Campaign, CampaignScope, LayoutProfile, Phrase, Report, ReviewReport
from emulation.reports.paper_kinds import KINDS
from emulation.services.issued_papers import issue
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_person,
    make_person_group,
    make_rounds,
)
from tests.layers import built_once
from units.models import Person, Rank

KNOWN = {"known": "on"}  # sheets are missing
MARK = '<span class="qt-onlyprint">DỰ THẢO</span>'


@built_once
def asked(department, depot):
    make_campaign_indicator(make_campaign(department), make_indicator("count", name="Sáng kiến"))
    make_rounds()


def url(unit, *rest, name="review-report"):
    return reverse(f"emulation:{name}", args=[unit.pk, 2020, "H1", *rest])


def test_report_is_read_within_reach_alone(client, asked, department, reviewer, outsider):
    client.force_login(reviewer)
    assert client.get(url(department)).context["report"].about == "6 tháng đầu năm 2020"
    client.force_login(outsider)
    assert client.get(url(department)).status_code == 404


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("pdf", b"%PDF-"), ("txt", "BÁO CÁO".encode())])
def test_files_are_downloaded_under_a_plain_name(client, asked, department, reviewer, kind, start):
    client.force_login(reviewer)
    answer = client.get(url(department, kind, name="review-report-file"))
    assert answer.content.startswith(start)
    assert answer["Content-Disposition"] == f'attachment; filename="so-ket-ckt-2020-h1.{kind}"'


@pytest.mark.parametrize("address", ["1999/H9/", "2020/H9/", "3000/H1/", "2020/H1/exe/"])
def test_other_periods_and_formats_do_not_exist(client, asked, department, reviewer, address):
    client.force_login(reviewer)
    assert client.get(f"/reports/{department.pk}/{address}").status_code == 404


def test_drive_of_a_sister_unit_is_read_nowhere_but_in_its_own_branch(
    client, asked, region, department, depot, workshop, staff, reviewer, tmp_path
):
    make_drive(department, name="Đợt của cục")
    make_drive(region, workshop, name="Đợt cho xưởng", launching_unit=department)
    own = make_drive(workshop, name="Đợt riêng của xưởng")
    drives = {drive.name: f"D{drive.pk}" for drive in Campaign.objects.filter(kind__is_drive=True)}
    CampaignScope.objects.filter(campaign__name="Đợt cho xưởng", unit=region).delete()

    def read(unit):
        page = client.get(reverse("emulation:review-report", args=[unit.pk, 2020, "H1"]))
        offered = [name for key, _label, name, _url in page.context["periods"] if key in drives.values()]
        text = " ".join(page.context["report"].paragraphs)
        codes = {
            name: client.get(reverse("emulation:review-report", args=[unit.pk, 2020, key])).status_code
            for name, key in drives.items()
        }
        assert [name for name, code in codes.items() if code == 200] == offered
        return offered, [name for name in drives if f"đ{name[1:]}" in text]

    client.force_login(staff)
    assert read(depot) == (["Đợt của cục"], ["Đợt của cục"])
    client.force_login(reviewer)
    both = ["Đợt của cục", "Đợt cho xưởng"]
    assert read(department) == (both, [*both, "Đợt riêng của xưởng"])  # told as the workshop's
    assert read(workshop) == (list(drives),) * 2
    with pytest.raises(CommandError):
        call_command("review_report", unit="K1", period=f"2020-D{own.pk}", format="txt", output=tmp_path / "x.txt")


def test_cost_does_not_grow_with_what_is_asked(client, asked, department, reviewer, django_assert_max_num_queries):
    campaign = make_campaign(department)
    for _number in range(3):
        make_campaign_indicator(campaign, make_indicator("ratio"))
    client.force_login(reviewer)
    with django_assert_max_num_queries(24):
        client.get(url(department))


def test_command_writes_the_file(asked, department, tmp_path):
    file = tmp_path / "report.txt"
    call_command("review_report", unit="CKT", period="2020-H1", format="txt", output=file)
    assert file.read_text().startswith("BÁO CÁO\nSơ kết phong trào thi đua quyết thắng 6 tháng đầu năm 2020\n")


@pytest.mark.parametrize(("unit", "period"), [("NONE", "2020-H1"), ("CKT", "2020-H9")])
def test_command_refuses_what_it_does_not_know(asked, department, tmp_path, unit, period):
    with pytest.raises(CommandError):
        call_command("review_report", unit=unit, period=period, format="txt", output=tmp_path / "x.txt")


def post(client, report, **data):
    return client.post(reverse("emulation:review-report-paragraph", args=[report.pk]), data)


def test_paragraph_is_edited_on_the_page_and_a_refusal_keeps_what_was_typed(client, asked, depot, staff):
    client.force_login(staff)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    first = report.paragraphs.get(key="IV.3")
    typed = {"action": "edit", "key": first.key, "version": first.version}
    refused = post(client, report, **typed, text="Giữ vững kết quả {SAI}")
    assert (refused.status_code, "SAI" in str(list(get_messages(refused.wsgi_request))[0])) == (302, True)
    answer = client.post(
        reverse("emulation:review-report-paragraph", args=[report.pk]), typed | {"text": "Giữ vững {SAI}"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert ("Giữ vững {SAI}</textarea>" in answer.content.decode(), "<html" in answer.content.decode()) == (
        True,
        False,
    )
    post(client, report, **typed, text="Giữ vững kết quả <b>")
    assert "Giữ vững kết quả &lt;b&gt;" in client.get(url(depot)).content.decode()
    assert "Giữ vững kết quả <b>" in client.get(url(depot, "txt", name="review-report-file")).content.decode()


@pytest.mark.parametrize(
    ("action", "said"),
    [("edit", "Đã lưu đoạn."), ("leave_out", "Đã bỏ đoạn khỏi báo cáo."), ("kept", "Đoạn được giữ nguyên.")],
)
def test_what_was_done_to_a_paragraph_is_said_beside_it_and_without_script_above(
    client, asked, depot, staff, action, said
):
    client.force_login(staff)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    address = reverse("emulation:review-report-paragraph", args=[report.pk])
    row = report.paragraphs.get(key="IV.3")
    typed = {"action": action, "key": row.key, "version": row.version, "text": "Giữ vững."}
    answer = client.post(address, typed, headers={"HX-Request": "true"})
    assert f"</i> {said}</p>" in answer.content.decode()
    typed["version"] = report.paragraphs.get(key="IV.3").version
    plain = client.post(address, typed | {"text": "Giữ."})
    assert [str(message) for message in get_messages(plain.wsgi_request)] == [said]


def test_what_cannot_be_kept_is_said_and_stays_on_the_page(client, asked, depot, staff):
    text, said = "Dài " * 25_000, "Mỗi đoạn có tối đa 8.000 ký tự; đoạn này có 99.999. Hãy chia thành nhiều đoạn."
    client.force_login(staff)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    first = report.paragraphs.get(key="IV.3")
    address = reverse("emulation:review-report-paragraph", args=[report.pk])
    typed = {"action": "edit", "key": first.key, "version": first.version, "text": text}
    answer = client.post(address, typed, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.context["problems"]) == (200, [said])
    assert answer.context["typed"] == text
    assert report.paragraphs.get(key="IV.3").text == first.text


def test_paragraph_that_is_gone_sends_back_to_the_report(client, asked, depot, staff):
    client.force_login(staff)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    typed = {"action": "edit", "key": "own.99", "version": 1, "text": "x"}
    address = reverse("emulation:review-report-paragraph", args=[report.pk])
    answer = client.post(address, typed, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"{report.get_absolute_url()}#p0"


def test_saved_report_is_read_within_reach_alone(client, asked, depot, staff, reviewer, outsider):
    client.force_login(staff)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    for user, status in ((reviewer, 403), (outsider, 404)):
        client.force_login(user)
        assert post(client, report, action="edit", key="I", version=1, text="x").status_code == status


def test_reading_a_saved_report_costs_two_queries_more(
    client, asked, department, depot, staff, django_assert_max_num_queries
):
    client.force_login(staff)
    client.post(url(depot, name="review-report-begin"))
    with django_assert_max_num_queries(25):
        client.get(url(depot))


@pytest.mark.parametrize(
    ("period", "heading"),
    [("Y", "Báo cáo tổng kết"), ("5Y", "Báo cáo tổng kết"), ("H1", "Báo cáo sơ kết"), ("Q4", "Báo cáo sơ kết")],
)
def test_a_year_is_reviewed_for_good(client, asked, depot, staff, period, heading):
    client.force_login(staff)
    page = client.get(reverse("emulation:review-report", args=[depot.pk, 2020, period])).content.decode()
    begun = [f"<title>{heading} –", f"<h1>{heading}", f'aria-current="page">{heading}']
    assert [page.count(text) for text in begun] == [1, 1, 1]


def test_a_phrase_is_tried_before_it_is_kept(client, depot, staff):
    client.force_login(staff)
    address = reverse("emulation:phrase-update", args=[depot.pk, "drives"])
    shown = client.get(address)
    assert [(one.typed, one.meaning) for one in shown.context["fields"]] == [
        ("{các đợt thi đua}", "tên các đợt thi đua")
    ]
    assert shown.context["sample"] == "Trong năm đã phát động đợt thi đua cao điểm quý II."
    tried = client.post(address, {"text": "Đã mở {drives}.", "try": "1"})
    assert (tried.context["sample"], Phrase.objects.count()) == ("Đã mở đợt thi đua cao điểm quý II.", 0)
    wrong = client.post(address, {"text": "Đã mở {đợt}.", "try": "1"})
    said = ["Không có trường {đợt}. Các trường dùng được: {các đợt thi đua}."]
    assert (wrong.context["form"].errors["text"], Phrase.objects.count()) == (said, 0)
    assert client.post(address, {"text": "Đã mở {drives}\x00."}).status_code == 302
    assert Phrase.objects.get().text == "Đã mở {drives}."
    form = client.get(address).context["form"]
    assert form["text"].value() == "Đã mở {các đợt thi đua}."
    assert client.post(address, {"text": "Có {Cac dot thi đua}.", "seen": form.seen}).status_code == 302
    assert Phrase.objects.get().text == "Có {drives}."


@pytest.mark.parametrize(
    ("key", "typed", "kept"),
    [
        ("deadline", " (thời hạn {day})", " (thời hạn {day})"),  # stands behind a word
        ("deadline", ", hạn {day}  ", ", hạn {day}"),
        ("deadline", "\r\n ", None),
        ("drives", "  Đã mở {drives}. ", "Đã mở {drives}."),
    ],
)
def test_a_phrase_keeps_the_blank_that_parts_it_from_the_word_before(client, depot, staff, key, typed, kept):
    client.force_login(staff)
    assert client.post(reverse("emulation:phrase-update", args=[depot.pk, key]), {"text": typed}).status_code == 302
    assert [row.text for row in Phrase.objects.all()] == ([kept] if kept else [])


@pytest.mark.parametrize("kept", [True, False])
def test_who_signs_is_offered_with_rank_and_post(client, asked, depot, commander, kept):
    """By the layout of the unit, else as the register knows whoever signs."""
    commander.person = make_person(depot, "Lê An", post="Chủ nhiệm")
    commander.full_name = "Lê An"
    commander.save()
    Person.objects.update(rank=Rank.objects.create(group=make_person_group(), code="DT", name="Đại tá", order=9))
    client.force_login(commander)
    if kept:
        LayoutProfile.objects.create(unit=depot, signer="Trung tá Vũ Bình", signer_post="Phó chủ nhiệm", place="Huế")
    client.post(url(depot, name="review-report-begin"))
    initial = client.get(reverse("emulation:review-report-sign", args=[ReviewReport.objects.get().pk])).context[
        "form"
    ]
    offered = [initial[name].value() for name in ("signer", "signer_post", "place")]
    assert offered == (["Trung tá Vũ Bình", "Phó chủ nhiệm", "Huế"] if kept else ["Đại tá Lê An", "Chủ nhiệm", ""])


@pytest.mark.parametrize("name", ["number", "place", "signer", "signer_post"])
def test_no_report_is_signed_with_a_placeholder(client, asked, depot, commander, name):
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    typed = {
        "number": "01/BC-K1",
        "day": "01/07/2020",
        "signer": "Lê An",
        "signer_post": "CN",
        "place": "Huế",
    } | KNOWN
    address = reverse("emulation:review-report-sign", args=[report.pk])
    form = client.post(address, typed | {name: "(để trống)"}).context["form"]
    assert (list(form.errors), ReviewReport.objects.get().is_signed) == ([name], False)
    assert client.post(address, typed).status_code == 302


def test_a_report_of_which_sheets_are_missing_is_signed_by_who_says_to_know_it(client, asked, depot, commander):
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    address = reverse("emulation:review-report-sign", args=[report.pk])
    assert client.get(address).context["form"].fields["known"].label == (
        "Đã biết còn 2/2 phiếu chưa được duyệt: quý I/2020 1/1; quý II/2020 1/1."
    )
    typed = {"number": "01/BC-K1", "day": "01/07/2020", "signer": "Lê An", "signer_post": "CN", "place": "Huế"}
    form = client.post(address, typed).context["form"]
    assert (list(form.errors), ReviewReport.objects.get().is_signed) == (["known"], False)
    assert client.post(address, typed | KNOWN).status_code == 302
    assert report.events.get(kind="signed").reason == "0/2 phiếu"


def test_a_whole_report_is_signed_without_a_tick(client, asked, depot, commander):
    Report.objects.filter(unit=depot).update(state=Report.State.APPROVED)
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    address = reverse("emulation:review-report-sign", args=[ReviewReport.objects.get().pk])
    assert "known" not in client.get(address).context["form"].fields


def test_who_signed_once_is_offered_the_same_words_again(client, asked, depot, commander):
    typed = {
        "number": "01/BC-K1",
        "day": "01/07/2020",
        "signer": "Trung tá Lê An",
        "signer_post": "CN",
        "place": "Huế",
    } | KNOWN
    client.force_login(commander)
    for number, period in enumerate(("Q1", "H1"), start=1):
        client.post(reverse("emulation:review-report-begin", args=[depot.pk, 2020, period]))
        address = reverse("emulation:review-report-sign", args=[ReviewReport.objects.get(period=period).pk])
        form = client.get(address).context["form"]
        offered = {name: form[name].value() for name in ("signer", "signer_post", "place")}
        if number == 1:
            assert (offered["signer"], client.post(address, typed).status_code) == (str(commander), 302)
    assert offered == {"signer": "Trung tá Lê An", "signer_post": "CN", "place": "Huế"}


def test_a_signed_report_goes_out_as_it_was_issued_whatever_the_layout_is_now(client, asked, depot, commander):
    layout = LayoutProfile.objects.create(unit=depot, signer="Lê An", signer_post="CN", place="Huế")
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    typed = {
        "number": "01/BC-K1",
        "day": "01/07/2020",
        "signer": "Lê An",
        "signer_post": "CN",
        "place": "Huế",
    } | KNOWN
    drafted = [MARK in client.get(url(depot)).text]
    assert client.post(reverse("emulation:review-report-sign", args=[report.pk]), typed).status_code == 302
    assert [*drafted, MARK in client.get(url(depot)).text] == [True, False]  # on paper a draft says that it is one
    issued = report.issued.get()
    LayoutProfile.objects.filter(pk=layout.pk).update(own_line="ĐƠN VỊ KHÁC")
    for kind, kept in (("docx", issued.word), ("pdf", issued.pdf)):
        answer = client.get(url(depot, kind, name="review-report-file"), follow=True)
        with kept.open("rb") as file:
            assert answer.content == file.read()
    client.post(
        reverse("emulation:review-report-reopen", args=[report.pk]), {"reason": "Số liệu đã được đính chính."}
    )
    again = client.get(url(depot, "docx", name="review-report-file"))
    assert (again.status_code, report.issued.get().cancelled_at is None) == (200, False)


def test_editing_a_paragraph_can_be_called_off(client, asked, depot, commander):
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    page = client.get(url(depot)).text
    forms = page.count("data-kept-text")
    assert (forms > 0, page.count('type="reset"')) == (True, forms)


def test_a_report_reopened_is_offered_the_next_number_and_told_that_the_old_one_is_cancelled(
    client, asked, depot, commander, set_today
):
    set_today(date(2020, 7, 20))
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    report = ReviewReport.objects.get()
    sign, reopen = (reverse(f"emulation:review-report-{name}", args=[report.pk]) for name in ("sign", "reopen"))
    typed = {
        "number": "01/BC-K1",
        "day": "01/07/2020",
        "signer": "Lê An",
        "signer_post": "CN",
        "place": "Huế",
    } | KNOWN
    client.post(sign, typed)
    assert "01/BC-K1" in client.get(reopen).text
    page = client.post(reopen, {"reason": "Số liệu đã được đính chính."}, follow=True)
    assert ["01/BC-K1" in str(said) for said in page.context["messages"]] == [True]
    form = client.get(sign).context["form"]
    assert (form["number"].value(), form["day"].value()) == ("02/BC-K1", "20/07/2020")
    [refusal] = client.post(sign, typed).context["form"].errors["number"]
    assert "02/BC-K1" in refusal


@pytest.mark.parametrize(
    ("day", "typed", "number"),
    [
        ("05/07/2020", "01/BC-K1", "05/BC-K1"),  # as offered today
        ("05/07/2020", "", "05/BC-K1"),
        ("04/01/2021", "05/BC-K1", "01/BC-K1"),  # and back again
        ("05/07/2020", "12/BC-K1", "12/BC-K1"),  # somebody's own
        ("no day", "01/BC-K1", "01/BC-K1"),
    ],
)
def test_the_number_follows_the_year_of_the_day(client, asked, depot, commander, set_today, day, typed, number):
    set_today(date(2021, 1, 20))
    issue(
        depot, KINDS["report"], number="04/BC-K1", day=date(2020, 7, 1), title="Báo cáo", signer="Lê An", files={},
        by=commander,
    )  # fmt: skip
    client.force_login(commander)
    client.post(url(depot, name="review-report-begin"))
    sign = reverse("emulation:review-report-sign", args=[ReviewReport.objects.get().pk])
    assert client.get(sign).context["form"]["number"].value() == "01/BC-K1"
    page = client.get(sign, {"day": day, "number": typed})
    assert (page.context["form"]["number"].value(), page.context["form"]["day"].value()) == (number, day)
    part = client.get(sign, {"day": day, "number": typed}, headers={"HX-Request": "true"}).text
    shown = page.context["form"]["day"].as_widget()
    assert ('hx-target="#div_id_number"' in shown, part.count("<input"), f'value="{number}"' in part) == (
        True,
        1,
        True,
    )
    assert part.strip().startswith('<div id="div_id_number"')

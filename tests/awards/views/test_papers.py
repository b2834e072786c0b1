"""Drafts of letters, decisions and revocations on the screen and as files, from waiting lines to the signature."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from docx import Document
from openpyxl import load_workbook

from awards.forms.papers import SignForm
from awards.models import Authority, BaseWage, Bonus, BonusRounding, Decision, Grant, Submission
from awards.reports.award_papers import submission_paper
from awards.services import decisions
from awards.services.papers import change_texts, draft_decision, enter_register, take_out, write_citations
from emulation.models import LayoutProfile
from emulation.reports.cancelled import stamped_word
from emulation.reports.work import my_work
from emulation.services.issued_papers import void
from tests.factories import (
    make_award,
    make_closed_session,
    make_council,
    make_ground,
    make_public_notice,
    make_signed_decision,
    make_user,
)
from units.errors import Refused

DAY = date(2020, 12, 22)
SIGNED = {
    "number": "125/QĐ-CKT", "day": "22/12/2020", "signer": "Đại tá Nguyễn Văn Chief", "signer_post": "Cục trưởng",
    "place": "Hà Nội", "giver": "Cục trưởng Cục Kỹ thuật", "known_unpaid": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


def pay(award, **rate):
    """450.000 dong by decisions of any day."""
    Bonus.objects.create(award=award, coefficient="0.3", **rate)
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)


def rows_of(answer):
    return list(load_workbook(BytesIO(answer.getvalue())).worksheets[0].values)


def url(name, *args):
    return reverse(f"awards:{name}", args=args)


# ── from waiting lines to a signed decision ───────────────────────────────


def test_waiting_lines_become_a_decision_that_the_commander_signs(client, chief, department, passed, award):
    passed(award, "Lê An", "Vũ Bình", "Trần Chi")
    client.force_login(chief)
    [group] = client.get(url("decision-list")).context["groups"]
    page = f"{url('paper-create', 'decision', department.pk)}?{group.query}&q=le"
    form = client.get(page)
    client.post(page, {"all": "1", "mark": form.context["mark"]})
    decision = Decision.objects.get()
    assert [line.name for line in decision.lines.all()] == ["Lê An"]
    stale = client.post(page, {"all": "1", "mark": form.context["mark"]})
    assert (bool(stale.context["problems"]), Decision.objects.count()) == (True, 1)
    assert [task.title.partition(": ")[0] for task in my_work(chief).tasks][-2:] == [
        "Quyết định chờ ký", "2 đề nghị đã thông qua chờ ra văn bản",
    ]  # fmt: skip
    sign = url("paper-sign", "decision", decision.pk)
    wrong = client.post(sign, SIGNED | {"day": "23/12/2020", "number": ""})
    assert sorted(wrong.context["form"].errors) == ["number"]
    assert sorted(client.post(sign, SIGNED | {"day": "23/12/2020"}).context["form"].errors) == ["day"]
    assert client.post(sign, SIGNED)["Location"] == decision.get_absolute_url()
    assert Grant.objects.get().decision == "125/QĐ-CKT"
    assert client.post(sign, SIGNED | {"number": "126"})["Location"] == decision.get_absolute_url()
    assert Decision.objects.get().number == "125/QĐ-CKT"
    assert client.get(url("paper-sign", "decision", decision.pk)).status_code == 302


def test_texts_of_a_draft_are_changed_and_lines_taken_out(client, chief, department, passed, award):
    lines = passed(award, "Lê An", "Vũ Bình")
    client.force_login(chief)
    client.post(url("paper-create", "decision", department.pk), {"line": [line.pk for line in lines]})
    decision = Decision.objects.get()
    texts = {"title": "Tặng danh hiệu", "basis": "Căn cứ A\nCăn cứ B"}
    client.post(url("paper-update", "decision", decision.pk), texts)
    client.post(url("paper-take-out", "decision", decision.pk), {"line": lines[0].pk})
    decision.refresh_from_db()
    assert (decision.title, decision.basis, list(decision.lines.all())) == (
        "Tặng danh hiệu", "Căn cứ A\nCăn cứ B", [lines[1]],
    )  # fmt: skip
    client.post(url("paper-discard", "decision", decision.pk))
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("language", "shown"), [("vi", "Bộ trưởng Bộ Quốc phòng"), ("en", "Minister of National Defence")]
)
def test_who_decides_is_read_in_the_readers_language_and_written_in_vietnamese(
    client, chief, department, passed, order, language, shown
):
    words = {"decides": "Bộ trưởng Bộ Quốc phòng", "decides_en": "Minister of National Defence"}
    Authority.objects.create(award=order, level=order.level, **words)
    [line] = passed(order, "Lê An")
    chief.language = language
    chief.save()
    client.force_login(chief)
    page = client.get(url("paper-create", "submission", department.pk))
    assert [row.needed.label for row in page.context["found"]] == [shown]
    assert dict(page.context["form"].fields["decides"].choices)["Bộ trưởng Bộ Quốc phòng"] == shown
    assert shown in client.get(url("decision-list")).text
    client.post(page.request["PATH_INFO"], {"line": [line.pk]})
    assert Submission.objects.get().recipient == words["decides"]


def test_signing_asks_for_place_post_and_giver(client, chief, clerk, department, passed, award):
    [line] = passed(award, "Lê An")
    draft = draft_decision(department, [line.pk], by=clerk)
    client.force_login(chief)
    page = url("paper-sign", "decision", draft.pk)
    empty = dict.fromkeys(("giver", "signer", "signer_post", "place"), "")
    assert sorted(client.post(page, SIGNED | empty).context["form"].errors) == sorted(empty)
    gap = client.post(page, SIGNED | {"place": "(địa danh)"}).context["form"]
    assert (list(gap.errors), Grant.objects.count()) == (["place"], 0)


def test_another_name_under_the_paper_is_asked_about_once_and_the_account_is_shown(
    client, chief, clerk, department, passed, award
):
    [line] = passed(award, "Lê An")
    draft = draft_decision(department, [line.pk], by=clerk)
    client.force_login(chief)
    page = url("paper-sign", "decision", draft.pk)
    assert "known_signer" not in client.get(page).context["form"].fields
    other = SIGNED | {"signer": "Thiếu tướng Nguyễn Văn Khác"}
    form = client.post(page, other).context["form"]
    assert (list(form.errors), str(chief) in str(form.fields["signer"].help_text)) == (["known_signer"], True)
    assert not Grant.objects.exists()
    client.post(page, other | {"known_signer": "on"})
    client.force_login(clerk)
    page = client.get(draft.get_absolute_url())
    assert page.context["account"] == chief
    assert f"ký bằng tài khoản của <b>{chief}</b>" in page.text


def test_account_is_not_repeated_where_it_stands_under_the_paper(client, chief, department, passed, award):
    own = make_signed_decision(department, chief, *passed(award, "Lê An"), signer=f"Đại tá {chief}")
    outside = make_signed_decision(department, chief, *passed(award, "Vũ Bình"), outside=True, issuer="Quân khu")
    client.force_login(chief)
    assert [client.get(one.get_absolute_url()).context["account"] for one in (own, outside)] == [None, None]


def test_who_signs_while_a_notice_runs_says_so(client, chief, clerk, department, passed, award):
    [line] = passed(award, "Lê An")
    make_public_notice(department, clerk, line, since=DAY, until=date(2020, 12, 30))
    draft = draft_decision(department, [line.pk], by=clerk)
    client.force_login(chief)
    page = url("paper-sign", "decision", draft.pk)
    form = client.post(page, SIGNED).context["form"]
    assert (list(form.errors), "30/12/2020" in form.fields["known_notices"].help_text) == (["known_notices"], True)
    assert client.post(page, SIGNED | {"known_notices": "on"}).status_code == 302
    assert Grant.objects.count() == 1


def test_only_the_draft_that_was_shown_is_signed(client, chief, clerk, department, passed, award):
    first, second = passed(award, "Lê An", "Vũ Bình")
    draft = draft_decision(department, [first.pk, second.pk], by=clerk)
    client.force_login(chief)
    page = url("paper-sign", "decision", draft.pk)

    def shown():
        context = client.get(page).context
        return context["form"].seen, context["about"]["draft"].awards

    def refused(seen):
        return list(client.post(page, SIGNED | {"seen": seen}).context["form"].errors)

    whole, counted = shown()
    assert counted == [("Chiến sĩ tiên tiến", 2)]
    take_out(draft, [second.pk], by=clerk)
    assert refused(whole) == ["__all__"]
    shorter, counted = shown()
    assert counted == [("Chiến sĩ tiên tiến", 1)]
    write_citations(draft, {first.pk: "Đã lập công năm 2020"}, by=clerk)
    assert refused(shorter) == ["__all__"]
    written, _counted = shown()
    pay(award)
    assert refused(written) == ["__all__"]
    with pytest.raises(Refused):
        decisions.sign(draft, SIGNED | {"day": DAY}, seen=written, by=chief)
    paid, _counted = shown()
    assert b"450.000" in client.get(page).content
    change_texts(draft, {"title": "Tặng danh hiệu"}, by=clerk)
    assert (refused(paid), Grant.objects.count()) == (["__all__"], 0)
    client.post(page, SIGNED | {"seen": shown()[0]})
    assert [grant.name for grant in Grant.objects.all()] == ["Lê An"]


def test_who_signs_while_a_bonus_is_not_known_says_so(client, chief, clerk, department, passed, award):
    """Asked of the day typed: the rate ends the day before."""
    pay(award, valid_until=date(2020, 12, 21))
    [line] = passed(award, "Lê An")
    draft = draft_decision(department, [line.pk], by=clerk)
    client.force_login(chief)
    page, typed = url("paper-sign", "decision", draft.pk), {**SIGNED, "known_unpaid": ""}
    form = client.post(page, typed).context["form"]
    assert (list(form.errors), form.fields["known_unpaid"].help_text) == (["known_unpaid"], "Lê An")
    earlier = client.post(page, typed | {"day": "21/12/2020", "number": ""}).context["form"]
    assert list(earlier.errors) == ["number"]
    assert client.post(page, SIGNED).status_code == 302


def test_sentences_of_merit_are_edited_in_a_draft(client, chief, clerk, department, passed, award):
    first, second = passed(award, "Lê An", "Vũ Bình")
    draft = draft_decision(department, [first.pk, second.pk], by=clerk)
    client.force_login(clerk)
    page = url("paper-citations", draft.pk)
    assert [field.initial for _line, field in client.get(page).context["rows"]] == ["Đã có thành tích năm 2020"] * 2
    client.post(page, {f"c{first.pk}": "Đã lập công năm 2020", f"c{second.pk}": ""})
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.citation, second.citation) == ("Đã lập công năm 2020", "Đã có thành tích năm 2020")
    client.force_login(chief)
    client.post(url("paper-sign", "decision", draft.pk), SIGNED)
    assert client.get(page)["Location"] == draft.get_absolute_url()


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_papers_come_as_files(client, chief, reviewer, department, passed, award, order, kind):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An"))
    client.force_login(reviewer)
    client.post(url("paper-create", "submission", department.pk), {"line": passed(order, "Vũ Bình")[0].pk})
    texts = {"ground": make_ground().pk, "reason": "Khai sai thành tích huấn luyện.", "line": Grant.objects.get().pk}
    client.post(url("paper-create", "revocation", department.pk), texts)
    starts = {"pdf": b"%PDF", "docx": b"PK"}[kind]
    for paper, pk in (("decision", decision.pk), ("submission", Submission.objects.get().pk),
                      ("decision", Decision.objects.get(kind="revocation").pk)):  # fmt: skip
        answer = client.get(url("paper-file", paper, pk, kind))
        assert (answer.status_code, answer.content.startswith(starts)) == (200, True)


def test_a_decision_of_which_nothing_is_left_says_so_and_goes_out_stamped(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An"))
    row = enter_register(decision, chief)
    client.force_login(chief)
    address, reason = url("paper-file", "decision", decision.pk, "docx"), "Thu hồi theo Quyết định số 8"
    offered = reverse("emulation:paper-cancel", args=[row.pk])  # a decision ends by decision, not in the register
    assert [client.get(offered).status_code, client.post(offered, {"why": reason}).status_code] == [302, 302]
    for cancelled in (False, True):
        if cancelled:
            void(row, why=reason, by=chief)
        page = client.get(decision.get_absolute_url())
        section = Document(BytesIO(client.get(address).content)).sections[0]
        heads = ["\n".join(p.text for p in head.paragraphs) for head in (section.first_page_header, section.header)]
        assert (reason in page.content.decode(), [reason in head for head in heads]) == (cancelled, [cancelled] * 2)
    assert client.get(url("paper-file", "decision", decision.pk, "pdf")).content[:5] == b"%PDF-"


def test_word_file_names_everybody_and_what_they_are_given(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An", "Vũ <b>Bình"))
    client.force_login(chief)
    document = Document(BytesIO(client.get(url("paper-file", "decision", decision.pk, "docx")).content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    rows = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    given = "Tặng danh hiệu thi đua, hình thức khen thưởng cho các cá nhân, tập thể (có danh sách kèm theo), gồm:"
    assert f"{given} Chiến sĩ tiên tiến cho 2 cá nhân." in text
    assert f"Số: {decision.number}" in document.tables[0].rows[0].cells[0].text
    assert ([row[1] for row in rows[2:]], [row[0] for row in rows]) == (
        ["Lê An", "Vũ <b>Bình"], ["TT", "Chiến sĩ tiên tiến", "1", "2"],
    )  # fmt: skip
    assert not [word for word in ("{{", "{%") if word in text]


def test_list_and_words_have_the_room_and_size_that_the_pdf_gives_them(client, chief, department, passed, award):
    """The columns of an annex by what stands in them; the body in the size of the unit's layout."""
    LayoutProfile.objects.create(unit=department, size=14)
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    draft = decisions.draft_revocation(department, [Grant.objects.get().pk], texts, by=chief)
    client.force_login(chief)
    document = Document(BytesIO(client.get(url("paper-file", "decision", draft.pk, "docx")).content))
    widths = [column.width.mm for column in document.tables[-1].columns]
    assert [round(width * 160 / sum(widths)) for width in widths] == [9, 36, 35, 27, 25, 28]
    assert [round(cell.width.mm) for cell in document.tables[-1].rows[2].cells] == [round(width) for width in widths]
    [article] = [p for p in document.paragraphs if p.text.startswith("Điều 2.")]
    assert ([run.font.size for run in article.runs], document.styles["Normal"].font.size.pt) == ([None, None], 14)


def test_the_list_of_a_letter_lies_and_names_its_letter(client, clerk, department, passed, order):
    """A long summary of merits wants the width of the page; that of a decision stands."""
    client.force_login(clerk)
    client.post(url("paper-create", "submission", department.pk), {"line": passed(order, "Lê An")[0].pk})
    content = client.get(url("paper-file", "submission", Submission.objects.get().pk, "docx")).content
    document = Document(BytesIO(content))
    assert [round(section.page_width.mm) for section in document.sections] == [210, 297]
    assert "(Kèm theo Tờ trình số ……/TTr-CKT ngày …… tháng …… năm " in "\n".join(p.text for p in document.paragraphs)
    across = [sum(column.width.mm for column in table.columns) for table in document.tables]
    assert [round(width, -1) for width in across] == [160, 160, 250]
    stamped = Document(BytesIO(stamped_word(content, ("ĐÃ HỦY", "Lý do"))))
    heads = ["\n".join(p.text for p in section.header.paragraphs) for section in stamped.sections]
    assert [head.count("ĐÃ HỦY") for head in heads] == [1, 1]


def test_a_draft_letter_rests_on_the_session_and_closes_what_it_asks_with_a_stop(
    client, chief, clerk, department, passed, order
):
    medal = make_award("HCZ", name="Huy chương", level=order.level)
    lines = [*passed(order, "Lê An"), *passed(medal, "Vũ Bình", "Trần Chi")]
    council = make_council(department, chief, name="Hội đồng A")
    make_closed_session(council, chief, *lines, day=date(2020, 12, 2))
    client.force_login(clerk)
    client.post(url("paper-create", "submission", department.pk), {"line": [line.pk for line in lines]})
    letter = Submission.objects.get()
    assert letter.basis.splitlines() == [
        "Căn cứ kết quả phiên họp ngày 02 tháng 12 năm 2020 của Hội đồng A;",
        "Theo đề nghị của cơ quan thường trực thi đua, khen thưởng Unit CKT.",
    ]
    asked = [text for _bold, text in submission_paper(letter, clerk).body][1:3]
    assert asked == ["- Huy chương cho 2 cá nhân;", "- Huân chương cho 1 cá nhân."]


def test_letter_shows_votes_to_those_who_may_see_them(client, chief, clerk, department, passed, order):
    [line] = passed(order, "Lê An")
    make_closed_session(make_council(department, chief, make_user("other")), chief, line)
    client.force_login(clerk)
    client.post(url("paper-create", "submission", department.pk), {"line": line.pk})
    file = url("paper-file", "submission", Submission.objects.get().pk, "docx")
    shares = []
    for user in (chief, clerk):
        client.force_login(user)
        shares.append(Document(BytesIO(client.get(file).content)).tables[-1].rows[-1].cells[5].text)
    assert shares == ["100,0", ""]


def test_commander_sends_ticked_lines_back(client, chief, clerk, department, passed, award):
    line, other = passed(award, "Lê An", "Vũ Bình")
    page = url("paper-create", "decision", department.pk)
    typed = {"line": line.pk, "back": "1", "reason": "Chưa rõ thành tích trong năm."}
    client.force_login(clerk)
    assert client.post(page, typed).status_code == 403
    client.force_login(chief)
    assert client.post(page, typed | {"reason": "Chưa rõ"}).context["problems"]
    client.post(page, typed)
    line.refresh_from_db()
    other.refresh_from_db()
    assert (line.stage, other.stage) == ("submitted", "passed")


def test_commander_refuses_for_good_what_came_from_below_and_keeps_the_reason_typed(
    client, chief, department, passed, award
):
    [line] = passed(award, "Lê An")
    page = url("paper-create", "decision", department.pk)
    client.force_login(chief)
    assert "Từ chối hẳn" not in client.get(page).text

    reason = "Chưa rõ thành tích trong năm."
    refused = client.post(page, {"line": line.pk, "reject": "1", "reason": reason})
    assert (len(refused.context["problems"]), reason in refused.text) == (1, True)

    line.stage = "forwarded"
    line.save()
    assert "Từ chối hẳn" in client.get(page).text
    client.post(page, {"line": line.pk, "reject": "1", "reason": reason})
    line.refresh_from_db()
    assert line.stage == "rejected"


def test_title_of_a_revocation_that_was_refused_says_so_once(client, clerk, department):
    client.force_login(clerk)
    page = client.post(url("paper-create", "revocation", department.pk), {"ground": "", "reason": ""}).text
    title = page[page.index("<title>") : page.index("</title>")]
    assert title.count("Error:") + title.count("Lỗi:") == 1
    assert page.count("qt-errors") == 1 and page.index("qt-errors") < page.index('id="h-awards"')


def test_revocation_says_that_nothing_was_ticked_and_that_awards_stay(
    client, clerk, chief, department, passed, award
):
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    client.force_login(clerk)
    texts = {"ground": make_ground().pk, "reason": "Khai sai thành tích huấn luyện."}
    page = url("paper-create", "revocation", department.pk)
    with translation.override("vi"):
        assert client.post(page, texts).context["form"].errors == {"__all__": ["Hãy chọn ít nhất một trường hợp."]}
        made = client.post(page, texts | {"line": Grant.objects.get().pk}, follow=True)
        assert "Các khen thưởng vẫn giữ nguyên hiệu lực." in made.text
        gone = client.post(url("paper-discard", "decision", made.context["object"].pk), follow=True)
    assert "Đã hủy dự thảo; các khen thưởng vẫn giữ nguyên hiệu lực." in gone.text
    assert Grant.objects.in_force().count() == 1


def test_ticks_of_a_revocation_outlive_turning_the_page_and_filtering(
    client, clerk, chief, department, passed, award, monkeypatch
):
    """What is ticked and typed on one page goes along to the next; a tick of another page can be taken away there."""
    monkeypatch.setattr("awards.views.papers.LINES", 1)
    make_signed_decision(department, chief, *passed(award, "Lê An", "Lê Bình", "Lê Chi"))
    client.force_login(clerk)
    page = url("paper-create", "revocation", department.pk)
    first, second, third = Grant.objects.order_by("pk")
    typed = {"ground": make_ground().pk, "reason": "Khai sai thành tích huấn luyện."}
    turned = client.post(page, typed | {"line": [first.pk], "page": "2"})
    assert ([*turned.context["page"]], [*turned.context["elsewhere"]]) == ([second], [first])
    assert turned.context["form"]["reason"].value() == typed["reason"]
    assert f'value="{first.pk}" id="e{first.pk}" checked' in turned.text
    back = client.post(page, typed | {"line": [first.pk, third.pk], "q": "Lê An", "page": "1"})
    assert ([*back.context["page"]], [*back.context["elsewhere"]]) == ([first], [third])
    assert f'value="{first.pk}" id="l{first.pk}" checked' in back.text
    client.post(page, typed | {"line": [first.pk, third.pk], "q": "Lê An"})
    assert [*Decision.objects.get(kind="revocation").taken_back.order_by("pk")] == [first, third]


def test_a_revocation_says_what_has_to_be_paid_back(client, chief, clerk, department, passed, award):
    """To units of which it names somebody of their own people alone; no sum, which would tell of the others."""
    make_signed_decision(department, chief, *passed(award, "Lê An", "Vũ Bình"))
    Grant.objects.filter(name="Lê An").update(bonus=450_000)
    keys = list(Grant.objects.values_list("pk", flat=True))
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    draft = decisions.draft_revocation(department, keys, texts, by=clerk)
    client.force_login(chief)
    with translation.override("vi"):
        for address in (draft.get_absolute_url(), url("paper-sign", "decision", draft.pk)):
            text = re.sub(r"<[^>]+>|\s+", " ", client.get(address).text)
            assert "Phải thu hồi: 450.000 đ · 1 chưa rõ" in re.sub(" +", " ", text)


def test_caps_that_are_exceeded_stand_one_a_line():
    form = SignForm(SIGNED, over=["K1, <b>: 6 đề nghị", "K2: 3 đề nghị"])
    said = str(form.fields["over_caps"].help_text)
    assert said == "".join(
        f'<span class="d-block">{one}</span>' for one in ("K1, &lt;b&gt;: 6 đề nghị", "K2: 3 đề nghị")
    )

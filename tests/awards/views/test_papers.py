"""Pages of letters and decisions, the book of honour and what comes out of it as files."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation
from docx import Document
from openpyxl import load_workbook

from awards.models import BaseWage, Bonus, BonusRounding, DecidingLevel, Decision, Grant, Nomination, Submission
from awards.reports.award_papers import submission_paper
from awards.reports.certificates import certificate_of, words_of
from awards.services import decisions
from awards.services.papers import change_texts, draft_decision, enter_register, take_out, write_citations
from emulation.models import LayoutProfile
from emulation.reports.cancelled import stamped_word
from emulation.reports.work import my_work
from emulation.services.issued_papers import void
from tests.factories import (
    make_award,
    make_award_level,
    make_closed_session,
    make_council,
    make_dossier,
    make_grant,
    make_ground,
    make_membership,
    make_nomination,
    make_occasion,
    make_office,
    make_person,
    make_public_notice,
    make_signed_decision,
    make_submission,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Person, Role, Unit
from units.text import fold

DAY = date(2020, 12, 22)
SIGNED = {
    "number": "125/QĐ-CKT", "day": "22/12/2020", "signer": "Đại tá Nguyễn Văn B", "signer_post": "Cục trưởng",
    "place": "Hà Nội", "giver": "Cục trưởng Cục Kỹ thuật", "known_unpaid": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


@built_once
def clerk(department):
    return make_user("clerk", (department, Role.STAFF))


@built_once
def award(department):
    level = make_award_level("base", 2)
    DecidingLevel.objects.create(kind=department.kind, level=level)
    return make_award("CSTT", name="Chiến sĩ tiên tiến", level=level)


@built_once
def order(award):
    return make_award("HC", name="Huân chương", level=make_award_level("state", 5))


@pytest.fixture
def passed(depot, staff, department):
    """A function: passed lines at the department for people of the depot."""
    dossier = make_dossier(depot, staff, rule_day=DAY, received_on=DAY)

    def make(award, *names):
        place = {"stage": "passed", "holder": department, "place": "Kho K1"}
        return [make_nomination(dossier, award, make_person(depot, name), **place) for name in names]

    return make


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


def test_letter_is_sent_and_its_outcome_recorded(client, chief, department, passed, order):
    won, lost = passed(order, "Lê An", "Vũ Bình")
    client.force_login(chief)
    client.post(url("paper-create", "submission", department.pk), {"line": [won.pk, lost.pk]})
    letter = Submission.objects.get()
    client.post(url("paper-sign", "submission", letter.pk), SIGNED | {"number": "30/TTr-CKT"})
    page = url("outcome-record", department.pk)
    assert page in {task.url for task in my_work(chief).tasks}
    typed = {f"v{won.pk}": "given", f"v{lost.pk}": "refused", f"r{lost.pk}": "Không", "number": "1500/QĐ-CTN"}
    refused = client.post(page, typed).context["form"]
    assert list(refused.errors) == [f"r{lost.pk}"]
    typed[f"r{lost.pk}"] = "Chưa đủ thời gian giữ danh hiệu."
    assert sorted(client.post(page, typed).context["form"].errors) == ["issuer"]
    client.post(
        page,
        typed | {"issuer": "Chủ tịch nước", "day": "22/12/2020", "signer": "A", "signer_post": "B", "place": "C"},
    )
    assert (Grant.objects.get().person, Decision.objects.get().outside) == (won.person, True)
    assert client.get(page).context["shown"] == []


def test_signing_asks_for_place_post_and_giver(client, chief, clerk, department, passed, award):
    [line] = passed(award, "Lê An")
    draft = draft_decision(department, [line.pk], by=clerk)
    client.force_login(chief)
    page = url("paper-sign", "decision", draft.pk)
    empty = dict.fromkeys(("giver", "signer", "signer_post", "place"), "")
    assert sorted(client.post(page, SIGNED | empty).context["form"].errors) == sorted(empty)
    gap = client.post(page, SIGNED | {"place": "(địa danh)"}).context["form"]
    assert (list(gap.errors), Grant.objects.count()) == (["place"], 0)


def test_unit_reads_of_its_people_whoever_proposed_them(client, staff, chief, clerk, department, depot, award):
    """The department proposed somebody of the depot in a dossier of its own."""
    dossier = make_dossier(department, clerk, rule_day=DAY, received_on=DAY)
    place = {"stage": "passed", "holder": department, "name": "Lê An"}
    decision = make_signed_decision(
        department, chief, make_nomination(dossier, award, make_person(depot, "Lê An"), **place),
        make_nomination(dossier, award, make_person(department, "Vũ Bình"), **place | {"name": "Vũ Bình"}),
    )  # fmt: skip
    client.force_login(staff)
    assert [row.line.name for row in client.get(decision.get_absolute_url()).context["rows"]] == ["Lê An"]


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
    Bonus.objects.create(award=award, coefficient="0.3")
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
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
    Bonus.objects.create(award=award, coefficient="0.3", valid_until=date(2020, 12, 21))
    BaseWage.objects.create(amount=1_490_000)
    BonusRounding.objects.create(step=10_000)
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


@pytest.fixture
def beside(workshop, department, award):
    """A passed line at the department for somebody of the workshop, which the depot does not read."""
    by = make_user("beside", (workshop, Role.STAFF))
    dossier = make_dossier(workshop, by, rule_day=DAY, received_on=DAY)
    return make_nomination(
        dossier, award, make_person(workshop, "Vũ Bình"), stage="passed", holder=department, name="Vũ Bình"
    )


def test_unit_reads_of_a_decision_its_head_and_its_own_lines(
    client, staff, commander, elsewhere, chief, department, passed, award, beside
):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An"), beside)
    page = decision.get_absolute_url()
    for user in (staff, commander):
        client.force_login(user)
        context = client.get(page).context
        assert [row.line.name for row in context["rows"]] == ["Lê An"]
        assert (context["total"], context["whole"], context["prints"], context["open"]) == (None, False, False, False)
        assert [row.named for row in client.get(url("decision-list")).context["page"]] == [1]
        assert list(client.get(url("decision-list"), {"q": "Bình"}).context["page"]) == []
        assert "Vũ Bình" not in client.get(page, {"export": "csv"}).getvalue().decode()
        files = [client.get(url("paper-file", "decision", decision.pk, kind)).status_code for kind in ("pdf", "docx")]
        assert (files, client.get(url("decision-certificates", decision.pk)).status_code) == ([403, 403], 403)
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    keys = list(Grant.objects.values_list("pk", flat=True))
    draft = decisions.draft_revocation(department, keys, texts, by=chief)
    client.force_login(staff)
    assert client.get(draft.get_absolute_url()).status_code == 404
    head = {"number": "9", "day": DAY, "signer": "A", "signer_post": "B", "place": "C"}
    revocation = decisions.sign_revocation(draft, head, by=chief)
    answer = client.get(revocation.get_absolute_url())
    assert [row.name for row in answer.context["grants"]] == ["Lê An"]
    assert "Khai sai" not in answer.text
    client.force_login(make_user("stranger", (elsewhere, Role.STAFF)))
    assert [client.get(one.get_absolute_url()).status_code for one in (decision, revocation)] == [404, 404]


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
    assert [round(width * 160 / sum(widths)) for width in widths] == [9, 32, 32, 25, 32, 30]
    assert [round(cell.width.mm) for cell in document.tables[-1].rows[1].cells] == [round(width) for width in widths]
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


def test_line_leads_to_its_papers(client, chief, department, passed, award):
    [line] = passed(award, "Lê An")
    decision = make_signed_decision(department, chief, line)
    client.force_login(chief)
    assert decision.get_absolute_url() in client.get(line.get_absolute_url()).content.decode()


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


def test_why_an_award_is_revoked_is_for_who_judges_people(client, chief, clerk, reviewer, department, passed, award):
    """A reviewer limited to an office sees that it was, and by which decision; neither ground nor reason."""
    [line] = passed(award, "Lê An")
    make_signed_decision(department, chief, line)
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    draft = decisions.draft_revocation(department, [Grant.objects.get().pk], texts, by=clerk)
    revocation = decisions.sign_revocation(
        draft, {"number": "7/QĐ", "day": DAY, "signer": "A", "signer_post": "B", "place": "C"}, by=chief
    )
    assert "Khai sai" not in line.events.get(kind="revoked").reason
    line.events.filter(kind="revoked").update(reason="7/QĐ: Khai sai thành tích")  # as it was written before
    office = make_user("office")
    make_membership(office, department, Role.REVIEWER, office=make_office())
    seen = {}
    for user in (chief, clerk, reviewer, office):
        client.force_login(user)
        pages = [
            client.get(address).content.decode()
            for address in (revocation.get_absolute_url(), line.get_absolute_url())
        ]
        file = client.get(url("paper-file", "decision", revocation.pk, "docx")).status_code
        seen[user.username] = ("Khai gian" in pages[0], *("Khai sai" in page for page in pages), file)
    assert seen == dict.fromkeys(("chief", "clerk", "reviewer"), (True, True, True, 200)) | {
        "office": (False, False, False, 403)
    }
    page = client.get(line.get_absolute_url())
    assert [(step.icon, step.reason) for step in page.context["steps"]] == [("x-circle", "")]
    assert page.text.count('<ol class="qt-path">') == 1


# ── certificates and their numbers ────────────────────────────────────────


def test_certificate_says_by_the_layout_of_the_unit_what_its_decision_leaves_open(department, chief, passed, award):
    LayoutProfile.objects.create(unit=department, place="Huế", signer_post="Cục trưởng")
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    grant = Grant.objects.get()
    found = certificate_of(grant, words_of(grant.issued))
    assert (found.place_and_date, found.signer_post) == ("Huế, ngày 22 tháng 12 năm 2020", "CỤC TRƯỞNG")
    assert found.giver == f"CỤC TRƯỞNG {grant.issued.issuer}".upper()
    grant.issued.place, grant.issued.signer_post = "Vinh", "Phó Cục trưởng"
    found = certificate_of(grant, words_of(grant.issued))
    assert (found.place_and_date[:5], found.signer_post) == ("Vinh,", "PHÓ CỤC TRƯỞNG")


def test_printing_gives_numbers_that_stay(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An", "Vũ Bình", "Trần Chi"))
    first, second, third = Grant.objects.order_by("pk")
    Grant.objects.filter(pk=third.pk).update(revoked_on=DAY, revoked_why="Khai gian")
    client.force_login(chief)
    page = url("decision-certificates", decision.pk)
    assert client.post(page, {"merit": ""}).context["form"].errors
    assert client.post(page, {"grant": ["9" * 30]}).context["form"].errors
    assert client.post(page, {"grant": [second.pk]}).content.startswith(b"%PDF")
    client.post(page, {"grant": [first.pk, second.pk, third.pk], "merit": "Có thành tích xuất sắc"})
    assert list(Grant.objects.order_by("pk").values_list("register", flat=True)) == [
        "CKT-2020-0002", "CKT-2020-0001", "",
    ]  # fmt: skip


def test_register_numbers_follow_the_list_of_the_decision(client, chief, department, passed, award):
    """The list goes by the order of the award, then of the line; neither is the order in which grants came about."""
    higher = make_award("CSTDCS", level=award.level, order=award.order + 1)
    lines = [*passed(award, "Lê An", "Vũ Bình"), *passed(higher, "Trần Chi")]
    for order, line in zip((2, 1, 1), lines, strict=True):
        Nomination.objects.filter(pk=line.pk).update(order=order)
    decision = make_signed_decision(department, chief, *lines)
    client.force_login(chief)
    client.post(url("decision-register", decision.pk))
    rows = client.get(decision.get_absolute_url()).context["rows"]
    assert [(row.line.name, row.grant.register[-4:]) for row in rows] == [
        ("Trần Chi", "0001"), ("Vũ Bình", "0002"), ("Lê An", "0003"),
    ]  # fmt: skip


def test_whole_decision_is_entered_into_the_book(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An", "Vũ Bình"))
    client.force_login(chief)
    client.post(url("decision-register", decision.pk))
    assert sorted(Grant.objects.values_list("register", flat=True)) == ["CKT-2020-0001", "CKT-2020-0002"]


def test_number_is_verified_within_the_branch(client, chief, outsider, department, passed, award):
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    Grant.objects.update(register="CKT-2020-0001")
    client.force_login(chief)
    page = url("grant-verify")
    assert client.get(page, {"number": " ckt-2020-0001 "}).context["grant"] == Grant.objects.get()
    assert "Hợp lệ" in client.get(page, {"number": "CKT-2020-0001"}).content.decode()
    Grant.objects.update(revoked_on=DAY, revoked_why="Khai gian")
    assert "Đã thu hồi: khen thưởng này" in client.get(page, {"number": "CKT-2020-0001"}).content.decode()
    client.force_login(outsider)
    assert "Không rõ" in client.get(page, {"number": "CKT-2020-0001"}).content.decode()


# ── the book of honour ────────────────────────────────────────────────────


def test_book_is_searched_without_diacritics_and_filtered(client, reviewer, depot, workshop, award, order):
    make_grant(award, make_person(depot, "Đỗ Văn Ánh"), 2018)
    make_grant(award, make_person(workshop, "Lê Bình"), 2019, revoked_on=DAY, revoked_why="Khai gian")
    make_grant(order, depot, 2020, decision="7/QĐ")
    client.force_login(reviewer)

    def found(**query):
        return [row.year for row in client.get(url("grant-book"), query).context["page"]]

    assert found() == [2020, 2019, 2018]
    assert [found(q="do anh"), found(q="7/QĐ"), found(unit="K1"), found(kind="unit"), found(state="revoked")] == [
        [2018], [2020], [2020, 2018], [2020], [2019],
    ]  # fmt: skip
    assert [found(award="CSTT", first=2019), found(last=2018), found(q="không ai")] == [[2019], [2018], []]
    assert client.get(url("grant-book"), {"award": "XYZ"}).status_code == 404


def test_export_holds_as_many_rows_as_the_screen_says(client, reviewer, depot, award):
    for number in range(60):
        make_grant(award, make_person(depot, f"Lê An {number}"), 2019, bonus=760_000)
    make_grant(award, make_person(depot, "Vũ Bình"), 2019)
    client.force_login(reviewer)
    said = client.get(url("grant-book"), {"q": "le"}).context["page"].paginator.count
    rows = rows_of(client.get(url("grant-book"), {"q": "le", "export": "xlsx"}))
    assert (said, len(rows) - 1, rows[1][14]) == (60, 60, 760_000)


def test_statistics_count_awards_in_force(client, reviewer, depot, workshop, award, order):
    for name, columns in (("Lê An", {"bonus": 760_000}), ("Vũ Bình", {}), ("Trần Chi", {"revoked_on": DAY})):
        extra = {"revoked_why": "Khai gian"} if columns.get("revoked_on") else {}
        make_grant(award, make_person(depot, name), 2020, **columns, **extra)
    make_grant(order, workshop, 2020, bonus=2_000_000)
    make_grant(award, make_person(depot), 2019)
    client.force_login(reviewer)
    page = client.get(url("award-statistics"))
    assert [(s.award.code, s.people, s.units, s.bonus, s.unknown, s.revoked) for s in page.context["stats"]] == [
        ("HC", 0, 1, 2_000_000, 0, 0), ("CSTT", 2, 0, 760_000, 1, 1),
    ]  # fmt: skip
    rows = rows_of(client.get(url("award-statistics"), {"unit": "K1", "year": "2020", "export": "xlsx"}))
    assert [row[1:] for row in rows[1:]] == [(2, 0, 760_000, 1, 1)] * 2


def test_forms_of_the_year_count_the_same_awards_otherwise(
    client, reviewer, department, depot, workshop, staff, award, order
):
    """Each form adds up to the awards in force; a person counts where they served then, whoever moved since."""
    moved = make_person(depot, "Lê An")
    moved.postings.update(until=date(2021, 2, 28))
    moved.postings.create(unit=workshop, since=date(2021, 3, 1))
    Person.objects.filter(pk=moved.pk).update(unit=workshop)
    occasion = make_occasion("drive", name="Theo đợt")
    line = make_nomination(make_dossier(depot, staff, occasion=occasion), award, moved, stage="decided")
    make_nomination(line.dossier, award, make_person(depot), stage="rejected")
    make_nomination(line.dossier, award, make_person(depot), stage="draft")
    make_grant(award, moved, 2020, nomination=line, bonus=760_000, decided=date(2020, 12, 20))
    make_grant(award, make_person(workshop, "Vũ Bình"), 2020)
    make_grant(award, make_person(department), 2020, revoked_on=DAY, revoked_why="Khai gian")
    make_grant(order, workshop, 2020, bonus=2_000_000)
    client.force_login(reviewer)
    forms = {form.key: form for form in client.get(url("award-statistics")).context["forms"]}
    assert {key: form.total[1:] for key, form in forms.items()} == dict.fromkeys(
        ("category", "occasion", "level", "group", "unit"), (2, 1, 2_760_000, 1, 1)
    ) | {"proposals": (2, 1, 1, 0, 0)}
    assert [row[:3] for row in forms["unit"].rows] == [
        (department.name, 0, 0), (depot.name, 1, 0), (workshop.name, 1, 1),
    ]  # fmt: skip
    assert [row[:3] for row in forms["occasion"].rows] == [
        ("Theo đợt", 1, 0), ("chưa ghi nhận (nhập tay hoặc nhập từ tệp)", 1, 1),
    ]  # fmt: skip
    for key, form in forms.items():
        rows = rows_of(client.get(url("award-statistics"), {"export": "xlsx", "table": key}))
        assert [row[0] for row in rows[1:]] == [row[0] for row in (*form.rows, form.total)]
    for text in ("K1", "unit k1"):  # code or name
        alone = client.get(url("award-statistics"), {"unit": text}).context
        assert (alone["place"], [form.total[1:3] for form in alone["forms"]][:1]) == (depot, [(0, 0)])


def test_statistics_bear_the_name_of_one_unit(client, reviewer, depot, workshop, award):
    """Where a text means several units nothing is counted before one is chosen; a whole name means its own."""
    Unit.objects.filter(pk=workshop.pk).update(name="Unit K1 B", search=fold("X1 Unit K1 B"))
    make_grant(award, make_person(depot), 2020)
    client.force_login(reviewer)
    page = client.get(url("award-statistics"), {"unit": "unit k1"})
    assert page.context["place"] == depot
    asked = client.get(url("award-statistics"), {"unit": "unit"})
    assert ("stats" in asked.context, f'href="?year=2020&amp;unit={depot.code}"' in asked.text) == (False, True)
    nothing = client.get(url("award-statistics"), {"unit": "không có", "export": "xlsx"})
    assert "không có đơn vị nào mang tên hoặc mã này" in nothing.text


def test_proposals_are_counted_before_the_first_award_of_their_year(client, reviewer, depot, staff, award):
    make_grant(award, make_person(depot), 2019)
    make_nomination(make_dossier(depot, staff, year=2021), award, make_person(depot), stage="submitted")
    client.force_login(reviewer)
    page = client.get(url("award-statistics"))
    assert (page.context["year"], [int(year) for year, _name in page.context["form"]["year"].field.choices]) == (
        2019, [2021, 2019],
    )  # fmt: skip
    page = client.get(url("award-statistics"), {"year": "2021"})
    assert [int(number) for number in re.findall(r"Biểu (\d+)", page.text)] == [7]
    Grant.objects.all().delete()
    assert client.get(url("award-statistics")).context["year"] == 2021


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
    assert client.post(preview, {"take": "1"}).context["refusals"]
    assert client.post(preview, {"settle": "1", "s0": "CSTT"}).context["reading"].problems == []
    answer = client.post(preview, {"take": "1", "s0": "CSTT"})
    assert [row.year for row in client.get(answer["Location"]).context["page"]] == [2018]
    assert client.get(url("grant-import-template")).content.startswith(b"PK")


def test_award_of_a_decision_is_revoked_by_a_decision_alone(client, reviewer, chief, department, passed, award):
    make_signed_decision(department, chief, *passed(award, "Lê An"))
    client.force_login(reviewer)
    answer = client.post(url("grant-revoke", Grant.objects.get().pk), {"on": "22/12/2020", "why": "Khai không đúng"})
    assert answer.context["form"].non_field_errors()
    assert Grant.objects.in_force().count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_pages_run_a_constant_number_of_queries(
    client, chief, department, depot, passed, award, order, count, django_assert_num_queries
):
    names = [f"Lê An {number}" for number in range(count)]
    decision = make_signed_decision(department, chief, *passed(award, *names))
    client.force_login(chief)
    client.post(url("paper-create", "decision", department.pk), {"line": [x.pk for x in passed(award, *names)]})
    draft = Decision.objects.get(signed_at=None)
    client.post(url("paper-create", "submission", department.pk), {"line": [x.pk for x in passed(order, *names)]})
    letter = Submission.objects.get()
    texts = {"ground": make_ground().pk, "reason": "Khai sai thành tích huấn luyện."}
    grants = list(Grant.objects.values_list("pk", flat=True))
    client.post(url("paper-create", "revocation", department.pk), texts | {"line": grants})
    revocation = Decision.objects.get(kind="revocation")
    passed(award, *names), passed(order, *names)
    person = Grant.objects.first().person
    for address, queries in (
        (url("decision-list"), 17),
        (url("submission-list"), 8),
        (url("paper-create", "decision", department.pk), 13),
        (url("paper-create", "revocation", department.pk), 9),
        (decision.get_absolute_url(), 17),
        (draft.get_absolute_url(), 15),
        (letter.get_absolute_url(), 11),
        (revocation.get_absolute_url(), 16),
        (url("decision-certificates", decision.pk), 8),
        (url("grant-book"), 9),
        (url("grant-book") + "?export=csv", 4),
        (url("award-statistics"), 12),
        (url("grant-list", "person", person.pk), 13),
    ):
        with django_assert_num_queries(queries):
            answer = client.get(address)
            assert (answer.status_code, bool(answer.getvalue())) == (200, True)


def test_certificates_are_offered_on_a_decision_and_on_no_letter(client, chief, clerk, department, passed, award):
    [line] = passed(award, "Lê An")
    decision = make_signed_decision(department, clerk, line)
    sent = {"sent_at": timezone.now(), "sent_by": chief, "day": date(2020, 12, 24), "number": "86/TTr", "signer": "A"}
    letter = make_submission(department, clerk, line, **sent)
    client.force_login(clerk)

    assert url("decision-certificates", decision.pk) in client.get(decision.get_absolute_url()).content.decode()
    assert "certificates" not in client.get(letter.get_absolute_url()).content.decode()

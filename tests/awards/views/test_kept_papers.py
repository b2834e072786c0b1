"""What has been signed goes out as it was signed: letters, decisions, minutes; certificates say what they said."""

from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import typst
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError, connection
from django.urls import reverse
from docx import Document

from awards.models import Award, CouncilMember, Decision, Grant, KeptPaper, Submission
from awards.reports import award_papers, certificates
from awards.services import decisions, papers, sessions
from awards.services.kept_papers import keep_decision
from emulation.models import LayoutProfile
from emulation.reports.cancelled import stamped_word
from emulation.reports.paper_kinds import KINDS
from emulation.services import layouts
from tests.factories import (
    make_closed_session,
    make_council,
    make_ground,
    make_membership,
    make_office,
    make_person,
    make_person_group,
    make_signed_decision,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Person, Rank, Role, Unit

DAY = date(2020, 12, 22)
SIGNED = {
    "number": "125/QĐ-CKT", "day": DAY, "signer": "Đại tá Nguyễn Văn Chief", "signer_post": "Chủ nhiệm",
    "place": "Hà Nội", "giver": "Chủ nhiệm Cục Kỹ thuật",
}  # fmt: skip
KINDS_OF_FILE = ("docx", "pdf")


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@pytest.fixture
def decision(passed, award, clerk, chief, department):
    lines = passed(award, "Lê An", "Vũ Bình")
    return decisions.sign(
        papers.draft_decision(department, [x.pk for x in lines], by=clerk), SIGNED, known_unpaid=True, by=chief
    )


@built_once
def secretary(department):
    """Of the department's council, its only member; named in the register of people."""
    user = make_user("secretary", (department, Role.STAFF), person=make_person(department, "Hà Thu"))
    council = make_council(department, user)
    council.members.update(function=CouncilMember.Function.SECRETARY)
    return user


@pytest.fixture
def letter(passed, order, clerk, chief, department, secretary):
    """Sent after a council had voted on its line."""
    lines = passed(order, "Trần Chi")
    make_closed_session(department.councils.get(), chief, *lines)
    draft = papers.draft_submission(department, [x.pk for x in lines], by=clerk)
    return papers.send(draft, SIGNED | {"number": "30/TTr-CKT"}, by=chief)


@pytest.fixture
def ended(passed, order, department, secretary):
    """A session whose minutes have been fixed."""
    lines = passed(order, "Đỗ Em")
    session = make_closed_session(
        department.councils.get(), secretary, *lines, minutes="1. Thành phần\nĐủ.", number="2/BB"
    )
    sessions.end_session(session, by=secretary)
    return session


def address(paper, kind):
    if isinstance(paper, tuple):
        return reverse("awards:session-paper", args=[paper[0].pk, paper[1], kind])
    return reverse(
        "awards:paper-file", args=["submission" if isinstance(paper, Submission) else "decision", paper.pk, kind]
    )


def everything_changes(unit):
    LayoutProfile.objects.create(unit=unit, own_line="ĐƠN VỊ KHÁC", place="Vinh", signer_post="Quyền Cục trưởng")
    Unit.objects.filter(pk=unit.pk).update(name="Cục Khác")
    Person.objects.update(
        rank=Rank.objects.create(code="x", name="Đại tướng", group=make_person_group()), family_name="Khác"
    )
    Award.objects.update(name="Danh hiệu khác")


def test_signed_papers_go_out_unchanged_whatever_is_changed_afterwards(
    client, chief, clerk, department, decision, letter, ended
):
    grant = Grant.objects.order_by("pk").first()
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    draft = decisions.draft_revocation(department, [grant.pk], texts, by=clerk)
    revocation = decisions.sign_revocation(draft, SIGNED | {"number": "126/QĐ-CKT"}, by=chief)
    all_of_them = (decision, letter, revocation, (ended, "minutes"), (ended, "tally"))
    client.force_login(chief)

    def out():
        return [client.get(address(paper, kind)).content for paper in all_of_them for kind in KINDS_OF_FILE]

    before = out()
    everything_changes(department)
    assert out() == before
    assert [content[:4] for content in before] == [b"PK\x03\x04", b"%PDF"] * 5
    kept = {sha for pair in KeptPaper.objects.values_list("word_sha256", "pdf_sha256") for sha in pair}
    assert {sha256(content).hexdigest() for content in before} - kept == set()


def test_a_signed_paper_has_the_readers_it_had(
    client, chief, clerk, reviewer, outsider, commander, department, decision, letter, ended
):
    grant = Grant.objects.order_by("pk").first()
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    draft = decisions.draft_revocation(department, [grant.pk], texts, by=clerk)
    revocation = decisions.sign_revocation(draft, SIGNED | {"number": "126/QĐ-CKT"}, by=chief)
    office = make_user("office")
    make_membership(office, department, Role.REVIEWER, office=make_office())
    found = {}
    for user in (chief, office, outsider, commander):
        client.force_login(user)
        addresses = [address(paper, "pdf") for paper in (decision, letter, revocation, (ended, "minutes"))]
        found[user.username] = [client.get(one).status_code for one in addresses]
    assert found == {
        "chief": [200, 200, 200, 200], "office": [200, 200, 403, 403],
        "outsider": [404] * 4, "commander": [403, 404, 403, 404],
    }  # fmt: skip


def test_who_may_not_see_votes_is_handed_the_letter_without_them(client, chief, clerk, region, letter):
    make_closed_session(make_council(region, make_user("above")), chief, letter.lines.get())  # voted on above later
    cells = []
    for user in (chief, clerk):
        client.force_login(user)
        content = client.get(address(letter, "docx")).content
        cells.append(Document(BytesIO(content)).tables[-1].rows[-1].cells[5].text)
    assert cells == ["100,0", ""]
    assert sorted(letter.kept_papers.values_list("what", flat=True)) == ["letter", "voteless"]


def test_a_letter_without_votes_is_kept_once(client, clerk, chief, department, passed, order):
    draft = papers.draft_submission(department, [x.pk for x in passed(order, "Lê An")], by=clerk)
    sent = papers.send(draft, SIGNED, by=chief)
    assert list(sent.kept_papers.values_list("what", flat=True)) == ["letter"]


def test_a_revoked_decision_is_stamped_and_what_is_kept_stays(client, chief, clerk, department, decision):
    client.force_login(chief)
    before = client.get(address(decision, "docx")).content
    texts = {"ground": make_ground(), "reason": "Khai sai thành tích huấn luyện."}
    keys = list(Grant.objects.values_list("pk", flat=True))
    draft = decisions.draft_revocation(department, keys, texts, by=clerk)
    decisions.sign_revocation(draft, SIGNED | {"number": "126/QĐ-CKT"}, by=chief)
    stamped = Document(BytesIO(client.get(address(decision, "docx")).content))
    expected = Document(BytesIO(stamped_word(before, ("ĐÃ HỦY ngày 22 tháng 12 năm 2020", "Lý do: Thu hồi"))))
    assert [p.text for p in stamped.paragraphs] == [p.text for p in expected.paragraphs]
    assert "ĐÃ HỦY" in stamped.sections[0].header.paragraphs[0].text
    with decision.kept_papers.get().word.open("rb") as file:
        assert file.read() == before


def test_certificates_say_what_they_said_when_the_decision_was_signed(chief, department, decision):
    LayoutProfile.objects.create(unit=department, own_line="X", place="Vinh", signer_post="Quyền Cục trưởng")
    Award.objects.update(name="Danh hiệu khác")
    grant = Grant.objects.order_by("pk").first()
    found = certificates.certificate_of(grant, certificates.words_for(grant.issued))
    assert (found.form, found.signer_post, found.place_and_date[:4]) == ("CHIẾN SĨ TIÊN TIẾN", "CHỦ NHIỆM", "Hà N")


def test_what_cannot_be_drawn_is_not_signed(passed, award, clerk, chief, department, monkeypatch):
    draft = papers.draft_decision(department, [x.pk for x in passed(award, "Lê An")], by=clerk)

    def broken(*_args, **_more):
        raise typst.TypstError("no font")

    monkeypatch.setattr(award_papers, "pdf", broken)
    with pytest.raises(Refused, match="PDF"):
        decisions.sign(draft, SIGNED, known_unpaid=True, by=chief)
    draft.refresh_from_db()
    assert (draft.signed_at, draft.number, Grant.objects.count(), KeptPaper.objects.count()) == (None, "", 0, 0)
    assert draft.lines.get().stage == "passed"


def files_kept():
    return sorted(path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


@pytest.mark.parametrize("fails", ["a later step", "the commit"])
def test_no_file_is_left_of_what_was_not_signed(
    transactional_db, passed, award, clerk, chief, department, fails, monkeypatch
):
    def broken(*_args, **_more):
        raise OperationalError("disk full")

    def keep_and_break(*args, **more):
        keep_decision(*args, **more)
        broken()

    draft = papers.draft_decision(department, [x.pk for x in passed(award, "Lê An")], by=clerk)
    known = files_kept()
    with monkeypatch.context() as faulty:
        if fails == "the commit":
            faulty.setattr(connection, "_commit", broken)
        else:
            faulty.setattr(decisions, "keep_decision", keep_and_break)
        with pytest.raises(OperationalError):
            decisions.sign(draft, SIGNED, known_unpaid=True, by=chief)
    assert files_kept() == known


def test_a_template_that_cannot_be_filled_in_any_more_stops_the_signing_with_a_word(
    client, passed, award, clerk, chief, department
):
    kind = KINDS["decision"]
    template = layouts.upload_template(
        department, kind, SimpleUploadedFile("mau.docx", kind.word.read_bytes()), by=clerk
    )
    Path(template.file.path).unlink()
    draft = papers.draft_decision(department, [x.pk for x in passed(award, "Lê An")], by=clerk)
    client.force_login(chief)
    typed = SIGNED | {"day": "22/12/2020", "known_unpaid": "on"}
    answer = client.post(reverse("awards:paper-sign", args=["decision", draft.pk]), typed)
    assert "mau.docx" in " ".join(answer.context["form"].non_field_errors())
    assert Decision.objects.get().signed_at is None


@pytest.mark.parametrize("fault", ["missing", "altered"])
def test_a_signed_file_that_is_gone_or_altered_is_not_drawn_anew(client, chief, decision, fault):
    path = Path(decision.kept_papers.get().word.path)
    if fault == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    client.force_login(chief)
    answer = client.get(address(decision, "docx"), follow=True)
    assert answer.redirect_chain == [(decision.get_absolute_url(), 302)]
    assert "không lập lại" in answer.content.decode()
    assert client.get(address(decision, "pdf")).content[:4] == b"%PDF"


def test_a_decision_signed_before_files_were_kept_is_drawn_as_before(client, chief, department, passed, award):
    decision = make_signed_decision(department, chief, *passed(award, "Lê An"))
    client.force_login(chief)
    assert client.get(address(decision, "pdf")).content[:4] == b"%PDF"


def test_papers_signed_before_files_were_kept_are_kept_once_by_a_command(
    client, chief, department, passed, award, letter, ended, capsys
):
    """Also where who signed has no role any more; from then on they change no more."""
    decision = make_signed_decision(department, chief, *passed(award, "Lê An"))
    KeptPaper.objects.all().delete()
    chief.memberships.all().delete()
    call_command("keep_papers")
    call_command("keep_papers")
    assert capsys.readouterr().out == "3 papers are kept.\n0 papers are kept.\n"
    assert sorted(KeptPaper.objects.values_list("what", flat=True)) == [
        "decision", "letter", "minutes", "tally", "voteless",
    ]  # fmt: skip
    reader = make_user("reader", (department, Role.COMMANDER))
    client.force_login(reader)
    papers = (decision, letter, (ended, "minutes"))
    before = [client.get(address(paper, "docx")).content for paper in papers]
    everything_changes(department)
    assert [client.get(address(paper, "docx")).content for paper in papers] == before
    assert Document(BytesIO(before[1])).tables[-1].rows[-1].cells[5].text == "100,0"
    assert [cell.text for cell in Document(BytesIO(before[2])).tables[1].rows[1].cells][3] == "1"

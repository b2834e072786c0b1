"""What stands around a signed paper: place, signer, giver; and the sentence of merit of its certificates."""

from datetime import date, timedelta

import pytest

from awards.models import AwardCategory, DecidingLevel, Grant, NominationEvent
from awards.reports.award_papers import decision_paper
from awards.reports.certificates import certificate_of, words_for
from awards.reports.citations import filled
from awards.reports.signatures import giver_of, names, signer_of
from awards.services import decisions, papers
from emulation.models import LayoutProfile
from tests.factories import (
    make_award,
    make_award_level,
    make_dossier,
    make_nomination,
    make_occasion,
    make_person,
    make_user,
)
from units.errors import Refused
from units.models import Role

DAY = date(2020, 12, 22)
HEAD = {"number": "1", "day": DAY, "signer": "Đại tá B", "signer_post": "Cục trưởng", "place": "Hà Nội"}
SENTENCE = "Đã có thành tích trong phong trào Thi đua Quyết thắng năm {năm}"


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@pytest.fixture
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


@pytest.fixture
def lines(department, depot, staff):
    """A title, and a certificate that papers call otherwise than the catalogue."""
    level = make_award_level("base", 2)
    DecidingLevel.objects.create(kind=department.kind, level=level)
    title = make_award("CSTT", name="Chiến sĩ tiên tiến", level=level)
    letter = make_award(
        "BK", name="Bằng khen (và tương đương)", printed="Bằng khen của Quân khu", on_certificate="Bằng khen",
        level=level, category=AwardCategory.objects.create(code="certificate", name="Certificate"),
    )  # fmt: skip
    occasion = make_occasion(sentence=SENTENCE)
    dossier = make_dossier(depot, staff, occasion=occasion, rule_day=DAY, received_on=DAY)
    place = {"stage": "passed", "holder": department, "name": "Lê An", "merit": "Xếp loại 2020: tốt"}
    return [make_nomination(dossier, award, make_person(depot), **place) for award in (title, letter)]


@pytest.fixture
def draft(lines, department, chief):
    return papers.draft_decision(department, [line.pk for line in lines], by=chief)


@pytest.mark.parametrize("column", ["place", "signer", "signer_post"])
@pytest.mark.parametrize("text", ["", "(địa danh)", "……"])
def test_nothing_is_signed_with_a_gap_in_head_or_foot(draft, chief, column, text):
    with pytest.raises(Refused) as error:
        decisions.sign(draft, HEAD | {column: text}, known_unpaid=True, by=chief)
    assert (error.value.field, Grant.objects.count()) == (column, 0)


def test_every_placeholder_of_a_paper_is_named_at_once(draft, chief):
    papers.change_texts(
        draft, {"title": "Về việc ……", "basis": "Căn cứ Luật A;\nCăn cứ Quyết định số ___;"}, by=chief
    )
    gaps = {"number": "……/QĐ-CKT", "place": "(địa danh)"}
    with pytest.raises(Refused) as error:
        decisions.sign(draft, HEAD | gaps, known_unpaid=True, by=chief)
    assert sorted(error.value.by_field) == ["basis", "number", "place", "title"]
    assert "“Căn cứ Quyết định số ___;”" in error.value.by_field["basis"][0]


@pytest.mark.parametrize("column", ["number", "signer", "issuer"])
def test_what_a_higher_authority_decided_is_recorded_without_placeholders(lines, department, chief, column):
    line = lines[0]
    DecidingLevel.objects.all().delete()
    papers.send(papers.draft_submission(department, [line.pk], by=chief), HEAD, by=chief)
    head = HEAD | {"issuer": "Bộ Quốc phòng"}
    with pytest.raises(Refused) as error:
        decisions.record_outcome(department, given=[line.pk], refused={}, head=head | {column: "(chưa rõ)"}, by=chief)
    assert ([*error.value.by_field], Grant.objects.count()) == ([column], 0)
    assert (
        decisions.record_outcome(department, given=[line.pk], refused={}, head=head, by=chief).issuer
        == head["issuer"]
    )


def test_what_the_paper_does_not_say_says_its_layout(draft, chief, department):
    LayoutProfile.objects.create(unit=department, place="Vinh", signer="Đại tá C", signer_post="Chủ nhiệm")
    signed = decisions.sign(draft, {"number": "1", "day": DAY}, known_unpaid=True, by=chief)
    assert (signed.place, signed.signer, signed.signer_post) == ("Vinh", "Đại tá C", "Chủ nhiệm")
    assert signed.giver == f"Chủ nhiệm {department.name}"


@pytest.mark.parametrize(
    ("post", "giver"),
    [
        ("Cục trưởng", "Cục trưởng Cục A"), ("KT. CỤC TRƯỞNG PHÓ CỤC TRƯỞNG", ""), ("TUQ. Tư lệnh", ""),
        ("Phó Cục trưởng", ""), ("Phòng trưởng", "Phòng trưởng Cục A"), ("", ""),
    ],
)  # fmt: skip
def test_giver_is_the_head_of_the_unit(post, giver):
    assert giver_of(post, "Cục A") == giver


def test_who_signs_for_the_head_says_in_whose_name(draft, chief):
    deputy = HEAD | {"signer_post": "KT. CỤC TRƯỞNG PHÓ CỤC TRƯỞNG"}
    with pytest.raises(Refused) as error:
        decisions.sign(draft, deputy, known_unpaid=True, by=chief)
    assert error.value.field == "giver"
    signed = decisions.sign(draft, deputy | {"giver": "Cục trưởng Cục Kỹ thuật"}, known_unpaid=True, by=chief)
    found = certificate_of(Grant.objects.first(), words_for(signed))
    assert (found.giver, decision_paper(signed).authority) == ("CỤC TRƯỞNG CỤC KỸ THUẬT",) * 2


def test_certificates_carry_a_sentence_with_the_year(draft, lines, chief):
    title, letter = lines
    changed = papers.write_citations(draft, {title.pk: "Đã lập công năm 2020", letter.pk: ""}, by=chief)
    event = NominationEvent.objects.get(line=title, kind="changed")
    drafted = "Đã có thành tích trong phong trào Thi đua Quyết thắng năm 2020"
    assert (changed, event.before["citation"], event.after["citation"]) == (1, drafted, "Đã lập công năm 2020")
    signed = decisions.sign(draft, HEAD, known_unpaid=True, by=chief)
    words = words_for(signed)
    sheets = {grant.nomination_id: certificate_of(grant, words) for grant in Grant.objects.select_related("issued")}
    assert [(one.form, one.year, one.merit) for one in (sheets[title.pk], sheets[letter.pk])] == [
        ("CHIẾN SĨ TIÊN TIẾN", "NĂM 2020", "Đã lập công năm 2020."), ("BẰNG KHEN", "", f"{drafted}."),
    ]  # fmt: skip
    with pytest.raises(Refused):
        papers.write_citations(signed, {title.pk: "Khác"}, by=chief)


def test_sentence_too_long_is_refused_beside_its_line(draft, lines, chief):
    with pytest.raises(Refused) as error:
        papers.write_citations(draft, {lines[0].pk: "a" * 301}, by=chief)
    assert error.value.field == f"c{lines[0].pk}"


def test_papers_call_awards_by_their_names_on_papers(draft, department, chief, lines):
    assert [row.section for row in decision_paper(draft).rows if row.section] == [
        "Bằng khen của Quân khu", "Chiến sĩ tiên tiến",
    ]  # fmt: skip
    assert "(và tương đương)" not in str(decision_paper(draft).body)


@pytest.mark.parametrize(
    ("sentence", "what", "expected"),
    [
        (SENTENCE, "", "Đã có thành tích trong phong trào Thi đua Quyết thắng năm 2020"),
        ("Có công trong {phong trào} năm {năm}", "Đợt thi đua quý II", "Có công trong đợt thi đua quý II năm 2020"),
        ("Có công trong {phong trào} năm {năm}", "Đợt thi đua năm 2020.", "Có công trong đợt thi đua năm 2020"),
        ("Có công trong {phong trào} năm {năm}", "Đại hội 2020–2025", "Có công trong đại hội 2020–2025 năm 2020"),
        ("Có công trong {phong trào} năm {năm}", "", "Có công năm 2020"),
    ],
)
def test_sentence_is_filled_in(sentence, what, expected):
    assert filled(sentence, what, 2020) == expected


def test_staff_draft_for_their_only_commander_to_sign(department, commander, staff):
    """Neither is anybody's guess: with two commanders it is typed."""
    clerk = make_user("clerk", (department, Role.STAFF), full_name="Lê Văn Thư")
    assert signer_of(department, clerk)["signer"] == ""
    chief = make_user("chief", (department, Role.COMMANDER), full_name="Trần Quốc Bảo")
    assert [signer_of(department, user)["signer"] for user in (clerk, chief)] == ["Trần Quốc Bảo"] * 2
    second = make_user("second", (department, Role.COMMANDER), full_name="Lý Thế Hùng")
    found = [signer_of(department, user)["signer"] for user in (clerk, chief, second)]
    assert found == ["", "Trần Quốc Bảo", "Lý Thế Hùng"]


def test_last_signer_is_offered_only_as_long_as_they_command(draft, chief, department):
    """Who is gone signs nothing more; what they were called stays where nobody has come after them."""
    decisions.sign(draft, HEAD | {"signer": "Đại tá Nguyễn Văn Chief", "giver": "X"}, known_unpaid=True, by=chief)
    clerk = make_user("clerk", (department, Role.STAFF))

    def offered(user):
        return signer_of(department, user)["signer"]

    assert (offered(clerk), offered(chief)) == ("Đại tá Nguyễn Văn Chief",) * 2
    chief.memberships.update(until=DAY - timedelta(days=1))
    assert offered(clerk) == "Đại tá Nguyễn Văn Chief"
    new = make_user("new", (department, Role.COMMANDER), full_name="Trần Quốc Bảo")
    found = signer_of(department, clerk)
    assert (found["signer"], found["signer_post"], found["giver"], found["place"]) == (
        "Trần Quốc Bảo",
        "",
        "",
        "Hà Nội",
    )
    LayoutProfile.objects.create(unit=department, signer="Đại tá Nguyễn Văn Chief", signer_post="Cục trưởng")
    assert (offered(new), signer_of(department, new)["signer_post"]) == ("Trần Quốc Bảo", "Cục trưởng")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Đại tá Trần Quốc An", True), ("dai ta tran quoc an", True), ("Trần Quốc An", True),
        ("Đại tá Trần Quốc Anh", False), ("Quốc An", False), ("", False),
    ],
)  # fmt: skip
def test_whole_name_stands_under_a_paper(text, named):
    assert names(text, "Trần Quốc An") is named

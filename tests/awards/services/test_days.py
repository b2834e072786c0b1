"""The day of a paper: nothing that it rests on came later, and its legal basis is that of the day."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from awards.models import DecidingLevel, Decision, LegalDocument, NominationEvent
from awards.reports.days import cited_too_early
from awards.services import decisions, papers, sessions
from tests.factories import (
    make_award,
    make_award_level,
    make_closed_session,
    make_council,
    make_dossier,
    make_grant,
    make_ground,
    make_nomination,
    make_person,
    make_user,
)
from units.errors import Refused
from units.models import Role

TODAY = date(2024, 3, 20)
HANDED = date(2024, 3, 1)
OLD, NEW = "Căn cứ Luật A ngày 26 tháng 11 năm 2003;", "Căn cứ Luật A ngày 15 tháng 6 năm 2022;"


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(TODAY)


@pytest.fixture
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


@pytest.fixture
def award(department):
    level = make_award_level("base", 2)
    DecidingLevel.objects.create(kind=department.kind, level=level)
    award = make_award("CSTT", name="Chiến sĩ tiên tiến", level=level)
    laws = (
        ("15/2003/QH11", date(2003, 11, 26), date(2004, 7, 1), date(2023, 12, 31)),
        ("06/2022/QH15", date(2022, 6, 15), date(2024, 1, 1), None),
    )
    for code, issued, since, until in laws:
        law = LegalDocument.objects.create(
            code=code, name="Luật A", issued=issued, valid_from=since, valid_until=until
        )
        award.bases.create(document=law)
    return award


@pytest.fixture
def line(depot, staff, department, award):
    dossier = make_dossier(depot, staff, year=2023, rule_day=HANDED, received_on=HANDED)
    return make_nomination(dossier, award, make_person(depot, "Lê An"), stage="passed", holder=department)


@pytest.fixture
def draft(line, department, chief):
    return papers.draft_decision(department, [line.pk], by=chief)


def head(day, **more):
    return {"number": "1", "day": day, "signer": "Đại tá B", "signer_post": "Chủ nhiệm", "place": "Hà Nội"} | more


def refused_until(day, act):
    """Refused for the day before; the sentence names `day` as the first that may be."""
    with pytest.raises(Refused, match=day.strftime("%d/%m/%Y")) as error:
        act(day - timedelta(days=1))
    assert error.value.field == "day"
    return error.value.messages[0]


def test_decision_is_not_older_than_the_hand_in(draft, chief, line):
    def sign(day):
        return decisions.sign(draft, head(day), known_unpaid=True, by=chief)

    refused_until(HANDED, sign)
    NominationEvent.objects.create(
        line=line, kind="submitted", stage="submitted", unit=line.dossier.unit, by=chief,
        at=timezone.make_aware(datetime(2024, 3, 9, 8)),
    )  # fmt: skip
    refused_until(date(2024, 3, 9), sign)
    assert sign(date(2024, 3, 9)).day == date(2024, 3, 9)


def test_decision_is_not_older_than_the_session_it_cites(draft, chief, line, department):
    make_closed_session(make_council(department, chief), chief, line, title="Phiên một", day=date(2024, 3, 15))
    said = refused_until(date(2024, 3, 15), lambda day: decisions.sign(draft, head(day), known_unpaid=True, by=chief))
    assert "Phiên một" in said


def test_letter_is_not_older_than_the_hand_in_nor_its_outcome_older_than_the_letter(
    award, department, chief, depot, staff
):
    order = make_award("HC", name="Huân chương", level=make_award_level("state", 5))
    dossier = make_dossier(depot, staff, year=2023, rule_day=HANDED, received_on=HANDED)
    line = make_nomination(dossier, order, make_person(depot), stage="passed", holder=department)
    letter = papers.draft_submission(department, [line.pk], by=chief)
    refused_until(HANDED, lambda day: papers.send(letter, head(day), by=chief))
    papers.send(letter, head(date(2024, 3, 5)), by=chief)
    given = {"given": [line.pk], "refused": {}, "by": chief}

    def record(day):
        return decisions.record_outcome(department, head=head(day, issuer="Chủ tịch nước"), **given)

    refused_until(date(2024, 3, 5), record)
    assert record(date(2024, 3, 5)).day == date(2024, 3, 5)


def test_legal_basis_is_that_of_the_day(draft, chief, award):
    """Drafted documents give way to those in force on the day; what somebody wrote stays."""
    Decision.objects.filter(pk=draft.pk).update(basis=f"{OLD}\nCăn cứ Quy chế của Cục;")
    assert decisions.sign(draft, head(HANDED), known_unpaid=True, by=chief).basis == f"{NEW}\nCăn cứ Quy chế của Cục;"


@pytest.mark.parametrize(
    "text", ["Căn cứ Luật số 06/2022/QH15;", "Theo Luật A ngày 15 tháng 6 năm 2022 và các văn bản"]
)
def test_law_that_was_not_in_force_is_not_cited(award, text):
    assert [fact.day for fact in cited_too_early(text, date(2023, 12, 31))] == [date(2024, 1, 1)]
    assert cited_too_early(text, date(2024, 1, 1)) == []
    assert cited_too_early("Căn cứ Nghị quyết 106/2022/QH15-A", date(2023, 12, 31)) == []


def test_revocation_is_not_older_than_the_law_it_cites(award, chief, department, depot):
    grant = make_grant(award, make_person(depot), 2020, decided=date(2020, 12, 1), decision="9")
    ground = make_ground()
    texts = {"ground": ground, "reason": "Khai sai thành tích huấn luyện."}
    ground.clause = "Điều 93 Luật 06/2022/QH15"
    ground.save()
    draft = decisions.draft_revocation(department, [grant.pk], texts, by=chief)
    refused_until(date(2024, 1, 1), lambda day: decisions.sign_revocation(draft, head(day), by=chief))
    assert decisions.sign_revocation(draft, head(date(2024, 1, 1)), by=chief).day == date(2024, 1, 1)


@pytest.mark.parametrize("day", [HANDED - timedelta(days=1), TODAY + timedelta(days=1)])
def test_nobody_votes_before_the_day_of_the_session_or_before_the_hand_in(line, chief, department, day):
    line.stage = "appraised"
    line.save()
    council = make_council(department, chief)
    session = sessions.plan_session(council, title="Phiên một", day=day, by=chief)
    sessions.add_lines(session, [line.pk], by=chief)
    sessions.set_attendance(session, {seat.pk: "present" for seat in council.members.all()}, by=chief)
    with pytest.raises(Refused, match=day.strftime("%d/%m/%Y")):
        sessions.open_voting(session, by=chief)
    sessions.change_session(session, title="Phiên một", day=HANDED, by=chief)
    assert sessions.open_voting(session, by=chief).state == "open"

"""What is known against a line stands under its name wherever somebody votes on it, drafts a paper on it or signs."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from awards.models import DecidingLevel, Decision, Nomination
from awards.reports.known import known_of
from awards.services import ballots, papers, sessions
from awards.services.dossiers import judge_lines
from tests.factories import (
    make_award,
    make_award_level,
    make_council,
    make_criterion,
    make_dossier,
    make_nomination,
    make_objection,
    make_person,
    make_public_notice,
    make_rating,
    make_user,
)
from tests.layers import built_once
from units.models import Role, TaskRating

DAY = date(2020, 12, 22)
DIFFERS = "Số liệu, hồ sơ nay khác so với lúc trình"
UPHELD = "Thành tích chưa đúng"
HEAD = {
    "number": "125/QĐ-CKT", "day": "22/12/2020", "signer": "Đại tá Nguyễn Văn Chief", "signer_post": "Chủ nhiệm",
    "place": "Hà Nội", "giver": "Chủ nhiệm", "known_unpaid": "on",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@built_once
def chief(department):
    return make_user("chief", (department, Role.COMMANDER))


@built_once
def judged(department):
    level = make_award_level("base", 2)
    DecidingLevel.objects.create(kind=department.kind, level=level)
    award = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến", level=level)
    make_criterion(award, "task_rating", rating="well", text="Hoàn thành tốt")
    return award


@pytest.fixture
def make_lines(depot, staff, department, judged):
    """A function: lines as they were handed in."""
    dossier = make_dossier(depot, staff, rule_day=DAY, received_on=DAY)

    def make(stage, *names):
        found = []
        for name in names:
            person = make_person(depot, name)
            make_rating(person)
            found.append(make_nomination(dossier, judged, person, stage=stage, holder=department))
        judge_lines(found, dossier)
        return found

    return make


def goes_wrong(department, by, rated=(), objected=()):
    """Some are rated worse by now, and objections to others are upheld."""
    TaskRating.objects.filter(person__in=[line.person_id for line in rated]).update(rating="completed")
    notice = make_public_notice(department, by, *objected)
    for line in objected:
        answered = {"upheld": True, "answer": "Đúng", "answered_by": by, "answered_at": timezone.now()}
        make_objection(notice, line, by, **answered)


def marks(page, name):
    """Which marks stand under the name, up to the next one."""
    text = page.content.decode()
    _before, after, *_rest = re.split(rf">{name}\s*<", text[text.index("<main") :])
    after = re.split(r">(?:Lê An|Vũ Bình|Trần Chi)\s*<", after)[0]
    return [word for word in (DIFFERS, UPHELD, "xác nhận là đúng") if word in after]


@pytest.fixture
def opened(make_lines, department):
    lines = make_lines("appraised", "Lê An", "Vũ Bình", "Trần Chi")
    member = make_user("member", (department, Role.STAFF))
    session = sessions.plan_session(make_council(department, member), title="Phiên 1", day=DAY, by=member)
    sessions.add_lines(session, [line.pk for line in lines], by=member)
    sessions.set_attendance(session, {session.council.members.get().pk: "present"}, by=member)
    sessions.open_voting(session, by=member)
    goes_wrong(department, member, lines[:1], lines[1:2])
    return session, member


def test_ballot_and_its_confirmation_say_what_came_to_light(client, opened):
    session, member = opened
    client.force_login(member)
    address = reverse("awards:session-vote", args=[session.pk])
    chosen = {f"i{item.pk}": "for" for item in session.items.all()}
    for page in (client.get(address), client.post(address, chosen)):
        assert [marks(page, name) for name in ("Lê An", "Vũ Bình", "Trần Chi")] == [
            [DIFFERS], [UPHELD, "xác nhận là đúng"], [],
        ]  # fmt: skip


def test_who_closes_the_vote_is_told(client, opened):
    session, member = opened
    ballots.cast(session, {item.pk: "for" for item in session.items.all()}, by=member)
    client.force_login(member)
    page = client.get(reverse("awards:session-close", args=[session.pk]))
    assert [(item.line.name, bool(one.difference), UPHELD in one.stops) for item, one in page.context["known"]] == [
        ("Lê An", True, False), ("Vũ Bình", False, True),
    ]  # fmt: skip
    assert marks(page, "Vũ Bình") == [UPHELD, "xác nhận là đúng"]


@pytest.mark.parametrize("draft", [papers.draft_decision, papers.draft_submission])
def test_list_to_draft_from_draft_and_signing_name_it_from_the_start(
    client, make_lines, department, chief, judged, draft
):
    lines = make_lines("passed", "Lê An", "Vũ Bình", "Trần Chi")
    goes_wrong(department, chief, lines[:1], lines[1:2])
    paper = "decision"
    if draft is papers.draft_submission:
        paper, judged.level = "submission", make_award_level("ministry", 9)
        judged.save()
    client.force_login(chief)
    wanted = [[DIFFERS], ["xác nhận là đúng"], []]
    names = ("Lê An", "Vũ Bình", "Trần Chi")
    page = client.get(reverse("awards:paper-create", args=[paper, department.pk]))
    assert [marks(page, name) for name in names] == wanted
    found = draft(department, [line.pk for line in lines], by=chief)
    assert [marks(client.get(found.get_absolute_url()), name) for name in names] == wanted
    page = client.get(reverse("awards:paper-sign", args=[paper, found.pk]))
    assert [marks(page, name) for name in names[:2]] == wanted[:2]
    assert [one.line for one in page.context["about"]["known"]] == lines[:2]


def test_line_that_stops_the_signature_is_taken_out_where_it_is_named(client, make_lines, department, chief):
    lines = make_lines("passed", "Lê An", "Vũ Bình")
    goes_wrong(department, chief, objected=lines[1:])
    found = papers.draft_decision(department, [line.pk for line in lines], by=chief)
    client.force_login(chief)
    address = reverse("awards:paper-sign", args=["decision", found.pk])
    page = client.post(address, HEAD)
    assert any("Vũ Bình" in text for text in page.context["form"].non_field_errors())
    out = reverse("awards:paper-take-out", args=["decision", found.pk])
    assert f'action="{out}"' in page.content.decode()
    assert reverse("awards:paper-create", args=["decision", department.pk]) in page.content.decode()
    assert client.post(out, {"line": lines[1].pk, "sign": "1"}).url == address
    client.post(address, HEAD)
    assert list(Nomination.objects.order_by("pk").values_list("stage", flat=True)) == ["decided", "passed"]
    page = client.get(Decision.objects.get().get_absolute_url())
    assert "known" in page.context
    assert not page.context["known"]


def test_only_those_who_prepare_the_paper_read_it(client, make_lines, department, chief, region):
    lines = make_lines("passed", "Lê An")
    goes_wrong(department, chief, objected=lines)
    found = papers.draft_decision(department, [lines[0].pk], by=chief)
    client.force_login(make_user("above", (region, Role.REVIEWER)))
    assert marks(client.get(found.get_absolute_url()), "Lê An") == []


def test_objection_is_met_once_the_line_was_handed_in_again(make_lines, department, chief):
    [line] = make_lines("at_council", "Lê An")
    goes_wrong(department, chief, objected=[line])
    assert UPHELD in known_of(chief, [line], judges=True)[line.pk].stops
    line.events.create(kind="submitted", stage="submitted", unit=department, by=chief, at=timezone.now())
    assert known_of(chief, [line], judges=True) == {}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("judges", "most"), [(True, 7), (False, 9)])
def test_queries_do_not_grow(make_lines, department, chief, count, judges, most, django_assert_num_queries):
    lines = make_lines("passed", *(f"Lê {n}" for n in range(count)))
    goes_wrong(department, chief, lines, lines)
    with django_assert_num_queries(most):
        found = known_of(chief, lines, judges=judges)
    assert [bool(one.difference and one.stops) for one in found.values()] == [True] * count

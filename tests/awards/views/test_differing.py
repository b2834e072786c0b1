"""Pages before a line goes on name those of which records say something else than at the hand-in."""

from datetime import date

import pytest
from django.urls import reverse

from awards.models import DecidingLevel, Nomination
from awards.services import papers, sessions
from tests.factories import (
    make_award,
    make_award_level,
    make_council,
    make_criterion,
    make_dossier,
    make_frozen_line,
    make_membership,
    make_office,
    make_user,
    rate_worse,
)
from tests.layers import built_once
from units.models import Role

DAY = date(2020, 12, 22)
HEAD = {
    "number": "125/QĐ-CKT", "day": "22/12/2020", "signer": "Đại tá Nguyễn Văn Chief", "signer_post": "Chủ nhiệm",
    "place": "Hà Nội", "giver": "Chủ nhiệm",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(DAY)


@built_once
def judged(department):
    level = make_award_level("base", 2)
    DecidingLevel.objects.create(kind=department.kind, level=level)
    award = make_award("CSTT", subject="person", name="Chiến sĩ tiên tiến", level=level)
    make_criterion(award, "task_rating", rating="well", text="Hoàn thành tốt")
    return award


@pytest.fixture
def lines(depot, staff, department, judged):
    """A function: lines as they were handed in, the first one of somebody who is rated worse by now."""

    def make(stage):
        dossier = make_dossier(depot, staff, rule_day=DAY, received_on=DAY)
        place = {"stage": stage, "holder": department}
        found = [make_frozen_line(dossier, judged, name, **place) for name in ("Lê An", "Vũ Bình")]
        rate_worse(found[0])
        return found

    return make


def named(response):
    return [one.line.name for one in response.context["differing"]]


def stages():
    return list(Nomination.objects.order_by("pk").values_list("stage", flat=True))


def test_reviewer_at_the_desk(client, lines, reviewer):
    first, second = lines("submitted")
    client.force_login(reviewer)
    desk = reverse("awards:nomination-desk")
    assert named(client.get(desk)) == ["Lê An"]
    onwards = {f"v{first.pk}": "appraised", f"v{second.pk}": "appraised"}
    page = client.post(desk, onwards)
    assert list(page.context["form"].errors) == ["known_changes"]
    assert stages() == ["submitted"] * 2
    client.post(desk, {f"v{second.pk}": "appraised"})
    client.post(desk, {f"v{first.pk}": "appraised", "known_changes": "on"})
    assert stages() == ["appraised"] * 2


def test_desk_counts_apart_what_no_longer_holds(client, lines, reviewer):
    """Not «met» and green: what is found today stands in the line, and nobody concludes it with the rest."""
    first, second = lines("submitted")
    client.force_login(reviewer)
    page = client.get(reverse("awards:nomination-desk"))
    rows = {row.line.name: row for row, *_rest in page.context["shown"]}
    assert (page.context["meeting"], page.context["apart"]) == (1, 1)
    assert rows["Lê An"].today == "“Hoàn thành tốt” – lúc trình: đạt (Hoàn thành tốt); nay: chưa đạt (Hoàn thành)"
    assert (rows["Vũ Bình"].today, page.text.count("Hiện nay đã khác")) == ("", 1)
    assert page.text.count("bi-check-circle-fill") == 1  # plainly green is the other one alone
    many = reverse("awards:nomination-many", args=["appraised"])
    page = client.get(many)
    assert ([one.line.name for one in page.context["apart"]], page.context["count"], named(page)) == (
        ["Lê An"],
        1,
        [],
    )
    client.post(many, {"mark": page.context["mark"], "reason": ""})
    assert stages() == ["submitted", "appraised"]


def test_office_is_told_of_its_own_criteria_alone(client, lines, department, judged):
    office, other = make_office("training"), make_office("staff")
    judged.criteria.update(office=office)
    make_criterion(judged, "service_time", years=1, text="Thời gian", office=other)
    first, second = lines("submitted")
    seen = {}
    for one in (office, other):
        user = make_user(f"of-{one.code}")
        make_membership(user, department, Role.REVIEWER, office=one)
        client.force_login(user)
        page = client.get(reverse("awards:nomination-desk"))
        seen[one.code] = {row.line.name: bool(row.today) for row, *_rest in page.context["shown"]}
        many = client.get(reverse("awards:nomination-many", args=["agree"]))
        seen[one.code, "apart"] = [one.line.name for one in many.context["apart"]]
    assert seen == {
        "training": {"Lê An": True, "Vũ Bình": False}, ("training", "apart"): ["Lê An"],
        "staff": {"Lê An": False, "Vũ Bình": False}, ("staff", "apart"): [],
    }  # fmt: skip


def test_reviewer_who_concludes_on_the_ticked(client, lines, reviewer):
    found = lines("submitted")
    client.force_login(reviewer)
    many = reverse("awards:nomination-many", args=["appraised"]) + "?" + "&".join(f"line={one.pk}" for one in found)
    page = client.get(many)
    assert named(page) == ["Lê An"]
    sent = {"mark": page.context["mark"], "reason": ""}
    assert list(client.post(many, sent).context["form"].errors) == ["known_changes"]
    client.post(many, sent | {"known_changes": "on"})
    assert stages() == ["appraised"] * 2


def test_officer_who_opens_the_voting(client, lines, department, reviewer):
    chair = make_user("chair", (department, Role.STAFF))
    council = make_council(department, chair)
    session = sessions.plan_session(council, title="Phiên 1", day=DAY, by=chair)
    sessions.add_lines(session, [line.pk for line in lines("appraised")], by=chair)
    sessions.set_attendance(session, {council.members.get().pk: "present"}, by=chair)
    client.force_login(reviewer)
    assert named(client.get(session.get_absolute_url())) == []  # who does not open it is not asked
    client.force_login(chair)
    page = client.get(session.get_absolute_url())
    assert named(page) == ["Lê An"]
    assert "Hoàn thành tốt" in page.content.decode()
    address = reverse("awards:session-open", args=[session.pk])
    answer = client.post(address, follow=True)
    session.refresh_from_db()
    assert (session.state, "Lê An" in str(list(answer.context["messages"])[0])) == ("planned", True)
    client.post(address, {"known_changes": "on"})
    session.refresh_from_db()
    assert session.state == "open"
    items = [reverse("awards:session-item", args=[item.pk]) for item in session.items.order_by("order")]
    assert [named(client.get(address)) for address in items] == [["Lê An"], []]  # to those who vote


def test_commander_who_signs(client, lines, department):
    chief = make_user("chief", (department, Role.COMMANDER))
    draft = papers.draft_decision(department, [line.pk for line in lines("passed")], by=chief)
    client.force_login(chief)
    address = reverse("awards:paper-sign", args=["decision", draft.pk])
    page = client.get(address)
    assert [one.line.name for one in page.context["about"]["known"]] == ["Lê An"]
    assert page.context["form"].fields["known_changes"].help_text == "Lê An"
    answer = client.post(address, HEAD | {"known_unpaid": "on"})
    assert list(answer.context["form"].errors) == ["known_changes"]
    client.post(address, HEAD | {"known_unpaid": "on", "known_changes": "on"})
    assert stages() == ["decided"] * 2

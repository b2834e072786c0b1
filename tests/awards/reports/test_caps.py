from datetime import date

import pytest
from django.urls import reverse

from awards.reports.caps import shares_of
from tests.factories import (
    YEAR,
    make_award,
    make_dossier,
    make_grant,
    make_nomination,
    make_person,
)

DAY = date(YEAR, 12, 31)


@pytest.fixture
def season(set_today, department, depot, workshop, staff):
    """Of thirty people of the department ten are nominated for the title, nine hold it, and two the higher one."""
    set_today(date(YEAR, 12, 20))
    title, base = make_award("CSTT", subject="person", order=1), make_award("CSTDCS", subject="person", order=2)
    title.caps.create(of="headcount", share=40)
    base.caps.create(of="headcount", share=10, clause="Điều 12")
    base.caps.create(of="holders", share=15).awards.set([title])
    base.caps.create(of="headcount", share=1, valid_until=date(YEAR - 1, 12, 31))
    make_award("UNIT", subject="unit").caps.create(of="headcount", share=5)
    dossier = make_dossier(depot, staff)
    for number in range(30):
        person = make_person(depot if number < 20 else workshop, f"Lê Chi {number}")
        if number < 10:
            make_nomination(dossier, title, person, stage="rejected" if number == 9 else "submitted")
        elif number < 19:
            make_grant(title, person)
        if number in (0, 25):
            make_grant(base, person)
            make_nomination(dossier, base, person, stage="decided")


def said(unit, awards=None):
    return [
        (share.code, share.given, share.proposed, share.headcount, share.room, [
            (room.headroom.base, room.headroom.allowed, room.headroom.left, room.strictest) for room in share.rooms
        ])
        for share in shares_of(unit, YEAR, DAY, awards)
    ]  # fmt: skip


def test_every_cap_of_the_branch_is_counted_live(season, department, workshop, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = said(department)
    assert found == [
        ("CSTT", 9, 9, 30, -6, [(30, 12, -6, True)]),
        ("CSTDCS", 2, 0, 30, 0, [(30, 3, 1, False), (18, 2, 0, True)]),
    ]
    assert said(workshop) == [
        ("CSTT", 0, 0, 10, 4, [(10, 4, 4, True)]),
        ("CSTDCS", 1, 0, 10, -1, [(10, 1, 0, False), (0, 0, -1, True)]),
    ]


def test_awards_without_a_cap_are_named_when_asked_for(season, depot):
    make_award("FREE", subject="person", order=9)
    assert said(depot, ["FREE", "UNIT"]) == [("FREE", 0, 0, 20, None, [])]
    assert said(depot, []) == []


def test_list_shows_what_the_caps_leave(season, client, reviewer, department):
    client.force_login(reviewer)
    address = reverse("awards:due-list", args=[department.pk, YEAR])
    assert [share.code for share in client.get(address).context["shares"]] == ["CSTT", "CSTDCS"]
    page = client.get(address, {"award": "CSTDCS"})
    assert [share.room for share in page.context["shares"]] == [0]


def test_dossier_shows_its_awards_until_everything_is_handed_in(season, client, staff, depot):
    client.force_login(staff)
    dossier = depot.dossiers.get()
    assert client.get(dossier.get_absolute_url()).context["shares"] == []
    dossier.lines.filter(award__code="CSTT").update(stage="draft")
    assert [share.code for share in client.get(dossier.get_absolute_url()).context["shares"]] == ["CSTT", "CSTDCS"]

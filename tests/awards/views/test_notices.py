"""Pages of public notices: who reads which objection."""

import re
from datetime import date

import pytest
from django.urls import reverse

from awards.models import Nomination
from awards.reports.notices import way_back
from tests.factories import (
    make_award,
    make_dossier,
    make_membership,
    make_nomination,
    make_objection,
    make_office,
    make_person,
    make_public_notice,
    make_user,
)
from tests.layers import built_once
from units.models import Role, Unit


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 20))


@built_once
def notice(department, depot, workshop, staff, reviewer):
    """One notice of the department with an answered objection to a line of the depot and one of the workshop's."""
    award = make_award()
    place = {"stage": "submitted", "holder": department}
    lines = [make_nomination(make_dossier(u, staff), award, make_person(u), **place) for u in (depot, workshop)]
    notice = make_public_notice(department, reviewer, *lines)
    for line in lines:
        said = {"whose": f"Người của {line.dossier.unit.code}", "text": f"Chuyện ở {line.dossier.unit.code}"}
        answer = {"upheld": False, "answer": f"Trả lời {line.dossier.unit.code}"}
        make_objection(
            notice, line, reviewer, **said, **answer, answered_by=reviewer, answered_at="2020-12-10T00:00Z"
        )
    return notice


def test_objections_are_read_by_who_keeps_the_notice_or_judges_the_people(
    client, notice, department, depot, reviewer, commander, staff
):
    """A sister unit reads nothing of them; who is limited to an office learns that there is one, not what it says.

    The proposing unit reads what is said and answered, never who said so: only who records and settles it does.
    """
    clerk = make_user("clerk", (department, Role.STAFF))
    office = make_user("office")
    make_membership(office, department, Role.REVIEWER, office=make_office())
    seen = {}
    for user in (reviewer, clerk, commander, staff, office):
        client.force_login(user)
        page = client.get(notice.get_absolute_url())
        body = page.content.decode()
        words = [word for word in ("Người của", "Chuyện ở", "Trả lời") if f"{word} X1" in body]
        own = [word for word in ("Người của", "Chuyện ở", "Trả lời") if f"{word} K1" in body]
        [row] = client.get(reverse("awards:notice-list")).context["page"]
        assert len(row.objections.all()) == len(page.context["objections"])
        seen[user.username] = (len(page.context["objections"]), len(own), len(words))
    assert seen == {
        "reviewer": (2, 3, 3), "clerk": (2, 3, 3), "commander": (1, 2, 0), "staff": (1, 2, 0), "office": (2, 0, 0),
    }  # fmt: skip


def test_upheld_objection_is_followed_to_the_corrected_line(client, department, depot, staff, commander, reviewer):
    """The answer says what follows; the appraised line goes back to its unit on its page, with a reason."""
    line = make_nomination(make_dossier(depot, staff), make_award(), make_person(depot), stage="appraised",
                           holder=department)  # fmt: skip
    objection = make_objection(make_public_notice(department, reviewer, line), line, reviewer)
    client.force_login(reviewer)
    answer = {"upheld": "1", "answer": "Đã xác minh: phản ánh là đúng."}
    said = client.post(reverse("awards:notice-answer", args=[objection.pk]), answer, follow=True)
    assert [m.message for m in said.context["messages"]] == [
        f"Đã lưu trả lời. “{line}” chỉ được quyết định sau khi đã trả lại, sửa và trình lại. "
        "Cơ quan thẩm định trả lại tại trang của trường hợp này."
    ]
    address = reverse("awards:nomination-return", args=[line.pk])
    assert f'href="{address}"' in client.get(line.get_absolute_url()).text
    short = client.post(address, {"reason": "sai"})
    assert (short.status_code, Nomination.objects.get(pk=line.pk).stage) == (200, "appraised")
    client.post(address, {"reason": "Phản ánh đúng: xem lại kết quả quý III"})
    line.refresh_from_db()
    assert (line.stage, line.holder) == ("returned", depot)
    assert client.get(address).status_code == 403  # it stands at the depot again


def test_answered_objection_leads_to_its_answer(client, notice, reviewer):
    """No empty form is shown; who typed one while somebody else answered keeps what was typed."""
    objection = notice.objections.get(line__dossier__unit__code="K1")
    address = reverse("awards:notice-answer", args=[objection.pk])
    client.force_login(reviewer)
    shown = client.get(address, follow=True)
    assert shown.redirect_chain == [(notice.get_absolute_url(), 302)]
    assert "Trả lời K1" in shown.text
    late = client.post(address, {"upheld": "1", "answer": "Đã xác minh: phản ánh là đúng."})
    assert (late.status_code, late.context["form"]["answer"].value()) == (200, "Đã xác minh: phản ánh là đúng.")
    assert late.context["form"].non_field_errors() == [
        "Ý kiến này đã được trả lời. Phản ánh không đúng: “Trả lời K1”"
    ]


@pytest.mark.parametrize("stage", ["submitted", "at_council", "passed"])
def test_only_an_appraised_line_is_returned_on_its_page(client, department, depot, staff, reviewer, stage):
    line = make_nomination(make_dossier(depot, staff), make_award(), make_person(depot), stage=stage,
                           holder=department)  # fmt: skip
    address = reverse("awards:nomination-return", args=[line.pk])
    client.force_login(reviewer)
    assert f'href="{address}"' not in client.get(line.get_absolute_url()).text
    said = client.post(address, {"reason": "Phản ánh đúng: xem lại kết quả quý III"}, follow=True)
    assert [way_back(stage) in m.message for m in said.context["messages"]] == [True]
    assert Nomination.objects.get(pk=line.pk).stage == stage


def test_people_are_listed_by_given_name(client, department, depot, reviewer, staff):
    award, dossier = make_award(), make_dossier(depot, staff)
    place = {"stage": "submitted", "holder": department}
    names = ("Bùi Hữu Lâm", "Trần Hữu Giang", "Vũ Quang Ân")
    lines = [make_nomination(dossier, award, make_person(depot, name), **place) for name in names]
    client.force_login(reviewer)
    offered = client.get(reverse("awards:notice-create")).context["form"].fields["lines"].queryset
    shown = client.get(make_public_notice(department, reviewer, *lines).get_absolute_url()).context["lines"]
    assert [line.name for line in offered] == [line.name for line in shown] == list(names[::-1])


def test_nominees_are_offered_by_unit_and_who_is_not_appraised_apart(
    client, department, depot, workshop, reviewer, staff
):
    """Two of a name are told apart; one tick takes nobody along who waits; what is refused stays ticked."""
    award, found = make_award(), []
    for unit, stage in ((workshop, "passed"), (depot, "submitted"), (workshop, "submitted")):
        dossier = make_dossier(unit, staff, title=stage)
        found.append(make_nomination(dossier, award, make_person(unit, "Lê An"), stage=stage, holder=department))
    client.force_login(reviewer)
    address = reverse("awards:notice-create")
    page = client.get(address)
    assert [(unit, waits, *(line.stage for line in some)) for unit, waits, some in page.context["groups"]] == [
        (workshop, False, "passed"), (depot, True, "submitted"), (workshop, True, "submitted"),
    ]  # fmt: skip
    assert [value for value, _word in page.context["stages"]] == ["submitted", "passed"]
    ticks = re.findall(r'data-tick="([^"]+)"', page.text)
    groups = [f"input[data-group='{number}']" for number in (1, 2, 3)]
    assert ticks == ["input[data-stage=submitted]", "input[data-stage=passed]", *groups]
    assert re.findall(r'data-group="(\d)" data-stage="(\w+)"', page.text) == [
        ("1", "passed"), ("2", "submitted"), ("3", "submitted"),
    ]  # fmt: skip
    assert page.text.count(f"{award.label} {found[0].dossier.year}") == 3
    typed = {"unit": department.pk, "place": "Bảng tin", "since": "20/12/2020", "until": "", "lines": [found[0].pk]}
    refused = client.post(address, typed)
    assert (list(refused.context["form"].errors), refused.context["ticked"]) == (["until"], [str(found[0].pk)])
    assert refused.text.count(" checked>") == 1
    posted = client.post(address, typed | {"until": "31/12/2020"}, follow=True)
    assert list(posted.context["notice"].lines.all()) == [found[0]]


def test_lines_of_a_sister_unit_are_shown_without_a_link(client, notice, reviewer, staff):
    """Everybody who reads the notice reads who is shown; what lies behind a line is for its own branch."""
    seen = {}
    for user in (reviewer, staff):
        client.force_login(user)
        body = client.get(notice.get_absolute_url()).text
        lines = notice.lines.order_by("dossier__unit__code")
        assert body.count(f"{lines[0].name}") >= 2
        linked = [line for line in lines if f'href="{line.get_absolute_url()}"' in body]
        assert [client.get(line.get_absolute_url()).status_code for line in linked] == [200] * len(linked)
        seen[user.username] = [line.dossier.unit.code for line in linked]
    assert seen == {"reviewer": ["K1", "X1"], "staff": ["K1"]}


def test_superior_is_offered_what_stands_at_a_dissolved_unit(client, notice, department, region):
    clerk = make_user("clerk", (region, Role.STAFF))
    client.force_login(clerk)

    def offered():
        return set(client.get(reverse("awards:notice-create")).context["form"].fields["lines"].queryset)

    assert offered() == set()
    Unit.objects.filter(pk=department.pk).update(dissolved=date(2020, 12, 1))
    assert offered() == set(notice.lines.all())


@pytest.mark.parametrize("count", [1, 3])
def test_pages_run_a_constant_number_of_queries(
    client, notice, department, depot, workshop, staff, reviewer, count, django_assert_num_queries
):
    for _number in range(count):
        make_objection(notice, notice.lines.first(), reviewer)
        make_public_notice(department, reviewer, *notice.lines.all())
        one = notice.lines.first()
        make_nomination(one.dossier, one.award, make_person(depot), stage="submitted", holder=department)
    client.force_login(reviewer)
    for path, queries in (("awards:notice-list", 8), ("awards:notice-create", 9), ("", 9)):
        address = reverse(path) if path else notice.get_absolute_url()
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200

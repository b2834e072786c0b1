"""Pages of incidents: nothing of them reaches whoever need not know."""

from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Incident
from tests.factories import (
    make_attachment,
    make_incident,
    make_incident_gravity,
    make_incident_kind,
    make_incident_statement,
    make_membership,
    make_office,
    make_person,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role

QUERIES = 10


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 4, 5))


@built_once
def limited(department):
    user = make_user("limited")
    make_membership(user, department, Role.REVIEWER, office=make_office())
    return user


@built_once
def far(region):
    return make_user("far", (region, Role.STAFF))


def get(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"emulation:{name}", args=args), query)


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number(client, depot, staff, count, django_assert_num_queries):
    for _each in range(count):
        make_incident(depot)
    client.force_login(staff)
    with django_assert_num_queries(QUERIES):
        client.get(reverse("emulation:incident-list"))


def test_who_need_not_know_learns_nothing_anywhere(client, depot, staff, reviewer, outsider, limited, far):
    """Not the page, not a file, not a row, not a number on the card, not a task, not by the search, not in a file."""
    row = make_incident(depot, words="Xe lật", place="Cầu")
    file = make_attachment(row, staff)
    for user in (outsider, limited, far):
        assert get(client, user, "incident-detail", row.pk).status_code == 404
        assert get(client, user, "attachment-download", "incident", row.pk, file.pk).status_code == 404
        page = get(client, user, "incident-list", q="xe lat")
        assert page.status_code == 403 if user == limited else page.context["page"].paginator.count == 0
        export = get(client, user, "incident-list", export="csv")
        assert export.status_code == 403 if user == limited else "Cầu" not in export.getvalue().decode("utf-8-sig")
        cards = {card.register.key: card for card in get(client, user, "register-home").context["cards"]}
        assert "incidents" not in cards if user == limited else cards["incidents"].summary[0] == "0"
        assert [t for t in get(client, user, "my-work").context["work"].tasks if t.kind == "incident"] == []
    assert get(client, reviewer, "incident-list", q="xe lat").context["page"].paginator.count == 1
    assert get(client, staff, "attachment-download", "incident", row.pk, file.pk).status_code == 200


def test_list_filters(client, depot, workshop, reviewer):
    serious = make_incident_gravity("serious", 2)
    traffic = make_incident_kind("traffic", counted_as="traffic")
    make_incident(depot, place="Đường 5", kind=traffic, gravity=serious)
    make_incident(workshop, place="Xưởng", state="withdrawn", withdrawn_why="Nhầm")

    def places(**query):
        return sorted(row.place for row in get(client, reviewer, "incident-list", **query).context["page"])

    assert places() == ["Xưởng", "Đường 5"]
    assert places(q="duong") == places(unit="K1") == places(gravity=serious.pk) == places(state="open") == ["Đường 5"]
    days = {"since": "01/01/2020", "until": "31/03/2020", "state": "counting"}
    assert places(very=depot.pk, of=["traffic", "from:serious"], **days) == ["Đường 5"]
    assert places(very=depot.pk, of="fire", **days) == []
    assert get(client, reviewer, "incident-list", of="nothing").status_code == 404


def test_report_keeps_what_was_typed_and_names_what_is_wrong(client, depot, staff):
    kind, gravity = make_incident_kind(), make_incident_gravity()
    client.force_login(staff)
    typed = {
        "kind": kind.pk, "gravity": gravity.pk, "happened_on": "10/02/2020", "reported_on": "09/02/2020",
        "place": "Kho", "words": "Vi phạm", "dead": "0", "injured": "0", "offenders": "1", "damage": "3,5",
    }  # fmt: skip
    page = client.post(reverse("emulation:incident-create"), typed)
    assert (list(page.context["form"].errors), page.context["form"]["words"].value()) == (["reported_on"], "Vi phạm")
    absurd = client.post(reverse("emulation:incident-create"), typed | {"reported_on": "11/02/2020", "dead": "99999"})
    assert list(absurd.context["form"].errors) == ["dead"]
    client.post(reverse("emulation:incident-create"), typed | {"reported_on": "11/02/2020"})
    row = Incident.objects.get()
    assert (row.unit, row.state, str(row.damage), row.path) == (depot, "reported", "3.5", depot.path)


def test_correction_that_makes_it_lighter_is_refused_with_what_was_typed(client, depot, staff, reviewer):
    row = make_incident(depot, offenders=2)
    address = reverse("emulation:incident-update", args=[row.pk])
    client.force_login(staff)
    typed = dict(client.get(address).context["form"].initial) | {
        "happened_on": "10/02/2020", "reported_on": "10/02/2020", "damage": "", "offenders": "1",
    }  # fmt: skip
    page = client.post(address, typed)
    assert (list(page.context["form"].errors), page.context["form"]["offenders"].value()) == (["offenders"], "1")
    client.force_login(reviewer)
    assert list(client.post(address, typed).context["form"].errors) == ["reason"]
    assert client.post(address, typed | {"reason": "Xác minh lại chỉ một người có lỗi."}).status_code == 302
    assert (Incident.objects.get().offenders, row.events.get().by) == (1, reviewer)


def test_people_are_named_by_their_number_within_reach(client, depot, elsewhere, staff, reviewer):
    row, person = make_incident(depot, offenders=1), make_person(depot, service_number="15000001")
    make_person(elsewhere, service_number="15000002")
    client.force_login(staff)
    address = reverse("emulation:incident-person", args=[row.pk])
    for number in ("15000001", "15000002", ""):
        client.post(address, {"number": number, "part": "at_fault"})
    assert list(row.people.values_list("person", "part")) == [(person.pk, "at_fault")]
    assert row.events.get().after == {person.full_name: "at_fault"}  # the words are the reader's
    told = [step.changes for step in client.get(row.get_absolute_url()).context["steps"]]
    assert told == [[(person.full_name, "", "Vi phạm")]]
    for key in ("abc", "²", "9" * 30, "9" * 4400):
        assert client.post(address, {"remove": key}).status_code == 404
    client.post(address, {"remove": str(person.pk), "reason": "Nhập nhầm người khác cùng tên."})
    assert row.people.exists()  # who is at fault is taken away by the superior
    client.force_login(reviewer)
    client.post(address, {"remove": str(person.pk), "reason": "Nhập nhầm người khác cùng tên."})
    assert not row.people.exists()


def test_conclusion_and_statement_by_their_pages(client, depot, staff, commander, set_today):
    row, serious = make_incident(depot), make_incident_gravity("serious", 2)
    typed = {"number": "12/KL", "on": "01/03/2020", "words": "Lỗi chủ quan", "gravity": serious.pk}
    address = reverse("emulation:incident-conclude", args=[row.pk])
    client.force_login(staff)
    assert client.post(address, typed).status_code == 403
    client.force_login(commander)
    client.post(address, typed)
    row.refresh_from_db()
    assert (row.state, row.gravity) == ("concluded", serious)
    set_today(date(2020, 12, 1))
    client.force_login(commander)
    address = reverse("emulation:incident-statements", args=[depot.pk])
    client.post(address, {"year": "2020"})
    assert depot.incident_statements.get().by == commander
    assert client.post(address, {"year": "x"}).status_code == 404
    offered = [[(one.renewable, one.spent) for one in client.get(address).context["stated"] if one.statement]]
    for day in (date(2020, 12, 2), date(2021, 1, 1)):
        set_today(day)
        offered.append([(one.renewable, one.spent) for one in client.get(address).context["stated"] if one.statement])
    assert offered == [[(False, False)], [(True, False)], [(True, True)]]
    other = make_incident_statement(make_unit(depot), by=staff)
    assert client.get(reverse("emulation:incident-statement-end", args=[other.pk])).status_code == 403


def test_incident_without_conclusion_waits_after_thirty_days(client, depot, reviewer, commander, staff):
    row = make_incident(depot, happened_on=date(2020, 3, 5))
    make_incident(depot, happened_on=date(2020, 3, 6))
    for user in (reviewer, commander, staff):
        work = get(client, user, "my-work").context["work"]
        assert [task.url for task in work.tasks if task.kind == "incident"] == [row.get_absolute_url()]


@pytest.mark.parametrize("key", ["²", "1" * 4400, "x", "-1"])
def test_key_that_is_none_names_nobody(key, client, depot, commander):
    incident = make_incident(depot)
    client.force_login(commander)

    assert client.post(reverse("emulation:incident-person", args=[incident.pk]), {"remove": key}).status_code == 404

"""The pages of inspections: plan, findings, follow-up."""

from datetime import timedelta

import pytest
from django.urls import reverse

from emulation.models import Inspection, InspectionFinding, Notice, WeakPoint
from emulation.services import inspections as service
from tests.factories import make_attachment, make_finding, make_inspection, make_person, make_user, make_weak_point
from tests.layers import built_once
from units import clock
from units.models import Person, Role, User

DAY = timedelta(days=1)


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@pytest.fixture
def inspection(department, planner, depot, workshop):
    return make_inspection(department, planner, depot, workshop)


def address(name, *args):
    return reverse(f"emulation:inspection-{name}", args=args)


def plan_of(*units, **more):
    day = clock.today().strftime("%d/%m/%Y")
    return {
        "kind": "inspection", "surprise": "1", "title": "Night check", "starts": day, "ends": day,
        "units": [unit.pk for unit in units], "items": "Guard\n\nKeys\nGuard", "members": "Team", **more,
    }  # fmt: skip


def test_plan_is_saved_with_units_and_items(client, department, depot, planner):
    client.force_login(planner)
    answer = client.post(address("create", department.pk), plan_of(depot))
    row = Inspection.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert (row.surprise, [item.text for item in row.items.all()]) == (True, ["Guard", "Keys"])
    client.post(address("update", row.pk), plan_of(depot, surprise="", items="Keys"))
    row.refresh_from_db()
    assert (row.surprise, [item.text for item in row.items.all()]) == (False, ["Keys"])


@pytest.mark.parametrize(("name", "value", "field"), [
    ("title", "", "title"), ("items", " ", "items"), ("starts", "x", "starts"), ("ends", "01/01/2001", "__all__"),
    ("units", [], "units"), ("units", ["9" * 30], "units"), ("kind", "huge", "kind"),
])  # fmt: skip
def test_bad_plan_names_its_field_and_saves_nothing(client, department, depot, planner, name, value, field):
    client.force_login(planner)
    page = client.post(address("create", department.pk), plan_of(depot, **{name: value}))
    assert (list(page.context["form"].errors), Inspection.objects.exists()) == ([field], False)


def test_members_are_people_of_the_register_and_others_in_words(client, department, depot, planner, elsewhere):
    thao, binh = make_person(department, "Ngô Thị Thảo"), make_person(department, "Lê Văn Bình")
    hidden, own = make_person(elsewhere, "Vũ Ẩn"), make_person(depot, "Đỗ Kho")
    make_person(department, "Trần Trùng"), make_person(department, "Trần Trùng")
    client.force_login(planner)

    def tried(*lines, **more):
        page = client.post(address("create", department.pk), plan_of(depot, people="\n".join(lines), **more))
        return list(page.context["form"].errors) if page.status_code == 200 else page.status_code

    wrong_name = f"{thao.service_number} Lê Văn Bình"
    for line in (hidden.service_number, hidden.full_name, "Nobody", "Trần Trùng", own.service_number, wrong_name):
        assert (tried(thao.service_number, line), Inspection.objects.count()) == (["people"], 0), line
    assert tried(members="") == ["people"]
    assert tried(thao.service_number, "le van binh", "", thao.service_number, members="") == 302
    row = Inspection.objects.get()
    assert set(row.people.all()) == {thao, binh}
    assert "Lê Văn Bình" in client.get(row.get_absolute_url()).content.decode()
    # whoever has left the planner's reach meanwhile stays in the plan
    Person.objects.filter(pk=binh.pk).update(unit=elsewhere)
    lines = client.get(address("update", row.pk)).context["form"].initial["people"]
    assert sorted(lines.splitlines()) == sorted(f"{one.service_number} {one.full_name}" for one in (thao, binh))
    assert client.post(address("update", row.pk), plan_of(depot, people=lines)).status_code == 302
    assert set(row.people.all()) == {thao, binh}


def test_units_of_others_are_not_inspected(client, department, elsewhere, planner):
    client.force_login(planner)
    page = client.post(address("create", department.pk), plan_of(elsewhere))
    assert (page.status_code, Inspection.objects.exists()) == (200, False)
    assert client.get(address("create", elsewhere.pk)).status_code == 404


def test_findings_are_recorded_and_followed_up(client, inspection, depot, workshop, planner, staff):
    client.force_login(planner)
    first, second = inspection.items.all()
    typed = {f"r{first.pk}": "shortcoming", f"w{first.pk}": "", f"r{second.pk}": "", f"w{second.pk}": "Words alone"}
    page = client.post(address("record", inspection.pk, depot.pk), typed)
    assert list(page.context["form"].errors) == [f"w{first.pk}", f"r{second.pk}"]
    for unit in (depot, workshop):
        good = {f"r{first.pk}": "shortcoming", f"w{first.pk}": "Two records are missing."}
        client.post(address("record", inspection.pk, unit.pk), good)
    again = client.post(address("record", inspection.pk, workshop.pk), good, follow=True)
    assert [(said.level_tag, str(said)) for said in again.context["messages"]][2:] == [
        ("info", "Nothing has been changed.")
    ]
    client.post(address("carry-out", inspection.pk))
    finding = InspectionFinding.objects.get(unit=depot)
    new = f"{reverse('emulation:weak-point-create')}?finding={finding.pk}"
    assert new in client.get(inspection.get_absolute_url()).content.decode()
    client.post(new, {"kind": "weak_link", "title": "Records", "deadline": clock.today().strftime("%d/%m/%Y")})
    point = WeakPoint.objects.get()
    assert (point.unit, point.finding, point.source, point.from_above) == (depot, finding, "finding", True)
    client.force_login(staff)
    assert finding.get_absolute_url() in client.get(point.get_absolute_url()).content.decode()
    assert point.get_absolute_url() in client.get(finding.get_absolute_url()).content.decode()


def test_what_a_re_inspection_found_stands_in_the_course_of_the_weak_point(client, department, depot, planner, staff):
    point = make_weak_point(depot, staff)
    row = make_inspection(department, planner, depot)
    item = row.items.get(point=point)
    service.record(row, depot, {item.pk: ("shortcoming", "The roof leaks still.")}, by=planner)
    client.force_login(staff)
    assert len(client.get(point.get_absolute_url()).context["steps"]) == 1  # not known yet
    service.carry_out(row, by=planner)
    step = client.get(point.get_absolute_url()).context["steps"][-1]
    assert (step.reason, step.by, step.more, step.colour) == (
        "The roof leaks still.",
        str(planner),
        [str(row)],
        "miss",
    )
    client.force_login(planner)
    new = f"{reverse('emulation:weak-point-create')}?finding={item.findings.get().pk}"
    for page in (row, item.findings.get()):
        text = client.get(page.get_absolute_url()).text
        assert (point.get_absolute_url() in text, new in text) == (True, False)
    assert client.get(new).url == point.get_absolute_url()
    assert client.post(new, {"kind": "weak_link", "title": point.title}).url == point.get_absolute_url()


def test_the_inspected_see_only_their_own(client, inspection, depot, workshop, planner, staff, outsider):
    mine, theirs = (make_finding(inspection, unit, planner) for unit in (depot, workshop))
    paper, file = make_attachment(inspection, planner), make_attachment(mine, planner)
    client.force_login(staff)
    assert client.get(mine.get_absolute_url()).status_code == 404
    service.carry_out(inspection, by=planner)
    page = client.get(inspection.get_absolute_url())
    assert workshop.name not in page.content.decode()
    assert [one.unit for one in page.context["looked"]] == [depot]
    (row,) = client.get(reverse("emulation:inspection-list")).context["page"]
    assert (row.units, row.shortcomings) == (1, 1)
    found = [client.get(one.get_absolute_url()).status_code for one in (mine, theirs)]
    for kind, owner, kept in (("finding", mine, file), ("inspection", inspection, paper)):
        found.append(client.get(reverse("emulation:attachment-download", args=[kind, owner.pk, kept.pk])).status_code)
    client.force_login(outsider)
    assert [*found, client.get(inspection.get_absolute_url()).status_code] == [200, 404, 200, 404, 404]


@pytest.mark.parametrize("surprise", [False, True])
def test_unannounced_inspection_is_no_page_and_no_task_for_the_unit(
    client, department, depot, planner, staff, surprise
):
    day = clock.today() + 3 * DAY
    row = make_inspection(department, planner, depot, surprise=surprise, starts=day, ends=day)
    client.force_login(staff)
    work = client.get(reverse("emulation:my-work")).context["work"]
    found = client.get(row.get_absolute_url()).status_code, len(work.tasks)
    assert found == ((404, 0) if surprise else (200, 1))
    assert len(client.get(reverse("emulation:inspection-list")).context["page"]) == (0 if surprise else 1)
    client.force_login(planner)
    assert [task.url for task in client.get(reverse("emulation:my-work")).context["work"].tasks] == [
        row.get_absolute_url()
    ]


@pytest.mark.parametrize("more", [1, 3])
def test_cost_of_the_pages(client, department, depot, workshop, planner, django_assert_num_queries, more):
    rows = [make_inspection(department, planner, depot, workshop) for _number in range(more)]
    for item in rows[0].items.all()[:more]:
        InspectionFinding.objects.create(item=item, unit=depot, result="met", by=planner, at=rows[0].events.get().at)
    client.force_login(planner)
    with django_assert_num_queries(7):
        client.get(reverse("emulation:inspection-list"))
    with django_assert_num_queries(14):
        client.get(rows[0].get_absolute_url())


@pytest.mark.parametrize(("ahead", "action"), [(3, "View"), (0, "Record the findings"), (-3, "Record the findings")])
def test_task_offers_to_record_from_the_first_day_on_and_says_so(client, department, depot, planner, ahead, action):
    row = make_inspection(
        department, planner, depot, starts=clock.today() + ahead * DAY, ends=clock.today() + 5 * DAY
    )
    words = f"Findings are recorded from {row.starts:%d/%m/%Y} on"
    client.force_login(planner)
    [task] = client.get(reverse("emulation:my-work")).context["work"].tasks
    assert (task.action, words in task.hint) == (action, ahead > 0)
    page = client.get(row.get_absolute_url()).text
    assert (words in page, address("record", row.pk, depot.pk) in page) == (ahead > 0, ahead <= 0)


def test_results_reach_my_work_of_the_inspected_with_their_own_findings_until_they_are_read(
    client, inspection, depot, workshop, planner, staff, commander, outsider
):
    chief = make_user("chief", (workshop, Role.COMMANDER), language="en")
    items = list(inspection.items.all())
    service.record(inspection, depot, {item.pk: ("shortcoming", "Two are missing.") for item in items}, by=planner)
    service.record(inspection, workshop, {items[0].pk: ("met", "")}, by=planner)
    service.carry_out(inspection, by=planner)

    def told(user):
        user.language = "en"
        user.save()
        client.force_login(user)
        pages = [client.get(reverse(f"emulation:{name}")) for name in ("my-work", "notice-list")]
        of_work, listed = (
            [(str(row.about), row.found) for row in rows]
            for rows in (pages[0].context["work"].notices, pages[1].context["page"])
        )
        assert of_work == listed
        assert [all(words in pages[0].text for words in pair) for pair in listed] == [True] * len(listed)
        return listed

    own = (inspection.title, "2 shortcomings were found in your unit.")
    found = [told(user) for user in (staff, commander, chief, planner, outsider)]
    assert found == [[own], [own], [(inspection.title, "No shortcoming was found in your unit.")], [], []]
    notice = Notice.objects.get(user=staff)
    client.force_login(staff)
    answer = client.post(reverse("emulation:notice-read", args=[notice.pk]), {"open": "1"})
    assert (answer.url, client.get(answer.url).status_code) == (inspection.get_absolute_url(), 200)
    assert list(client.get(reverse("emulation:my-work")).context["work"].notices) == []
    staff.memberships.all().delete()
    assert list(Notice.objects.visible_to(User.objects.get(pk=staff.pk))) == []

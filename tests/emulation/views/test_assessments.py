"""Pages of assessments."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from emulation.models import Assessment
from emulation.services import assessments as service
from tests.emulation.services.test_assessments import WHY, answered, handed_in
from tests.factories import (
    make_assessment,
    make_cell,
    make_own_checklist,
    make_pilot_unit,
    make_rounds,
    make_unit,
    make_user,
)
from tests.layers import built_once
from units.models import Role, Unit
from units.services import move_unit


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 7, 1))


@built_once
def checklist(db):
    return make_own_checklist("cell", wording="placeholder")


@pytest.fixture
def english(staff, commander):
    for user in (staff, commander):
        user.language = "en"
        user.save()


@pytest.fixture
def cell_row(checklist, depot, staff):
    return service.begin(checklist, depot, 2020, "H1", cell=make_cell(depot, "Chi bộ Đỏ"), by=staff)


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_from_the_first_answer_to_the_confirmation(client, checklist, depot, staff, commander, reviewer):
    cell = make_cell(depot)
    client.force_login(staff)
    begun = client.post(
        reverse("emulation:assessment-create", args=[checklist.pk]), {"cell": cell.pk, "year": 2020, "period": "H1"}
    )
    row = Assessment.objects.get()
    assert begun["Location"] == row.get_absolute_url()
    items = [item.pk for item in row.template.items.all()]
    data = {"version": 1, "action": "save"} | {f"answer-{pk}": "met" for pk in items}
    assert client.post(row.get_absolute_url(), data).status_code == 302
    client.force_login(commander)
    assert client.post(row.get_absolute_url(), {"action": "hand-in"}).status_code == 302
    client.force_login(reviewer)
    row.refresh_from_db()
    data = {
        "action": "confirm",
        "version": row.version,
        f"answer-{items[0]}": "not_met",
        f"words-{items[0]}": "Không có biên bản",
    }
    data |= {f"answer-{pk}": "met" for pk in items[1:]}
    assert client.post(row.get_absolute_url(), data).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.meets) == ("confirmed", False)


def test_reviewer_sends_single_items_back(client, cell_row, staff, commander, reviewer):
    version = handed_in(cell_row, staff, commander).version
    item = cell_row.template.items.first()
    client.force_login(reviewer)
    typed = {"version": version, f"why-{item.pk}": "Thiếu biên bản kiểm tra quý II"}
    client.post(cell_row.get_absolute_url(), typed | {"action": "send-back"})
    cell_row.refresh_from_db()
    assert (cell_row.state, service.open_items(cell_row)) == ("returned", [item])
    client.force_login(staff)
    (task,) = client.get(reverse("emulation:my-work")).context["work"].returned
    assert (task.reason, task.by) == ("Thiếu biên bản kiểm tra quý II", str(reviewer))


def test_what_was_typed_stays_when_somebody_else_saved(client, cell_row, staff):
    answered(cell_row, staff, "+++")
    item = cell_row.template.items.first()
    client.force_login(staff)
    page = client.post(
        cell_row.get_absolute_url(), {"version": 1, f"answer-{item.pk}": "not_met", f"words-{item.pk}": "Chữ của tôi"}
    )
    assert len(page.context["problems"]) == 2  # who, and which items
    assert page.context["lines"][0][1]["words"] == "Chữ của tôi"
    assert set(cell_row.answers.values_list("answer", flat=True)) == {"met"}


@pytest.mark.parametrize("typed", [{"answer": "nonsense"}, {"answer": "met", "words": "x" * 501}])
def test_wrong_answers_are_named_and_nothing_is_saved(client, cell_row, staff, typed):
    item = cell_row.template.items.first()
    client.force_login(staff)
    data = {"version": 1} | {f"{name}-{item.pk}": value for name, value in typed.items()}
    page = client.post(cell_row.get_absolute_url(), data)
    assert [number for number, _text in page.context["wrong"]] == [1]
    assert not cell_row.answers.exists()


@pytest.mark.parametrize("typed", ["abc", "-1", "10,5", "99999999999999"])
def test_absurd_scores_are_refused(client, depot, staff, typed):
    scored = make_own_checklist(answers="score", rule="mean", maximum=10, mark=8)
    row = service.begin(scored, depot, 2020, "H1", by=staff)
    item = row.template.items.first()
    client.force_login(staff)
    page = client.post(row.get_absolute_url(), {"version": 1, f"score-{item.pk}": typed})
    assert (len(page.context["wrong"]), row.answers.count()) == (1, 0)


def test_placeholders_say_so_on_every_screen_and_on_paper(client, cell_row, department, reviewer):
    client.force_login(reviewer)
    addresses = [
        cell_row.get_absolute_url(), reverse("emulation:assessment-list"), cell_row.checklist.get_absolute_url(),
        reverse("emulation:assess-template-list"),
        reverse("emulation:assessment-table", args=[cell_row.checklist.pk, department.pk]),
    ]  # fmt: skip
    for address in addresses:
        assert "nội dung tạm" in client.get(address).content.decode().lower(), address
    paper = client.get(reverse("emulation:assessment-paper", args=[cell_row.pk])).content.decode()
    assert "Nội dung tạm:" in paper


def test_list_takes_the_same_queries_for_one_and_three(client, cell_row, staff):
    client.force_login(staff)
    address = reverse("emulation:assessment-list")
    assert queries(client, address) == 9
    for number in (2, 3):
        cell = make_cell(cell_row.unit, f"Chi bộ {number}")
        service.begin(cell_row.checklist, cell_row.unit, 2020, "H1", cell=cell, by=staff)
    assert queries(client, address) == 9


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=chi+bo+do", 1), ("q=khong", 0), ("year=2019", 0), ("period=H1", 1), ("state=draft", 1), ("unit=K1", 1)],
)
def test_filter(client, cell_row, staff, query, count):
    client.force_login(staff)
    page = client.get(reverse("emulation:assessment-list") + "?" + query)
    assert page.context["page"].paginator.count == count


def test_pilot_units_alone(client, cell_row, department, reviewer):
    other = make_unit(department, "K7")
    make_assessment(cell_row.checklist, other)
    make_pilot_unit(other, until=date(2020, 3, 1)), make_pilot_unit(cell_row.unit)
    client.force_login(reviewer)
    page = client.get(reverse("emulation:assessment-list") + "?pilot=on")
    assert [row.unit for row in page.context["page"]] == [cell_row.unit]
    page = client.get(cell_row.unit.get_absolute_url())
    assert [row.in_force for row in page.context["pilots"]] == [True]


def test_export_holds_what_the_filter_shows(client, cell_row, staff):
    client.force_login(staff)
    file = client.get(reverse("emulation:assessment-list"), {"export": "csv"})
    lines = file.getvalue().decode("utf-8-sig").splitlines()
    assert [line.split(";")[1] for line in lines[1:]] == ["Chi bộ Đỏ"]


def test_table_counts_confirmed_bodies_by_unit_and_names_the_weakest_item(
    client, checklist, department, depot, workshop, staff, commander, reviewer
):  # fmt: skip
    other = make_user("w", (workshop, Role.STAFF), (workshop, Role.COMMANDER))
    units = ((depot, staff, commander, "+++"), (depot, staff, commander, "+-n"), (workshop, other, other, "--+"))
    for number, (unit, by, chief, marks) in enumerate(units):
        row = service.begin(checklist, unit, 2020, "H1", cell=make_cell(unit, f"Chi bộ {number}"), by=by)
        row = handed_in(row, by, chief, marks)
        service.confirm(row, {}, version=row.version, by=reviewer)
    make_cell(workshop, "Chi bộ chưa đánh giá")
    answered(service.begin(checklist, depot, 2020, "H1", cell=make_cell(depot, "Chi bộ 9"), by=staff), staff, "---")
    client.force_login(reviewer)
    address = reverse("emulation:assessment-table", args=[checklist.pk, department.pk])
    table = client.get(address).context["table"]
    assert [one.unit for one in table.columns] == [depot, workshop]
    assert [[cell.text for cell in (*row.cells, row.total)] for row in table.rows] == [
        ["2/2", "0/1", "2/3"], ["1/2", "0/1", "1/3"], ["1/1", "1/1", "2/2"],
    ]  # fmt: skip
    assert [row.number for row in table.weakest] == [2]
    total = table.total
    assert (total.meets, total.misses, total.open, total.bodies, table.missing) == (1, 2, 1, 5, 1)
    few = queries(client, address)
    make_cell(make_unit(department, "K7"), "Chi bộ 7")
    assert (few, queries(client, address)) == (16, 16)


@pytest.mark.parametrize("body", ["cell", "unit"])
def test_table_counts_a_unit_where_it_stood_in_the_period(
    client, body, department, depot, elsewhere, administrator, staff, commander, reviewer, set_today
):  # fmt: skip
    """The depot moves after the half-year: in H1 it stays with the department, also its weakest item."""
    make_rounds()
    checklist, cell = make_own_checklist(body), make_cell(depot) if body == "cell" else None
    row = service.begin(checklist, depot, 2020, "H1", cell=cell, by=staff)
    row = handed_in(row, staff, commander, "++-")
    service.confirm(row, {}, version=row.version, by=reviewer)
    set_today(date(2020, 8, 1))
    move_unit(depot, parent=elsewhere, effective=date(2020, 8, 1), decision="12/QĐ", by=administrator)
    reader = make_user("planner", (department, Role.STAFF))
    far = make_user("far", (Unit.objects.get(pk=elsewhere.pk), Role.STAFF))

    def table(user, unit, period):
        client.force_login(user)
        address = reverse("emulation:assessment-table", args=[checklist.pk, unit.pk])
        found = client.get(f"{address}?year=2020&period={period}").context["table"]
        bodies = {one.unit: one.bodies for one in found.columns}
        cells = [row.total.text for row in found.rows]
        return (
            (found.total.meets, found.total.misses),
            bodies.get(depot),
            cells,
            [one.number for one in found.weakest],
        )

    assert table(reader, department, "H1") == ((0, 1), 1, ["1/1", "1/1", "0/1"], [3])
    assert table(far, elsewhere, "H1") == ((0, 0), None, ["–"] * 3, [])
    assert table(reader, department, "Q3")[1] is None
    assert table(far, elsewhere, "Q3")[1] == 1
    # the sums are the department's, the depot itself is out of its reach now
    client.force_login(reader)
    page = client.get(
        reverse("emulation:assessment-table", args=[checklist.pk, department.pk]) + "?year=2020&period=H1"
    )
    assert {one.url for one in page.context["table"].columns if one.unit == depot} == {""}


def test_lists_count_the_assessments_that_the_user_sees(client, checklist, depot, workshop, staff, reviewer):
    for unit, name in ((depot, "Một"), (workshop, "Một"), (workshop, "Hai")):
        make_assessment(checklist, unit, cell=make_cell(unit, name))
    counts = []
    for user in (staff, reviewer):
        client.force_login(user)
        [row] = client.get(reverse("emulation:assess-template-list")).context["checklists"]
        [(version, _day)] = client.get(checklist.get_absolute_url()).context["versions"]
        counts.append((row.count, version.count, version.used))
    assert counts == [(1, 1, 3), (3, 3, 3)]


def test_table_shows_nothing_of_units_beside(client, checklist, department, depot, staff):
    client.force_login(staff)
    assert client.get(reverse("emulation:assessment-table", args=[checklist.pk, department.pk])).status_code == 404
    assert client.get(reverse("emulation:assessment-table", args=[checklist.pk, depot.pk])).status_code == 200


def test_version_form_reads_groups_and_refuses_long_items(client, administrator):
    own = make_own_checklist()
    address = reverse("emulation:assess-template-version-create", args=[own.pk])
    client.force_login(administrator)
    data = {"since": 2021, "quarter": 1, "wording": "official", "rule": "group", "rule_group": "3 không",
            "texts": "# 4 tốt\nMột\n\n# 3 không\nHai", "texts_en": "# 4 goods\nOne\n\n# 3 noes\nTwo"}  # fmt: skip
    assert client.post(address, data | {"texts": "x" * 201}).status_code == 200
    assert client.post(address, data).status_code == 302
    found = own.versions.first().items.values_list("group", "group_en", "text", "text_en")
    assert list(found) == [("4 tốt", "4 goods", "Một", "One"), ("3 không", "3 noes", "Hai", "Two")]


def test_another_judgement_without_words_names_its_item_and_stays_open(client, cell_row, staff, commander, reviewer):
    reviewer.language = "en"
    reviewer.save()
    version = handed_in(cell_row, staff, commander, "+++").version
    _first, second, third = cell_row.template.items.all()
    client.force_login(reviewer)
    typed = (
        {"version": version}
        | {f"answer-{item.pk}": "met" for item in cell_row.template.items.all()}
        | {f"answer-{second.pk}": "not_met"}
    )
    page = client.post(cell_row.get_absolute_url(), typed | {"action": "confirm"})
    assert page.context["wrong"] == [(2, "Say in words why you judge an item otherwise than the unit.")]
    assert [fields["open"] for _line, fields in page.context["lines"]] == [False, True, False]
    assert 'href="#item-2"' in page.text
    page = client.post(cell_row.get_absolute_url(), typed | {"action": "send-back", f"why-{third.pk}": "Thiếu"})
    assert [number for number, _text in page.context["wrong"]] == [3]
    assert [fields["open"] for _line, fields in page.context["lines"]] == [False, True, True]
    cell_row.refresh_from_db()
    assert cell_row.state == "submitted"


def test_old_page_of_a_reviewer_confirms_nothing_and_keeps_what_was_typed(
    client, cell_row, staff, commander, reviewer
):
    read = handed_in(cell_row, staff, commander, "+++")
    first, second, _third = read.template.items.all()
    client.force_login(reviewer)
    seen = client.get(read.get_absolute_url()).context["confirm"].seen
    row = service.send_back(read, {second.pk: "Thiếu biên bản kiểm tra quý II"}, version=read.version, by=reviewer)
    row = service.answer(row, {second.pk: service.Entry("not_met", None, "Chưa có")}, version=row.version, by=staff)
    now = service.hand_in(row, by=commander)
    client.force_login(reviewer)
    typed = {f"answer-{item.pk}": "met" for item in read.template.items.all()} | {
        f"answer-{first.pk}": "not_met", f"words-{first.pk}": "Chữ của tôi", "action": "confirm",
    }  # fmt: skip
    page = client.post(row.get_absolute_url(), typed | {"version": read.version})  # from before marks were sent
    assert (len(page.context["problems"]), page.context["wrong"]) == (2, [])
    page = client.post(row.get_absolute_url(), typed | {"version": read.version, "seen": seen})
    [changed] = page.context["confirm"].differences
    assert (changed.typed, changed.stored) == ("đạt · Có biên bản", "chưa đạt · Chưa có")
    assert "Thay đổi sau khi đồng chí mở trang" in page.text
    assert page.context["lines"][0][1]["words"] == "Chữ của tôi"
    assert f'name="version" value="{now.version}"' in page.text
    row.refresh_from_db()
    assert row.state == "submitted"


def test_corrected_items_are_reported_to_the_commander(client, cell_row, staff, commander, reviewer):
    row = handed_in(cell_row, staff, commander, "+++")
    item = row.template.items.first()
    service.send_back(row, {item.pk: "Thiếu biên bản kiểm tra quý II"}, version=row.version, by=reviewer)

    def waiting(user):
        client.force_login(user)
        work = client.get(reverse("emulation:my-work")).context["work"]
        url = cell_row.get_absolute_url()
        return [[task.state for task in tasks if task.url == url] for tasks in (work.returned, work.tasks)]

    assert [waiting(user) for user in (staff, commander)] == [[["returned"], []], [["returned"], []]]
    (task,) = client.get(reverse("emulation:my-work")).context["work"].returned
    back = cell_row.events.get(kind="returned")
    assert (task.by, task.at, task.reason) == (str(reviewer), back.at, "Thiếu biên bản kiểm tra quý II")
    client.force_login(staff)
    cell_row.refresh_from_db()
    typed = {"version": cell_row.version, f"answer-{item.pk}": "met", f"words-{item.pk}": "Đã bổ sung biên bản."}
    assert client.post(cell_row.get_absolute_url(), typed | {"action": "ready"}).status_code == 302
    assert [waiting(user) for user in (staff, commander)] == [[[], []], [[], ["ready"]]]
    client.force_login(staff)
    cell_row.refresh_from_db()
    client.post(
        cell_row.get_absolute_url(),
        typed | {"version": cell_row.version, f"words-{item.pk}": "Sửa.", "action": "save"},
    )
    assert waiting(staff) == [["returned"], []]


def test_only_staff_report_from_the_page(client, cell_row, staff, commander):
    answered(cell_row, staff, "+++")
    client.force_login(commander)
    assert client.post(cell_row.get_absolute_url(), {"action": "ready"}).status_code == 403


def test_commander_gives_a_ready_assessment_back_and_the_staff_read_why(client, cell_row, staff, commander, english):
    page, give_back = cell_row.get_absolute_url(), reverse("emulation:assessment-give-back", args=[cell_row.pk])
    answered(cell_row, staff, "+++")
    client.force_login(commander)
    assert give_back not in client.get(page).text
    service.mark_ready(cell_row, by=staff)
    assert give_back in client.get(page).text
    assert list(client.post(give_back, {"reason": "Sai"}).context["form"].errors) == ["reason"]
    assert client.post(give_back, {"reason": WHY}).url == page
    client.force_login(staff)
    text = client.get(page).text
    assert (text.count(f"Given back to the staff by {commander}"), text.count(WHY)) == (1, 2)  # and on the timeline
    work = client.get(reverse("emulation:my-work")).context["work"]
    assert [(task.state, task.hint) for task in work.tasks if task.url == page] == [
        ("draft", f"Given back to the staff by {commander}: “{WHY}”")
    ]
    service.mark_ready(cell_row, by=staff)
    assert f"Given back to the staff by {commander}" not in client.get(page).text

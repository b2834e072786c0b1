"""What a list changes about people who are recorded already: shown from → to, ranks and postings added by date."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from tests.factories import make_person, make_unit
from tests.units.services.test_person_import import HEAD, keep, read
from tests.workbooks import post_seen
from units import person_files
from units.errors import Refused
from units.models import Person, PersonGroup, PersonImport, Rank, RankChange
from units.services import person_import as service
from units.services.persons import save_record

COLUMNS = [*HEAD, "Cấp bậc từ ngày", "Giới tính", "Nhập ngũ"]
DAY = date(2020, 7, 20)


@pytest.fixture(autouse=True)
def _base(units_catalogue, set_today):
    set_today(DAY)


@pytest.fixture
def person(depot, staff):
    """A captain, clerk at the depot since 2015, of whom neither gender nor enlistment is recorded."""
    group = PersonGroup.objects.get(code="officer")
    person = make_person(depot, "Nguyễn Văn Đức", service_number="15000001", birth_year=1985, group=group.code)
    person.postings.update(post="Trợ lý")
    person.post = "Trợ lý"
    person.save()
    captain = Rank.objects.get(code="off-cpt")
    save_record(RankChange(person=person, rank=captain, since=date(2016, 1, 1)), by=staff)
    return Person.objects.get(pk=person.pk)


def row(**said):
    """The row that says what is recorded, with what it says otherwise."""
    known = {"number": "15000001", "name": "Nguyễn Văn Đức", "born": "1985", "group": "SQ", "rank": "Đại úy",
             "post": "Trợ lý", "unit": "K1", "since": "", "rank_since": "", "gender": "", "enlisted": ""}  # fmt: skip
    return [*(known | said).values()]


def updating(staff, *rows):
    upload = keep(staff, *rows, head=COLUMNS)
    return upload, read(upload, staff, update_known=True)


def changes(reading):
    return [(one.label, one.before, one.after) for update in reading.updates for one in update.changes]


def history(person):
    ranks = [(row.rank.code, row.since) for row in person.ranks.order_by("since")]
    return ranks, [(p.unit.code, p.post, p.since, p.until) for p in person.postings.order_by("since")]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ({}, []),
        ({"post": "", "rank": "", "born": ""}, []),  # empty cells say nothing
        ({"name": "nguyễn văn đức"}, []),  # a habit of lists
        ({"name": "Nguyễn Văn Đước"}, [("Họ và tên", "Nguyễn Văn Đức", "Nguyễn Văn Đước")]),
        ({"gender": "Nam"}, [("Giới tính", "", "Nam")]),
        ({"enlisted": "01/09/2003"}, [("Nhập ngũ, tuyển dụng", "", "01/09/2003")]),
        (
            {"rank": "Thiếu tá", "rank_since": "01/06/2020"},
            [("Cấp bậc", "Đại úy", "Thiếu tá, từ 01/06/2020")],
        ),
        (
            {"post": "Trưởng ban", "since": "01/07/2020"},
            [("Chức vụ, đơn vị", "Trợ lý, Unit K1", "Trưởng ban, Unit K1, từ 01/07/2020")],
        ),
        (
            {"group": "QNCN", "rank": "Đại úy", "rank_since": "01/07/2020"},
            [("Đối tượng", "SQ", "QNCN"), ("Cấp bậc", "Đại úy", "Đại úy, từ 01/07/2020")],
        ),
    ],
)
def test_preview_says_what_changes_from_and_to(staff, person, said, shown):
    _upload, reading = updating(staff, row(**said))
    assert (reading.problems, len(reading.lines), reading.known) == ([], 0, 1)
    assert changes(reading) == shown


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"rank": "Thiếu tá"}, "I2"),  # since when?
        ({"rank": "Thiếu tá", "rank_since": "01/01/2016"}, "I2"),  # another rank begins on that day
        ({"rank": "Thượng úy", "rank_since": "01/01/2012"}, "I2"),  # earlier than what is recorded
        ({"post": "Trưởng ban"}, "H2"),
        ({"post": "Trưởng ban", "since": "01/01/2014"}, "H2"),
        ({"group": "CNVCQP", "rank": ""}, "D2"),  # the rank belongs to another group
        ({"born": "1905x"}, "C2"),
    ],
)
def test_what_would_change_the_past_or_is_not_dated_is_refused_by_cell(staff, person, said, address):
    upload, reading = updating(staff, row(**said))
    assert [problem.address for problem in reading.problems] == [address]
    before = history(person)
    with pytest.raises(Refused):
        service.take_in(upload, reading, mark=service.mark_of(reading), by=staff)
    assert history(person) == before


def test_dates_that_differ_are_said_and_left_and_a_strange_number_is_asked(staff, person):
    _upload, reading = updating(staff, row(since="01/02/2016", rank_since="01/03/2016"))
    assert ([w.address for w in reading.warnings], changes(reading)) == (["I2", "H2"], [])
    for born in ("1991", "1985"):
        _upload, reading = updating(staff, row(name="Lê Thị Hoa", born=born))
        assert [(w.address, "Nguyễn Văn Đức, 1985" in w.message) for w in reading.warnings] == [("A2", True)]


@pytest.mark.parametrize(
    ("said", "shown", "warned"),
    [
        ("08/2006", [], []),  # a month alone leaves the day of that month
        (date(2006, 8, 1), [], ["K2"]),  # what a spreadsheet makes of a month: said, and left
        ("08/2007", [("Nhập ngũ, tuyển dụng", "21/08/2006", "01/08/2007")], []),
        ("15/08/2006", [("Nhập ngũ, tuyển dụng", "21/08/2006", "15/08/2006")], []),
    ],
)
def test_recorded_day_stays_where_the_list_agrees_in_month_and_year(staff, person, said, shown, warned):
    Person.objects.filter(pk=person.pk).update(enlisted=date(2006, 8, 21))
    _upload, reading = updating(staff, row(enlisted=said))
    assert (changes(reading), [w.address for w in reading.warnings]) == (shown, warned)


def test_month_of_a_rank_and_a_posting_agrees_with_their_day(staff, person):
    person.ranks.update(since=date(2016, 1, 15))
    person.postings.update(since=date(2015, 1, 20))
    _upload, reading = updating(staff, row(rank_since="01/2016", since="01/2015"))
    assert (changes(reading), reading.warnings, reading.problems) == ([], [], [])
    _upload, reading = updating(staff, row(rank_since="02/2016", since="02/2015"))
    assert [w.address for w in reading.warnings] == ["I2", "H2"]


@pytest.mark.parametrize(
    ("said", "decision", "shown", "warned"),
    [
        ({"post": "Trưởng ban", "since": "01/07/2020"}, "17/QĐ", ["Trưởng ban, Unit K1, từ 01/07/2020 (17/QĐ)"], []),
        ({}, "17/QĐ", [], ["L2"]),  # of the posting that is recorded it stays
        ({}, "16/QĐ", [], []),
    ],
)
def test_decision_of_a_posting_is_shown_with_it_or_said_to_be_left(staff, person, said, decision, shown, warned):
    person.postings.update(decision="16/QĐ")
    upload = keep(staff, [*row(**said), decision], head=[*COLUMNS, "Số quyết định"])
    reading = read(upload, staff, update_known=True)
    assert ([after for _label, _before, after in changes(reading)], [w.address for w in reading.warnings]) == (
        shown,
        warned,
    )


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"enlisted": "01/06/1999"}, "K2"),  # at fourteen
        ({"enlisted": "01/03/2018", "post": "Trưởng ban", "since": "01/07/2017"}, "H2"),
        ({"enlisted": "01/03/2018", "rank": "Thiếu tá", "rank_since": "01/06/2017"}, "I2"),
        ({"born": "2000"}, "C2"),  # of who joined the Party in 2012
    ],
)
def test_change_after_which_a_life_could_not_be_true_is_refused_by_its_cell(staff, person, said, address):
    Person.objects.filter(pk=person.pk).update(party_since=date(2012, 5, 19))
    _upload, reading = updating(staff, row(**said))
    assert [problem.address for problem in reading.problems] == [address]


def test_last_day_of_service_is_compared_and_never_changed(staff, person):
    head = [*COLUMNS, "Công tác đến"]
    for day, wrong in (("", []), ("30/06/2020", ["L2"])):
        reading = read(keep(staff, [*row(), day], head=head), staff, update_known=True)
        assert ([problem.address for problem in reading.problems], reading.updates) == (wrong, [])


def test_update_adds_what_is_dated_and_overwrites_no_history(staff, person, depot):
    part = make_unit(depot, "K1.1", kind="section")
    later = {"rank": "Thiếu tá", "rank_since": "01/06/2020", "unit": "K1.1", "since": "01/07/2020"}
    new = row(number="15000009", name="Lê An", rank="", post="")
    upload, reading = updating(staff, row(**later, gender="Nam"), new)
    assert service.take_in(upload, reading, mark=service.mark_of(reading), by=staff) == 1
    person.refresh_from_db()
    assert (person.rank.code, person.unit, person.post, person.gender) == ("off-maj", part, "Trợ lý", "male")
    assert history(person) == (
        [("off-cpt", date(2016, 1, 1)), ("off-maj", date(2020, 6, 1))],
        [("K1", "Trợ lý", date(2015, 1, 1), date(2020, 6, 30)), ("K1.1", "Trợ lý", date(2020, 7, 1), None)],
    )
    assert (person.imported, Person.objects.get(service_number="15000009").imported) == (None, upload)
    again = updating(staff, row(**later, gender="Nam"))[1]
    assert (changes(again), again.problems) == ([], [])


def test_what_changed_since_the_preview_is_shown_again(staff, person):
    upload, reading = updating(staff, row(gender="Nam", name="Nguyễn Văn Đước"))
    mark = service.mark_of(reading)
    Person.objects.filter(pk=person.pk).update(birth_year=1986)
    with pytest.raises(Refused):
        service.take_in(upload, read(upload, staff, update_known=True), mark=mark, by=staff)
    person.refresh_from_db()
    assert person.gender == ""


def test_what_changes_while_it_is_taken_over_is_not_overwritten(staff, person):
    upload, reading = updating(staff, row(gender="Nam"))
    Person.objects.filter(pk=person.pk).update(gender="female")
    with pytest.raises(Refused):
        service.take_in(upload, reading, mark=service.mark_of(reading), by=staff)
    person.refresh_from_db()
    assert (person.gender, LogEntry.objects.filter(additional_data__import=upload.pk).count()) == ("female", 0)


def test_trace_of_an_update_names_who_what_and_the_file(staff, person, depot):
    make_unit(depot, "K1.1", kind="section")
    later = {"rank": "Thiếu tá", "rank_since": "01/06/2020", "unit": "K1.1", "since": "01/07/2020"}
    upload, reading = updating(staff, row(**later, gender="Nam"))
    service.take_in(upload, reading, mark=service.mark_of(reading), by=staff)
    entries = LogEntry.objects.filter(additional_data__import=upload.pk, additional_data__file=upload.name)
    assert {entry.actor for entry in entries} == {staff}
    first, last = person.postings.order_by("since")
    changed = {(e.content_type.model, e.object_id, e.get_action_display()): e.changes_dict for e in entries}
    found = {key: sorted(values) for key, values in changed.items()}
    assert found == {
        ("person", person.pk, "update"): ["gender", "rank", "unit"],
        ("posting", first.pk, "update"): ["until"],
        ("posting", last.pk, "create"): ["decision", "id", "person", "post", "since", "unit"],
        ("rankchange", person.ranks.first().pk, "create"): ["decision", "id", "person", "rank", "since"],
    }
    assert changed["person", person.pk, "update"]["gender"] == ["", "male"]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({"born": "2004", "rank": "Thiếu tá", "rank_since": "01/06/2004"}, "I2"),
        ({"born": "2004", "post": "Trưởng ban", "since": "01/06/2004"}, "H2"),
    ],
)
def test_nobody_is_posted_or_promoted_before_birth(staff, person, said, address):
    person.ranks.all().delete()
    person.postings.update(since=None)
    Person.objects.filter(pk=person.pk).update(rank=None)
    _upload, reading = updating(staff, row(**({"rank": ""} | said)))
    assert [problem.address for problem in reading.problems] == [address]


def test_no_more_change_than_a_page_shows(staff, depot, monkeypatch):
    monkeypatch.setattr(person_files, "UPDATES", 2)
    rows = [
        row(number=p.service_number, name=p.full_name, born="", rank="", post="", gender="Nam")
        for p in (make_person(depot, "Lê Chi") for _number in range(3))
    ]
    assert updating(staff, *rows[:2])[1].problems == []
    assert [problem.address for problem in updating(staff, *rows)[1].problems] == ["A4"]


def test_people_of_others_and_numbers_twice_are_refused(staff, person, elsewhere):
    make_person(elsewhere, service_number="15000002")
    _upload, reading = updating(staff, row(), row(number="15000002"), row())
    assert [problem.address for problem in reading.problems] == ["A3", "A4"]


def test_page_offers_the_update_and_makes_it(client, staff, person):
    client.force_login(staff)
    keep(staff, row(gender="Nam"), head=COLUMNS)
    preview = reverse("units:person-import-preview")
    assert f'href="{preview}?update=1"' in client.get(preview).text
    page = client.get(preview, {"update": "1"})
    assert "→ <b>Nam</b>" in page.text
    assert post_seen(client, preview, {"update": "1", "mark": "0"}).context["refusals"]
    done = post_seen(client, preview, {"update": "1", "mark": page.context["mark"]}, follow=True)
    assert [m.message for m in done.context["messages"]] == ["Đã cập nhật 1 quân nhân."]
    person.refresh_from_db()
    assert (person.gender, PersonImport.objects.get().taken is not None) == ("male", True)


def test_empty_cells_say_nothing_of_who_is_recorded(client, staff, person):
    """Also those that a new person needs; somebody new in the same list needs them still."""
    known = row(number="15000001", name="", born="", group="", rank="", post="", unit="", gender="Nam")
    new = row(number="15000002", name="Trần Thị Dung", rank="", post="Thợ", gender="Nữ", born="")
    _upload, reading = updating(staff, known, new)
    assert (changes(reading), reading.problems, len(reading.lines)) == ([("Giới tính", "", "Nam")], [], 1)
    _upload, reading = updating(staff, known, row(number="15000003", name="", group="", unit=""))
    assert [problem.address for problem in reading.problems] == ["B3", "D3", "G3"]
    Person.objects.filter(pk=person.pk).update(left=DAY)  # of the posting of who has left nothing is said either
    _upload, reading = updating(staff, known)
    assert (changes(reading), reading.problems) == ([("Giới tính", "", "Nam")], [])


def test_list_after_the_import_has_all_its_rows(client, staff, person, depot):
    client.force_login(staff)
    make_person(depot, "Lê Chi")
    new = row(number="15000002", name="Trần Thị Dung", rank="", post="Thợ")
    upload, reading = updating(staff, row(gender="Nam"), new)
    typed = {"update": "1", "mark": service.mark_of(reading)}
    done = post_seen(client, reverse("units:person-import-preview"), typed, follow=True)
    assert done.redirect_chain[0][0].endswith(f"?imported={upload.pk}")
    assert [one.full_name for one in done.context["page"]] == ["Trần Thị Dung", "Nguyễn Văn Đức"]


@pytest.mark.parametrize("count", [1, 300])
def test_comparing_asks_a_constant_number_of_queries(staff, depot, count, django_assert_num_queries):
    rows = []
    for number in range(count):
        known = make_person(depot, f"Lê Chi {number}")
        rows.append(row(number=known.service_number, name=known.full_name, born="", rank="", post="", gender="Nam"))
    upload = keep(staff, *rows, head=COLUMNS)
    upload.refresh_from_db()
    with django_assert_num_queries(7):
        assert len(read(upload, staff, update_known=True).updates) == count


@pytest.mark.parametrize("count", [1, 10])
def test_updating_asks_a_constant_number_of_queries(staff, depot, count, django_assert_num_queries):
    people = [make_person(depot, f"Lê Chi {number}") for number in range(count)]
    said = {"rank": "Thiếu tá", "rank_since": "01/06/2020", "post": "Trưởng ban", "since": "01/07/2020"}
    rows = [row(number=p.service_number, name=p.full_name, born="", gender="Nam", **said) for p in people]
    upload, reading = updating(staff, *rows)
    with django_assert_num_queries(14):
        service.take_in(upload, reading, mark=service.mark_of(reading), by=staff)
    assert Person.objects.filter(rank__code="off-maj", post="Trưởng ban", gender="male").count() == count

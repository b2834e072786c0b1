"""Writes of the register of people."""

from datetime import date

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError

from tests.factories import make_person, make_person_group, make_user
from tests.layers import built_once
from units import services
from units.errors import Refused
from units.models import Discipline, DisciplineForm, Initiative, Person, Posting, Rank, RankChange, Role, TaskRating

TODAY = date(2020, 7, 20)


@pytest.fixture(autouse=True)
def _today(set_today):
    set_today(TODAY)


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


@built_once
def person(depot):
    return make_person(depot, post="Thủ kho")


def rank(code: str, group: str = "officer", order: int = 1) -> Rank:
    return Rank.objects.create(code=code, name=code.title(), group=make_person_group(group), order=order)


def person_columns(**columns):
    defaults = {
        "service_number": "15001234", "family_name": "Ngọ", "middle_name": "Quang", "given_name": "Trinh",
        "group": make_person_group(),
    }  # fmt: skip
    return defaults | columns


# ── new people ────────────────────────────────────────────────────────────


def test_a_new_person_has_a_first_posting_and_rank(staff, depot):
    captain = rank("captain")

    person = services.create_person(
        **person_columns(birth_year=1990), unit=depot, post="  Trợ   lý ", since=date(2019, 5, 1), decision="12/QĐ",
        rank=captain, rank_since=date(2018, 1, 1), by=staff,
    )  # fmt: skip

    person = Person.objects.get(pk=person.pk)
    assert (person.unit, person.post, person.rank, person.left) == (depot, "Trợ lý", captain, None)
    posting = person.postings.get()
    assert (posting.since, posting.until, posting.decision) == (date(2019, 5, 1), None, "12/QĐ")
    assert person.ranks.get().since == date(2018, 1, 1)


def test_a_rank_of_another_group_is_refused_and_nothing_is_saved(staff, depot):
    with pytest.raises(Refused) as error:
        services.create_person(**person_columns(), unit=depot, rank=rank("sergeant", "nco"), by=staff)

    assert error.value.field == "group"
    assert not Person.objects.exists()


def test_a_service_number_is_given_once(staff, depot, person):
    with pytest.raises(ValidationError, match="đã có số hiệu này"):
        services.create_person(**person_columns(service_number=person.service_number), unit=depot, by=staff)


@pytest.mark.parametrize("who", ["commander", "reviewer", "administrator", "outsider"])
def test_others_than_staff_of_the_branch_write_nothing(request, who, depot, person):
    user = request.getfixturevalue(who)
    rating = TaskRating(person=person, year=2019, rating="well")
    writes = [
        lambda: services.create_person(**person_columns(), unit=depot, by=user),
        lambda: services.correct_person(person, **person_columns(), by=user),
        lambda: services.release_person(person, by=user, until=TODAY),
        lambda: services.save_record(rating, by=user),
        lambda: services.remove_record(person.postings.get(), by=user, why="x"),
    ]

    for write in writes:
        with pytest.raises(PermissionDenied):
            write()


def test_staff_of_a_superior_write_for_the_branch_but_not_above(planner, staff, depot, department):
    services.create_person(**person_columns(), unit=depot, by=planner)

    with pytest.raises(PermissionDenied):
        services.create_person(**person_columns(service_number="2"), unit=department, by=staff)


# ── postings ──────────────────────────────────────────────────────────────


def test_a_transfer_ends_the_present_posting_and_leaves_the_rest_alone(planner, person, workshop, depot):
    TaskRating.objects.create(person=person, year=2019, rating="excellent")

    services.save_record(Posting(person=person, unit=workshop, post="Thợ", since=date(2020, 7, 1)), by=planner)

    person = Person.objects.get(pk=person.pk)
    assert (person.unit, person.post) == (workshop, "Thợ")
    rows = [(p.unit, p.post, p.since, p.until) for p in person.postings.all()]
    assert rows == [
        (workshop, "Thợ", date(2020, 7, 1), None),
        (depot, "Thủ kho", date(2015, 1, 1), date(2020, 6, 30)),
    ]
    assert person.ratings.get().rating == "excellent"


def test_staff_transfer_only_to_units_whose_people_they_keep(staff, person, workshop):
    with pytest.raises(PermissionDenied):
        services.save_record(Posting(person=person, unit=workshop, since=TODAY), by=staff)

    assert person.postings.get().until is None


def test_an_earlier_posting_is_added_without_touching_the_present_one(planner, person, workshop, depot):
    past = Posting(person=person, unit=workshop, since=date(2010, 1, 1), until=date(2014, 12, 31))

    services.save_record(past, by=planner)

    person.refresh_from_db()
    assert (person.unit, person.postings.count(), person.postings.get(until=None).unit) == (depot, 2, depot)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (date(2014, 1, 1), date(2015, 1, 1), "since"),  # shares one day with the present posting
        (date(2014, 1, 1), None, "since"),  # open, yet before the present one
        (date(2020, 7, 21), None, "since"),  # still to come
        (None, date(2020, 1, 1), "since"),
    ],
)
def test_postings_that_overlap_or_are_to_come_are_refused(planner, person, workshop, since, until, field):
    with pytest.raises(Refused) as error:
        services.save_record(Posting(person=person, unit=workshop, since=since, until=until), by=planner)

    assert error.value.field == field
    present = person.postings.get()
    assert (present.since, present.until) == (date(2015, 1, 1), None)


def test_nobody_is_posted_to_a_dissolved_unit(planner, person, workshop):
    workshop.dissolved = date(2020, 1, 1)
    workshop.save()

    with pytest.raises(Refused) as error:
        services.save_record(Posting(person=person, unit=workshop, since=TODAY), by=planner)

    assert error.value.field == "unit"


def test_who_leaves_stays_in_the_register_of_the_last_unit(staff, person, depot):
    services.release_person(person, by=staff, until=date(2020, 6, 30))

    person.refresh_from_db()
    assert (person.unit, person.left) == (depot, date(2020, 6, 30))
    assert person in Person.objects.visible_to(staff)
    with pytest.raises(Refused, match="đã thôi công tác"):
        services.release_person(person, by=staff, until=TODAY)


def test_who_left_may_come_back(staff, person, depot):
    services.release_person(person, by=staff, until=date(2020, 6, 30))

    services.save_record(Posting(person=person, unit=depot, since=date(2020, 7, 10)), by=staff)

    person.refresh_from_db()
    assert person.left is None


def test_the_only_posting_is_not_removed(staff, person):
    with pytest.raises(Refused, match="duy nhất"):
        services.remove_record(person.postings.get(), by=staff, why="Nhập nhầm")


# ── ranks, years, discipline ──────────────────────────────────────────────


def test_the_latest_rank_counts_and_brings_its_group(staff, person):
    lieutenant, senior = rank("lt"), rank("slt", order=2)
    for given, since in ((senior, date(2019, 1, 1)), (lieutenant, date(2016, 1, 1))):
        services.save_record(RankChange(person=person, rank=given, since=since), by=staff)
    person.refresh_from_db()
    assert person.rank == senior

    other = rank("pro-cpt", "professional")
    services.save_record(RankChange(person=person, rank=other, since=date(2020, 1, 1)), by=staff)

    person.refresh_from_db()
    assert (person.rank, person.group.code) == (other, "professional")


def test_correcting_the_group_against_the_rank_is_refused(staff, person):
    services.save_record(RankChange(person=person, rank=rank("lt"), since=date(2019, 1, 1)), by=staff)

    with pytest.raises(Refused) as error:
        services.correct_person(person, group=make_person_group("nco"), by=staff)

    assert error.value.field == "group"


@pytest.mark.parametrize("model", [TaskRating, Initiative])
def test_a_year_to_come_is_refused(staff, person, model):
    columns = {"rating": "well"} if model is TaskRating else {"title": "Giá kê", "level": "base"}

    with pytest.raises(Refused) as error:
        services.save_record(model(person=person, year=2021, **columns), by=staff)

    assert error.value.field == "year"


def test_the_same_work_is_entered_once_a_year(staff, person):
    """Awards count works: a form sent twice made two of one."""
    columns = {"person": person, "level": "base"}
    first = Initiative(**columns, year=2019, title="Giá kê tải trọng lớn")
    services.save_record(first, by=staff)
    services.save_record(first, by=staff)  # corrected
    services.save_record(Initiative(**columns, year=2018, title="Giá kê tải trọng lớn"), by=staff)
    services.save_record(Initiative(**columns, year=2019, title="Giá treo"), by=staff)
    with pytest.raises(Refused) as error:
        services.save_record(Initiative(**columns, year=2019, title="Giá kê  tải trọng LỚN"), by=staff)
    assert (error.value.field, person.initiatives.count()) == ("title", 3)


@pytest.mark.parametrize(("model", "columns", "field"), [
    (TaskRating, {"year": 1990, "rating": "well"}, "year"),
    (Initiative, {"year": 1989, "title": "Giá kê", "level": "base"}, "year"),
    (RankChange, {"since": date(1990, 12, 31)}, "since"),
])  # fmt: skip
def test_nothing_is_recorded_before_somebodys_birth(staff, person, model, columns, field):
    person.birth_year = 1990
    person.save()
    record = model(person=person, **columns)
    with pytest.raises(Refused) as error:
        services.save_record(record, by=staff)
    assert (error.value.field, "1990" in str(error.value)) == (field, True)


def test_the_same_discipline_is_entered_once(units_catalogue, staff, person):
    """Criteria count incidents: a form sent twice made two of one."""
    one, other = DisciplineForm.objects.all()[:2]
    columns = {"person": person, "decided": date(2019, 5, 1), "decision": "5/QĐ"}
    first = Discipline(**columns, form=one)
    services.save_record(first, by=staff)
    services.save_record(first, by=staff)  # corrected
    services.save_record(Discipline(**columns, form=other), by=staff)
    services.save_record(Discipline(**columns | {"decision": "6/QĐ"}, form=one), by=staff)
    with pytest.raises(Refused) as error:
        services.save_record(Discipline(**columns, form=one), by=staff)
    assert (error.value.field, person.discipline.count()) == ("decision", 3)


def test_a_second_rating_of_a_year_is_refused(staff, person):
    services.save_record(TaskRating(person=person, year=2019, rating="well"), by=staff)

    with pytest.raises(ValidationError, match="đã được xếp loại năm này"):
        services.save_record(TaskRating(person=person, year=2019, rating="excellent"), by=staff)


def test_discipline_is_recorded_by_staff_of_the_unit_or_its_direct_superior(staff, planner, person, region):
    far = make_user("", (region, Role.STAFF))
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo")

    for day, user in enumerate((staff, planner), start=1):
        services.save_record(Discipline(person=person, form=form, decided=date(2020, 5, day)), by=user)
    with pytest.raises(PermissionDenied):
        services.save_record(Discipline(person=person, form=form, decided=date(2020, 5, 9)), by=far)

    assert person.discipline.count() == 2


# ── traces ────────────────────────────────────────────────────────────────


def test_a_removed_row_stays_in_the_audit_log_with_the_reason(staff, person):
    rating = TaskRating.objects.create(person=person, year=2019, rating="well")

    services.remove_record(rating, by=staff, why=" Nhập nhầm  người ")

    entry = LogEntry.objects.filter(content_type__model="taskrating", action=LogEntry.Action.DELETE).get()
    assert entry.additional_data == {"person": person.pk, "why": "Nhập nhầm người"}
    assert entry.changes["rating"][0] == "well"


def test_a_transfer_leaves_before_and_after(planner, person, workshop):
    services.save_record(Posting(person=person, unit=workshop, since=date(2020, 7, 1)), by=planner)

    entry = LogEntry.objects.get_for_object(Person.objects.get(pk=person.pk)).first()
    assert entry.changes["unit"] == [str(person.unit_id), str(workshop.pk)]
    closed = LogEntry.objects.get_for_object(person.postings.get(until=date(2020, 6, 30))).first()
    assert closed.changes["until"] == ["None", "2020-06-30"]


def test_a_row_removed_meanwhile_is_neither_corrected_nor_removed_again(staff, person):
    rating = TaskRating(person=person, year=2019, rating="well")
    services.save_record(rating, by=staff)
    old_page = TaskRating.objects.get()
    services.remove_record(rating, by=staff, why="Nhập nhầm")

    for act in (
        lambda: services.save_record(old_page, by=staff),
        lambda: services.remove_record(old_page, by=staff, why="Nhập nhầm"),
    ):
        with pytest.raises(Refused):
            act()
    assert not TaskRating.objects.exists()

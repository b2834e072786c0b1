from datetime import date

import pytest

from tests.constraints import assert_refused
from tests.factories import make_person, make_unit_rating, make_user
from tests.layers import built_once
from units.models import (
    Discipline,
    DisciplineForm,
    Initiative,
    Person,
    PersonGroup,
    Posting,
    Rank,
    RankChange,
    Role,
    TaskRating,
    UnitRating,
)
from units.text import person_sort_key

NAMES = [  # in the order in which a Vietnamese list has them
    "Lê Văn An", "Nguyễn Văn An", "Phạm Minh Ánh", "Nguyễn Thị Hồng Ân", "Đỗ Văn Ân", "Trần Thị Dung",
    "Võ Đình Dũng", "Nguyễn Văn Đức", "Ngọ Quang Trinh", "Lê Minh Trình",
]  # fmt: skip


@built_once
def person(depot):
    return make_person(depot)


def test_people_stand_in_the_order_of_their_given_names(depot):
    for name in reversed(NAMES):
        make_person(depot, name)

    expected = sorted(NAMES, key=person_sort_key)
    assert [person.full_name for person in Person.objects.all()] == expected
    assert [name.split()[-1] for name in expected] == [
        "An", "An", "Ánh", "Ân", "Ân", "Dung", "Dũng", "Đức", "Trinh", "Trình",
    ]  # fmt: skip


def test_people_are_found_without_diacritics_by_number_name_and_post(depot):
    person = make_person(depot, "Ngọ Quang Trinh", service_number="15034567", post="Thủ kho")
    make_person(depot, "Lê Văn An")

    for text in ("ngo quang", "TRINH", "15034", "thu kho", "trinh 4567"):
        assert list(Person.objects.found_by(text)) == [person]


def test_people_are_read_by_those_who_read_the_branch_of_their_present_unit(
    person, staff, commander, reviewer, outsider, administrator, workshop
):
    beside = make_user("", (workshop, Role.STAFF))
    seen = {
        user.username: person in Person.objects.visible_to(user) for user in (staff, commander, reviewer, outsider)
    }

    assert seen == {"staff": True, "commander": True, "reviewer": True, "outsider": False}
    assert person not in Person.objects.visible_to(administrator)
    assert person not in Person.objects.visible_to(beside)


def test_postings_on_a_day_include_both_ends(person, workshop):
    person.postings.update(since=date(2020, 3, 1))
    first = Posting.objects.create(person=person, unit=workshop, since=None, until=date(2020, 2, 29))
    last = person.postings.get(until=None)

    found = [list(Posting.objects.on(date(2020, *day))) for day in ((1, 1), (2, 29), (3, 1), (12, 31))]

    assert found == [[first], [first], [last], [last]]


def test_discipline_counts_until_the_day_before_it_is_cleared(person):
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo")
    Discipline.objects.create(person=person, form=form, decided=date(2019, 5, 10), cleared=date(2020, 5, 10))

    years = [(date(year, 1, 1), date(year, 12, 31)) for year in range(2018, 2022)]
    counts = [Discipline.objects.in_force_between(*year).count() for year in years]

    assert counts == [0, 1, 1, 0]
    assert not Discipline.objects.in_force_between(date(2020, 5, 10), date(2020, 5, 10)).exists()


# ── what the database refuses ─────────────────────────────────────────────


def test_a_posting_that_ends_before_it_begins_is_refused(person, depot):
    wrong = Posting(person=person, unit=depot, since=date(2020, 2, 1), until=date(2020, 1, 31))

    assert_refused(wrong, "posting_until_not_before_since")


def test_two_present_postings_are_refused(person, workshop):
    assert_refused(Posting(person=person, unit=workshop, since=date(2020, 2, 1)), "posting_one_open_per_person")


@pytest.mark.parametrize(
    ("day", "constraint"), [(date(2020, 1, 1), "rankchange_one_a_day"), (None, "rankchange_one_without_date")]
)
def test_two_ranks_from_the_same_day_are_refused(person, day, constraint):
    rank = Rank.objects.create(code="cpt", name="Đại úy", group=person.group)
    RankChange.objects.create(person=person, rank=rank, since=day)

    assert_refused(RankChange(person=person, rank=rank, since=day), constraint)


def test_two_ratings_of_a_year_are_refused(person):
    TaskRating.objects.create(person=person, year=2020, rating="well")

    assert_refused(TaskRating(person=person, year=2020, rating="excellent"), "taskrating_one_a_year")


def test_one_rating_a_unit_and_year(depot):
    make_unit_rating(depot)
    assert_refused(UnitRating(unit=depot, year=2020, rating="excellent"), "unitrating_one_a_year")


def test_discipline_cleared_on_its_first_day_is_refused(person):
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo")
    day = date(2020, 1, 1)

    assert_refused(Discipline(person=person, form=form, decided=day, cleared=day), "discipline_cleared_after_decided")


@pytest.mark.parametrize("share", [0, 101])
def test_a_share_that_is_no_percentage_is_refused(person, share):
    wrong = Initiative(person=person, year=2020, title="Giá kê", level="base", share=share)

    assert_refused(wrong, "initiative_share_is_a_percentage")


def test_a_group_is_shown_short(db):
    assert PersonGroup(name="Quân nhân chuyên nghiệp", short_name="QNCN").short == "QNCN"
    assert PersonGroup(name="Sĩ quan").short == "Sĩ quan"

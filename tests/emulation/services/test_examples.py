"""The life of an advanced example."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import Example, ExampleAdoption, ExampleFigure, ExamplePublicity
from emulation.services import examples as service
from tests.factories import make_area, make_example, make_indicator, make_person, make_user
from tests.layers import built_once
from units.errors import Refused
from units.models import Role

WHY = "Kết quả nổi bật, được tập thể suy tôn."
DAY = date(2020, 6, 1)


@pytest.fixture(autouse=True)
def today(set_today):
    set_today(date(2020, 7, 1))


@built_once
def example(depot, staff):
    return make_example(depot, staff)


def advanced(row, *steps):
    for to, by in steps:
        level = "base" if to == "recognised" else ""
        row = service.advance(row, to=to, day=DAY, reason=WHY, level=level, by=by)
    return row


def test_whole_path(example, staff, reviewer, department):
    row = advanced(example, ("fostered", staff), ("recognised", reviewer), ("spread", reviewer))
    assert (row.stage, row.level, row.spread_in) == ("spread", "base", department)
    assert list(row.steps.values_list("stage", flat=True)) == ["discovered", "fostered", "recognised", "spread"]


@pytest.mark.parametrize("field", ["mentor", "mentor_words"])
def test_nobody_is_their_own_mentor(depot, staff, field):
    person, area = make_person(depot, "Ngô Thị Thảo"), make_area()
    row = Example(unit=depot, person=person, title="Làm tốt", area=area)
    own = person if field == "mentor" else " ngo thi  THẢO "
    setattr(row, field, own)
    with pytest.raises(Refused) as refused:
        service.discover(row, day=DAY, reason=WHY, by=staff)
    assert (refused.value.field, Example.objects.count()) == (field, 0)
    setattr(row, field, make_person(depot) if field == "mentor" else "Ngô Thị Thảo Vân")
    row = service.discover(row, day=DAY, reason=WHY, by=staff)
    setattr(row, field, own)
    with pytest.raises(Refused):
        service.update(row, by=staff)


def test_commander_of_the_superior_recognises_too(example, staff, department):
    chief = make_user("chief", (department, Role.COMMANDER))
    row = advanced(example, ("fostered", staff))
    assert list(Example.objects.waiting_for(chief)) == [row]
    assert advanced(row, ("recognised", chief)).stage == "recognised"


def test_steps_are_for_their_roles(example, staff, commander, reviewer, outsider):
    for user in (commander, reviewer, outsider):
        with pytest.raises(PermissionDenied):
            advanced(example, ("fostered", user))
    row = advanced(example, ("fostered", staff))
    for user in (staff, commander, outsider):
        with pytest.raises(PermissionDenied):
            advanced(row, ("recognised", user))


def test_nobody_recognises_what_they_recorded(example, staff, reviewer):
    row = advanced(example, ("fostered", staff))
    Example.objects.update(by=reviewer)
    with pytest.raises(PermissionDenied):
        advanced(row, ("recognised", reviewer))
    assert not Example.objects.waiting_for(reviewer).exists()


@pytest.mark.parametrize("to", ["discovered", "recognised", "spread", "withdrawn", "nonsense"])
def test_no_stage_is_skipped_or_repeated(example, reviewer, to):
    with pytest.raises(Refused):
        service.advance(example, to=to, day=DAY, reason=WHY, level="base", by=reviewer)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"day": date(2020, 7, 2)}, "day"),
        ({"day": date(2020, 2, 28)}, "day"),
        ({"reason": "tốt"}, "reason"),
        ({"level": ""}, "level"),
        ({"level": "moon"}, "level"),
    ],
)
def test_a_step_says_when_why_and_at_which_level(example, staff, reviewer, changed, field):
    row = service.advance(example, to="fostered", day=date(2020, 3, 1), reason=WHY, by=staff)
    values = {"day": DAY, "reason": WHY, "level": "base"} | changed
    with pytest.raises(Refused) as refused:
        service.advance(row, to="recognised", by=reviewer, **values)
    assert refused.value.field == field


def test_two_at_once_make_one_step(example, staff):
    advanced(example, ("fostered", staff))
    with pytest.raises(Refused):
        advanced(example, ("fostered", staff))
    assert example.steps.filter(stage="fostered").count() == 1


def test_withdrawn_by_the_unit_before_recognition_by_the_superior_after(example, staff, reviewer, workshop):
    row = advanced(example, ("fostered", staff), ("recognised", reviewer), ("spread", reviewer))
    other = make_user("other", (workshop, Role.STAFF))
    assert Example.objects.visible_to(other).exists()
    with pytest.raises(Refused):
        service.withdraw(row, day=DAY, reason=WHY, by=staff)
    row = service.withdraw(row, day=DAY, reason=WHY, by=reviewer)
    assert (row.stage, Example.objects.visible_to(other).exists()) == ("withdrawn", False)
    with pytest.raises(Refused):
        service.withdraw(row, day=DAY, reason=WHY, by=reviewer)
    assert service.withdraw(make_example(row.unit, staff), day=DAY, reason=WHY, by=staff).stage == "withdrawn"


def test_units_beside_read_an_example_only_once_it_is_spread(example, staff, reviewer, workshop, outsider):
    other = make_user("other", (workshop, Role.STAFF))
    seen = []
    for to, by in (("fostered", staff), ("recognised", reviewer), ("spread", reviewer)):
        advanced(example, (to, by))
        seen.append([Example.objects.visible_to(user).exists() for user in (other, outsider)])
    assert seen == [[False, False], [False, False], [True, False]]


def test_staff_of_a_unit_of_the_branch_say_that_it_is_taken_over(example, staff, reviewer, workshop, outsider):
    other = make_user("other", (workshop, Role.STAFF))
    item = ExampleAdoption(example=example, unit=workshop, day=DAY, done="Học cách làm")
    with pytest.raises(PermissionDenied):
        service.save_adoption(item, by=other)
    advanced(example, ("fostered", staff), ("recognised", reviewer), ("spread", reviewer))
    for user in (staff, reviewer, outsider):
        with pytest.raises(PermissionDenied):
            service.save_adoption(item, by=user)
    service.save_adoption(item, by=other)
    assert example.adoptions.get() == item


def test_discovering_takes_somebody_of_the_unit(depot, workshop, staff):
    columns = {"title": "Gương sáng", "area": make_area(), "unit": depot}
    stranger = Example(person=make_person(workshop), **columns)
    with pytest.raises(Refused) as refused:
        service.discover(stranger, day=DAY, reason=WHY, by=staff)
    assert refused.value.field == "person"
    with pytest.raises(Refused):
        service.discover(Example(**columns), day=DAY, reason=WHY, by=staff)
    found = service.discover(
        Example(person=make_person(depot, "Trần Thị Đào"), **columns), day=DAY, reason=WHY, by=staff
    )
    assert (list(Example.objects.found_by("guong dao")), found.by, found.steps.get().day) == ([found], staff, DAY)


def test_update_leaves_who_and_which_stage(example, staff, workshop, reviewer):
    row = Example.objects.get(pk=example.pk)
    row.title, row.stage, row.collective = "Mới", "spread", workshop
    service.update(row, by=staff)
    row.refresh_from_db()
    assert (row.title, row.stage, row.collective) == ("Mới", "discovered", example.unit)
    with pytest.raises(PermissionDenied):
        service.update(row, by=reviewer)


def test_figures_lie_in_the_branch_and_files_are_those_of_the_example(example, staff, workshop, department):
    figure = ExampleFigure(example=example, unit=workshop, indicator=make_indicator(), year=2020, period="Q2")
    with pytest.raises(Refused) as refused:
        service.link_figure(figure, by=staff)
    assert refused.value.field == "unit"
    figure.unit = example.unit
    service.link_figure(figure, by=staff)
    service.unlink_figure(figure, by=staff)
    assert not example.figures.exists()
    item = ExamplePublicity(example=example, day=date(2020, 7, 2), medium="paper", where="Báo", title="Gương sáng")
    with pytest.raises(Refused):
        service.save_publicity(item, by=staff)


def test_a_short_reason_is_told_what_it_is_to_say(depot, staff, example, reviewer):
    row = Example(unit=depot, person=make_person(depot), title="Làm tốt", area=make_area())
    with pytest.raises(Refused) as discovered:
        service.discover(row, day=DAY, reason="Tốt", by=staff)
    with pytest.raises(Refused) as advanced_:
        service.advance(example, to="fostered", day=DAY, reason="Tốt", by=staff)
    with pytest.raises(Refused) as withdrawn:
        service.withdraw(example, day=DAY, reason="Hết", by=staff)

    assert [found.value.messages for found in (discovered, advanced_, withdrawn)] == [
        ["Nêu lý do đưa vào diện điển hình tiên tiến, ít nhất 20 ký tự."],
        ["Hãy ghi lý do, ít nhất 20 ký tự."], ["Hãy ghi lý do, ít nhất 20 ký tự."],
    ]  # fmt: skip

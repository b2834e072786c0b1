"""The filter for a unit with its branch that the lists share."""

from __future__ import annotations

import pytest

from tests.factories import make_person, make_unit, make_user
from units.forms.fields import BranchField, branches_named
from units.models import Person, Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" k1 ", {"in K1", "in X1"}),  # exactly this code: K10, whose code holds it too, is not meant
        ("kho", {"in K1", "in X1", "in K10"}),  # words of a name, blind to diacritics
        ("x1", {"in X1"}),
        ("z9", set()),  # beside the viewer's branch
        ("nothing of this name", set()),
    ],
)
def test_a_text_means_the_branches_of_units_within_reach(text, found):
    top, beside = make_unit(code="TOP"), make_unit(code="Z9")
    first = make_unit(top, "K1", name="Khó một")
    units = [first, make_unit(first, "X1", name="Xưởng"), make_unit(top, "K10", name="Kho mười"), beside]
    for unit in units:
        make_person(unit, f"Nguyễn Văn {unit.code}", post=f"in {unit.code}")
    viewer = make_user("viewer", (top, Role.STAFF))
    rows = Person.objects.filter(branches_named(viewer, text))
    assert {person.post for person in rows} == found


def test_rows_are_found_by_any_of_several_columns():
    unit = make_unit(code="K1")
    person = make_person(unit)
    viewer = make_user("viewer", (unit, Role.STAFF))
    q = branches_named(viewer, "K1", "postings__unit__path", "unit__path")
    assert list(Person.objects.filter(q).distinct()) == [person]


def test_the_field_keeps_what_was_typed_and_may_be_empty():
    assert BranchField().clean(" Kho 1 ") == "Kho 1"
    assert BranchField().clean(None) == ""

"""Words of what is typed, without diacritics, in one column or in any of several."""

from __future__ import annotations

import pytest
from django.db.models import Q

from tests.factories import make_person, make_unit
from units.models import Person, Unit
from units.search import words_q

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "found"),
    [("kho đạn", {"K1"}), ("DAN  kho", {"K1"}), ("kho", {"K1", "K2"}), ("kho z", set()), ("  ", {"K1", "K2"})],
)
def test_every_word_is_found(text, found):
    make_unit(code="K1", name="Kho đạn"), make_unit(code="K2", name="Kho xăng")
    assert set(Unit.objects.filter(words_q(text)).values_list("code", flat=True)) == found


def test_each_word_may_stand_in_another_column():
    unit = make_unit(code="K1", name="Kho đạn")
    person = make_person(unit, "Nguyễn Văn An")
    make_person(unit, "Trần Văn Bình")
    assert list(Person.objects.filter(words_q("kho nguyen", "search", "unit__search"))) == [person]


def test_only_the_first_hundred_characters_are_read():
    assert words_q("x" * 100 + " never") == Q(search__contains="x" * 100)

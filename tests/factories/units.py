"""Units, users, people."""

from __future__ import annotations

from datetime import date
from typing import Any

from emulation.models import (
    Round,
)
from tests.factories.common import NUMBERS, PASSWORD, YEAR
from units.models import (
    Initiative,
    Membership,
    Office,
    Person,
    PersonGroup,
    Posting,
    Role,
    TaskRating,
    Unit,
    UnitChange,
    UnitKind,
    UnitRating,
    User,
)
from units.services.tree import announce, place_unit
from units.text import split_name


def make_unit_kind(code: str = "depot", **fields: Any) -> UnitKind:
    return UnitKind.objects.get_or_create(code=code, defaults={"name": code.title(), **fields})[0]


def make_office(code: str = "training") -> Office:
    return Office.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def make_unit(parent: Unit | None = None, code: str = "", *, kind: UnitKind | str = "depot", **fields: Any) -> Unit:
    """A unit that has always existed, unless `established` says otherwise.

    What `create_unit` leaves behind, without its checks: nearly every test begins with three units.
    """
    code = code or f"U{next(NUMBERS)}"
    kind = make_unit_kind(kind) if isinstance(kind, str) else kind
    unit = Unit(**{"code": code, "name": f"Unit {code}", "kind": kind} | fields)
    place_unit(unit, parent)
    change = {"kind": UnitChange.Kind.CREATED, "effective": unit.established, "name_after": unit.name}
    UnitChange.objects.create(unit=unit, parent_after=parent, by=None, **change)
    if Round.objects.exists():
        announce([unit.pk], unit.established, [parent.pk if parent else None])
    return unit


def make_user(username: str = "", *roles: tuple[Unit, str], **fields: Any) -> User:
    """A user with an open membership for each (unit, role). The password is `PASSWORD`."""
    username = username or f"user{next(NUMBERS)}"
    defaults = {"full_name": f"Nguyễn Văn {username.title()}", "must_change_password": False}
    user = User.objects.create_user(username, PASSWORD, **defaults | fields)
    for unit, role in roles:
        make_membership(user, unit, role)
    return user


def root_administrator() -> User:
    """An administrator of the root of whatever tree the test has: who may change it everywhere."""
    return make_user("", (Unit.objects.get(placements__parent=None), Role.ADMINISTRATOR))


def make_membership(user: User, unit: Unit, role: str = Role.STAFF, **fields: Any) -> Membership:
    return Membership.objects.create(user=user, unit=unit, role=role, **{"since": date(2000, 1, 1)} | fields)


def make_person_group(code: str = "officer") -> PersonGroup:
    return PersonGroup.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def make_person(unit: Unit, name: str = "Nguyễn Văn An", *, group: str = "officer", **fields: Any) -> Person:
    """Somebody who has served in the unit since 2015, as far as `since` does not say otherwise."""
    since = fields.pop("since", date(2015, 1, 1))
    family, middle, given = split_name(name)
    defaults = {"service_number": f"15{next(NUMBERS):06d}", "group": make_person_group(group), "unit": unit}
    person = Person.objects.create(family_name=family, middle_name=middle, given_name=given, **defaults | fields)
    Posting.objects.create(person=person, unit=unit, post=person.post, since=since, until=person.left)
    return person


def make_rating(person: Person, year: int = YEAR, rating: str = "well") -> TaskRating:
    return TaskRating.objects.create(person=person, year=year, rating=rating)


def make_unit_rating(unit: Unit, year: int = YEAR, rating: str = "well") -> UnitRating:
    return UnitRating.objects.create(unit=unit, year=year, rating=rating)


def make_initiative(person: Person, year: int = YEAR, level: str = "base", **fields: Any) -> Initiative:
    return Initiative.objects.create(person=person, year=year, level=level, **{"title": "Đồ gá"} | fields)

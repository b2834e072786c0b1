"""Who walks the season of the demonstration: logins that only awards need, and the council of the department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from awards.models import Council, CouncilMember
from awards.services.councils import found_council, seat_member
from emulation.models import DemoLogin
from emulation.services.demo.people import SINCE, Cast
from units.models import Membership, Office, Person, Role, Unit, User
from units.text import split_name

FOUNDED = date(2020, 1, 15)
Function = CouncilMember.Function
# unit whose commander sits in the council → function; the secretary is the staff officer of the department
SEATS = {
    "CKT": Function.CHAIR, "PCT": Function.DEPUTY, "PTMKH": Function.MEMBER, "PQK": Function.MEMBER,
    "X1": Function.MEMBER, "TD1": Function.MEMBER,
}  # fmt: skip
NAMES = ("family_name", "middle_name", "given_name")
# commanders who get a login of their own: unit → user name
COMMANDERS = {"PTMKH": "council", "QK": "commander-qk"}


@dataclass(frozen=True)
class Actors:
    """The cast of the movement, and who acts for awards."""

    cast: Cast
    council: Council
    appraiser: User  # speaks for the political office on nominations

    @property
    def department(self) -> Unit:
        return self.cast.units["CKT"]

    def staff(self, unit: Unit) -> User:
        return self.cast.user(unit, Role.STAFF)

    def commander(self, unit: Unit) -> User:
        return self.cast.user(unit, Role.COMMANDER)

    @property
    def chair(self) -> User:
        return self.commander(self.department)

    @property
    def secretary(self) -> User:
        return self.staff(self.department)

    @property
    def reviewer(self) -> User:
        return self.cast.user(self.department, Role.REVIEWER)


def create_actors(cast: Cast) -> Actors:
    department = cast.units["CKT"]
    chair = cast.user(department, Role.COMMANDER)
    appraiser = User(username="appraiser", full_name="Hoàng Thị Ngọc Oanh")
    add_login(appraiser, chair)
    office = Office.objects.get(code="politics")
    Membership.objects.create(user=appraiser, unit=department, role=Role.REVIEWER, office=office, since=SINCE)
    for code, name in COMMANDERS.items():
        user = cast.user(cast.units[code], Role.COMMANDER)
        user.username = name
        add_login(user, chair)
    council = found_council(
        department, name="Hội đồng Thi đua – Khen thưởng Cục Kỹ thuật", decision="35/QĐ-CKT", since=FOUNDED, by=chair
    )
    for code, function in SEATS.items():
        seat_member(council, cast.user(cast.units[code], Role.COMMANDER), function=function, since=FOUNDED, by=chair)
    secretary = cast.user(department, Role.STAFF)
    seat_member(council, secretary, function=Function.SECRETARY, since=FOUNDED, by=chair)
    return Actors(cast, council, appraiser)


def know_council(cast: Cast) -> None:
    """Let the register know who will sit in the council, before awards are given by name: papers name their rank."""
    for code in SEATS:
        _enter(cast.user(cast.units[code], Role.COMMANDER), cast.units[code])
    _enter(cast.user(cast.units["CKT"], Role.STAFF), cast.units["CKT"], post="Trợ lý")


def _enter(user: User, unit: Unit, *, post: str = "") -> None:
    """As the unit's senior officer, or the first who holds the post; a namesake takes the name that gets free."""
    officers = unit.people.filter(left=None, rank__isnull=False).order_by("-rank__order", "service_number")
    person = officers.filter(post=post).first() if post else officers.first()
    assert person is not None
    names = dict(zip(NAMES, split_name(user.full_name), strict=True))
    for one, own in [
        (row, {name: getattr(person, name) for name in NAMES}) for row in Person.objects.filter(**names)
    ]:
        _rename(one, own)
    _rename(person, names)
    user.person = person
    user.save(update_fields=["person"])


def _rename(person: Person, names: dict[str, str]) -> None:
    for name, value in names.items():
        setattr(person, name, value)
    person.save()


def add_login(user: User, other: User) -> None:
    """Let the login page offer the user, with the password of `other`: a hash of its own takes a second."""
    user.password, user.must_change_password = other.password, False
    user.save()
    DemoLogin.objects.create(user=user, order=DemoLogin.objects.count())

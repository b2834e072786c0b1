"""Who walks the season of the demonstration: logins that only awards need, and the council of the department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from awards.models import Council, CouncilMember
from awards.services.councils import found_council, seat_member
from emulation.models import DemoLogin
from emulation.services.demo.people import SINCE, Cast
from units.models import Office, Role, Unit, User
from units.services import add_membership

FOUNDED = date(2020, 1, 15)
Function = CouncilMember.Function
# unit whose commander sits in the council → function; the secretary is the staff officer of the department
SEATS = {
    "CKT": Function.CHAIR, "PCT": Function.DEPUTY, "PTMKH": Function.MEMBER, "PQK": Function.MEMBER,
    "X1": Function.MEMBER, "TD1": Function.MEMBER,
}  # fmt: skip
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
    add_membership(user=appraiser, unit=department, role=Role.REVIEWER, office=office, since=SINCE)
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


def add_login(user: User, other: User) -> None:
    """Let the login page offer the user, with the password of `other`: a hash of its own takes a second."""
    user.password, user.must_change_password = other.password, False
    user.save()
    DemoLogin.objects.create(user=user, order=DemoLogin.objects.count())

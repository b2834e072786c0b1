"""The people of the demonstration: accounts that log in, and authors who do not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password

from emulation.folders import DATA
from emulation.models import DemoLogin
from emulation.reports.demo import PASSWORD
from units.models import Membership, Role, Unit, User
from units.paths import parent_path

SINCE = date(2019, 1, 1)


@dataclass(frozen=True)
class Cast:
    """Who acts for which unit; `units` by code."""

    units: dict[str, Unit]
    acting: dict[tuple[int, str], User]

    def user(self, unit: Unit, role: Role) -> User:
        return self.acting[unit.pk, role]

    def superior(self, unit: Unit) -> Unit:
        """The unit above; the root itself at the root."""
        above = parent_path(unit.path) or unit.path
        return next(u for u in self.units.values() if u.path == above)

    def reviewer(self, unit: Unit) -> User:
        """A reviewer of the nearest unit above that has one."""
        above = self.superior(unit)
        while (above.pk, Role.REVIEWER) not in self.acting:
            above = self.superior(above)
        return self.acting[above.pk, Role.REVIEWER]


def create_cast() -> Cast:
    """Accounts for the login page, and for every other unit authors without a password."""
    data = json.loads((DATA / "demo" / "people.json").read_text(encoding="utf-8"))
    units = {unit.code: unit for unit in Unit.objects.order_by("order")}
    acting: dict[tuple[int, str], User] = {}
    password = make_password(PASSWORD)  # once: a hash takes a second
    for order, login in enumerate(data["logins"]):
        user = User.objects.create(
            username=login["username"], full_name=login["full_name"], password=password, must_change_password=False
        )
        _engage(user, units[login["unit"]], login["role"], acting)
        DemoLogin.objects.create(user=user, order=order)
    names = _names(data)
    _fill(units["QK"], (Role.STAFF, Role.COMMANDER, Role.REVIEWER), acting, names)
    for unit in units.values():
        _fill(unit, (Role.STAFF, Role.COMMANDER), acting, names)
    return Cast(units, acting)


def _names(data: dict[str, list[str]]) -> list[str]:
    """Invented names; the three lists have lengths without a common factor, so that none comes twice."""
    families, middles, givens = data["families"], data["middles"], data["givens"]
    return [
        f"{families[i % len(families)]} {middles[i % len(middles)]} {givens[i % len(givens)]}"
        for i in range(len(families) * len(middles))
    ]


def _fill(unit: Unit, roles: tuple[Role, ...], acting: dict[tuple[int, str], User], names: list[str]) -> None:
    for role in roles:
        if (unit.pk, role) not in acting:
            user = User.objects.create_user(
                f"{unit.code.lower()}.{role}", full_name=names.pop(0), must_change_password=False
            )
            _engage(user, unit, role, acting)


def _engage(user: User, unit: Unit, role: str, acting: dict[tuple[int, str], User]) -> None:
    Membership.objects.create(user=user, unit=unit, role=role, since=SINCE)  # nobody is there yet to appoint them
    acting[unit.pk, role] = user

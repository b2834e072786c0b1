"""What a new base lacks before its first movement runs: step by step, what is to be done and by whom.

The thread ends with the first launch in the base. Later years begin by copying one (`services.years`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emulation.models import Campaign, CampaignKind, Indicator, Round
from units import access, clock
from units.models import Membership, Role, Unit, User
from units.paths import path_ids

NAMED = 3  # people named for a step
TOP = 2  # levels of the tree whose units may launch a year's movement

Holders = dict[tuple[Role, Unit], list[str]]  # role and unit → names


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the thread: `words` say what is missing, `url` leads there, where the user may do it.

    `who` are those who do it: their role and unit, and their names.
    """

    key: str
    label: str
    done: bool
    words: str
    url: str
    who: str

    @property
    def state(self) -> str:
        return "met" if self.done else "missing"


def concerned(user: User) -> bool:
    """Who sets a base up: administrators of the root, staff and commanders of units that may launch a movement."""
    launching = (Role.STAFF, Role.COMMANDER)
    return access.administers_root(user) or any(
        m.role in launching and len(path_ids(m.unit.path)) <= TOP for m in user.active_memberships
    )


def setup_steps(user: User) -> list[Step]:
    """The thread in its order; empty once a movement has been launched. One query then, nine before."""
    if Campaign.objects.launched().exists():
        return []
    root = Unit.objects.order_by("path").first()  # a path begins with that of the unit above
    return list(_steps(root, user)) if root is not None else []


def _steps(root: Unit, user: User) -> Iterator[Step]:
    rows = Campaign.objects.filter(parent=None).annotate(asked=Count("indicators")).select_related("launching_unit")
    draft = rows.order_by("-year").first()
    year = draft.year if draft else clock.today().year
    holders = _holders(root)
    yield from _ground(root, user, year, holders)
    staffed = (unit for role, unit in holders if role == Role.STAFF)
    launching = draft.launching_unit if draft else next(staffed, root)
    staff, commander = _who(Role.STAFF, launching, holders), _who(Role.COMMANDER, launching, holders)
    writes = [m.unit for m in user.active_memberships if m.role == Role.STAFF and len(path_ids(m.unit.path)) <= TOP]
    words = _("Prepare the movement of %(year)d: goal, theme, dates, units that take part.") % {"year": year}
    url = f"{reverse('emulation:campaign-create')}?year={year}" if writes else ""
    yield Step("campaign", _("Movement of the year"), draft is not None, words, url, staff)
    enters = draft and access.enters(user, launching)
    url = reverse("emulation:campaign-indicators-choose", args=[draft.pk]) if draft and enters else ""
    asked: int = getattr(draft, "asked", 0)
    words = _("Choose what the movement asks of the units.")
    yield Step("indicators", _("Indicators of the movement"), asked > 0, words, url, staff)
    url = reverse("emulation:campaign-launch", args=[draft.pk]) if draft and access.commands(user, launching) else ""
    words = _("From the launch on, units are asked for targets and figures.")
    yield Step("launch", _("Launch"), False, words, url, commander)


def _ground(root: Unit, user: User, year: int, holders: Holders) -> Iterator[Step]:
    """What the administrator of the root sets up. Units are counted as they are today."""
    may = access.administers_root(user)
    who = _who(Role.ADMINISTRATOR, root, holders)

    def step(key: str, label: str, done: bool, words: str, name: str, query: str = "") -> Step:
        return Step(key, label, done, words, reverse(name) + query if may else "", who)

    active = Membership.objects.active().filter(unit=OuterRef("pk"))
    served = Q(Exists(active.filter(role=Role.STAFF))) & Q(Exists(active.filter(role=Role.COMMANDER)))
    units = Unit.objects.existing_on(clock.today())
    total, lacking = units.count(), units.exclude(served).count()
    words = _("Only %(unit)s is there: enter the units below it, or load them from a file (load_units).")
    yield step("units", _("Units"), total > 1, words % {"unit": root.short}, "units:unit-create")
    words = _lacking(root, lacking, {role for role, _unit in holders})
    yield step("users", _("Users and roles"), not words, words, "units:user-list")
    if not (CampaignKind.objects.exists() and Indicator.objects.exists()):
        words = _("Kinds of campaign or indicators are missing: load the catalogues of the application.")
        yield step("catalogue", _("Catalogues"), False, words, "emulation:indicator-list")
    words = _("Set up the quarters of %(year)d with the days on which they are due.") % {"year": year}
    known = Round.objects.quarters().filter(year=year).exists()
    yield step("rounds", _("Reporting rounds"), known, words, "emulation:round-create", f"?year={year}")


def _lacking(root: Unit, units: int, roles: Collection[Role]) -> str:
    """Who is missing: officers at the top, and units without them; empty where everybody is there."""
    names = [role.label for role in (Role.STAFF, Role.COMMANDER, Role.REVIEWER) if role not in roles]
    found = []
    if names:
        words = _("Nobody in %(unit)s or directly below has the role: %(roles)s.")
        found.append(words % {"unit": root.short, "roles": ", ".join(str(name) for name in names)})
    if units:
        words = ngettext(
            "%(count)d unit has no staff officer or no commander.",
            "%(count)d units have no staff officer or no commander.",
            units,
        )
        found.append(words % {"count": units})
    return " ".join(found)


def _holders(root: Unit) -> Holders:
    """(role, unit) → names, for the root and units directly below, the root first. Reviewers of offices left out."""
    rows = Membership.objects.active().filter(Q(unit=root) | Q(unit__in=Unit.objects.children_of(root)), office=None)
    found: Holders = defaultdict(list)
    for row in rows.select_related("unit", "user").order_by("unit__path", "user__sorting"):
        found[Role(row.role), row.unit].append(str(row.user))
    return found


def _who(role: Role, unit: Unit, holders: Holders) -> str:
    """«staff of CKT: Nguyễn Văn An», or that nobody has the role yet."""
    words = {
        Role.ADMINISTRATOR: _("administrator of %(unit)s"),
        Role.STAFF: _("staff of %(unit)s"),
        Role.COMMANDER: _("commander of %(unit)s"),
    }[role] % {"unit": unit.short}
    names = holders.get((role, unit), [])
    nobody = _("nobody yet")
    return f"{words}: {', '.join(names[:NAMED]) or nobody}"

"""Lists of units, users and ratings as tables to be saved: heads, and rows as the page shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from units.models import Membership, Person, Placement, Unit, UnitChange, User
from units.models.units import UnitQuerySet
from units.reports.persons import rating_word
from units.reports.tree import with_superiors
from units.spreadsheets import Table, Value

CHUNK = 500  # rows read at a time


def users_table(users: QuerySet[Any]) -> Table:
    """One row a user; each has its `present` memberships."""
    rows = ([u.full_name, u.username, "; ".join(map(_role, u.present)), login_word(u)] for u in users.iterator(CHUNK))
    return [_("Full name"), _("User name"), _("Roles"), _("Login")], rows


def _role(membership: Membership) -> str:
    office = f" ({membership.office.label})" if membership.office else ""
    return f"{membership.get_role_display()}{office} – {membership.unit.short}"


def login_word(user: User) -> str:
    """Whether the user may log in, in words."""
    if not user.is_active:
        return _("May not log in")
    return _("First password") if user.must_change_password else _("May log in")


def units_table(units: UnitQuerySet) -> Table:
    """One row a unit, a superior before its subordinates, with all of its superiors."""
    heads = [_("Code"), _("Unit"), _("Kind"), _("Under"), _("Established"), _("Dissolved")]
    return heads, _units(units.select_related("kind").order_by(F("dissolved").asc(nulls_first=True), "path", "code"))


def _units(units: QuerySet[Unit]) -> Iterator[list[Value]]:
    for page in Paginator(units, CHUNK):
        for placed in with_superiors(page):
            unit, above = placed.unit, " › ".join(one.short for one in placed.superiors)
            yield [unit.code, unit.name, unit.kind.label, above, unit.established, unit.dissolved]


def unit_ratings_table(units: QuerySet[Unit], year: int) -> Table:
    """One row a unit with its `rating` of the year."""
    heads = [_("Code"), _("Unit"), _("Kind"), _("Rating of %(year)s") % {"year": year}]
    rows = ([u.code, u.name, u.kind.label, rating_word(u.rating)] for u in units.iterator(CHUNK))  # type: ignore[attr-defined]
    return heads, rows


def person_ratings_table(people: QuerySet[Person], year: int) -> Table:
    """One row a person with their `rating` of the year."""
    heads = [
        _("Service number"), _("Full name"), _("Rank"), _("Post"), _("Unit"),
        _("Rating of %(year)s") % {"year": year},
    ]  # fmt: skip
    rows = (
        [
            person.service_number, person.full_name, person.rank.label if person.rank else "", person.post,
            person.unit.short, rating_word(person.rating),  # type: ignore[attr-defined]
        ]
        for person in people.iterator(CHUNK)
    )  # fmt: skip
    return heads, rows


def members_table(memberships: QuerySet[Membership]) -> Table:
    """One row a role of somebody in the unit."""
    heads = [_("Full name"), _("User name"), _("Role"), _("Only for the office"), _("From"), _("Until")]
    return heads, [
        [
            row.user.full_name, row.user.username, row.get_role_display(), row.office.label if row.office else "",
            row.since, row.until,
        ]
        for row in memberships
    ]  # fmt: skip


def placements_table(placements: QuerySet[Placement]) -> Table:
    """One row a superior that the unit has stood under: from its day, until the day before the next."""
    heads = [_("Under"), _("Code"), _("From"), _("Until before")]
    return heads, [
        [
            row.parent.name if row.parent else _("top of the tree"),
            row.parent.code if row.parent else "",
            row.since,
            row.until,
        ]
        for row in placements
    ]


def unit_changes_table(changes: QuerySet[UnitChange]) -> Table:
    """One row a dated change of the unit: what it was called and under whom it stood before and after."""
    heads = [
        _("Takes effect on"), _("What changed"), _("Name before"), _("Name after"), _("Superior before"),
        _("Superior after"), _("Decision number"), _("Reason"), _("Recorded by"), _("Recorded"), _("Taken back by"),
        _("Taken back on"), _("Why it is taken back"),
    ]  # fmt: skip
    return heads, [
        [
            row.effective, row.get_kind_display(), row.name_before, row.name_after, str(row.parent_before or ""),
            str(row.parent_after or ""), row.decision, row.reason, str(row.by or ""), localdate(row.at),
            str(row.undone_by or ""), localdate(row.undone_at) if row.undone_at else None, row.undone_why,
        ]
        for row in changes
    ]  # fmt: skip

"""The layout in force for a unit's papers: its own profile, filled up from the units above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from emulation.models import LayoutProfile
from emulation.official import MARGINS, Layout, bare_line
from units import access
from units.models import Role, Unit, User
from units.paths import path_ids

INHERITED = ("place", *MARGINS, "size")


def layout_of(unit: Unit, superior: Unit | None = None) -> Layout:
    """What stands around the unit's papers. Two queries; one where the `superior` is known."""
    profiles = profiles_for(unit)
    own = next((row for row in profiles if row.unit_id == unit.pk), LayoutProfile(unit=unit))
    above = superior or Unit.objects.above(unit).last()
    found: dict[str, Any] = {}
    for name in INHERITED:
        value = next((value for row in profiles if (value := getattr(row, name))), None)
        if value:
            found[name] = value
    lines = next((row.recipients for row in profiles if row.recipients.strip()), "")
    return Layout(
        superior=own.superior_line or (above.name if above else ""), issuer=own.own_line or unit.name,
        abbreviation=own.abbreviation or unit.code, signer=own.signer, signer_post=own.signer_post,
        recipients=tuple(bare for line in lines.splitlines() if (bare := bare_line(line))), **found,
    )  # fmt: skip


def signature_of(unit: Unit, user: User, layout: Layout) -> dict[str, str]:
    """What is offered where `user` signs a paper of the unit, or drafts it, so that nobody types it each time.

    What the layout says; else as who signs did so with the unit's last report; else rank (before the name), name and
    post of the register. Four queries at most.
    """
    who = user if access.commands(user, unit) else _only_commander(unit)
    last = unit.review_reports.filter(signed_by=who).order_by("-signed_at").first() if who else None
    person = who.person if who else None
    post = person.post if person is not None and person.unit_id == unit.pk else ""
    return {
        "place": layout.place or (last.place if last else ""),
        "signer": layout.signer or (last.signer if last else name_with_rank(who)),
        "signer_post": layout.signer_post or (last.signer_post if last else post),
    }


def _only_commander(unit: Unit) -> User | None:
    """For whom the staff draft; None where several may sign, or nobody."""
    found = User.objects.filter(memberships__in=unit.memberships.active().filter(role=Role.COMMANDER)).distinct()
    commanders = list(found.select_related("person__rank")[:2])
    return commanders[0] if len(commanders) == 1 else None


def name_with_rank(user: User | None) -> str:
    """«Đại tá Nguyễn Văn An», as names stand under papers; without a rank where the register knows none."""
    if user is None:
        return ""
    rank = user.person.rank if user.person is not None else None
    return f"{rank} {user}" if rank is not None else str(user)


def profiles_for(unit: Unit) -> Sequence[LayoutProfile]:
    """Profiles of the unit and of those above it, the nearest first. One query."""
    above = path_ids(unit.path)
    rows = LayoutProfile.objects.filter(unit__in=above).select_related("unit")
    return sorted(rows, key=lambda row: -above.index(row.unit_id))

"""Who may do what with awards, beside the rules of `units.access`."""

from __future__ import annotations

from units.access import reviews_above, works_at
from units.models import Person, Role, Unit, User


def unit_of(subject: Person | Unit) -> Unit:
    """The unit that answers for the person, or the unit itself."""
    return subject.unit if isinstance(subject, Person) else subject


def attests(user: User, subject: Person | Unit) -> bool:
    """Whether the user confirms criteria by hand: staff and commander of the very unit, reviewers above it."""
    unit = unit_of(subject)
    return works_at(user, unit, Role.STAFF, Role.COMMANDER) or reviews_above(user, unit)


def records_grants(user: User, subject: Person | Unit) -> bool:
    """Whether the user keeps the register of awards: a reviewer of a superior; at the root, of the root."""
    return reviews_above(user, unit_of(subject))

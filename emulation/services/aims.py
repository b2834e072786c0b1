"""Titles a unit aims at: written with the registration, frozen with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from emulation.models import RegisteredTitle, Registration
from emulation.services.targets import lapse, lock, refuse_unless_open
from units import access
from units.errors import Refused
from units.models import Unit, User
from units.reports.seen import changed_meanwhile, digest_of, last_change

Subject = RegisteredTitle.Subject
MOST = 20  # titles of one registration


@dataclass(frozen=True, slots=True)
class Aim:
    """A title aimed at; `number` or `share` (per cent) of people, neither for the unit itself."""

    code: str
    title: str
    subject: str
    number: int | None = None
    share: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        return self.title, self.subject


def aims_of(registration: Registration) -> list[Aim]:
    return [Aim(row.code, row.title, row.subject, row.number, row.share) for row in registration.titles.all()]


def mark_of(aims: list[Aim]) -> str:
    """Of the titles that a page shows, so that nobody overwrites unseen what somebody else has saved meanwhile."""
    return digest_of(aims)


def aims_from(rows: Iterable[dict[str, Any]]) -> list[Aim]:
    """From the JSON of a version or amendment."""
    return [Aim(**row) for row in rows]


def as_json(aims: Iterable[Aim]) -> list[dict[str, Any]]:
    return [asdict(aim) for aim in aims]


@transaction.atomic
def set_titles(unit: Unit, year: int, aims: list[Aim], *, by: User, seen: str = "") -> None:
    """The unit's staff say at which titles it aims, while the registration is theirs. Raises `Refused`.

    `seen` is `mark_of` the titles that the page showed; empty where there was none.
    """
    access.require(access.enters(by, unit))
    registration = lock(unit, year)
    refuse_unless_open(registration)
    stored = aims_of(registration)
    if seen and seen != mark_of(stored) and aims != stored:
        words = _("Stored now: %(titles)s.") % {"titles": "; ".join(map(str, registration.titles.all())) or "–"}
        raise Refused([*changed_meanwhile(last_change(registration.titles.all())).messages, words])
    write_titles(registration, aims)
    if aims != stored:
        lapse(registration, by=by)


def write_titles(registration: Registration, aims: list[Aim]) -> None:
    """Make the titles what `aims` says; each row leaves its own trace. The registration is locked."""
    refuse_wrong_titles(aims)
    wanted = {aim.key: aim for aim in aims}
    for row in list(registration.titles.all()):
        aim = wanted.pop((row.title, row.subject), None)
        if aim is None:
            row.delete()
        elif (row.code, row.number, row.share) != (aim.code, aim.number, aim.share):
            row.code, row.number, row.share = aim.code, aim.number, aim.share
            _save(row)
    for aim in wanted.values():
        _save(RegisteredTitle(registration=registration, **asdict(aim)))


def refuse_wrong_titles(aims: list[Aim]) -> None:
    if len(aims) > MOST:
        raise Refused(_("At most %(count)d titles can be registered.") % {"count": MOST})
    if len({aim.key for aim in aims}) < len(aims):
        raise Refused(_("A title stands there twice. Keep one line of it."))


def _save(row: RegisteredTitle) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused([f"{row.title}: {message}" for message in error.messages]) from error
    row.save()

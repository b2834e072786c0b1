"""The registers of a movement: what is kept beside targets and figures, and what of it needs somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.reports.inspections import summary as inspections
from emulation.reports.weak_points import summary as weak_points
from units.access import has_role
from units.models import READERS, User


def reads(user: User) -> bool:
    return has_role(user, *READERS)


@dataclass(frozen=True)
class Register:
    """A register: its tab, its list page (`name`), who sees it, and what it is for in a sentence.

    `summary` says in a few words how much stands in it and what is open, in a fixed number of queries.
    """

    key: str
    label: str | Promise
    name: str
    icon: str
    words: str | Promise
    summary: Callable[[User], str]
    shown: Callable[[User], bool] = reads


# In the order of the tabs. Each register adds a line.
REGISTERS: list[Register] = [
    # documents
    # activities
    # initiatives
    Register(
        "weak_points", _("Weak points"), "emulation:weak-point-list", "bi-bullseye",
        _("Weak links, weak areas and hard tasks of the units, and how they are settled for good."), weak_points,
    ),
    Register(
        "inspections", _("Inspections"), "emulation:inspection-list", "bi-clipboard-data",
        _("Inspections and supervision: plan, findings, conclusion and what follows from them."), inspections,
    ),
    # checklists
    # examples
    # incidents
    # papers
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    register: Register
    summary: str


def registers_of(user: User) -> list[Card]:
    """The registers that the user reads, each with its summary."""
    return [Card(register, register.summary(user)) for register in REGISTERS if register.shown(user)]

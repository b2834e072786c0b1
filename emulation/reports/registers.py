"""The registers of a movement: what is kept beside targets and figures, and what of it needs somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from emulation.reports import assessments, examples
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
    # weak points
    # inspections
    Register(
        "checklists",
        _("Assessments"),
        "emulation:assessment-list",
        "bi-ui-checks",
        _("Units, party cells and leaders against the models of the movement, item by item."),
        assessments.summary,
    ),  # fmt: skip
    Register(
        "examples",
        _("Advanced examples"),
        "emulation:example-list",
        "bi-stars",
        _("People and units from whom others learn: discovered, fostered, recognised, spread."),
        examples.summary,
    ),  # fmt: skip
    # incidents
    # papers
]


@dataclass(frozen=True, slots=True)
class Card:
    register: Register
    summary: str


def registers_of(user: User) -> list[Card]:
    """The registers that the user reads, each with its summary."""
    return [Card(register, register.summary(user)) for register in REGISTERS if register.shown(user)]

"""The registers of a movement: what is kept beside targets and figures, and what of it needs somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from emulation.models import IssuedPaper
from emulation.reports import activities, assessments, documents, examples, incidents, initiatives
from emulation.reports.inspections import summary as inspections
from emulation.reports.weak_points import summary as weak_points
from units import clock
from units.access import reads_figures, sees_anybodys_discipline
from units.models import User


def papers_issued(user: User) -> str:
    """How many papers this year. One query."""
    year = clock.today().year
    count = IssuedPaper.objects.visible_to(user).filter(year=year, cancelled_at=None).count()
    return ngettext("%(count)d paper in %(year)d", "%(count)d papers in %(year)d", count) % {
        "count": count, "year": year,
    }  # fmt: skip


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
    shown: Callable[[User], bool] = reads_figures


# In the order of the tabs. Each register adds a line.
REGISTERS: list[Register] = [
    Register(
        "documents", _("Documents"), "emulation:document-list", "bi-journal-text",
        _("Directives, resolutions, plans and guidelines, and which units have acknowledged receipt."),
        documents.summary,
    ),
    Register(
        "activities", _("Activities"), "emulation:activity-list", "bi-calendar-event",
        _("Launches, contests, publicity, study sessions, congresses, civil work, gifts – with participants, amounts "
          "and pictures."), activities.summary,
    ),
    Register(
        "initiatives",
        _("Initiatives"),
        "emulation:initiative-list",
        "bi-lightbulb-fill",
        _("Works from the proposal to recognition, use and value; contests they are entered for."),
        initiatives.summary,
    ),  # fmt: skip
    Register(
        "weak_points", _("Weak points"), "emulation:weak-point-list", "bi-bullseye",
        _("Weak links, weak areas and hard tasks of the units, and how they are settled for good."), weak_points,
    ),
    Register(
        "inspections", _("Inspections"), "emulation:inspection-list", "bi-clipboard-data",
        _("Inspections and supervision: plan, findings, conclusion and what follows from them."), inspections,
    ),
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
    Register(
        "incidents", _("Incidents"), "emulation:incident-list", "bi-shield-exclamation",
        _("Losses of safety and violations of discipline, their investigation and conclusion; seen by few."),
        incidents.summary, sees_anybodys_discipline,
    ),
    Register(
        "papers", _("Documents issued"), "emulation:paper-list", "bi-journal-bookmark",
        _("Every number that was given to a report, plan or list, with the paper as it was issued."), papers_issued,
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    register: Register
    summary: str


def registers_of(user: User) -> list[Card]:
    """The registers that the user reads, each with its summary."""
    return [Card(register, register.summary(user)) for register in REGISTERS if register.shown(user)]

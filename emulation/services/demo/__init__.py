"""Demonstration data: the movement of 2020 with that of 2019 before it, built through the services.

Consolidated, the first half of 2020 gives the figures of the article; those of single units and all
people are invented.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from emulation.folders import DATA
from emulation.models import DemoLogin
from emulation.services.demo import (
    assessments,
    drive,
    examples,
    initiatives,
    launch,
    papers,
    people,
    persons,
    plan,
    pledges,
    registers,
    sheets,
)
from emulation.services.demo.people import Cast
from emulation.services.demo.weak_points import create_weak_points
from units.catalogue import load_catalogue
from units.errors import Refused
from units.models import Unit, UnitKind
from units.services import create_unit

FOLDER = DATA / "demo"
YEARS = (2019, 2020)

# What higher apps add to the demonstration; this app must not import them, so they register here.
after_seed: list[Callable[[Cast], None]] = []


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def seed() -> None:
    """Load the demonstration into an empty base. Raises `Refused` when it holds units already."""
    if DemoLogin.objects.exists():
        raise Refused(_("The demonstration data are loaded already."))
    if Unit.objects.exists():
        raise Refused(_("The database holds other data; demonstration data go into an empty database only."))
    load_catalogue()
    _create_units()
    cast = people.create_cast()
    persons.create_register(cast)
    for year in YEARS:
        plan.create_campaigns(year, cast)
        plan.launch_campaigns(year, cast)
        plan.create_targets(year, cast)
        sheets.create_sheets(year, cast)
    create_weak_points(cast)
    assessments.create_assessments(cast)
    examples.create_examples(cast)
    launch.create_launch(cast)
    drive.create_drive_round(cast)
    initiatives.create_initiatives(cast)
    pledges.create_pledges(cast)
    registers.create_registers(cast)
    papers.create_papers(cast)
    for add in after_seed:
        add(cast)


def _create_units() -> None:
    kinds = {kind.code: kind for kind in UnitKind.objects.all()}
    units: dict[str, Unit] = {}
    for order, row in enumerate(rows("units.csv"), start=1):
        units[row["code"]] = create_unit(
            code=row["code"],
            name=row["name"],
            short_name=row["short_name"],
            kind=kinds[row["kind"]],
            parent=units.get(row["parent"]),
            order=order,
            established=date.fromisoformat(row["established"]),
            by=None,
        )

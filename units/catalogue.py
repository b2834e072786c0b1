"""The catalogues every base begins with: kinds of unit, offices, personnel groups, ranks, forms of discipline.

Those of higher apps follow with them, so that a base is complete by whichever command it begins with.

Loaded by a function and never by a migration: tests with a live server empty all tables.
"""

import json
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from units.models import CatalogueRow, DisciplineForm, Office, PersonGroup, Rank, UnitKind

DATA = Path(__file__).parent / "data"
FILES: dict[str, type[CatalogueRow]] = {
    "kinds.json": UnitKind,
    "offices.json": Office,
    "person_groups.json": PersonGroup,
    "ranks.json": Rank,  # after the groups, which they name by code
    "discipline_forms.json": DisciplineForm,
}

# Catalogues of higher apps that rest on these; this app must not import them, so they register here.
after_catalogue: list[Callable[[], None]] = []


@transaction.atomic
def load_catalogue() -> None:
    """Add the rows that are missing, by code. What an administrator has changed stays as it is."""
    for name, model in FILES.items():
        known = set(model.objects.values_list("code", flat=True))  # type: ignore[attr-defined]
        for row in json.loads((DATA / name).read_text(encoding="utf-8")):
            if row["code"] not in known:
                if "group" in row:
                    row["group"] = PersonGroup.objects.get(code=row["group"])
                model(**row).save()
    for load in after_catalogue:
        load()

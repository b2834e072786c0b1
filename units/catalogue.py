"""The catalogues every base begins with: kinds of unit and offices.

Loaded by a function and never by a migration: tests with a live server empty all tables.
"""

import json
from pathlib import Path

from django.db import transaction

from units.models import CatalogueRow, Office, UnitKind

DATA = Path(__file__).parent / "data"
FILES: dict[str, type[CatalogueRow]] = {"kinds.json": UnitKind, "offices.json": Office}


@transaction.atomic
def load_catalogue() -> None:
    """Add the rows that are missing, by code. What an administrator has changed stays as it is."""
    for name, model in FILES.items():
        known = set(model.objects.values_list("code", flat=True))  # type: ignore[attr-defined]
        for row in json.loads((DATA / name).read_text(encoding="utf-8")):
            if row["code"] not in known:
                model(**row).save()

"""A base that begins without the demonstration has everything to work with, by whichever command it begins."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from awards.models import Award
from emulation.models import CampaignKind, Indicator
from emulation.services.migration import COLUMNS
from emulation.views.catalogue import CATALOGUES
from tests.factories import make_unit, make_user
from units.models import CatalogueRow, Role


def load_units(folder: Path) -> None:
    file = folder / "units.csv"
    file.write_text("code,name,short_name,kind,parent,established,dissolved\nCKT,Cục,CKT,department,,,\n", "utf-8")
    call_command("load_units", str(file))


def create_administrator(_folder: Path) -> None:
    make_unit(code="CKT", kind="department")
    call_command("create_administrator", "admin", unit="CKT")


def load_results(folder: Path) -> None:
    make_user("admin", (make_unit(code="CKT", kind="department"), Role.ADMINISTRATOR))
    file = folder / "results.csv"
    file.write_text(",".join(COLUMNS) + "\n", "utf-8")
    call_command("load_results", str(file), by="admin")


@pytest.mark.parametrize("begin", [load_units, create_administrator, load_results])
def test_an_own_base_has_every_catalogue(db, monkeypatch, tmp_path, begin: Callable[[Path], None]):
    monkeypatch.setenv("ADMIN_PASSWORD", "azyk-vw4w-afgb")

    begin(tmp_path)

    rows = [model for model in apps.get_models() if issubclass(model, CatalogueRow)]
    assert [model.__name__ for model in rows if not model._default_manager.exists()] == []
    # Which figures come from a register and are not typed is for the administrator to say.
    assert [key for key, one in CATALOGUES.items() if not one.model._default_manager.exists()] == ["feeds"]
    assert (Indicator.objects.count(), CampaignKind.objects.count(), Award.objects.count()) == (60, 7, 43)


def test_beginning_again_keeps_what_an_administrator_changed(db, tmp_path):
    load_units(tmp_path)
    Indicator.objects.filter(code="HL_QS").update(name="Tên do quản trị đặt")

    call_command("load_units", str(tmp_path / "units.csv"), update=True)

    assert Indicator.objects.get(code="HL_QS").name == "Tên do quản trị đặt"
    assert Indicator.objects.count() == 60

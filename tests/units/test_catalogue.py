from units.catalogue import load_catalogue
from units.models import Office, UnitKind


def test_load_catalogue_into_an_empty_base_fills_kinds_and_offices(db):
    load_catalogue()

    assert list(UnitKind.objects.values_list("code", flat=True)) == [
        "region", "department", "office", "section", "depot", "workshop", "station", "battalion", "company",
    ]  # fmt: skip
    assert Office.objects.count() == 8


def test_load_catalogue_again_keeps_what_an_administrator_changed(db):
    load_catalogue()
    UnitKind.objects.filter(code="depot").update(name="Tổng kho")
    UnitKind.objects.filter(code="company").delete()

    load_catalogue()

    assert UnitKind.objects.get(code="depot").name == "Tổng kho"
    assert UnitKind.objects.count() == 9

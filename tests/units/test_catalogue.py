from units.catalogue import load_catalogue
from units.models import DisciplineForm, Office, PersonGroup, Rank, UnitKind


def test_load_catalogue_into_an_empty_base_fills_kinds_and_offices(db):
    load_catalogue()

    assert list(UnitKind.objects.values_list("code", flat=True)) == [
        "region", "department", "office", "section", "depot", "workshop", "station", "battalion", "company",
    ]  # fmt: skip
    assert Office.objects.count() == 8
    groups = [group.short for group in PersonGroup.objects.all()]
    assert groups == ["SQ", "QNCN", "HSQ-BS", "CNVCQP", "LĐHĐ"]
    assert DisciplineForm.objects.first().code == "reprimand"


def test_load_catalogue_fills_the_ranks_of_each_group_from_low_to_high(db):
    load_catalogue()

    ranks = {
        code: list(Rank.objects.filter(group__code=code).values_list("name", flat=True))
        for code in PersonGroup.objects.values_list("code", flat=True)
    }
    assert (ranks["nco"][0], ranks["nco"][-1]) == ("Binh nhì", "Thượng sĩ")
    assert (ranks["professional"][0], ranks["professional"][-1]) == ("Thiếu úy", "Thượng tá")
    assert (ranks["officer"][0], ranks["officer"][-1]) == ("Thiếu úy", "Đại tướng")
    assert ranks["defence"] == ranks["contract"] == []


def test_load_catalogue_again_keeps_what_an_administrator_changed(db):
    load_catalogue()
    UnitKind.objects.filter(code="depot").update(name="Tổng kho")
    UnitKind.objects.filter(code="company").delete()

    load_catalogue()

    assert UnitKind.objects.get(code="depot").name == "Tổng kho"
    assert UnitKind.objects.count() == 9

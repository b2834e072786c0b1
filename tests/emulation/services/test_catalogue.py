from auditlog.models import LogEntry

from emulation.models import CampaignKind, ChecklistItem, Grade, Indicator
from units.catalogue import load_catalogue


def test_load_catalogue_brings_sixty_indicators_with_their_scale_and_items(db):
    load_catalogue()

    assert Indicator.objects.count() == 60
    assert list(Grade.objects.values_list("code", flat=True)) == ["excellent", "good", "pass", "fail"]
    items = ChecklistItem.objects.filter(template__indicator__code="CVD50")
    assert [item.text for item in items] == ["Tốt", "Bền", "An toàn", "Tiết kiệm"]
    measures = dict(Indicator.objects.values_list("code", "measure"))
    assert (measures["XD_VMTD"], measures["DV_MT"], measures["AT_KM"]) == ("score", "grade", "ratio")


def test_load_catalogue_again_keeps_what_an_administrator_changed(db):
    load_catalogue()
    Indicator.objects.filter(code="HL_QS").update(name="Tên do quản trị đặt")
    CampaignKind.objects.get(code="model").delete()
    Grade.objects.filter(code="pass").delete()

    load_catalogue()

    assert Indicator.objects.get(code="HL_QS").name == "Tên do quản trị đặt"
    assert CampaignKind.objects.filter(code="model").count() == 1
    assert Grade.objects.filter(code="pass").count() == 0


def test_load_catalogue_twice_adds_nothing_and_leaves_no_trace(db):
    load_catalogue()
    before = LogEntry.objects.count()

    load_catalogue()

    assert LogEntry.objects.count() == before


def test_every_indicator_of_the_catalogue_is_valid_and_named_in_both_languages(db):
    load_catalogue()

    for indicator in Indicator.objects.all():
        indicator.full_clean()
        assert indicator.name_en, indicator.code

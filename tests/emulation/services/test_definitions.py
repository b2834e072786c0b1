"""Catalogue rows, indicators and checklists: what results rest on stays as it is."""

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError

from emulation.models import Area, CampaignKind, ChecklistTemplate, Grade, Indicator, Report, Summary
from emulation.services.definitions import Item, delete_row, is_referred, save_checklist, save_indicator, save_row
from emulation.services.summaries import differences
from tests.factories import (
    make_area,
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_campaign_kind,
    make_criterion,
    make_drive,
    make_incident_gravity,
    make_indicator,
    make_report,
    make_rounds,
    make_unit_kind,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import DisciplineForm, UnitKind


def refused(service, *args, **fields) -> str | None:
    """The field that the refusal names."""
    with pytest.raises(Refused) as caught:
        service(*args, **fields)
    return caught.value.field


@built_once
def reported(region, depot):
    """A ratio with a figure of the second quarter."""
    indicator = make_indicator("ratio", "HL_QS")
    make_campaign_indicator(make_campaign(region), indicator)
    make_report(depot, make_rounds()[2], {indicator: (98, 100)}, state=Report.State.APPROVED)
    return indicator


# ── rows ──────────────────────────────────────────────────────────────────


def test_save_row_leaves_a_trace(db):
    area = Area(code="safety", name="An toàn")

    save_row(area)
    area.name = "Bảo đảm an toàn"
    save_row(area)

    assert [entry.changes["name"][1] for entry in LogEntry.objects.get_for_object(area)] == [
        "Bảo đảm an toàn",
        "An toàn",
    ]


def test_save_row_with_a_code_that_is_taken_is_refused(db):
    make_area("safety")

    with pytest.raises(ValidationError) as caught:
        save_row(Area(code="safety", name="An toàn"))

    assert list(caught.value.message_dict) == ["code"]


def test_save_row_keeps_the_rank_of_a_grade_that_figures_use(region, depot):
    indicator = make_indicator("grade")
    make_report(depot, make_rounds()[1], {indicator: "good"})
    good, fail = Grade.objects.get(code="good"), Grade.objects.get(code="fail")
    good.rank, fail.rank = 9, 0

    assert refused(save_row, good) == "rank"
    fail.rank = 7
    save_row(fail)
    assert Grade.objects.get(code="fail").rank == 7


@pytest.mark.parametrize("column", ["gravity", "incident_gravity"])
def test_save_row_keeps_how_grave_something_is_as_soon_as_a_criterion_asks_for_it(db, column):
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    gravity = make_incident_gravity(rank=2)
    row, name = (form, "order") if column == "gravity" else (gravity, "rank")
    setattr(row, name, 3)
    save_row(row)
    make_criterion(make_award(), "no_incident", gravity=form, incident_gravity=gravity)
    row.name = "Tên mới"
    save_row(row)
    setattr(row, name, 1)
    assert refused(save_row, row) == name


def test_save_row_names_a_grade_that_figures_use_anew(region, depot):
    make_report(depot, make_rounds()[1], {make_indicator("grade"): "good"})
    good = Grade.objects.get(code="good")
    good.name = "Khá"

    save_row(good)

    assert Grade.objects.get(code="good").name == "Khá"


def test_save_row_keeps_the_sort_of_a_campaign_kind_in_use(region):
    make_drive(region)
    kind = CampaignKind.objects.get(code="drive")
    kind.is_drive = False

    assert refused(save_row, kind) == "is_drive"


def test_delete_row_that_nobody_refers_to(db):
    kind = make_campaign_kind("model")

    delete_row(kind)

    assert not CampaignKind.objects.exists()


def test_delete_row_in_use_is_refused(reported):
    assert refused(delete_row, make_area()) is None
    assert Area.objects.filter(pk=reported.area_id).exists()


def test_delete_row_named_by_many_to_many_is_refused(region):
    """Deleting it would quietly ask every kind of unit."""
    kind = make_unit_kind("station")
    make_campaign_indicator(make_campaign(region), make_indicator(), kinds=[kind])

    assert is_referred(kind)
    assert refused(delete_row, kind) is None
    assert UnitKind.objects.filter(code="station").exists()


# ── indicators ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("field", "value"),
    [("measure", "count"), ("scale", 1), ("decimals", 1), ("accrual", "stock"), ("headline_share", 70)],
)
def test_save_indicator_keeps_what_results_rest_on(reported, field, value):
    setattr(reported, field, value)

    assert refused(save_indicator, reported) == field
    assert getattr(Indicator.objects.get(pk=reported.pk), field) != value


def test_save_indicator_with_results_changes_name_and_labels(reported):
    reported.name, reported.numerator_label = "Tham gia huấn luyện", "Lượt"

    save_indicator(reported)

    assert Indicator.objects.get(pk=reported.pk).name == "Tham gia huấn luyện"


def test_save_indicator_without_results_redefines_it_and_rebuilds_its_years(region, depot):
    indicator = make_indicator("count", accrual="flow")
    make_campaign_indicator(make_campaign(region), indicator)
    make_rounds()
    expected = Summary.objects.filter(unit=region, period="H1", indicator=indicator).values_list(
        "expected", flat=True
    )
    before = list(expected.all())
    indicator.accrual = "stock"

    save_indicator(indicator)

    assert (before, list(expected.all())) == ([6], [3])
    assert differences(2020)[1] == []


def test_save_indicator_that_breaks_a_rule_of_the_table_is_refused(db):
    with pytest.raises(ValidationError):
        save_indicator(Indicator(code="X", name="X", area=make_area(), measure="grade", accrual="stock"))


def test_save_indicator_refuses_predecessors_in_a_ring(db):
    first = make_indicator()
    second = make_indicator(predecessor=first)
    first.predecessor = second

    assert refused(save_indicator, first) == "predecessor"


# ── checklists ────────────────────────────────────────────────────────────


ITEMS = [Item("Tốt", "Good"), Item("Bền")]


def test_save_checklist_keeps_the_items_in_order(db):
    indicator = make_indicator("checklist")
    template = ChecklistTemplate(indicator=indicator, since=2021)

    save_checklist(template, items=ITEMS)

    assert list(template.items.values_list("order", "text", "text_en")) == [(1, "Tốt", "Good"), (2, "Bền", "")]
    assert indicator.templates.count() == 2


def test_save_checklist_replaces_items_that_nobody_has_judged(db):
    template = make_indicator("checklist").templates.get()

    save_checklist(template, items=ITEMS)

    assert [item.text for item in template.items.all()] == ["Tốt", "Bền"]


def test_save_checklist_without_items_is_refused(db):
    template = make_indicator("checklist").templates.get()

    assert refused(save_checklist, template, items=[]) == "texts"


def test_save_checklist_of_a_year_in_which_items_were_judged_is_refused(region, depot):
    indicator = make_indicator("checklist")
    make_report(depot, make_rounds()[1], {indicator: [True, True, False, None]})

    assert refused(save_checklist, indicator.templates.get(), items=ITEMS) == "since"
    assert refused(save_checklist, ChecklistTemplate(indicator=indicator, since=2020), items=ITEMS) == "since"
    save_checklist(ChecklistTemplate(indicator=indicator, since=2021), items=ITEMS)
    assert indicator.templates.count() == 2


def test_save_checklist_twice_for_a_year_is_refused(db):
    indicator = make_indicator("checklist")
    save_checklist(ChecklistTemplate(indicator=indicator, since=2021), items=ITEMS)

    with pytest.raises(ValidationError):
        save_checklist(ChecklistTemplate(indicator=indicator, since=2021), items=ITEMS)


def test_row_is_deleted_or_changed_as_it_is_stored(db):
    kind = make_campaign_kind()
    old_page = CampaignKind.objects.get(pk=kind.pk)
    delete_row(kind)
    for act in (delete_row, save_row):
        assert refused(act, old_page) is None
    assert not CampaignKind.objects.exists()

"""What may be typed into a cell."""

from decimal import Decimal

import pytest
from django.utils import translation

from emulation.checks import Entry
from emulation.forms.sheets import CellForm, ReportFilter
from emulation.models import Report
from emulation.reports.lines import Spec
from emulation.reports.sheets import Typed, seen_token
from tests.factories import make_indicator, make_rounds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def form_of(indicator, low=None, high=None, **texts):
    items = tuple(indicator.templates.get().items.all()) if indicator.measure == "checklist" else ()
    grades = tuple(indicator.grade_scale.grades.all()) if indicator.grade_scale else ()
    data = {f"c{indicator.pk}-{name.replace('_', '-')}": text for name, text in texts.items()}
    return CellForm(data, spec=Spec(indicator, low, high, grades, items))


@pytest.mark.parametrize(
    ("measure", "texts", "entry"),
    [
        ("count", {"numerator": "1 275"}, Entry(numerator=Decimal(1275))),
        ("count", {"numerator": "1.275"}, Entry(numerator=Decimal(1275))),
        (
            "amount",
            {"numerator": "73,2", "note": " Two crews. "},
            Entry(numerator=Decimal("73.2"), note="Two crews."),
        ),
        (
            "ratio",
            {"numerator": "296", "denominator": "300"},
            Entry(numerator=Decimal(296), denominator=Decimal(300)),
        ),
        ("count", {"status": "nil", "reason": "No contest."}, Entry(status="nil", reason="No contest.")),
        ("count", {"status": "reported", "numerator": "0", "reason": "left over"}, Entry(numerator=Decimal(0))),
        ("count", {"numerator": "", "status": "reported"}, None),
    ],
)
def test_right_cell_becomes_an_entry(measure, texts, entry):
    form = form_of(make_indicator(measure), **texts)
    assert form.is_valid(), form.messages
    assert form.entry == entry


def test_grade_is_chosen_from_its_scale():
    indicator = make_indicator("grade")
    good = indicator.grade_scale.grades.get(code="good")
    form = form_of(indicator, grade=str(good.pk))
    assert form.is_valid()
    assert form.entry.grade == good.pk


@pytest.mark.parametrize(
    ("measure", "texts", "message"),
    [
        (
            "ratio",
            {"numerator": "301", "denominator": "300"},
            "The numerator (301) is larger than the denominator (300).",
        ),
        (
            "ratio",
            {"numerator": "0", "denominator": "0"},
            "The denominator is 0. Choose “Nothing occurred” where that is so.",
        ),
        ("ratio", {"numerator": "1"}, "Fill in the denominator."),
        ("count", {"numerator": "-1"}, "A figure is not below zero."),
        ("count", {"numerator": "2,5"}, "“2,5”: enter a whole number."),
        ("count", {"numerator": "two"}, "“two” is not a number."),
        ("count", {"status": "nil"}, "Say why: “Nothing occurred” and “Not applicable” need a reason."),
        (
            "count",
            {"status": "nil", "reason": "None", "numerator": "1"},
            "“Nothing occurred” and “Not applicable” have no figure.",
        ),
        ("count", {"note": "Two prizes."}, "Fill in the figure."),
        ("grade", {"grade": "999999"}, "Choose a grade."),
    ],
)
def test_wrong_cell_says_why(measure, texts, message):
    form = form_of(make_indicator(measure, capped=True), **texts)
    assert not form.is_valid()
    assert form.messages == [message]
    assert form.entry is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4", "The value 4 is below the valid range, which begins at 5. Check the figure."),
        ("11", "The value 11 is above the valid range, which ends at 10. Check the figure."),
    ],
)
def test_value_outside_the_years_range_is_wrong(text, message):
    form = form_of(make_indicator("count"), Decimal(5), Decimal(10), numerator=text)
    assert not form.is_valid()
    assert form.messages == [message]


def test_number_with_two_readings_is_refused():
    form = form_of(make_indicator("amount"), numerator="1.275")
    assert not form.is_valid()
    assert form.messages == ["“1.275” can be read as 1275 or as 1.2750. Type one of the two."]


def answers(indicator, *states):
    keys = indicator.templates.get().items.values_list("pk", flat=True)
    return {f"item_{key}": state for key, state in zip(keys, states, strict=True)}


def test_checklist_counts_its_answers():
    indicator = make_indicator("checklist")
    form = form_of(indicator, **answers(indicator, "met", "met", "not_met", "not_applicable"))
    assert form.is_valid()
    assert (form.entry.numerator, form.entry.denominator, len(form.entry.items)) == (2, 3, 4)


@pytest.mark.parametrize(
    ("states", "message"),
    [
        (("met", "met", "met", ""), "Answer every item: met, not met or not applicable."),
        (("met", "met", "met", "perhaps"), "Answer every item: met, not met or not applicable."),
        (("not_applicable",) * 4, "No item applies. Choose “Not applicable” for the whole line."),
    ],
)
def test_checklist_is_answered_in_full(states, message):
    indicator = make_indicator("checklist")
    form = form_of(indicator, **answers(indicator, *states))
    assert not form.is_valid()
    assert form.messages == [message]


def test_cell_is_untouched_while_its_inputs_stand_as_shown():
    indicator = make_indicator("count")
    seen = seen_token("7.1", Typed(numerator="5"))
    assert form_of(indicator, numerator="5", status="reported", seen=seen).untouched
    assert not form_of(indicator, numerator="6", status="reported", seen=seen).untouched


def test_choice_in_a_conflict():
    indicator = make_indicator("count")
    seen = seen_token("7.1", Typed(numerator="5"))
    mine = form_of(indicator, numerator="6", seen=seen, now="7.2", choice="mine")
    assert mine.is_valid()
    assert mine.change.seen == "7.2"
    assert form_of(indicator, numerator="6", seen=seen, now="7.2", choice="theirs").untouched
    undecided = form_of(indicator, numerator="6", seen=seen, now="7.2")
    assert undecided.is_valid()
    assert undecided.change.seen == "7.1"


def test_filter_narrows_and_ignores_what_is_wrong(region, depot, workshop):
    from tests.factories import make_campaign, make_campaign_indicator

    make_campaign_indicator(make_campaign(region), make_indicator())
    rounds = make_rounds()
    every = Report.objects.all()
    assert ReportFilter({"unit": "unit k1", "round": rounds[2].pk}).filter(every).get().unit == depot
    assert ReportFilter({"state": "approved"}).filter(every).count() == 0
    assert ReportFilter({"round": "none", "state": "?"}).filter(every).count() == every.count()

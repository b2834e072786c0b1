"""Constraints of advanced examples."""

from emulation.models import ExampleAdoption, ExampleFigure, ExampleStep
from tests.constraints import assert_refused
from tests.factories import make_example, make_example_figure, make_indicator, make_person
from tests.layers import built_once


@built_once
def example(depot, staff):
    return make_example(depot, staff)


def test_example_is_a_person_or_a_unit(example):
    example.person = make_person(example.unit)
    assert_refused(example, "example_person_or_unit")
    example.person = example.collective = None
    assert_refused(example, "example_person_or_unit")


def test_example_says_where_it_is_spread_and_at_which_level(example, department):
    example.spread_in = department
    assert_refused(example, "example_spread_where")
    example.stage, example.spread_in, example.level = "spread", None, "base"
    assert_refused(example, "example_spread_where")
    example.stage, example.level = "recognised", ""
    assert_refused(example, "example_recognised_at_level")


def test_rows_of_an_example_come_once(example, workshop):
    step = example.steps.get()
    columns = {"day": step.day, "reason": "x", "by": step.by, "at": step.at}
    assert_refused(ExampleStep(example=example, stage=step.stage, **columns), "examplestep_once")
    adoption = {"example": example, "unit": workshop, "day": step.day, "done": "x"}
    ExampleAdoption.objects.create(**adoption)
    assert_refused(ExampleAdoption(**adoption), "exampleadoption_once")
    figure = make_example_figure(example, make_indicator())
    columns = {name: getattr(figure, name) for name in ("example", "unit", "indicator", "year", "period")}
    assert_refused(ExampleFigure(**columns), "examplefigure_once")

"""What plausibility rules say of a sheet; which of them stand in the way."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils import translation

from emulation.models import Acknowledgement, CheckRule, Report
from emulation.reports.findings import findings_of
from emulation.reports.review import read_review
from tests.factories import (
    make_campaign,
    make_campaign_indicator,
    make_indicator,
    make_report,
    make_rounds,
    make_target,
)
from tests.layers import built_once

State = Report.State
LEVELS = CheckRule.Level.values


@pytest.fixture(autouse=True)
def english(set_today):
    set_today(date(2020, 12, 1))
    with translation.override("en"):
        yield


@built_once
def share(region):
    indicator = make_indicator("ratio", "SHARE", name="Healthy", numerator_label="healthy", denominator_label="all")
    make_campaign_indicator(make_campaign(region), indicator)
    return indicator


def rule(kind, level="warning", **fields):
    return CheckRule.objects.create(**{"code": kind, "name": kind, "kind": kind, "level": level} | fields)


def sheets_of(unit, indicator, *figures):
    """Handed-in sheets of the first quarters, the last of `figures` on one that is still a draft."""
    rounds = make_rounds()
    for quarter, figure in enumerate(figures, start=1):
        state = State.DRAFT if quarter == len(figures) else State.SUBMITTED
        report = make_report(unit, rounds[quarter], {indicator: figure}, state=state)
    return report


def sentences(report, levels=LEVELS, targets=None):
    return [finding.sentence for finding in findings_of(report, levels, targets)]


def test_sheet_without_rules_costs_one_query(share, depot, django_assert_num_queries):
    report = sheets_of(depot, share, (9, 10))
    with django_assert_num_queries(1):
        assert findings_of(report) == []


def test_comparison_names_both_figures(share, region, depot):
    fit = make_indicator("ratio", "FIT", name="Fit for duty", numerator_label="fit")
    make_campaign_indicator(make_campaign(region), fit)
    rule("compare", "error", indicator=fit, part="numerator", comparator="<=", other=share, other_part="denominator")
    report = make_report(depot, make_rounds()[1], {share: (9, 10), fit: (11, 12)})
    (finding,) = findings_of(report)
    assert (finding.level, finding.indicator, finding.open) == ("error", fit.pk, True)
    assert finding.sentence == "“Fit for duty – fit” is 11; it must be ≤ “Healthy – all”, which is 10."


def test_comparison_says_nothing_while_one_figure_is_missing(share, region, depot):
    fit = make_indicator("ratio", "FIT")
    rule("compare", "error", indicator=fit, comparator="<=", other=share)
    assert sentences(make_report(depot, make_rounds()[1], {fit: (11, 12)})) == []


@pytest.mark.parametrize(
    ("kind", "figures", "sentence"),
    [
        ("falls", [(9, 10), (8, 10)], "Counted from January it was 90 in the last quarter; it cannot fall to 80."),
        (
            "far",
            [(90, 100), (90, 100), (30, 100)],
            "30 lies far from the unit's last quarters, which were 90 on average.",
        ),
        ("worse", [(9, 10), (85, 100)], "85 is much worse than in the last quarter (90)."),
        ("unchanged", [(9, 10), (90, 100), (18, 20)], "The same value, 90, for 3 quarters."),
        (
            "first_full",
            [(9, 10), (8, 10), (10, 10)],
            "100 % for the first time in this unit; the best so far was 90.",
        ),
    ],
)
def test_rules_look_at_the_quarters_before(share, depot, kind, figures, sentence):
    rule(kind, indicator=share if kind == "falls" else None, quarters=3 if kind != "first_full" else 2)
    report = sheets_of(depot, share, *figures)
    assert sentences(report) == [sentence]
    report.results.update(numerator=9, denominator=10)
    Report.objects.exclude(pk=report.pk).update(state=State.DRAFT)
    assert sentences(report) == []


def test_shares_of_few_things_jump_by_chance(share, depot):
    rule("far")
    assert sentences(sheets_of(depot, share, (2, 2), (2, 2), (0, 2))) == []


def test_only_handed_in_sheets_of_the_unit_itself_are_its_past(share, depot, workshop):
    rule("worse")
    rounds = make_rounds()
    make_report(workshop, rounds[1], {share: (10, 10)}, state=State.APPROVED)
    make_report(depot, rounds[1], {share: (10, 10)}, state=State.DRAFT)
    assert sentences(make_report(depot, rounds[2], {share: (5, 10)})) == []


def test_figure_exactly_at_the_target_is_for_the_reviewer(share, depot):
    rule("at_target", "review")
    report = sheets_of(depot, share, (9, 10))
    assert sentences(report, targets={share.pk: Fraction(90)}) == ["The figure is exactly the target, 90."]
    assert sentences(report, ["error", "warning"], {share.pk: Fraction(90)}) == []


def test_rule_not_in_use_is_silent(share, depot):
    rule("worse", active=False)
    assert sentences(sheets_of(depot, share, (9, 10), (5, 10))) == []


def test_reason_holds_as_long_as_the_figures_do(share, depot, staff):
    worse = rule("worse")
    report = sheets_of(depot, share, (9, 10), (5, 10))
    (finding,) = findings_of(report)
    Acknowledgement.objects.create(
        report=report, rule=worse, indicator=share, values=finding.values, reason="Counted twice.", by=staff
    )
    (answered,) = findings_of(report)
    assert (answered.reason, answered.by, answered.open) == ("Counted twice.", str(staff), False)
    report.results.update(numerator=6)
    (changed,) = findings_of(report)
    assert (changed.reason, changed.open) == ("", True)


def test_reviewer_sees_the_finding_and_the_reason(share, depot, staff):
    worse = rule("worse")
    make_target(depot, share.placements.get(), 40)
    report = sheets_of(depot, share, (9, 10), (5, 10))
    (finding,) = findings_of(report)
    Acknowledgement.objects.create(
        report=report, rule=worse, indicator=share, values=finding.values, reason="Counted twice.", by=staff
    )
    (row,) = read_review(report).rows
    assert (row.warning, row.why, row.answers) == (
        "Unusual change", "50 is much worse than in the last quarter (90).", ("Counted twice.",)
    )  # fmt: skip


def test_findings_take_a_constant_number_of_queries(region, depot, django_assert_num_queries):
    rule("worse")
    campaign = make_campaign(region)
    rounds = make_rounds()
    for count in (1, 3):
        for _number in range(count):
            indicator = make_indicator("ratio")
            make_campaign_indicator(campaign, indicator, name="Attendance of 2020")
            make_report(depot, rounds[1], {indicator: (9, 10)}, state=State.SUBMITTED)
            make_report(depot, rounds[2], {indicator: (5, 10)})
        report = Report.objects.select_related("round", "unit", "lineage").get(unit=depot, round=rounds[2])
        with django_assert_num_queries(5):
            found = findings_of(report)
        assert [one.name for one in found] in (["Attendance of 2020"], ["Attendance of 2020"] * 4)

from awards.reports.routes import judging_unit, next_above
from tests.factories import make_council


def test_dossiers_go_to_the_nearest_council_the_own_one_included(depot, department, region, staff):
    make_council(region, staff)
    assert (judging_unit(depot), next_above(depot)) == (region, region)
    make_council(department, staff)
    assert (judging_unit(depot), judging_unit(department)) == (department, department)
    assert (next_above(department), next_above(region)) == (region, None)


def test_without_councils_the_reviewers_of_sheets_judge(depot, department, reviewer, region):
    assert (judging_unit(depot), judging_unit(region)) == (department, None)

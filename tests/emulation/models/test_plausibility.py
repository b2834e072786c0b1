import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from emulation.models import CheckRule
from tests.factories import make_indicator


def rule(**fields):
    return CheckRule(**{"code": "r", "name": "Rule", "kind": "worse", "level": "warning"} | fields)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("check_rule_compares_two_figures", {"kind": "compare", "comparator": "<="}),
        ("check_rule_compares_two_figures", {"comparator": "<="}),
        ("check_rule_falls_names_its_indicator", {"kind": "falls"}),
        ("check_rule_targets_are_for_reviewers", {"kind": "at_target"}),
    ],
)
def test_database_refuses_rules_that_say_nothing(db, name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        rule(**fields).save()


@pytest.mark.parametrize("part", ["part", "other_part"])
def test_denominator_is_compared_only_where_there_is_one(db, part):
    fields = {"indicator": make_indicator("count"), "other": make_indicator("count"), part: "denominator"}
    with pytest.raises(ValidationError) as caught:
        rule(kind="compare", comparator="<=", **fields).full_clean()
    assert list(caught.value.message_dict) == [part]


def test_no_figure_is_compared_with_itself(db):
    ratio = make_indicator("ratio")
    with pytest.raises(ValidationError) as caught:
        rule(kind="compare", comparator="<", indicator=ratio, other=ratio).full_clean()
    assert list(caught.value.message_dict) == ["other"]
    rule(
        kind="compare", comparator="<=", indicator=ratio, other=ratio, part="numerator", other_part="denominator"
    ).full_clean()

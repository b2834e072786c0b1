"""Which lines wait for which paper of a unit."""

from datetime import date

import pytest

from awards.models import Authority, DecidingLevel, Nomination, Submission, VoteRule
from awards.reports.powers import Powers
from awards.reports.ready import acting, awaited, groups, ready, with_places
from tests.factories import (
    make_award,
    make_award_level,
    make_dossier,
    make_membership,
    make_nomination,
    make_office,
    make_person,
    make_submission,
    make_unit,
    make_unit_kind,
    make_user,
)
from tests.layers import built_once
from units.models import Person, Unit

DAY = date(2020, 12, 22)


@built_once
def lines(depot, staff, department):
    base, state = make_award_level("base", 2), make_award_level("state", 5)
    DecidingLevel.objects.create(kind=department.kind, level=base)
    low, order, hero = (make_award(code, level=level) for code, level in (("A", base), ("B", state), ("C", state)))
    Authority.objects.create(award=order, level=state, decides="Chủ tịch nước")
    Authority.objects.create(award=hero, level=state, decides="Thủ tướng")
    dossier = make_dossier(depot, staff, rule_day=DAY, received_on=DAY)
    place = {"stage": "passed", "holder": department}
    return [make_nomination(dossier, award, make_person(depot), **place) for award in (low, low, order, hero)]


def test_lines_are_grouped_by_who_decides(lines, department):
    found = groups(acting([department]), Powers(DAY))
    assert [(row.own, row.needed.decides, row.count) for row in found] == [
        (True, "", 2), (False, "Chủ tịch nước", 1), (False, "Thủ tướng", 1),
    ]  # fmt: skip


def test_level_that_decides_is_that_of_the_unit_of_the_hand_in(lines, department, depot, elsewhere):
    """A transfer between hand-in and decision, to a unit of whose people another level decides, changes nothing."""
    far = make_award_level("far", 9)
    kind = make_unit_kind("far")
    make_unit(elsewhere, "FAR", kind=kind)
    DecidingLevel.objects.create(kind=kind, level=far)
    Authority.objects.create(award=lines[0].award, level=lines[0].award.level, subject_level=lines[0].award.level)
    Authority.objects.create(award=lines[0].award, level=far, subject_level=far)
    Nomination.objects.update(served_in=depot)
    Person.objects.update(unit=Unit.objects.get(code="FAR"))
    line = with_places(Nomination.objects.filter(pk=lines[0].pk)).get()
    assert Powers(DAY).of(line).level == line.award.level
    assert [(row.own, row.count) for row in groups(acting([department]), Powers(DAY))] == [
        (True, 2), (False, 1), (False, 1),
    ]  # fmt: skip
    Nomination.objects.update(served_in=None)  # of a hand-in before this was kept: where the person serves now
    line = with_places(Nomination.objects.filter(pk=lines[0].pk)).get()
    assert Powers(DAY).of(line).level == far


def test_level_up_to_which_a_unit_decides_is_that_of_the_newest_rule(lines, department):
    for code, order, since in (("unit", 1, date(2020, 6, 1)), ("region", 3, date(2019, 1, 1))):
        level = make_award_level(code, order)
        DecidingLevel.objects.create(kind=department.kind, level=level, valid_from=since)
    assert [Powers(day).own(department).code for day in (DAY, date(2019, 6, 1), date(2018, 1, 1))] == [
        "unit", "region", "base",
    ]  # fmt: skip


def test_what_the_holder_has_sent_on_waits_for_its_outcome(lines, staff, department, region):
    letter = make_submission(department, staff, lines[2])
    assert lines[2] not in ready(acting([department]))
    sent = {"sent_by": staff, "sent_at": "2020-12-22T00:00Z", "day": DAY, "number": "1", "signer": "A"}
    Submission.objects.filter(pk=letter.pk).update(**sent)
    lines[2].stage = "forwarded"
    lines[2].save()
    assert (lines[2] in ready(acting([department])), lines[2] in awaited(acting([department]), still=True)) == (
        False,
        True,
    )
    lines[2].holder = region
    lines[2].save()
    assert (lines[2] in ready(acting([region])), lines[2] in awaited(acting([department]), still=True)) == (
        True,
        False,
    )
    assert lines[2] in awaited(acting([department]))


@pytest.mark.parametrize(
    ("role", "office", "recorded"),
    [("commander", False, False), ("reviewer", False, False), ("reviewer", True, True), ("staff", False, True)],
)
def test_nobody_records_what_a_superior_decides_that_acts_itself(
    lines, staff, department, region, elsewhere, role, office, recorded
):
    """Also where that superior has been dissolved since and its own superior acts."""
    member = make_membership(make_user("general"), region, role, office=make_office() if office else None)
    letter = make_submission(department, staff, lines[2])
    sent = {"sent_by": staff, "sent_at": "2020-12-22T00:00Z", "day": DAY, "number": "1", "signer": "A"}
    Submission.objects.filter(pk=letter.pk).update(**sent)
    Nomination.objects.filter(pk=lines[2].pk).update(stage="forwarded", holder=region)
    assert (lines[2] in awaited(acting([department]))) == recorded
    below = make_unit(region, "LD")
    Unit.objects.filter(pk=below.pk).update(dissolved=date(2020, 1, 1))
    Nomination.objects.filter(pk=lines[2].pk).update(holder=below)
    assert (lines[2] in awaited(acting([department]))) == recorded
    type(member).objects.filter(pk=member.pk).update(unit=elsewhere)
    assert lines[2] in awaited(acting([department]))


def test_superior_acts_for_a_dissolved_unit(lines, department, region, elsewhere):
    Unit.objects.filter(pk=department.pk).update(dissolved=date(2020, 1, 1))
    assert ready(acting([region])).count() == 4
    assert [(row.unit, row.count) for row in groups(acting([region]), Powers(DAY))][0][0] == region
    assert not ready(acting([elsewhere])).exists()


@pytest.mark.parametrize("until", [None, date(2020, 12, 21)])
def test_appraised_line_waits_for_the_vote_that_its_rules_ask_for(lines, department, until):
    line = lines[0]
    VoteRule.objects.create(award=line.award, share=90, valid_until=until)
    Nomination.objects.filter(pk=line.pk).update(stage="appraised")
    assert (line in ready(acting([department]))) == (until is not None)  # the dossier is judged by the rules of DAY


def test_lines_of_other_stages_and_units_do_not_wait(lines, department, depot):
    for line, columns in zip(
        lines, ({"stage": "decided"}, {"stage": "at_council"}, {"holder": depot}, {"stage": "rejected"}), strict=True
    ):
        type(line).objects.filter(pk=line.pk).update(**columns)
    assert not ready(acting([department])).exists()

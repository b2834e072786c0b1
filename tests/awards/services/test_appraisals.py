from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from awards.models import Nomination
from awards.reports.dossiers import steps_of
from awards.reports.opinions import opinions_of
from awards.services.appraisals import conclude, conclude_many, give_opinions
from awards.services.dossiers import Pick, add_lines, change_line, confirm_read, hand_in
from tests.factories import (
    make_award,
    make_criterion,
    make_dossier,
    make_membership,
    make_office,
    make_person,
    make_rating,
    make_user,
)
from tests.layers import built_once
from units.errors import Refused
from units.models import Office, Role

REASON = "Chưa có xác nhận của chỉ huy trực tiếp."
ALL_THE_SAME = "Chỉ huy đã xác nhận ngày 09/12."


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 10))


@built_once
def training(db):
    return make_office("training")


@built_once
def politics(db):
    return make_office("politics")


@built_once
def officer(department, training):
    user = make_user("officer")
    make_membership(user, department, Role.REVIEWER, office=training)
    return user


@pytest.fixture
def lines(depot, staff, commander, reviewer, training, politics):
    """Two lines handed in to the department, with criteria of two offices."""
    award = make_award("CSTT", subject="person")
    make_criterion(award, "task_rating", rating="well", office=training)
    make_criterion(award, "merit", office=politics)
    people = [make_person(depot, name) for name in ("Lê Chi", "Vũ Dũng")]
    for person in people:
        make_rating(person)
    dossier = make_dossier(depot, staff)
    made, _known = add_lines(dossier, [Pick(person, award) for person in people], by=staff)
    confirm_read(dossier, by=staff)
    dossier.refresh_from_db()
    return hand_in(dossier, lines=[line.pk for line in made], by=commander)


def stages(lines):
    return [line.stage for line in Nomination.objects.filter(pk__in=[line.pk for line in lines]).order_by("pk")]


def test_offices_speak_in_parallel_and_may_think_again(lines, officer, training):
    first, second = lines
    give_opinions({first.pk: REASON, second.pk: ""}, training, by=officer)
    give_opinions({first.pk: ""}, training, by=officer)
    assert [one.agrees for rows in opinions_of(lines).values() for one in rows] == [True, True]
    assert [(e.reason, e.after) for e in first.events.filter(kind="opinion")] == [
        (REASON, {"agrees": False}), ("", {"agrees": True}),
    ]  # fmt: skip
    assert stages(lines) == ["submitted"] * 2


def test_nobody_speaks_for_another_office_or_level(lines, officer, politics, training, reviewer, outsider, region):
    above = make_user("above")
    make_membership(above, region, Role.REVIEWER, office=training)
    for user, office in ((officer, politics), (reviewer, training), (outsider, training), (above, training)):
        with pytest.raises(PermissionDenied):
            give_opinions({lines[0].pk: ""}, office, by=user)


def test_refusing_needs_a_reason(lines, officer, training):
    with pytest.raises(Refused):
        give_opinions({lines[0].pk: "Không", lines[1].pk: ""}, training, by=officer)
    assert opinions_of(lines) == {}


def test_conclusion_names_offices_that_have_not_spoken(lines, officer, reviewer, training, politics):
    give_opinions({line.pk: "" for line in lines}, training, by=officer)
    conclude([line.pk for line in lines], verdict="appraised", reason=ALL_THE_SAME, by=reviewer)
    assert stages(lines) == ["appraised"] * 2
    assert lines[0].events.last().after == {"silent": [politics.label]}
    politics.name_en = "Political office"
    politics.save()
    with translation.override("en"):
        assert steps_of(lines[0], grounds=True)[-1].more == ["not heard: Political office"]


@pytest.mark.parametrize(("verdict", "stage"), [("returned", "returned"), ("rejected", "rejected")])
def test_a_line_comes_back_or_falls_alone_and_with_a_reason(lines, reviewer, depot, department, verdict, stage):
    with pytest.raises(Refused):
        conclude([lines[0].pk], verdict=verdict, reason="Ngắn", by=reviewer)
    conclude([lines[0].pk], verdict=verdict, reason=REASON, by=reviewer)
    assert stages(lines) == [stage, "submitted"]
    event = lines[0].events.last()
    assert (event.reason, event.unit) == (REASON, department)
    lines[0].refresh_from_db()
    assert lines[0].holder == (depot if verdict == "returned" else department)


def test_against_an_office_a_reason_is_needed(lines, officer, reviewer, training):
    give_opinions({lines[0].pk: REASON}, training, by=officer)
    with pytest.raises(Refused, match=f"Lê Chi.*{REASON[:-1]}"):
        conclude([lines[0].pk], verdict="appraised", by=reviewer)
    conclude([lines[0].pk], verdict="appraised", reason=ALL_THE_SAME, by=reviewer)
    assert stages(lines) == ["appraised", "submitted"]


@pytest.mark.parametrize(
    ("state", "spoken", "refused"),
    [
        ("met", "", False),
        ("no_data", "", True),
        ("no_data", "training", True),
        ("not_met", "training politics", False),
    ],
)
def test_what_is_not_met_needs_a_reason_unless_its_offices_agree(lines, department, reviewer, state, spoken, refused):
    line = lines[0]
    line.findings["full"]["state"] = state
    line.save()
    for code in spoken.split():
        office = Office.objects.get(code=code)
        user = make_user(code)
        make_membership(user, department, Role.REVIEWER, office=office)
        give_opinions({line.pk: ""}, office, by=user)
    if refused:
        with pytest.raises(Refused):
            conclude([line.pk], verdict="appraised", by=reviewer)
    else:
        conclude([line.pk], verdict="appraised", by=reviewer)
    assert stages(lines)[0] == ("submitted" if refused else "appraised")


def test_the_reason_is_written_only_where_something_speaks_against_going_on(lines, officer, reviewer, training):
    for line in lines:
        line.findings["full"]["state"] = "met"
        line.save(update_fields=["findings"])
    give_opinions({lines[0].pk: REASON}, training, by=officer)
    conclude_many([line.pk for line in lines], verdict="appraised", reason=ALL_THE_SAME, by=reviewer)
    assert [line.events.last().reason for line in lines] == [ALL_THE_SAME, ""]


def test_a_corrected_line_is_judged_anew(lines, officer, reviewer, training, staff, commander, department):
    line = lines[0]
    give_opinions({line.pk: ""}, training, by=officer)
    conclude([line.pk], verdict="returned", reason=REASON, by=reviewer)
    change_line(line, columns={"merit": "Đã bổ sung xác nhận"}, by=staff)
    hand_in(line.dossier, lines=[line.pk], by=commander)
    line.refresh_from_db()
    assert (line.stage, line.holder, opinions_of([line])) == ("submitted", department, {})
    assert line.events.filter(kind="opinion").count() == 1


def test_simplified_procedure_passes_without_a_council(lines, reviewer):
    occasion = lines[0].dossier.occasion
    occasion.simplified = True
    occasion.save()
    conclude([lines[0].pk], verdict="appraised", reason=ALL_THE_SAME, by=reviewer)
    assert stages(lines) == ["passed", "submitted"]


def test_nobody_judges_what_they_wrote_or_handed_in(lines, staff, commander, department, training):
    for user in (staff, commander):
        make_membership(user, department, Role.REVIEWER)
        make_membership(user, department, Role.REVIEWER, office=training)
        del user.active_memberships
        with pytest.raises(Refused):
            conclude([lines[0].pk], verdict="appraised", by=user)
        with pytest.raises(Refused):
            give_opinions({lines[0].pk: ""}, training, by=user)


def test_only_the_reviewer_where_the_line_stands_concludes(lines, officer, outsider, region):
    for user in (officer, outsider, make_user("above", (region, Role.REVIEWER))):
        with pytest.raises(PermissionDenied):
            conclude([lines[0].pk], verdict="appraised", by=user)


def test_what_is_concluded_is_concluded_once(lines, reviewer, officer, training):
    conclude([lines[0].pk], verdict="appraised", reason=ALL_THE_SAME, by=reviewer)
    with pytest.raises(Refused):
        conclude([lines[0].pk], verdict="appraised", by=reviewer)
    with pytest.raises(Refused):
        give_opinions({lines[0].pk: ""}, training, by=officer)
    conclude([lines[0].pk], verdict="returned", reason=REASON, by=reviewer)
    assert stages(lines) == ["returned", "submitted"]

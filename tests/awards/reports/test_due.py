from dataclasses import asdict
from datetime import date

import pytest

from awards.models import Attestation, Award
from awards.reports import snapshots
from awards.reports.due import due, last_day, leaves, missing, people_in, tally_of, units_in, verdict_of
from awards.reports.rules import rules_on
from tests.factories import (
    YEAR,
    make_award,
    make_campaign,
    make_campaign_indicator,
    make_complete,
    make_criterion,
    make_grant,
    make_indicator,
    make_initiative,
    make_person,
    make_rating,
    make_report,
    make_rounds,
    make_target,
    make_unit_rating,
)
from units.catalogue import load_catalogue
from units.models import Discipline, DisciplineForm, Posting, UnitRating


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 20))


QUERIES = 7  # and the three of the rules


def rules():
    return rules_on(last_day(YEAR))


def lines(unit, **filters):
    return due(people_in(unit, YEAR), units_in(unit, YEAR), YEAR, rules(), **filters)


def states(unit, award):
    return {line.subject.name: str(line.verdict.state) for line in lines(unit, award=award)}


def test_people_are_judged_by_what_the_register_says(depot):
    award = make_award("TITLE", subject="person")
    make_criterion(award, "task_rating", rating="well")
    for name, rating in (("Nguyễn Văn An", "excellent"), ("Trần Bình", "completed"), ("Lê Chi", None)):
        person = make_person(depot, name)
        if rating:
            make_rating(person, rating=rating)
    assert states(depot, "TITLE") == {"Nguyễn Văn An": "met", "Trần Bình": "not_met", "Lê Chi": "no_data"}
    assert [line.subject.name for line in lines(depot)] == ["Nguyễn Văn An", "Lê Chi", "Trần Bình"]


def test_chain_of_earlier_awards_breaks_when_one_is_revoked(depot):
    make_complete("awards")
    base, army = make_award("BASE", subject="person"), make_award("ARMY", subject="person")
    make_criterion(army, "prior_awards", awards=[base], number=3, ending="either")
    person = make_person(depot)
    grants = [make_grant(base, person, year) for year in (2017, 2018, 2019)]
    assert states(depot, "ARMY") == {"Nguyễn Văn An": "met"}
    grants[1].revoked_on, grants[1].revoked_why = date(2020, 3, 1), "Khai không đúng"
    grants[1].save()
    assert states(depot, "ARMY") == {"Nguyễn Văn An": "not_met"}


def test_discipline_counts_while_it_is_in_force(depot):
    make_complete("discipline")
    award = make_award("TITLE", subject="person")
    warning = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    make_criterion(award, "no_discipline", gravity=warning)
    light = DisciplineForm.objects.create(code="reprimand", name="Khiển trách", order=1)
    kept = {"decided": date(2019, 6, 1)}
    for name, form, columns in (
        ("Nguyễn Văn An", warning, {**kept, "cleared": date(2020, 1, 1)}),
        ("Trần Bình", warning, {**kept, "cleared": date(2020, 1, 2)}),
        ("Lê Chi", light, {"decided": date(2020, 6, 1)}),
        ("Vũ Dũng", warning, {"decided": date(2021, 1, 1)}),
    ):
        person = make_person(depot, name)
        make_rating(person)
        Discipline.objects.create(person=person, form=form, **columns)
    make_person(depot, "Đỗ Em")
    assert states(depot, "TITLE") == {
        "Nguyễn Văn An": "met", "Trần Bình": "not_met", "Lê Chi": "met", "Vũ Dũng": "met", "Đỗ Em": "no_data",
    }  # fmt: skip


def test_initiatives_count_from_their_level_up(depot):
    make_complete("merits")
    award = make_award("TITLE", subject="person")
    make_criterion(award, "merit", level="region")
    for name, level in (("Nguyễn Văn An", "ministry"), ("Trần Bình", "base")):
        make_initiative(make_person(depot, name), level=level)
    assert states(depot, "TITLE") == {"Nguyễn Văn An": "met", "Trần Bình": "not_met"}


@pytest.mark.parametrize(("since", "state"), [(None, "no_data"), (2020, "no_data"), (2018, "not_met")])
@pytest.mark.parametrize(
    ("register", "asked"),
    [
        ("awards", {"kind": "prior_awards", "number": 1}),
        ("merits", {"kind": "merit", "years": 3}),
        ("discipline", {"kind": "no_discipline", "years": 3}),
    ],
)
def test_what_is_not_found_is_known_only_where_the_register_is_complete(depot, register, asked, since, state):
    """One old record of somebody else makes no register complete. Clear of discipline is met, not «not met»."""
    award, base = make_award("TITLE", subject="person"), make_award("BASE", subject="person")
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    more = {"prior_awards": {"awards": [base]}, "no_discipline": {"gravity": form}}
    make_criterion(award, **asked, **more.get(asked["kind"], {}))
    person = make_person(depot, since=date(2018, 1, 1), enlisted=date(2018, 1, 1))
    old = make_person(depot, "Lê Chi")
    make_grant(base, old, 1990)
    make_initiative(old, 1990)
    for year in (2018, 2019, 2020):
        make_rating(person, year)
    for one in ("awards", "merits", "discipline"):
        make_complete(one, since if one == register else 1990)
    expected = "met" if (register, state) == ("discipline", "not_met") else state
    assert states(depot, "TITLE")["Nguyễn Văn An"] == expected


def test_attestation_by_hand_is_a_fact(depot, staff):
    award = make_award("TITLE", subject="person")
    asked = make_criterion(award)
    person = make_person(depot)
    assert states(depot, "TITLE") == {"Nguyễn Văn An": "no_data"}
    Attestation.objects.create(award=award, criterion=asked, person=person, year=YEAR, evidence="Biên bản", by=staff)
    assert states(depot, "TITLE") == {"Nguyễn Văn An": "met"}


def test_unit_is_judged_by_the_people_of_its_whole_branch(department, depot, workshop):
    make_complete("awards")
    title, unit_title = make_award("CSTT", subject="person"), make_award("DVTT", subject="unit")
    make_criterion(title, "task_rating", rating="well")
    make_criterion(unit_title, "members_holding", awards=[title], share=50, strict=True)
    make_criterion(unit_title, "members_rated", rating="completed", share=100)
    people = [make_person(depot, "Nguyễn Văn An"), make_person(workshop, "Lê Chi"), make_person(workshop, "Vũ Dũng")]
    for person in people:
        make_rating(person, rating="well")
    for person in people[:2]:
        make_grant(title, person)
    found = {line.subject.code: str(line.verdict.state) for line in lines(department, award="DVTT")}
    assert found == {"CKT": "met", "K1": "met", "X1": "not_met"}


@pytest.mark.parametrize(
    ("served", "state"),
    [
        ([("K1", None, None)], "met"),
        ([("X1", None, None)], "not_met"),
        ([("K1", None, date(2020, 3, 1)), ("X1", date(2020, 3, 2), None)], "met"),  # left since: it was theirs
        ([("X1", None, date(2020, 3, 1)), ("K1", date(2020, 3, 2), None)], "not_met"),  # came too late
        ([("K1", None, date(2019, 12, 30)), ("X1", date(2019, 12, 31), None)], "not_met"),
        ([("K1", None, date(2019, 12, 31)), ("X1", date(2020, 1, 1), None)], "met"),
    ],
)
def test_title_of_a_unit_is_that_of_its_people_of_that_year(department, depot, workshop, served, state):
    make_complete("awards", since=1990)
    flag, medal = make_award("FLAG", subject="unit"), make_award("MEDAL", subject="person")
    make_criterion(medal, "unit_title", awards=[flag], years=2)
    make_grant(flag, depot, 2019)
    places = {"K1": depot, "X1": workshop}
    person = make_person(places[served[-1][0]], enlisted=date(2018, 1, 1))
    person.postings.all().delete()
    for code, since, until in served:
        Posting.objects.create(person=person, unit=places[code], since=since, until=until)
    found = {line.subject.name: str(line.verdict.state) for line in lines(department, award="MEDAL")}
    assert found == {person.full_name: state}


def test_unit_is_judged_by_its_own_ratings_of_past_years(depot, workshop):
    award = make_award("TITLE", subject="unit")
    make_criterion(award, "task_rating", rating="well", years=2)
    for unit, ratings in ((depot, {2019: "well", 2020: "excellent"}), (workshop, {2019: "completed"})):
        for year, rating in ratings.items():
            make_unit_rating(unit, year, rating)
    assert states(depot, "TITLE") == {"Unit K1": "met"}
    assert states(workshop, "TITLE") == {"Unit X1": "not_met"}
    UnitRating.objects.filter(year=2019).delete()
    assert states(depot, "TITLE") == {"Unit K1": "no_data"}


def test_unit_is_judged_by_its_approved_figures(department, depot):
    flag = make_award("FLAG", subject="unit")
    make_criterion(flag, "targets_met", share=100)
    make_criterion(flag, "figure", indicator=make_indicator("count", "SK"), comparator=">=", value=10)
    indicator = flag.criteria.get(kind="figure").indicator
    campaign = make_campaign(depot, launching_unit=department)
    make_target(depot, make_campaign_indicator(campaign, indicator), 8)
    rounds = make_rounds()
    for quarter in (1, 2, 3):
        make_report(depot, rounds[quarter], {indicator: 3}, state="approved")
    assert states(depot, "FLAG") == {"Unit K1": "no_data"}
    make_report(depot, rounds[4], {indicator: 0}, state="approved")
    [line] = lines(depot, award="FLAG")
    found = [(leaf.kind, leaf.state, leaf.actual) for leaf in leaves(line.verdict, rules(), line.subject)]
    assert found == [("targets_met", "met", "1/1"), ("figure", "not_met", "9")]
    assert all("/" in leaf.sources[0] for leaf in leaves(line.verdict, rules(), line.subject))


def test_people_are_those_who_served_at_the_end_of_the_year(department, depot, workshop):
    make_person(depot, "Nguyễn Văn An", left=date(2020, 6, 30))
    moved = make_person(depot, "Lê Chi", since=date(2021, 2, 1))
    moved.postings.create(unit=workshop, since=date(2015, 1, 1), until=date(2021, 1, 31))
    award = make_award("TITLE", subject="person")
    make_criterion(award)
    assert [person.full_name for person in people_in(workshop, YEAR)] == ["Lê Chi"]
    assert list(people_in(depot, YEAR)) == []


def test_what_has_been_granted_is_no_more_due(depot):
    award = make_award("TITLE", subject="person")
    make_criterion(award, "task_rating", rating="well")
    for name in ("Nguyễn Văn An", "Lê Chi"):
        make_rating(make_person(depot, name))
    make_grant(award, depot.people.get(given_name="Chi"))
    make_person(depot, "Vũ Dũng")
    assert [(line.subject.name, line.state) for line in lines(depot)] == [
        ("Nguyễn Văn An", "eligible"), ("Vũ Dũng", "no_data"), ("Lê Chi", "held"),
    ]  # fmt: skip


def test_missing_names_the_shortest_way(depot):
    make_complete("awards")
    award = make_award("TITLE", subject="person")
    group = make_criterion(award, "any_of")
    make_criterion(award, "task_rating", parent=group, rating="excellent", text="Xuất sắc")
    chain = {"awards": [make_award("BASE")], "number": 3}
    make_criterion(award, "prior_awards", parent=group, text="Ba lần", **chain)
    make_rating(make_person(depot))
    line = next(line for line in lines(depot, award="TITLE") if line.subject.name == "Nguyễn Văn An")
    assert missing(line.verdict) == ["Xuất sắc"]


def test_a_person_award_is_not_for_units(depot):
    make_award("TITLE", subject="person")
    assert verdict_of(depot, "TITLE", YEAR, rules()) is None
    assert verdict_of(make_person(depot), "TITLE", YEAR, rules()).subject.name == "Nguyễn Văn An"


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(count, department, depot, django_assert_num_queries):
    load_catalogue()
    for number in range(count):
        person = make_person(depot, f"Lê Chi {number}")
        make_rating(person)
        make_initiative(person)
        make_grant(Award.objects.get(code="CSTT"), person)
    known = rules()
    with django_assert_num_queries(QUERIES):
        due(people_in(department, YEAR), units_in(department, YEAR), YEAR, known)
    with django_assert_num_queries(1):
        rules()


def test_an_attestation_of_one_says_nothing_of_another(depot, staff):
    award = make_award("TITLE", subject="person")
    for name in ("Nguyễn Văn An", "Lê Chi", "Vũ Dũng"):
        make_person(depot, name)
    Attestation.objects.create(
        award=award, person=depot.people.get(given_name="Chi"), year=YEAR, evidence="Biên bản", by=staff
    )
    assert states(depot, "TITLE") == {"Nguyễn Văn An": "no_data", "Lê Chi": "met", "Vũ Dũng": "no_data"}


def test_an_award_that_is_given_once_is_not_offered_to_whoever_holds_it(depot):
    medal, title = make_award("MEDAL", subject="person", once=True), make_award("TITLE", subject="person")
    for name, year in (("Lê An", YEAR - 5), ("Vũ Bình", YEAR + 1)):
        person = make_person(depot, name)
        make_grant(medal, person, year)
        make_grant(title, person, year)
    held = {(line.award.code, line.subject.name): line.held for line in lines(depot)}
    assert [key for key, value in held.items() if value] == [("MEDAL", "Lê An")]


def test_alternatives_are_not_counted_as_failures(depot):
    """What is not met in a group that is met without it stands in nobody's way."""
    award = make_award("CSTT", subject="person")
    either = make_criterion(award, "any_of", text="Một trong hai")
    make_criterion(award, "task_rating", rating="well", parent=either)
    make_criterion(award, "task_rating", rating="excellent", parent=either)
    make_criterion(award, "task_rating", rating="excellent", text="Bắt buộc")
    person = make_person(depot)
    make_rating(person, rating="well")
    line = verdict_of(person, "CSTT", YEAR, rules())
    found = leaves(line.verdict, rules(), line.subject)
    assert ([(leaf.state, leaf.spare) for leaf in found], tally_of(found)) == (
        [("met", False), ("not_met", True), ("not_met", False)], {"met": 1, "not_met": 1},
    )  # fmt: skip
    frozen = [asdict(leaf) for leaf in found]
    old = [{name: value for name, value in leaf.items() if name != "spare"} for leaf in frozen]
    assert snapshots.tally_of(frozen) == snapshots.tally_of(old) == {"met": 1, "not_met": 1}

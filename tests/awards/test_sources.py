"""«Open the record» is followed as a reader follows it: what opens says the figure of the criterion."""

import re
from datetime import date

import pytest
from django.urls import reverse

from awards.reports.due import last_day, leaves, verdict_of
from awards.reports.rules import rules_on
from awards.sources import OPENERS
from tests.factories import (
    YEAR,
    make_attestation,
    make_award,
    make_complete,
    make_criterion,
    make_grant,
    make_incident,
    make_incident_gravity,
    make_incident_statement,
    make_initiative,
    make_person,
    make_rating,
    make_unit_rating,
)
from units.models import Discipline, DisciplineForm, TaskRating


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 20))


@pytest.fixture
def award(db):
    return make_award("CSTD", name="Chiến sĩ thi đua")


@pytest.fixture
def follow(client, reviewer, award):
    """A function: opens every record of the award's criteria for the subject; the text of the part each leads to."""
    client.force_login(reviewer)

    def opened(subject):
        rules = rules_on(last_day(YEAR))
        line = verdict_of(subject, award.code, YEAR, rules)
        found = {}
        for leaf in leaves(line.verdict, rules, line.subject):
            for address in leaf.sources:
                page = client.get(address, follow=True)
                assert page.status_code == 200, address
                fragment = (page.redirect_chain[-1][0] if page.redirect_chain else address).partition("#")[2]
                found.setdefault(leaf.text, []).append(part_of(page.content.decode(), fragment))
        return found

    return opened


def part_of(html: str, fragment: str) -> str:
    """The words of the page from the element with this name on; of the whole page where none is named."""
    if fragment:
        assert f'id="{fragment}"' in html, fragment
        html = html[html.index(f'id="{fragment}"') :][:600]
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_records_of_a_person_are_the_very_ones(follow, award, depot, staff):
    person = make_person(depot, enlisted=date(2011, 9, 4))
    make_rating(person)
    make_rating(person, 2019)
    TaskRating.objects.filter(year=2020).update(decision="12/QĐ-K1")
    make_initiative(person, title="Bàn gá đa năng")
    title = make_award("LDTT", name="Lao động tiên tiến")
    make_grant(title, person, 2020, decision="77/QĐ")
    make_grant(title, person, 2014, decision="33/QĐ")
    form = DisciplineForm.objects.create(code="f", name="Khiển trách", order=1)
    Discipline.objects.create(person=person, form=form, decided=date(2020, 5, 6), reason="X")
    gravity = make_incident_gravity()
    incident = make_incident(depot, gravity=gravity, words="Mất trật tự")
    incident.people.create(person=person, part="at_fault")
    asked = make_criterion(award, text="attested")
    make_attestation(award, person, staff, criterion=asked, evidence="Biên bản số 5")
    make_criterion(award, "task_rating", rating="well", text="rating")
    make_criterion(award, "merit", text="merit")
    make_criterion(award, "prior_awards", awards=[title], years=1, text="prior")
    make_criterion(award, "no_discipline", text="discipline")
    make_criterion(award, "no_incident", incident_gravity=gravity, text="incident")
    make_criterion(award, "service_time", years=3, text="service")
    found = follow(person)
    says = {
        "attested": "Biên bản số 5", "rating": "12/QĐ-K1", "merit": "Bàn gá đa năng", "prior": "77/QĐ",
        "discipline": "Khiển trách", "incident": "Mất trật tự", "service": "04/09/2011",
    }  # fmt: skip
    assert {text: [word in part for part in found[text]] for text, word in says.items()} == {
        text: [True] for text in says
    }


def test_nothing_on_record_leads_to_the_list_that_is_empty(client, follow, award, depot):
    person = make_person(depot)
    make_rating(person)
    make_complete("discipline", 2015)
    make_complete("merits", 2015)
    make_incident_statement(depot, until=date(2020, 12, 31))
    make_incident(depot, happened_on=date(2019, 3, 3))
    make_criterion(award, "no_discipline", text="discipline")
    make_criterion(award, "no_incident", incident_gravity=make_incident_gravity(), text="incident")
    make_criterion(award, "merit", text="merit")
    nothing, found = "Chưa có dữ liệu.", follow(person)
    assert (nothing in found["discipline"][0], nothing in found["merit"][0]) == (True, True)
    rules = rules_on(last_day(YEAR))
    for subject in (person, depot):
        line = verdict_of(subject, award.code, YEAR, rules)
        [address] = next(one.sources for one in leaves(line.verdict, rules, line.subject) if one.text == "incident")
        assert list(client.get(address).context["page"]) == []
    make_incident(depot)
    assert len(client.get(address).context["page"]) == 1


def test_figures_of_a_unit_lead_to_those_they_count(client, reviewer, award, depot, workshop):
    people = [make_person(depot, f"Lê {name}") for name in ("An", "Bình", "Chi")]
    make_person(workshop)
    for person, rating in zip(people, ("well", "well", "completed"), strict=True):
        make_rating(person, rating=rating)
    title = make_award("CSTT", name="Chiến sĩ tiên tiến")
    make_grant(title, people[0])
    make_grant(title, people[1], 2019)
    make_complete("discipline", 2015)
    make_complete("awards", 2015)
    make_unit_rating(depot)
    make_criterion(award, "members_rated", rating="well", share=50, text="rated")
    make_criterion(award, "members_holding", awards=[title], share=10, text="holding")
    make_criterion(award, "no_discipline", text="discipline")
    make_criterion(award, "task_rating", rating="well", text="rating")
    rules = rules_on(last_day(YEAR))
    line = verdict_of(depot, award.code, YEAR, rules)
    client.force_login(reviewer)
    found = {}
    for leaf in leaves(line.verdict, rules, line.subject):
        [address] = leaf.sources
        page = client.get(address)
        found[leaf.text] = len(page.context["page"]) if leaf.text != "rating" else part_of(
            page.content.decode(), address.partition("#")[2]
        )[:30]  # fmt: skip
    assert (found["rated"], found["holding"], found["discipline"]) == (3, 1, 0)
    assert "2020" in found["rating"]
    form = DisciplineForm.objects.create(code="f", name="Khiển trách", order=1)
    Discipline.objects.create(person=people[2], form=form, decided=date(2019, 5, 6), reason="X")
    [address] = next(one.sources for one in leaves(line.verdict, rules, line.subject) if one.text == "discipline")
    assert list(client.get(address).context["page"]) == [people[2]]


def test_figures_and_targets_keep_their_year():
    class Unit:
        kind, key, code, address = "unit", 7, "K1", "/units/7/"

    found = [OPENERS["figure"](7, ["TN1", "2019"], Unit()), OPENERS["targets"](7, ["2019"], Unit())]
    figure = reverse("emulation:figure", args=[7, "TN1"])
    assert found == [
        f"{figure}?year=2019&period=Y", f"{reverse('emulation:dashboard', args=[7])}?year=2019&period=Y",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["units:person-record-detail", "awards:grant-detail", "awards:attestation-detail"])
def test_records_beyond_reach_do_not_exist(client, outsider, award, depot, staff, name):
    person = make_person(depot)
    form = DisciplineForm.objects.create(code="f", name="Khiển trách", order=1)
    row = Discipline.objects.create(person=person, form=form, decided=date(2020, 5, 6), reason="X")
    keys = {
        "units:person-record-detail": ["discipline", row.pk],
        "awards:grant-detail": [make_grant(award, person).pk],
        "awards:attestation-detail": [make_attestation(award, person, staff).pk],
    }
    client.force_login(outsider)
    assert client.get(reverse(name, args=keys[name])).status_code == 404

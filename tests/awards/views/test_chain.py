"""Links of the book of honour, of the verification and of the statistics: they open, on exactly what they say."""

from datetime import date

import pytest
from django.urls import reverse

from awards.models import Award
from tests.factories import (
    YEAR,
    make_award,
    make_dossier,
    make_grant,
    make_nomination,
    make_occasion,
    make_person,
    make_signed_decision,
    make_user,
)
from units.models import Role


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(YEAR, 12, 28))


@pytest.fixture
def decision(department, depot, staff, reviewer):
    """It gave an award to a person of the depot and one to the depot; beside it stand awards of no decision here."""
    dossier, award = make_dossier(depot, staff, occasion=make_occasion("sudden")), make_award("GK")
    lines = [make_nomination(dossier, award, who) for who in (make_person(depot, "Lê An"), depot)]
    found = make_signed_decision(department, reviewer, *lines)
    for who in (make_person(department, "Vũ Bình"), department):
        make_grant(make_award("BK") if who == department else award, who)
    found.grants.filter(unit=None).update(register="12/SV")
    return found


def test_book_and_certificate_lead_to_their_decision_where_it_opens(client, decision, commander, staff):
    client.force_login(commander)
    decision.grants.model.objects.filter(issued=None).update(decision="9/QĐ")
    link = f'href="{decision.get_absolute_url()}"'
    assert client.get(reverse("awards:grant-book")).text.count(link) == 2
    page = client.get(reverse("awards:grant-verify"), {"number": "12/SV"})
    grant = page.context["grant"]
    assert (link in page.text, f'href="{reverse("awards:grant-detail", args=[grant.pk])}"' in page.text) == (
        True,
        True,
    )
    assert client.get(decision.get_absolute_url()).status_code == 200


def test_every_row_of_the_statistics_leads_to_the_awards_that_it_counts(client, decision, reviewer):
    client.force_login(reviewer)
    page = client.get(reverse("awards:award-statistics"), {"year": YEAR})
    counted, found = {}, {}
    for form in page.context["forms"]:
        for row, query in form.linked:
            if query:
                counted[form.key, row[0]] = row[1] + row[2] + row[5]
                address = f"{reverse('awards:grant-book')}?{query}&first={YEAR}&last={YEAR}"
                assert address.replace("&", "&amp;") in page.text
                found[form.key, row[0]] = client.get(address).context["page"].paginator.count
    assert found == counted
    assert {key for key, _label in counted} == {"category", "occasion", "level", "group", "unit"} - {"level"}


@pytest.mark.parametrize(("second", "name"), [("GK", "giay-khen"), ("CSTT", "khen-thuong")])
def test_certificates_are_called_by_what_they_are(client, decision, depot, staff, reviewer, department, second, name):
    Award.objects.filter(code="GK").update(name="Giấy khen")
    award = Award.objects.filter(code=second).first() or make_award(second)
    extra = make_nomination(make_dossier(depot, staff), award, make_person(depot))
    make_grant(extra.award, extra.subject, issued=decision, nomination=extra, name=extra.name)
    client.force_login(make_user("clerk", (department, Role.STAFF)))
    keys = list(decision.grants.values_list("pk", flat=True))
    file = client.post(reverse("awards:decision-certificates", args=[decision.pk]), {"grant": keys, "merit": ""})
    assert f'filename="{name}-' in file["Content-Disposition"]


def test_book_lets_nobody_count_in_units_beyond_reach(client, decision, staff, department):
    client.force_login(staff)
    assert client.get(reverse("awards:grant-book"), {"served": department.code}).status_code == 404

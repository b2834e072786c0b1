"""Where the login leads to."""

import pytest
from django.urls import reverse

from tests.factories import make_report, make_rounds


@pytest.fixture
def report(depot):
    return make_report(depot, make_rounds()[1])


def test_login_leads_to_the_page_that_was_asked_for(client, report):
    answer = client.get(report.get_absolute_url())
    assert answer.url == f"{reverse('account_login')}?next={report.get_absolute_url()}"


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://testserver/sheets/1/?x=1#c5", "/sheets/1/%3Fx%3D1"),
        ("http://elsewhere.example/sheets/1/", "/"),
        ("//elsewhere.example/", "/"),
        ("", "/"),
    ],
)
def test_form_sent_with_an_ended_session_leads_back_to_its_page(client, report, came, back):
    answer = client.post(reverse("emulation:report-ready", args=[report.pk]), headers={"Referer": came})
    assert answer.url == f"{reverse('account_login')}?next={back}"

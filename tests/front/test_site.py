import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.views.defaults import bad_request, server_error

from units.models import Role, User


def language_of(response):
    return response.text.partition('<html lang="')[2][:2]


def test_page_without_a_user_is_vietnamese_whatever_the_browser_asks(client, db):
    response = client.get("/login/", headers={"accept-language": "en"})
    assert (language_of(response), response.headers["Content-Language"]) == ("vi", "vi")


def test_language_of_an_anonymous_visitor_is_kept_in_a_cookie(client, db):
    response = client.post("/language/", {"language": "en", "next": "/login/"})
    assert (response.status_code, response.url) == (302, "/login/")
    assert language_of(client.get("/login/")) == "en"


def test_language_of_a_user_is_kept_with_the_user(client, person):
    user = person(Role.STAFF)
    client.force_login(user)
    client.post("/language/", {"language": "vi", "next": "/account/"})
    assert User.objects.get().language == "vi"
    another = Client()
    another.force_login(user)
    assert language_of(another.get("/account/")) == "vi"


def test_unknown_language_changes_nothing(client, person):
    client.force_login(person(Role.STAFF))
    client.post("/language/", {"language": "fr", "next": "/account/"})
    assert User.objects.get().language == "en"


def test_language_switch_does_not_lead_to_another_host(client, db):
    assert client.post("/language/", {"language": "en", "next": "https://example.org/"}).url == reverse("start")


def test_language_is_not_switched_by_get(client, db):
    assert client.get("/language/", {"language": "en"}).status_code == 405


def test_healthz_answers_without_login_or_database(client):
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_healthz_asks_nothing_about_a_session_or_the_name_of_the_server(
    client, person, settings, django_assert_num_queries
):
    client.force_login(person(Role.STAFF))
    settings.ALLOWED_HOSTS = ["thidua.example"]
    with django_assert_num_queries(0):
        response = client.get("/healthz", headers={"host": "10.0.0.5:8000"})
    assert (response.status_code, response.content) == (200, b"ok")


def test_content_security_policy_allows_this_server_alone(client, db):
    policy = client.get("/login/").headers["Content-Security-Policy"]
    assert sorted(part.strip() for part in policy.split(";")) == [
        "base-uri 'none'", "default-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
        "img-src 'self' data:", "object-src 'none'",
    ]  # fmt: skip


def test_account_page_shows_name_roles_and_units(client, person):
    client.force_login(person(Role.STAFF, Role.REVIEWER))
    text = client.get("/account/").text
    for words in ("Nguyễn Văn An", "Staff officer", "Reviewer", "Cục Kỹ thuật", "since 01/01/2000"):
        assert words in text


@pytest.mark.parametrize("roles", [(Role.STAFF,), (Role.STAFF, Role.COMMANDER, Role.REVIEWER)])
def test_account_page_takes_five_queries(client, person, django_assert_num_queries, roles):
    """Session, user, memberships, the numbers of the navigation, whether this is a demonstration."""
    client.force_login(person(*roles))
    with django_assert_num_queries(5):
        client.get("/account/")


def test_reading_a_page_writes_nothing(client, person):
    client.force_login(person(Role.STAFF))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/account/")
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}


def test_page_that_does_not_exist_says_what_to_do(client, person):
    client.force_login(person(Role.STAFF))
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "<h1>This page does not exist</h1>" in response.text
    assert "Check the address, or look for it from the menu." in response.text


def test_page_that_does_not_exist_offers_an_anonymous_visitor_the_login(client, db):
    client.cookies["django_language"] = "en"
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert '<a class="btn btn-sm btn-quiet" href="/login/">Log in</a>' in response.text


def test_form_with_an_old_token_says_load_again(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person(Role.STAFF))
    response = client.post("/logout/")
    assert response.status_code == 403
    assert "<h1>The page was open too long</h1>" in response.text


@pytest.mark.parametrize(
    ("view", "status", "heading"),
    [(server_error, 500, "The system has an error"), (bad_request, 400, "The request was not understood")],
)
def test_worst_pages_need_neither_database_nor_context(rf, view, status, heading):
    with translation.override("en"):
        response = view(rf.get("/"), *([ValueError()] if view is bad_request else []))
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in response.text


def test_unknown_host_is_refused_with_our_page(client, db):
    response = client.get("/login/", headers={"host": "example.org"})
    assert response.status_code == 400
    assert "qt-advice" in response.text


def test_refusal_names_the_way_to_a_role(rf, person):
    request = rf.get("/")
    request.user = person(Role.STAFF)
    request.resolver_match = None
    with translation.override("en"):
        text = render_to_string("403.html", request=request)
    assert "<h1>You may not do this</h1>" in text
    assert 'href="/account/"' in text

from django.urls import reverse

from tests.factories import PASSWORD
from units.models import Role, User

LOGIN = "/login/"


def log_in(client, password=PASSWORD, **data):
    return client.post(LOGIN, {"login": "an", "password": password, **data})


def test_every_page_sends_an_anonymous_visitor_to_login(client, db):
    response = client.get("/account/")
    assert (response.status_code, response.url) == (302, "/login/?next=/account/")


def test_login_opens_a_session(client, person):
    person(Role.STAFF)
    response = log_in(client)
    assert (response.status_code, response.url) == (302, reverse("start"))
    assert client.get("/account/").status_code == 200


def test_session_ends_with_the_browser(client, person):
    person(Role.STAFF)
    log_in(client)
    assert client.session.get_expire_at_browser_close()


def test_wrong_password_says_so_in_the_summary(client, person):
    person(Role.STAFF)
    client.cookies["django_language"] = "en"
    response = log_in(client, password="wrong")
    assert "<li>The user name or the password is not correct.</li>" in response.text
    assert "There are errors to correct" in response.text
    assert "<title>Error: Log in – Quyết Thắng</title>" in response.text
    assert not response.wsgi_request.user.is_authenticated


def test_user_who_may_not_log_in_gets_the_same_answer(client, person):
    person(Role.STAFF, is_active=False)
    client.cookies["django_language"] = "en"
    response = log_in(client)
    assert "<li>The user name or the password is not correct.</li>" in response.text


def test_session_of_a_user_who_may_no_longer_log_in_ends_at_once(client, person):
    user = person(Role.STAFF)
    client.force_login(user)
    user.is_active = False
    user.save()
    assert client.get("/account/").url == "/login/?next=/account/"


def test_sixth_attempt_is_refused_even_with_the_right_password(client, person):
    person(Role.STAFF)
    client.cookies["django_language"] = "en"
    for _ in range(5):
        log_in(client, password="wrong")
    response = log_in(client)
    assert "<li>Too many wrong attempts. Wait five minutes, or ask your administrator.</li>" in response.text


def test_thirty_attempts_from_one_computer_get_a_page_that_says_wait(client, db):
    client.cookies["django_language"] = "en"
    for number in range(30):
        client.post(LOGIN, {"login": f"user{number}", "password": "x"})
    response = client.post(LOGIN, {"login": "another", "password": "x"})
    assert response.status_code == 429
    assert "<h1>Too many attempts</h1>" in response.text


def test_next_on_this_site_is_followed(client, person):
    person(Role.STAFF)
    assert log_in(client, next="/account/").url == "/account/"


def test_next_on_another_host_is_ignored(client, person):
    person(Role.STAFF)
    assert log_in(client, next="https://example.org/").url == reverse("start")
    assert client.get(LOGIN, {"next": "//example.org/"}).url == reverse("start")


def test_get_of_logout_only_asks(client, person):
    client.force_login(person(Role.STAFF))
    assert "Log out of Quyết Thắng on this computer?" in client.get("/logout/").text
    assert client.get("/account/").status_code == 200


def test_post_of_logout_ends_the_session(client, person):
    client.force_login(person(Role.STAFF))
    assert client.post("/logout/").url == LOGIN
    assert client.get("/account/").status_code == 302


def test_first_password_has_to_be_changed_before_anything_else(client, person):
    person(Role.STAFF, must_change_password=True)
    log_in(client)
    assert client.get("/account/").url == "/password/"
    page = client.get("/password/")
    assert "<h1>Choose your own password</h1>" in page.text
    assert page.context["nav"].items == []


def test_changed_password_opens_the_site(client, person):
    user = person(Role.STAFF, must_change_password=True)
    client.force_login(user)
    new = {"old_password": PASSWORD, "new_password1": "so-lieu-quy-2", "new_password2": "so-lieu-quy-2"}
    response = client.post("/password/", new, follow=True)
    assert User.objects.get().must_change_password is False
    assert "Your password has been changed." in response.text
    assert client.get("/account/").status_code == 200


def test_weak_password_is_refused_beside_its_field(client, person):
    client.force_login(person(Role.STAFF, must_change_password=True))
    new = {"old_password": PASSWORD, "new_password1": "123", "new_password2": "123"}
    response = client.post("/password/", new)
    assert 'href="#id_new_password2"' in response.text
    assert User.objects.get().must_change_password is True


def test_nobody_signs_up_or_resets_a_password_by_mail(client, db):
    statuses = {path: client.get(path).status_code for path in ("/signup/", "/password/reset/", "/email/")}
    assert statuses == {"/signup/": 404, "/password/reset/": 404, "/email/": 404}


def test_login_says_in_words_that_wrong_passwords_cannot_be_counted(client, person, settings, tmp_path, caplog):
    """A full disk, or a folder of another account: nobody is let in, and nobody reads of a mere error."""
    person(Role.STAFF)
    (tmp_path / "file").touch()
    blocked = {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path / "file" / "x"}
    settings.CACHES = {"default": blocked}
    client.cookies["django_language"] = "en"

    response = log_in(client)

    assert response.status_code == 503
    assert "<h1>Nobody can log in at the moment</h1>" in response.text
    assert caplog.messages[0].startswith("Nobody can log in, wrong passwords cannot be counted: ")
    assert client.get(LOGIN).status_code == 200

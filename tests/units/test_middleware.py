"""Where the login leads to."""

import pytest
from django.urls import reverse

from emulation.models import Document
from tests.factories import make_report, make_rounds, make_user
from tests.layers import built_once
from units.models import Role


@built_once
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
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_form_sent_with_an_ended_session_leads_back_to_its_page(client, report, came, back):
    answer = client.post(reverse("emulation:report-ready", args=[report.pk]), headers={"Referer": came})
    assert answer.url == f"{reverse('account_login')}?next={back}"


def test_pages_are_their_readers_alone(client, depot):
    """The cookie goes with the logout: what the back button then shows is loaded anew."""
    user = make_user("reader", (depot, Role.STAFF))
    assert "reader" not in client.get(reverse("account_login")).cookies
    client.force_login(user)
    page = client.get("/work/")
    assert (page["Cache-Control"], page.cookies["reader"].value) == ("private, no-cache", str(user.pk))
    assert f'data-reader="{user.pk}"' in page.content.decode()
    assert "reader" not in client.get("/work/").cookies
    assert client.post(reverse("account_logout")).cookies["reader"].value == ""


@pytest.mark.parametrize(
    ("language", "heading", "back"),
    [
        ("vi", "Địa chỉ này không phải là trang để mở", "Về trang có biểu mẫu"),
        ("en", "This address is not a page", "Go back to its page"),
    ],
)
def test_an_address_that_only_takes_a_form_says_so_and_leads_back(client, depot, language, heading, back):
    client.force_login(make_user("reader", (depot, Role.STAFF), language=language))
    page = f"/targets/{depot.pk}/2020/"

    response = client.get(page + "ready/")

    text = response.content.decode()
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert f"<h1>{heading}</h1>" in text
    assert f'<a class="btn btn-primary" href="{page}">{back}</a>' in text
    assert client.get(page + "ready/", headers={"HX-Request": "true"}).content == b""
    assert client.put(page).content == b""


def test_language_switched_on_the_answer_to_a_form_leads_to_the_page_it_belongs_to(client, depot):
    client.force_login(make_user("typist", (depot, Role.STAFF)))
    ready = f"/targets/{depot.pk}/2020/ready/"  # nothing is registered yet
    assert f'name="next" value="{ready}"' in client.post(ready).text
    answer = client.post(reverse("language"), {"next": ready, "language": "en"})
    shown = client.get(answer.url, headers={"Referer": f"http://testserver{ready}"})
    assert (shown.status_code, shown.url) == (302, f"/targets/{depot.pk}/2020/")
    for elsewhere in ("http://[", f"http://elsewhere.example{ready}", "http://testserver/"):
        assert client.get(ready, headers={"Referer": elsewhere}).status_code == 405


def test_what_nobody_sees_does_not_arrive(client, department, reviewer):
    """In the address, a filter, a field, a name that has to be unique, and in a text of several lines."""
    client.force_login(make_user("writer", (department, Role.STAFF)))
    assert client.get(f"{reverse('emulation:party-cell-list')}?q=K\x001").context["q"] == "K1"
    assert client.get("/awards/catalogue/DV\x00TT/").status_code == 404
    typed = {"title": "Kế\u00a0\u00a0hoạch\u200b \u202e1", "summary": "Một\r\n\u200bHai"}
    client.post(reverse("emulation:document-create"), typed | {"kind": "plan"})
    document = Document.objects.get()
    assert (document.title, document.summary) == ("Kế hoạch 1", "Một\r\nHai")


def test_names_that_look_the_same_are_one_name(client, department):
    client.force_login(make_user("writer", (department, Role.STAFF)))
    address = reverse("emulation:party-cell-create")
    typed = {"unit": department.pk, "name": "Chi bộ 1", "order": 1}
    assert client.post(address, typed).status_code == 302
    for name in ("Chi\u200b bộ 1", "Chi \u00a0bộ 1", "Chi bo\u0323\u0302 1", "\ufeffChi bộ 1\x00"):
        assert client.post(address, typed | {"name": name}).status_code == 200


def test_password_is_taken_as_it_is(client, department):
    user = make_user("writer", (department, Role.STAFF))
    user.set_password("mật  khẩu\u00a0rất dài")
    user.save()
    sent = {"login": "\u200bwriter", "password": "mật  khẩu\u00a0rất dài"}
    assert client.post(reverse("account_login"), sent).status_code == 302

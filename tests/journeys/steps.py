"""Steps that several journeys share, as a person takes them."""

import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from tests.factories import PASSWORD, PDF
from units.models import User


def log_in(page: Page, username: str, password: str, *, language: str = "vi") -> None:
    """From the login page, with the language chosen there."""
    page.goto("/login/")
    page.locator(f"button[name=language][value={language}]").click(timeout=5000)
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.locator("form button.btn-primary").click()
    expect(page.locator("h1")).to_be_visible()
    assert "/login/" not in page.url


def log_in_as(page: Page, user: User) -> None:
    """A user of the factories, in the language that is the user's own."""
    page.goto("/login/")
    page.get_by_label(re.compile("User name|Tên đăng nhập")).fill(user.username)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.wait_for_url(re.compile("/(work|dashboard)"))


def enter_as(page: Page, user: User, base_url: str) -> None:
    """A user of the factories whose session is there already: the login page takes a second, and has journeys."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": base_url}])
    page.goto("/")


def row(page: Page, name: str) -> Locator:
    """The line of the sheet that has the name."""
    return page.locator("tr[data-row]", has_text=name)


def fill(page: Page, **values: object) -> None:
    """Fields of the page's forms by their names; `True` ticks."""
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']")
        kind = field.first.evaluate("field => field.type")
        if value is True:
            field.first.check()
        elif kind == "radio":
            page.locator(f"main [name='{name}'][value='{value}']").check()
        elif kind == "select-one":
            field.select_option(str(value))
        else:
            field.first.fill(str(value))


def press(page: Page, name: str, said: str = "") -> None:
    """Press the button and read what the application answers."""
    page.get_by_role("button", name=name).first.click()
    if said:
        expect(page.locator("#messages")).to_contain_text(said)


def follow(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("link", name=name).first.click()


def attach(page: Page) -> None:
    page.get_by_text("Attach files").last.click()
    page.locator("input[type=file]").first.set_input_files({"name": "a.pdf", "mimeType": "", "buffer": PDF})
    press(page, "Attach", "attached")

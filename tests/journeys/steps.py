"""Steps that several journeys share, as a person takes them."""

from playwright.sync_api import Page, expect


def log_in(page: Page, username: str, password: str, *, language: str = "vi") -> None:
    """From the login page, with the language chosen there."""
    page.goto("/login/")
    page.locator(f"button[name=language][value={language}]").click(timeout=5000)
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", password)
    page.locator("form button.btn-primary").click()
    expect(page.locator("h1")).to_be_visible()
    assert "/login/" not in page.url

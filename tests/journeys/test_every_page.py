"""Every page that the demo's people can reach, on a phone, in both languages: no error, nothing beyond the screen.

A page that several people reach is opened for the first of them; what each may see is the table's in addresses.py.
"""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from emulation.reports.demo import PASSWORD
from tests.journeys.steps import log_in
from units.models import User

AWARDS = ("appraiser", "council", "commander-qk")
PEOPLE = ("admin", "commander", "reviewer", "planner", "staff", "commander-k1", *AWARDS)
NO_PAGES = ("account_logout", "emulation:attachment-download")  # a picture alone is the browser's own page
PHONE = {"width": 390, "height": 844}
PAGES_A_ROLE = 160  # more than any role has; a crawl that runs away fails
EXAMINED = {  # the main screens, for whoever hears a page or cannot see its colours: looking at all takes too long
    "emulation:my-work", "emulation:dashboard", "emulation:figure", "emulation:report-detail",
    "emulation:report-review", "emulation:target-list", "emulation:campaign-tree", "emulation:review-report",
    "emulation:register-home", "awards:due-list", "awards:dossier-detail", "awards:nomination-desk",
    "awards:decision-detail", "awards:grant-book", "units:unit-tree", "units:user-list",
}  # fmt: skip


def problems_of(page: Page) -> list[str]:
    """Fills up while the page is used: script errors, policy violations, console errors."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.on(
        "console", lambda message: found.append(f"{page.url}: {message.text}") if message.type == "error" else None
    )
    return found


def view_name(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return f"no page at {path}"


def links(page: Page) -> Iterator[str]:
    """Paths with query of the page's links within the application; files to be saved are no pages."""
    for address in page.eval_on_selector_all("a[href]:not([download])", "all => all.map(a => a.href)"):
        parts = urlsplit(address)
        if parts.netloc == urlsplit(page.url).netloc and not parts.path.startswith("/static/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def walk(page: Page, seen: dict[str, str]) -> dict[str, str]:
    """Open one page of every view that can be reached and is not in `seen`; returns view → path of these."""
    found: dict[str, str] = {}
    waiting, via = ["/"], {"/": ""}  # how each was reached, for the message of a failure
    while waiting:
        path = waiting.pop(0)
        name = view_name(urlsplit(path).path)
        if name in found or name in NO_PAGES or (name in seen and path != "/"):
            continue
        found[name] = path
        assert len(found) < PAGES_A_ROLE
        answer = page.goto(path)
        assert answer is not None
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert (answer.status, path, via[path]) == (200, path, via[path])
        assert (page.locator("h1").count(), path) == (1, path)
        assert (page.evaluate("document.documentElement.scrollWidth"), path) == (PHONE["width"], path)
        assert page.locator("html").get_attribute("lang") == "vi"
        assert page.title().endswith("Quyết Thắng")
        if name in EXAMINED:
            found_by_axe = Axe().run(page)
            assert (found_by_axe.generate_snapshot(), path) == ("", path), found_by_axe.generate_report()
        for link in links(page):
            via.setdefault(link, path)
            waiting.append(link)
    return found


def read_in_english(client: Client, username: str, paths: Iterable[str]) -> None:
    """What the browser does not see differently: the server answers the same pages in the other language."""
    User.objects.filter(username=username).update(language="en")
    client.force_login(User.objects.get(username=username))
    for path in paths:
        answer = client.get(path, follow=True)
        assert (answer.status_code, path) == (200, path)
        assert "text/html" not in answer["Content-Type"] or 'lang="en"' in answer.text, path


@pytest.mark.longest
def test_every_page_of_every_role_is_sound_in_both_languages(
    page: Page, client: Client, seeded: None, transactional_db: None
) -> None:
    page.set_viewport_size(PHONE)
    problems = problems_of(page)
    seen: dict[str, str] = {}
    for username in PEOPLE:
        log_in(page, username, PASSWORD, language="vi")
        found = walk(page, seen)
        page.context.clear_cookies()
        read_in_english(client, username, found.values())
        seen |= found
    assert problems == []
    assert seen.keys() >= EXAMINED

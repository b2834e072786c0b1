"""Journeys in Debian's Chromium: pytest-playwright's `page` and `context` on the live server."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from emulation.models import Report
from tests.factories import make_campaign, make_campaign_indicator, make_indicator, make_rounds, make_target
from tests.journeys.steps import enter_as
from units.models import User

LISTEN = "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"

# Playwright runs an event loop in the thread of the test, which may ask the database all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    own = {"executable_path": shutil.which("chromium-headless-shell") or shutil.which("chromium")}
    if os.geteuid() == 0:
        own["args"] = ["--no-sandbox"]
    return browser_type_launch_args | own


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"viewport": {"width": 1366, "height": 768}, "locale": "vi-VN"}


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """So that `page.goto("/login/")` finds the application."""
    return live_server.url


@pytest.fixture
def problems() -> list[str]:
    """What the browsers complained about."""
    return []


@pytest.fixture
def someone(
    browser: Browser, browser_context_args: dict, base_url: str, problems: list[str]
) -> Iterator[Callable[..., Page]]:
    """A function: a browser of its own in which the user has logged in, in English."""
    contexts: list[BrowserContext] = []

    def start(user: User, **options: object) -> Page:
        User.objects.filter(pk=user.pk).update(language="en")
        contexts.append(browser.new_context(**browser_context_args | {"base_url": base_url} | options))
        contexts[-1].add_init_script(LISTEN)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if is_problem(message) else None)
        enter_as(page, user, base_url)
        return page

    yield start
    for context in contexts:
        context.close()
    assert problems == []


def is_problem(message: object) -> bool:
    """Answers that say no, and lines that are down, are no faults of the page."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def sheet(live_server, region, depot, set_today) -> Report:
    """Kho's sheet of the first quarter: attendance, prizes, a grade; due in two days."""
    set_today(date(2020, 4, 8))
    campaign = make_campaign(region)
    attendance = make_indicator("ratio", "A_HL_QS", name="Attendance", capped=True, shown_decimals=1)
    prizes = make_indicator("count", "B_HL_TR", name="Prizes")
    politics = make_indicator("grade", "C_HL_CT", name="Politics")
    rows = [make_campaign_indicator(campaign, indicator) for indicator in (attendance, prizes, politics)]
    make_target(depot, rows[0], "98.6")
    make_target(depot, rows[1], 12)
    rounds = make_rounds()
    rounds[1].due = date(2020, 4, 10)
    rounds[1].save()
    return rounds[1].reports.select_related("round").get(unit=depot)

"""Journeys in Debian's Chromium: pytest-playwright's `page` and `context` on the live server."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

# Playwright runs an event loop in the thread of the test, which may ask the database all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    own = {"executable_path": shutil.which("chromium") or "/usr/bin/chromium"}
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

"""Every link that a page of the demonstration offers leads somewhere for whoever reads the page.

The keys of each table lie in a range of their own (`tests.demonstration`), so that a link built with the key of
another row is found out.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import Resolver404, resolve

from emulation.models import DemoLogin
from units.models import User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once,
    pytest.mark.longest,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="keys are set apart by what SQLite alone has"),
]
EACH = 2  # links followed to one view by all logins together
LINKS = re.compile(r'\b(?:href|hx-get|src)="([^"#][^"]*)"')
SLOW = re.compile(r"export=|paper|\.pdf|\.docx|certificate|file|download|template-")  # made anew each time


def links_on(page: str, address: str) -> Iterator[str]:
    """Addresses of the application to which the page leads."""
    for link in LINKS.findall(page):
        whole = urldefrag(urljoin(address, unescape(link)))[0]
        if whole.startswith("/") and not whole.startswith(("/static/", "//")):
            yield whole


def view_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


class Walk:
    """One login following links breadth first, one to a view; `followed` counts those of all logins to each view."""

    def __init__(self, user: User, followed: Counter[str]) -> None:
        self.user, self.client = user, Client()
        self.client.force_login(user)
        self.followed, self.views, self.dead = followed, set[str](), list[str]()
        self.waiting = deque([("/", "")])

    def step(self) -> None:
        """Open the next page and choose what to follow from it."""
        address, place = self.waiting.popleft()
        answer = self.client.get(address)
        if answer.status_code >= 400:
            self.dead.append(f"{answer.status_code} {address} on {place}")
        for link in self._found(answer, address):
            view = view_of(link)
            if not view:
                self.dead.append(f"no page {link} on {address}")
            elif view not in self.views and self._follows(view, answer) and not SLOW.search(f"{link} {view}"):
                self.views.add(view)
                self.followed[view] += 1
                self.waiting.append((link, address))

    def _follows(self, view: str, answer: HttpResponseBase) -> bool:
        """Where everybody is sent, everybody goes."""
        return self.followed[view] < EACH or answer.status_code == 302

    @staticmethod
    def _found(answer: HttpResponseBase, address: str) -> Iterable[str]:
        if answer.status_code == 302:
            return [answer["Location"]]
        page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming
        return links_on(answer.content.decode(), address) if page else []


def test_no_link_is_dead_for_whom_it_is_offered(seeded):
    followed = Counter[str]()
    walks = [Walk(login.user, followed) for login in DemoLogin.objects.select_related("user")]
    while going := [walk for walk in walks if walk.waiting]:
        for walk in going:
            walk.step()
    assert {walk.user.username: walk.dead for walk in walks if walk.dead} == {}
    assert len(followed) > 150
    assert min(len(walk.views) for walk in walks) > 5

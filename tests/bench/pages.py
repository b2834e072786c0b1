"""What is measured: pages as a browser asks for them, and work that stands behind some."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from awards.models import Award, Grant
from awards.reports import standing
from awards.reports.due import due, last_day, people_in, units_in
from awards.reports.rules import rules_on
from emulation.models import Indicator, Report
from emulation.reports import other_papers, papers
from emulation.reports.drafts import draft_of
from emulation.typesetting import Column, Row
from tests.bench.base import YEAR
from units.models import Membership, Person, Role, TaskRating, Unit, User

PASSWORD = "!"  # nobody logs in with a password here
ROUNDS = 30  # measurements of every page


@dataclass
class Timed:
    """A page: `call` does the work once (the argument is the number of the measurement)."""

    name: str
    call: Callable[[int], object]
    before: Callable[[int], object] = lambda number: None  # not measured
    against: str = "bare page"
    most: int = ROUNDS  # measurements: fewer of what takes seconds


def log_in(*roles: str, unit: int, name: str) -> Client:
    """A client whose user has the roles in the unit."""
    user, _fresh = User.objects.get_or_create(
        username=name, defaults={"password": PASSWORD, "full_name": f"Trợ lý {name}", "must_change_password": False}
    )
    for role in roles:
        Membership.objects.get_or_create(user=user, unit_id=unit, role=role, defaults={"since": date(2000, 1, 1)})
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def minimal_view() -> Callable[[int], object]:
    """The least a page for a logged-in user can do: session, user, five rows; nothing else of the application."""
    from units.models import Unit

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.user}" + "".join(unit.name for unit in Unit.objects.all()[:5]))

    chain = SessionMiddleware(AuthenticationMiddleware(view))
    cookie = log_in("commander", unit=1, name="chief").cookies.output(header="", sep=";").strip()
    factory = RequestFactory(headers={"cookie": cookie.split(";")[0]})
    return lambda number: chain(factory.get("/"))


def ok(response: Any, *expected: int) -> Any:
    """Fail loudly: a page that refuses is quick and means nothing."""
    if response.status_code not in (expected or (200,)):
        raise SystemExit(f"bench: {response.status_code} from {response.request['PATH_INFO']}")
    return response


def leaves(count: int) -> list[Report]:
    """Sheets of the third quarter of the last units: they stand deepest, so most superiors follow."""
    rows = Report.objects.filter(round__quarter=3, lineage__is_leaf=True).order_by("-unit_id")
    return list(rows.select_related("unit")[:count])


class Cell:
    """Types a new figure into one cell, as the page does: with the state of the cell that it was shown."""

    def __init__(self, client: Client, report: Report) -> None:
        from emulation.models import Indicator

        self.client, self.indicator = client, Indicator.objects.get(code="I01").pk
        self.url = f"/sheets/{report.pk}/cells/{self.indicator}/"
        page = ok(client.get(f"/sheets/{report.pk}/")).text
        [self.seen] = re.findall(rf'name="c{self.indicator}-seen" value="([^"]*)"', page)

    def save(self, number: int) -> None:
        stem = f"c{self.indicator}-"
        typed = {"status": "reported", "numerator": str(100 + number), "denominator": "900", "seen": self.seen}
        answer = ok(self.client.post(self.url, {stem + name: value for name, value in typed.items()}))
        self.seen = answer.json()["seen"]


def pages(count: int) -> list[Timed]:
    """What is measured. Sheets that are handed in or approved are used up: one for each measurement."""
    chief = log_in(Role.COMMANDER, unit=1, name="chief")
    root_reviewer = log_in(Role.REVIEWER, unit=1, name="reviewer")
    sheets = leaves(2 * count + 1)
    spare, sheets = sheets[0], sheets[1:]
    staff = log_in(Role.STAFF, unit=spare.unit_id, name="staff")
    cell = Cell(staff, spare)
    commanders = [log_in(Role.COMMANDER, unit=row.unit_id, name=f"c{row.unit_id}") for row in sheets]
    verdict = {
        f"v{pk}": "approve" for pk in Indicator.objects.filter(placements__isnull=False).values_list("pk", flat=True)
    }

    def hand_in(number: int) -> object:
        return ok(commanders[number].post(f"/sheets/{sheets[number].pk}/hand-in/"), 302)

    def get_ready(number: int) -> None:
        hand_in(count + number)
        ok(root_reviewer.post(f"/sheets/{sheets[count + number].pk}/take-up/"), 302)

    def approve(number: int) -> object:
        return ok(root_reviewer.post(f"/sheets/{sheets[count + number].pk}/review/", verdict), 302)

    query = f"?year={YEAR}&period=H1"
    return [
        Timed("bare page", lambda number: ok(chief.get("/account/")), against="minimal view"),
        Timed("save cell", cell.save),
        Timed("open sheet", lambda number: ok(staff.get(f"/sheets/{spare.pk}/"))),
        Timed("hand in sheet", hand_in),
        Timed("approve sheet", approve, before=get_ready),
        Timed("dashboard root", lambda number: ok(chief.get(f"/dashboard/1/{query}"))),
        Timed("figure root", lambda number: ok(chief.get(f"/dashboard/1/I01/{query}"))),
        Timed("report of a year", lambda number: write_report(), most=5),
        Timed("Word list of 3,000 rows", lambda number: write_list(), most=5),
        Timed("who is due", judge_everybody, most=5),
        Timed("who is due, first", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/")), before=forget, most=9),
        Timed(
            "… one award, first",
            lambda number: light(chief.get(f"/awards/due/1/{YEAR}/?award=CSTDCS")),
            before=forget,
            most=9,
        ),
        Timed("who is due page", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/?award=CSTDCS"))),
        Timed("who is due, all", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/"))),
        Timed("… once written", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/?award=CSTDCS")), before=write),
        Timed("… all, written", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/")), before=write),
        Timed("… once rated", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/?award=CSTDCS")), before=rate),
        Timed("… all, rated", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/")), before=rate),
        Timed("… all, granted", lambda number: light(chief.get(f"/awards/due/1/{YEAR}/")), before=grant),
    ]


def write_report() -> None:
    """The report of the whole tree for the year, from figures to the Word file: under two seconds."""
    papers.as_word(draft_of(Unit.objects.get(pk=1), YEAR, "Y"))


def write_list(rows: int = 3000) -> None:
    """A list with the whole official layout as Word: under one second (a peer: 0.5)."""
    columns = [Column("TT", 5, "center"), *(Column(f"Cột {number}", 15) for number in range(1, 7))]
    cells = ("Nguyễn Văn An", "Thiếu tá", "Trợ lý", "Kho 1", "Chiến sĩ tiên tiến", "Hoàn thành tốt nhiệm vụ")
    table = [Row((str(number), *cells)) for number in range(1, rows + 1)]
    root = Unit.objects.get(pk=1)
    other_papers.as_word(other_papers.list_paper(root, YEAR, "DANH SÁCH", f"Năm {YEAR}", columns, table))


def judge_everybody(number: int) -> None:
    """The people and units of the whole tree × all awards, from rules and registers to sorted lines."""
    root = Unit.objects.get(pk=1)
    due(people_in(root, YEAR), units_in(root, YEAR), YEAR, rules_on(last_day(YEAR)))


def forget(number: int) -> None:
    """As in a process that has just begun: everybody is judged."""
    standing._kept.clear()


def write(number: int) -> None:
    """Something that no list of who is due rests on."""
    User.objects.filter(username="chief").update(full_name=f"Trợ lý {number}")


def rate(number: int) -> None:
    """Somebody's class of the year: what many criteria look at, of the person and of all units above."""
    row = TaskRating.objects.filter(year=YEAR).order_by("pk")[number]
    row.rating = "excellent" if row.rating == "well" else "well"
    row.save()


def grant(number: int) -> None:
    """Twenty people are given an award at once."""
    award = Award.objects.get(code="CSTT")
    first = 100 + 20 * number
    people = Person.objects.order_by("pk")[first : first + 20]
    Grant.objects.bulk_create(Grant(award=award, person=person, year=YEAR) for person in people)


def light(response: Any) -> Any:
    """A list page, however long the list, has 300 KB at most."""
    if len(response.content) > 300_000:
        raise SystemExit(f"bench: {len(response.content)} bytes from {response.request['PATH_INFO']}")
    return ok(response)

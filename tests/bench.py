"""Measures the speed of the main pages on a base of its own: `make bench`.

`python -m tests.bench` works on the database of DATABASE_URL, which has to be empty, for every size in
BENCH_UNITS (default 200 and 2,000; 20,000 takes a while). Every page is measured in turn with the bare
page, so that both meet the same state of the machine; what is reported is the ratio. BENCH_PAGES chooses pages by
a regular expression on their names ("due|…": those of who is due). Rows are added to
bench.json: name, engine, units, indicators, p50_ms, p95_ms, queries, floor (p50 of the page it is compared
with, in ms) and ratio.
"""

from __future__ import annotations

import json
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import django

YEAR = 2020
FAN_OUT = 12
INDICATORS = 60
PEOPLE = 3000
ROUNDS = 30  # measurements of every page
WARM = 3
FILE = Path(__file__).resolve().parent.parent / "bench.json"
DAY = date(YEAR, 10, 5)  # today: the third quarter is being reported
PASSWORD = "!"  # nobody logs in with a password here


@dataclass(frozen=True)
class Measured:
    """One line of the result. `floor` is the p50 of what it is compared with, measured in turn."""

    name: str
    engine: str
    units: int
    indicators: int
    p50_ms: float
    p95_ms: float
    queries: int
    floor: float
    ratio: float


@dataclass
class Timed:
    """A page: `call` does the work once (the argument is the number of the measurement)."""

    name: str
    call: Callable[[int], object]
    before: Callable[[int], object] = lambda number: None  # not measured
    against: str = "bare page"
    most: int = ROUNDS  # measurements: fewer of what takes seconds


# ── a base ────────────────────────────────────────────────────────────────


def seed(units: int) -> None:
    """A tree of `units` with fan-out 12, 60 indicators, four quarters: two approved, one filled in, one empty."""
    from units import clock

    clock._fixed = DAY
    indicators = make_catalogue()
    make_tree(units)
    rounds = make_rounds(indicators)
    make_targets(indicators)
    for round_ in rounds[:3]:
        fill(round_, indicators)
    close_books(rounds)
    make_people(min(PEOPLE, 15 * units), units)


def make_catalogue() -> list:
    from emulation.models import Area, Grade, GradeScale, Indicator

    area = Area.objects.create(code="training", name="Huấn luyện")
    scale = GradeScale.objects.create(code="four", name="Bốn mức")
    Grade.objects.bulk_create(Grade(scale=scale, code=c, name=c, rank=r) for r, c in enumerate("dcba", start=1))
    measures = ["ratio"] * 30 + ["count"] * 21 + ["amount"] * 6 + ["grade"] * 3
    decimals = {"ratio": 1}
    return Indicator.objects.bulk_create(
        Indicator(
            code=f"I{number:02d}", name=f"Chỉ tiêu {number}", area=area, measure=measure, order=number,
            scale=100 if measure == "ratio" else 1, accrual="stock" if measure == "grade" else "flow",
            grade_scale=scale if measure == "grade" else None, decimals=0, shown_decimals=decimals.get(measure, 0),
        )
        for number, measure in enumerate(measures, start=1)
    )  # fmt: skip


def make_tree(count: int) -> None:
    """Breadth first: unit n stands under unit (n − 2) ÷ 12 + 1."""
    from units.models import Placement, Unit, UnitKind
    from units.paths import segment

    kind = UnitKind.objects.create(code="depot", name="Kho")
    paths: dict[int, str] = {}
    rows = []
    for number in range(1, count + 1):
        parent = (number - 2) // FAN_OUT + 1 if number > 1 else None
        paths[number] = (paths[parent] if parent else "") + segment(number)
        rows.append(Unit(pk=number, code=f"U{number}", name=f"Kho {number}", kind=kind, path=paths[number]))
        rows[-1].refresh_keys()
    Unit.objects.bulk_create(rows, batch_size=1000)
    Placement.objects.bulk_create(
        (Placement(unit_id=n, parent_id=(n - 2) // FAN_OUT + 1 if n > 1 else None) for n in paths), batch_size=1000
    )


def make_rounds(indicators: list) -> list:
    from emulation.models import Campaign, CampaignIndicator, CampaignKind, CampaignScope, Round
    from emulation.services.rounds import make_sheets, place_units

    kind = CampaignKind.objects.create(code="movement", name="Phong trào")
    campaign = Campaign.objects.create(
        year=YEAR, kind=kind, name="Phong trào thi đua", theme="dân chủ, đoàn kết", launching_unit_id=1,
        starts=date(YEAR, 1, 1), ends=date(YEAR, 12, 31), state="launched", launched_on=date(YEAR, 1, 1),
    )  # fmt: skip
    CampaignScope.objects.create(campaign=campaign, unit_id=1)
    CampaignIndicator.objects.bulk_create(
        CampaignIndicator(campaign=campaign, indicator=indicator, is_main=number < 10, is_tile=number < 5)
        for number, indicator in enumerate(indicators)
    )
    rounds = [
        Round.objects.create(year=YEAR, quarter=q, opens=date(YEAR, 1, 1), due=date(YEAR, 3 * q, 28))
        for q in (1, 2, 3, 4)
    ]
    place_units(rounds)
    make_sheets(rounds)
    return rounds


def make_targets(indicators: list) -> None:
    """For every unit and every second indicator."""
    from emulation.models import CampaignIndicator, Target
    from units.models import Unit

    placed = CampaignIndicator.objects.filter(indicator__in=indicators[::2]).select_related("indicator")
    values = {"ratio": Decimal(95), "grade": Decimal(2)}
    rows = (
        Target(
            unit_id=unit,
            campaign_indicator=row,
            comparator=">=",
            agreed=values.get(row.indicator.measure, Decimal(40)),
        )
        for unit in Unit.objects.values_list("pk", flat=True)
        for row in placed
    )
    for chunk in chunks(rows, 5000):
        Target.objects.bulk_create(chunk)


def fill(round_: object, indicators: list) -> None:
    """A figure in every cell of the round."""
    from emulation.models import Grade, Report, Result

    chance = random.Random(round_.quarter)
    grades = list(Grade.objects.order_by("rank"))

    def figure(report: int, indicator: object) -> Result:
        if indicator.measure == "grade":
            return Result(report_id=report, indicator=indicator, grade=chance.choice(grades))
        if indicator.measure == "ratio":
            whole = chance.randint(100, 900)
            part = whole - chance.randint(0, 12)
            return Result(report_id=report, indicator=indicator, numerator=Decimal(part), denominator=Decimal(whole))
        return Result(report_id=report, indicator=indicator, numerator=Decimal(chance.randint(0, 20)))

    reports = Report.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True)
    for chunk in chunks((figure(pk, indicator) for pk in reports for indicator in indicators), 5000):
        Result.objects.bulk_create(chunk)


def close_books(rounds: list) -> None:
    """Two quarters approved, the third a draft that only has to be handed in; then consolidate."""
    from emulation.models import Report
    from emulation.services.summaries import rebuild

    Report.objects.filter(round__in=rounds[:2]).update(state=Report.State.APPROVED)
    Report.objects.filter(round=rounds[2]).update(state=Report.State.DRAFT)
    rebuild(YEAR)


def make_people(count: int, units: int) -> None:
    """People in every unit with ten years of ratings, some initiatives and the awards they may have earned."""
    from awards.models import Award, CompleteRegister, Grant
    from units.catalogue import load_catalogue
    from units.models import Initiative, Person, PersonGroup, Posting, TaskRating

    load_catalogue()
    CompleteRegister.objects.update(since=YEAR - 9)
    chance = random.Random(3)
    groups = list(PersonGroup.objects.order_by("order"))
    people = []
    for number in range(1, count + 1):
        name = {"family_name": "Nguyễn", "middle_name": "Văn", "given_name": f"An {number}"}
        enlisted = date(chance.randint(1990, 2018), 2, 1)
        group, unit = chance.choice(groups), (number - 1) % units + 1
        people.append(Person(service_number=f"{number:08d}", group=group, unit_id=unit, enlisted=enlisted, **name))
        people[-1].refresh_keys()
    people = Person.objects.bulk_create(people, batch_size=500)
    Posting.objects.bulk_create((Posting(person=p, unit_id=p.unit_id, since=p.enlisted) for p in people), 500)
    ratings, grants, works = [], [], []
    first, second = Award.objects.get(code="CSTT"), Award.objects.get(code="CSTDCS")
    for person in people:
        for year in range(max(YEAR - 9, person.enlisted.year), YEAR + 1):
            rating = chance.choices(TaskRating.Rating.values, [20, 60, 19, 1])[0]
            ratings.append(TaskRating(person=person, year=year, rating=rating))
            if rating in ("excellent", "well") and year < YEAR:
                grants.append(Grant(award=first, person=person, year=year))
            if rating == "excellent":
                works.append(Initiative(person=person, year=year, level="base", title="Đồ gá"))
                if year < YEAR:
                    grants.append(Grant(award=second, person=person, year=year))
    TaskRating.objects.bulk_create(ratings, 500)
    Grant.objects.bulk_create(grants, 500)
    Initiative.objects.bulk_create(works, 500)


def chunks(rows: Iterable, size: int) -> Iterator[list]:
    found: list = []
    for row in rows:
        found.append(row)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found


# ── pages ─────────────────────────────────────────────────────────────────


def log_in(*roles: str, unit: int, name: str):  # noqa: ANN201
    """A client whose user has the roles in the unit."""
    from django.test import Client

    from units.models import Membership, User

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
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware
    from django.http import HttpRequest, HttpResponse
    from django.test import RequestFactory

    from units.models import Unit

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.user}" + "".join(unit.name for unit in Unit.objects.all()[:5]))

    chain = SessionMiddleware(AuthenticationMiddleware(view))
    cookie = log_in("commander", unit=1, name="chief").cookies.output(header="", sep=";").strip()
    factory = RequestFactory(headers={"cookie": cookie.split(";")[0]})
    return lambda number: chain(factory.get("/"))


def ok(response: object, *expected: int) -> object:
    """Fail loudly: a page that refuses is quick and means nothing."""
    if response.status_code not in (expected or (200,)):
        raise SystemExit(f"bench: {response.status_code} from {response.request['PATH_INFO']}")
    return response


def leaves(count: int) -> list:
    """Sheets of the third quarter of the last units: they stand deepest, so most superiors follow."""
    from emulation.models import Report

    rows = Report.objects.filter(round__quarter=3, lineage__is_leaf=True).order_by("-unit_id")
    return list(rows.select_related("unit")[:count])


class Cell:
    """Types a new figure into one cell, as the page does: with the state of the cell that it was shown."""

    def __init__(self, client: object, report: object) -> None:
        from emulation.models import Indicator

        self.client, self.indicator = client, Indicator.objects.get(code="I01").pk
        self.url = f"/sheets/{report.pk}/cells/{self.indicator}/"
        page = ok(client.get(f"/sheets/{report.pk}/")).text
        self.seen = re.search(rf'name="c{self.indicator}-seen" value="([^"]*)"', page)[1]

    def save(self, number: int) -> None:
        stem = f"c{self.indicator}-"
        typed = {"status": "reported", "numerator": str(100 + number), "denominator": "900", "seen": self.seen}
        answer = ok(self.client.post(self.url, {stem + name: value for name, value in typed.items()}))
        self.seen = answer.json()["seen"]


def pages(count: int) -> list[Timed]:
    """What is measured. Sheets that are handed in or approved are used up: one for each measurement."""
    from emulation.models import Indicator
    from units.models import Role

    chief = log_in(Role.COMMANDER, unit=1, name="chief")
    root_reviewer = log_in(Role.REVIEWER, unit=1, name="reviewer")
    sheets = leaves(2 * count + 1)
    spare, sheets = sheets[0], sheets[1:]
    staff = log_in(Role.STAFF, unit=spare.unit_id, name="staff")
    cell = Cell(staff, spare)
    commanders = [log_in(Role.COMMANDER, unit=row.unit_id, name=f"c{row.unit_id}") for row in sheets]
    verdict = {f"v{pk}": "approve" for pk in Indicator.objects.values_list("pk", flat=True)}

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
    from emulation.reports.drafts import draft_of
    from emulation.reports.papers import as_word
    from units.models import Unit

    as_word(draft_of(Unit.objects.get(pk=1), YEAR, "Y"))


def write_list(rows: int = 3000) -> None:
    """A list with the whole official layout as Word: under one second (a peer: 0.5)."""
    from emulation.reports.other_papers import as_word, list_paper
    from emulation.typesetting import Column, Row
    from units.models import Unit

    columns = [Column("TT", 5, "center"), *(Column(f"Cột {number}", 15) for number in range(1, 7))]
    cells = ("Nguyễn Văn An", "Thiếu tá", "Trợ lý", "Kho 1", "Chiến sĩ tiên tiến", "Hoàn thành tốt nhiệm vụ")
    table = [Row((str(number), *cells)) for number in range(1, rows + 1)]
    as_word(list_paper(Unit.objects.get(pk=1), YEAR, "DANH SÁCH", f"Năm {YEAR}", columns, table))


def judge_everybody(number: int) -> None:
    """The people and units of the whole tree × all awards, from rules and registers to sorted lines."""
    from awards.reports.due import due, last_day, people_in, units_in
    from awards.reports.rules import rules_on
    from units.models import Unit

    root = Unit.objects.get(pk=1)
    due(people_in(root, YEAR), units_in(root, YEAR), YEAR, rules_on(last_day(YEAR)))


def forget(number: int) -> None:
    """As in a process that has just begun: everybody is judged."""
    from awards.reports import standing

    standing._kept.clear()


def write(number: int) -> None:
    """Something that no list of who is due rests on."""
    from units.models import User

    User.objects.filter(username="chief").update(full_name=f"Trợ lý {number}")


def rate(number: int) -> None:
    """Somebody's class of the year: what many criteria look at, of the person and of all units above."""
    from units.models import TaskRating

    row = TaskRating.objects.filter(year=YEAR).order_by("pk")[number]
    row.rating = "excellent" if row.rating == "well" else "well"
    row.save()


def grant(number: int) -> None:
    """Twenty people are given an award at once."""
    from awards.models import Award, Grant
    from units.models import Person

    award = Award.objects.get(code="CSTT")
    first = 100 + 20 * number
    people = Person.objects.order_by("pk")[first : first + 20]
    Grant.objects.bulk_create(Grant(award=award, person=person, year=YEAR) for person in people)


def light(response: object) -> object:
    """A list page, however long the list, has 300 KB at most."""
    if len(response.content) > 300_000:
        raise SystemExit(f"bench: {len(response.content)} bytes from {response.request['PATH_INFO']}")
    return ok(response)


# ── measuring ─────────────────────────────────────────────────────────────


def measure(engine: str, units: int, count: int = ROUNDS) -> list[Measured]:
    """Every page `count` times, each time after what it is compared with."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    timed = pages(count + WARM + 1)
    floors = {"minimal view": minimal_view(), "bare page": timed[0].call}
    found = []
    chosen = re.compile(os.environ.get("BENCH_PAGES", ""))
    for page in filter(lambda page: chosen.search(page.name), timed):
        own, other = [], []
        for number in range(min(count, page.most) + WARM):
            page.before(number)
            other.append(clocked(floors[page.against], number))
            own.append(clocked(page.call, number))
        page.before(count + WARM)
        with CaptureQueriesContext(connection) as captured:
            page.call(count + WARM)
        floor = statistics.median(other[WARM:])
        middle = statistics.median(own[WARM:])
        found.append(
            Measured(
                page.name, engine, units, INDICATORS, round(middle, 2), round(percentile(own[WARM:], 95), 2),
                len(captured), round(floor, 2), round(middle / floor, 2),
            )
        )  # fmt: skip
        show(found[-1], max((float(row["time"]) for row in captured), default=0) * 1000)
    return found


def clocked(call: Callable[[int], object], number: int) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    call(number)
    return (time.perf_counter() - start) * 1000


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def show(row: Measured, slowest: float) -> None:
    sys.stdout.write(
        f"{row.engine:<11}{row.units:>7}  {row.name:<16}{row.p50_ms:>9.1f}{row.p95_ms:>9.1f}{row.queries:>8}"
        f"{slowest:>10.0f}{row.floor:>8.1f}{row.ratio:>8.1f}\n"
    )
    sys.stdout.flush()


def prepare() -> str:
    """An empty, migrated base; returns the engine's name. Refuses a base that holds anything."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # the server of the tests does without, a real one does not
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {setting} = on")
            cursor.execute("SELECT pg_reload_conf()")
    call_command("migrate", verbosity=0)
    from units.models import Unit

    if Unit.objects.exists():
        raise SystemExit("bench: the base of DATABASE_URL is not empty; it needs one of its own")
    return connection.vendor


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "emulation.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    found = json.loads(FILE.read_text()) if FILE.exists() else []
    sizes = [int(size) for size in os.environ.get("BENCH_UNITS", "200 2000").split()]
    sys.stdout.write("engine       units  page              p50 ms   p95 ms queries slowest ms   floor   ratio\n")
    for size in sizes:
        engine = prepare()
        seed(size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        found += [asdict(row) for row in measure(engine, size)]
        FILE.write_text(json.dumps(found, indent=1) + "\n")
        call_command("flush", verbosity=0, interactive=False)


if __name__ == "__main__":
    main()

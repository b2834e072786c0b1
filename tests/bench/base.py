"""The base that is measured: units, figures and people as the application would have made them, in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from awards.models import Award, CompleteRegister, Grant
from emulation.models import (
    Area,
    Campaign,
    CampaignIndicator,
    CampaignKind,
    CampaignScope,
    CheckRule,
    Grade,
    GradeScale,
    Indicator,
    Report,
    Result,
    Round,
    Target,
)
from emulation.services.rounds import make_sheets, place_units
from emulation.services.summaries import rebuild
from units import clock
from units.catalogue import load_catalogue
from units.models import Initiative, Person, PersonGroup, Placement, Posting, TaskRating, Unit, UnitKind
from units.paths import segment

YEAR = 2020
DAY = date(YEAR, 10, 5)  # today: the third quarter is being reported
FAN_OUT = 12
INDICATORS = 60
PEOPLE = 3000

Row = TypeVar("Row")


def seed(units: int) -> None:
    """A tree of `units` with fan-out 12, 60 indicators, four quarters: two approved, one filled in, one empty."""
    clock._fixed = DAY
    indicators = make_catalogue()
    make_tree(units)
    rounds = make_rounds(indicators)
    make_targets(indicators)
    for round_ in rounds[:3]:
        fill(round_, indicators)
    close_books(rounds)
    make_people(min(PEOPLE, 15 * units), units)


def make_catalogue() -> list[Indicator]:
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


def make_rounds(indicators: list[Indicator]) -> list[Round]:
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


def make_targets(indicators: list[Indicator]) -> None:
    """For every unit and every second indicator."""
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


def fill(round_: Round, indicators: list[Indicator]) -> None:
    """A figure in every cell of the round."""
    chance = random.Random(round_.quarter)
    grades = list(Grade.objects.order_by("rank"))

    def figure(report: int, indicator: Indicator) -> Result:
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


def close_books(rounds: list[Round]) -> None:
    """Two quarters approved, the third a draft that only has to be handed in; then consolidate."""
    Report.objects.filter(round__in=rounds[:2]).update(state=Report.State.APPROVED)
    Report.objects.filter(round=rounds[2]).update(state=Report.State.DRAFT)
    rebuild(YEAR)


def make_people(count: int, units: int) -> None:
    """People in every unit with ten years of ratings, some initiatives and the awards they may have earned."""
    load_catalogue()
    CheckRule.objects.update(active=False)  # they doubt figures that chance has made
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
        assert person.enlisted is not None
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


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    found: list[Row] = []
    for row in rows:
        found.append(row)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found

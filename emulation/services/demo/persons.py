"""The register of the demonstration: 400 invented people with what eleven years recorded of them.

All of it is drawn by one generator with a fixed seed, so every base holds the same people. It is written in
bulk; the import named «demo» is its trace.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from emulation.folders import DATA
from emulation.services.demo.people import Cast
from units.models import (
    Discipline,
    DisciplineForm,
    Initiative,
    Person,
    PersonGroup,
    PersonImport,
    Posting,
    Rank,
    RankChange,
    Role,
    TaskRating,
    Unit,
)
from units.person_lines import Line
from units.services.person_import import create_people
from units.services.persons import release_person

SEED = 2020
YEARS = range(2010, 2021)
NOW = YEARS[-1]
BATCH = 500
MOVED, LEFT, FAULTS = 40, 4, 12  # people who served elsewhere before; who left in 2020; who were disciplined
UNRATED = 0.08  # share of people whose rating of the present year is still missing
Data = dict[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """Groups and ranks by code, and what people.json lists."""

    data: Data
    groups: dict[str, PersonGroup]
    ranks: dict[str, Rank]
    rng: Random = field(default_factory=lambda: Random(SEED))


def create_register(cast: Cast) -> None:
    """The people of every unit below the root, as the rosters of its kind say."""
    catalogue = Catalogue(
        json.loads((DATA / "demo" / "people.json").read_text(encoding="utf-8")),
        {group.code: group for group in PersonGroup.objects.all()},
        {rank.code: rank for rank in Rank.objects.all()},
    )
    units = [unit for unit in cast.units.values() if not unit.is_root]
    lines = list(_lines(units, catalogue))
    trace = PersonImport.objects.create(
        name="demo", rows=[[line.row, {"number": line.columns["service_number"]}] for line in lines]
    )
    people = create_people(lines, trace)
    _record_past(people, lines, units, catalogue)
    _record_years(people, catalogue)
    _release(people, cast)


# ── who they are ──────────────────────────────────────────────────────────


def _lines(units: list[Unit], catalogue: Catalogue) -> Iterator[Line]:
    names: set[str] = set()
    row = 0
    for unit in units:
        for group, rank, post, count, years in catalogue.data["rosters"][unit.kind.code]:
            for _place in range(count):
                row += 1
                yield _line(row, unit, (group, rank, post, years), names, catalogue)


def _line(row: int, unit: Unit, place: tuple[str, str, str, int], names: set[str], catalogue: Catalogue) -> Line:
    group, rank, post, years = place
    rng, data = catalogue.rng, catalogue.data
    woman = group == "defence" and rng.random() < 0.7
    middles, givens = ("women_middles", "women_givens") if woman else ("middles", "givens")
    while True:
        parts = rng.choice(data["families"]), rng.choice(data[middles]), rng.choice(data[givens])
        if " ".join(parts) not in names:
            break
    names.add(" ".join(parts))
    if group == "nco":  # called up in February or March, for two years
        enlisted = date(NOW - years, rng.choice((2, 2, 3)), rng.randint(10, 27))
    else:
        enlisted = date(NOW - years - rng.randint(0, 3), rng.randint(2, 10), rng.randint(1, 27))
    columns: Data = {
        "service_number": f"9{row:07d}", "family_name": parts[0], "middle_name": parts[1], "given_name": parts[2],
        "gender": Person.Gender.FEMALE if woman else Person.Gender.MALE,
        "birth_year": enlisted.year - (19 if group == "nco" else rng.randint(18, 21)),
        "group": catalogue.groups[group], "enlisted": enlisted, "party_since": _party(group, enlisted, rng),
    }  # fmt: skip
    since = enlisted if enlisted.year > 2018 else max(enlisted, date(rng.randint(2008, 2018), rng.randint(1, 12), 1))
    promoted = max(date(rng.randint(2016, 2019), rng.randint(1, 12), 15), enlisted)
    return Line(row, columns, unit, post, since, "", catalogue.ranks.get(rank), promoted)


def _party(group: str, enlisted: date, rng: Random) -> date | None:
    share = {"officer": 0.97, "professional": 0.75, "defence": 0.35}.get(group, 0)
    joined = date(enlisted.year + rng.randint(2, 5), rng.choice((2, 5, 9)), rng.choice((3, 19)))
    return joined if rng.random() < share and joined < date(NOW, 1, 1) else None


# ── where they served before ──────────────────────────────────────────────


def _record_past(people: list[Person], lines: list[Line], units: list[Unit], catalogue: Catalogue) -> None:
    """Posts before the present one, in another unit for some, and the first rank of officers and professionals."""
    rng = catalogue.rng
    earlier = [
        (p, x.since) for p, x in zip(people, lines, strict=True) if p.enlisted and x.since and x.since > p.enlisted
    ]
    elsewhere = {person.pk for person, _since in rng.sample(earlier, MOVED)}
    Posting.objects.bulk_create(
        (
            Posting(
                person=person, post="Nhân viên", since=person.enlisted, until=since - timedelta(days=1),
                unit=rng.choice([u for u in units if u != person.unit]) if person.pk in elsewhere else person.unit,
            )
            for person, since in earlier
        ),
        batch_size=BATCH,
    )  # fmt: skip
    first = {"officer": catalogue.ranks["off-2lt"], "professional": catalogue.ranks["pro-2lt"]}
    RankChange.objects.bulk_create(
        (
            RankChange(person=person, rank=first[person.group.code], since=person.enlisted)
            for person, _since in earlier
            if person.group.code in first
        ),
        batch_size=BATCH,
    )


def _release(people: list[Person], cast: Cast) -> None:
    """Some with the longest service retire in the middle of the year."""
    oldest = sorted(people, key=lambda person: (person.enlisted or date.max, person.service_number))
    for person in [one for one in oldest if one.group.code == "professional"][:LEFT]:
        release_person(person, by=cast.user(person.unit, Role.STAFF), until=date(NOW, 6, 30))


# ── year by year ──────────────────────────────────────────────────────────


def _record_years(people: list[Person], catalogue: Catalogue) -> None:
    """Ratings, initiatives and discipline that go together: the good are good for years, who was punished is not."""
    rng = catalogue.rng
    fault = {
        person.pk: rng.choice(YEARS[4:]) for person in rng.sample([p for p in people if _rated(p, 2013)], FAULTS)
    }
    ratings: list[TaskRating] = []
    initiatives: list[Initiative] = []
    for person in people:
        quality = rng.gauss(0, 0.6)
        for year in YEARS:
            draw, luck = quality + rng.gauss(0, 0.5), rng.random()
            if not _rated(person, year) or (year == NOW and luck < UNRATED):
                continue
            rating = "completed" if fault.get(person.pk) == year else _rating(draw)
            ratings.append(TaskRating(person=person, year=year, rating=rating))
            if rng.random() < {"excellent": 0.5, "well": 0.07}.get(rating, 0):
                initiatives.append(_initiative(person, year, catalogue))
    TaskRating.objects.bulk_create(ratings, batch_size=BATCH)
    Initiative.objects.bulk_create(initiatives, batch_size=BATCH)
    Discipline.objects.bulk_create(_discipline(fault, catalogue))


def _rated(person: Person, year: int) -> bool:
    """Whether somebody served nearly all of the year."""
    return person.enlisted is not None and person.enlisted < date(year, 3, 1)


def _rating(draw: float) -> str:
    return "excellent" if draw > 0.8 else "well" if draw > -0.65 else "completed" if draw > -2 else "not"


def _initiative(person: Person, year: int, catalogue: Catalogue) -> Initiative:
    rng, level = catalogue.rng, Initiative.Level
    return Initiative(
        person=person, year=year, title=rng.choice(catalogue.data["initiatives"]), share=rng.choice((100, 60, 50)),
        level=rng.choices((level.BASE, level.REGION, level.MINISTRY), (85, 12, 3))[0],
        decision=f"{rng.randint(100, 900)}/QĐ-CKT", recognised=date(year, rng.randint(4, 10), rng.randint(1, 28)),
    )  # fmt: skip


def _discipline(fault: dict[int, int], catalogue: Catalogue) -> Iterator[Discipline]:
    """Cleared after a year; what was decided in the present year is in force."""
    rng = catalogue.rng
    forms = {form.code: form for form in DisciplineForm.objects.all()}
    for person, year in fault.items():
        decided = date(year, rng.randint(2, 8), rng.randint(1, 28))
        yield Discipline(
            person_id=person, form=forms[rng.choice(("reprimand", "reprimand", "warning", "pay-cut"))],
            decided=decided, cleared=date(year + 1, decided.month, decided.day) if year < NOW else None,
            reason=rng.choice(catalogue.data["faults"]), decision=f"{rng.randint(10, 99)}/QĐ-KL",
        )  # fmt: skip

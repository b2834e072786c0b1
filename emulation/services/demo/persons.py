"""The register of the demonstration: invented people of every unit with what two years recorded of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from emulation.services.catalogue import DATA
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
    TaskRating,
    Unit,
)
from units.person_files import Line
from units.services.person_import import create_people
from units.text import split_name

PER_UNIT = 6
# group, rank, post: who serves in a unit, the head first
OFFICE = [
    ("officer", "off-slc", "Trưởng phòng"),
    ("officer", "off-ltc", "Phó trưởng phòng"),
    ("officer", "off-maj", "Trợ lý"),
    ("officer", "off-cpt", "Trợ lý"),
    ("professional", "pro-cpt", "Nhân viên"),
    ("defence", "", "Nhân viên văn thư"),
]
LINE = [
    ("officer", "off-ltc", "Chỉ huy trưởng"),
    ("officer", "off-maj", "Chính trị viên"),
    ("professional", "pro-maj", "Thợ sửa chữa"),
    ("professional", "pro-cpt", "Thủ kho"),
    ("nco", "nco-sgt", "Tiểu đội trưởng"),
    ("defence", "", "Công nhân kỹ thuật"),
]
AGES = {"officer": 44, "professional": 38, "nco": 21, "defence": 35}
RATINGS = ("well", "excellent", "well", "completed", "well", "well", "excellent", "well", "completed", "well")


@dataclass(frozen=True)
class Catalogue:
    groups: dict[str, PersonGroup]
    ranks: dict[str, Rank]


def create_register(cast: Cast) -> None:
    """Six people in every unit below the root, with ratings, initiatives, a little discipline, earlier posts."""
    data = json.loads((DATA / "demo" / "people.json").read_text(encoding="utf-8"))
    catalogue = Catalogue(
        {group.code: group for group in PersonGroup.objects.all()}, {rank.code: rank for rank in Rank.objects.all()}
    )
    units = [unit for unit in cast.units.values() if not unit.is_root]
    lines = [
        _line(at * PER_UNIT + place, unit, place, catalogue, data)
        for at, unit in enumerate(units)
        for place in range(PER_UNIT)
    ]
    trace = PersonImport.objects.create(
        name="demo", rows=[[line.row, {"number": line.columns["service_number"]}] for line in lines]
    )
    people = create_people(lines, trace)
    for index, person in enumerate(people):
        _record_years(index, person, data["initiatives"])
    _record_past(people, units, catalogue)


def _line(index: int, unit: Unit, place: int, catalogue: Catalogue, data: dict[str, list[str]]) -> Line:
    group, rank, post = (OFFICE if unit.kind.block == "staff" else LINE)[place]
    woman = group == "defence"
    middles, givens = ("women_middles", "women_givens") if woman else ("middles", "givens")
    name = " ".join(_turn(data[key], index) for key in ("families", middles, givens))
    family, middle, given = split_name(name)
    born = 2020 - AGES[group] - index % 7
    enlisted = date(born + (20 if woman else 18), 2 + index % 8, 1 + index % 27)
    columns: dict[str, Any] = {
        "service_number": f"9{index + 1:07d}", "family_name": family, "middle_name": middle, "given_name": given,
        "gender": Person.Gender.FEMALE if woman else Person.Gender.MALE, "birth_year": born,
        "group": catalogue.groups[group], "enlisted": enlisted,
        "party_since": date(enlisted.year + 4, 5, 19) if group in ("officer", "professional") else None,
    }  # fmt: skip
    since = max(date(2012 + index % 7, 1 + index % 12, 1), enlisted)
    given_rank = catalogue.ranks.get(rank)
    return Line(index + 1, columns, unit, post, since, "", given_rank, max(date(2018, 1 + index % 12, 15), enlisted))


def _turn(words: list[str], index: int) -> str:
    return words[(index * 5 + index // 7) % len(words)]


def _record_years(index: int, person: Person, titles: list[str]) -> None:
    for year in (2018, 2019):
        if person.enlisted is not None and person.enlisted.year < year:
            rating = RATINGS[(index * 3 + year) % len(RATINGS)]
            TaskRating.objects.create(person=person, year=year, rating=rating)
    if index % 9 == 0:
        Initiative.objects.create(
            person=person, year=2018 + index % 2, title=titles[index // 9 % len(titles)],
            share=(100, 60, 50)[index % 3],
            level=Initiative.Level.REGION if index % 27 == 0 else Initiative.Level.BASE,
        )  # fmt: skip


def _record_past(people: list[Person], units: list[Unit], catalogue: Catalogue) -> None:
    """Earlier posts and ranks of some, and two cases of discipline, one of them cleared."""
    for index, person in enumerate([one for one in people if one.party_since][2::9]):
        until, before = person.postings.get().since - timedelta(days=1), units[index % len(units)]
        Posting.objects.create(person=person, unit=before, post="Nhân viên", since=person.enlisted, until=until)
        if person.rank:
            first = catalogue.ranks["off-lt" if person.group.code == "officer" else "pro-lt"]
            RankChange.objects.create(person=person, rank=first, since=date(2010, 1, 15))
    forms = {form.code: form for form in DisciplineForm.objects.all()}
    Discipline.objects.create(
        person=people[52], form=forms["reprimand"], decided=date(2018, 9, 12), cleared=date(2019, 9, 12),
        reason="Vi phạm quy định an toàn giao thông",
    )  # fmt: skip
    Discipline.objects.create(
        person=people[75], form=forms["warning"], decided=date(2020, 4, 6), reason="Vi phạm quy tắc bảo quản vũ khí"
    )

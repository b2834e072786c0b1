"""The register of initiatives in the demonstration: works behind the figures of 2020, and some under way.

Recognised works stand behind the people's records where there are any, so that nothing about awards changes;
otherwise their authors are unnamed groups. From the third quarter on the register feeds the indicator.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from emulation.folders import DATA
from emulation.models import ContestEntry, Feed, Indicator, InitiativeWork, Recognition, ScoreTemplate, WorkEvent
from emulation.periods import quarter_end
from emulation.services import initiatives as service
from emulation.services.demo.people import Cast
from emulation.services.demo.plan import moment
from emulation.services.feeds import follow
from emulation.services.initiatives import FEEDS, Author
from units.models import Initiative, Role, Unit

YEAR, CODE = 2020, "SK_SL"
SINCE = date(2020, 7, 1)  # the quarters before are approved as they were typed
NEXT = date(2020, 10, 1)


def create_initiatives(cast: Cast) -> None:
    """Works as many as figures.csv says, then those under way; at last the register feeds the indicator."""
    writer = Writer(cast)
    for code, quarter, count in _recognised():
        for number in range(count):
            writer.recognised(cast.units[code], quarter, number)
    for entry in writer.data["open"]:
        writer.under_way(cast.units[entry["unit"]], entry)
    Feed.objects.create(indicator=Indicator.objects.get(code=CODE), register="initiatives", since=SINCE)
    for unit in cast.units.values():
        if (unit.pk, Role.STAFF) in cast.acting:
            follow(FEEDS, [unit.pk], [SINCE, NEXT], by=cast.user(unit, Role.STAFF))


def _recognised() -> Iterator[tuple[str, int, int]]:
    """(unit, quarter, number of works recognised in it) of 2020."""
    extra = json.loads((DATA / "demo" / "initiatives.json").read_text(encoding="utf-8"))["extra"]
    with (DATA / "demo" / "figures.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["indicator"] == CODE and int(row["year"]) == YEAR:
                for quarter in (1, 2, 3):
                    count = int(row[f"q{quarter}"]) if row[f"q{quarter}"].isdigit() else 0
                    yield row["unit"], quarter, count + extra.get(row["unit"], {}).get(str(quarter), 0)


@dataclass
class Writer:
    """Writes works through the services; only the times of their steps are set afterwards."""

    cast: Cast
    data: dict[str, Any] = field(init=False)
    records: dict[int, list[Initiative]] = field(init=False)
    made: int = 0

    def __post_init__(self) -> None:
        self.data = json.loads((DATA / "demo" / "initiatives.json").read_text(encoding="utf-8"))
        self.records = {}
        rows = Initiative.objects.filter(year=YEAR, kind=Initiative.Kind.INITIATIVE).select_related("person")
        for row in rows.order_by("pk"):
            self.records.setdefault(row.person.unit_id, []).append(row)

    def recognised(self, unit: Unit, quarter: int, number: int) -> None:
        found = self.records.get(unit.pk)
        record = found.pop(0) if found else None
        work = self._proposed(unit, record.title if record else self._title(), record)
        service.submit(work, by=self.cast.user(unit, Role.COMMANDER))
        day = quarter_end(YEAR, quarter) - timedelta(days=12 + 7 * number)
        levels = [Initiative.Level.BASE]
        if record is not None and record.level != Initiative.Level.BASE:
            levels.append(Initiative.Level(record.level))
        number_text = record.decision if record and record.decision else f"{210 + self.made}/QĐ-CKT"
        if record is not None:  # the decision that the council's page repeats
            Initiative.objects.filter(pk=record.pk).update(level=levels[0], decision=number_text, recognised=day)
        for later, level in enumerate(levels):
            row = Recognition(level=level, decision=number_text, day=day + timedelta(days=5 * later))
            service.recognise(work, row, by=self._judge(unit))
        self._use(work, unit, day)
        self._date(work, day)

    def under_way(self, unit: Unit, entry: dict[str, Any]) -> None:
        work = self._proposed(unit, entry["title"], None)
        if entry["state"] != "proposed":
            service.submit(work, by=self.cast.user(unit, Role.COMMANDER))
        if entry["state"] == "scored":
            self._score(work, unit)
        if entry["state"] == "refused":
            service.refuse(work, entry["reason"], by=self._judge(unit))
        self._date(work, date(YEAR, 9, 15))

    def _proposed(self, unit: Unit, title: str, record: Initiative | None) -> InitiativeWork:
        self.made += 1
        person = record.person if record else None
        group = Author(f"Nhóm tác giả {unit.short}")
        authors = [Author(person.full_name, person, record.share)] if person and record else [group]
        if record is not None and record.share and record.share < 100:
            authors.append(Author("Nhóm cộng sự", None, 100 - record.share))
        return service.create_work(
            unit, authors, by=self.cast.user(unit, Role.STAFF), record=record, title=title, year=YEAR,
            kind=Initiative.Kind.INITIATIVE, problem=self.data["problem"], solution=self.data["solution"],
        )  # fmt: skip

    def _title(self) -> str:
        titles: list[str] = self.data["titles"]
        return titles[self.made % len(titles)]

    def _judge(self, unit: Unit) -> Any:
        return self.cast.user(self.cast.superior(unit), Role.STAFF)

    def _score(self, work: InitiativeWork, unit: Unit) -> None:
        criteria = list(ScoreTemplate.objects.get(code="sample").criteria.all())
        for member, points, remark in zip(
            self.data["members"], self.data["points"], self.data["remarks"], strict=True
        ):
            values = dict(zip(criteria, map(Decimal, points), strict=True))
            service.score(work, member, values, by=self._judge(unit), remark=remark)

    def _use(self, work: InitiativeWork, unit: Unit, day: date) -> None:
        """The first work of some units is in use and was entered for a contest."""
        use = self.data["applied"].pop(unit.code, None)
        if use is None:
            return
        staff = self.cast.user(unit, Role.STAFF)
        service.apply_work(
            work, by=staff, applied_where=use["where"], applied_since=day + timedelta(days=9),
            saved=Decimal(use["saved"]), effect=use["effect"],
        )  # fmt: skip
        contest = self.data["contest"]
        for stage in (ContestEntry.Stage.ENTERED, ContestEntry.Stage.FINAL):
            result = contest["units"][unit.code] if stage == ContestEntry.Stage.FINAL else ""
            if stage == ContestEntry.Stage.ENTERED or result:
                entry = ContestEntry(contest=contest["name"], year=YEAR, stage=stage, result=result)
                service.enter_contest(work, entry, by=staff)

    @staticmethod
    def _date(work: InitiativeWork, day: date) -> None:
        for place, pk in enumerate(work.events.order_by("pk").values_list("pk", flat=True)):
            WorkEvent.objects.filter(pk=pk).update(at=moment(day + timedelta(days=place - 3), 9, 10 + place))

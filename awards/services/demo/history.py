"""Ten years of awards as the register of the demonstration explains them: who was given what follows from ratings,
initiatives, service and discipline, within the shares of a unit that the catalogue knows.

Written in bulk; the import of awards named «demo» is its trace.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from random import Random

from django.utils import timezone

from awards.models import Award, CompleteRegister, Grant, GrantImport
from emulation.services.demo.people import Cast
from units.models import Discipline, Initiative, Person, Posting, Role, TaskRating, Unit
from units.services import rate_units

SEED = 2010
YEARS = range(2010, 2020)
BATCH = 500
GOOD = ("well", "excellent")
WORKERS = ("defence", "contract")
CAPPED = 2018  # the first year whose lists were held to the shares of the catalogue
SHARES = {"CSTT": 0.4, "LDTT": 0.7, "CSTDCS": 0.1}  # of the headcount, as the catalogue says from then on
EARLIER = 0.68  # of the headcount before: titles were given freely
OF_HOLDERS = 0.15  # of those who hold CSTT or LDTT: most base emulation fighters
MEDALS = {10: "HCCSVV_3", 15: "HCCSVV_2", 20: "HCCSVV_1"}  # years of service → medal
ISSUERS = {"unit": "CKT", "base": "CKT", "military_region": "BTL", "ministry": "BQP", "state": "CTN"}
SIGNERS = {
    "CKT": "Cục trưởng (minh họa)", "BTL": "Tư lệnh (minh họa)", "BQP": "Bộ trưởng (minh họa)",
    "CTN": "Chủ tịch nước (minh họa)",
}  # fmt: skip


@dataclass
class Record:
    """What is known of somebody, by year."""

    person: Person
    ratings: dict[int, str]
    merits: dict[int, int]  # year → highest level of an initiative
    faults: set[int]  # years in which discipline was in force
    held: dict[str, set[int]]  # award → years

    def good(self, year: int) -> bool:
        return self.ratings.get(year) in GOOD and year not in self.faults


class History:
    """Collects grants year by year, so that each may look at what came before."""

    def __init__(self, cast: Cast) -> None:
        self.rng = Random(SEED)
        self.units = [unit for unit in cast.units.values() if not unit.is_root]
        self.awards = {award.code: award for award in Award.objects.select_related("level")}
        self.records = records()
        self.grants: list[Grant] = []
        self.places: dict[int, dict[int, list[Record]]] = {}  # year → unit → who served there at its end
        postings = list(Posting.objects.order_by("pk").values_list("person", "unit", "since", "until"))
        for year in YEARS:
            last, places = date(year, 12, 31), defaultdict(list)
            for person, unit, since, until in postings:
                if (since is None or since <= last) and (until is None or until >= last):
                    places[unit].append(self.records[person])
            self.places[year] = places

    def write(self, by: Cast) -> None:
        for year in YEARS:
            for unit in self.units:
                self._titles(unit, self.places[year].get(unit.pk, []), year)
            for record in self.records.values():
                self._higher(record, year)
                self._medal(record, year)
        trace = GrantImport.objects.create(
            name="demo", by=by.user(by.units["CKT"], Role.REVIEWER), taken=timezone.now(),
            rows=[
                [row, {"award": x.award.code, "year": str(x.year), "name": x.name}]
                for row, x in enumerate(self.grants, start=2)
            ],
        )  # fmt: skip
        for grant in self.grants:
            grant.imported, grant.by = trace, trace.by
        Grant.objects.bulk_create(self.grants, batch_size=BATCH)

    # ── titles of the year ────────────────────────────────────────────────

    def _titles(self, unit: Unit, members: list[Record], year: int) -> None:
        chosen = []
        for code in ("CSTT", "LDTT"):
            group = [r for r in members if (r.person.group.code in WORKERS) == (code == "LDTT") and r.good(year)]
            group.sort(key=lambda r: (r.ratings[year] != "excellent", not r.merits.get(year), self.rng.random()))
            most = SHARES[code] if year >= CAPPED else EARLIER
            chosen += [(code, record) for record in group[: int(len(members) * most)]]
        for code, record in chosen:
            self._give(code, record.person, year, unit)
            record.held[code].add(year)
        best = [r for _code, r in chosen if r.ratings[year] == "excellent" and r.merits.get(year)]
        for record in best[: max(1, int(min(len(members) * SHARES["CSTDCS"], len(chosen) * OF_HOLDERS)))]:
            self._give("CSTDCS", record.person, year, unit)
            record.held["CSTDCS"].add(year)
        titled = {record.person.pk for _code, record in chosen}
        for record in members:
            if record.good(year) and record.person.pk not in titled and self.rng.random() < 0.15:
                self._give("GIAY_KHEN", record.person, year, unit)
        self._of_unit(unit, members, Counter(code for code, _record in chosen), year)

    def _of_unit(self, unit: Unit, members: list[Record], given: Counter[str], year: int) -> None:
        """A unit's title rests on how many of its members hold theirs."""
        if members and given["CSTT"] * 2 > len(members):
            self._give("DVTT", unit, year, unit)
        elif self.rng.random() < 0.15:
            self._give("GIAY_KHEN", unit, year, unit)
        if self.rng.random() < 0.03:
            self._give("BANG_KHEN_QK", unit, year, unit)

    # ── what rests on several years ───────────────────────────────────────

    def _higher(self, record: Record, year: int) -> None:
        """Two years running lead to the minister's certificate, three with a work of the ministry to the army's."""
        fights = record.held["CSTDCS"]
        unit = record.person.unit
        if {year, year - 1} <= fights and year - 1 not in record.held["BANG_KHEN_BQP"]:
            self._give("BANG_KHEN_BQP", record.person, year, unit)
            record.held["BANG_KHEN_BQP"].add(year)
        elif year in fights and self.rng.random() < 0.2:
            self._give("BANG_KHEN_QK", record.person, year, unit)
        if {year, year - 1, year - 2} <= fights and record.merits.get(year, 0) >= Initiative.RANKS[
            Initiative.Level.MINISTRY
        ]:
            self._give("CSTDTQ", record.person, year, unit)

    def _medal(self, record: Record, year: int) -> None:
        """In the year in which the service is long enough."""
        person = record.person
        if person.enlisted and person.group.code not in WORKERS and record.good(year):
            code = MEDALS.get(year - person.enlisted.year)
            if code:
                self._give(code, person, year, person.unit)

    def _give(self, code: str, to: Person | Unit, year: int, unit: Unit) -> None:
        award = self.awards[code]
        issuer = ISSUERS[award.level.code]
        number = 100 + (year * 37 + award.order * 7) % 800  # one decision for an award and year
        grant = Grant(
            award=award, level=award.level, year=year, name=str(to), decision=f"{number}/QĐ-{issuer}",
            decided=date(year, 12, 15 + award.order % 10), signer=SIGNERS[issuer],
        )  # fmt: skip
        if isinstance(to, Person):
            grant.person, grant.post, grant.place = to, to.post, unit.name
        else:
            grant.unit = to
        self.grants.append(grant)


def records() -> dict[int, Record]:
    people = Person.objects.select_related("group", "unit").order_by("pk")
    found = {p.pk: Record(p, {}, {}, set(), defaultdict(set)) for p in people}
    for person, year, rating in TaskRating.objects.values_list("person", "year", "rating"):
        found[person].ratings[year] = rating
    for person, year, level in Initiative.objects.values_list("person", "year", "level"):
        merits = found[person].merits
        merits[year] = max(merits.get(year, 0), Initiative.RANKS[Initiative.Level(level)])
    for person, decided, cleared in Discipline.objects.values_list("person", "decided", "cleared"):
        found[person].faults |= set(range(decided.year, (cleared or decided).year + 1))
    return found


def rate_last_year(history: History, cast: Cast) -> None:
    """Ratings of units for the year before the movement, as those of their people and what they were given say."""
    year = YEARS[-1]
    given = {grant.unit_id for grant in history.grants if grant.unit_id and grant.year == year}
    ratings = {}
    for unit in (one for one in history.units if one.exists_on(date(year, 12, 31))):
        members = history.places[year].get(unit.pk, [])
        good = sum(record.good(year) for record in members) * 4 >= len(members) * 3
        ratings[unit] = "excellent" if good and unit.pk in given else "well" if good else "completed"
    root = next(unit for unit in cast.units.values() if unit.is_root)
    rate_units(ratings, year=year, decision="Số liệu minh họa", by=cast.user(root, Role.STAFF))


def create_history(cast: Cast) -> None:
    history = History(cast)
    history.write(cast)
    rate_last_year(history, cast)
    for row in CompleteRegister.objects.all():
        row.since, row.note = YEARS[0], "Dữ liệu minh họa"
        row.save(update_fields=["since", "note"])

"""People in a spreadsheet: which columns it has, and what its rows say. Every error at once, by cell.

`Reading` checks rows against the base as it is now and writes nothing; see `services.person_import`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from units import access, clock
from units.errors import alternatives
from units.lists import Cells, Column, Problem, day_of, is_formula, is_month, plain
from units.models import Person, PersonGroup, Rank, Unit, User
from units.models.units import UnitQuerySet
from units.person_lines import NAME, Line, contradictions, number_wrong
from units.person_updates import Update, update_of
from units.text import fold, split_name

UPDATES = 1000  # people of one file of whom something changes: as many as a page shows, who confirms sees them all
CHUNK = 500  # numbers compared in one statement
COLUMNS = (
    Column("number", gettext_lazy("Service number"), ("sohieuquannhan", "shqn"), required=True, limit=20),
    Column("name", gettext_lazy("Full name"), ("hoten", "hovaten", "name"), required=True),
    Column("gender", gettext_lazy("Gender"), ("sex", "namnu")),
    Column("birth_year", gettext_lazy("Birth year"), ("sinhnam",)),
    Column("group", gettext_lazy("Group"), ("nhom",), required=True),
    Column("rank", gettext_lazy("Rank"), ("quanham", "capbacquanham")),
    Column("rank_since", gettext_lazy("Rank since"), ("thangnamquanham",)),
    Column("post", gettext_lazy("Post"), ("chucdanh",)),
    Column("unit", gettext_lazy("Unit"), required=True, limit=200),
    Column("unit_code", gettext_lazy("Unit code"), limit=200, instead="unit"),
    Column("since", gettext_lazy("In this post since"), ("giuchucvutu",)),
    Column("decision", gettext_lazy("Decision number"), ("quyetdinh", "soqd"), limit=60),
    Column("enlisted", gettext_lazy("Enlisted or recruited"), ("nhapngu", "ngaynhapngu", "enlisted")),
    Column("party_since", gettext_lazy("Party member since"), ("vaodang",)),
    Column("left", gettext_lazy("Served until"), ("phucvuden",)),
)
TEMPLATE = [column for column in COLUMNS if column.key not in ("unit_code", "left")]  # of the empty list we give out
GENDERS = {"nam": Person.Gender.MALE, "male": Person.Gender.MALE, "nu": Person.Gender.FEMALE}
GENDERS["female"] = Person.Gender.FEMALE
# Ranks as they are jotted down: 4/ is a captain, 2// a lieutenant colonel.
SHORT_RANKS = {
    "1/": "thieuuy", "2/": "trunguy", "3/": "thuonguy", "4/": "daiuy", "1//": "thieuta", "2//": "trungta",
    "3//": "thuongta", "4//": "daita",
}  # fmt: skip
DAYS = ("since", "rank_since", "enlisted", "party_since", "left")
EMPTY = gettext_lazy("This has to be filled in.")


@dataclass
class Reading:
    """What the rows say. `lines` can be created when there are no `problems`; `warnings` do not stop it.

    `known` are rows of people who are recorded already: a problem each, unless `skip_known` leaves them out, or
    `update_known` compares them: `updates` are those of whom something changes. Without either, `same` are those who
    are recorded just as the row says: nothing is to be done about them.
    """

    rows: Iterable[tuple[int, Cells]]
    units: UnitQuerySet
    viewer: User
    skip_known: bool = False
    update_known: bool = False
    updates: list[Update] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    same: int = 0
    known: int = 0

    def __post_init__(self) -> None:
        self.rows = list(self.rows)
        groups = list(PersonGroup.objects.all())
        self._groups = {plain(name): g for g in groups for name in (g.code, g.name, g.name_en, g.short_name) if name}
        self._ranks: dict[int, dict[str, Rank]] = {group.pk: {} for group in groups}
        for rank in Rank.objects.all():
            for name in (rank.name, rank.name_en):
                if name:
                    self._ranks[rank.group_id][plain(name)] = rank
        self._units: dict[str, list[Unit]] = {}
        for unit in self.units:
            for name in {plain(unit.code), plain(unit.name), plain(unit.short_name)} - {""}:
                self._units.setdefault(name, []).append(unit)
        self._by_code = {unit.code.lower(): unit for unit in self.units}
        recorded = self._recorded()
        first: dict[str, int] = {}
        for row, cells in self.rows:
            number, before = cells.get("number", ""), len(self.problems)
            number = "" if is_formula(number) else number
            person = recorded.get(number)
            if person is not None and self._is_same(person, row, cells):
                self.same += 1
                continue
            if person is not None:
                self.known += 1
                if self.skip_known:
                    continue
                if not self.update_known:
                    self._wrong(row, cells, "number", _("Somebody with this service number is recorded already."))
                elif not access.keeps_people(self.viewer, person.unit):
                    words = _("Somebody with this service number is recorded in a unit whose people you do not keep.")
                    self._wrong(row, cells, "number", words)
            if number in first:
                message = _("This service number stands in row %(row)d already.") % {"row": first[number]}
                self._wrong(row, cells, "number", message)
            elif number:
                first[number] = row
            line = self._read(row, cells, before, person if self.update_known else None)
            if line is not None and person is not None:
                self._compare(person, line, cells)
            elif line is not None:
                self.lines.append(line)
        if len(self.updates) > UPDATES:
            words = _("Something changes about %(count)d people; at most %(most)d at a time. Divide the list.")
            first_too_many = self.updates[UPDATES].line
            self._wrong(first_too_many.row, dict(self.rows)[first_too_many.row], "number",
                        words % {"count": len(self.updates), "most": UPDATES})  # fmt: skip
        self.problems.sort(key=lambda problem: (problem.row, len(problem.address), problem.address))
        self._warn_of_namesakes()

    def _wrong(self, row: int, cells: Cells, key: str, message: str) -> None:
        self.problems.append(_problem(row, cells, key, message))

    def _recorded(self) -> dict[str, Person]:
        """Those of the file's service numbers that somebody in the whole base has; whole, to be compared."""
        numbers = sorted({cells["number"] for _row, cells in self.rows if cells.get("number")})
        found: dict[str, Person] = {}
        people = Person.objects.only("service_number") if self.skip_known else Person.objects.whole()
        for at in range(0, len(numbers), CHUNK):
            for person in people.filter(service_number__in=numbers[at : at + CHUNK]):
                found[person.service_number] = person
        return found

    def _is_same(self, person: Person, row: int, cells: Cells) -> bool:
        """Whether the row says of somebody whom the viewer keeps nothing but what is recorded."""
        if self.skip_known or self.update_known or not access.keeps_people(self.viewer, person.unit):
            return False
        before = len(self.problems)
        line = self._read(row, cells, before, person)
        del self.problems[before:]
        if line is None:
            return False
        said: list[str] = []
        update = update_of(
            person, line, lambda _key, words: said.append(words), lambda _key, words: said.append(words)
        )
        return not update.changes and not said

    def _compare(self, person: Person, line: Line, cells: Cells) -> None:
        """Keep what changes about the person; what is odd about it is a warning."""

        def wrong(key: str, message: str) -> None:
            self._wrong(line.row, cells, key, message)

        def odd(key: str, message: str) -> None:
            self.warnings.append(_problem(line.row, cells, key, message))

        update = update_of(person, line, wrong, odd)
        if update.changes:
            self.updates.append(update)

    def _read(self, row: int, cells: Cells, before: int, recorded: Person | None) -> Line | None:
        """A line made of the row, unless there are more problems than the `before` of the rows above it.

        Of somebody `recorded` empty cells say nothing: name, group and unit are then those recorded.
        """
        for column in COLUMNS:
            text = cells.get(column.key, "")
            missing = column.required and not text and not (column.key == "unit" and cells.get("unit_code"))
            words = (str(EMPTY) if recorded is None else "") if missing else column.wrong(text)
            if words:
                self._wrong(row, cells, _unit_key(cells) if column.key == "unit" else column.key, words)
        cells = {key: "" if is_formula(text) else text for key, text in cells.items()}
        if recorded is None and cells.get("number") and (words := number_wrong(cells["number"])):
            self._wrong(row, cells, "number", words)
        group, unit, name = self._group(row, cells), self._unit(row, cells), self._name(row, cells)
        if recorded is not None:
            group = group if cells.get("group") else recorded.group
            unit = unit if _named_unit(cells) else recorded.unit
            name = name if cells.get("name") else {part: getattr(recorded, part) for part in NAME}
        rank = self._rank(row, cells, group) if group else None
        days = {key: self._day(row, cells, key) for key in DAYS}
        born = self._birth_year(row, cells)
        columns = {
            "service_number": cells.get("number", ""), **name, "group": group,
            "gender": self._gender(row, cells), "birth_year": born,
            "enlisted": days["enlisted"], "party_since": days["party_since"],
        }  # fmt: skip
        if recorded is None:
            self._check_new(row, cells, born, days)
        if len(self.problems) > before or unit is None:
            return None
        post, decision = cells.get("post", ""), cells.get("decision", "")
        months = frozenset(key for key in days if is_month(cells.get(key, "")))
        posted = recorded is None or bool(_named_unit(cells)) or any(cells.get(key) for key in ("post", "since"))
        return Line(row, columns, unit, post, days["since"], decision, rank, days["rank_since"], months, posted,
                    days["left"])  # fmt: skip

    def _check_new(self, row: int, cells: Cells, born: int | None, days: dict[str, date | None]) -> None:
        """What cannot be true of somebody new; of who is recorded, `person_updates` checks what would change."""
        for key, _other, words in contradictions(born, days):
            self._wrong(row, cells, key, words)
        if days["left"] is not None:
            words = _("Who has left already is entered by hand: create the person, then end the posting there.")
            self._wrong(row, cells, "left", words)

    def _name(self, row: int, cells: Cells) -> dict[str, str]:
        name = cells.get("name", "")
        if name.isupper() or name.islower():  # LÊ VĂN AN: a habit of lists, not of the name
            name = name.title()
        family, middle, given = split_name(name)
        if given and not family:
            self._wrong(row, cells, "name", _("Type family name and given name."))
        elif len(family) > 40 or len(middle) > 60 or len(given) > 40:
            self._wrong(row, cells, "name", _("A part of this name is too long."))
        return {"family_name": family, "middle_name": middle, "given_name": given}

    def _gender(self, row: int, cells: Cells) -> str:
        text = cells.get("gender", "")
        if text and plain(text) not in GENDERS:
            self._wrong(row, cells, "gender", _("“%(text)s” is no gender: write Nam or Nữ.") % {"text": text})
        return GENDERS.get(plain(text), "")

    def _birth_year(self, row: int, cells: Cells) -> int | None:
        text = cells.get("birth_year", "")
        year = int(text) if re.fullmatch(r"[0-9]{4}", text) else 0
        if not year:
            try:
                year = day_of(text).year if text else 0
            except ValueError:
                year = -1
        if text and not 1900 <= year <= clock.today().year - 15:
            self._wrong(row, cells, "birth_year", _("“%(text)s” is no birth year.") % {"text": text})
            return None
        return year or None

    def _group(self, row: int, cells: Cells) -> PersonGroup | None:
        text = cells.get("group", "")
        group = self._groups.get(plain(text))
        if text and group is None:
            names = ", ".join(dict.fromkeys(group.short for group in self._groups.values()))
            message = _("“%(text)s” is no group. Groups: %(names)s.") % {"text": text, "names": names}
            self._wrong(row, cells, "group", message)
        return group

    def _rank(self, row: int, cells: Cells, group: PersonGroup) -> Rank | None:
        text = cells.get("rank", "")
        if not text:
            if cells.get("rank_since"):
                self._wrong(row, cells, "rank_since", _("There is a date, but no rank."))
            return None
        ranks, short = self._ranks[group.pk], text.replace(" ", "").upper().removesuffix("CN")
        rank = ranks.get(SHORT_RANKS.get(short, plain(text)))
        for ending in (plain(group.short_name), "cn"):  # Thiếu tá QNCN, Thiếu tá CN
            rank = rank or ranks.get(plain(text).removesuffix(ending))
        if rank is None:
            message = _("“%(text)s” is no rank of the group %(group)s. Ranks: %(names)s.")
            names = alternatives(dict.fromkeys(str(one) for one in ranks.values()), text)
            self._wrong(row, cells, "rank", message % {"text": text, "group": group.short, "names": names})
        return rank

    def _unit(self, row: int, cells: Cells) -> Unit | None:
        """The unit by its code or name. Where both stand there, the code says which, and the name has to agree."""
        text, key = _named_unit(cells), _unit_key(cells)
        exact = self._by_code.get(text.lower())
        found = [exact] if exact else self._units.get(plain(text), [])
        name = cells.get("unit", "")
        if (
            len(found) == 1
            and name
            and found[0] not in [self._by_code.get(name.lower()), *self._units.get(plain(name), [])]
        ):
            message = _("The code %(code)s belongs to %(name)s.") % {"code": text, "name": found[0].name}
            self._wrong(row, cells, "unit", message)
        elif text and len(found) != 1:
            message = (
                _("“%(text)s” means several units: write the code.")
                if found
                else _("No unit whose people you keep is called “%(text)s”. Write its code.")
            )
            self._wrong(row, cells, key, message % {"text": text})
        return found[0] if len(found) == 1 else None

    def _day(self, row: int, cells: Cells, key: str) -> date | None:
        text = cells.get(key, "")
        if not text:
            return None
        try:
            day = day_of(text)
        except ValueError:
            self._wrong(row, cells, key, _("“%(text)s” is no date: write 31/07/2020 or 07/2020.") % {"text": text})
            return None
        if day > clock.today() or day.year < 1930:
            message = _("“%(text)s” cannot be right: too early, or still to come.")
            self._wrong(row, cells, key, message % {"text": f"{day:%d/%m/%Y}"})
        return day

    def _warn_of_namesakes(self) -> None:
        """Same name and birth year as another row, or as somebody whom the viewer reads."""
        seen: dict[tuple[str, int], str] = {}
        givens = sorted({line.columns["given_name"] for line in self.lines if line.columns["birth_year"]})
        for at in range(0, len(givens), CHUNK):
            people = Person.objects.visible_to(self.viewer).filter(given_name__in=givens[at : at + CHUNK])
            for person in people.exclude(birth_year=None).only(*NAME, "birth_year", "service_number"):
                seen[fold(person.full_name), person.birth_year] = _("recorded as %(number)s") % {  # type: ignore[index]
                    "number": person.service_number
                }
        cells_of = dict(self.rows)
        for line in self.lines:
            key = (fold(line.full_name), line.columns["birth_year"])
            if key[1] and key in seen:
                message = _("Same name and birth year as another person (%(other)s). Is it somebody else?")
                self.warnings.append(_problem(line.row, cells_of[line.row], "name", message % {"other": seen[key]}))
            elif key[1]:
                seen[key] = _("row %(row)d") % {"row": line.row}


def _named_unit(cells: Cells) -> str:
    """What the row says of the unit: the code where there is one."""
    return cells.get("unit_code", "") or cells.get("unit", "")


def _unit_key(cells: Cells) -> str:
    """The column in which that stands, or should."""
    return "unit_code" if cells.get("unit_code") or "@unit" not in cells else "unit"


def _problem(row: int, cells: Cells, key: str, message: str) -> Problem:
    column = cells.get(f"@{key}", "")
    return Problem(f"{column}{row}", row, cells.get("name", "") or cells.get("number", ""), message)

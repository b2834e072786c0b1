"""People in a spreadsheet: which columns it has, and what its rows say. Every error at once, by cell.

`Reading` checks rows against the base as it is now and writes nothing; see `services.person_import`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from units import access, clock
from units.errors import Refused, alternatives
from units.models import Person, PersonGroup, Rank, Unit, User
from units.models.units import UnitQuerySet
from units.person_lines import NAME, Line
from units.person_updates import Update, update_of
from units.text import fold, normal, split_name

ROWS = 5000  # people of one file
UPDATES = 1000  # people of one file of whom something changes: as many as a page shows, who confirms sees them all
CHUNK = 500  # numbers compared in one statement
Cells = dict[str, str]  # column → text of one row


@dataclass(frozen=True)
class Column:
    """A column: its key, its head, other heads people use (folded, letters and digits alone)."""

    key: str
    head: Any
    others: tuple[str, ...] = ()
    required: bool = False
    limit: int = 120

    def heads(self) -> set[str]:
        """Every spelling of the head that is understood."""
        found = set(self.others)
        for language, _name in settings.LANGUAGES:
            with override(language):
                found.add(plain(str(self.head)))
        return found


COLUMNS = (
    Column("number", gettext_lazy("Service number"), ("sohieuquannhan", "shqn"), required=True, limit=20),
    Column("name", gettext_lazy("Full name"), ("hoten", "hovaten", "name"), required=True),
    Column("gender", gettext_lazy("Gender"), ("sex", "namnu")),
    Column("birth_year", gettext_lazy("Birth year"), ("sinhnam",)),
    Column("group", gettext_lazy("Group"), ("nhom",), required=True),
    Column("rank", gettext_lazy("Rank"), ("quanham", "capbacquanham")),
    Column("rank_since", gettext_lazy("Rank since"), ("thangnamquanham",)),
    Column("post", gettext_lazy("Post"), ("chucdanh",)),
    Column("unit", gettext_lazy("Unit"), ("madonvi", "unitcode"), required=True, limit=200),
    Column("since", gettext_lazy("In this post since"), ("giuchucvutu",)),
    Column("decision", gettext_lazy("Decision number"), ("quyetdinh", "soqd"), limit=60),
    Column("enlisted", gettext_lazy("Enlisted or recruited"), ("nhapngu", "ngaynhapngu", "enlisted")),
    Column("party_since", gettext_lazy("Party member since"), ("vaodang",)),
)
IGNORED = {"stt", "tt", "no", ""}  # a running number needs no word
GENDERS = {"nam": Person.Gender.MALE, "male": Person.Gender.MALE, "nu": Person.Gender.FEMALE}
GENDERS["female"] = Person.Gender.FEMALE
# Ranks as they are jotted down: 4/ is a captain, 2// a lieutenant colonel.
SHORT_RANKS = {
    "1/": "thieuuy", "2/": "trunguy", "3/": "thuonguy", "4/": "daiuy", "1//": "thieuta", "2//": "trungta",
    "3//": "thuongta", "4//": "daita",
}  # fmt: skip
DATE = re.compile(r"(?:(\d{1,2})[/.-])?(\d{1,2})[/.-](\d{4})(?: 00:00:00)?")
ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
EMPTY = gettext_lazy("This has to be filled in.")
FORMULA = "="  # text of a cell whose formula has left nothing that could be read


def plain(text: str) -> str:
    """`text` reduced to what two spellings have in common: letters and digits without diacritics."""
    return re.sub(r"[^a-z0-9]", "", fold(text))


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, or odd, in one cell (E14) or row; `name` says whose row it is, as far as it is known."""

    address: str
    row: int
    name: str
    message: str


def read_rows(
    table: Sequence[tuple[int, Sequence[Any]]], columns: Sequence[Column] = COLUMNS
) -> tuple[list[tuple[int, Cells]], list[str]]:
    """(row of the file, column → text) of every person, and the heads that are not understood.

    `table` is a sheet as `units.workbooks` reads it; other lists than that of people come with their `columns`.
    The head is the first row that names the required columns; what stands above it is a title. Column
    letters are kept under "@key". Raises `Refused` when there is no head, nobody, or too many.
    """
    known = {head: column.key for column in columns for head in column.heads()}
    required = {column.key for column in columns if column.required}
    lines = [(number, [_text(cell) for cell in cells]) for number, cells in table]
    for place, (_number, cells) in enumerate(lines[:30]):  # noqa: B007 – used below the loop
        keys = [known.get(plain(cell), "") for cell in cells]
        if required <= set(keys):
            break
    else:
        names = ", ".join(f"“{column.head}”" for column in columns if column.required)
        raise Refused(_("The head is missing: one row has to name the columns %(names)s.") % {"names": names})
    twice = [str(column.head) for column in columns if keys.count(column.key) > 1]
    if twice:
        raise Refused([_("The column “%(column)s” stands there twice.") % {"column": name} for name in twice])
    unknown = [cell for cell, key in zip(cells, keys, strict=True) if not key and plain(cell) not in IGNORED]
    letters = {f"@{key}": letter(at) for at, key in enumerate(keys) if key}
    rows = []
    for number, line in lines[place + 1 :]:
        found = {key: text for key, text in zip(keys, line, strict=False) if key}
        if any(found.values()):
            rows.append((number, found | letters))
    if not rows:
        raise Refused(_("The file names nobody: below the head every row is empty."))
    if len(rows) > ROWS:
        raise Refused(
            _("The file has %(rows)d rows; at most %(most)d at a time.") % {"rows": len(rows), "most": ROWS}
        )
    return rows, unknown


def with_formulas(
    table: Sequence[tuple[int, Sequence[Any]]], formulas: Collection[str]
) -> list[tuple[int, list[Any]]]:
    """The sheet; where a formula (address) has left nothing, with `FORMULA`: to whoever typed it is not empty."""
    return [
        (number, [cell or (FORMULA if f"{letter(at)}{number}" in formulas else "") for at, cell in enumerate(cells)])
        for number, cells in table
    ]


def _text(cell: Any) -> str:
    return normal(cell if isinstance(cell, str) else cell[1])


def letter(column: int) -> str:
    """0 → A, 26 → AA."""
    found = ""
    while column >= 0:
        column, place = divmod(column, 26)
        found, column = chr(65 + place) + found, column - 1
    return found


def day_of(text: str) -> date:
    """A date as people and spreadsheets write it; month and year alone are the first of the month.

    Raises ValueError for anything else, also for years of two digits.
    """
    if iso := ISO.fullmatch(text):
        return date(*(int(part) for part in iso.groups()))
    if not (found := DATE.fullmatch(text)):
        raise ValueError(text)
    day, month, year = found.groups()
    return date(int(year), int(month), int(day or 1))


def is_month(text: str) -> bool:
    """Whether a date that `day_of` understands names month and year alone."""
    found = DATE.fullmatch(text)
    return found is not None and found.group(1) is None


@dataclass
class Reading:
    """What the rows say. `lines` can be created when there are no `problems`; `warnings` do not stop it.

    `known` are rows of people who are recorded already: a problem each, unless `skip_known` leaves them out, or
    `update_known` compares them: `updates` are those of whom something changes.
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
            number, before = cells.get("number", "").replace(FORMULA, ""), len(self.problems)
            person = recorded.get(number)
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
        """Those of the file's service numbers that somebody in the whole base has; whole where they are compared."""
        numbers = sorted({cells["number"] for _row, cells in self.rows if cells.get("number")})
        found: dict[str, Person] = {}
        people = Person.objects.only("service_number")
        if self.update_known:
            people = Person.objects.whole()
        for at in range(0, len(numbers), CHUNK):
            for person in people.filter(service_number__in=numbers[at : at + CHUNK]):
                found[person.service_number] = person
        return found

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
            if text == FORMULA:
                words = _("The cell holds a formula without a value. Type the text itself.")
                self._wrong(row, cells, column.key, words)
            elif column.required and not text:
                if recorded is None:
                    self._wrong(row, cells, column.key, str(EMPTY))
            elif len(text) > column.limit:
                self._wrong(row, cells, column.key, _("At most %(most)d characters.") % {"most": column.limit})
        cells = {key: "" if text == FORMULA else text for key, text in cells.items()}
        group, unit, name = self._group(row, cells), self._unit(row, cells), self._name(row, cells)
        if recorded is not None:
            group = group if cells.get("group") else recorded.group
            unit = unit if cells.get("unit") else recorded.unit
            name = name if cells.get("name") else {part: getattr(recorded, part) for part in NAME}
        rank = self._rank(row, cells, group) if group else None
        days = {key: self._day(row, cells, key) for key in ("since", "rank_since", "enlisted", "party_since")}
        columns = {
            "service_number": cells.get("number", ""), **name, "group": group,
            "gender": self._gender(row, cells), "birth_year": self._birth_year(row, cells),
            "enlisted": days["enlisted"], "party_since": days["party_since"],
        }  # fmt: skip
        if len(self.problems) > before or unit is None:
            return None
        post, decision = cells.get("post", ""), cells.get("decision", "")
        months = frozenset(key for key in days if is_month(cells.get(key, "")))
        posted = recorded is None or any(cells.get(key) for key in ("post", "unit", "since"))
        return Line(row, columns, unit, post, days["since"], decision, rank, days["rank_since"], months, posted)

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
        text = cells.get("unit", "")
        exact = self._by_code.get(text.lower())
        found = [exact] if exact else self._units.get(plain(text), [])
        if text and len(found) != 1:
            message = (
                _("“%(text)s” means several units: write the code.")
                if found
                else _("No unit whose people you keep is called “%(text)s”. Write its code.")
            )
            self._wrong(row, cells, "unit", message % {"text": text})
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


def _problem(row: int, cells: Cells, key: str, message: str) -> Problem:
    column = cells.get(f"@{key}", "")
    return Problem(f"{column}{row}", row, cells.get("name", "") or cells.get("number", ""), message)

"""Awards of past years in a spreadsheet: which columns it has, and what its rows say. Every error at once, by cell.

`GrantReading` checks rows against the base as it is now and writes nothing; see `services.grant_import`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards import access
from awards.models import Award, Grant
from units import clock
from units.access import figures_q
from units.errors import Refused
from units.files import MB
from units.models import Person, Unit, User
from units.person_files import CHUNK, EMPTY, Cells, Column, Problem, day_of, plain, read_rows
from units.text import fold, normal
from units.workbooks import read_workbook

ROWS = 5000  # awards of one file
FIRST_YEAR = 1945
SUGGESTED = 3  # awards offered for a spelling that is not known
COMPARED = 50  # such spellings of one file that are compared with the catalogue
COLUMNS = (
    Column("number", gettext_lazy("Service number or unit code"), ("sohieu", "shqn", "madonvi", "servicenumber")),
    Column("name", gettext_lazy("Name"), ("hoten", "hovaten", "hotentapthe", "tentapthe", "fullname"), limit=200),
    Column("award", gettext_lazy("Award"), ("danhhieu", "hinhthuc", "hinhthuckhenthuong"), True, 200),
    Column("year", gettext_lazy("Year"), ("namkhenthuong",), required=True, limit=10),
    Column("period", gettext_lazy("For what"), ("dotthidua", "noidung")),
    Column("decision", gettext_lazy("Decision number"), ("soquyetdinh", "soqd", "quyetdinh"), limit=60),
    Column("decided", gettext_lazy("Decided on"), ("ngayquyetdinh", "ngayky", "ngayqd"), limit=20),
    Column("signer", gettext_lazy("Signed by"), ("nguoiky",)),
    Column("rank", gettext_lazy("Rank"), ("capbac", "quanham"), limit=100),
    Column("post", gettext_lazy("Post"), ("chucvu",)),
    Column("place", gettext_lazy("Unit"), ("donvi",), limit=200),
    Column("merit", gettext_lazy("Merit"), ("thanhtich",), limit=500),
    Column("bonus", gettext_lazy("Bonus (dong)"), ("tienthuong",), limit=20),
    Column("register", gettext_lazy("Register number"), ("sosovang", "sovang"), limit=60),
)
TEXTS = ("period", "decision", "signer", "rank", "post", "place", "merit", "register")
Subject = Person | Unit
Row = tuple[int, Cells]


def read_file(name: str, file: Any, *, size: int, limit: int) -> tuple[list[Row], list[str]]:
    """Rows of the first sheet, or of a csv file in UTF-8, and the heads not understood. Raises `Refused`."""
    if name.lower().endswith(".csv"):
        return read_rows(_csv(name, file, size=size, limit=limit), COLUMNS)
    book = read_workbook(name, file, size=size, limit=limit, rows=ROWS + 100)
    return read_rows(next(iter(book.sheets.values()), []), COLUMNS)


def _csv(name: str, file: Any, *, size: int, limit: int) -> list[tuple[int, list[str]]]:
    if size > limit:
        raise Refused(_("“%(name)s” is larger than %(limit)d MB.") % {"name": name, "limit": limit // MB})
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        words = _("“%(name)s” is not text in UTF-8: save it in Excel as “CSV UTF-8”.")
        raise Refused(words % {"name": name}) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Refused(_("“%(name)s” is not a CSV file.") % {"name": name}) from error
    # What `units.spreadsheets.csv_text` put before texts that a spreadsheet would run is not part of them.
    return [(row, [re.sub(r"^'(?=[=+\-@])", "", cell) for cell in line]) for row, line in enumerate(lines, start=1)]


def award_key(text: str) -> str:
    """What spellings of an award have in common: no diacritics, signs or case; «sỹ» is «sĩ»."""
    return plain(text).replace("y", "i")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A text that names no award of the catalogue, the awards it may mean, and the one chosen for it."""

    text: str
    suggestions: tuple[Award, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One award of the file, ready to be entered."""

    row: int
    subject: Subject
    award: Award
    year: int
    columns: dict[str, Any]

    @property
    def known_key(self) -> tuple:
        return (self.award.pk, *subject_key(self.subject), self.year, self.columns["period"])


def subject_key(subject: Subject) -> tuple[int | None, int | None]:
    return (subject.pk, None) if isinstance(subject, Person) else (None, subject.pk)


@dataclass
class GrantReading:
    """What the rows say. `lines` can be entered when there are no `problems`; `warnings` do not stop it.

    `spellings`: text as it stands in the file → code of the award that is meant. `known` are awards that are
    recorded already: a problem each, unless `skip_known` leaves them out. `unknown` are spellings to be settled.
    """

    rows: Iterable[Row]
    viewer: User
    spellings: Mapping[str, str] = field(default_factory=dict)
    skip_known: bool = False
    lines: list[GrantLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unknown: list[Spelling] = field(default_factory=list)
    known: int = 0

    def __post_init__(self) -> None:
        self.rows = list(self.rows)
        self._awards()
        self._subjects()
        found = [line for row, cells in self.rows if (line := self._read(row, cells))]
        self._take(found)
        self.problems.sort(key=lambda problem: (problem.row, len(problem.address), problem.address))

    # ── the catalogue and who may be meant ──

    def _awards(self) -> None:
        awards = list(Award.objects.select_related("level").order_by("order"))
        self._by_code = {award.code: award for award in awards}
        self._by_key = {award_key(name): a for a in awards for name in (a.code, a.name_en, a.name) if name}
        texts = dict.fromkeys(cells["award"] for _row, cells in self.rows if cells.get("award"))
        for text in texts:
            if award_key(text) not in self._by_key:
                few = len(self.unknown) < COMPARED
                close = get_close_matches(award_key(text), self._by_key, n=SUGGESTED, cutoff=0.6) if few else []
                suggestions = tuple(dict.fromkeys(self._by_key[key] for key in close))
                self.unknown.append(Spelling(text, suggestions, self.spellings.get(text, "")))

    def _subjects(self) -> None:
        numbers = sorted({cells["number"] for _row, cells in self.rows if cells.get("number")})
        people = Person.objects.visible_to(self.viewer).select_related("unit")
        self._people: dict[str, Person] = {}
        for at in range(0, len(numbers), CHUNK):
            part = people.filter(service_number__in=numbers[at : at + CHUNK])
            self._people.update({person.service_number: person for person in part})
        units = list(Unit.objects.filter(figures_q(self.viewer)))
        self._units = {unit.code.lower(): unit for unit in units}
        self._named: dict[str, list[Subject]] = {}
        if any(not cells.get("number") for _row, cells in self.rows):
            for unit in units:
                self._named.setdefault(fold(unit.name), []).append(unit)
            for person in people:
                self._named.setdefault(fold(person.full_name), []).append(person)

    # ── one row ──

    def _wrong(self, row: int, cells: Cells, key: str, message: str) -> None:
        address = f"{cells.get(f'@{key}', '')}{row}"
        self.problems.append(Problem(address, row, cells.get("name", "") or cells.get("number", ""), message))

    def _read(self, row: int, cells: Cells) -> GrantLine | None:
        before = len(self.problems)
        for column in COLUMNS:
            text = cells.get(column.key, "")
            if column.required and not text:
                self._wrong(row, cells, column.key, str(EMPTY))
            elif len(text) > column.limit:
                self._wrong(row, cells, column.key, _("At most %(most)d characters.") % {"most": column.limit})
        subject, award = self._subject(row, cells), self._award(row, cells)
        if subject is not None and award is not None:
            kind = "person" if isinstance(subject, Person) else "unit"
            if award.subject not in ("", kind):
                message = _("“%(award)s” is not given to such a subject.") % {"award": award.label}
                self._wrong(row, cells, "award", message)
        year, decided, bonus = self._year(row, cells), self._decided(row, cells), self._bonus(row, cells)
        if len(self.problems) > before or subject is None or award is None or year is None:
            return None
        columns: dict[str, Any] = {name: normal(cells.get(name, "")) for name in TEXTS}
        columns |= {"decided": decided, "bonus": bonus, "name": normal(cells.get("name", "")) or str(subject)[:200]}
        return GrantLine(row, subject, award, year, columns)

    def _subject(self, row: int, cells: Cells) -> Subject | None:
        number, name = cells.get("number", ""), cells.get("name", "")
        if not number and not name:
            self._wrong(row, cells, "number", _("Give the service number, the code of the unit, or the name."))
            return None
        found: Subject | None
        if number:
            found = self._people.get(number) or self._units.get(number.lower())
            if found is None:
                message = _("Nobody whom you read has the number or code “%(number)s”.")
                self._wrong(row, cells, "number", message % {"number": number})
                return None
            own = (fold(str(found)), fold(found.name) if isinstance(found, Unit) else "")
            if name and fold(name) not in own:
                message = _("The number %(number)s belongs to %(name)s.") % {"number": number, "name": found}
                self._wrong(row, cells, "number", message)
                return None
        else:
            found = self._by_name(row, cells, name)
        if found is not None and not access.records_grants(self.viewer, found):
            self._wrong(row, cells, "number" if number else "name", _("You do not keep the awards of this subject."))
            return None
        return found

    def _by_name(self, row: int, cells: Cells, name: str) -> Subject | None:
        found = self._named.get(fold(name), [])
        if len(found) == 1:
            code = found[0].service_number if isinstance(found[0], Person) else found[0].code
            words = _("Taken to be %(name)s (%(code)s): nobody else has this name.")
            self.warnings.append(
                Problem(f"{cells.get('@name', '')}{row}", row, name, words % {"name": found[0], "code": code})
            )
            return found[0]
        message = (
            _("Several are called “%(name)s”: write the service number or code.")
            if found
            else _("Nobody whom you read is called “%(name)s”.")
        )
        self._wrong(row, cells, "name", message % {"name": name})
        return None

    def _award(self, row: int, cells: Cells) -> Award | None:
        text = cells.get("award", "")
        if not text:
            return None
        award = self._by_key.get(award_key(text)) or self._by_code.get(self.spellings.get(text, ""))
        if award is None:
            close = next((one.suggestions for one in self.unknown if one.text == text), ())
            message = _("“%(text)s” is no award of the catalogue.") % {"text": text}
            if close:
                names = ", ".join(f"“{one.label}”" for one in close)
                message += " " + _("Did you mean %(names)s?") % {"names": names}
            self._wrong(row, cells, "award", message)
        return award

    def _year(self, row: int, cells: Cells) -> int | None:
        text = cells.get("year", "")
        year = int(text) if re.fullmatch(r"[0-9]{4}", text) else 0
        if text and not FIRST_YEAR <= year <= clock.today().year:
            self._wrong(row, cells, "year", _("“%(text)s” is not accepted: give a year from %(first)d to %(last)d.")
                        % {"text": text, "first": FIRST_YEAR, "last": clock.today().year})  # fmt: skip
            return None
        return year or None

    def _decided(self, row: int, cells: Cells) -> date | None:
        text = cells.get("decided", "")
        if not text:
            return None
        try:
            day = day_of(text)
        except ValueError:
            message = _("“%(text)s” is no date: write 31/07/2020 or 07/2020.")
            self._wrong(row, cells, "decided", message % {"text": text})
            return None
        if day > clock.today() or day.year < FIRST_YEAR:
            message = _("“%(text)s” cannot be right: too early, or still to come.")
            self._wrong(row, cells, "decided", message % {"text": f"{day:%d/%m/%Y}"})
        return day

    def _bonus(self, row: int, cells: Cells) -> int | None:
        text = re.sub(r"[\s.,đ]", "", cells.get("bonus", ""))
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
            message = _("“%(text)s” is no amount in whole dong.") % {"text": cells["bonus"]}
            self._wrong(row, cells, "bonus", message)
            return None
        return int(text) if text else None

    # ── all rows together ──

    def _take(self, found: Sequence[GrantLine]) -> None:
        cells_of = dict(self.rows)
        held, numbers = self._held(found), self._registered(found)
        first: dict[tuple, int] = {}
        for line in found:
            cells, register = cells_of[line.row], line.columns["register"]
            if line.known_key in held:
                self.known += 1
                if not self.skip_known:
                    self._wrong(line.row, cells, "award", _("This award is recorded already."))
                continue
            if line.known_key in first:
                message = _("This award stands in row %(row)d already.") % {"row": first[line.known_key]}
                self._wrong(line.row, cells, "award", message)
                continue
            if register and register in numbers:
                self._wrong(line.row, cells, "register", _("Another award has this register number."))
                continue
            self._warn_early(line, cells)
            first[line.known_key] = line.row
            numbers |= {register} if register else set()
            self.lines.append(line)

    def _warn_early(self, line: GrantLine, cells: Cells) -> None:
        """An award of a year before service began is odd: the year may be mistyped, or the day of enlistment."""
        if isinstance(line.subject, Person):
            began = line.subject.enlisted
            words = _("For %(year)d, but enlisted or recruited only on %(day)s: check the year.")
        else:
            began = line.subject.established
            words = _("For %(year)d, but the unit was established only on %(day)s: check the year.")
        if began is None or began.year <= line.year:
            return
        address = f"{cells.get('@year', '')}{line.row}"
        words %= {"year": line.year, "day": f"{began:%d/%m/%Y}"}
        self.warnings.append(Problem(address, line.row, line.columns["name"], words))

    def _held(self, found: Sequence[GrantLine]) -> set[tuple]:
        rows = Grant.objects.visible_to(self.viewer).in_force()
        years = {line.year for line in found}
        return set(rows.filter(year__in=years).values_list("award", "person", "unit", "year", "period"))

    def _registered(self, found: Sequence[GrantLine]) -> set[str]:
        asked = sorted({line.columns["register"] for line in found} - {""})
        known: set[str] = set()
        for at in range(0, len(asked), CHUNK):
            rows = Grant.objects.filter(register__in=asked[at : at + CHUNK])
            known.update(rows.values_list("register", flat=True))
        return known

"""Awards of past years in a spreadsheet: which columns it has, and what its rows say. Every error at once, by cell.

`GrantReading` checks rows against the base as it is now and writes nothing; see `services.grant_import`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awards import access
from awards.models import Award, AwardLevel, Grant
from emulation.numbers import NumberError, parse_number
from units import clock
from units.access import figures_q
from units.errors import alternatives
from units.lists import Cells, Column, Problem, day_of, is_formula, is_month, plain, spellings
from units.models import Person, Unit, User
from units.person_files import CHUNK, EMPTY
from units.text import fold, normal

FIRST_YEAR = 1945
SUGGESTED = 3  # awards offered for a spelling that is not known
COMPARED = 50  # such spellings of one file that are compared with the catalogue
COLUMNS = (
    Column("number", gettext_lazy("Service number or unit code"), ("sohieu", "shqn", "madonvi", "servicenumber",
           "sohieuhoacma", "servicenumberorcode")),
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
    Column("level", gettext_lazy("Level"), ("capquyetdinh",), limit=100),
    Column("state", gettext_lazy("State"), ("hieuluc",), limit=60),
    Column("revoked_on", gettext_lazy("Revoked on"), ("thuhoingay",), limit=20),
    Column("revoked_why", gettext_lazy("Why it was revoked"), ("lydo",), limit=300),
)  # fmt: skip
HELD, REVOKED = gettext_lazy("Still in force"), gettext_lazy("Revoked")  # as the book of honour writes them
MOST_BONUS = 10**9  # dong: the field of a grant holds little more
CURRENCY = re.compile(r"\s*(?:đ|₫|đồng|vnđ|vnd)\.?$", re.IGNORECASE)
TEXTS = ("period", "decision", "signer", "rank", "post", "place", "merit", "register")
Subject = Person | Unit
Row = tuple[int, Cells]
Held = dict[date | None, Grant]  # awards of one key by the day on which they were revoked, None: in force


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
    revoked: bool = False  # as the row says; when and why stand in the columns

    def recorded_as(self, held: Held) -> Grant | None:
        """Which of the awards of this key it is: the one in force, or the one revoked on this day, if any."""
        on = self.columns["revoked_on"]
        if self.revoked and on is None:
            return next((grant for day, grant in held.items() if day), None)
        return held.get(on)

    def agrees(self, key: str, grant: Grant) -> bool:
        """Whether what the column says is what is recorded of the award."""
        if key not in self.columns:  # found by them, as the number, or told by the state
            return True
        said, stored = self.columns[key], getattr(grant, key)
        if key == "name":
            return fold(said) == fold(stored) or _is_called(self.subject, said)
        if key == "place" and not stored and isinstance(self.subject, Person):
            stored = self.subject.unit.name  # as the book of honour writes it
        return said == (normal(stored) if isinstance(stored, str) else stored)

    @property
    def known_key(self) -> tuple:
        return (self.award.pk, *subject_key(self.subject), self.year, self.columns["period"])

    @property
    def code(self) -> str:
        """Service number, or code of the unit."""
        return self.subject.service_number if isinstance(self.subject, Person) else self.subject.code


class Revocation(NamedTuple):
    """What a row says of it: `said` where the award was taken back; day and reason as far as they are given."""

    said: bool = False
    on: date | None = None
    why: str = ""


def subject_key(subject: Subject) -> tuple[int | None, int | None]:
    return (subject.pk, None) if isinstance(subject, Person) else (None, subject.pk)


def _is_called(subject: Subject, name: str) -> bool:
    """Whether the name, where one is given, is the one that the subject has now."""
    return not name or fold(name) in (fold(str(subject)), fold(subject.name) if isinstance(subject, Unit) else "")


@dataclass
class GrantReading:
    """What the rows say. `lines` can be entered when there are no `problems`; `warnings` do not stop it.

    Nothing is guessed: an amount, a day or a number that cannot be read as it stands is a problem of its cell.
    `spellings`: text as it stands in the file → code of the award that is meant; `unknown` are those to be settled.
    `same` are awards that are recorded just as the row says: nothing is to be done about them. `known` are recorded
    otherwise: a problem each, unless `skip_known` leaves them out.
    """

    rows: Iterable[Row]
    viewer: User
    spellings: Mapping[str, str] = field(default_factory=dict)
    skip_known: bool = False
    lines: list[GrantLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    unknown: list[Spelling] = field(default_factory=list)
    same: int = 0
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
        self._levels = {plain(name): level for level in AwardLevel.objects.order_by("order")
                        for name in (level.code, level.name_en, level.name) if name}  # fmt: skip
        texts = dict.fromkeys(cells["award"] for _row, cells in self.rows if cells.get("award"))
        for text in texts:
            if award_key(text) not in self._by_key and not is_formula(text):
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
        self._former = self._names_in_awards()

    def _by_number(self, number: str) -> Subject | None:
        return self._people.get(number) or self._units.get(number.lower())

    def _names_in_awards(self) -> set[tuple]:
        """(subject, folded name) under which recorded awards name subjects of the file that are called otherwise now.

        People and units are renamed; the book of honour names them as the decision did, and comes back so.
        """
        asked = {
            subject_key(found)
            for _row, cells in self.rows
            if (found := self._by_number(cells.get("number", ""))) and not _is_called(found, cells.get("name", ""))
        }
        names: set[tuple] = set()
        for place, column in enumerate(("person", "unit")):
            keys = [key[place] for key in asked if key[place] is not None]
            for at in range(0, len(keys), CHUNK):
                rows = Grant.objects.visible_to(self.viewer).filter(**{f"{column}__in": keys[at : at + CHUNK]})
                named = rows.order_by().values_list("person", "unit", "name").distinct()
                names |= {(person, unit, fold(name)) for person, unit, name in named}
        return names

    # ── one row ──

    def _wrong(self, row: int, cells: Cells, key: str, message: str) -> None:
        address = f"{cells.get(f'@{key}', '')}{row}"
        self.problems.append(Problem(address, row, cells.get("name", "") or cells.get("number", ""), message))

    def _read(self, row: int, cells: Cells) -> GrantLine | None:
        before = len(self.problems)
        for column in COLUMNS:
            text = cells.get(column.key, "")
            words = str(EMPTY) if column.required and not text else column.wrong(text)
            if words:
                self._wrong(row, cells, column.key, words)
        cells = {key: "" if is_formula(text) else text for key, text in cells.items()}
        subject, award = self._subject(row, cells), self._award(row, cells)
        if subject is not None and award is not None:
            kind = "person" if isinstance(subject, Person) else "unit"
            if award.subject not in ("", kind):
                message = _("“%(award)s” is not given to such a subject.") % {"award": award.label}
                self._wrong(row, cells, "award", message)
        year, decided, bonus = self._year(row, cells), self._day(row, cells, "decided"), self._bonus(row, cells)
        level, revocation = self._level(row, cells), self._revocation(row, cells, decided)
        if len(self.problems) > before or subject is None or award is None or year is None:
            return None
        columns: dict[str, Any] = {name: normal(cells.get(name, "")) for name in TEXTS}
        columns |= {"decided": decided, "bonus": bonus, "name": normal(cells.get("name", "")) or str(subject)[:200]}
        columns |= {"level": level or award.level, "revoked_on": revocation.on, "revoked_why": revocation.why}
        return GrantLine(row, subject, award, year, columns, revocation.said)

    def _subject(self, row: int, cells: Cells) -> Subject | None:
        number, name = cells.get("number", ""), cells.get("name", "")
        if not number and not name:
            self._wrong(row, cells, "number", _("Give the service number, the code of the unit, or the name."))
            return None
        found: Subject | None
        if number:
            found = self._by_number(number)
            if found is None:
                message = _("Nobody whom you read has the number or code “%(number)s”.")
                self._wrong(row, cells, "number", message % {"number": number})
                return None
            if not _is_called(found, name) and (*subject_key(found), fold(name)) not in self._former:
                message = _("The number %(number)s belongs to %(name)s.") % {"number": number, "name": found}
                self._wrong(row, cells, "number", message)
                return None
        else:
            found = self._by_name(row, cells, name)
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

    def _day(self, row: int, cells: Cells, key: str) -> date | None:
        """The day in a cell. A month alone is none: a grant has no place for one, and no day is invented for it."""
        text = cells.get(key, "")
        if not text:
            return None
        try:
            day = day_of(text)
        except ValueError:
            self._wrong(row, cells, key, _("“%(text)s” is no date: write 31/07/2020.") % {"text": text})
            return None
        if is_month(text):
            message = _(
                "“%(text)s” names no day: write it as 31/07/2020, or leave the cell empty if it is not known."
            )
            self._wrong(row, cells, key, message % {"text": text})
            return None
        if day > clock.today() or day.year < FIRST_YEAR:
            message = _("“%(text)s” cannot be right: too early, or still to come.")
            self._wrong(row, cells, key, message % {"text": f"{day:%d/%m/%Y}"})
        return day

    def _bonus(self, row: int, cells: Cells) -> int | None:
        text = cells.get("bonus", "")
        if not text:
            return None
        try:
            amount = Decimal(-1) if cells.get("#bonus") else parse_number(CURRENCY.sub("", text), 0)
        except NumberError as error:
            self._wrong(row, cells, "bonus", str(error))
            return None
        if not 0 <= amount < MOST_BONUS:
            self._wrong(row, cells, "bonus", _("“%(text)s” is no amount in whole dong.") % {"text": text})
            return None
        return int(amount)

    def _level(self, row: int, cells: Cells) -> AwardLevel | None:
        text = cells.get("level", "")
        level = self._levels.get(plain(text))
        if text and level is None:
            names = alternatives(dict.fromkeys(one.label for one in self._levels.values()), text)
            message = _("“%(text)s” is no level of decision. Levels: %(names)s.") % {"text": text, "names": names}
            self._wrong(row, cells, "level", message)
        return level

    def _revocation(self, row: int, cells: Cells, decided: date | None) -> Revocation:
        """Whether the award was taken back, from its state, day and reason together; they may not contradict."""
        text, on, why = cells.get("state", ""), self._day(row, cells, "revoked_on"), cells.get("revoked_why", "")
        state = plain(text)
        if text and state not in spellings(HELD) | spellings(REVOKED):
            message = _("“%(text)s” is no state of an award: write “%(held)s” or “%(revoked)s”.")
            self._wrong(row, cells, "state", message % {"text": text, "held": HELD, "revoked": REVOKED})
        elif text and state in spellings(HELD) and (cells.get("revoked_on") or why):
            message = _("“%(text)s”, and yet day or reason of a revocation stand there: which of the two holds?")
            self._wrong(row, cells, "state", message % {"text": text})
        if on is not None and decided is not None and on < decided:
            self._wrong(row, cells, "revoked_on", _("An award is not revoked before it was decided."))
        return Revocation(state in spellings(REVOKED) or on is not None or bool(why), on, normal(why))

    # ── all rows together ──

    def _take(self, found: Sequence[GrantLine]) -> None:
        cells_of = dict(self.rows)
        recorded, numbers = self._recorded(found), self._registered(found)
        first: dict[tuple, int] = {}
        for line in found:
            cells, register = cells_of[line.row], line.columns["register"]
            held = recorded.get(line.known_key, {})
            if (grant := line.recorded_as(held)) is not None:
                self._compare(line, grant, cells)
                continue
            key = (*line.known_key, line.revoked, line.columns["revoked_on"])
            if words := self._refusal(line, held):
                self._wrong(line.row, cells, *words)
            elif key in first:
                message = _("This award stands in row %(row)d already.") % {"row": first[key]}
                self._wrong(line.row, cells, "award", message)
            elif register and register in numbers:
                self._wrong(line.row, cells, "register", _("Another award has this register number."))
            else:
                self._warn(line, cells)
                first[key] = line.row
                numbers |= {register} if register else set()
                self.lines.append(line)

    def _compare(self, line: GrantLine, grant: Grant, cells: Cells) -> None:
        """An award that is recorded: is it, as the row says? Empty cells say nothing."""
        heads = [
            str(column.head) for column in COLUMNS if cells.get(column.key) and not line.agrees(column.key, grant)
        ]
        if not heads:
            self.same += 1
            return
        self.known += 1
        if not self.skip_known:
            words = _("This award is recorded already, with something else in: %(columns)s.")
            self._wrong(line.row, cells, "award", words % {"columns": ", ".join(heads)})

    def _refusal(self, line: GrantLine, held: Held) -> tuple[str, str] | None:
        """Column and sentence where a row that is not recorded yet cannot be entered beside what is (`held`)."""
        if not access.records_grants(self.viewer, line.subject):
            return "number", _("You do not keep the awards of this subject.")
        if line.revoked and None in held:
            return "state", _("The award is recorded here as in force: revoke it on the page of who holds it.")
        if not line.revoked and held:
            words = _("The award is recorded here as revoked on %(day)s: it is not entered again as one in force.")
            return "award", words % {"day": f"{max(day for day in held if day):%d/%m/%Y}"}
        if line.revoked and line.columns["revoked_on"] is None:
            return "revoked_on", _("The award was revoked: say on which day.")
        if line.revoked and not line.columns["revoked_why"]:
            return "revoked_why", _("The award was revoked: say why, in the column “%(column)s”.") % {
                "column": COLUMNS[-1].head
            }
        return None

    def _warn(self, line: GrantLine, cells: Cells) -> None:
        """What is odd about a row that can be entered."""
        self._warn_early(line, cells)
        decided = line.columns["decided"]
        if decided is not None and decided.year < line.year:
            words = _("For %(year)d, but decided on %(day)s already: check the year and the day.")
            words %= {"year": line.year, "day": f"{decided:%d/%m/%Y}"}
            self.warnings.append(
                Problem(f"{cells.get('@decided', '')}{line.row}", line.row, line.columns["name"], words)
            )

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

    def _recorded(self, found: Sequence[GrantLine]) -> dict[tuple, Held]:
        """`known_key` → such awards as they are recorded. One query."""
        held: dict[tuple, Held] = {}
        rows = Grant.objects.visible_to(self.viewer).select_related("level")
        for grant in rows.filter(year__in={line.year for line in found}):
            key = (grant.award_id, grant.person_id, grant.unit_id, grant.year, grant.period)
            held.setdefault(key, {})[grant.revoked_on] = grant
        return held

    def _registered(self, found: Sequence[GrantLine]) -> set[str]:
        asked = sorted({line.columns["register"] for line in found} - {""})
        known: set[str] = set()
        for at in range(0, len(asked), CHUNK):
            rows = Grant.objects.filter(register__in=asked[at : at + CHUNK])
            known.update(rows.values_list("register", flat=True))
        return known

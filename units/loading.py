"""Units from files: `manage.py load_units`. All or nothing, every error with its row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from units import clock
from units.codes import canonical, strange
from units.errors import Refused, alternatives
from units.file_rows import Row
from units.models import Placement, Role, Unit, UnitChange, UnitKind, User
from units.paths import MAX_DEPTH, segment
from units.services.tree import announce, lock_tree, too_deep, too_early
from units.text import normal

COLUMNS = ["code", "name", "short_name", "kind", "parent", "established", "dissolved"]
CODES = ("code", "kind", "parent")
CODE = re.compile(r"[A-Za-z0-9._-]{1,32}")
Dates = tuple[date | None, date | None]  # established, dissolved


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file that can be read by itself. `parent` is a code, empty for the root."""

    row: int
    code: str
    name: str
    short_name: str
    kind: UnitKind
    parent: str
    established: date | None
    dissolved: date | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """Units of the file that were created, were changed, and were as the file says already."""

    created: int
    changed: int
    unchanged: int


class Tree:
    """The units and places of the base as they are, by code."""

    def __init__(self) -> None:
        self.units = {unit.code: unit for unit in Unit.objects.select_related("kind")}
        self.spelt = {code.lower(): code for code in self.units}
        codes = {unit.pk: code for code, unit in self.units.items()}
        self.places: dict[str, list[Placement]] = {code: [] for code in codes.values()}
        for place in Placement.objects.order_by("pk"):
            self.places[codes[place.unit_id]].append(place)
        self.parents = {
            code: codes.get(place.parent_id, "")  # type: ignore[arg-type]
            for code, places in self.places.items()
            for place in places
            if place.until is None
        }


class Reader:
    """Turns rows into lines, gathering every error."""

    def __init__(self, tree: Tree, *, by: User | None, update: bool) -> None:
        self.tree, self.by, self.update = tree, by, update
        self.kinds = {kind.code: kind for kind in UnitKind.objects.all()}
        self.mine = {m.unit.code for m in by.active_memberships if m.role == Role.ADMINISTRATOR} if by else set()
        self.chains = Chains(self.parent_of)
        self.former_chains = Chains(lambda code: tree.parents.get(code, ""))
        self.errors: list[tuple[int, str]] = []
        self.lines: dict[str, Line] = {}
        self.first: dict[str, int] = {}
        self.alike: dict[str, int] = {}  # the same, capitals or not

    def wrong(self, row: int, message: str) -> None:
        self.errors.append((row, _("Row %(row)d: %(message)s") % {"row": row, "message": message}))

    def read(self, rows: Iterable[Row]) -> None:
        rows = [(row, texts | {key: canonical(texts[key]) for key in CODES}) for row, texts in rows]
        self.first = {texts["code"]: row for row, texts in reversed(rows)}
        self.alike = {texts["code"].lower(): row for row, texts in reversed(rows)}
        for row, texts in rows:
            line = self._line(row, texts)
            if line is not None:
                self.lines[line.code] = line
        self._check_tree()

    # ── one row ───────────────────────────────────────────────────────────

    def _line(self, row: int, texts: Mapping[str, str]) -> Line | None:
        before = len(self.errors)
        code, name, short_name = texts["code"], normal(texts["name"]), normal(texts["short_name"])
        self._check_code(row, code)
        if not name:
            self.wrong(row, _("The name is missing."))
        for text, limit in ((name, 200), (short_name, 40)):
            if len(text) > limit:
                self.wrong(row, _("“%(text)s” is longer than %(limit)d characters.") % {"text": text, "limit": limit})
        kind = self.kinds.get(texts["kind"])
        if kind is None:
            names = [f"{kind.code} ({kind.label})" for kind in self.kinds.values()]
            words = _("There is no kind of unit “%(code)s”. Known are: %(known)s.")
            self.wrong(row, words % {"code": texts["kind"], "known": alternatives(names, texts["kind"])})
        established, dissolved = (self._date(row, texts[column]) for column in ("established", "dissolved"))
        if established and dissolved and dissolved <= established:
            self.wrong(row, _("A unit is dissolved after it was established."))
        if texts["parent"] and texts["parent"] not in self.first and texts["parent"] not in self.tree.units:
            self.wrong(row, _("There is no unit “%(code)s”.") % {"code": texts["parent"]})
        if len(self.errors) > before or kind is None:
            return None
        return Line(row, code, name, short_name, kind, texts["parent"], established, dissolved)

    def _check_code(self, row: int, code: str) -> None:
        if said := strange(code):
            self.wrong(row, _("“%(code)s” is not a code.") % {"code": code} + " " + said)
        elif not CODE.fullmatch(code):
            self.wrong(
                row,
                _("“%(code)s” is not a code: up to 32 letters, digits, full stops, hyphens and underscores.")
                % {"code": code},
            )
        elif (first := self.alike[code.lower()]) != row:
            self.wrong(row, _("The unit “%(code)s” stands in row %(row)d already.") % {"code": code, "row": first})
        elif (stored := self.tree.spelt.get(code.lower(), code)) != code:
            self.wrong(row, _("There is a unit “%(code)s” already; write its code like that.") % {"code": stored})
        elif code in self.tree.units and not self.update:
            self.wrong(row, _("There is a unit “%(code)s” already.") % {"code": code})

    def _date(self, row: int, text: str) -> date | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.wrong(row, _("“%(text)s” is not a date; write it as 2020-07-31.") % {"text": text})
            return None
        if day > clock.today():
            self.wrong(row, too_early())
        return day

    # ── the tree that the file would make ─────────────────────────────────

    def parent_of(self, code: str) -> str:
        return self.lines[code].parent if code in self.lines else self.tree.parents.get(code, "")

    def _dates_of(self, code: str) -> Dates:
        known = self.lines.get(code) or self.tree.units.get(code)
        return (known.established, known.dissolved) if known else (None, None)

    def _check_tree(self) -> None:
        root = next((code for code, parent in self.tree.parents.items() if not parent), None)
        for line in self.lines.values():
            if not line.parent and root is None:
                root = line.code
            if not line.parent and line.code != root:
                self.wrong(line.row, _("The tree has one root, “%(code)s”; name the superior.") % {"code": root})
                continue
            self._check_place(line)
            if line.code in self.tree.units:
                self._check_update(line)
            self._check_right(line)

    def _check_place(self, line: Line) -> None:
        chain = self.chains.of(line.code)
        if not chain:
            self.wrong(line.row, _("The unit “%(code)s” would stand below itself.") % {"code": line.code})
        elif len(chain) > MAX_DEPTH:
            self.wrong(line.row, too_deep())
        established, dissolved = self._dates_of(line.parent)
        if established and line.established and line.established < established:
            self.wrong(
                line.row,
                _("Its superior “%(code)s” was established later, on %(date)s.")
                % {"code": line.parent, "date": established.isoformat()},
            )
        if dissolved and (line.dissolved is None or line.dissolved > dissolved):
            self.wrong(
                line.row,
                _("Its superior “%(code)s” was dissolved on %(date)s.")
                % {"code": line.parent, "date": dissolved.isoformat()},
            )

    def _check_update(self, line: Line) -> None:
        """What decisions have changed since is not overwritten by a file."""
        unit, places = self.tree.units[line.code], self.tree.places[line.code]
        if unit.dissolved is not None and unit.dissolved != line.dissolved:
            words = _("The unit was dissolved on %(date)s; a mistaken dissolution is taken back on the unit's page.")
            self.wrong(line.row, words % {"date": unit.dissolved.isoformat()})
        elif not line.parent and self.tree.parents[line.code]:
            self.wrong(line.row, _("The superior is missing."))
        elif len(places) > 1 and (line.parent, line.established) != (self.tree.parents[line.code], unit.established):
            self.wrong(line.row, _("The unit has been moved since; change its place on its page."))
        if line.dissolved != unit.dissolved and any(
            parent == line.code and code not in self.lines and not self.tree.units[code].dissolved
            for code, parent in self.tree.parents.items()
        ):
            self.wrong(line.row, _("Units still stand under it on that day; move or dissolve them first."))

    def _check_right(self, line: Line) -> None:
        if self.by is None or not self.tree.units:
            return
        above = set(self.chains.of(line.code))
        if line.code in self.tree.units:
            above &= set(self.former_chains.of(line.code))
        if self.mine.isdisjoint(above):
            self.wrong(line.row, _("The unit “%(code)s” is not in your branch.") % {"code": line.code})


class Chains:
    """Codes from the root down to a unit; empty where the unit would stand below itself."""

    def __init__(self, parent_of: Callable[[str], str]) -> None:
        self.parent_of = parent_of
        self.known: dict[str, list[str]] = {"": []}

    def of(self, code: str) -> list[str]:
        open_codes: dict[str, None] = {}
        while code not in self.known:
            if code in open_codes:  # a ring: none of its units has a chain
                self.known |= dict.fromkeys(open_codes, [])
                return []
            open_codes[code] = None
            code = self.parent_of(code)
        broken = bool(code) and not self.known[code]
        found = self.known[code]
        for below in reversed(open_codes):
            found = self.known[below] = [] if broken else [*found, below]
        return found


@transaction.atomic
def load_units(rows: Iterable[Row], *, by: User | None, update: bool = False) -> Loaded:
    """Create the units of a file; with `update` also correct those that exist.

    A unit stands under its superior from the day it was established. Raises `Refused` with every error,
    by row; then nothing has been changed.
    """
    lock_tree()
    tree = Tree()
    reader = Reader(tree, by=by, update=update)
    reader.read(rows)
    if reader.errors:
        raise Refused([message for _row, message in sorted(reader.errors, key=lambda error: error[0])])
    return Writer(tree, reader.lines, by).write()


class Writer:
    """Writes the lines of a faultless file."""

    def __init__(self, tree: Tree, lines: dict[str, Line], by: User | None) -> None:
        self.tree, self.lines, self.by = tree, lines, by
        self.changes: list[UnitChange] = []
        self.since: list[date | None] = []
        self.touched: set[str] = set()  # codes of the units whose place or existence has changed

    def write(self) -> Loaded:
        new = [line for line in self.lines.values() if line.code not in self.tree.units]
        old = [line for line in self.lines.values() if line.code in self.tree.units]
        self._create(new)
        changed = sum([self._update(line) for line in old])
        UnitChange.objects.bulk_create(self.changes, batch_size=500)
        self._write_paths()
        if self.touched:
            superiors = {self.tree.parents[code] for code in self.touched} - {""}
            announce(
                [self.tree.units[code].pk for code in sorted(self.touched)],
                None if None in self.since else min(self.since),  # type: ignore[type-var]
                [self.tree.units[code].pk for code in sorted(superiors)],
            )
        return Loaded(len(new), changed, len(old) - changed)

    def _create(self, lines: list[Line]) -> None:
        first = max((unit.order for unit in self.tree.units.values()), default=0) + 1
        units = [
            Unit(
                code=line.code, name=line.name, short_name=line.short_name, kind=line.kind, order=order,
                established=line.established, dissolved=line.dissolved, path=f"+{line.code}",
            )
            for order, line in enumerate(lines, start=first)
        ]  # fmt: skip
        for unit in units:
            unit.refresh_keys()
        self.tree.units |= {unit.code: unit for unit in Unit.objects.bulk_create(units, batch_size=500)}
        places = []
        for line in lines:
            unit, parent = self.tree.units[line.code], self.tree.units.get(line.parent)
            self.tree.parents[line.code] = line.parent
            places.append(Placement(unit=unit, parent=parent, since=line.established))
            self._note(line, UnitChange.Kind.CREATED, line.established, name_after=line.name, parent_after=parent)
            if line.dissolved:
                self._note(line, UnitChange.Kind.DISSOLVED, line.dissolved, parent_before=parent)
        Placement.objects.bulk_create(places, batch_size=500)

    def _update(self, line: Line) -> bool:
        """Whether the unit differed from its line."""
        unit, place = self.tree.units[line.code], self.tree.places[line.code][-1]
        former = self.tree.units.get(self.tree.parents[line.code])
        values = {name: getattr(line, name) for name in ("name", "short_name", "kind", "established", "dissolved")}
        differing = [name for name, value in values.items() if getattr(unit, name) != value]
        if not differing and line.parent == self.tree.parents[line.code]:
            return False
        if "kind" in differing or "established" in differing or line.parent != self.tree.parents[line.code]:
            self._touch(line, None)
        if "dissolved" in differing:
            self._note(line, UnitChange.Kind.DISSOLVED, line.dissolved, parent_before=former)
        if line.parent != self.tree.parents[line.code]:
            place.parent = self.tree.units[line.parent]
            self.tree.parents[line.code] = line.parent
            self._note(
                line, UnitChange.Kind.MOVED, line.established, parent_before=former, parent_after=place.parent,
                reason=_("Corrected by a file."),
            )  # fmt: skip
        for name in differing:
            setattr(unit, name, values[name])
        unit.save()
        if len(self.tree.places[line.code]) == 1:
            place.since = line.established
        place.save()
        return True

    def _note(self, line: Line, kind: UnitChange.Kind, effective: date | None, **columns: Any) -> None:
        unit = self.tree.units[line.code]
        self.changes.append(UnitChange(unit=unit, kind=kind, effective=effective, by=self.by, **columns))
        self._touch(line, effective)

    def _touch(self, line: Line, since: date | None) -> None:
        self.touched.add(line.code)
        self.since.append(since)

    def _write_paths(self) -> None:
        """Paths hold keys, known only after the rows are there."""
        chains = Chains(self.tree.parents.__getitem__)
        changed = []
        for code, unit in self.tree.units.items():
            path = "".join(segment(self.tree.units[above].pk) for above in chains.of(code))
            if unit.path != path:
                unit.path = path
                changed.append(unit)
        # An upsert by key: several times as fast as bulk_update.
        Unit.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=["path"], batch_size=500
        )

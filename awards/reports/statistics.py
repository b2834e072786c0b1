"""Statistics forms of a year's awards: by category, occasion, level, group of people and unit, and what was proposed.

No text that prescribes the wording of such forms has been found: headings say what is counted, in the terms of the
law (kinds of commendation by occasion: note to form 01 of Decree 98/2023), and the page says that the forms are ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Substr
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awards.models import Grant, Nomination
from units.models import Posting, Unit, User
from units.paths import WIDTH, branch_q
from units.spreadsheets import Value as Cell

Place = tuple[int, str, str]  # order, label, the query string that leaves its awards in the book of honour
LAST = 1 << 30


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the first column says what the others count. `rows` without, `total` with its label.

    `queries`: for each row what leaves its awards in the book of honour, empty where nothing does.
    """

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]
    queries: tuple[str, ...]

    @property
    def linked(self) -> Iterator[tuple[tuple[Cell, ...], str]]:
        """(row, its query string)."""
        return zip(self.rows, self.queries, strict=True)


def _columns(way: str) -> tuple[str, ...]:
    """Columns that name what awards are counted by: (order, name, name in English, code)."""
    return tuple(f"{way}__{name}" for name in ("order", "name", "name_en", "code"))


AWARD = _columns("award")
CATEGORY = _columns("award__category")
LEVEL = _columns("level")
GROUP = _columns("person__group")
OCCASION = _columns("nomination__dossier__occasion")
NAMES = (CATEGORY, LEVEL, GROUP, OCCASION)


def served() -> Any:
    """Path of the unit in which a person served when the award was decided, at the latest at the end of its year;
    where no posting tells, of the present one. Of units their own.
    """
    decided = Coalesce(OuterRef("decided"), date.max)
    begun = Q(since=None) | Q(since__year__lte=OuterRef("year"), since__lte=decided)
    postings = Posting.objects.filter(begun, person=OuterRef("person"))
    last = postings.order_by(F("since").desc(nulls_last=True), "-pk").values("unit__path")[:1]
    return Coalesce(Subquery(last), "person__unit__path", "unit__path")


def forms_of(rows: QuerySet[Grant], place: Unit, year: int, user: User) -> list[Form]:
    """The forms of the awards `rows`, seen from `place`. Three queries."""
    counted = _counted(rows, place)
    return [
        _form("category", _("By category"), _("Category"), counted, _named(CATEGORY, "", "category")),
        _form(
            "occasion",
            _("By occasion"),
            _("Occasion"),
            counted,
            _named(OCCASION, _("not recorded: entered or imported"), "occasion"),
        ),
        _form(
            "level",
            _("By level of decision"),
            _("Level of decision"),
            counted,
            _named(LEVEL, _("not recorded"), "level"),
        ),
        _form(
            "group",
            _("By group of people"),
            _("Group"),
            counted,
            _named(GROUP, _("Collectives"), "group", "kind=unit"),
        ),
        _form("unit", _("By unit"), _("Unit"), counted, _by_unit(counted, place)),
        _proposals(place, year, user),
    ]


def _counted(rows: QuerySet[Grant], place: Unit) -> list[dict[str, Any]]:
    """Awards counted by everything that the forms tell apart; of paths down to the units below `place`. One query."""
    held = Q(revoked_on=None)
    single = Case(When(person=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    columns = [name for names in NAMES for name in names]
    found = (
        rows.order_by()
        .annotate(path=Substr(served(), 1, len(place.path) + WIDTH), single=single)
        .values("path", "single", *columns)
    )
    return list(found.annotate(
        number=Count("pk", filter=held), total=Sum("bonus", filter=held),
        unknown=Count("pk", filter=held & Q(bonus=None)), ended=Count("pk", filter=~held),
    ))  # fmt: skip


def _named(names: Sequence[str], otherwise: str, key: str, rest: str = "") -> Callable[[dict[str, Any]], Place]:
    """The row's place among those that are told apart by the columns; at the end what has none (`rest` finds it).

    `key` is the field of the book's filter that takes the code.
    """
    order, name, english, code = names

    def of(row: dict[str, Any]) -> Place:
        if row[name] is None:
            return LAST, otherwise, rest
        label = row[english] if row[english] and get_language() == "en" else row[name]
        return row[order], label, urlencode({key: row[code]})

    return of


def _by_unit(counted: Iterable[dict[str, Any]], place: Unit) -> Callable[[dict[str, Any]], Place]:
    """Direct subordinates of `place` with their branches, the place itself first. One query."""
    end = len(place.path)
    keys = {int(path[end:][:WIDTH]) for row in counted if (path := row["path"]).startswith(place.path) and path[end:]}
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=keys).order_by("order", "code")}
    orders = {pk: number for number, pk in enumerate(units, start=1)}

    def of(row: dict[str, Any]) -> Place:
        path = row["path"]
        if not path.startswith(place.path):
            return LAST, _("outside the unit today or then"), ""
        if path == place.path:
            return 0, place.name, urlencode({"served": place.code, "alone": 1})
        pk = int(path[end:][:WIDTH])
        return orders[pk], units[pk].name, urlencode({"served": units[pk].code})

    return of


def _form(
    key: str, title: str, head: str, counted: Iterable[dict[str, Any]], place_of: Callable[[dict[str, Any]], Place]
) -> Form:  # fmt: skip
    sums: dict[Place, list[int]] = defaultdict(lambda: [0] * 5)
    for row in counted:
        person = row["single"]
        more = (row["number"] * person, row["number"] * (1 - person), row["total"] or 0, row["unknown"], row["ended"])
        sums[place_of(row)] = [one + other for one, other in zip(sums[place_of(row)], more, strict=True)]
    heads = (
        head, _("Individuals"), _("Collectives"), _("Bonuses (dong)"), _("Bonus not known"), _("Revoked"),
    )  # fmt: skip
    found = sorted(sums.items())
    rows = ((label, *numbers) for (_order, label, _query), numbers in found)
    return _totalled(key, title, heads, rows, [query for (_order, _label, query), _numbers in found])


def _totalled(
    key: str, title: str, heads: Sequence[str], rows: Iterable[tuple[Any, ...]], queries: Sequence[str] = ()
) -> Form:
    lines = tuple(rows)
    total = tuple(sum(row[at] for row in lines) for at in range(1, len(heads)))
    return Form(key, title, tuple(heads), lines, (_("Total"), *total), tuple(queries) or ("",) * len(lines))


def _proposals(place: Unit, year: int, user: User) -> Form:
    """What units of the branch proposed for the year, by award: what became of it. One query."""
    stage = Nomination.Stage
    lines = Nomination.objects.visible_to(user).filter(branch_q(place.path, "dossier__unit__path"))
    lines = lines.filter(dossier__year=year).exclude(stage=stage.DRAFT)

    def count(*stages: str) -> Count:
        return Count("pk", filter=Q(stage__in=stages), distinct=True)

    found = lines.order_by().values(*AWARD).annotate(
        proposed=Count("pk", distinct=True), decided=count(stage.DECIDED), rejected=count(stage.REJECTED),
        withdrawn=count(stage.WITHDRAWN), waiting=count(stage.RETURNED, *Nomination.UNDER_WAY),
    )  # fmt: skip
    heads = (
        _("Award"), _("Proposed"), _("Decided"), _("Rejected"), _("Withdrawn"), _("Under way"),
    )  # fmt: skip
    name = _named(AWARD, "", "award")
    rows = (
        (name(row)[1], *(row[key] for key in ("proposed", "decided", "rejected", "withdrawn", "waiting")))
        for row in sorted(found, key=lambda row: (-row[AWARD[0]], row[AWARD[1]]))
    )
    return _totalled("proposals", _("What was proposed, and what became of it"), heads, rows)


def form_rows(form: Form) -> Iterator[Sequence[Cell]]:
    """The rows of a form and its total, for a file."""
    yield from form.rows
    yield form.total

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

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awards.models import Grant, Nomination
from units.models import Posting, Unit, User
from units.paths import WIDTH, branch_q
from units.spreadsheets import Value as Cell

Place = tuple[int, str]  # order, label
LAST = 1 << 30


@dataclass(frozen=True, slots=True)
class Form:
    """A form: the first column says what the others count. `rows` without, `total` with its label."""

    key: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...]


# Columns that name what awards are counted by: (order, name, name in English).
AWARD = ("award__order", "award__name", "award__name_en")
CATEGORY = ("award__category__order", "award__category__name", "award__category__name_en")
LEVEL = ("level__order", "level__name", "level__name_en")
GROUP = ("person__group__order", "person__group__name", "person__group__name_en")
OCCASION = tuple(f"nomination__dossier__occasion__{name}" for name in ("order", "name", "name_en"))
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
    counted = _counted(rows)
    return [
        _form("category", _("By category"), _("Category"), counted, _named(CATEGORY, "")),
        _form(
            "occasion",
            _("By occasion"),
            _("Occasion"),
            counted,
            _named(OCCASION, _("not recorded: entered or imported")),
        ),
        _form("level", _("By level of decision"), _("Level of decision"), counted, _named(LEVEL, _("not recorded"))),
        _form("group", _("By group of people"), _("Group"), counted, _named(GROUP, _("Collectives"))),
        _form("unit", _("By unit"), _("Unit"), counted, _by_unit(counted, place)),
        _proposals(place, year, user),
    ]


def _counted(rows: QuerySet[Grant]) -> list[dict[str, Any]]:
    """Awards counted by everything that the forms tell apart. One query."""
    held = Q(revoked_on=None)
    single = Case(When(person=None, then=Value(0)), default=Value(1), output_field=IntegerField())
    columns = [name for names in NAMES for name in names]
    found = rows.order_by().annotate(path=served(), single=single).values("path", "single", *columns)
    return list(found.annotate(
        number=Count("pk", filter=held), total=Sum("bonus", filter=held),
        unknown=Count("pk", filter=held & Q(bonus=None)), ended=Count("pk", filter=~held),
    ))  # fmt: skip


def _named(names: Sequence[str], otherwise: str) -> Callable[[dict[str, Any]], Place]:
    """The row's place among those that are told apart by the columns; at the end what has none."""
    order, name, english = names

    def of(row: dict[str, Any]) -> Place:
        if row[name] is None:
            return LAST, otherwise
        return row[order], row[english] if row[english] and get_language() == "en" else row[name]

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
            return LAST, _("outside the unit today or then")
        if path == place.path:
            return 0, place.name
        pk = int(path[end:][:WIDTH])
        return orders[pk], units[pk].name

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
    return _totalled(key, title, heads, ((label, *numbers) for (_order, label), numbers in sorted(sums.items())))


def _totalled(key: str, title: str, heads: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> Form:
    lines = tuple(rows)
    total = tuple(sum(row[at] for row in lines) for at in range(1, len(heads)))
    return Form(key, title, tuple(heads), lines, (_("Total"), *total))


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
    name = _named(AWARD, "")
    rows = (
        (name(row)[1], *(row[key] for key in ("proposed", "decided", "rejected", "withdrawn", "waiting")))
        for row in sorted(found, key=lambda row: (-row[AWARD[0]], row[AWARD[1]]))
    )
    return _totalled("proposals", _("What was proposed, and what became of it"), heads, rows)


def form_rows(form: Form) -> Iterator[Sequence[Cell]]:
    """The rows of a form and its total, for a file."""
    yield from form.rows
    yield form.total

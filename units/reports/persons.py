"""What the pages of people show, in a fixed number of queries each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from auditlog.models import LogEntry
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from units import access
from units.models import Discipline, Initiative, Person, PersonImport, Posting, RankChange, TaskRating, User
from units.models.persons import PersonQuerySet
from units.spreadsheets import Value

KINDS: dict[str, type[Posting | RankChange | TaskRating | Discipline | Initiative]] = {
    "postings": Posting,
    "ranks": RankChange,
    "ratings": TaskRating,
    "initiatives": Initiative,
    "discipline": Discipline,
}  # as in addresses, and as the relation of the person is called
ICONS = {
    "postings": "bi-signpost-split",
    "ranks": "bi-chevron-double-up",
    "ratings": "bi-clipboard-check",
    "initiatives": "bi-lightbulb",
    "discipline": "bi-exclamation-triangle",
}


@dataclass(frozen=True)
class RecordRow:
    """A dated row: its key, its cells as shown, and whether it is the one in force."""

    pk: int
    cells: list[str]
    current: bool = False


@dataclass(frozen=True)
class Section:
    """The rows of one kind about a person. `writes` says whether the viewer may change them."""

    kind: str
    icon: str
    title: str
    heads: list[str]
    rows: list[RecordRow] = field(default_factory=list)
    writes: bool = False


def for_list(people: PersonQuerySet, year: int) -> PersonQuerySet:
    """People with unit, group and rank, and `rating`: the code of their task rating of `year` or None."""
    rating = TaskRating.objects.filter(person=OuterRef("pk"), year=year).values("rating")
    return people.select_related("unit", "group", "rank").annotate(rating=Subquery(rating))


def rating_word(code: str | None) -> str:
    """A task rating in words; empty where there is none."""
    return str(TaskRating.Rating(code).label) if code else ""


def sections_of(person: Person, viewer: User) -> list[Section]:
    """What is recorded about a person, as far as the viewer may see it. One query for each kind."""
    keeps = access.keeps_people(viewer, person.unit)
    found = [
        _section("postings", _postings(person.postings.select_related("unit")), writes=keeps),
        _section("ranks", _ranks(person.ranks.select_related("rank__group")), writes=keeps),
        _section("ratings", _ratings(person.ratings.all()), writes=keeps),
        _section("initiatives", _initiatives(person.initiatives.all()), writes=keeps),
    ]
    if access.sees_discipline(viewer, person.unit):
        rows = _discipline(person.discipline.select_related("form"))
        found.append(_section("discipline", rows, writes=access.keeps_discipline(viewer, person.unit)))
    return found


def _section(kind: str, rows: Iterable[RecordRow], *, writes: bool) -> Section:
    titles = {
        "postings": (_("Postings"), [_("Unit"), _("Post"), _("From"), _("Until"), _("Decision")]),
        "ranks": (_("Ranks"), [_("Rank"), _("Group"), _("From"), _("Decision")]),
        "ratings": (_("Task rating by year"), [_("Year"), _("Rating"), _("Decision or minutes")]),
        "initiatives": (
            _("Initiatives and science work"),
            [_("Title of the work"), _("Year"), _("Kind"), _("Level recognised"), _("Own share"), _("Decision")],
        ),
        "discipline": (
            _("Discipline"),
            [_("Form of discipline"), _("Decided on"), _("Cleared on"), _("What for"), _("Decision")],
        ),
    }
    title, heads = titles[kind]
    return Section(kind, ICONS[kind], title, heads, list(rows), writes)


def _day(day: date | None, unknown: str = "–") -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else unknown


def _postings(rows: Iterable[Posting]) -> Iterator[RecordRow]:
    for row in rows:
        until = _day(row.until, _("to date"))
        cells = [row.unit.name, row.post or "–", _day(row.since, _("not known")), until, row.decision or "–"]
        yield RecordRow(row.pk, cells, row.until is None)


def _ranks(rows: Iterable[RankChange]) -> Iterator[RecordRow]:
    for place, row in enumerate(rows):
        cells = [row.rank.label, row.rank.group.label, _day(row.since, _("not known")), row.decision or "–"]
        yield RecordRow(row.pk, cells, place == 0)


def _ratings(rows: Iterable[TaskRating]) -> Iterator[RecordRow]:
    for row in rows:
        yield RecordRow(row.pk, [str(row.year), rating_word(row.rating), row.decision or "–"])


def _initiatives(rows: Iterable[Initiative]) -> Iterator[RecordRow]:
    for row in rows:
        share = f"{row.share} %" if row.share is not None else "–"
        decision = " · ".join(part for part in (row.decision, _day(row.recognised, "")) if part) or "–"
        cells = [row.title, str(row.year), row.get_kind_display(), row.get_level_display(), share, decision]
        yield RecordRow(row.pk, cells)


def _discipline(rows: Iterable[Discipline]) -> Iterator[RecordRow]:
    for row in rows:
        cells = [row.form.label, _day(row.decided), _day(row.cleared), row.reason or "–", row.decision or "–"]
        yield RecordRow(row.pk, cells)


# ── the list as a file ────────────────────────────────────────────────────


def export_heads(year: int) -> list[str]:
    names = [
        _("Service number"), _("Full name"), _("Gender"), _("Birth year"), _("Group"), _("Rank"), _("Post"),
        _("Unit code"), _("Unit"), _("Enlisted"), _("Party member since"), _("Served until"),
    ]  # fmt: skip
    return [*names, _("Task rating of %(year)d") % {"year": year}]


def export_rows(people: QuerySet[Person]) -> Iterator[list[Value]]:
    """One row a person, in the order of the list; `people` come from `for_list`. One query."""
    for person in people.iterator(chunk_size=2000):
        yield [
            person.service_number, person.full_name, person.get_gender_display(), person.birth_year,
            person.group.label, person.rank.label if person.rank else "", person.post, person.unit.code,
            person.unit.name, person.enlisted, person.party_since, person.left,
            rating_word(person.rating),  # type: ignore[attr-defined]
        ]  # fmt: skip


def kind_name(kind: str) -> str:
    """What one row of the kind is called, with a capital."""
    return capfirst(str(KINDS[kind]._meta.verbose_name))


TAKING = timedelta(minutes=10)  # far longer than a file is being taken over


def touched_by(upload: int) -> Q:
    """People whom a list (key of a `PersonImport`) added or changed: the former name it, of the latter the log does.

    The log has no index of files, but one of times: what belongs to a list was written when it was taken. One query.
    """
    taken = PersonImport.objects.filter(pk=upload).values_list("taken", flat=True).first()
    if taken is None:
        return Q(pk__in=[])
    entries = LogEntry.objects.filter(
        content_type__app_label="units", content_type__model="person", additional_data__import=upload,
        timestamp__range=(taken, taken + TAKING),
    )  # fmt: skip
    return Q(imported=upload) | Q(pk__in=entries.order_by().values("object_id"))

"""The register of initiatives as it is read: list, export, one work, what feeds figures, plan against register."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

from django.db.models import Count, Exists, Min, OuterRef, Prefetch, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emulation.feeds import Codes, Source, Taken
from emulation.models import Feed, InitiativeWork, Recognition, ScoreSheet, Target, WorkAuthor, WorkEvent
from emulation.models.initiatives import WorkQuerySet
from emulation.numbers import format_number, format_part
from emulation.reports.dashboard import latest_year
from emulation.reports.timeline import Step, step_of
from emulation.reports.work import Task
from emulation.scoring import Outcome, judge
from emulation.states import STATES
from units import access
from units.models import Initiative, Role, Unit, User
from units.paths import branch_q
from units.spreadsheets import Value

LEVELS = list(Initiative.Level)  # from the base up
State = InitiativeWork.State


# ── what feeds figures ────────────────────────────────────────────────────


def levels_from(codes: Iterable[str]) -> list[str]:
    """The least of the levels named, and those above it; all where none is named."""
    ranks = [Initiative.RANKS[Initiative.Level(code)] for code in codes if code in Initiative.Level.values]
    least = min(ranks, default=1)
    return [level.value for level in LEVELS if Initiative.RANKS[level] >= least]


def recognised_between(rows: WorkQuerySet, first: date, last: date, levels: Collection[str]) -> WorkQuerySet:
    """Works that reached one of the levels for the first time on these days: every work counts once."""
    reached = Min("recognitions__day", filter=Q(recognitions__level__in=list(levels)))
    return rows.annotate(reached=reached).filter(reached__range=(first, last))


def used_between(rows: WorkQuerySet, first: date, last: date) -> WorkQuerySet:
    """Recognised works put to use on these days of which it is known what they saved."""
    return rows.filter(state=State.RECOGNISED, applied_since__range=(first, last), saved__isnull=False)


def take_recognised(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    rows = InitiativeWork.objects.filter(unit__in=units).order_by()
    found: dict[int, int] = {}
    for unit in recognised_between(rows, first, last, levels_from(codes)).values_list("unit_id", flat=True):
        found[unit] = found.get(unit, 0) + 1
    return {unit: Taken(Decimal(count), count) for unit, count in found.items()}


def take_saved(units: Collection[int], first: date, last: date, codes: Codes) -> dict[int, Taken]:
    """Million dong saved by works put to use on these days, as far as it is known."""
    rows = used_between(InitiativeWork.objects.filter(unit__in=units), first, last)
    sums = rows.order_by().values("unit").annotate(total=Sum("saved"), count=Count("pk"))
    return {row["unit"]: Taken(row["total"], row["count"]) for row in sums}


def _address(unit: Unit, first: date, last: date, **more: str) -> str:
    query = {"only": unit.pk, "since": f"{first:%d/%m/%Y}", "until": f"{last:%d/%m/%Y}"} | more
    return f"{reverse('emulation:initiative-list')}?{urlencode(query)}"


def recognised_address(unit: Unit, first: date, last: date, codes: Codes) -> str:
    return _address(unit, first, last, by="recognised", level=levels_from(codes)[0])


def saved_address(unit: Unit, first: date, last: date, codes: Codes) -> str:
    return _address(unit, first, last, by="saved")


RECOGNISED = Source(
    "initiatives", gettext_lazy("initiatives"), take_recognised, recognised_address,
    lambda: {level.value: str(level.label) for level in LEVELS},
)  # fmt: skip
SAVED = Source("initiatives-saved", gettext_lazy("savings by initiatives"), take_saved, saved_address)


# ── the list ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Row:
    """A work in the list, with words for its authors and for the highest level it has reached."""

    work: InitiativeWork
    authors: str
    level: str
    recognised: Recognition | None


def for_list(rows: WorkQuerySet) -> WorkQuerySet:
    """Works with their unit, authors and recognitions: three queries for a page."""
    rows = rows.order_by("-year", "-pk")  # groups by day have lost the order of the table
    return rows.select_related("unit").prefetch_related("authors", "recognitions")


def row_of(work: InitiativeWork) -> Row:
    best = best_of(work)
    return Row(work, authors_text(work), str(best.get_level_display()) if best else "", best)


def best_of(work: InitiativeWork) -> Recognition | None:
    rows = work.recognitions.all()
    return max(rows, key=lambda row: Initiative.RANKS[Initiative.Level(row.level)], default=None)


def authors_text(work: InitiativeWork) -> str:
    return ", ".join(
        f"{author.name} ({author.share} %)" if author.share and author.share < 100 else author.name
        for author in work.authors.all()
    )


def export_heads() -> list[str]:
    return [
        _("Unit"), _("Year"), _("Title of the work"), _("Kind"), _("Authors"), _("State"), _("Level"), _("Decision"),
        _("Recognised on"), _("Where it is used"), _("In use since"), _("Saved (million dong)"), _("Other effects"),
    ]  # fmt: skip


def export_rows(rows: WorkQuerySet) -> Iterator[list[Value]]:
    for work in for_list(rows):
        row = row_of(work)
        found = row.recognised
        yield [
            work.unit.name, work.year, work.title, work.get_kind_display(), row.authors,
            str(STATES["work"][work.stage][2]), row.level or None, found.decision if found else None,
            found.day if found else None, work.applied_where or None, work.applied_since, work.saved,
            work.effect or None,
        ]  # fmt: skip


# ── plan against register ─────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standing:
    """«registered 5, recognised 6» of a unit's branch in a year; `registered` is empty where nobody registered."""

    unit: Unit
    year: int
    registered: str
    recognised: int
    outcome: Outcome | None
    sentence: str


def standing_of(unit: Unit, year: int) -> Standing | None:
    """The registered number beside what the register holds; None where no indicator is fed by it. Three queries.

    The unit's own registration counts; without one, what the units of its branch registered, added.
    """
    feed = Feed.objects.active().filter(register=RECOGNISED.key).select_related("indicator").first()
    if feed is None:
        return None
    targets = Target.objects.filter(
        branch_q(unit.path, "unit__path"), drive=None, campaign_indicator__indicator=feed.indicator,
        campaign_indicator__campaign__year=year, registered__isnull=False,
    ).values_list("unit_id", "registered", "comparator")  # fmt: skip
    found = list(targets)
    own = [row for row in found if row[0] == unit.pk] or found
    rows = InitiativeWork.objects.filter(branch_q(unit.path, "unit__path")).order_by()
    year_days = date(year, 1, 1), date(year, 12, 31)
    recognised = recognised_between(rows, *year_days, levels_from(feed.wanted)).count()
    if not own:
        words = _("no number registered, %(recognised)d recognised") % {"recognised": recognised}
        return Standing(unit, year, "", recognised, None, words)
    total = sum((row[1] or Decimal(0) for row in own), Decimal(0))
    outcome: Outcome | None = judge(own[0][2], total, recognised, over_margin=Decimal(0), near_margin=Decimal(0))
    words = _("registered %(registered)s, recognised %(recognised)d") % {
        "registered": format_part(total), "recognised": recognised,
    }  # fmt: skip
    if outcome in ("near", "miss"):  # the year is judged by its sheets; the register only says how far it is
        words = _("%(words)s – %(count)s to go") % {"words": words, "count": format_part(total - recognised)}
        outcome = None
    return Standing(unit, year, format_part(total), recognised, outcome, words)


# ── one work ──────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A member's score sheet: points by criterion, total."""

    pk: int
    member: str
    points: tuple[str, ...]
    total: str
    remark: str


@dataclass(frozen=True, slots=True)
class Scored:
    """All score sheets of a work; `enough` says whether the mean reaches what the sheet asks for."""

    criteria: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    mean: str
    threshold: int
    enough: bool


def scored(work: InitiativeWork) -> Scored | None:
    """None before the first sheet. Three queries."""
    sheets = list(work.sheets.prefetch_related("scores"))
    if not sheets or work.template is None:
        return None
    criteria = list(work.template.criteria.all())
    rows = []
    for sheet in sheets:
        points = {score.criterion_id: format_part(score.points) for score in sheet.scores.all()}
        texts = tuple(points.get(row.pk, "–") for row in criteria)
        rows.append(SheetRow(sheet.pk, sheet.member, texts, format_part(sheet.total), sheet.remark))
    mean = mean_of(sheets)
    assert mean is not None
    heads = tuple(f"{row.name} (≤ {row.most})" for row in criteria)
    enough = mean >= work.template.threshold
    return Scored(heads, tuple(rows), format_number(mean, 1), work.template.threshold, enough)


# ── elsewhere ─────────────────────────────────────────────────────────────


def summary(user: User) -> str:
    """ "12 in 2020 · 3 with the council"."""
    year = latest_year()
    rows = InitiativeWork.objects.visible_to(user)
    waiting = Q(state__in=[State.SUBMITTED, State.SCORED])
    found = rows.aggregate(all=Count("pk", filter=Q(year=year)), waiting=Count("pk", filter=waiting))
    return _("%(all)d in %(year)d · %(waiting)d with the council") % (found | {"year": year})


def tasks(user: User) -> Iterator[Task]:
    """Works that wait for the council of the user's unit. One query, none for who reviews nothing."""
    if not access.judges_whole_sheets(user):
        return
    rows = InitiativeWork.objects.waiting().filter(access.reviews_q(user, "unit__path"))
    count = rows.count()
    if count:
        title = ngettext(
            "%(count)d initiative waits for the council", "%(count)d initiatives wait for the council", count
        )
        url = f"{reverse('emulation:initiative-list')}?state=waiting"
        yield Task(
            title % {"count": count}, _("Initiatives"), url, _("Score works"), State.SUBMITTED, "work", None, None
        )


def plain_records(user: User) -> QuerySet[Initiative]:
    """Records about people of units whose staff the user is, that no work stands behind."""
    own = [m.unit_id for m in user.active_memberships if m.role == Role.STAFF]
    rows = Initiative.objects.filter(~Exists(WorkAuthor.objects.filter(record=OuterRef("pk"))), person__unit__in=own)
    return rows.select_related("person__unit").order_by("-year", "title", "pk")


STEPS = {  # kind of event → icon, colour
    WorkEvent.Kind.RECOGNISED: ("patch-check-fill", "met"),
    WorkEvent.Kind.REFUSED: ("x-octagon-fill", "miss"),
    WorkEvent.Kind.REVOKED: ("x-octagon-fill", "miss"),
}


def steps_of(work: InitiativeWork) -> list[Step]:
    """Its life, the first step first. Of a work `with_all`; no query."""
    return [
        step_of(
            event, *STEPS.get(WorkEvent.Kind(event.kind), ("check2", "info")), more=[event.text] if event.text else []
        )
        for event in work.events.all()
    ]


def with_all(rows: WorkQuerySet) -> WorkQuerySet:
    """A work with everything its page shows."""
    authors = Prefetch("authors", WorkAuthor.objects.select_related("person"))
    events = Prefetch("events", WorkEvent.objects.select_related("by"))
    return rows.select_related("unit", "template").prefetch_related(
        authors, "recognitions", "contests", events
    )  # fmt: skip


def mean_of(sheets: Iterable[ScoreSheet]) -> Fraction | None:
    """The mean of the members' totals; None without a sheet."""
    totals = [Fraction(sheet.total) for sheet in sheets]
    return sum(totals, Fraction(0)) / len(totals) if totals else None

"""The book of honour (*sổ vàng*): its rows, its export, the statistics of a year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from awards.access import reads_grounds, unit_of
from awards.models import Award, Grant
from awards.reports.statistics import served
from units.lists import Column
from units.models import Unit, User
from units.paths import branch_q
from units.spreadsheets import Book, Value

TEMPLATE_ROWS = 5000  # rows of the empty list that offer choices


def book_page(rows: QuerySet[Grant]) -> QuerySet[Grant]:
    """Awards with what a row shows: the newest year first, in it the highest award, then by name."""
    rows = rows.select_related("award", "level", "person__unit", "unit", "issued")
    return rows.order_by("-year", "-award__order", "award__code", F("person__sorting").asc(nulls_last=True), "pk")


def name_of(grant: Grant) -> str:
    """As the decision names the holder; of older ones the present name."""
    return grant.name or str(grant.person or grant.unit)


def awarded_in(unit: Unit, years: list[int]) -> list[tuple[str, int]]:
    """(award, how many) that people and units of the branch hold from these years, the highest first. One query.

    A person's award belongs to where the person served when it was decided, at the latest at the end of its year;
    where no posting tells, to where the person serves now.
    """
    rows = Grant.objects.in_force().alias(served=served())
    rows = rows.filter(branch_q(unit.path, "served"), year__in=years)
    counted = rows.order_by("-award__order", "award__code").values_list("award__name").annotate(number=Count("pk"))
    return [(name, number) for name, number in counted]


def export_heads() -> list[str]:
    return [
        _("Register number"), _("Name"), _("Service number or code"), _("Rank"), _("Post"), _("Unit"), _("Award"),
        _("Year"), _("For what"), _("Level"), _("Decision number"), _("Decided on"), _("Signed by"), _("Merit"),
        _("Bonus (dong)"), _("State"), _("Revoked on"), _("Why it was revoked"),
    ]  # fmt: skip


def export_rows(rows: QuerySet[Grant], viewer: User) -> Iterator[Sequence[Value]]:
    """Every award of `rows`, in the order of the screen. One query. Why one was revoked only for who reads grounds.

    The file comes back through the import (`awards.grant_files`): it takes the heads and words of this one.
    """
    for grant in book_page(rows):
        code = grant.person.service_number if grant.person else grant.unit.code  # type: ignore[union-attr]
        place = grant.place or (grant.person.unit.name if grant.person else "")
        yield (
            grant.register, name_of(grant), code, grant.rank, grant.post, place, grant.award.label, grant.year,
            grant.period, grant.level.label if grant.level else "", grant.decision, grant.decided, grant.signer,
            grant.merit, grant.bonus, _("Revoked") if grant.revoked_on else _("Still in force"), grant.revoked_on,
            grant.revoked_why if reads_grounds(viewer, unit_of(grant.subject)) else "",
        )  # fmt: skip


# ── statistics of a year ──────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Stat:
    """Awards of one kind given for a year and not revoked: how many to people and to units.

    `bonus` is the sum in dong of those whose bonus is known, `unknown` how many are not; `revoked` counts beside.
    """

    award: Award
    people: int
    units: int
    bonus: int
    unknown: int
    revoked: int


@dataclass(frozen=True, slots=True)
class Total:
    people: int
    units: int
    bonus: int
    unknown: int
    revoked: int


def statistics(rows: QuerySet[Grant]) -> list[Stat]:
    """One row for each award that was given, the highest first. Two queries."""
    held = Q(revoked_on=None)
    found = rows.order_by().values("award").annotate(
        people=Count("pk", filter=held & Q(person__isnull=False)), units=Count("pk", filter=held & Q(person=None)),
        total=Sum("bonus", filter=held), unknown=Count("pk", filter=held & Q(bonus=None)),
        ended=Count("pk", filter=Q(revoked_on__isnull=False)),
    )  # fmt: skip
    counts = {row["award"]: row for row in found}
    return [
        Stat(award, row["people"], row["units"], row["total"] or 0, row["unknown"], row["ended"])
        for award in Award.objects.filter(pk__in=counts).order_by("-order", "code")
        for row in [counts[award.pk]]
    ]


def total_of(stats: Sequence[Stat]) -> Total:
    names = ("people", "units", "bonus", "unknown", "revoked")
    return Total(*(sum(getattr(row, name) for row in stats) for name in names))


def statistics_rows(stats: Sequence[Stat]) -> Iterator[Sequence[Value]]:
    for row in stats:
        yield row.award.label, row.people, row.units, row.bonus, row.unknown, row.revoked
    total = total_of(stats)
    yield _("Total"), total.people, total.units, total.bonus, total.unknown, total.revoked


def statistics_heads() -> list[str]:
    return [_("Award"), _("Individuals"), _("Collectives"), _("Bonuses (dong)"), _("Bonus not known"), _("Revoked")]


# ── the empty list of the import ──────────────────────────────────────────


def grant_template(columns: Sequence[Column]) -> bytes:
    """An xlsx file: the columns of the import, with the awards of the catalogue as choices."""
    book = Book()
    sheet, lists = book.sheet(_("Awards")), book.sheet(_("Lists"))
    head = book.format(bold=True, bg_color="#DDE6DC", border=1, text_wrap=True, valign="vcenter")
    must = book.format(bold=True, bg_color="#F4E3A8", border=1, text_wrap=True, valign="vcenter")
    text = book.format(num_format="@")
    names = list(Award.objects.order_by("order", "code").values_list("name", flat=True))
    book.put(lists, 0, 0, _("Award"), head)
    for row, name in enumerate(names, start=1):
        book.put(lists, row, 0, name)
    lists.set_column(0, 0, 48)
    for at, column in enumerate(columns):
        words = f"{column.head} *" if column.required else str(column.head)
        book.put(sheet, 0, at, words, must if column.required else head)
        # Text: Excel turns numbers with leading zeros and days of other notations into something else.
        sheet.set_column(at, at, 30 if column.key in ("name", "award", "merit") else 16, text)
        if column.key == "award" and names:
            source = f"='{lists.get_name()}'!$A$2:$A${len(names) + 1}"
            rule = {"validate": "list", "source": source, "error_type": "information", "show_error": False}
            sheet.data_validation(1, at, TEMPLATE_ROWS, at, rule)
    sheet.freeze_panes(1, 2)
    return book.close()

"""Every list goes out as xlsx and csv: as many rows as its page says, and nothing in it is a formula.

On the demonstration, in which every name has been made to begin like a formula.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import getsource, unwrap
from typing import Any

import pytest
from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from awards.models import Award, Council, Decision, Dossier, Grant, Nomination, PublicNotice, Session, Submission
from emulation.models import (
    Activity,
    Area,
    Assessment,
    Campaign,
    CampaignIndicator,
    CampaignJoin,
    Checklist,
    Cluster,
    Correction,
    Document,
    Evidence,
    Example,
    Extension,
    Incident,
    Indicator,
    InitiativeWork,
    Inspection,
    InspectionItem,
    IssuedPaper,
    PartyCell,
    Receipt,
    RegisteredTitle,
    Registration,
    RegistrationVersion,
    Report,
    ResultChange,
    WeakPoint,
)
from emulation.reports.assessments import table_rows
from tests.factories import make_correction, make_extension
from units.models import Initiative, Person, Placement, Unit, User
from units.spreadsheets import starts_formula

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.longest]

URLS = {"units": "units.urls", "emulation": "emulation.urls_app", "awards": "awards.urls"}
NAMES = {
    Unit: ("name", "short_name"), User: ("full_name",), Person: ("family_name",), Area: ("name",),
    Campaign: ("name",), Indicator: ("name",), CampaignIndicator: ("name",), Dossier: ("title",),
    Council: ("name",), Session: ("title",), Award: ("name",), Nomination: ("name",), PublicNotice: ("place",),
    Extension: ("reason",), Document: ("title",), WeakPoint: ("title",), Inspection: ("title",),
    InitiativeWork: ("title",), Initiative: ("title",), Example: ("title",), Activity: ("title",),
    Incident: ("place",), IssuedPaper: ("title",), Grant: ("name",), Correction: ("reason",), Evidence: ("name",),
    ResultChange: ("reason",), Checklist: ("name",), PartyCell: ("name",),
    InspectionItem: ("text",), RegisteredTitle: ("title",),
}  # fmt: skip


@pytest.fixture(scope="module")
def world(seeded, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        late = (
            Report.objects.exclude(state__in=Report.HANDED_IN)
            .select_related("round")
            .filter(round__year=2020)
            .first()
        )
        make_extension(late)
        sheet = Report.objects.filter(state="approved", unit__code="K1").first()
        typist = User.objects.get(username="staff")
        made = make_correction(sheet, sheet.results.first().indicator, typist)
        made.state, made.sent_by, made.sent_at = "sent", User.objects.get(username="commander-k1"), timezone.now()
        made.save()
        Evidence.objects.create(
            report=late, name="bien-ban.pdf", kind="pdf", size=1, sha256="0" * 64, by=typist, at=timezone.now()
        )
        for model, columns in NAMES.items():
            for column in columns:
                named = Concat(Value("="), F(column), output_field=CharField())
                model.objects.exclude(**{column: ""}).update(**{column: named})
        yield
        transaction.set_rollback(True)


def registered_drive() -> int:
    return Registration.objects.filter(unit=ckt(), drive__isnull=False).latest("pk").drive_id


def ckt() -> int:
    return Unit.objects.get(code="CKT").pk


def reach(context: Any) -> int:
    return Unit.objects.visible_to(context["user"]).filter(dissolved=None).count()


def page(context: Any) -> int:
    return context["page"].paginator.count


def rooms(context: Any) -> int:
    return sum(max(1, len(share.rooms)) for share in context["shares"])


def heat_rows(context: Any) -> int:
    heat = context["page"].heat
    return 1 + (heat.own is not None) + sum(len(rows) for _name, rows in heat.groups)


def crowded_dossier() -> int:
    """A dossier with lines that are still to be handed in: its caps are shown."""
    return Dossier.objects.filter(lines__stage="draft").first().pk


def assessed() -> list[Any]:
    row = Assessment.objects.filter(state="confirmed").first()
    return [row.checklist_id, ckt()]


def decided(kind: str) -> int:
    return Decision.objects.filter(kind=kind).first().pk


def honoured() -> int:
    return Grant.objects.exclude(person=None).first().person_id


def period_of(period: str) -> Callable[[], list[Any]]:
    """Arguments of the report of a period, or of the drive that has figures of its own."""

    def found() -> list[Any]:
        drive = Campaign.objects.filter(kind__is_drive=True, indicators__isnull=False).first()
        return [ckt(), 2020, f"D{drive.pk}" if period == "drive" else period]

    return found


def movement() -> int:
    return Campaign.objects.get(parent=None, year=2020, kind__code="movement").pk


def pledged(context: Any) -> int:
    return sum(bool(row.cells) for row in context["paper"].rows)


def pledged_by_members() -> int:
    cluster = Cluster.objects.first()
    newest = {row.registration.unit_id: row for row in RegistrationVersion.objects.filter(
        registration__unit__in=cluster.members.all(), registration__year=cluster.year, registration__drive=None
    ).order_by("number")}  # fmt: skip
    return sum(len(row.content["targets"]) for row in newest.values())


def moved() -> int:
    return Placement.objects.exclude(parent=None).first().unit_id


def approved_sheet() -> int:
    return Report.objects.filter(state="approved", round__quarter=1).first().pk


def joined_campaign() -> int:
    return CampaignJoin.objects.first().campaign_id


Count = Callable[[Any], int]
PERIOD = {"year": "2020", "period": "H1"}
# login, route, its arguments, query, how many rows the page says there are
LISTS: list[tuple[str, str, Callable[[], list[Any]], dict[str, str], Count]] = [
    ("admin", "units:user-list", list, {}, page),
    ("admin", "units:user-list", list, {"q": "an"}, page),
    ("planner", "units:unit-tree", list, {}, reach),
    ("planner", "units:unit-tree", list, {"q": "kho k"}, lambda context: len(context["found"])),
    ("planner", "units:unit-ratings", list, {"year": "2020"}, page),
    ("planner", "units:person-ratings", list, {"year": "2020"}, page),
    ("planner", "units:person-ratings", list, {"year": "2020", "q": "van"}, page),
    ("commander", "emulation:report-list", list, {"round": ""}, page),
    ("commander", "emulation:report-list", list, {"state": "approved"}, page),
    ("reviewer", "emulation:review-list", list, {"state": "approved"}, page),
    ("planner", "emulation:campaign-tree", list, {"year": "2020"}, lambda context: context["tree"].campaigns),
    ("admin", "emulation:catalogue-rows", lambda: ["areas"], {}, lambda context: len(context["rows"])),
    ("admin", "emulation:round-list", list, {"year": "2020"}, lambda context: len(context["rounds"])),
    ("reviewer", "emulation:extension-list", lambda: [Extension.objects.first().round_id], {}, page),
    ("commander", "emulation:target-list", lambda: [ckt(), 2020], {}, lambda context: context["sheet"].lines),
    (
        "commander", "emulation:drive-targets",
        lambda: [registered_drive(), ckt()], {}, lambda context: context["sheet"].lines,
    ),
    (
        "commander", "emulation:drive-version-list", lambda: [registered_drive(), ckt()], {},
        lambda context: len(context["lines"]),
    ),
    ("commander", "emulation:dashboard", lambda: [ckt()], PERIOD, heat_rows),
    (
        "commander", "emulation:figure", lambda: [ckt(), "HL_QS"], PERIOD,
        lambda context: len(context["page"].rows) + 1,
    ),
    (
        "commander", "emulation:figure", lambda: [ckt(), "HL_QS"], PERIOD | {"by": "quarter"},
        lambda context: len(context["page"].rows),
    ),
    ("commander", "awards:dossier-list", list, {}, page),
    ("commander", "awards:dossier-detail", lambda: [crowded_dossier()], {}, page),
    ("commander", "awards:dossier-detail", lambda: [crowded_dossier()], {"table": "caps"}, rooms),
    ("commander", "awards:due-list", lambda: [ckt(), 2020], {"table": "caps"}, rooms),
    ("commander", "awards:council-list", list, {}, lambda context: len(context["councils"])),
    (
        "commander", "awards:council-detail", lambda: [Session.objects.first().council_id], {},
        lambda context: len(context["sessions"]),
    ),
    ("commander", "awards:award-list", list, {}, lambda context: len(context["rows"])),
    ("admin", "awards:award-list", list, {}, lambda context: len(context["rows"])),
    ("commander", "awards:notice-list", list, {}, page),
    ("planner", "units:person-list", list, {"q": "van"}, page),
    ("commander", "emulation:document-list", list, {}, page),
    (
        "commander", "emulation:document-detail", lambda: [Receipt.objects.first().document_id], {},
        lambda context: context["receipts"].paginator.count,
    ),
    ("commander", "emulation:example-list", list, {}, page),
    ("commander", "emulation:initiative-list", list, {}, page),
    ("staff", "emulation:initiative-records", list, {}, page),
    ("commander", "emulation:weak-point-list", list, {"view": "list"}, page),
    (
        "commander", "emulation:weak-point-history", lambda: [WeakPoint.objects.first().unit_id], {},
        lambda context: sum(len(record.points) for record in context["records"]),
    ),
    ("commander", "emulation:assessment-list", list, {}, page),
    (
        "commander", "emulation:assessment-table", assessed, {},
        lambda context: len(list(table_rows(context["table"]))),
    ),
    ("commander", "emulation:incident-list", list, {}, page),
    ("commander", "emulation:activity-list", list, {}, page),
    ("commander", "emulation:inspection-list", list, {}, page),
    ("commander", "emulation:board", lambda: [ckt()], {}, page),
    ("commander", "emulation:paper-list", list, {}, page),
    ("commander", "emulation:indicator-list", list, {}, lambda context: len(context["indicators"])),
    ("commander", "emulation:registration-list", lambda: [ckt(), 2020], {}, lambda context: len(context["rows"])),
    (
        "commander-k1", "emulation:report-list", list, {"table": "own"},
        lambda context: Report.objects.filter(unit__code="K1").count(),
    ),
    (
        "commander", "emulation:report-corrections", lambda: [Correction.objects.first().report_id], {},
        lambda context: len(context["corrections"]),
    ),
    ("commander", "emulation:report-history", lambda: [ResultChange.objects.first().report_id], {}, page),
    (
        "commander", "emulation:evidence-list", lambda: [Evidence.objects.first().report_id], {},
        lambda context: len(context["present"]),
    ),
    ("commander", "awards:decision-list", list, {}, page),
    ("commander", "awards:submission-list", list, {}, page),
    ("commander", "awards:decision-detail", lambda: [decided("award")], {}, page),
    ("commander", "awards:decision-detail", lambda: [decided("revocation")], {}, page),
    ("commander", "awards:submission-detail", lambda: [Submission.objects.first().pk], {}, page),
    (
        "commander", "awards:session-detail", lambda: [Session.objects.exclude(closed_at=None).first().pk], {},
        lambda context: context["entries"].paginator.count,
    ),
    (
        "commander", "awards:grant-list", lambda: ["person", honoured()], {}, lambda context: len(context["rows"]),
    ),
    ("commander", "awards:grant-book", list, {"q": "an"}, page),
    ("commander", "awards:award-statistics", list, {}, lambda context: len(context["stats"]) + 1),
    ("commander", "awards:award-statistics", list, {"table": "unit"}, lambda context: 1 + next(
        len(form.rows) for form in context["forms"] if form.key == "unit"
    )),
    ("commander", "awards:due-list", lambda: [ckt(), 2020], {"state": "eligible"}, page),
    *(
        ("commander", "emulation:review-report", period_of(period), {}, lambda context: sum(
            bool(row.cells) for row in context["report"].annex
        ))
        for period in ("H1", "Y", "5Y", "drive")
    ),
    ("commander", "emulation:campaign-detail", lambda: [movement()], {}, lambda context: context["page"].indicators),
    (
        "commander", "emulation:version-list", lambda: [ckt(), 2020], {},
        lambda context: len(context["lines"]) + len(context["titles"]),
    ),
    ("commander", "emulation:target-list", lambda: [ckt(), 2020], {"table": "titles"}, lambda context: len(
        context["titles"]
    )),
    ("commander", "emulation:cluster-list", list, {}, page),
    ("commander", "emulation:cluster-detail", lambda: [Cluster.objects.first().pk], {}, pledged),
    (
        "commander", "emulation:cluster-detail", lambda: [Cluster.objects.first().pk], {"table": "parts"},
        lambda _context: pledged_by_members(),
    ),
    ("commander", "emulation:drive-pledge", lambda: [registered_drive(), ckt()], {}, pledged),
    ("commander", "emulation:pledge-detail", lambda: [ckt(), 2020], {}, pledged),
    (
        "admin", "units:unit-detail", lambda: [ckt()], {"table": "members"},
        lambda context: context["memberships"].count(),
    ),
    ("admin", "units:unit-detail", lambda: [ckt()], {"table": "history"}, lambda context: len(context["changes"])),
    (
        "admin", "units:unit-detail", lambda: [moved()], {"table": "places"},
        lambda context: len(context["placements"]),
    ),
    (
        "commander", "emulation:report-detail", lambda: [approved_sheet()], {},
        lambda context: len(context["sheet"].rows),
    ),
    (
        "reviewer", "emulation:report-review", lambda: [approved_sheet()], {},
        lambda context: sum(len(lines) for _group, lines in context["verdicts"]),
    ),
    (
        "commander", "emulation:inspection-detail",
        lambda: [Inspection.objects.exclude(concluded_on=None).first().pk], {},
        lambda context: sum(len(one.lines) for one in context["looked"]),
    ),
    (
        "commander", "emulation:campaign-detail", lambda: [joined_campaign()], {"table": "joins"},
        lambda context: len(context["joins"].rows),
    ),
    ("commander", "emulation:drive-detail", lambda: [registered_drive()], {}, lambda context: len(context["lines"])),
    ("commander", "emulation:drive-detail", lambda: [registered_drive()], {"table": "units"}, page),
    ("commander", "emulation:assess-template-list", list, {}, lambda context: len(context["checklists"])),
    ("commander", "emulation:party-cell-list", list, {}, page),
    (
        "commander", "awards:notice-detail", lambda: [PublicNotice.objects.exclude(lines=None).first().pk], {},
        lambda context: len(context["lines"]),
    ),
    ("commander", "emulation:board", lambda: [ckt()], {"table": "units"}, lambda context: len(context["rows"]) + 1),
    ("appraiser", "awards:nomination-desk", list, {}, page),
    (
        "reviewer", "emulation:review-list", list, {"table": "corrections"},
        lambda context: len(context["corrections"]),
    ),
    ("appraiser", "emulation:review-list", list, {"table": "office"}, lambda context: len(context["of_office"])),
]  # fmt: skip


# Above their heads stands what they are made of.
ABOUT = ("emulation:dashboard", "emulation:figure")

# Nothing in them was typed, or it is kept as it was agreed or signed.
NAMELESS = (
    ("emulation:round-list", None), ("emulation:figure", "quarter"), ("emulation:drive-version-list", None),
    ("emulation:drive-pledge", None), ("emulation:review-report", None),
)  # fmt: skip


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def xlsx_rows(content: bytes) -> list[list[Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[0-9.]+(,[0-9]+)?", text) is not None


def unlike(table: list[list[str]], book: list[list[Any]]) -> list[tuple[str, float]]:
    """Numbers of the workbook that the csv file writes otherwise, or not by the marks of Vietnamese."""
    pairs = (
        pair for texts, values in zip(table, book, strict=False) for pair in zip(texts, values, strict=False)
        if isinstance(pair[1], int | float) and not isinstance(pair[1], bool)
    )  # fmt: skip
    return [
        (text, value) for text, value in pairs
        if not (found := re.search(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?$", text))
        or abs(float(found[0].replace(".", "").replace(",", "."))) != abs(value)
    ]  # fmt: skip


@pytest.mark.parametrize(("login", "name", "args", "query", "rows"), LISTS)
def test_a_list_goes_out_whole_and_harmless(world, login, name, args, query, rows):
    client = Client()
    client.force_login(User.objects.get(username=login))
    address = reverse(name, args=args())
    shown = client.get(address, query)
    expected = rows(shown.context)
    files = {kind: client.get(address, query | {"export": kind}) for kind in ("csv", "xlsx")}
    table, book = csv_rows(files["csv"].getvalue()), xlsx_rows(files["xlsx"].getvalue())
    named = f"&amp;table={query['table']}" if "table" in query else ""
    assert f"export=csv{named}" in shown.content.decode()
    assert expected > 0
    above = 1 + (name in ABOUT)
    assert (len(table) - above, len(book) - above) == (expected, expected)
    assert [row for row in table if any(starts_formula(cell) and not is_number(cell) for cell in row)] == []
    names = {cell for row in book for cell in row if isinstance(cell, str) and cell.startswith("=")}
    assert names or (name, query.get("by")) in NAMELESS  # Excel reads them as text, as typed
    assert names <= {cell.removeprefix("'") for row in table for cell in row}
    assert unlike(table, book) == []


def test_the_file_holds_what_the_page_shows_and_no_more(world):
    """Nobody exports beyond their reach: the people of a depot's staff are those of the depot."""
    client = Client()
    client.force_login(User.objects.get(username="commander-k1"))
    found = csv_rows(client.get(reverse("emulation:report-list"), {"export": "csv", "round": ""}).getvalue())
    assert {row[0] for row in found[1:]} == {"K1"}
    assert client.get(reverse("units:user-list"), {"export": "csv"}).status_code == 403
    assert client.get(reverse("emulation:target-list", args=[ckt(), 2020]), {"export": "csv"}).status_code == 404


def test_every_page_that_goes_out_as_a_file_is_walked_above():
    """By the views that ask for it; and every list that the tests walk has its place in the addresses."""
    found = set()
    for space in ("units", "emulation", "awards"):
        for pattern in import_module(URLS[space]).urlpatterns:
            if "asked_table(" in getsource(unwrap(pattern.callback)):
                found.add(f"{space}:{pattern.name}")
    assert found == {name for _login, name, *_rest in LISTS}

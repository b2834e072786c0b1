"""A commander hands in and signs what the page showed: what others have changed since is told first, by its name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from auditlog.context import set_actor
from django.urls import reverse

from emulation.reports.confirmed import report_page
from emulation.reports.targets import registration_of
from emulation.services import assessments, cells, registrations, review_reports, sheets, targets
from emulation.services.entry import save_cells
from tests.factories import (
    make_assessment,
    make_campaign,
    make_campaign_indicator,
    make_drive,
    make_indicator,
    make_own_checklist,
    make_report,
    make_result,
    make_rounds,
)
from units.forms.seen import SeenPage
from units.models import Unit, User

pytestmark = pytest.mark.django_db

# Address, what is sent besides the mark, what staff do to the line named, and whether it has gone out.
Case = tuple[str, dict[str, str], Callable[[int], Any], str, Callable[[], bool]]


@pytest.fixture(autouse=True)
def english(client, set_today, commander, staff):
    set_today(date(2020, 7, 20))
    for user in (commander, staff):
        user.language = "en"
        user.save()


def sheet(depot: Unit, staff: User) -> Case:
    prizes = make_indicator("count", "PRIZES", name="Prizes")
    make_campaign_indicator(make_campaign(depot), prizes)
    report = make_rounds()[2].reports.select_related("round", "lineage", "unit").get(unit=depot)

    def type_in(value: int) -> None:
        entry = cells.Entry("reported", Decimal(value))
        save_cells(report, [cells.CellChange(prizes.pk, entry)], by=staff)

    def gone() -> bool:
        report.refresh_from_db()
        return report.state == "submitted"

    return reverse("emulation:report-hand-in", args=[report.pk]), {}, type_in, "Prizes", gone


def registration(depot: Unit, staff: User, drive: bool = False) -> Case:
    prizes = make_indicator("count", "PRIZES", name="Prizes")
    placed = make_campaign_indicator(make_campaign(depot), prizes)
    key: dict[str, Any] = {"unit": depot, "year": 2020, "drive": make_drive(depot) if drive else None}
    name, args = ("drive-registration-hand-in", [key["drive"].pk, depot.pk]) if drive else (
        "registration-hand-in", [depot.pk, 2020]
    )  # fmt: skip

    def type_in(value: int) -> None:
        targets.register(**key, values={placed.pk: Decimal(value)}, by=staff)

    def gone() -> bool:
        return registration_of(**key).state == "submitted"

    return reverse(f"emulation:{name}", args=args), {"confirmed": "1"}, type_in, "Prizes, Registered", gone


def assessment(depot: Unit, staff: User) -> Case:
    row = make_assessment(make_own_checklist(groups="A"), depot, period="Q1")
    item = row.template.items.get()

    def type_in(value: int) -> None:
        row.refresh_from_db()
        entry = assessments.Entry("met", words=f"Loại {value}")
        with set_actor(staff):
            assessments.answer(row, {item.pk: entry}, version=row.version, by=staff)

    def gone() -> bool:
        row.refresh_from_db()
        return row.state == "submitted"

    return row.get_absolute_url(), {"action": "hand-in"}, type_in, "1. Point 1", gone


def report(depot: Unit, staff: User) -> Case:
    make_campaign_indicator(make_campaign(depot), make_indicator("count", "PRIZES", name="Prizes"))
    make_rounds()
    row = review_reports.begin(depot, 2020, "Q1", by=staff)
    first = row.paragraphs.first()

    def type_in(value: int) -> None:
        first.refresh_from_db()
        review_reports.edit(row, first.key, f"Mất {value} khẩu súng.", first.version, by=staff)

    def gone() -> bool:
        row.refresh_from_db()
        return row.is_signed

    typed = {"number": "01/BC", "day": "20/07/2020", "signer": "Lê An", "signer_post": "CN", "place": "Huế"}
    typed["known"] = "on"  # no sheet is there yet
    return reverse("emulation:review-report-sign", args=[row.pk]), typed, type_in, "Paragraph 1", gone


CASES: dict[str, Callable[[Unit, User], Case]] = {
    "sheet": sheet,
    "registration": registration,
    "drive": lambda depot, staff: registration(depot, staff, drive=True),
    "assessment": assessment,
    "report": report,
}


def form_of(page: Any) -> SeenPage:
    found = [page.context.get(name) for name in ("below", "confirm", "form")]
    return next(form for form in found if isinstance(form, SeenPage))


@pytest.mark.parametrize("case", CASES)
def test_what_has_changed_since_the_page_was_opened_does_not_go_out(client, depot, staff, commander, case):
    address, typed, type_in, line, gone = CASES[case](depot, staff)
    type_in(47)
    client.force_login(commander)
    mark = form_of(client.get(address)).seen
    type_in(48)
    refused = client.post(address, typed | {"seen": mark})
    [difference] = form_of(refused).differences
    assert (refused.status_code, gone(), difference.label) == (200, False, line)
    assert ("47" in difference.typed, "48" in difference.stored) == (True, True)
    assert f"{staff} changed this at" in refused.text
    assert "Changed since you opened the page" in refused.text
    again = form_of(refused).seen
    assert (mark != again, gone()) == (True, False)
    assert (client.post(address, typed | {"seen": again}).status_code, gone()) == (302, True)


@pytest.mark.parametrize("mark", ["x", "[]", "[1,2]", '[1e99,{"a":["b","c"]}]', '[1,{"a":1}]', "ᵃ" * 5000])
def test_mark_that_is_nonsense_is_a_page_too_old(client, depot, staff, commander, mark):
    address, typed, type_in, _line, gone = sheet(depot, staff)
    type_in(47)
    client.force_login(commander)
    assert (client.post(address, typed | {"seen": mark}).status_code, gone()) == (200, False)


def test_report_that_was_changed_while_it_was_read_is_read_again_before_signing(client, depot, staff, commander):
    address, _typed, type_in, _line, _gone = report(depot, staff)
    client.force_login(commander)
    read = client.get(reverse("emulation:review-report", args=[depot.pk, 2020, "Q1"]))
    link = f"{address}?read={read.context['saved'].last_step}"
    assert (link in read.text, client.get(link).status_code) == (True, 200)
    type_in(3)
    back = client.get(link, follow=True)
    assert back.templates[0].name == "emulation/papers/review_report.html"
    assert [f"{staff} changed this at" in str(said) for said in back.context["messages"]] == [True]


def test_figure_changed_after_ready_is_a_row_of_its_own_and_ready_lapses_on_the_timeline(depot, staff):
    _address, _typed, type_in, _line, _gone = sheet(depot, staff)
    row = depot.reports.get(round__quarter=2)
    for value in (1, 2):
        type_in(value)
    sheets.mark_ready(row, by=staff)
    for value in (3, 4):
        type_in(value)
    changes = [((c.before or {}).get("numerator"), c.after["numerator"]) for c in row.changes.order_by("pk")]
    assert changes == [(None, "2"), ("2", "4")]
    assert [event.kind for event in row.events.all()] == ["ready", "lapsed"]
    sheets.mark_ready(row, by=staff)
    type_in(4)  # nothing changes
    row.refresh_from_db()
    assert (row.ready_by, row.events.count()) == (staff, 3)


def test_registration_and_assessment_say_too_that_ready_lapsed(depot, staff):
    _address, _typed, type_in, _line, _gone = registration(depot, staff)
    type_in(1)
    row = registrations.mark_ready(depot, 2020, by=staff)
    type_in(2)
    _address, _typed, answer, _line, _gone = assessment(depot, staff)
    answer(1)
    sheet_ = depot.assessments.get()
    assessments.mark_ready(sheet_, by=staff)
    answer(2)
    for one in (row, sheet_):
        assert [event.kind for event in one.events.all()] == ["ready", "lapsed"]
    assert not assessments.was_handed_in(sheet_)


READY: dict[str, Callable[[Unit, User], Any]] = {
    "sheet": lambda depot, staff: sheets.mark_ready(depot.reports.get(round__quarter=2), by=staff),
    "registration": lambda depot, staff: registrations.mark_ready(depot, 2020, by=staff),
    "assessment": lambda depot, staff: assessments.mark_ready(depot.assessments.get(), by=staff),
}


@pytest.mark.parametrize("case", READY)
def test_refused_hand_in_says_that_ready_has_lapsed_and_what_to_do(client, depot, staff, commander, case):
    address, typed, type_in, _line, gone = CASES[case](depot, staff)
    never = "The staff have not reported it as ready."
    lapsed = f"The staff had reported it as ready, but {staff} has changed it since, so that no longer holds."
    type_in(1)
    client.force_login(commander)
    assert never in client.get(address).text
    READY[case](depot, staff)
    page = client.get(address)
    assert (never in page.text, lapsed in page.text) == (False, False)
    type_in(2)
    refused = client.post(address, typed | {"seen": form_of(page).seen})
    assert (lapsed in refused.text, never in refused.text, gone()) == (True, False, False)


def test_row_of_the_sheet_that_has_gone_is_named(client, depot, staff, commander):
    address, typed, type_in, line, gone = sheet(depot, staff)
    type_in(47)
    row = depot.reports.get(round__quarter=2)
    unasked = make_result(row, make_indicator("count", "MORE", name="More"), 5)
    client.force_login(commander)
    mark = form_of(client.get(address)).seen
    unasked.delete()
    refused = client.post(address, typed | {"seen": mark})
    assert [(one.label, one.typed) for one in form_of(refused).differences] == [("No longer there", "5")]
    assert not gone()


def test_annex_goes_out_under_the_signature_too(depot, staff):
    prizes = make_indicator("ratio", "PRIZES", name="Giải")
    make_campaign_indicator(make_campaign(depot), prizes)
    make_report(depot, make_rounds()[1], {prizes: (47, 100)}, state="approved")
    row = review_reports.begin(depot, 2020, "Q1", by=staff)
    found = [line.words for key, line in report_page(row).lines().items() if key.startswith("annex-")]
    assert ["47" in words for words in found if "Giải" in words] == [True]

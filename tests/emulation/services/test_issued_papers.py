"""Numbers of papers: given once, in order, never again."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from emulation.models import IssuedPaper, ReviewReport
from emulation.reports.issued_papers import next_number
from emulation.reports.paper_kinds import KINDS
from emulation.services import issued_papers as service
from emulation.services import review_reports
from tests.factories import make_issued_paper, make_user
from units.errors import Refused
from units.models import Role

LIST = KINDS["list"]
WHY = "Ban hành nhầm danh sách"


def test_numbers_run_by_unit_year_and_kind(depot, department, commander):
    make_issued_paper(depot, commander)
    make_issued_paper(depot, commander, "07/DS-K1")
    assert next_number(depot, 2020, LIST) == "08/DS-K1"
    assert next_number(depot, 2021, LIST) == "01/DS-K1"
    assert next_number(depot, 2020, KINDS["plan"]) == "01/KH-K1"
    assert next_number(department, 2020, LIST) == "01/DS-CKT"


@pytest.mark.parametrize("number", ["7/DS", "007/khác", "3/DS-K1", "0/DS", "DS-K1", "", "-9", "٣/DS", "12345678/DS"])
def test_given_earlier_and_absurd_numbers_are_refused(depot, commander, number):
    make_issued_paper(depot, commander, "07/DS-K1")
    with pytest.raises(Refused) as error:
        make_issued_paper(depot, commander, number)
    assert (error.value.field, IssuedPaper.objects.count()) == ("number", 1)


def test_cancelled_paper_stays_and_its_number_is_not_given_again(depot, commander, staff):
    make_issued_paper(depot, commander)
    wrong = make_issued_paper(depot, commander, "112/DS-K1")
    with pytest.raises(PermissionDenied):
        service.cancel(wrong, why=WHY, by=staff)
    with pytest.raises(Refused):
        service.cancel(wrong, why="nhầm", by=commander)
    service.cancel(wrong, why=WHY, by=commander)
    with pytest.raises(Refused):
        service.cancel(wrong, why=WHY, by=commander)
    assert next_number(depot, 2020, LIST) == "02/DS-K1"
    with pytest.raises(Refused):
        make_issued_paper(depot, commander, "112/DS-K1")
    service.cancel(IssuedPaper.objects.get(serial=1), why=WHY, by=commander)
    assert next_number(depot, 2020, LIST) == "02/DS-K1"


@pytest.mark.parametrize("name", ["number", "place", "signer", "signer_post"])
def test_nothing_is_issued_with_a_placeholder(depot, commander, name):
    with pytest.raises(Refused) as error:
        make_issued_paper(depot, commander, **{name: "……"})
    assert ([*error.value.by_field], IssuedPaper.objects.count()) == ([name], 0)


def test_only_the_units_commander_issues_and_not_for_a_day_to_come(depot, commander, staff, outsider, set_today):
    set_today(date(2020, 1, 4))
    for user in (staff, outsider, make_user("above", (depot, Role.REVIEWER))):
        with pytest.raises(PermissionDenied):
            make_issued_paper(depot, user)
    with pytest.raises(Refused):
        make_issued_paper(depot, commander)


def test_signed_report_enters_the_register_and_leaves_it_when_reopened(depot, commander, staff, set_today):
    set_today(date(2020, 7, 20))
    report = review_reports.begin(depot, 2020, "H1", by=staff)
    head = {"day": date(2020, 7, 5), "signer": "A", "signer_post": "Chủ nhiệm", "place": "Huế"}
    review_reports.sign_off(report, number="3/BC-K1", **head, by=commander)
    row = IssuedPaper.objects.get()
    assert (row.serial, row.kind, row.report) == (3, "report", report)
    with row.pdf.open() as made, row.word.open() as written:
        assert (made.read(5), written.read(2)) == (b"%PDF-", b"PK")
    with pytest.raises(Refused):
        service.cancel(row, why=WHY, by=commander)
    review_reports.reopen(report, reason=WHY, by=commander)
    row.refresh_from_db()
    assert (row.cancelled_by, row.cancelled_why) == (commander, WHY)
    with pytest.raises(Refused):
        review_reports.sign_off(ReviewReport.objects.get(), number="3/BC-K1", **head, by=commander)
    assert ReviewReport.objects.get().state == "draft"


def test_a_paper_in_force_gets_no_second_number(depot, commander):
    make_issued_paper(depot, commander, "01/DS-K1", address="/targets/")
    with pytest.raises(Refused, match="01/DS-K1"):
        make_issued_paper(depot, commander, "02/DS-K1", address="/targets/")

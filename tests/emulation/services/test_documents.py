from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from emulation.models import Receipt
from emulation.reports.documents import library, receipt_tasks, receipts_of
from emulation.services import documents
from tests.factories import make_document, make_receipt, make_unit, make_user
from tests.layers import built_once
from units.errors import Refused
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF))


def refusal(function, *args, **kwargs):
    with translation.override("en"), pytest.raises(Refused) as caught:
        function(*args, **kwargs)
    return " ".join(caught.value.messages)


def send(document, sender, units, by, due=None):
    return documents.send_document(document, sender=sender, units=units, due=due, by=by)


def test_a_document_is_sent_acknowledged_once_and_passed_on(department, depot, workshop, planner, staff, commander):
    document, below = make_document(department), make_unit(depot)
    assert documents.senders(staff, document) == []
    with pytest.raises(PermissionDenied):
        send(document, depot, [below], staff)

    assert send(document, department, [depot, workshop], planner) == 2
    receipt = Receipt.objects.get(unit=depot)
    documents.acknowledge(receipt, by=staff)

    receipt.refresh_from_db()
    assert (receipt.state, receipt.acknowledged_by) == ("acknowledged", staff)
    assert refusal(documents.acknowledge, receipt, by=commander).startswith(f"{staff} acknowledged receipt on ")
    assert send(document, depot, [below], staff) == 1


def test_who_has_it_is_left_out_and_all_known_is_refused(department, depot, workshop, planner):
    document = make_document(department)
    make_receipt(document, depot, planner)

    assert send(document, department, [depot, workshop], planner) == 1
    assert refusal(send, document, department, [depot], planner) == "All these units have the document already."
    assert refusal(send, document, department, [], planner) == "Choose at least one unit."


def test_a_document_goes_down_only_and_not_into_the_past(department, depot, elsewhere, region, planner, set_today):
    set_today(date(2020, 5, 1))
    document = make_document(department)

    for unit in (elsewhere, region, department):
        assert "does not stand below" in refusal(send, document, department, [unit], planner)
    assert "lies in the past" in refusal(send, document, department, [depot], planner, date(2020, 4, 30))
    assert not Receipt.objects.exists()


def test_only_the_unit_addressed_acknowledges(department, depot, planner, reviewer):
    receipt = make_receipt(make_document(department), depot, planner)

    for user in (planner, reviewer):
        with pytest.raises(PermissionDenied):
            documents.acknowledge(receipt, by=user)


def test_what_is_common_or_of_others_is_not_changed(department, planner, staff):
    for row, user in ((make_document(None), planner), (make_document(department), staff)):
        with pytest.raises(PermissionDenied):
            documents.save_document(row, by=user)


def test_the_sender_sees_who_has_not_and_what_is_late(
    department, depot, workshop, planner, staff, reviewer, set_today
):
    set_today(date(2020, 5, 2))
    document = make_document(department)
    make_receipt(document, depot, planner, due=date(2020, 5, 1))
    documents.acknowledge(make_receipt(document, workshop, planner), by=make_user("x", (workshop, Role.STAFF)))

    rows, counts = receipts_of(document, reviewer)
    row = library(reviewer).get()

    assert [(r.unit, r.state) for r in rows] == [(depot, "overdue"), (workshop, "acknowledged")]
    assert (counts.sent, counts.received, counts.late) == (row.sent, row.received, row.late) == (2, 1, 1)
    assert [r.unit for r in receipts_of(document, staff)[0]] == [depot]
    (task,) = receipt_tasks(staff)
    assert (task.state, task.deadline.days) == ("overdue", -1)
    assert list(receipt_tasks(reviewer)) == []


WHY = "Gửi nhầm đơn vị không thuộc phạm vi."


def test_what_went_to_a_wrong_unit_is_recalled_with_its_trace_and_can_be_sent_anew(
    department, depot, planner, staff, reviewer
):
    document = make_document(department)
    receipt = make_receipt(document, depot, planner)
    assert refusal(documents.recall, receipt, reason="Nhầm", by=planner) == "Give a reason of at least 10 characters."
    for user in (staff, reviewer):
        with pytest.raises(PermissionDenied):
            documents.recall(receipt, reason=WHY, by=user)

    row = documents.recall(receipt, reason=WHY, by=planner)

    assert (row.state, row.recalled_by, row.recalled_why) == ("recalled", planner, WHY)
    rows, counts = receipts_of(document, reviewer)
    listed = library(reviewer).get()
    assert ([r.state for r in rows], counts.sent, counts.late) == (["recalled"], 0, 0)
    assert (listed.sent, listed.received, listed.late, library(staff).get().mine) == (0, 0, 0, 0)
    assert (list(receipt_tasks(staff)), documents.senders(staff, document)) == ([], [])
    assert refusal(documents.acknowledge, receipt, by=staff).startswith(f"{department} has recalled it")
    assert refusal(documents.recall, receipt, reason=WHY, by=planner) == "It has been recalled already."
    assert send(document, department, [depot], planner) == 1


def test_what_has_been_acknowledged_is_not_recalled(department, depot, planner, staff):
    receipt = make_receipt(make_document(department), depot, planner)
    documents.acknowledge(receipt, by=staff)

    assert "what has been received is not recalled" in refusal(documents.recall, receipt, reason=WHY, by=planner)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.recalled_at) == ("acknowledged", None)

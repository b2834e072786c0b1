from datetime import date

from django.utils import timezone

from emulation.models import Document, Receipt
from tests.constraints import assert_refused
from tests.factories import make_document, make_receipt


def test_a_numbered_document_stands_once_in_a_library(department):
    columns = {"unit": department, "kind": "plan", "number": "12", "issuer": "Cục", "issued_on": date(2020, 1, 2)}
    Document.objects.create(title="Một", **columns)

    assert_refused(Document(title="Hai", **columns), "document_number_once_in_a_library")


def test_receipt_constraints(department, depot, staff):
    document = make_document(department)
    row = make_receipt(document, depot, staff)
    fresh = {"document": make_document(department), "sent_by": staff, "sent_at": timezone.now()}

    assert_refused(Receipt(**fresh | {"document": document}, unit=depot, sender=department), "receipt_once_a_unit")
    assert_refused(
        Receipt(**fresh, unit=depot, sender=department, acknowledged_by=staff), "receipt_acknowledged_by_and_at"
    )
    assert_refused(Receipt(**fresh, unit=depot, sender=depot), "receipt_from_another_unit")
    recalled = {"recalled_by": staff, "recalled_at": timezone.now()}
    said = {"acknowledged_by": staff, "acknowledged_at": timezone.now()}
    for columns in (recalled, {"recalled_why": "Nhầm"}, recalled | said | {"recalled_why": "Nhầm"}):
        assert_refused(Receipt(**fresh, unit=depot, sender=department, **columns), "receipt_recalled_by_at_and_why")
    assert row.state == "waiting"


def test_documents_reach_the_branch_and_who_reads_it_but_nobody_beside(
    department, depot, region, staff, reviewer, outsider, administrator
):
    above, own, common = make_document(department), make_document(depot), make_document(None)

    def seen(user):
        return set(Document.objects.visible_to(user))

    assert seen(staff) == {above, own, common}
    assert seen(reviewer) == {above, own, common}
    assert seen(outsider) == {common}
    assert seen(administrator) == {common}


def test_documents_are_found_without_diacritics(department):
    row = make_document(department, title="Chỉ thị về kỷ luật", issuer="Quân ủy Trung ương", number="87")
    make_document(department)

    assert list(Document.objects.found_by("chi thi QUAN UY 87")) == [row]

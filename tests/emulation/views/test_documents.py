from datetime import date

import pytest
from django.urls import reverse

from emulation.models import Document, Receipt
from tests.factories import make_campaign, make_document, make_receipt, make_unit, make_user
from tests.layers import built_once
from units.models import Role


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


def url(name, *args):
    return reverse(f"emulation:document-{name}", args=args)


@pytest.mark.parametrize("count", [1, 3])
def test_list_and_page_take_the_same_queries_for_every_number(
    client, department, planner, staff, count, django_assert_num_queries
):
    for _ in range(count):
        document = make_document(department)
        for _unit in range(count):
            make_receipt(document, make_unit(department), planner)
        make_campaign(department).documents.add(document)
    client.force_login(planner)

    with django_assert_num_queries(7):
        page = client.get(url("list"))
    with django_assert_num_queries(13):
        client.get(url("detail", document.pk))

    assert len(page.context["page"].object_list) == count


def test_the_list_is_filtered_and_exported_as_filtered(client, department, depot, planner):
    make_receipt(make_document(department, title="=Kỷ luật"), depot, planner, due=date(2020, 1, 1))
    make_document(department, title="Kế hoạch", kind="directive")
    client.force_login(planner)

    for query in ("?q=ky+luat", "?kind=plan", "?receipt=late", "?receipt=open"):
        assert [row.title for row in client.get(url("list") + query).context["page"]] == ["=Kỷ luật"]
    text = client.get(url("list") + "?q=ky+luat&export=csv").getvalue().decode()
    assert "'=Kỷ luật" in text
    assert "Kế hoạch" not in text
    assert client.get(url("list") + "?kind=absurd").context["page"].paginator.count == 0


def test_a_document_is_kept_with_what_is_wrong_named(client, department, planner, set_today):
    set_today(date(2020, 3, 1))
    client.force_login(planner)
    data = {"kind": "plan", "number": "12", "title": "Kế hoạch", "issuer": "Cục", "issued_on": "02/03/2020"}

    page = client.post(url("create"), data)
    assert page.context["form"].errors == {"issued_on": ["The document cannot have been issued in the future."]}
    client.post(url("create"), data | {"issued_on": "01/03/2020"})
    again = client.post(url("create"), data | {"issued_on": "01/03/2020"})

    assert Document.objects.get().unit == department
    assert "already holds this document" in str(again.context["form"].errors)


def test_sending_offers_who_does_not_have_it_and_units_of_others_are_refused(
    client, department, depot, workshop, elsewhere, planner
):
    document = make_document(department)
    make_receipt(document, depot, planner)
    client.force_login(planner)

    form = client.get(url("send", document.pk)).context["form"]
    assert (list(form.fields["units"].queryset), form["units"].value()) == ([workshop], None)  # none is ticked
    client.post(url("send", document.pk), {"units": [elsewhere.pk]})
    assert Receipt.objects.count() == 1
    client.post(url("send", document.pk), {"units": [workshop.pk], "due": ""})
    assert Receipt.objects.filter(unit=workshop, sender=department).exists()
    assert client.get(url("send", document.pk) + f"?unit={elsewhere.pk}").status_code == 404


def test_acknowledging_leads_back_to_the_document(client, department, depot, planner, staff):
    receipt = make_receipt(make_document(department), depot, planner)
    client.force_login(staff)

    response = client.post(reverse("emulation:document-acknowledge", args=[receipt.pk]))

    assert response.url == receipt.document.get_absolute_url()
    assert client.get(response.url).context["owed"] == []


def test_sending_to_nobody_when_all_have_it_says_so(client, department, depot, planner):
    document = make_document(department)
    make_receipt(document, depot, planner)
    client.force_login(planner)

    form = client.post(url("send", document.pk), {"due": ""}).context["form"]

    assert "units" not in form.fields
    assert form.non_field_errors() == ["Choose at least one unit."]


def test_who_has_it_already_is_shown_with_the_day_and_refused_by_name(client, department, depot, workshop, planner):
    document = make_document(department)
    receipt = make_receipt(document, depot, planner)
    client.force_login(planner)

    page = client.get(url("send", document.pk))
    assert (page.context["served"], list(page.context["form"].fields["units"].queryset)) == ([receipt], [workshop])
    form = client.post(url("send", document.pk), {"more": depot.pk, "due": ""}).context["form"]
    assert "has it already: sent on" in form.errors["more"][0]
    assert Receipt.objects.count() == 1


def test_recalling_leads_back_to_the_document_that_says_who_and_why(client, department, depot, planner):
    receipt = make_receipt(make_document(department), depot, planner)
    client.force_login(planner)
    page = client.get(receipt.document.get_absolute_url()).content.decode()
    assert url("recall", receipt.pk) in page

    assert list(client.post(url("recall", receipt.pk), {"reason": ""}).context["form"].errors) == ["reason"]
    response = client.post(url("recall", receipt.pk), {"reason": "Gửi nhầm đơn vị"})

    assert response.url == receipt.document.get_absolute_url()
    page = client.get(response.url).content.decode()
    assert ("Gửi nhầm đơn vị" in page, url("recall", receipt.pk) in page) == (True, False)

"""The overview of the registers."""

from django.urls import reverse

from emulation.reports.registers import REGISTERS
from tests.factories import (
    make_activity,
    make_assessment,
    make_document,
    make_example,
    make_incident,
    make_inspection,
    make_own_checklist,
    make_weak_point,
    make_work,
)


def test_the_overview_offers_every_register_that_the_user_reads(client, staff):
    client.force_login(staff)
    page = client.get(reverse("emulation:register-home"))
    assert [card.register.key for card in page.context["cards"]] == [row.key for row in REGISTERS if row.shown(staff)]


def test_every_entry_leads_back_to_its_register_and_to_all_of_them(client, depot, department, staff, reviewer):
    """Whoever reads the entry reads the list above it."""
    rows = {
        "activities": make_activity(depot), "incidents": make_incident(depot),
        "inspections": make_inspection(department, reviewer, depot), "weak_points": make_weak_point(depot, staff),
        "examples": make_example(depot, staff), "documents": make_document(department),
        "checklists": make_assessment(make_own_checklist(), depot), "initiatives": make_work(depot, staff),
    }  # fmt: skip
    client.force_login(reviewer)
    home = reverse("emulation:register-home")
    for key, row in rows.items():
        page = client.get(row.get_absolute_url())
        crumbs = page.context["crumbs"]
        register = next(one for one in REGISTERS if one.key == key)
        assert [url for _label, url in crumbs] == [home, reverse(register.name), ""]
        assert f'<a href="{reverse(register.name)}" aria-current="true">' in page.content.decode()

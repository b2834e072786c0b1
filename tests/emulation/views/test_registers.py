"""The overview of the registers."""

from django.urls import reverse

from emulation.reports.registers import REGISTERS


def test_the_overview_offers_every_register_that_the_user_reads(client, staff):
    client.force_login(staff)
    page = client.get(reverse("emulation:register-home"))
    assert [card.register.key for card in page.context["cards"]] == [row.key for row in REGISTERS if row.shown(staff)]

"""Two people on the edit page of a dossier's line: see tests/emulation/views/test_seen.py."""

import pytest
from django.urls import reverse

from awards.models import Nomination
from tests.emulation.views.test_seen import values
from tests.factories import make_award, make_dossier, make_nomination, make_person, make_user
from units.models import Role

pytestmark = pytest.mark.django_db


def test_second_to_save_a_line_is_told_and_loses_nothing(client, depot, staff):
    other = make_user("other", (depot, Role.STAFF), full_name="Trần Văn Bình")
    line = make_nomination(make_dossier(depot, staff), make_award(), make_person(depot))
    address = reverse("awards:nomination-update", args=[line.pk])
    client.force_login(staff)
    page = values(client.get(address).context["form"])
    client.force_login(other)
    assert client.post(address, page | {"merit": "Thành tích một"}).status_code == 302
    client.force_login(staff)
    form = client.post(address, page | {"merit": "Thành tích hai"}).context["form"]
    assert [(one.stored, one.typed) for one in form.differences] == [("Thành tích một", "Thành tích hai")]
    assert Nomination.objects.get().merit == "Thành tích một"

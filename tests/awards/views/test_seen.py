"""Two people on one page of the awards: see tests/emulation/views/test_seen.py."""

from __future__ import annotations

import pytest
from django.urls import reverse

from awards.models import Attendance, Attestation, HandCount, Nomination
from tests.emulation.views.test_seen import values
from tests.factories import (
    make_award,
    make_closed_session,
    make_council,
    make_dossier,
    make_nomination,
    make_person,
    make_session,
    make_user,
)
from tests.layers import built_once
from units.models import Role, Unit, User

pytestmark = pytest.mark.django_db


@built_once
def secretary(department: Unit) -> User:
    return make_user("secretary", (department, Role.STAFF), full_name="Trần Văn Bình")


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


def refused_then_saved(client, address, field, theirs, mine, now):
    """Both open the page, one saves, the other is refused with the difference, and saves knowingly."""
    page = values(client.get(address).context["form"])
    assert client.post(address, page | {field: theirs}).status_code == 302
    stored = now()
    refused = client.post(address, page | {field: mine})
    form = refused.context["form"]
    assert (refused.status_code, now(), form[field].value()) == (200, stored, mine)
    assert form.differences[0].label == form[field].label
    assert f'name="seen" value="{form.seen}"' in refused.content.decode()
    assert client.post(address, values(form)).status_code == 302
    assert now() != stored


@pytest.mark.parametrize("first", [None, {"holds": "1", "evidence": "Sổ điểm, quý IV"}])
def test_attestation(client, depot, staff, first):
    """Also the very first one: nobody replaces unseen what somebody else has attested meanwhile."""
    make_award("DV_HLG", subject="unit")
    address = reverse("awards:due-attest", args=["unit", depot.pk, "DV_HLG", 2020, 0])
    client.force_login(staff)
    if first:
        assert client.post(address, first).status_code == 302
    page = values(client.get(address).context["form"])
    other = make_user("other", (depot, Role.STAFF), full_name="Trần Văn Bình")
    client.force_login(other)
    assert client.post(address, page | {"holds": "0", "evidence": "Biên bản 12"}).status_code == 302
    client.force_login(staff)
    form = client.post(address, page | {"holds": "1", "evidence": "Biên bản 13"}).context["form"]
    assert "Trần Văn Bình" in form.non_field_errors()[0]
    assert [(one.stored, one.typed) for one in form.differences][-1] == ("Biên bản 12", "Biên bản 13")
    assert Attestation.objects.get().evidence == "Biên bản 12"
    assert client.post(address, values(form)).status_code == 302
    assert Attestation.objects.get().evidence == "Biên bản 13"


def test_attendance(client, department, depot, secretary):
    council = make_council(department, secretary)
    session = make_session(council, secretary, make_nomination(make_dossier(depot, secretary), make_award(), depot))
    seat = council.members.get()
    client.force_login(secretary)
    refused_then_saved(
        client, reverse("awards:session-attendance", args=[session.pk]), f"s{seat.pk}", "absent", "written",
        lambda: Attendance.objects.get(session=session).how,
    )  # fmt: skip


def test_item_of_the_agenda(client, department, depot, secretary):
    council = make_council(department, secretary)
    session = make_session(council, secretary, make_nomination(make_dossier(depot, secretary), make_award(), depot))
    item = session.items.get()
    client.force_login(secretary)
    refused_then_saved(
        client, reverse("awards:session-item-update", args=[item.pk]), "order", "7", "9",
        lambda: session.items.get().order,
    )  # fmt: skip


def test_minutes(client, department, depot, secretary):
    council = make_council(department, secretary)
    line = make_nomination(make_dossier(depot, secretary), make_award(), depot, stage="passed")
    session = make_closed_session(council, secretary, line)
    client.force_login(secretary)

    def now() -> str:
        return type(session).objects.get(pk=session.pk).minutes

    refused_then_saved(
        client, reverse("awards:session-minutes", args=[session.pk]), "text", "Biên bản một", "Biên bản hai", now
    )


def test_counts_by_hand(client, department, depot, secretary):
    council = make_council(department, secretary)
    session = make_session(council, secretary, make_nomination(make_dossier(depot, secretary), make_award(), depot))
    Attendance.objects.create(session=session, member=council.members.get(), how="present")
    type(session).objects.filter(pk=session.pk).update(state="open")
    session.items.update(secret=False)
    item = session.items.get()
    client.force_login(secretary)
    refused_then_saved(
        client, reverse("awards:session-counts", args=[session.pk]), f"f{item.pk}", "1", "0",
        lambda: HandCount.objects.get(item=item).votes_for,
    )  # fmt: skip


def test_key_beyond_every_row_is_one_that_is_not_offered(client, administrator):
    """Of several rows to choose: a form says so, as it does of any other wrong choice."""
    client.force_login(administrator)
    form = client.post(reverse("awards:award-create"), {"lower_awards": ["9" * 20]}).context["form"]
    assert len(form.errors["lower_awards"]) == 1


@pytest.mark.parametrize("lower", [True, False])
def test_lower_award_is_offered_only_where_the_catalogue_names_one(client, department, depot, secretary, lower):
    award = make_award("CSTDCS")
    if lower:
        award.lower_awards.add(make_award("CSTT"))
    line = make_nomination(make_dossier(depot, secretary), award, depot)
    item = make_session(make_council(department, secretary), secretary, line).items.get()
    client.force_login(secretary)
    page = client.get(reverse("awards:session-item-update", args=[item.pk]))
    assert page.context["form"].fields["offers_lower"].disabled != lower

"""Files of a campaign, and with it of everything that has files."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from emulation.models import Attachment
from emulation.services import attachments as service
from emulation.views.attachments import OWNERS
from tests.factories import (
    PDF,
    make_attachment,
    make_campaign,
    make_incident,
    make_inspection,
    make_upload,
    make_user,
    make_work,
)
from tests.layers import built_once
from units.models import Role

PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\b\6\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\nIDATx\x9cc\0\1\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"
)


@built_once
def planner(department):
    return make_user("planner", (department, Role.STAFF), language="en")


@built_once
def campaign(department):
    return make_campaign(department, launching_unit=department)


def address(name, owner, *more):
    return reverse(f"emulation:attachment-{name}", args=["campaign", owner.pk, *more])


def test_files_are_kept_with_caption_and_shown_on_the_page(client, campaign, planner):
    client.force_login(planner)
    data = {"files": [make_upload("minutes.pdf", PDF)], "caption": "Minutes of the launch", "credit": "Huy Thuyết"}
    answer = client.post(address("create", campaign), data)
    row = campaign.files.get()
    assert answer["Location"] == f"{campaign.get_absolute_url()}#files"
    assert (row.name, row.caption, row.credit, row.by) == (
        "minutes.pdf",
        "Minutes of the launch",
        "Huy Thuyết",
        planner,
    )
    assert "Minutes of the launch" in client.get(campaign.get_absolute_url()).content.decode()


def test_a_picture_is_shown_and_a_paper_is_saved(client, campaign, planner, staff):
    picture = make_attachment(campaign, planner, name="launch.png", content=PNG)
    paper = make_attachment(campaign, planner, name="minutes.pdf", content=PDF)
    client.force_login(staff)
    found = {row.name: client.get(address("download", campaign, row.pk)) for row in (picture, paper)}
    assert {name: answer["Content-Disposition"] for name, answer in found.items()} == {
        "launch.png": 'inline; filename="launch.png"', "minutes.pdf": 'attachment; filename="minutes.pdf"',
    }  # fmt: skip
    assert {answer["X-Content-Type-Options"] for answer in found.values()} == {"nosniff"}
    assert b"".join(found["launch.png"]) == PNG


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (("minutes.pdf", b""), "“minutes.pdf” is empty."),
        (("page.html", b"<script>alert(1)</script>"), "“page.html” is not accepted"),
        (("launch.png", PDF), "“launch.png” is not what its name says"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(client, campaign, planner, upload, words):
    client.force_login(planner)
    data = {"files": [make_upload(*upload)], "caption": "Minutes of the launch", "credit": "Huy Thuyết"}
    form = client.post(address("create", campaign), data).context["form"]
    assert words in form.errors["files"][0]
    assert (form["caption"].value(), form["credit"].value()) == ("Minutes of the launch", "Huy Thuyết")
    assert not Attachment.objects.exists()


def test_a_refused_caption_asks_for_the_files_again(client, campaign, planner):
    client.force_login(planner)
    data = {"files": [make_upload("a.pdf", PDF)], "caption": "A" * 5000}
    answer = client.post(address("create", campaign), data)
    assert list(answer.context["form"].errors) == ["caption"]
    assert "Choose the file again" in answer.content.decode()


def test_nothing_chosen_is_said_and_the_caption_stays(client, campaign, planner):
    client.force_login(planner)
    form = client.post(address("create", campaign), {"caption": "Minutes"}).context["form"]
    assert (list(form.errors), form["caption"].value()) == (["files"], "Minutes")


def test_the_same_file_is_attached_once(client, campaign, planner):
    make_attachment(campaign, planner, name="a.pdf", content=PDF)
    client.force_login(planner)
    answer = client.post(address("create", campaign), {"files": [make_upload("b.pdf", PDF)]})
    assert answer.context["form"].errors["files"] == ["“b.pdf” is attached here already, as “a.pdf”."]
    assert campaign.files.count() == 1


def test_a_removed_file_stays_kept_with_its_reason_and_is_no_longer_served(client, campaign, planner):
    row = make_attachment(campaign, planner)
    client.force_login(planner)
    assert client.post(address("remove", campaign, row.pk), {"why": " "}).context["form"].errors["why"]
    client.post(address("remove", campaign, row.pk), {"why": "wrong year"})
    row.refresh_from_db()
    assert (row.removed_by, row.removed_why) == (planner, "wrong year")
    assert client.get(address("download", campaign, row.pk)).status_code == 404


def test_a_file_is_reached_through_its_own_owner_alone(client, campaign, planner, department):
    row = make_attachment(campaign, planner)
    other = make_campaign(department, launching_unit=department, parent=campaign)
    client.force_login(planner)
    assert client.get(address("download", other, row.pk)).status_code == 404


def closed(kind, department, depot, planner, staff):
    """A closed row of the kind, with somebody who may still attach to it."""
    if kind == "campaign":
        return make_campaign(department, launching_unit=department), "closed", planner
    if kind == "incident":
        return make_incident(depot), "concluded", staff
    if kind == "initiative":
        return make_work(depot, staff), "recognised", staff
    return make_inspection(department, planner, depot), "concluded", planner


@pytest.mark.parametrize("kind", ["campaign", "incident", "initiative", "inspection"])
def test_files_of_what_is_closed_are_added_to_and_never_removed(client, kind, department, depot, planner, staff):
    owner, state, user = closed(kind, department, depot, planner, staff)
    row = make_attachment(owner, user)
    client.force_login(user)
    remove = reverse("emulation:attachment-remove", args=[kind, owner.pk, row.pk])
    assert client.get(remove).status_code == 200
    columns = {
        "inspection": {"conclusion": "A", "number": "1", "concluded_on": date(2020, 12, 1)},
        "incident": {"conclusion": "A", "conclusion_number": "1", "concluded_on": date(2020, 12, 1)},
    }.get(kind, {})
    type(owner).objects.filter(pk=owner.pk).update(state=state, **columns)
    assert client.post(remove, {"why": "wrong year"}).status_code == 403
    with pytest.raises(PermissionDenied):  # asked again of the row as it is under the lock, not as it was read
        service.remove(owner, row.pk, by=user, why="wrong year", may=OWNERS[kind].may_remove)
    added = {"files": [make_upload("more.pdf", PDF + b"\n")]}
    client.post(reverse("emulation:attachment-create", args=[kind, owner.pk]), added)
    assert (owner.files.present().count(), remove in client.get(owner.get_absolute_url()).content.decode()) == (
        2,
        False,
    )


def test_a_file_that_is_missing_on_the_server_is_named_in_the_log(client, campaign, planner, caplog):
    row = make_attachment(campaign, planner)
    row.file.storage.delete(row.file.name)
    client.force_login(planner)
    assert client.get(address("download", campaign, row.pk)).status_code == 404
    assert caplog.messages[0] == f"A file is missing: {row.file.name} of emulation.Attachment {row.pk}"

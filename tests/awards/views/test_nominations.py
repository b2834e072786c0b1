"""The page of one line: what was handed in, what differs today, its history, its files."""

import re
from datetime import date

import pytest
from django.utils import timezone

from awards.models import Nomination, NominationEvent, NominationFile
from awards.services.dossiers import Pick, add_lines, change_line
from awards.services.steps import step
from tests.awards.views.test_dossiers import address, people
from tests.factories import (
    make_criterion,
    make_nomination,
    make_nomination_file,
    make_person,
    make_rating,
    make_upload,
    make_user,
)
from units.models import Discipline, DisciplineForm, Role, TaskRating


@pytest.fixture(autouse=True)
def day_of_work(set_today):
    set_today(date(2020, 12, 10))


def test_line_shows_what_was_handed_in_and_what_differs_today(client, staff, dossier, title):
    [person] = people(dossier.unit, "Lê Chi")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    Nomination.objects.filter(pk=line.pk).update(stage="submitted")
    rating = person.ratings.get()
    client.force_login(staff)
    path = address("nomination-today", line.pk)
    assert path in client.get(line.get_absolute_url()).content.decode()
    assert [differs for _leaf, differs in client.get(path).context["leaves"]] == [False]
    rating.rating = "completed"
    rating.save()
    page = client.get(path)
    [(leaf, differs)] = page.context["leaves"]
    assert (leaf["state"], differs) == ("met", True)
    assert "nay: chưa đạt (Hoàn thành)" in page.text


def test_older_findings_get_addresses_and_english_words_from_today(client, staff, dossier, title):
    """Only where the criterion says the very same: what it was judged by stays."""
    [person] = people(dossier.unit, "Lê Chi")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    line.refresh_from_db()
    for side in ("full", "quiet", "open"):
        for leaf in line.findings[side]["leaves"]:
            del leaf["en"]
            leaf["sources"] = [person.get_absolute_url()]
    line.stage = "submitted"
    line.save()
    title.criteria.update(text_en="Tasks done well")
    staff.language = "en"
    staff.save()
    client.force_login(staff)
    said = []
    for text in ("Hoàn thành tốt", "Hoàn thành rất tốt"):
        title.criteria.update(text=text)
        [(leaf, differs)] = client.get(address("nomination-today", line.pk)).context["leaves"]
        said.append((leaf["text"], leaf["sources"][0] == person.get_absolute_url(), differs))
    assert said == [("Tasks done well", False, False), ("Hoàn thành tốt", True, False)]


def test_history_says_what_was_changed(client, staff, dossier, title):
    line = make_nomination(dossier, title, make_person(dossier.unit), merit="Cũ", votes_for=3)
    change_line(line, columns={"merit": "Mới " * 100, "votes_for": None}, by=staff)
    client.force_login(staff)
    [step] = client.get(line.get_absolute_url()).context["steps"]
    assert [(name, before, len(after)) for name, before, after in step.changes] == [
        ("Tóm tắt thành tích", "Cũ", 160), ("Số phiếu đồng ý khi bình xét", "3", 0),
    ]  # fmt: skip


def test_frozen_criteria_are_read_in_the_readers_language(client, staff, dossier, title):
    title.criteria.update(text_en="Tasks done well")
    [person] = people(dossier.unit, "Lê Chi")
    TaskRating.objects.update(rating="completed")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    Nomination.objects.filter(pk=line.pk).update(stage="submitted")
    client.force_login(staff)
    said = {}
    for language in ("vi", "en"):
        staff.language = language
        staff.save()
        page = client.get(line.get_absolute_url()).context
        [(leaf, _differs)] = page["leaves"]
        today = client.get(address("nomination-today", line.pk)).context["leaves"]
        assert [differs for _leaf, differs in today] == [False]
        [row] = client.get(dossier.get_absolute_url()).context["rows"]
        said[language] = (leaf["text"], leaf["required"], leaf["actual"], row.side["missing"])
    assert said == {
        "vi": ("Hoàn thành tốt", "Hoàn thành tốt", "Hoàn thành", ["Hoàn thành tốt"]),
        "en": ("Tasks done well", "Completed well", "Completed", ["Tasks done well"]),
    }
    TaskRating.objects.update(rating="well")
    assert [differs for _leaf, differs in client.get(address("nomination-today", line.pk)).context["leaves"]] == [
        True
    ]


def test_a_draft_shows_its_criteria_as_they_are_now(client, staff, dossier, title):
    [person] = people(dossier.unit, "Lê Chi")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    judged = line.dossier.lines.get().findings
    rating = person.ratings.get()
    rating.rating = "completed"
    rating.save()
    client.force_login(staff)
    shown = client.get(line.get_absolute_url()).context
    assert ([leaf["state"] for leaf, _differs in shown["leaves"]], shown["row"].side["state"]) == (
        ["not_met"], "not_met",
    )  # fmt: skip
    line.refresh_from_db()
    [row] = client.get(dossier.get_absolute_url()).context["rows"]
    assert (line.findings, row.side["state"], row.judged.isoformat()) == (judged, "met", judged["at"])


def test_discipline_is_not_given_away_by_a_line(client, staff, reviewer, region, dossier, title):
    make_criterion(title, "no_discipline")
    [person] = people(dossier.unit, "Lê Chi")
    form = DisciplineForm.objects.create(code="warning", name="Cảnh cáo", order=2)
    Discipline.objects.create(person=person, form=form, decided=date(2020, 5, 5))
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    planner = make_user("planner", (region, Role.STAFF))
    seen = {}
    for user in (reviewer, planner):
        client.force_login(user)
        today = client.get(address("nomination-today", line.pk)).context["leaves"]
        context = client.get(line.get_absolute_url()).context
        assert today[1][0]["actual"] == context["leaves"][1][0]["actual"]
        [row] = client.get(dossier.get_absolute_url()).context["rows"]
        seen[user.username] = (context["row"].side["state"], row.side["state"], context["leaves"][1][0]["actual"])
    assert seen == {"reviewer": ("not_met", "not_met", "1 vụ việc ghi nhận"), "planner": ("no_data", "no_data", "")}


def test_line_is_corrected_and_withdrawn(client, staff, dossier, title):
    [line], _known = add_lines(dossier, [Pick(people(dossier.unit, "Lê Chi")[0], title)], by=staff)
    client.force_login(staff)
    client.post(address("nomination-update", line.pk), {"award": title.pk, "merit": "Sửa <b>12</b> xe"})
    assert "Sửa &lt;b&gt;12" in client.get(line.get_absolute_url()).content.decode()
    client.post(address("nomination-withdraw", line.pk), {"reason": ""})
    line.refresh_from_db()
    assert (line.merit, line.stage) == ("Sửa <b>12</b> xe", "withdrawn")


def test_votes_beyond_those_present_are_told_beside_the_other_faults(client, staff, dossier, title):
    dossier.review_members, dossier.review_present = 25, 23
    dossier.save()
    line = make_nomination(dossier, title, make_person(dossier.unit, "Lê Chi"), merit="Cũ")
    client.force_login(staff)
    form = client.post(
        address("nomination-update", line.pk), {"award": "", "merit": "Mới", "votes_for": 999}
    ).context["form"]
    assert (sorted(form.errors), form["merit"].value()) == (["award", "votes_for"], "Mới")
    line.refresh_from_db()
    assert (line.merit, line.votes_for) == ("Cũ", None)


def test_files_are_kept_sent_out_and_removed_with_a_reason(client, staff, reviewer, outsider, dossier, title):
    line = make_nomination(dossier, title, make_person(dossier.unit))
    client.force_login(staff)
    client.post(address("nomination-attach", line.pk), {"what": "evidence", "files": [make_upload()]})
    client.post(address("nomination-attach", line.pk), {"what": "evidence", "files": [make_upload("a.exe")]})
    client.post(address("dossier-attach", dossier.pk), {"what": "minutes", "files": [make_upload()]})
    [file] = line.files.all()
    assert (file.name, file.kind, NominationFile.objects.count()) == ("minutes.pdf", "pdf", 2)
    answer = client.get(address("nomination-file", file.pk))
    assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"] == "application/pdf"
    client.force_login(outsider)
    assert client.get(address("nomination-file", file.pk)).status_code == 404
    client.force_login(staff)
    assert client.post(address("nomination-file-remove", file.pk), {"why": " "}).context["form"].errors
    client.post(address("nomination-file-remove", file.pk), {"why": " Nhầm   tệp "})
    assert client.get(address("nomination-file", file.pk)).status_code == 404
    again = client.post(address("nomination-file-remove", file.pk), {"why": "Nhầm lần nữa"})
    file.refresh_from_db()
    assert (len(again.context["form"].errors), file.removed_why, file.removed_by) == (1, "Nhầm tệp", staff)


def test_file_of_a_line_is_for_who_reads_the_line(client, staff, outsider, elsewhere, department, dossier, title):
    """Who reads a dossier for one line that stands at their unit does not read the files of the others."""
    held = make_nomination(dossier, title, make_person(dossier.unit), holder=elsewhere, stage="submitted")
    other = make_nomination(dossier, title, make_person(dossier.unit), holder=department, stage="submitted")
    files = [
        NominationFile.objects.create(
            dossier=dossier, line=line, file=make_upload(), name="a.pdf", kind="pdf", size=1, sha256="", by=staff,
            at=timezone.now(),
        )
        for line in (held, other, None)
    ]  # fmt: skip
    client.force_login(outsider)
    answers = [client.get(address("nomination-file", file.pk)).status_code for file in files]
    assert answers == [200, 404, 200]


def test_achievements_are_read_in_the_language_of_the_reader_until_they_are_frozen(client, staff, dossier, title):
    person = make_person(dossier.unit, "Lê An")
    make_rating(person, rating="excellent")
    [line], _known = add_lines(dossier, [Pick(person, title)], by=staff)
    staff.language = "en"
    staff.save()
    client.force_login(staff)
    page = client.get(address("nomination-detail", line.pk))
    assert [(row["label"], row["value"]) for row in page.context["achievements"]] == [
        ("Task rating 2020", "Completed excellently")
    ]
    assert '<th scope="row" lang="vi">' not in page.text
    line.refresh_from_db()
    silent = [{name: words for name, words in row.items() if name != "en"} for row in line.achievements]
    Nomination.objects.filter(pk=line.pk).update(stage="submitted", achievements=silent)  # as older ones were kept
    page = client.get(address("nomination-detail", line.pk))
    kept = ("Xếp loại hoàn thành nhiệm vụ năm 2020", "Hoàn thành xuất sắc")
    assert [(row["label"], row["value"]) for row in page.context["achievements"]] == [kept]
    cell = re.compile(r'<th scope="row" lang="vi"><a [^>]*>Xếp loại hoàn thành nhiệm vụ năm 2020</a></th>')
    assert cell.search(page.text)
    assert re.search(r'<td lang="vi"[^>]*>Hoàn thành xuất sắc', page.text)


def test_files_of_what_was_handed_in_are_not_offered_for_removal(client, staff, reviewer, dossier, title):
    line = make_nomination(dossier, title, make_person(dossier.unit))
    of_dossier = make_nomination_file(line, staff)
    NominationFile.objects.filter(pk=of_dossier.pk).update(line=None)
    of_line = make_nomination_file(line, staff)

    def offered(user):
        client.force_login(user)
        shown = [client.get(row.get_absolute_url()).context["removable"] for row in (line, dossier)]
        opened = [client.get(address("nomination-file-remove", row.pk)).status_code for row in (of_line, of_dossier)]
        return [set(keys) for keys in shown], opened

    assert offered(staff) == ([{of_line.pk}, {of_dossier.pk}], [200, 200])
    assert offered(reviewer) == ([set(), set()], [403, 403])
    step(line, NominationEvent.Kind.SUBMITTED, "submitted", by=staff)
    assert offered(staff) == ([set(), set()], [302, 302])
    Nomination.objects.update(stage="returned")  # what went with it stays, though it is corrected
    assert offered(staff) == ([set(), set()], [302, 302])
